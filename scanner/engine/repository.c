/*
 * A repository: its history is swept by the same threads that scan files, a
 * phase at a time. Each phase puts one item for each thread on the stack;
 * whoever takes one claims units until there are none.
 */
#include "engine/internal.h"

#include "bundle/bundle.h"
#include "engine/objects.h"
#include "history/history.h"
#include "revision/revision.h"
#include "selection/selection.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

/* Of the repository in work. */
struct engine_repository {
	struct engine *engine;
	struct history *history;
	atomic_size_t next; /* [atomic: relaxed, units are independent] */
	struct history_worker **workers; /* one a thread [worker] */
};

/* Of the selection in work. */
struct engine_selection {
	struct selection *selection;
	atomic_size_t next; /* [atomic: relaxed, units are independent] */
};

static bool is_stopped(void *engine)
{
	return engine_is_stopped(engine);
}

/* Once for each thread: a selection has one phase. */
static void work_selected(struct engine_worker *w)
{
	struct engine_selection *s = w->engine->selection;
	size_t units = selection_units(s->selection), unit;
	struct selection_worker *worker = NULL;

	if (w->scan != NULL)
		worker = selection_worker_new(s->selection, w->scan);
	if (worker == NULL)
		return; /* others take the units; all failing is counted */
	while ((unit = atomic_fetch_add_explicit(&s->next, 1,
			memory_order_relaxed)) < units &&
		!engine_is_stopped(w->engine))
		selection_run(worker, unit);
}

void engine_repository_work(struct engine_worker *w)
{
	struct engine_repository *r = w->engine->repository;
	size_t number = (size_t)(w - w->engine->workers);
	size_t units, unit;

	if (w->scan == NULL)
		w->scan = scan_new(w->engine->detector, NULL);
	if (w->engine->selection != NULL) {
		work_selected(w);
		return;
	}
	units = history_units(r->history);
	if (w->scan != NULL)
		scan_remember(w->scan);
	if (w->scan != NULL && r->workers[number] == NULL)
		r->workers[number] = history_worker_new(r->history, w->scan);
	if (r->workers[number] == NULL)
		return; /* others take the units; all failing is counted */
	while ((unit = atomic_fetch_add_explicit(&r->next, 1,
			memory_order_relaxed)) < units &&
		!engine_is_stopped(w->engine))
		history_run(r->workers[number], unit);
}

static enum status run_phases(struct engine_repository *r, struct error *err)
{
	enum status status = OK;

	/* Once without any unit, too: where there is no object, refs may name
	 * some. */
	do {
		atomic_store(&r->next, 0);
		if (history_units(r->history) > 0)
			status = engine_run_all(r->engine, ITEM_HISTORY,
				history_units(r->history), err);
		if (status == OK)
			status = history_next_phase(r->history, err);
	} while (status == OK && history_units(r->history) > 0);
	return status;
}

struct row {
	uint64_t count;
	const char *what;
};

static void tell_rows(struct engine *e, const struct repo *repo,
	const struct row *rows, size_t n)
{
	char reason[160];

	for (size_t i = 0; i < n; i++) {
		if (rows[i].count == 0)
			continue;
		snprintf(reason, sizeof(reason), "%llu %s",
			(unsigned long long)rows[i].count, rows[i].what);
		engine_problem(e, bytes_text(repo->git_dir), reason);
	}
}

/* What a repository lacks as a whole, said once each. */
static void tell_problems(struct engine *e, const struct repo *repo,
	const struct history_ledger *ledger)
{
	const struct row rows[] = {
		{ledger->refused_alternates, "alternates lead outside; "
			"--allow-outside follows them"},
		{ledger->broken_packs, "packs cannot be read"},
		{ledger->broken_refs, "refs name no object"},
		{ledger->broken_indexes, "indexes cannot be read"},
		{ledger->broken_trees, "trees do not parse to their end"},
		{ledger->missing, "objects that others name are missing"},
		{ledger->missing_selected, "new objects are missing"},
		{ledger->too_deep, "directories are nested too deep"},
		{ledger->missing_commits,
			repo->is_shallow ? "commits are missing: a shallow "
					   "clone; git fetch --unshallow"
					 : "commits are missing"},
	};

	tell_rows(e, repo, rows, sizeof(rows) / sizeof(rows[0]));
}

static void sum_ledger(struct engine *e, const struct repo *repo,
	const struct history_ledger *from)
{
	struct history_ledger *to = &e->objects;

	tell_problems(e, repo, from);
	to->total += from->total;
	to->scanned += from->scanned;
	for (size_t i = 0; i < PACK_PROBLEM_COUNT; i++)
		to->problems[i] += from->problems[i];
	to->interrupted += from->interrupted;
	to->bytes += from->bytes;
	to->unscanned += from->unscanned;
	to->decode_cut += from->decode_cut;
	to->unlisted += from->unlisted;
	to->refused_alternates += from->refused_alternates;
	to->broken_packs += from->broken_packs;
	to->broken_refs += from->broken_refs;
	to->broken_trees += from->broken_trees;
	to->broken_indexes += from->broken_indexes;
	to->missing += from->missing;
	to->missing_selected += from->missing_selected;
	to->too_deep += from->too_deep;
	to->missing_commits += from->missing_commits;
	to->dropped_paths += from->dropped_paths;
	to->lfs_pointers += from->lfs_pointers;
	to->seconds_plan += from->seconds_plan;
	to->seconds_scan += from->seconds_scan;
	to->seconds_attribute += from->seconds_attribute;
	to->seconds_inflate += from->seconds_inflate;
	to->seconds_delta += from->seconds_delta;
	to->seconds_trees += from->seconds_trees;
	to->seconds_units += from->seconds_units;
}

static void add_ledger(struct engine *e, const struct repo *repo,
	const struct history *h)
{
	struct history_ledger from;

	history_ledger(h, &from);
	sum_ledger(e, repo, &from);
}

static void tell_keys(const struct history *h, const struct engine_known *k)
{
	const struct hash128 *keys;

	for (size_t i = 0; i < history_workers(h); i++) {
		size_t n = history_keys(h, i, &keys);

		if (n)
			k->keys(k->context, keys, n);
	}
}

/* known: or NULL. */
static enum status scan_history(struct engine *e, const struct repo *repo,
	const struct history_options *options,
	const struct engine_known *known, struct error *err)
{
	struct engine_repository r = {.engine = e};
	enum status status;

	r.workers = calloc(e->worker_count, sizeof(*r.workers));
	if (r.workers == NULL)
		return error_set(err, ERR_MEMORY, "scan history");
	status = history_open(&r.history, repo, options, err);
	if (status == OK) {
		e->repository = &r;
		status = run_phases(&r, err);
		e->repository = NULL;
		add_ledger(e, repo, r.history);
		if (status == OK)
			status = history_tell(r.history, e->leaks, err);
		if (status == OK && known) {
			history_put_state(r.history, known->state);
			tell_keys(r.history, known);
		}
		history_close(r.history);
	}
	free(r.workers);
	return status;
}

/* Wholly; `store`: NULL for the repository's own. */
static enum status scan_wholly(struct engine *e, const struct repo *repo,
	struct pack_store *store, const char *prefix, struct error *err)
{
	const struct history_options options = {
		.store = store,
		.detector = e->detector,
		.is_stopped = is_stopped,
		.context = e,
		.prefix = prefix,
		.with_refs = e->options.refs,
	};

	return scan_history(e, repo, &options, NULL, err);
}

enum status engine_scan_objects(struct engine *e, const char *path,
	const struct engine_known *known, struct error *err)
{
	const struct repo_options repo_options = {
		.allow_owner = e->options.allow_owner,
		.allow_outside = e->options.allow_outside,
	};
	const struct history_options options = {
		.detector = e->detector,
		.is_stopped = is_stopped,
		.context = e,
		.prefix = "",
		.with_refs = e->options.refs,
		.known = known->known,
		.added = known->added,
		.no_index = true,
	};
	struct repo *repo = NULL;
	enum status status = repo_open(&repo, path, &repo_options, err);

	e->target = path;
	if (status == OK)
		status = scan_history(e, repo, &options, known, err);
	repo_close(repo);
	return status;
}

enum status engine_repository_scan(struct engine *e, const struct repo *repo,
	const char *prefix, struct error *err)
{
	return scan_wholly(e, repo, NULL, prefix, err);
}

enum status engine_bundle_scan(struct engine *e, const char *path,
	struct error *err)
{
	const struct bundle_options options = {is_stopped, e};
	struct bundle *bundle = NULL;
	enum status status = bundle_open(&bundle, path, &options, err);
	struct buf prefix;
	char reason[80];

	if (status == ERR_INTERRUPTED)
		return OK; /* the summary says so */
	if (status != OK)
		return status;
	buf_init(&prefix, LIMIT_PATH);
	buf_printf(&prefix, "%s!", path);
	if (bundle_lost(bundle)) {
		e->objects.total += bundle_lost(bundle);
		e->objects.problems[PACK_CORRUPT] += bundle_lost(bundle);
		snprintf(reason, sizeof(reason), "%llu objects cannot be told "
			"apart", (unsigned long long)bundle_lost(bundle));
		engine_problem(e, bytes_text(path), reason);
	}
	status = scan_wholly(e, bundle_repo(bundle), bundle_store(bundle),
		buf_text(&prefix), err);
	buf_release(&prefix);
	bundle_close(bundle);
	return status;
}

/* ---- selections --------------------------------------------------------- */

/* A tree that is missing only made more count as new, when it is the old
 * side's; that cannot be told here, so both say "incomplete". Alternates and
 * packs that are not read matter when something is missing. */
static void add_selected(struct engine *e, const struct repo *repo,
	const struct selection *selection)
{
	struct selection_ledger from;
	struct history_ledger to = {.total = 0};

	selection_ledger(selection, &from);
	to.total = from.total;
	to.scanned = from.scanned;
	to.missing_selected = from.missing;
	to.missing = from.missing_trees;
	to.interrupted = from.interrupted;
	memcpy(to.problems, from.problems, sizeof(to.problems));
	to.bytes = from.bytes;
	to.unscanned = from.unscanned;
	to.decode_cut = from.decode_cut;
	to.unlisted = from.unlisted;
	to.too_deep = from.too_deep;
	to.lfs_pointers = from.lfs_pointers;
	if (from.missing + from.missing_trees) {
		to.refused_alternates = from.refused_alternates;
		to.broken_packs = from.broken_packs;
	}
	sum_ledger(e, repo, &to);
}

static enum status add_commits(struct engine *e, const struct repo *repo,
	struct selection *selection, struct error *err)
{
	struct revision *revision = NULL;
	struct revision_list list = {.commits = NULL};
	enum status status = revision_open(&revision, repo,
		selection_store(selection), err);

	if (status == OK && e->options.selected == SELECT_RANGE)
		status = revision_range(revision, e->options.range, &list,
			err);
	else if (status == OK && e->options.selected == SELECT_NEW)
		status = revision_new(revision, e->options.ends, &list, err);
	else if (status == OK)
		status = revision_since(revision, e->options.since, &list,
			err);
	if (status == OK)
		status = selection_add_commits(selection, list.commits,
			list.commit_count, err);
	if (status == OK)
		status = selection_add_tags(selection, list.tags,
			list.tag_count, err);
	if (status == OK)
		status = selection_add_objects(selection, list.others,
			list.other_count, err);
	revision_list_release(&list);
	revision_close(revision);
	return status;
}

static enum status run_selection(struct engine *e, struct selection *s,
	struct error *err)
{
	struct engine_selection work = {.selection = s};
	size_t units = selection_units(s);
	enum status status = OK;

	e->selection = &work;
	if (units)
		status = engine_run_all(e, ITEM_HISTORY, units, err);
	e->selection = NULL;
	return status;
}

enum status engine_selection_scan(struct engine *e, const struct repo *repo,
	const char *prefix, struct error *err)
{
	const struct selection_options options = {
		.detector = e->detector,
		.is_stopped = is_stopped,
		.context = e,
		.prefix = prefix,
	};
	struct selection *s = NULL;
	enum status status = selection_open(&s, repo, &options, err);

	if (status != OK)
		return status;
	if (e->options.selected == SELECT_STAGED ||
		e->options.selected == SELECT_COMMIT)
		status = selection_add_index(s, err);
	else
		status = add_commits(e, repo, s, err);
	if (status == OK && e->options.selected == SELECT_COMMIT)
		status = selection_drop_merged(s, err);
	if (status == OK)
		status = selection_plan(s, err);
	if (status == OK)
		status = run_selection(e, s, err);
	if (status == OK) {
		add_selected(e, repo, s);
		status = selection_tell(s, e->leaks, err);
	}
	selection_close(s);
	return status;
}
