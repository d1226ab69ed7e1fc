/*
 * Targets, threads, and the sum of what they did.
 *
 * The calling thread starts the workers, then only watches: the progress
 * line, the clock and the signal flag, some times a second. What is found does
 * not depend on who scanned what: leaks/ sorts, problems are kept by path, and
 * counts are sums.
 */
#include "engine/internal.h"

#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
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

static enum status run(struct engine *e, enum stack_item_kind kind,
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
	struct error *err)
{
	enum status status = OK;

	stack_init(&e->stack);
	for (unsigned i = 0; i < e->worker_count && status == OK; i++)
		status = push_first(e, kind, 0, err);
	/* What was pushed is worked off in any case. */
	run_stack(e, e->worker_count);
	stack_release(&e->stack);
	return status;
}

/* Reported paths are the target's, joined; "." and "./" say nothing. */
static char *make_prefix(const char *target)
{
	struct buf b;
	bytes t = bytes_text(target);

	while (bytes_starts(t, bytes_text("./")))
		for (t = bytes_drop(t, 2); t.n && t.at[0] == '/';)
			t = bytes_drop(t, 1);
	if (bytes_equal(t, bytes_text(".")))
		t.n = 0;
	buf_init(&b, LIMIT_PATH);
	buf_put(&b, t);
	if (t.n > 0 && t.at[t.n - 1] != '/')
		buf_put_byte(&b, '/');
	if (b.failed) {
		buf_release(&b);
		return NULL;
	}
	if (b.n == 0)
		return calloc(1, 1);
	return buf_detach(&b);
}

static enum status scan_tree(struct engine *e, struct error *err)
{
	const struct source_tree_options options = {
		.ignored = e->options.ignored,
	};
	char *prefix = make_prefix(e->target);
	enum status status;

	if (prefix == NULL)
		return error_set(err, ERR_USAGE, "scan %.80s: the path is too "
			"long", e->target);
	e->prefix = prefix;
	e->prefix_n = strlen(prefix);
	status = source_tree_open(&e->tree, e->target, &options, err);
	if (status == OK) {
		status = run(e, ITEM_DIRECTORY, e->worker_count, err);
		source_tree_close(e->tree);
	} else if (status == ERR_IO) {
		/* It is there and cannot be read: counted, like any. */
		engine_worker_end(&e->workers[0], bytes_text(e->target),
			SKIP_UNREADABLE);
		status = OK;
	}
	e->tree = NULL;
	e->prefix = NULL;
	free(prefix);
	return status;
}

/*
 * A repository's own objects, then those of the submodules inside its .git,
 * then its working tree. A submodule's store that cannot be opened is a
 * problem of the run, not its end.
 */
struct inner_scan {
	struct engine *engine;
	const struct repo_options *options;
};

static void scan_inner(void *context, const char *git_dir)
{
	struct inner_scan *inner = context;
	struct engine *e = inner->engine;
	struct repo *repo = NULL;
	struct error err = {.code = OK};
	struct buf prefix;

	buf_init(&prefix, LIMIT_PATH);
	buf_printf(&prefix, "%s!", git_dir);
	if (repo_open(&repo, git_dir, inner->options, &err) != OK ||
		engine_repository_scan(e, repo, buf_text(&prefix), &err) !=
			OK) {
		e->objects.broken_packs++;
		engine_problem(e, bytes_text(git_dir), err.text);
	}
	repo_close(repo);
	buf_release(&prefix);
}

static enum status scan_repository(struct engine *e, struct error *err)
{
	const struct repo_options options = {
		.allow_owner = e->options.allow_owner,
		.allow_outside = e->options.allow_outside,
	};
	struct inner_scan inner = {e, &options};
	struct repo *repo = NULL;
	enum status status = repo_open(&repo, e->target, &options, err);
	char *prefix = make_prefix(e->target);
	bool has_tree = false;

	if (status == OK && prefix == NULL)
		status = error_set(err, ERR_MEMORY, "scan %.80s", e->target);
	if (status == OK) {
		has_tree = repo->work_tree != NULL;
		status = engine_repository_scan(e, repo, prefix, err);
	}
	if (status == OK)
		repo_each_inner(repo, scan_inner, &inner);
	repo_close(repo);
	free(prefix);
	if (status == OK && has_tree && !e->options.only_history)
		status = scan_tree(e, err);
	return status;
}

enum status engine_scan(struct engine *e, const char *target,
	struct error *err)
{
	struct stat st;

	e->target = target;
	if (strcmp(target, "-") == 0)
		return run(e, ITEM_STDIN, 1, err);
	if (stat(target, &st) != 0) {
		enum status status = errno == ENOENT || errno == ENOTDIR ?
			ERR_USAGE : ERR_IO;

		return error_set_errno(err, status, "scan %.400s", target);
	}
	if (S_ISDIR(st.st_mode) && !e->options.only_worktree &&
		repo_is_at(target))
		return scan_repository(e, err);
	if (S_ISDIR(st.st_mode) && e->options.only_history)
		return error_set(err, ERR_USAGE,
			"scan %.400s: --history, but it is no repository",
			target);
	if (S_ISDIR(st.st_mode))
		return scan_tree(e, err);
	/* A small file is done before a thread would have started. */
	return run(e, ITEM_NAMED,
		S_ISREG(st.st_mode) && st.st_size <= (off_t)LIMIT_WINDOW ? 0 :
		1, err);
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
		sum->missing_commits == 0;
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
	out->bytes = atomic_load(&sum.bytes) + e->objects.bytes;
	out->unlisted = leaks_unlisted(e->leaks);
	out->unscanned = sum.unscanned + sum.decode_cut +
		e->objects.unscanned + e->objects.decode_cut;
	out->seconds = clock_seconds(e->started, clock_nanoseconds());
	out->interrupted = atomic_load(&e->why);
	out->problems = (const char *const *)e->problems.text;
	out->problem_count = e->problems.n;
}
