/*
 * How fast a host is asked: the bucket, what runs at a time, Retry-After, the
 * breaker, and the wait before a try is repeated. Time is what the test says.
 */
#include "net/helper/lane.c"

#include "unit.h"

#define MINUTE (60 * SECOND)

static struct lane *lanes;
static uint64_t now;

static struct lane *begin(uint32_t per_minute, uint32_t burst,
	uint32_t parallel)
{
	struct lane *lane;

	while (lanes) {
		struct lane *next = lanes->next;

		free(lanes->key);
		free(lanes);
		lanes = next;
	}
	lane = lane_get(&lanes, "host", per_minute, burst, parallel);
	CHECK(lane != NULL);
	CHECK(lane_get(&lanes, "host", 1, 1, 1) == lane);
	CHECK(lane_get(&lanes, "other", 1, 1, 1) != lane);
	now = lane->filled;
	return lane;
}

static const struct outcome good = {.result = NET_ANSWERED, .status = 200};
static const struct outcome busy = {.result = NET_ANSWERED, .status = 429};

/* How many may start now. */
static int start_all(struct lane *lane)
{
	int n = 0;

	for (; n < 1000 && lane_ready(lane, now) == now; n++)
		lane_start(lane);
	return n;
}

static void finish(struct lane *lane, int n, const struct outcome *o)
{
	for (int i = 0; i < n; i++)
		(void)lane_finish(lane, o, now);
}

static void bucket(void)
{
	struct lane *lane = begin(600, 11, 1000); /* ten a second */
	uint64_t next;

	CHECK_EQUAL(start_all(lane), 11);
	next = lane_ready(lane, now);
	CHECK(next > now && next <= now + SECOND / 10 + 1);
	now = next;
	CHECK_EQUAL(start_all(lane), 1);
	/* over ten seconds never more than the rate */
	for (int i = 0; i < 100; i++) {
		now += SECOND / 10;
		CHECK(start_all(lane) <= 1);
	}
	/* and what was not used is kept up to the burst, not more */
	now += 10 * MINUTE;
	CHECK_EQUAL(start_all(lane), 11);
}

static void at_a_time(void)
{
	struct lane *lane = begin(60000, 1000, 2);

	CHECK_EQUAL(start_all(lane), 2);
	now += SECOND;
	CHECK_EQUAL(start_all(lane), 0);
	/* a place that is free is filled at once */
	finish(lane, 1, &good);
	CHECK_EQUAL(start_all(lane), 1);
}

static void retry_after(void)
{
	const struct outcome late = {.result = NET_ANSWERED, .status = 200,
		.retry_after = 5};
	const struct outcome very_late = {.result = NET_ANSWERED,
		.status = 429, .retry_after = 3600};
	struct lane *lane = begin(60000, 1000, 2);

	/* also of a 200, and for those that are not under way */
	lane_start(lane);
	CHECK(!lane_finish(lane, &late, now));
	CHECK_EQUAL(lane_ready(lane, now), now + 5 * SECOND);
	now += 5 * SECOND;
	CHECK_EQUAL(lane_ready(lane, now), now);
	/* a shorter one does not make it less */
	lane_start(lane);
	lane_start(lane);
	(void)lane_finish(lane, &late, now);
	(void)lane_finish(lane, &good, now);
	CHECK_EQUAL(lane_ready(lane, now), now + 5 * SECOND);
	/* nobody waits for an hour: questions are answered "retry" */
	now += 5 * SECOND;
	lane_start(lane);
	CHECK(lane_finish(lane, &very_late, now));
	CHECK_EQUAL(lane_ready(lane, now), UINT64_MAX);
	CHECK_EQUAL(lane_ready(lane, now + 3599 * SECOND), UINT64_MAX);
	CHECK(lane_ready(lane, now + 3600 * SECOND) != UINT64_MAX);
}

static void breaker(void)
{
	static const struct outcome strikes[] = {
		{.result = NET_ANSWERED, .status = 500},
		{.result = NET_TIMED_OUT}, {.result = NET_UNREACHABLE}};
	static const struct outcome others[] = {
		{.result = NET_ANSWERED, .status = 404},
		{.result = NET_UNTRUSTED}, {.result = NET_BROKEN},
		{.result = NET_REFUSED}};
	struct lane *lane = begin(60000, 1000, 4);
	uint64_t open_for = OPEN_FOR;

	/* two, and one that is none: it begins anew */
	for (size_t i = 0; i < 4; i++) {
		lane_start(lane);
		lane_start(lane);
		finish(lane, 2, &strikes[0]);
		lane_start(lane);
		CHECK(!lane_finish(lane, &others[i], now));
		CHECK_EQUAL(lane_ready(lane, now), now);
	}
	for (int i = 0; i < 3; i++) {
		lane_start(lane);
		CHECK(lane_finish(lane, &strikes[i], now));
	}
	/* open, then one try at a time; each failure doubles, to a bound */
	for (int i = 0; i < 7; i++) {
		CHECK_EQUAL(lane_ready(lane, now), UINT64_MAX);
		CHECK_EQUAL(lane_ready(lane, now + open_for - 1), UINT64_MAX);
		now += open_for;
		CHECK_EQUAL(start_all(lane), 1);
		CHECK(lane_finish(lane, &busy, now));
		if (i < OPEN_DOUBLINGS)
			open_for *= 2;
	}
	/* one that succeeds closes it */
	now += open_for;
	CHECK_EQUAL(start_all(lane), 1);
	CHECK(!lane_finish(lane, &good, now));
	CHECK_EQUAL(start_all(lane), 4);
}

static void back_off(void)
{
	uint64_t most = BACK_OFF_MOST;
	bool differs = false;

	for (uint32_t n = 1; n < 40; n++) {
		uint64_t limit = BACK_OFF << (n < 5 ? n : 5);
		uint64_t first = lane_back_off(n);

		if (limit > most)
			limit = most;
		for (int i = 0; i < 50; i++) {
			uint64_t wait = lane_back_off(n);

			CHECK(wait >= limit / 2 && wait < limit);
			differs |= wait != first;
		}
	}
	CHECK(differs);
}

static const struct unit_test tests[] = {
	{"a rate is kept, and a second's worth may go at once", bucket},
	{"so many at a time; a free place is filled at once", at_a_time},
	{"Retry-After holds everybody, whatever the status", retry_after},
	{"three failures open the breaker, each further doubles it", breaker},
	{"a repeated try waits twice as long, never the same time", back_off},
};

UNIT_MAIN(tests)
