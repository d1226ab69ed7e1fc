/*
 * A memo keeps the sightings of one text as they were handed over, in order,
 * each in a block of its own: most texts have none or one, so anything that
 * reserves more would cost more than it saves over 100,000 texts.
 */
#include "leaks/leaks.h"

#include "base/limits.h"
#include "base/secret.h"

#include <stdlib.h>

#include "base/banned.h"

struct memo_item {
	struct memo_item *next;
	size_t size;	   /* of the block */
	struct sighting s; /* its slices point behind it */
	unsigned char content[];
};

struct leak_memo {
	struct memo_item *first, *last;
	size_t count;
	size_t held;	   /* bytes of all blocks */
	uint64_t unlisted; /* over the limit, or no memory for them */
	bool is_starved;   /* there was no memory for one */
};

struct leak_memo *leak_memo_new(void)
{
	return calloc(1, sizeof(struct leak_memo));
}

void leak_memo_free(struct leak_memo *m)
{
	if (m == NULL)
		return;
	while (m->first) {
		struct memo_item *next = m->first->next;

		secret_wipe(m->first, m->first->size);
		free(m->first);
		m->first = next;
	}
	free(m);
}

static bytes append(unsigned char **to, bytes data)
{
	bytes copy = bytes_of(*to, data.n);

	if (data.n)
		memcpy(*to, data.at, data.n);
	*to += data.n;
	return copy;
}

/* False when the sum is more than `most`. */
static bool item_size(const struct sighting *s, size_t most, size_t *size)
{
	size_t n = sizeof(struct memo_item);
	bool over = false;

	over |= __builtin_add_overflow(n, s->secret.n, &n);
	over |= __builtin_add_overflow(n, s->excerpt.n, &n);
	over |= __builtin_add_overflow(n, s->allow.n, &n);
	for (size_t i = 0; i < s->part_count; i++)
		over |= __builtin_add_overflow(n, s->parts[i].secret.n, &n);
	*size = n;
	return !over && n <= most;
}

void leak_memo_sink(void *context, const struct sighting *s)
{
	struct leak_memo *m = context;
	struct memo_item *item = NULL;
	unsigned char *to;
	size_t size;

	if (item_size(s, LIMIT_MEMO_BYTES - m->held, &size)) {
		item = malloc(size);
		m->is_starved |= item == NULL;
	}
	if (item == NULL) {
		m->unlisted++;
		return;
	}
	*item = (struct memo_item){.size = size, .s = *s};
	to = item->content;
	item->s.secret = append(&to, s->secret);
	item->s.excerpt = append(&to, s->excerpt);
	item->s.allow = append(&to, s->allow);
	for (size_t i = 0; i < s->part_count; i++)
		item->s.parts[i].secret = append(&to, s->parts[i].secret);
	if (m->last)
		m->last->next = item;
	else
		m->first = item;
	m->last = item;
	m->held += size;
	m->count++;
}

size_t leak_memo_count(const struct leak_memo *m)
{
	return m->count;
}

uint64_t leak_memo_unlisted(const struct leak_memo *m)
{
	return m->unlisted;
}

void leak_memo_each(const struct leak_memo *m,
	void (*each)(void *context, const struct sighting *s), void *context)
{
	for (const struct memo_item *i = m->first; i; i = i->next)
		each(context, &i->s);
}

enum status leaks_add_memo_at(struct leaks *l, const struct leak_memo *m,
	const struct leak_where *where)
{
	enum status result = m->is_starved ? ERR_MEMORY : OK;

	for (const struct memo_item *i = m->first; i; i = i->next) {
		enum status status = leaks_add_at(l, &i->s, where);

		if (status)
			result = status;
	}
	if (m->unlisted)
		leaks_add_unlisted(l, m->unlisted);
	return result;
}

enum status leaks_add_memo(struct leaks *l, const struct leak_memo *m,
	bytes path, enum leak_source source)
{
	struct leak_where where = {.path = path, .source = source};

	return leaks_add_memo_at(l, m, &where);
}
