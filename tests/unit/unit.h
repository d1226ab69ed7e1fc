/*
 * unit: the smallest harness. A test is a function that makes claims; a
 * failed claim prints where and goes on. Each test program lists its tests
 * and returns unit_run(). The closing line is "N passed, N failed".
 */
#ifndef STANCH_TESTS_UNIT_H
#define STANCH_TESTS_UNIT_H

#include "base/bytes.h"

#include <stdio.h>
#include <string.h>

struct unit_test {
	const char *claim; /* what holds when it passes */
	void (*run)(void);
};

/* Defined once, by UNIT_MAIN. */
extern int unit_failures;

#define CHECK(condition)                                                     \
	do {                                                                 \
		if (!(condition)) {                                          \
			unit_failures++;                                     \
			printf("  %s:%d: not so: %s\n", __FILE__, __LINE__,  \
				#condition);                                 \
		}                                                            \
	} while (0)

/* Both are shown when they differ. */
#define CHECK_BYTES(got, want) unit_bytes(got, want, __FILE__, __LINE__)
#define CHECK_TEXT(got, want)                                                \
	unit_bytes(bytes_text(got), bytes_text(want), __FILE__, __LINE__)
#define CHECK_EQUAL(got, want)                                               \
	unit_equal((long long)(got), (long long)(want), __FILE__, __LINE__)

static inline void unit_bytes(bytes got, bytes want, const char *file,
	int line)
{
	if (bytes_equal(got, want))
		return;
	unit_failures++;
	printf("  %s:%d: got [%.*s] want [%.*s]\n", file, line, (int)got.n,
		got.n ? (const char *)got.at : "", (int)want.n,
		want.n ? (const char *)want.at : "");
}

static inline void unit_equal(long long got, long long want, const char *file,
	int line)
{
	if (got == want)
		return;
	unit_failures++;
	printf("  %s:%d: got %lld want %lld\n", file, line, got, want);
}

static inline int unit_run(const struct unit_test *tests, size_t count)
{
	int passed = 0, failed = 0;

	for (size_t i = 0; i < count; i++) {
		unit_failures = 0;
		tests[i].run();
		if (unit_failures)
			failed++;
		else
			passed++;
		if (unit_failures)
			printf("FAIL %s\n", tests[i].claim);
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}

#define UNIT_MAIN(tests)                                                     \
	int unit_failures;                                                   \
	int main(void)                                                       \
	{                                                                    \
		return unit_run(tests, sizeof(tests) / sizeof((tests)[0]));  \
	}

#endif
