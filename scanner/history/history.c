#include "history/internal.h"

#include "base/clock.h"
#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

/* What the first sweep did not look at. */
enum history_left { LEFT_NOTHING, LEFT_KNOWN };

/*
 * Alternates may stand inside what the user named, and inside the directory
 * that a worktree's or submodule's objects were found in.
 */
static enum status open_store(struct history *h, struct error *err)
{
	const char *allowed[] = {h->repo->root, h->repo->common_dir, "/"};
	struct pack_store_options options = {
		.allowed = allowed,
		.allowed_count = h->repo->is_outside_allowed ? 3 : 2,
	};

	return pack_store_open(&h->store, h->repo->objects, &options, err);
}

static enum history_left what_was_left(const struct history *h)
{
	return h->options.known && known_choice(h->options.known)
		       ? LEFT_KNOWN
		       : LEFT_NOTHING;
}

static enum status plan_scan(struct history *h, struct error *err)
{
	struct known *known = h->options.known;
	const struct pack_choice *choice;
	enum status status;

	if (known == NULL) {
		status = pack_sweep_new(&h->sweep, h->store, PACK_SWEEP_ALL,
			err);
		h->scanned = h->sweep;
		return status;
	}
	status = known_look(known, h->repo, h->store, err);
	if (status != OK)
		return status;
	if (known_extent(known) == KNOWN_ALL) {
		h->phase = PHASE_DONE;
		return OK;
	}
	choice = known_choice(known);
	status = pack_sweep_new_chosen(&h->sweep, h->store, PACK_SWEEP_ALL,
		choice, err);
	h->scanned = h->sweep;
	if (status == OK && choice)
		h->known = pack_store_count(h->store) -
			   pack_sweep_distinct(h->sweep);
	return status;
}

enum status history_open(struct history **out, const struct repo *repo,
	const struct history_options *options, struct error *err)
{
	struct history *h = calloc(1, sizeof(*h));
	struct attribute_options attribute = {.limit = LIMIT_TREELOG};
	uint64_t start = clock_nanoseconds();
	enum status status;

	if (h == NULL)
		return error_set(err, ERR_MEMORY, "open history");
	h->repo = repo;
	h->options = *options;
	h->phase = PHASE_SCAN;
	h->has_path_rules = detector_finds_by_path(options->detector);
	atomic_flag_clear(&h->registering);
	atomic_flag_clear(&h->has_refs_scanned);
	h->store = options->store;
	status = h->store ? OK : open_store(h, err);
	if (status == OK)
		status = plan_scan(h, err);
	attribute.store = h->store;
	if (status == OK)
		h->attribute = attribute_new(&attribute, err);
	if (h->attribute == NULL) {
		history_close(h);
		return status == OK ? ERR_MEMORY : status;
	}
	h->phase_started = clock_nanoseconds();
	h->ledger.seconds_plan = clock_seconds(start, h->phase_started);
	*out = h;
	return OK;
}

static void worker_free(struct history_worker *w)
{
	history_hits_release(&w->hits);
	free(w->names.keys);
	leak_memo_free(w->memo);
	pack_worker_free(w->pack);
	history_memory_release(w);
	free(w);
}

void history_close(struct history *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->worker_count; i++)
		worker_free(h->workers[i]);
	free(h->workers);
	history_hits_release(&h->hits);
	carry_free(h->carry);
	free(h->visited.at);
	free(h->missing);
	attribute_free(h->attribute);
	if (h->scanned != h->sweep)
		pack_sweep_free(h->scanned);
	pack_sweep_free(h->sweep);
	if (h->options.store == NULL)
		pack_store_close(h->store);
	free(h->tips);
	free(h->wanted);
	free(h->wanted_names);
	free(h->wanted_of);
	for (size_t i = 0; i < h->staged_count; i++)
		free(h->staged[i].path);
	free(h->staged);
	free(h);
}

size_t history_units(const struct history *h)
{
	size_t units;

	if (h->phase == PHASE_DONE || h->sweep == NULL)
		return 0;
	units = pack_sweep_units(h->sweep);
	/* Nothing but refs may be new. */
	return units == 0 && h->phase == PHASE_SCAN && h->known ? 1 : units;
}

struct history_worker *history_worker_new(struct history *h, struct scan *scan)
{
	struct history_worker *w = calloc(1, sizeof(*w)), **workers;

	if (w == NULL)
		return NULL;
	w->owner = h;
	w->scan = scan;
	w->pack = pack_worker_new(h->store);
	w->attribute = attribute_worker_new(h->attribute, history_look_at, w);
	while (atomic_flag_test_and_set(&h->registering))
		;
	workers = w->pack && w->attribute
			  ? reallocarray(h->workers, h->worker_count + 1,
				    sizeof(*workers))
			  : NULL;
	if (workers) {
		h->workers = workers;
		workers[h->worker_count++] = w;
	}
	atomic_flag_clear(&h->registering);
	if (workers == NULL) {
		worker_free(w);
		return NULL;
	}
	w->before = *scan_ledger(scan);
	return w;
}

static void attribute_object(void *context, const struct pack_object *object)
{
	(void)attribute_visit(((struct history_worker *)context)->attribute,
		object);
}

static void ignore_large(void *context, const struct pack_object *object)
{
	(void)context;
	(void)object;
}

static void ignore_piece(void *context, bytes piece)
{
	(void)context;
	(void)piece;
}

static void ignore_end(void *context, enum pack_problem problem)
{
	(void)context;
	(void)problem;
}

/* Counted in the first phase already. */
static void ignore_problem(void *context, const unsigned char *id,
	bool is_copy, enum pack_problem problem)
{
	(void)context;
	(void)id;
	(void)is_copy;
	(void)problem;
}

static bool is_stopped(void *context)
{
	const struct history_options *o =
		&((struct history_worker *)context)->owner->options;

	return o->is_stopped && o->is_stopped(o->context);
}

/* The phase behind the first, which reads trees again. */
static void attribute_unit(struct history_worker *w, size_t unit)
{
	struct pack_visitor visitor = {
		.object = attribute_object,
		.large_begin = ignore_large,
		.large_piece = ignore_piece,
		.large_end = ignore_end,
		.problem = ignore_problem,
		.is_stopped = is_stopped,
		.context = w,
	};

	pack_sweep_run(w->owner->sweep, unit, w->pack, &visitor);
}

void history_run(struct history_worker *w, size_t unit)
{
	if (w->owner->phase == PHASE_SCAN)
		history_scan_unit(w, unit);
	else
		attribute_unit(w, unit);
}

static enum status gather(struct history *h, struct error *err)
{
	for (size_t i = 0; i < h->worker_count; i++)
		if (!history_hits_take(&h->hits, &h->workers[i]->hits))
			return error_set(err, ERR_MEMORY, "gather findings");
	history_hits_settle(&h->hits);
	return OK;
}

/* The distinct blobs with findings, and the names of entries. */
static bool gather_wanted(struct history *h)
{
	size_t id_size = pack_store_id_size(h->store);

	h->wanted = calloc(h->hits.n + 1, id_size);
	h->wanted_names = calloc(h->hits.n + 1, sizeof(*h->wanted_names));
	h->wanted_of = calloc(h->hits.n + 1, sizeof(*h->wanted_of));
	if (!h->wanted || !h->wanted_names || !h->wanted_of)
		return false;
	for (size_t i = 0; i < h->hits.n; i++) {
		const struct hit *hit = &h->hits.at[i];
		size_t n = h->wanted_count;

		if (hit->kind == HIT_NAME)
			h->wanted_names[h->wanted_name_count++] = hit->name;
		if (hit->kind != HIT_BLOB)
			continue;
		if (n == 0 || memcmp(h->wanted + (n - 1) * id_size, hit->id,
				      id_size) != 0)
			memcpy(h->wanted + h->wanted_count++ * id_size,
				hit->id, id_size);
		h->wanted_of[i] = h->wanted_count - 1;
	}
	/* The places of names come after the blobs'. */
	for (size_t i = 0, name = 0; i < h->hits.n; i++)
		if (h->hits.at[i].kind == HIT_NAME)
			h->wanted_of[i] = h->wanted_count + name++;
	return true;
}

static bool gather_tips(struct history *h)
{
	size_t id_size = pack_store_id_size(h->store);

	h->tips = calloc(h->repo->ref_count + 1, id_size);
	for (size_t i = 0; h->tips && i < h->repo->ref_count; i++)
		memcpy(h->tips + i * id_size, h->repo->refs[i].id, id_size);
	return h->tips != NULL;
}

static struct attribute_question question_of(const struct history *h)
{
	return (struct attribute_question){
		.wanted = h->wanted,
		.wanted_count = h->wanted_count,
		.names = h->wanted_names,
		.name_count = h->wanted_name_count,
		.tips = h->tips,
		.tip_count = h->repo->ref_count,
		.head = repo_head(h->repo),
	};
}

static void end_attribution(struct history *h)
{
	h->phase = PHASE_DONE;
	h->ledger.seconds_attribute =
		clock_seconds(h->phase_started, clock_nanoseconds());
}

static enum status attribute_all(struct history *h, struct error *err)
{
	const struct attribute_question question = question_of(h);
	enum status status = attribute_finish(h->attribute, &question, err);

	h->ledger.missing = attribute_missing_objects(h->attribute);
	if (status == OK && h->options.known)
		history_close_all(h, &question);
	end_attribution(h);
	return status;
}

/* Commits and tags, or trees too, once more. */
static enum status plan_again(struct history *h, enum phase phase,
	struct error *err)
{
	const struct attribute_question question = question_of(h);
	unsigned types = phase == PHASE_ORDER ? ATTRIBUTE_ORDER_TYPES
					      : ATTRIBUTE_TYPES;
	enum status status = attribute_again(h->attribute, &question, err);

	h->phase = phase;
	if (status != OK)
		return status;
	/* All was planned; else what was left out may lead to what was
	 * found. */
	if (what_was_left(h) == LEFT_NOTHING)
		return pack_sweep_narrow(h->sweep, types, err);
	if (h->sweep != h->scanned)
		pack_sweep_free(h->sweep);
	h->sweep = NULL;
	return pack_sweep_new(&h->sweep, h->store, types, err);
}

/* By what the last run knew, and when that is not enough, of all trees. */
static enum status carry(struct history *h, const struct attribute *order,
	struct error *err)
{
	switch (history_carry(h, order)) {
	case CARRY_TOLD:
		h->ledger.missing = h->missing_count;
		end_attribution(h);
		return OK;
	case CARRY_UNSURE:
		return plan_again(h, order ? PHASE_ATTRIBUTE : PHASE_ORDER,
			err);
	default:
		return plan_again(h, PHASE_ATTRIBUTE, err);
	}
}

static enum status end_order(struct history *h, struct error *err)
{
	const struct attribute_question question = question_of(h);
	enum status status = attribute_finish_order(h->attribute, &question,
		err);

	return status == OK ? carry(h, h->attribute, err) : status;
}

/* Mostly the first sweep wrote down all that is needed. */
static enum status begin_attribution(struct history *h, struct error *err)
{
	const struct attribute_question question = question_of(h);

	history_close_visited(h, &question);
	if (h->hits.n == 0 && h->is_closed && h->missing_count == 0) {
		h->phase = PHASE_DONE;
		return OK;
	}
	if (what_was_left(h) == LEFT_KNOWN)
		return carry(h, NULL, err);
	if (!attribute_is_full(h->attribute))
		return attribute_all(h, err);
	return plan_again(h, PHASE_ATTRIBUTE, err);
}

static bool has_failed(const struct history *h)
{
	for (size_t i = 0; i < h->worker_count; i++)
		if (h->workers[i]->failed)
			return true;
	return false;
}

static enum status end_scan(struct history *h, struct error *err)
{
	uint64_t now = clock_nanoseconds();
	enum status status;

	if (!h->options.no_index && !history_index_paths(h))
		return error_set(err, ERR_MEMORY, "scan the index");
	status = gather(h, err);
	h->ledger.seconds_scan = clock_seconds(h->phase_started, now);
	h->phase_started = now;
	if (status != OK)
		return status;
	if (!gather_wanted(h) || !gather_tips(h) ||
		(!h->options.no_index && !history_index_places(h)))
		return error_set(err, ERR_MEMORY, "gather findings");
	return begin_attribution(h, err);
}

static enum status end_phase(struct history *h, struct error *err)
{
	switch (h->phase) {
	case PHASE_SCAN:
		return end_scan(h, err);
	case PHASE_ORDER:
		return end_order(h, err);
	case PHASE_ATTRIBUTE:
		return attribute_all(h, err);
	default:
		return OK;
	}
}

enum status history_next_phase(struct history *h, struct error *err)
{
	enum status status = has_failed(h) ? ERR_MEMORY : OK;

	if (status != OK)
		return error_set(err, status, "scan history");
	/* Nobody runs a phase that has no units. */
	do
		status = end_phase(h, err);
	while (status == OK && h->phase != PHASE_DONE &&
		pack_sweep_units(h->sweep) == 0);
	return status;
}

static void add_ledger(struct history_ledger *into,
	const struct history_worker *w)
{
	const struct detect_ledger *now = scan_ledger(w->scan);

	into->seconds_inflate += clock_seconds(0, w->pack_spent.inflate);
	into->seconds_delta += clock_seconds(0, w->pack_spent.delta);
	into->seconds_trees += clock_seconds(0, w->trees_spent);
	into->seconds_units += clock_seconds(0, w->units_spent);
	into->scanned += w->ledger.scanned;
	into->bytes += w->ledger.bytes;
	into->lfs_pointers += w->ledger.lfs_pointers;
	into->broken_trees += w->ledger.broken_trees;
	for (size_t p = 0; p < PACK_PROBLEM_COUNT; p++)
		into->problems[p] += w->ledger.problems[p];
	into->unscanned += now->unscanned - w->before.unscanned;
	into->decode_cut += now->decode_cut - w->before.decode_cut;
	into->unlisted += now->unlisted - w->before.unlisted;
}

void history_ledger(const struct history *h, struct history_ledger *out)
{
	const struct pack_store_report *report = pack_store_report(h->store);
	uint64_t told = 0;

	*out = h->ledger;
	for (size_t i = 0; i < h->worker_count; i++)
		add_ledger(out, h->workers[i]);
	out->total = pack_store_count(h->store);
	out->known = h->known;
	out->scanned += h->known;
	out->refused_alternates = report->refused_alternates;
	out->broken_packs = report->broken_packs;
	out->broken_refs = h->repo->broken_refs;
	if (h->attribute) {
		out->missing_commits = attribute_missing(h->attribute);
		out->dropped_paths += attribute_dropped(h->attribute);
	}
	for (size_t p = 0; p < PACK_PROBLEM_COUNT; p++)
		told += out->problems[p];
	/* What was never reached was stopped. */
	if (out->total > out->scanned + told)
		out->interrupted = out->total - out->scanned - told;
}
