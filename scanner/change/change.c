#include "change/internal.h"

#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

/* Paths and names of all changes of a set. */
#define CHANGE_ARENA ((size_t)1 << 30)

struct change_set *change_set_new(struct pack_store *store, struct error *err)
{
	struct change_set *set = calloc(1, sizeof(*set));

	if (set)
		set->reader = pack_worker_new(store);
	if (set == NULL || set->reader == NULL) {
		free(set);
		(void)error_set(err, ERR_MEMORY, "compare trees: no memory");
		return NULL;
	}
	set->store = store;
	set->id_size = pack_store_id_size(store);
	arena_init(&set->arena, CHANGE_ARENA);
	buf_init(&set->path, LIMIT_PATH);
	return set;
}

void change_set_free(struct change_set *set)
{
	if (set == NULL)
		return;
	change_cache_release(set);
	pack_worker_free(set->reader);
	arena_release(&set->arena);
	buf_release(&set->path);
	free(set->changes);
	free(set->gone);
	free(set);
}

bool change_path_set(struct change_set *set, size_t n, bytes name)
{
	set->path.n = n;
	set->path.failed = false;
	if (n)
		buf_put_byte(&set->path, '/');
	buf_put(&set->path, name);
	return !set->path.failed;
}

static unsigned char *keep_ids(struct change_set *set,
	const unsigned char *const *ids, size_t count)
{
	unsigned char *at = arena_alloc(&set->arena,
		count * set->id_size + 1);

	for (size_t i = 0; at && i < count; i++)
		memcpy(at + i * set->id_size, ids[i], set->id_size);
	return at;
}

/* Doubles at powers of two. */
static bool grow(void **at, size_t count, size_t size)
{
	void *made;

	if (count & (count - 1))
		return true;
	made = reallocarray(*at, count ? count * 2 : 1, size);
	if (made == NULL)
		return false;
	*at = made;
	return true;
}

bool change_add(struct change_set *set, const unsigned char *id,
	const unsigned char *const *old, size_t old_count)
{
	void *changes = set->changes;
	struct change *c;

	if (!grow(&changes, set->count, sizeof(*c)))
		return false;
	set->changes = changes;
	c = &set->changes[set->count];
	*c = (struct change){
		.path = arena_copy(&set->arena, buf_bytes(&set->path)),
		.id = keep_ids(set, &id, 1),
		.commit = set->commit,
		.old = keep_ids(set, old, old_count),
		.old_count = old_count,
	};
	if (c->id == NULL || c->old == NULL || c->path.at == NULL)
		return false;
	set->count++;
	return true;
}

/* What is gone only spares a report of what was moved: without memory it is
 * reported. */
bool change_add_gone(struct change_set *set, const struct change_entry *e)
{
	void *gone = set->gone;
	unsigned char *id;

	if (!grow(&gone, set->gone_count, sizeof(*set->gone)))
		return false;
	set->gone = gone;
	id = keep_ids(set, &e->id, 1);
	if (id == NULL)
		return false;
	set->gone[set->gone_count++] = (struct change_gone){id, e->is_tree};
	return true;
}

void change_begin(struct change_set *set, const unsigned char *commit)
{
	set->commit = commit ? keep_ids(set, &commit, 1) : NULL;
	set->first = set->count;
	set->gone_first = set->gone_count;
	buf_clear(&set->path);
}

void change_undo(struct change_set *set)
{
	set->count = set->first;
	set->gone_count = set->gone_first;
	buf_clear(&set->path);
}

void change_end(struct change_set *set)
{
	for (size_t i = set->first; i < set->count; i++) {
		set->changes[i].gone_first = set->gone_first;
		set->changes[i].gone_count =
			set->gone_count - set->gone_first;
	}
}

enum status change_set_add_commit(struct change_set *set,
	const unsigned char *commit, struct error *err)
{
	unsigned char parents[CHANGE_PARENTS * PACK_ID_MAX];
	unsigned char tree[PACK_ID_MAX], trees[CHANGE_PARENTS][PACK_ID_MAX];
	const unsigned char *old[CHANGE_PARENTS];
	size_t count, unused, known = 0;
	enum status status;

	if (!change_commit_read(set, commit, tree, parents, CHANGE_PARENTS,
		    &count))
		return error_set(err, ERR_NOT_FOUND,
			"read commit: it is not in the repository");
	for (size_t i = 0; i < count; i++) {
		old[known] = trees[known];
		if (!change_commit_read(set, parents + i * set->id_size,
			    trees[known], NULL, 0, &unused))
			set->missing++;
		else if (memcmp(trees[known], tree, set->id_size) == 0)
			return OK;
		else
			known++;
	}
	change_begin(set, commit);
	status = change_walk(set, tree, old, known, err);
	change_end(set);
	return status;
}

size_t change_count(const struct change_set *set)
{
	return set->count;
}

const struct change *change_at(const struct change_set *set, size_t i)
{
	return &set->changes[i];
}

const struct change_gone *change_gone_at(const struct change_set *set,
	size_t i)
{
	return &set->gone[i];
}

uint64_t change_missing(const struct change_set *set)
{
	return set->missing;
}

uint64_t change_too_deep(const struct change_set *set)
{
	return set->too_deep;
}

/* Trees wait in a list of names; at most as many as blobs are wanted. */
void change_each_blob(struct change_set *set, const unsigned char *tree,
	size_t most, change_blob *each, void *context)
{
	unsigned char *waiting = calloc(most + 1, set->id_size);
	size_t queued = 1, done = 0, told = 0;

	if (waiting == NULL)
		return;
	memcpy(waiting, tree, set->id_size);
	for (; done < queued && told < most; done++) {
		struct change_tree *t = change_tree_hold(set,
			waiting + done * set->id_size);
		struct change_entry e;
		size_t at = 0;

		while (t && told < most && change_tree_next(set, t, &at, &e)) {
			if (e.is_tree && queued < most)
				memcpy(waiting + queued++ * set->id_size, e.id,
					set->id_size);
			else if (!e.is_tree && !e.is_commit) {
				each(context, e.id);
				told++;
			}
		}
		change_tree_let(t);
	}
	free(waiting);
}

const unsigned char *change_find(struct change_set *set,
	const unsigned char *commit, bytes path)
{
	unsigned char id[PACK_ID_MAX];
	size_t unused;
	bytes name;

	if (!change_commit_read(set, commit, id, NULL, 0, &unused))
		return NULL;
	for (;;) {
		bool is_last = !bytes_cut(path, '/', &name, &path);
		struct change_tree *t = change_tree_hold(set, id);
		struct change_entry e;
		size_t at = 0;
		bool is_found = false;

		while (t && !is_found && change_tree_next(set, t, &at, &e))
			is_found = bytes_equal(e.name, name) &&
				   e.is_tree == !is_last;
		if (is_found)
			memcpy(id, e.id, set->id_size);
		change_tree_let(t);
		if (!is_found)
			return NULL;
		if (is_last)
			break;
	}
	memcpy(set->found, id, set->id_size);
	return set->found;
}

/* The blob that the merged commit has is one more that stood there before. */
static bool add_old(struct change_set *set, struct change *c,
	const unsigned char *id)
{
	const unsigned char *old[CHANGE_PARENTS + 1];
	unsigned char *kept;

	if (c->old_count >= CHANGE_PARENTS)
		return true;
	for (size_t i = 0; i < c->old_count; i++)
		old[i] = c->old + i * set->id_size;
	old[c->old_count] = id;
	kept = keep_ids(set, old, c->old_count + 1);
	if (kept == NULL)
		return false;
	c->old = kept;
	c->old_count++;
	return true;
}

enum status change_set_drop_merged(struct change_set *set,
	const unsigned char *commit, struct error *err)
{
	unsigned char tree[PACK_ID_MAX];
	size_t kept = set->first, unused;
	bool is_good = true;

	if (!change_commit_read(set, commit, tree, NULL, 0, &unused))
		return error_set(err, ERR_NOT_FOUND, "read MERGE_HEAD's "
			"commit: it is not in the repository");
	for (size_t i = set->first; i < set->count; i++) {
		struct change c = set->changes[i];
		const unsigned char *id = change_find(set, commit, c.path);

		if (id && memcmp(id, c.id, set->id_size) == 0)
			continue;
		is_good = is_good && (id == NULL || add_old(set, &c, id));
		set->changes[kept++] = c;
	}
	set->count = kept;
	return is_good ? OK : error_set(err, ERR_MEMORY,
				      "compare with MERGE_HEAD: no memory");
}

/* Its name stands for the path that it has not. */
enum status change_set_add_object(struct change_set *set,
	const unsigned char *id, struct error *err)
{
	enum pack_problem problem;
	enum pack_type type;
	enum status status;
	bytes data;

	status = pack_read(set->reader, id, &type, &data, &problem, NULL);
	change_begin(set, NULL);
	for (size_t i = 0; i < set->id_size; i++)
		buf_printf(&set->path, "%02x", id[i]);
	if (status == OK && type == PACK_TREE)
		status = change_walk(set, id, NULL, 0, err);
	else if (!change_add(set, id, NULL, 0))
		status = error_set(err, ERR_MEMORY, "select: no memory");
	else
		status = OK; /* read again when it is scanned, and counted */
	change_end(set);
	return status;
}
