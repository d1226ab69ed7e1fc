/*
 * index: what is staged and was never committed.
 *
 * The blobs are in the object store and scanned like any; here it is found
 * out at which paths the indexes (of the repository and of its worktrees)
 * hold those with findings. Paths are texts, too. An index that cannot be
 * read costs paths, and is said.
 */
#include "history/internal.h"

#include "base/buf.h"
#include "base/limits.h"
#include "repo/index.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

struct reader {
	struct history *h;
	struct history_worker *w; /* whose scan is used: nobody runs now */
	bool failed;
};

/* The i-th wanted blob; BYTES_NONE: it is none. They are sorted. */
static size_t find_wanted(const struct history *h, const unsigned char *id)
{
	size_t id_size = pack_store_id_size(h->store);

	return bytes_find_row(h->wanted, h->wanted_count, id_size,
		bytes_of(id, id_size));
}

static bool add_place(struct history *h, size_t wanted, bytes path)
{
	struct history_staged *at = h->staged;

	if ((h->staged_count & (h->staged_count - 1)) == 0)
		at = reallocarray(at, h->staged_count ? h->staged_count * 2 : 1,
			sizeof(*at));
	if (at == NULL)
		return false;
	h->staged = at;
	at[h->staged_count].wanted = wanted;
	at[h->staged_count].path = strndup((const char *)path.at, path.n);
	return at[h->staged_count].path != NULL && ++h->staged_count;
}

static bytes last_part(bytes path)
{
	for (size_t i = path.n; i-- > 0;)
		if (path.at[i] == '/')
			return bytes_drop(path, i + 1);
	return path;
}

/* Was a file of this name in some tree? Then it was looked at there. */
static bool is_known_name(const struct history *h, bytes name)
{
	for (size_t i = 0; i < h->worker_count; i++)
		if (history_names_knows(&h->workers[i]->names, name))
			return true;
	return false;
}

static bool scan_path(struct reader *r, bytes path)
{
	static const unsigned char none[PACK_ID_MAX];
	char *copy;

	if (is_known_name(r->h, last_part(path)) ||
		!history_scan_name(r->w, path, HISTORY_FILE))
		return true;
	copy = strndup((const char *)path.at, path.n);
	if (copy == NULL)
		return false;
	history_keep(r->w, none, PACK_BLOB, HIT_STAGED, copy);
	return true;
}

/* An entry that does not parse is as bad as a file that is none. */
static void end_walk(struct reader *r, struct repo_index_walk *w)
{
	if (w->status == ERR_MEMORY)
		r->failed = true;
	else if (w->status != OK)
		r->h->ledger.broken_indexes = 1;
	repo_index_end(w);
}

static void read_paths(struct reader *r, const struct repo_index *index)
{
	struct repo_index_walk w;
	struct buf all;

	buf_init(&all, LIMIT_GIT_INDEX * 2);
	repo_index_begin(&w, index, NULL);
	for (; w.has_entry; repo_index_next(&w)) {
		buf_put(&all, w.entry.path);
		buf_put_byte(&all, '\n');
	}
	end_walk(r, &w);
	/* Rarely is there anything: one look at all of them. */
	if (all.failed || r->h->has_path_rules ||
		history_scan_text(r->w, buf_bytes(&all))) {
		leak_memo_free(r->w->memo);
		r->w->memo = NULL;
		repo_index_begin(&w, index, NULL);
		for (; w.has_entry && !r->failed; repo_index_next(&w))
			r->failed = !scan_path(r, w.entry.path);
		end_walk(r, &w);
	}
	buf_release(&all);
}

static void read_index(struct reader *r, const char *git_dir,
	void (*read)(struct reader *r, const struct repo_index *index))
{
	struct repo_index *index = NULL;
	char *path = NULL;
	enum status status;

	if (asprintf(&path, "%s/index", git_dir) < 0) {
		r->failed = true;
		return;
	}
	status = repo_index_read(&index, path, git_dir, r->h->repo->id_size,
		NULL);
	if (status == OK)
		read(r, index);
	else if (status == ERR_MEMORY)
		r->failed = true;
	/* An extension that is not known: whole, only not ours to read. */
	else if (status != ERR_NOT_FOUND && status != ERR_UNSUPPORTED)
		r->h->ledger.broken_indexes = 1;
	repo_index_free(index);
	free(path);
}

static void find_places(struct reader *r, const struct repo_index *index)
{
	struct repo_index_walk w;

	repo_index_begin(&w, index, NULL);
	for (; w.has_entry && !r->failed; repo_index_next(&w)) {
		size_t wanted = find_wanted(r->h, w.entry.id);

		if (wanted != BYTES_NONE)
			r->failed = !add_place(r->h, wanted, w.entry.path);
	}
	end_walk(r, &w);
}

static void paths_of_worktree(void *context, const char *name,
	const char *git_dir)
{
	(void)name;
	read_index(context, git_dir, read_paths);
}

static void places_of_worktree(void *context, const char *name,
	const char *git_dir)
{
	(void)name;
	read_index(context, git_dir, find_places);
}

bool history_index_paths(struct history *h)
{
	struct reader r = {h, h->worker_count ? h->workers[0] : NULL, false};

	if (r.w == NULL)
		return true;
	read_index(&r, h->repo->common_dir, read_paths);
	repo_each_worktree(h->repo, paths_of_worktree, &r);
	return !r.failed && !r.w->failed;
}

static int by_wanted(const void *a, const void *b)
{
	const struct history_staged *x = a, *y = b;

	if (x->wanted != y->wanted)
		return x->wanted < y->wanted ? -1 : 1;
	return strcmp(x->path, y->path);
}

/* Two indexes may hold the same: each place once, and as many for a blob as
 * attribute/ tells of commits. */
static void settle(struct history *h)
{
	struct history_staged *at = h->staged;
	size_t kept = 0, same = 0;

	if (h->staged_count)
		qsort(at, h->staged_count, sizeof(*at), by_wanted);
	for (size_t i = 0; i < h->staged_count; i++) {
		bool is_next = kept && at[i].wanted == at[kept - 1].wanted;

		same = is_next ? same : 0;
		if (is_next && (same == ATTRIBUTE_PATHS ||
			strcmp(at[i].path, at[kept - 1].path) == 0)) {
			h->ledger.dropped_paths += same == ATTRIBUTE_PATHS;
			free(at[i].path);
			continue;
		}
		at[kept++] = at[i];
		same++;
	}
	h->staged_count = kept;
}

bool history_index_places(struct history *h)
{
	struct reader r = {h, NULL, false};

	if (h->wanted_count == 0)
		return true;
	read_index(&r, h->repo->common_dir, find_places);
	repo_each_worktree(h->repo, places_of_worktree, &r);
	settle(h);
	return !r.failed;
}
