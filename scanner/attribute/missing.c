/*
 * missing: objects that what refs reach names and that are not in the store.
 *
 * Most repositories lack nothing and are done at once. Else the trees that
 * refs reach are found from the spans, without listing which entries each has
 * (in a partial clone nearly all lead to something missing): an entry is
 * reached when one of the trees of a span is, which running counts of reached
 * trees tell at once. That is repeated until nothing new is reached, as often
 * as directories are nested. Objects that nobody reaches may lack what they
 * like; git prunes that way.
 */
#include "attribute/internal.h"

#include <stdlib.h>

#include "base/banned.h"

/* Nested deeper than this, all entries count as reached: rather too much. */
#define ROUNDS 256

struct counter {
	struct attribute *a;
	bool *is_reached;  /* by tree */
	bool **is_done;	   /* by thread and entry: leads to nothing new */
	uint32_t *before;  /* by tree: reached ones of its log before it */
	struct column keys; /* uint64_t: of what is missing */
	bool is_all;	   /* ROUNDS were not enough */
};

static bool lack(struct counter *c, uint64_t key)
{
	if (!column_grow(&c->keys, 1, sizeof(key)))
		return false;
	((uint64_t *)c->keys.at)[c->keys.n++] = key;
	return true;
}

static bool reach(struct counter *c, uint64_t key)
{
	uint32_t tree = keymap_get(&c->a->tree_of, key);

	if (tree == GRAPH_NONE || c->is_reached[tree])
		return false;
	c->is_reached[tree] = true;
	return true;
}

static void count_log(struct counter *c, const struct attribute_worker *w)
{
	size_t count;
	uint32_t n = 0;

	(void)treelog_trees(w->log, &count);
	for (size_t t = 0; t < count; t++) {
		c->before[w->first + t] = n;
		n += c->is_reached[w->first + t];
	}
	c->before[w->first + count] = n;
}

/* Spans end at most behind the last tree of the log, whose own count the next
 * log overwrites: so a log is counted and asked in one go. */
static bool is_span_reached(const struct counter *c,
	const struct attribute_worker *w, const struct treelog_span *span)
{
	return c->is_all || c->before[w->first + span->from] <
				    c->before[w->first + span->to];
}

/* Returns whether any tree was reached that was not before. */
static bool reach_log(struct counter *c, const struct attribute_worker *w)
{
	size_t spans, entries;
	const struct treelog_span *span = treelog_spans(w->log, &spans);
	const struct treelog_entry *entry = treelog_entries(w->log, &entries);
	bool *is_done = c->is_done[w->number], more = false;

	count_log(c, w);
	for (size_t i = 0; i < spans; i++) {
		uint32_t e = span[i].entry;

		if (is_done[e] || !is_span_reached(c, w, &span[i]))
			continue;
		is_done[e] = true;
		more |= reach(c, entry[e].key);
	}
	return more;
}

/* Entries that are no trees lead no further. */
static bool begin_rounds(struct counter *c)
{
	for (size_t i = 0; i < c->a->worker_count; i++) {
		size_t count;
		const struct treelog_entry *entry =
			treelog_entries(c->a->workers[i]->log, &count);

		c->is_done[i] = calloc(count + 1, sizeof(*c->is_done[i]));
		if (c->is_done[i] == NULL)
			return false;
		for (size_t e = 0; e < count; e++)
			c->is_done[i][e] = !(entry[e].marks & TREELOG_TREE);
	}
	return true;
}

static void end_rounds(struct counter *c)
{
	for (size_t i = 0; c->is_done && i < c->a->worker_count; i++)
		free(c->is_done[i]);
	free(c->is_done);
}

static void reach_trees(struct counter *c)
{
	const struct attribute *a = c->a;
	bool more = true;

	for (size_t i = 0; i < a->commit_count; i++)
		if (a->commits[i].reachable)
			(void)reach(c, a->commits[i].tree);
	for (int round = 0; more && round < ROUNDS; round++) {
		more = false;
		for (size_t i = 0; i < a->worker_count; i++)
			more |= reach_log(c, a->workers[i]);
	}
	c->is_all = more;
}

static bool count_entries(struct counter *c, const struct attribute_worker *w)
{
	size_t spans, entries;
	const struct treelog_span *span = treelog_spans(w->log, &spans);
	const struct treelog_entry *entry = treelog_entries(w->log, &entries);

	count_log(c, w);
	for (size_t i = 0; i < spans; i++)
		if ((entry[span[i].entry].marks & TREELOG_MISSING) &&
			is_span_reached(c, w, &span[i]) &&
			!lack(c, entry[span[i].entry].key))
			return false;
	return true;
}

static bool count_links(struct counter *c)
{
	const struct attribute *a = c->a;

	for (size_t i = 0; i < a->commit_count; i++)
		if (a->commits[i].reachable && a->commits[i].lacks_tree &&
			!lack(c, a->commits[i].tree))
			return false;
	for (size_t i = 0; i < a->worker_count; i++) {
		const struct column *tags = &a->workers[i]->tags;
		const struct graph_tag *tag = tags->at;

		for (size_t t = 0; t < tags->n; t++)
			if (tag[t].lacks_target && !lack(c, tag[t].target))
				return false;
	}
	return true;
}

static bool count_tips(struct counter *c)
{
	static const unsigned char none[PACK_ID_MAX];
	const struct attribute *a = c->a;

	for (size_t i = 0; i < a->question.tip_count; i++) {
		const unsigned char *tip = a->question.tips + i * a->id_size;

		if (memcmp(tip, none, a->id_size) != 0 &&
			!pack_store_has(a->options.store, tip) &&
			!lack(c, attribute_key(a, tip)))
			return false;
	}
	return true;
}

static int by_key(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return (a > b) - (a < b);
}

static size_t distinct(struct column *keys)
{
	const uint64_t *at = keys->at;
	size_t n = keys->n > 0;

	if (keys->n)
		qsort(keys->at, keys->n, sizeof(*at), by_key);
	for (size_t i = 1; i < keys->n; i++)
		n += at[i] != at[i - 1];
	return n;
}

bool attribute_graph_missing(struct attribute *a)
{
	struct counter c = {.a = a};
	bool counted;

	if (!attribute_lacks(a, &a->question))
		return true;
	c.is_reached = calloc(a->tree_count + 1, sizeof(*c.is_reached));
	c.before = calloc(a->tree_count + 1, sizeof(*c.before));
	c.is_done = calloc(a->worker_count + 1, sizeof(*c.is_done));
	counted = c.is_reached && c.before && c.is_done && begin_rounds(&c);
	if (counted)
		reach_trees(&c);
	for (size_t i = 0; counted && i < a->worker_count; i++)
		counted = count_entries(&c, a->workers[i]);
	counted = counted && count_links(&c) && count_tips(&c);
	a->missing_objects = counted ? distinct(&c.keys) : 0;
	free(c.is_reached);
	free(c.before);
	end_rounds(&c);
	free(c.keys.at);
	return counted;
}

/* ---- by name ------------------------------------------------------------- */

static int by_name(const void *x, const void *y, void *id_size)
{
	return memcmp(x, y, *(const size_t *)id_size);
}

/* Ascending, each once: how many. */
static size_t settle_names(unsigned char *at, size_t n, size_t id_size)
{
	size_t kept = 0;

	qsort_r(at, n, id_size, by_name, &id_size);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || memcmp(at + (kept - 1) * id_size,
					 at + i * id_size, id_size) != 0)
			memmove(at + kept++ * id_size, at + i * id_size,
				id_size);
	return kept;
}

static size_t put_tips(const struct attribute *a,
	const struct attribute_question *question, unsigned char *out)
{
	static const unsigned char none[PACK_ID_MAX];
	size_t n = 0;

	for (size_t i = 0; i < question->tip_count; i++) {
		const unsigned char *tip = question->tips + i * a->id_size;

		if (memcmp(tip, none, a->id_size) != 0 &&
			!pack_store_has(a->options.store, tip))
			memcpy(out + n++ * a->id_size, tip, a->id_size);
	}
	return n;
}

unsigned char *attribute_lacked(const struct attribute *a,
	const struct attribute_question *question, size_t *count)
{
	size_t n = question->tip_count;
	unsigned char *at;

	for (size_t i = 0; i < a->worker_count; i++) {
		const struct attribute_worker *w = a->workers[i];

		/* All that it met are there, or it is over. */
		if (w->lacked.n > ATTRIBUTE_LACKED ||
			(w->lacks && w->lacked.n == 0))
			return NULL;
		n += w->lacked.n;
	}
	at = calloc(n + 1, a->id_size);
	if (at == NULL)
		return NULL;
	n = put_tips(a, question, at);
	for (size_t i = 0; i < a->worker_count; i++) {
		const struct column *c = &a->workers[i]->lacked;

		if (c->n)
			memcpy(at + n * a->id_size, c->at, c->n * a->id_size);
		n += c->n;
	}
	*count = settle_names(at, n, a->id_size);
	if (*count <= ATTRIBUTE_LACKED)
		return at;
	free(at);
	return NULL;
}
