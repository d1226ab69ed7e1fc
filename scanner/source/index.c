/*
 * index: the names in a .git/index.
 *
 * Read for one question only: does git track this path although .gitignore
 * names it? The answer must never hide a file, so an index that is not
 * understood to its last byte is no index at all, and the caller then takes
 * nothing for ignored.
 *
 * The hash's width is not in the file (git keeps it in its config, which we
 * do not read). Both are tried; names in order, exact padding and extensions
 * that end where the checksum begins let only one fit.
 */
#include "source/internal.h"

#include "base/limits.h"

#include <errno.h>
#include <stdlib.h>

#include "base/banned.h"

struct source_index {
	struct buf names;
	uint32_t *ends; /* of name i in names */
	size_t n;
};

bytes source_index_name(const struct source_index *index, size_t at)
{
	size_t from = at ? index->ends[at - 1] : 0;

	return bytes_part(buf_bytes(&index->names), from, index->ends[at]);
}

static bool copy_names(struct source_index *index,
	const struct repo_index *from)
{
	struct repo_index_walk w;
	bool is_good;

	repo_index_begin(&w, from, NULL);
	for (; w.has_entry; repo_index_next(&w)) {
		buf_put(&index->names, w.entry.path);
		index->ends[index->n++] = (uint32_t)index->names.n;
	}
	is_good = w.status == OK && !index->names.failed;
	repo_index_end(&w);
	return is_good;
}

static struct source_index *parse(bytes file, size_t id_size,
	repo_index_other *other, void *context)
{
	struct source_index *index = calloc(1, sizeof(*index));
	struct repo_index *from = NULL;
	bool is_good = false;

	if (index == NULL ||
		repo_index_parse(&from, file, id_size, other, context, NULL)) {
		free(index);
		return NULL;
	}
	/* Of a shared file and what is added to it there may be more. */
	buf_init(&index->names, LIMIT_GIT_INDEX * 2);
	index->ends = calloc(repo_index_count(from) + 1,
		sizeof(*index->ends));
	if (index->ends)
		is_good = copy_names(index, from);
	repo_index_free(from);
	if (!is_good) {
		source_index_free(index);
		return NULL;
	}
	return index;
}

struct source_index *source_index_new(bytes file, repo_index_other *other,
	void *context)
{
	struct source_index *index = parse(file, 20, other, context);

	return index ? index : parse(file, 32, other, context);
}

/* ---- in a git directory ------------------------------------------------- */

struct beside {
	int gitdir;
	struct buf file;
};

/* The shared file of a split index. */
static enum status read_beside(void *context, const char *name, bytes *file,
	struct error *err)
{
	struct beside *b = context;

	buf_release(&b->file);
	buf_init(&b->file, LIMIT_GIT_INDEX);
	if (!source_small_file(b->gitdir, name, &b->file))
		return error_set(err, ERR_NOT_FOUND, "read %s", name);
	*file = buf_bytes(&b->file);
	return OK;
}

struct source_index *source_index_open(int gitdir, bool *is_absent)
{
	struct beside beside = {.gitdir = gitdir};
	struct source_index *index = NULL;
	struct buf file;

	buf_init(&file, LIMIT_GIT_INDEX);
	if (source_small_file(gitdir, "index", &file))
		index = source_index_new(buf_bytes(&file), read_beside,
			&beside);
	else
		*is_absent = errno == ENOENT;
	buf_release(&file);
	buf_release(&beside.file);
	return index;
}

void source_index_free(struct source_index *index)
{
	if (index == NULL)
		return;
	buf_release(&index->names);
	free(index->ends);
	free(index);
}

size_t source_index_count(const struct source_index *index)
{
	return index->n;
}

/* The first name that is not below path in order. */
static size_t lower_bound(const struct source_index *index, bytes path)
{
	size_t low = 0, high = index->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bytes_compare(source_index_name(index, middle), path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool source_index_has(const struct source_index *index, bytes path)
{
	size_t at = lower_bound(index, path);

	return at < index->n &&
		bytes_equal(source_index_name(index, at), path);
}

bool source_index_has_below(const struct source_index *index, bytes path)
{
	struct buf text;
	size_t at;
	bool has = true; /* without memory: rather scanned than not */

	buf_init(&text, LIMIT_PATH + 1);
	buf_put(&text, path);
	buf_put_byte(&text, '/');
	if (!text.failed) {
		at = lower_bound(index, buf_bytes(&text));
		has = at < index->n &&
			bytes_starts(source_index_name(index, at),
				buf_bytes(&text));
	}
	buf_release(&text);
	return has;
}
