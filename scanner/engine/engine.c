/*
 * Threads, and the sum of what they did.
 *
 * The calling thread starts the workers, then only watches: the progress
 * line, the clock and the signal flag, some times a second. What is found does
 * not depend on who scanned what: leaks/ sorts, problems are kept by path, and
 * counts are sums.
 */
#include "engine/internal.h"

#include "base/clock.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/banned.h"

static unsigned default_jobs(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > LIMIT_JOBS ? LIMIT_JOBS : (unsigned)n;
}

struct engine *engine_new(const struct detector *detector,
	struct leaks *leaks, const struct engine_options *options,
	struct error *err)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (e == NULL)
		goto failed;
	e->detector = detector;
	e->leaks = leaks;
	e->options = *options;
	e->started = clock_nanoseconds();
	if (options->timeout > 0)
		e->deadline = e->started + (uint64_t)(options->timeout * 1e9);
	e->seed = hash_seed();
	pthread_mutex_init(&e->problems.lock, NULL);
	e->worker_count = options->jobs ? options->jobs : default_jobs();
	if (e->worker_count > LIMIT_JOBS)
		e->worker_count = LIMIT_JOBS;
	e->seen = seen_new();
	e->workers = calloc(e->worker_count, sizeof(*e->workers));
	if (e->seen == NULL || e->workers == NULL)
		goto failed;
	for (unsigned i = 0; i < e->worker_count; i++)
		engine_worker_init(&e->workers[i], e);
	return e;
failed:
	engine_free(e);
	error_set(err, ERR_MEMORY, "start the scan: out of memory");
	return NULL;
}

void engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	for (unsigned i = 0; e->workers != NULL && i < e->worker_count; i++)
		engine_worker_release(&e->workers[i]);
	free(e->workers);
	seen_free(e->seen);
	for (size_t i = 0; i < e->problems.n; i++)
		free(e->problems.text[i]);
	pthread_mutex_destroy(&e->problems.lock);
	free(e);
}

/* ---- stopping ----------------------------------------------------------- */

void engine_interrupt(struct engine *e, const char *why)
{
	const char *none = NULL;

	/* The first reason stays. */
	atomic_compare_exchange_strong_explicit(&e->why, &none, why,
		memory_order_relaxed, memory_order_relaxed);
}

static int caught(const struct engine *e)
{
	return e->options.signal ? atomic_load_explicit(e->options.signal,
		memory_order_relaxed) : 0;
}

bool engine_is_stopped(struct engine *e)
{
	if (atomic_load_explicit(&e->why, memory_order_relaxed) != NULL)
		return true;
	if (caught(e) != 0)
		engine_interrupt(e, caught(e) == SIGINT ? "SIGINT" : "SIGTERM");
	else if (e->deadline && clock_nanoseconds() >= e->deadline)
		engine_interrupt(e, "timeout");
	else
		return false;
	return true;
}

/* ---- running ------------------------------------------------------------ */

/* Start as many as can be had; with none, the work is done in this thread. */
static unsigned start(struct engine *e, unsigned wanted)
{
	unsigned n = 0;

	for (; n < wanted; n++)
		if (pthread_create(&e->workers[n].thread, NULL,
			engine_worker_run, &e->workers[n]) != 0)
			break;
	if (n == 0)
		engine_worker_run(&e->workers[0]);
	return n;
}

static enum status push_first(struct engine *e, enum stack_item_kind kind,
	uint32_t files, struct error *err)
{
	struct stack_item *item = stack_item_new(kind, bytes_of("", 0),
		bytes_of("", 0), files, 0);

	if (item == NULL)
		return error_set(err, ERR_MEMORY, "start the scan of %s: "
			"out of memory", e->target);
	stack_push(&e->stack, item);
	return OK;
}

static void run_stack(struct engine *e, unsigned threads)
{
	struct engine_meter *meter;

	threads = start(e, threads);
	meter = engine_meter_new(e);
	while (!stack_wait(&e->stack, engine_meter_tick(meter)))
		(void)engine_is_stopped(e);
	for (unsigned i = 0; i < threads; i++)
		pthread_join(e->workers[i].thread, NULL);
	engine_meter_free(meter);
}

enum status engine_run_one(struct engine *e, enum stack_item_kind kind,
	unsigned threads, struct error *err)
{
	enum status status;

	stack_init(&e->stack);
	status = push_first(e, kind, kind == ITEM_DIRECTORY ? 0 : 1, err);
	if (status == OK)
		run_stack(e, threads);
	stack_release(&e->stack);
	return status;
}

enum status engine_run_all(struct engine *e, enum stack_item_kind kind,
	size_t units, struct error *err)
{
	unsigned threads = units < e->worker_count ? (unsigned)units
						   : e->worker_count;
	enum status status = OK;

	stack_init(&e->stack);
	for (unsigned i = 0; i < threads && status == OK; i++)
		status = push_first(e, kind, 0, err);
	/* What was pushed is worked off in any case; one unit before a thread
	 * would have started. */
	run_stack(e, units > 1 ? threads : 0);
	stack_release(&e->stack);
	return status;
}

/* ---- the sum ------------------------------------------------------------ */

static void fill_ledger(struct report_ledger *out,
	const struct engine_tally *sum)
{
	*out = (struct report_ledger){.scanned = sum->ends[END_SCANNED]};
	for (unsigned end = 1; end < END_COUNT; end++) {
		uint64_t n = sum->ends[end];

		if (n == 0)
			continue;
		if (engine_end_is_failure(end))
			out->failed += n;
		else
			out->skips[out->skip_count++] = (struct report_skip){
				engine_end_name(end), n};
		out->total += n;
	}
	out->total += out->scanned;
}

static void fill_objects(struct report_ledger *out,
	const struct history_ledger *sum)
{
	*out = (struct report_ledger){
		.total = sum->total, .scanned = sum->scanned};
	for (unsigned p = PACK_FINE + 1; p < PACK_PROBLEM_COUNT; p++) {
		if (p != PACK_TOO_LARGE)
			out->failed += sum->problems[p];
		else if (sum->problems[p])
			out->skips[out->skip_count++] = (struct report_skip){
				pack_problem_name(p), sum->problems[p]};
	}
	if (sum->missing_selected)
		out->skips[out->skip_count++] = (struct report_skip){
			"missing", sum->missing_selected};
	if (sum->interrupted)
		out->skips[out->skip_count++] = (struct report_skip){
			"interrupted", sum->interrupted};
}

/* Everything but what was scanned is a reason not to say "all". */
static bool are_objects_complete(const struct history_ledger *sum)
{
	return sum->scanned == sum->total && sum->unscanned == 0 &&
		sum->decode_cut == 0 && sum->refused_alternates == 0 &&
		sum->broken_packs == 0 && sum->broken_refs == 0 &&
		sum->missing_commits == 0 && sum->missing == 0 &&
		sum->broken_trees == 0 && sum->broken_indexes == 0 &&
		sum->too_deep == 0;
}

static bool is_complete(const struct engine *e, const struct engine_tally *sum)
{
	for (unsigned end = 1; end < END_COUNT; end++)
		if (sum->ends[end] > 0 && !(end == SKIP_TOO_LARGE &&
			e->options.max_file_size_named))
			return false;
	return are_objects_complete(&e->objects) && sum->unscanned == 0 &&
		sum->decode_cut == 0 && atomic_load(&e->why) == NULL;
}

void engine_summary(struct engine *e, struct report_summary *out)
{
	struct engine_tally sum = {0};

	static_assert(END_COUNT <= REPORT_SKIPS, "all reasons fit");
	for (unsigned i = 0; i < e->worker_count; i++)
		engine_tally_sum(&sum, &e->workers[i].tally);
	fill_ledger(&out->files, &sum);
	fill_objects(&out->objects, &e->objects);
	out->complete = is_complete(e, &sum);
	out->ignored = sum.ignored;
	out->repositories_below = sum.repositories;
	out->missing = e->objects.missing + e->objects.missing_selected;
	out->lfs_pointers = e->objects.lfs_pointers;
	out->seconds_plan = e->objects.seconds_plan;
	out->seconds_scan = e->objects.seconds_scan;
	out->seconds_attribute = e->objects.seconds_attribute;
	out->seconds_inflate = e->objects.seconds_inflate;
	out->seconds_delta = e->objects.seconds_delta;
	out->seconds_trees = e->objects.seconds_trees;
	out->seconds_units = e->objects.seconds_units;
	out->dropped_paths = e->objects.dropped_paths;
	out->bytes = atomic_load(&sum.bytes) + e->objects.bytes;
	out->unlisted = leaks_unlisted(e->leaks);
	out->unscanned = sum.unscanned + sum.decode_cut +
		e->objects.unscanned + e->objects.decode_cut;
	out->seconds = clock_seconds(e->started, clock_nanoseconds());
	out->interrupted = atomic_load(&e->why);
	out->problems = (const char *const *)e->problems.text;
	out->problem_count = e->problems.n;
}
