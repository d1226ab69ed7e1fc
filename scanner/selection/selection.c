#include "selection/internal.h"

#include <stdlib.h>

#include "base/banned.h"

static enum status open_store(struct selection *s, struct error *err)
{
	const struct repo *r = s->repo;
	const char *allowed[] = {r->root, r->common_dir, "/"};
	const struct pack_store_options options = {
		.allowed = allowed,
		.allowed_count = r->is_outside_allowed ? 3 : 2,
		.id_size = r->id_size,
		.is_by_name = true,
	};
	enum status status = pack_store_open(&s->store, r->objects, &options,
		err);

	for (size_t i = 0; status == OK && i < r->alternate_count; i++)
		status = pack_store_add(s->store, r->alternates[i], err);
	return status;
}

enum status selection_open(struct selection **out, const struct repo *repo,
	const struct selection_options *options, struct error *err)
{
	struct selection *s = calloc(1, sizeof(*s));
	enum status status;

	if (s == NULL)
		return error_set(err, ERR_MEMORY, "open repository");
	s->repo = repo;
	s->options = *options;
	atomic_flag_clear(&s->registering);
	status = open_store(s, err);
	if (status == OK) {
		s->changes = change_set_new(s->store, err);
		status = s->changes ? OK : ERR_MEMORY;
	}
	if (status != OK)
		selection_close(s);
	else
		*out = s;
	return status;
}

static void worker_free(struct selection_worker *w)
{
	leak_memo_free(w->memo);
	pack_worker_free(w->reader);
	free(w);
}

void selection_close(struct selection *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->worker_count; i++)
		worker_free(s->workers[i]);
	for (size_t i = 0; i < s->pick_count; i++) {
		leak_memo_free(s->picks[i].memo);
		leak_memo_free(s->picks[i].people);
	}
	free(s->workers);
	free(s->picks);
	free(s->next);
	free(s->commits);
	free(s->tags);
	change_set_free(s->changes);
	pack_store_close(s->store);
	free(s);
}

struct pack_store *selection_store(const struct selection *s)
{
	return s->store;
}

static enum status copy_ids(const struct selection *s, unsigned char **to,
	size_t *to_count, const unsigned char *from, size_t count,
	struct error *err)
{
	size_t id_size = pack_store_id_size(s->store);
	unsigned char *at = reallocarray(*to, *to_count + count + 1, id_size);

	if (at == NULL)
		return error_set(err, ERR_MEMORY, "select commits: no memory");
	if (count)
		memcpy(at + *to_count * id_size, from, count * id_size);
	*to = at;
	*to_count += count;
	return OK;
}

enum status selection_add_commits(struct selection *s,
	const unsigned char *commits, size_t count, struct error *err)
{
	size_t id_size = pack_store_id_size(s->store);
	enum status status = copy_ids(s, &s->commits, &s->commit_count,
		commits, count, err);
	const struct selection_options *o = &s->options;

	for (size_t i = 0; status == OK && i < count; i++) {
		if (o->is_stopped && o->is_stopped(o->context))
			break;
		status = change_set_add_commit(s->changes,
			commits + i * id_size, err);
	}
	return status;
}

enum status selection_add_tags(struct selection *s, const unsigned char *tags,
	size_t count, struct error *err)
{
	return copy_ids(s, &s->tags, &s->tag_count, tags, count, err);
}

enum status selection_add_objects(struct selection *s,
	const unsigned char *objects, size_t count, struct error *err)
{
	size_t id_size = pack_store_id_size(s->store);
	enum status status = OK;

	for (size_t i = 0; status == OK && i < count; i++)
		status = change_set_add_object(s->changes,
			objects + i * id_size, err);
	return status;
}

enum status selection_add_index(struct selection *s, struct error *err)
{
	struct repo_index *index = NULL;
	enum status status;

	s->is_index = true;
	status = repo_index_read(&index, s->repo->index, s->repo->git_dir,
		s->repo->id_size, err);
	if (status == ERR_NOT_FOUND)
		return OK; /* nothing was ever added */
	if (status == OK)
		status = change_set_add_index(s->changes, index,
			repo_head(s->repo), err);
	repo_index_free(index);
	return status;
}

enum status selection_drop_merged(struct selection *s, struct error *err)
{
	unsigned char *ids = NULL;
	size_t count = 0, id_size = s->repo->id_size;
	enum status status = repo_read_merge_heads(s->repo, &ids, &count,
		err);

	for (size_t i = 0; status == OK && i < count; i++)
		status = change_set_drop_merged(s->changes, ids + i * id_size,
			err);
	free(ids);
	return status;
}

enum status selection_plan(struct selection *s, struct error *err)
{
	return selection_plan_picks(s)
		       ? OK
		       : error_set(err, ERR_MEMORY, "plan: no memory");
}

struct selection_worker *selection_worker_new(struct selection *s,
	struct scan *scan)
{
	struct selection_worker *w = calloc(1, sizeof(*w)), **workers = NULL;

	if (w == NULL)
		return NULL;
	w->owner = s;
	w->scan = scan;
	w->reader = pack_worker_new(s->store);
	while (atomic_flag_test_and_set(&s->registering))
		;
	if (w->reader)
		workers = reallocarray(s->workers, s->worker_count + 1,
			sizeof(*workers));
	if (workers) {
		s->workers = workers;
		workers[s->worker_count++] = w;
	}
	atomic_flag_clear(&s->registering);
	if (workers == NULL) {
		worker_free(w);
		return NULL;
	}
	w->before = *scan_ledger(scan);
	return w;
}

static void add_ledger(struct selection_ledger *into,
	const struct selection_worker *w)
{
	const struct detect_ledger *now = scan_ledger(w->scan);

	into->scanned += w->ledger.scanned;
	into->missing += w->ledger.missing;
	into->bytes += w->ledger.bytes;
	into->lfs_pointers += w->ledger.lfs_pointers;
	for (size_t p = 0; p < PACK_PROBLEM_COUNT; p++)
		into->problems[p] += w->ledger.problems[p];
	into->unscanned += now->unscanned - w->before.unscanned;
	into->decode_cut += now->decode_cut - w->before.decode_cut;
	into->unlisted += now->unlisted - w->before.unlisted;
}

void selection_ledger(const struct selection *s, struct selection_ledger *out)
{
	const struct pack_store_report *report = pack_store_report(s->store);
	uint64_t told;

	*out = (struct selection_ledger){
		.missing_trees = change_missing(s->changes),
		.too_deep = change_too_deep(s->changes),
		.refused_alternates = report->refused_alternates,
		.broken_packs = report->broken_packs,
	};
	for (size_t i = 0; i < s->worker_count; i++)
		add_ledger(out, s->workers[i]);
	for (size_t i = 0; i < s->pick_count; i++)
		out->total += s->picks[i].kind != PICK_NAME;
	told = out->scanned + out->missing;
	for (size_t p = 0; p < PACK_PROBLEM_COUNT; p++)
		told += out->problems[p];
	/* What was never reached was stopped. */
	if (out->total > told)
		out->interrupted = out->total - told;
}
