/*
 * engine: equal content is told everywhere, every file has one end, and a stop
 * stops. Rules of one made-up token; its
 * text is assembled here.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "engine/engine.h"
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a world: rules, detector, leaks, engine, a directory ---------------- */

static const char rules_text[] =
	"format = \"stanch\"\n"
	"[[rules]]\n"
	"id = \"acme-key\"\n"
	"description = \"ACME key\"\n"
	"provider = \"acme\"\n"
	"regex = '''acme_[a-z0-9]{24}'''\n"
	"anchors = [\"acme_\"]\n"
	"keywords = [\"acme_\"]\n"
	"confidence = \"high\"\n";
#define TOKEN "acme" "_" "q7w2e9r4t1y8u3i6o5p0a2s7"

struct world {
	struct ruleset *rules;
	struct detector *detector;
	struct leaks *leaks;
	struct engine *engine;
	struct report_summary summary;
	char root[64], old[256];
};

static void put_file(const char *name, const char *text, size_t repeat)
{
	FILE *to = fopen(name, "w");

	CHECK(to != NULL);
	for (size_t i = 0; to != NULL && i < repeat; i++)
		fputs(text, to);
	if (to != NULL)
		fclose(to);
}

/* A fresh directory, and in it the current one. */
static void world_open(struct world *w)
{
	*w = (struct world){.root = "/tmp/stanch-engine-XXXXXX"};
	CHECK(getcwd(w->old, sizeof(w->old)) != NULL);
	CHECK(mkdtemp(w->root) != NULL);
	CHECK(chdir(w->root) == 0);
}

static void world_start(struct world *w, const struct engine_options *options)
{
	const struct detect_options detect = {
		.min_confidence = CONFIDENCE_MEDIUM};
	const struct leaks_options leaks = {.fingerprint_key = {NULL, 0}};
	struct error err = {0};

	w->rules = ruleset_new();
	CHECK_EQUAL(ruleset_add_text(w->rules, "test",
		bytes_text(rules_text), &err), OK);
	CHECK_EQUAL(ruleset_freeze(w->rules, &err), OK);
	CHECK_TEXT(err.text, "");
	w->detector = detector_new(w->rules, &detect, NULL);
	w->leaks = leaks_new(&leaks, NULL);
	w->engine = engine_new(w->detector, w->leaks, options, NULL);
	CHECK(w->engine != NULL);
}

static void world_scan(struct world *w, const char *target)
{
	struct error err = {0};

	CHECK_EQUAL(engine_scan(w->engine, target, &err), OK);
	CHECK_TEXT(err.text, "");
	engine_summary(w->engine, &w->summary);
}

static uint64_t skip_sum(const struct report_ledger *l)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < l->skip_count; i++)
		sum += l->skips[i].count;
	return sum;
}

static void world_finish(struct world *w)
{
	const struct report_ledger *l = &w->summary.files;

	CHECK_EQUAL(l->total, l->scanned + skip_sum(l) + l->failed);
	CHECK_EQUAL(leaks_finish(w->leaks, NULL), OK);
}

static void world_close(struct world *w)
{
	pid_t pid;

	engine_free(w->engine);
	leaks_free(w->leaks);
	detector_free(w->detector);
	ruleset_free(w->rules);
	CHECK(chdir(w->old) == 0);
	pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-r", w->root, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

/* ---- scans --------------------------------------------------------------- */

static void test_tree(void)
{
	const struct engine_options options = {.jobs = 3,
		.progress = PROGRESS_NEVER};
	char name[64];
	struct world w;

	world_open(&w);
	CHECK(mkdir("t", 0700) == 0 && mkdir("t/deep", 0700) == 0);
	/* 300 files of 3 contents, over several batches. */
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "t/deep/f%d", i);
		put_file(name, i % 3 == 0 ? "key = " TOKEN "\n" :
			i % 3 == 1 ? "nothing\n" : "", 1);
	}
	CHECK(mkfifo("t/fifo", 0600) == 0);
	CHECK(symlink("to " TOKEN, "t/link") == 0);
	world_start(&w, &options);
	world_scan(&w, "t");
	world_finish(&w);
	CHECK_EQUAL(leaks_count(w.leaks), 1);
	CHECK_EQUAL(leaks_place_count(w.leaks), 101);
	CHECK_EQUAL(w.summary.files.total, 302);
	CHECK_EQUAL(w.summary.files.scanned, 301);
	CHECK_EQUAL(skip_sum(&w.summary.files), 1);
	CHECK(!w.summary.complete);
	CHECK_EQUAL(w.summary.problem_count, 1);
	CHECK_TEXT(w.summary.problems[0], "t/fifo: special");
	world_close(&w);
}

/* Longer than a window: streamed, then told again by its hash. */
static void test_long_files(void)
{
	const struct engine_options options = {.jobs = 2,
		.progress = PROGRESS_NEVER};
	struct world w;
	uint64_t size;

	world_open(&w);
	CHECK(mkdir("t", 0700) == 0);
	put_file("t/a", "a line of no interest at all\n", 20000);
	put_file("t/b", "a line of no interest at all\n", 20000);
	put_file("t/c", "a line of no interest at ALL\n", 20000);
	for (const char *name = "abc"; *name; name++) {
		char path[4] = {'t', '/', *name, 0};
		FILE *to = fopen(path, "a");

		fputs("last = " TOKEN, to);
		fclose(to);
	}
	size = 3 * (20000 * 29 + 7 + strlen(TOKEN));
	world_start(&w, &options);
	world_scan(&w, "t");
	world_finish(&w);
	CHECK_EQUAL(leaks_place_count(w.leaks), 3);
	CHECK_EQUAL(w.summary.bytes, size);
	CHECK(w.summary.complete);
	CHECK_EQUAL(leaks_at(w.leaks, 0)->places[0].line, 20001);
	CHECK_EQUAL(leaks_at(w.leaks, 0)->places[2].offset, 20000 * 29 + 7);
	world_close(&w);
}

static void test_problems_are_the_first_by_path(void)
{
	const struct engine_options options = {.jobs = 4,
		.progress = PROGRESS_NEVER};
	char name[64];
	struct world w;

	world_open(&w);
	CHECK(mkdir("t", 0700) == 0);
	for (int i = 0; i < 99; i++) {
		snprintf(name, sizeof(name), "t/d%02d", i);
		CHECK(mkdir(name, 0700) == 0);
		snprintf(name, sizeof(name), "t/d%02d/\033fifo", i);
		CHECK(mkfifo(name, 0600) == 0);
	}
	world_start(&w, &options);
	world_scan(&w, "t");
	CHECK_EQUAL(w.summary.problem_count, 20);
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "t/d%02d/\\x1bfifo: special", i);
		CHECK_TEXT(w.summary.problems[i], name);
	}
	world_close(&w);
}

static void test_named_limit_is_complete(void)
{
	const struct engine_options named = {.jobs = 1, .max_file_size = 10,
		.max_file_size_named = true, .progress = PROGRESS_NEVER};
	struct world w;

	world_open(&w);
	put_file("big", "0123456789", 2);
	put_file("small", "0123456789", 1);
	world_start(&w, &named);
	world_scan(&w, "big");
	world_scan(&w, "small");
	CHECK_EQUAL(w.summary.files.total, 2);
	CHECK_EQUAL(w.summary.files.scanned, 1);
	CHECK(w.summary.complete);
	CHECK_EQUAL(w.summary.problem_count, 0);
	world_close(&w);
}

static void test_missing_target(void)
{
	const struct engine_options options = {.jobs = 1};
	struct error err = {0};
	struct world w;

	world_open(&w);
	world_start(&w, &options);
	CHECK_EQUAL(engine_scan(w.engine, "none", &err), ERR_USAGE);
	CHECK(strstr(err.text, "none") != NULL);
	world_close(&w);
}

/* Standard input that never ends: a timeout, an interrupt, a signal. */
static void scan_endless(struct world *w, const struct engine_options *options,
	const char *why)
{
	int pipe_ends[2], kept = dup(0);
	uint64_t started = clock_nanoseconds();

	world_open(w);
	CHECK(pipe(pipe_ends) == 0);
	CHECK(write(pipe_ends[1], TOKEN "\n", sizeof(TOKEN)) > 0);
	CHECK(dup2(pipe_ends[0], 0) == 0);
	world_start(w, options);
	if (why != NULL && strcmp(why, "mine") == 0)
		engine_interrupt(w->engine, "mine");
	world_scan(w, "-");
	CHECK(dup2(kept, 0) == 0);
	close(kept);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	CHECK(clock_seconds(started, clock_nanoseconds()) < 2);
	CHECK(!w->summary.complete);
	CHECK_TEXT(w->summary.interrupted, why);
	CHECK_EQUAL(w->summary.files.total, 1);
	CHECK_EQUAL(w->summary.files.scanned, 0);
	world_finish(w);
	/* What had come by then is told; a stop from the start reads none. */
	CHECK_EQUAL(leaks_count(w->leaks), strcmp(why, "timeout") == 0);
	world_close(w);
}

static void test_stops(void)
{
	static const atomic_int signalled = SIGTERM;
	const struct engine_options timeout = {.jobs = 1, .timeout = 0.2,
		.progress = PROGRESS_NEVER};
	const struct engine_options plain = {.jobs = 1,
		.progress = PROGRESS_NEVER};
	const struct engine_options caught = {.jobs = 1,
		.signal = &signalled, .progress = PROGRESS_NEVER};
	struct world w;

	scan_endless(&w, &timeout, "timeout");
	scan_endless(&w, &plain, "mine");
	scan_endless(&w, &caught, "SIGTERM");
}

static const struct unit_test tests[] = {
	{"a tree: places, links, special files, the ledger", test_tree},
	{"long files are told again by their hash", test_long_files},
	{"the problems named are the first by path",
		test_problems_are_the_first_by_path},
	{"a size that the user named leaves the scan complete",
		test_named_limit_is_complete},
	{"a missing target is a usage error", test_missing_target},
	{"a timeout, an interrupt and a signal end a scan", test_stops},
};
UNIT_MAIN(tests)
