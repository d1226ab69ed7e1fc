/*
 * The progress line. On a terminal it appears after half a second, is redrawn
 * ten times a second, never wraps, and is cleared at the end; --progress
 * always without a terminal (a CI log) gives a plain line each second.
 * It shows numbers only: nothing of what is scanned reaches it.
 */
#include "engine/internal.h"

#include "base/clock.h"
#include "gauge/gauge.h"

#include <assert.h>
#include <stdlib.h>

#include "base/banned.h"

#define QUIET_MS 500u
#define TERMINAL_MS 100u
#define PLAIN_MS 1000u
/* How often the watching thread wakes when nothing is shown. */
#define IDLE_MS 100u

static_assert((int)PROGRESS_ALWAYS == (int)GAUGE_ALWAYS &&
	(int)PROGRESS_NEVER == (int)GAUGE_NEVER, "they mean the same");

struct engine_meter {
	struct engine *engine;
	struct gauge gauge;
};

struct engine_meter *engine_meter_new(struct engine *e)
{
	struct engine_meter *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->engine = e;
	gauge_init(&m->gauge, (enum gauge_when)e->options.progress);
	return m;
}

static void put_count(struct buf *out, uint64_t n)
{
	if (n < 10000)
		buf_printf(out, "%llu", (unsigned long long)n);
	else if (n < 1000000)
		buf_printf(out, "%lluk", (unsigned long long)(n / 1000));
	else
		buf_printf(out, "%.1fM", (double)n / 1e6);
}

/* Seconds that what is known of will take. What is in work, or not listed
 * yet, is not known of: the word is "about". */
static void put_left(struct buf *out, struct engine *e, double files_rate,
	double bytes_rate)
{
	uint64_t files, size;
	double by_files, by_bytes, left;

	stack_queued(&e->stack, &files, &size);
	by_files = files_rate > 0 ? (double)files / files_rate : 0;
	by_bytes = bytes_rate > 0 ? (double)size / bytes_rate : 0;
	left = by_files > by_bytes ? by_files : by_bytes;
	gauge_put_left(out, left);
}

static void compose(void *context, struct buf *out)
{
	struct engine *e = ((struct engine_meter *)context)->engine;
	double seconds = clock_seconds(e->started, clock_nanoseconds());
	uint64_t files = 0, size = 0, found = leaks_place_count(e->leaks);

	for (unsigned i = 0; i < e->worker_count; i++) {
		struct engine_tally *t = &e->workers[i].tally;

		files += atomic_load_explicit(&t->files, memory_order_relaxed);
		size += atomic_load_explicit(&t->bytes, memory_order_relaxed);
	}
	put_count(out, files);
	buf_put_text(out, files == 1 ? " file, " : " files, ");
	gauge_put_size(out, (double)size);
	buf_put_text(out, ", ");
	gauge_put_size(out, seconds > 0 ? (double)size / seconds : 0);
	buf_put_text(out, "/s, ");
	put_count(out, found);
	buf_put_text(out, found == 1 ? " finding" : " findings");
	put_left(out, e, (double)files / seconds, (double)size / seconds);
}

unsigned engine_meter_tick(struct engine_meter *m)
{
	struct gauge *g = m ? &m->gauge : NULL;
	unsigned period;

	if (g == NULL || !g->is_on)
		return IDLE_MS;
	period = g->is_terminal ? TERMINAL_MS : PLAIN_MS;
	if (gauge_age(g) * 1000 < (g->is_terminal ? QUIET_MS : PLAIN_MS))
		return IDLE_MS;
	if (g->shown == 0 || gauge_shown_age(g) * 1000 >= period)
		gauge_draw(g, compose, m);
	return IDLE_MS;
}

void engine_meter_free(struct engine_meter *m)
{
	if (m == NULL)
		return;
	gauge_clear(&m->gauge);
	free(m);
}
