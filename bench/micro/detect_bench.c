/*
 * detect_bench: bytes per second of scan_buffer on one core, by the thread's
 * own time, so that other load on the machine matters little.
 *
 *   detect_bench [-r RULES]... [-n ROUNDS] [-e FINDINGS] [-w] FILE...
 *
 * Reads each file whole, scans it once to warm up and to count, then ROUNDS
 * times, and prints the median. With -e the sum of findings over all files
 * must be that, or nothing counts. -w scans in pieces of 64 KiB. Without -r
 * the built-in rules are used.
 */
#include "base/clock.h"
#include "detect/detect.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PIECE ((size_t)64 << 10)
#define ROUNDS_MAX 99

static void die(const char *what, const char *why)
{
	(void)fprintf(stderr, "detect_bench: %s: %s\n", what, why);
	exit(2);
}

/* Nanoseconds that this thread has run. */
static uint64_t thread_time(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void count(void *context, const struct sighting *s)
{
	size_t *findings = context;

	(void)s;
	++*findings;
}

static bytes read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t n, done = 0;
	unsigned char *at;

	if (fd < 0 || fstat(fd, &st) || st.st_size <= 0)
		die(path, "cannot be read");
	n = (size_t)st.st_size;
	at = malloc(n);
	if (at == NULL)
		die(path, "no memory");
	while (done < n) {
		ssize_t got = read(fd, at + done, n - done);

		if (got <= 0)
			die(path, "cannot be read");
		done += (size_t)got;
	}
	(void)close(fd);
	return bytes_of(at, n);
}

static size_t scan_once(struct scan *s, bytes data, bool in_pieces)
{
	size_t findings = 0;
	struct detect_text text = {.path = bytes_text("bench.txt"),
		.sink = count, .context = &findings};
	struct error err = {.code = OK};
	enum status status;

	if (!in_pieces) {
		status = scan_buffer(s, &text, data, &err);
	} else {
		status = scan_begin(s, &text, &err);
		for (; status == OK && data.n; data = bytes_drop(data, PIECE))
			status = scan_feed(s, bytes_take(data, PIECE), &err);
		if (status == OK)
			status = scan_end(s, &err);
	}
	if (status)
		die("scan", err.text);
	return findings;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static size_t measure(const struct detector *d, const char *path,
	unsigned rounds, bool in_pieces)
{
	struct scan *s = scan_new(d, NULL);
	bytes data = read_file(path);
	double seconds[ROUNDS_MAX];
	struct detect_ledger one;
	size_t findings;

	if (s == NULL)
		die(path, "no memory");
	findings = scan_once(s, data, in_pieces);
	one = *scan_ledger(s);
	for (unsigned i = 0; i < rounds; i++) {
		uint64_t from = thread_time();

		if (scan_once(s, data, in_pieces) != findings)
			die(path, "findings differ between rounds");
		seconds[i] = clock_seconds(from, thread_time());
	}
	qsort(seconds, rounds, sizeof(seconds[0]), compare);
	printf("%-24s %7.1f MB %6.2f GB/s %6zu findings %8.1f hits/MB "
	       "%7.1f regex/MB unscanned %llu cut %llu\n",
		path, (double)data.n / 1e6,
		(double)data.n / seconds[rounds / 2] / 1e9, findings,
		(double)one.hits * 1e6 / (double)data.n,
		(double)one.candidates * 1e6 / (double)data.n,
		(unsigned long long)one.unscanned,
		(unsigned long long)one.decode_cut);
	scan_free(s);
	free((void *)(uintptr_t)data.at);
	return findings;
}

static struct detector *detector_for(struct ruleset *rules)
{
	struct detect_options options = {.decode_depth = 3,
		.min_confidence = CONFIDENCE_MEDIUM};
	struct error err = {.code = OK};
	uint64_t from;
	struct detector *d;

	if (ruleset_freeze(rules, &err))
		die("rules", err.text);
	from = thread_time();
	d = detector_new(rules, &options, &err);
	if (d == NULL)
		die("detector", err.text);
	printf("detector_new %.3f ms, %zu rules\n",
		clock_seconds(from, thread_time()) * 1e3,
		ruleset_count(rules));
	return d;
}

int main(int argc, char **argv)
{
	struct ruleset *rules = ruleset_new();
	struct error err = {.code = OK};
	unsigned rounds = 5;
	long expected = -1;
	size_t findings = 0;
	bool in_pieces = false, named = false;
	struct detector *d;
	int option;

	while ((option = getopt(argc, argv, "r:n:e:w")) != -1) {
		if (option == 'r') {
			named = true;
			if (ruleset_add_path(rules, optarg, &err))
				die("rules", err.text);
		} else if (option == 'n') {
			rounds = (unsigned)strtoul(optarg, NULL, 10);
		} else if (option == 'e') {
			expected = strtol(optarg, NULL, 10);
		} else if (option == 'w') {
			in_pieces = true;
		} else {
			return 2;
		}
	}
	if (rounds == 0 || rounds > ROUNDS_MAX)
		die("-n", "from 1 to 99");
	if (!named && ruleset_add_builtin(rules, &err))
		die("rules", err.text);
	d = detector_for(rules);
	for (int i = optind; i < argc; i++)
		findings += measure(d, argv[i], rounds, in_pieces);
	detector_free(d);
	ruleset_free(rules);
	if (expected >= 0 && (size_t)expected != findings)
		die("findings", "not as many as expected");
	return 0;
}
