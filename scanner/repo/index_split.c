/*
 * index_split: a split index and the shared file that it changes.
 *
 * The shared file's entries, without those that are deleted, with those that
 * are replaced, and new ones between them; as git puts them together. What
 * git dies of is refused here, too: bits beyond the entries, an entry that is
 * deleted and replaced, a replacement with a name, an addition without one.
 */
#include "repo/index_internal.h"

#include "base/limits.h"
#include "repo/internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

struct list {
	struct repo_index_entry *at;
	size_t n;
};

struct join {
	struct repo_index *index;
	struct list own, shared, out;
	unsigned char *deleted, *replaced; /* of the shared entries */
};

static enum status refuse(struct error *err, const char *why)
{
	return error_set(err, ERR_FORMAT, "read index: it is split, and %s",
		why);
}

static uint64_t read_big(const unsigned char *p, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | p[i];
	return value;
}

/* Bits [from, to) are set. False: beyond the entries. */
static bool set_bits(unsigned char *bits, size_t count, uint64_t from,
	uint64_t to)
{
	if (to > count)
		return false;
	memset(bits + from, 1, to - from);
	return true;
}

static bool set_word(unsigned char *bits, size_t count, uint64_t from,
	uint64_t word)
{
	for (; word; word &= word - 1) {
		uint64_t at = from + (uint64_t)__builtin_ctzll(word);

		if (!set_bits(bits, count, at, at + 1))
			return false;
	}
	return true;
}

/*
 * git's EWAH: runs of equal words, each followed by words as they are. The
 * first word of a run has the bit, 32 bits of length, 31 of words to come.
 */
static bool read_bits(bytes *text, unsigned char *bits, size_t count)
{
	uint64_t words, at = 0;

	if (text->n < 8)
		return false;
	words = read_big(text->at + 4, 4);
	*text = bytes_drop(*text, 8);
	if (words > text->n / 8 || text->n - words * 8 < 4)
		return false;
	for (uint64_t i = 0; i < words;) {
		uint64_t head = read_big(text->at + i++ * 8, 8);
		uint64_t run = (head >> 1 & UINT32_MAX) * 64;
		uint64_t plain = head >> 33;

		if (plain > words - i ||
			((head & 1) && run &&
				!set_bits(bits, count, at, at + run)))
			return false;
		for (at += run; plain > 0; plain--, at += 64)
			if (!set_word(bits, count, at,
				    read_big(text->at + i++ * 8, 8)))
				return false;
	}
	*text = bytes_drop(*text, words * 8 + 4);
	return true;
}

static enum status list_entries(struct join *j, struct list *out,
	const struct repo_index *of, struct error *err)
{
	struct repo_index_walk w;
	struct repo_index_entry *e;
	enum status status;

	out->at = calloc(of->count + 1, sizeof(*out->at));
	if (out->at == NULL)
		return error_set(err, ERR_MEMORY, "read index: no memory");
	repo_index_begin(&w, of, err);
	for (; w.has_entry; repo_index_next(&w)) {
		e = &out->at[out->n++];
		*e = w.entry;
		if (of->version >= 4)
			e->path = arena_copy(&j->index->names, e->path);
		if (e->path.at == NULL)
			break;
	}
	status = w.status;
	repo_index_end(&w);
	if (status != OK)
		return status;
	return out->n == of->count ? OK : error_set(err, ERR_MEMORY,
						  "read index: no memory");
}

/* The first entries of the split index take the places of those set. */
static enum status replace(struct join *j, size_t *used, struct error *err)
{
	for (size_t i = 0; i < j->shared.n; i++) {
		struct repo_index_entry *to = &j->shared.at[i], *from;

		if (!j->replaced[i])
			continue;
		from = &j->own.at[*used];
		if (*used == j->own.n || from->path.n || j->deleted[i])
			return refuse(err, "a replacement does not fit");
		from->path = to->path;
		*to = *from;
		++*used;
	}
	return OK;
}

static bool put(struct join *j, const struct repo_index_entry *e)
{
	struct list *out = &j->out;
	const struct repo_index_entry *last = &out->at[out->n - 1];
	int order = out->n ? bytes_compare(last->path, e->path) : -1;

	out->at[out->n++] = *e;
	return order < 0 || (order == 0 && last->stage < e->stage);
}

/* One step of the merge; what is added stands for what has its name. */
static bool step(struct join *j, size_t *i, size_t *k)
{
	const struct repo_index_entry *old = &j->shared.at[*i];
	const struct repo_index_entry *new = &j->own.at[*k];
	int order = *i == j->shared.n ? 1 : *k == j->own.n ? -1 :
			bytes_compare(old->path, new->path);

	if (order < 0 && j->deleted[*i]) {
		++*i;
		return true;
	}
	if (order == 0 && (j->deleted[*i] || new->stage == 0 ||
				  old->stage == new->stage)) {
		++*i;
		return true;
	}
	if (order < 0 || (order == 0 && old->stage < new->stage)) {
		++*i;
		return put(j, old);
	}
	++*k;
	return new->path.n && put(j, new);
}

static enum status merge(struct join *j, struct error *err)
{
	size_t i = 0, k = 0;
	enum status status = replace(j, &k, err);

	if (status != OK)
		return status;
	j->out.at = calloc(j->shared.n + j->own.n + 1, sizeof(*j->out.at));
	if (j->out.at == NULL)
		return error_set(err, ERR_MEMORY, "read index: no memory");
	while (i < j->shared.n || k < j->own.n)
		if (!step(j, &i, &k))
			return refuse(err, "an addition does not fit");
	return OK;
}

static enum status read_parts(struct join *j, struct error *err)
{
	struct repo_index *index = j->index, *shared = index->shared;
	bytes text = bytes_drop(index->link, index->id_size);
	enum status status;

	j->deleted = calloc(shared->count + 1, 1);
	j->replaced = calloc(shared->count + 1, 1);
	if (j->deleted == NULL || j->replaced == NULL)
		return error_set(err, ERR_MEMORY, "read index: no memory");
	if (text.n && (!read_bits(&text, j->deleted, shared->count) ||
			      !read_bits(&text, j->replaced, shared->count) ||
			      text.n))
		return refuse(err, "what it changes does not parse");
	status = list_entries(j, &j->shared, shared, err);
	if (status == OK)
		status = list_entries(j, &j->own, index, err);
	return status == OK ? merge(j, err) : status;
}

/* sharedindex.<id>, whose own checksum must be that name. */
static enum status read_shared(struct repo_index *index,
	repo_index_other *other, void *context, struct error *err)
{
	char name[sizeof("sharedindex.") + 2 * REPO_ID_MAX] = "sharedindex.";
	const unsigned char *id = index->link.at;
	size_t n = strlen(name);
	enum status status;
	bytes file;

	for (size_t i = 0; i < index->id_size; i++, n += 2)
		snprintf(name + n, sizeof(name) - n, "%02x", id[i]);
	status = other(context, name, &file, err);
	/* Without it there is an index, and not none. */
	if (status == ERR_NOT_FOUND)
		return refuse(err, "its shared file is not there");
	if (status == OK)
		status = repo_index_open(&index->shared, file, index->id_size,
			err);
	if (status != OK)
		return status;
	if (index->shared->link.n || index->shared->is_nameless ||
		memcmp(file.at + file.n - index->id_size, id,
			index->id_size) != 0)
		return refuse(err, "its shared file is another one");
	return OK;
}

enum status repo_index_join(struct repo_index *index,
	repo_index_other *other, void *context, struct error *err)
{
	static const unsigned char none[REPO_ID_MAX];
	struct join j = {.index = index};
	enum status status;

	if (index->link.n < index->id_size)
		return refuse(err, "it does not say from what");
	if (memcmp(index->link.at, none, index->id_size) == 0)
		return index->is_nameless ? refuse(err, "an entry has no name")
					  : OK;
	status = read_shared(index, other, context, err);
	if (status == OK)
		status = read_parts(&j, err);
	free(j.deleted);
	free(j.replaced);
	free(j.own.at);
	free(j.shared.at);
	if (status != OK) {
		free(j.out.at);
		return status;
	}
	index->entries = j.out.at;
	index->count = j.out.n;
	return OK;
}
