/*
 * A repository: its history is swept by the same threads that scan files, a
 * phase at a time. Each phase puts one item for each thread on the stack;
 * whoever takes one claims units until there are none.
 */
#include "engine/internal.h"

#include "history/history.h"

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

static bool is_stopped(void *engine)
{
	return engine_is_stopped(engine);
}

void engine_repository_work(struct engine_worker *w)
{
	struct engine_repository *r = w->engine->repository;
	size_t number = (size_t)(w - w->engine->workers);
	size_t units = history_units(r->history);
	size_t unit;

	if (w->scan == NULL)
		w->scan = scan_new(w->engine->detector, NULL);
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

	while (status == OK && history_units(r->history) > 0) {
		atomic_store(&r->next, 0);
		status = engine_run_all(r->engine, ITEM_HISTORY, err);
		if (status == OK)
			status = history_next_phase(r->history, err);
	}
	return status;
}

/* What a repository lacks as a whole, said once each. */
static void tell_problems(struct engine *e, const struct repo *repo,
	const struct history_ledger *ledger)
{
	const struct {
		uint64_t count;
		const char *what;
	} rows[] = {
		{ledger->refused_alternates, "alternates lead outside"},
		{ledger->broken_packs, "packs cannot be read"},
		{ledger->broken_refs, "refs name no object"},
		{ledger->missing_commits,
			repo->is_shallow ? "commits are missing: a shallow "
					   "clone; git fetch --unshallow"
					 : "commits are missing"},
	};
	char reason[120];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].count == 0)
			continue;
		snprintf(reason, sizeof(reason), "%llu %s",
			(unsigned long long)rows[i].count, rows[i].what);
		engine_problem(e, bytes_text(repo->git_dir), reason);
	}
}

static void add_ledger(struct engine *e, const struct repo *repo,
	const struct history *h)
{
	struct history_ledger from, *to = &e->objects;

	history_ledger(h, &from);
	tell_problems(e, repo, &from);
	to->total += from.total;
	to->scanned += from.scanned;
	for (size_t i = 0; i < PACK_PROBLEM_COUNT; i++)
		to->problems[i] += from.problems[i];
	to->interrupted += from.interrupted;
	to->bytes += from.bytes;
	to->unscanned += from.unscanned;
	to->decode_cut += from.decode_cut;
	to->unlisted += from.unlisted;
	to->refused_alternates += from.refused_alternates;
	to->broken_packs += from.broken_packs;
	to->broken_refs += from.broken_refs;
	to->missing_commits += from.missing_commits;
	to->dropped_paths += from.dropped_paths;
	to->lfs_pointers += from.lfs_pointers;
	to->seconds_plan += from.seconds_plan;
	to->seconds_scan += from.seconds_scan;
	to->seconds_attribute += from.seconds_attribute;
}

enum status engine_repository_scan(struct engine *e, const struct repo *repo,
	const char *prefix, struct error *err)
{
	const struct history_options options = {
		.is_stopped = is_stopped, .context = e, .prefix = prefix};
	struct engine_repository r = {.engine = e};
	enum status status;

	r.workers = calloc(e->worker_count, sizeof(*r.workers));
	if (r.workers == NULL)
		return error_set(err, ERR_MEMORY, "scan history");
	status = history_open(&r.history, repo, &options, err);
	if (status == OK) {
		e->repository = &r;
		status = run_phases(&r, err);
		e->repository = NULL;
		add_ledger(e, repo, r.history);
		if (status == OK)
			status = history_tell(r.history, e->leaks, err);
		history_close(r.history);
	}
	free(r.workers);
	return status;
}
