/*
 * literal: against a search for each literal by itself, at every place and
 * alignment; the variants against each other.
 */
#include "literal/internal.h"
#include "unit.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define LITERALS 300
#define TEXT 4096

struct seen {
	size_t start[TEXT];
	uint32_t tag[TEXT];
	size_t count, last;
	bool disordered;
};

static void note(void *context, const struct literal_hit *hit)
{
	struct seen *seen = context;

	if (hit->at + 1 < seen->last)
		seen->disordered = true;
	seen->last = hit->at;
	if (seen->count < TEXT) {
		seen->start[seen->count] = hit->start;
		seen->tag[seen->count++] = hit->tag;
	}
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Few different bytes, so that literals are hit and nearly hit often. */
static void fill(unsigned char *at, size_t n, uint32_t *state)
{
	static const char some[] = "aAbB-0\0\xff";

	for (size_t i = 0; i < n; i++)
		at[i] = (unsigned char)some[next_random(state) % 8];
}

static bool is_at(const struct literal *l, bytes text, size_t at)
{
	bytes there = bytes_part(text, at, at + l->text.n);

	return l->fold ? bytes_equal_nocase(there, l->text)
		       : bytes_equal(there, l->text);
}

static bool has_seen(const struct seen *seen, uint32_t tag, size_t start)
{
	size_t times = 0;

	for (size_t i = 0; i < seen->count; i++)
		times += seen->tag[i] == tag && seen->start[i] == start;
	return times == 1;
}

static void compare_with_naive(const struct literal *list, size_t count,
	const struct seen *seen, bytes text)
{
	size_t expected = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t at = 0; at < text.n; at++)
			if (is_at(&list[i], text, at)) {
				expected++;
				CHECK(has_seen(seen, list[i].tag, at));
			}
	CHECK_EQUAL(seen->count, expected);
	CHECK(!seen->disordered);
}

static void test_equals_naive(void)
{
	static unsigned char pool[LITERALS][12];
	static struct literal list[LITERALS];
	static struct seen seen, other;
	unsigned char text[200];
	uint32_t state = 3;

	for (size_t round = 0; round < 200; round++) {
		size_t count = 1 + round % 40, n = round;
		struct literal_set *set;
		bytes all = bytes_of(text, n);

		for (size_t i = 0; i < count; i++) {
			size_t length = 3 + next_random(&state) % 8;

			fill(pool[i], length, &state);
			pool[i][1] = 'a'; /* not all NULs */
			list[i] = (struct literal){
				.text = bytes_of(pool[i], length),
				.tag = (uint32_t)i,
				.fold = next_random(&state) % 2,
				.is_rare = next_random(&state) % 2,
			};
		}
		fill(text, n, &state);
		set = literal_set_new(list, count, NULL);
		seen.count = seen.last = 0;
		literal_scan(set, all, 0, n, note, &seen);
		compare_with_naive(list, count, &seen, all);
		set->skip = NULL; /* the portable variant, in two parts */
		other.count = other.last = 0;
		literal_scan(set, all, 0, n / 4 * 2, note, &other);
		literal_scan(set, all, n / 4 * 2, n, note, &other);
		CHECK_EQUAL(other.count, seen.count);
		CHECK(memcmp(other.start, seen.start,
			      seen.count * sizeof(seen.start[0])) == 0);
		CHECK(memcmp(other.tag, seen.tag,
			      seen.count * sizeof(seen.tag[0])) == 0);
		literal_set_free(set);
	}
}

static void test_reads_nothing_behind(void)
{
	static struct seen seen;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *at = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct literal list[] = {
		{.text = bytes_text("abc"), .tag = 1},
		{.text = bytes_text("abcd"), .tag = 2},
		{.text = bytes_text("abcdefgh"), .tag = 3},
	};
	struct literal_set *set = literal_set_new(list, 3, NULL);

	CHECK(at != MAP_FAILED);
	CHECK(mprotect(at + page, page, PROT_NONE) == 0);
	for (size_t n = 0; n < 100; n++) {
		unsigned char *from = at + page - n;

		memset(from, '.', n);
		if (n >= 3)
			memcpy(at + page - 3, "abc", 3);
		seen.count = seen.last = 0;
		literal_scan(set, bytes_of(from, n), 0, n, note, &seen);
		CHECK_EQUAL(seen.count, n >= 3);
	}
	literal_set_free(set);
	munmap(at, 2 * page);
}

static void test_equal_ones_are_kept_once(void)
{
	struct literal list[] = {
		{.text = bytes_text("needle"), .tag = 1},
		{.text = bytes_text("needle"), .tag = 1},
		{.text = bytes_text("needle"), .tag = 2},
		{.text = bytes_text("no"), .tag = 3},
	};
	struct literal_set *set = literal_set_new(list, 4, NULL);

	CHECK_EQUAL(literal_set_count(set), 2);
	literal_set_free(set);
}

/* Both grams of such a literal are the same. */
static void test_one_byte_repeated(void)
{
	static struct seen seen;
	struct literal list[] = {{.text = bytes_text("-----"), .tag = 1}};
	struct literal_set *set = literal_set_new(list, 1, NULL);

	for (size_t at = 0; at < 40; at++) {
		unsigned char text[64];

		memset(text, '.', sizeof(text));
		memcpy(text + at, "-----", 5);
		seen.count = seen.last = 0;
		literal_scan(set, bytes_of(text, sizeof(text)), 0,
			sizeof(text), note, &seen);
		CHECK_EQUAL(seen.count, 1);
		CHECK_EQUAL(seen.start[0], at);
	}
	literal_set_free(set);
}

static const struct unit_test tests[] = {
	{"it finds what a plain search finds", test_equals_naive},
	{"it reads nothing behind the text", test_reads_nothing_behind},
	{"a byte repeated is a literal", test_one_byte_repeated},
	{"equal literals are kept once", test_equal_ones_are_kept_once},
};

UNIT_MAIN(tests)
