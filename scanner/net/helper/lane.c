/*
 * lane: a token bucket, a bound on what runs at a time, and a breaker.
 *
 * The breaker opens after STRIKES answers in a row of 429 or 5xx, or none at
 * all; it stays open for a minute, twice as long each time, and then lets
 * one try through at a time until one succeeds. A Retry-After of more than
 * PATIENCE opens it for that long: nobody waits for it.
 */
#include "net/helper/internal.h"

#include "base/clock.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define SECOND ((uint64_t)1000000000)
#define STRIKES 3
#define OPEN_FOR (60 * SECOND)
#define OPEN_DOUBLINGS 4
#define PATIENCE (30 * SECOND)
#define BACK_OFF (SECOND / 2)
#define BACK_OFF_MOST (8 * SECOND)

struct lane *lane_get(struct lane **lanes, const char *key,
	uint32_t per_minute, uint32_t burst, uint32_t parallel)
{
	struct lane *lane;

	for (lane = *lanes; lane; lane = lane->next)
		if (strcmp(lane->key, key) == 0)
			return lane;
	lane = calloc(1, sizeof(*lane));
	if (lane == NULL)
		return NULL;
	lane->key = strdup(key);
	if (lane->key == NULL) {
		free(lane);
		return NULL;
	}
	lane->per_nanosecond = per_minute / 60e9;
	lane->burst = burst;
	lane->room = burst;
	lane->filled = clock_nanoseconds();
	lane->parallel = parallel;
	lane->next = *lanes;
	*lanes = lane;
	return lane;
}

uint64_t lane_ready(struct lane *lane, uint64_t now)
{
	double room;

	if (lane->open_until > now)
		return UINT64_MAX;
	if (lane->active >= lane->parallel ||
		(lane->openings > 0 && lane->active > 0))
		return now + SECOND; /* a finish comes first */
	if (lane->paused_until > now)
		return lane->paused_until;
	room = lane->room +
	       (double)(now - lane->filled) * lane->per_nanosecond;
	lane->room = room < lane->burst ? room : lane->burst;
	lane->filled = now;
	if (lane->room >= 1)
		return now;
	return now + 1 +
	       (uint64_t)((1 - lane->room) / lane->per_nanosecond);
}

void lane_start(struct lane *lane)
{
	lane->active++;
	lane->room -= 1;
}

static bool is_strike(const struct outcome *outcome)
{
	switch (outcome->result) {
	case NET_ANSWERED:
		return outcome->status == 429 || outcome->status >= 500;
	case NET_TIMED_OUT:
	case NET_UNREACHABLE:
		return true;
	default:
		return false;
	}
}

static void open_breaker(struct lane *lane, uint64_t now)
{
	uint32_t n = lane->openings < OPEN_DOUBLINGS ? lane->openings
						     : OPEN_DOUBLINGS;

	lane->open_until = now + (OPEN_FOR << n);
	lane->openings++;
	lane->strikes = STRIKES - 1; /* one more opens it again */
}

bool lane_finish(struct lane *lane, const struct outcome *outcome,
	uint64_t now)
{
	uint64_t pause = outcome->retry_after * SECOND;
	bool strike = is_strike(outcome);

	lane->active--;
	if (pause > PATIENCE && now + pause > lane->open_until)
		lane->open_until = now + pause;
	else if (now + pause > lane->paused_until)
		lane->paused_until = now + pause;
	if (!strike) {
		lane->strikes = 0;
		lane->openings = 0;
	} else if (lane->open_until <= now && ++lane->strikes >= STRIKES) {
		open_breaker(lane, now);
	}
	return strike;
}

uint64_t lane_back_off(uint32_t n)
{
	uint64_t most = BACK_OFF << (n < 5 ? n : 5);

	if (most > BACK_OFF_MOST)
		most = BACK_OFF_MOST;
	return most / 2 + hash_seed() % (most / 2);
}
