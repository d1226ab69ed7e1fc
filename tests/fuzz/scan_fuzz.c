/*
 * Any text under the built-in rules: in pieces as whole, by the interpreter
 * as by machine code, in windows as by the naive search, twice as once. The
 * first bytes choose the pieces, and where filler moves the text to the edge
 * of a window.
 */
#include "base/limits.h"
#include "detect/naive.h"
#include "record.h"

#include <pthread.h>

#define HEAD 5
#define OUT_MAX ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* Made once: the rules take longer than most inputs. */
static struct {
	pthread_once_t once;
	struct detector *fast, *slow;
	struct scan *whole, *pieces, *interpreted;
	struct buf text, want, got;
} all = {.once = PTHREAD_ONCE_INIT};

static void set_up(void)
{
	/* reachable to the end, and so no leak */
	const struct ruleset *rules = record_rules();

	all.fast = record_detector(rules, false);
	all.slow = record_detector(rules, true);
	all.whole = record_scan(all.fast);
	all.pieces = record_scan(all.fast);
	all.interpreted = record_scan(all.slow);
	buf_init(&all.text, (size_t)2 << 20);
	buf_init(&all.want, OUT_MAX);
	buf_init(&all.got, OUT_MAX);
}

static void check_same(const char *what)
{
	if (!all.got.failed && !all.want.failed &&
		bytes_equal(buf_bytes(&all.got), buf_bytes(&all.want)))
		return;
	(void)fprintf(stderr, "%s\n--- whole:\n%s--- other:\n%s", what,
		buf_text(&all.want), buf_text(&all.got));
	abort();
}

/* The text with `n` bytes of filler at `at`. */
static void fill_text(bytes input, size_t at, size_t n, unsigned char with)
{
	buf_clear(&all.text);
	buf_put(&all.text, bytes_take(input, at));
	if (buf_reserve(&all.text, n + input.n)) {
		memset(all.text.at + all.text.n, with, n);
		all.text.n += n;
	}
	buf_put(&all.text, bytes_drop(input, at));
}

static size_t filler_size(const unsigned char *head, size_t at)
{
	size_t edge = LIMIT_WINDOW * ((head[0] >> 5 & 1) + 1u);
	size_t back = ((size_t)head[3] << 4) + at;

	return head[0] & 0x10 && back < edge ? edge - back : 0;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const unsigned char fillers[] = " \na;";
	static const char *const paths[] = {"", "a.txt", "src/.npmrc",
		"k8s/secret.yaml"};
	bytes input, path;
	size_t at, fill, piece;

	if (size <= HEAD)
		return 0;
	(void)pthread_once(&all.once, set_up);
	input = bytes_of(data + HEAD, size - HEAD);
	at = (((size_t)data[1] << 8) | data[2]) % (input.n + 1);
	fill = filler_size(data, at);
	fill_text(input, at, fill, fillers[data[4] & 3]);
	path = bytes_text(paths[data[4] >> 2 & 3]);
	input = buf_bytes(&all.text);
	record_whole(all.whole, path, input, &all.want);

	piece = fill ? (size_t)data[2] * 1021 + 997 : (size_t)data[2] + 1;
	record_pieces(all.pieces, path, input, at, piece, &all.got);
	check_same("in pieces");
	if (fill)
		return 0;
	record_whole(all.interpreted, path, input, &all.got);
	check_same("interpreted");
	{
		const struct detect_text text = {.path = path,
			.sink = record_sighting, .context = &all.got};

		buf_clear(&all.got);
		if (naive_scan(all.fast, &text, input, NULL))
			abort();
		check_same("naive");
	}
	return 0;
}
