#include "audit/meter.h"

#include <assert.h>

#include "base/banned.h"

#define TERMINAL_SECONDS 0.2
/* A log is read later: a line in this time, and more seldom as hours go by. */
#define LOG_SECONDS 10.0
#define LOG_SHARE 0.05
#define QUIET_SECONDS 0.5

static_assert((int)PROGRESS_ALWAYS == (int)GAUGE_ALWAYS &&
	(int)PROGRESS_NEVER == (int)GAUGE_NEVER, "they mean the same");

void meter_init(struct meter *m, enum engine_progress when)
{
	*m = (struct meter){.total = 0};
	gauge_init(&m->gauge, (enum gauge_when)when);
}

/* By bytes where sizes are known; repositories count for something, too. */
static void put_left(const struct meter *m, struct buf *out)
{
	double done = (double)m->weight_done + 65536.0 * (double)m->done;
	double all = (double)m->weight + 65536.0 * (double)m->total;

	if (!m->is_listing && done > 0 && m->done != m->total)
		gauge_put_left(out, gauge_age(&m->gauge) * (all - done) /
			done);
}

static void compose(void *context, struct buf *out)
{
	const struct meter *m = context;
	double seconds = gauge_age(&m->gauge);

	buf_printf(out, "%llu of %llu%s repositories",
		(unsigned long long)m->done, (unsigned long long)m->total,
		m->is_listing ? " or more" : "");
	if (m->unchanged)
		buf_printf(out, " (%llu unchanged)",
			(unsigned long long)m->unchanged);
	if (m->failed)
		buf_printf(out, " (%llu failed)",
			(unsigned long long)m->failed);
	buf_put_text(out, ", ");
	gauge_put_size(out, (double)m->scanned_bytes);
	buf_put_text(out, ", ");
	gauge_put_size(out, seconds > 0 ? (double)m->scanned_bytes / seconds
					: 0);
	buf_printf(out, "/s, %llu places", (unsigned long long)m->places);
	if (m->fetching)
		buf_printf(out, ", %u fetching", m->fetching);
	put_left(m, out);
}

void meter_tick(struct meter *m)
{
	struct gauge *g = &m->gauge;
	double period = TERMINAL_SECONDS;

	if (!g->is_on || gauge_age(g) < QUIET_SECONDS)
		return;
	if (!g->is_terminal) {
		period = gauge_age(g) * LOG_SHARE;
		period = period < LOG_SECONDS ? LOG_SECONDS : period;
	}
	if (g->shown == 0 || gauge_shown_age(g) >= period)
		gauge_draw(g, compose, m);
}

void meter_end(struct meter *m)
{
	if (m->gauge.is_on && !m->gauge.is_terminal)
		gauge_draw(&m->gauge, compose, m);
	gauge_clear(&m->gauge);
}
