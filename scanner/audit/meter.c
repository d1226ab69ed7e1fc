#include "audit/meter.h"

#include "base/buf.h"
#include "base/clock.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/banned.h"

#define TERMINAL_SECONDS 0.2
/* A log is read later: a line in this time, and more seldom as hours go by. */
#define LOG_SECONDS 10.0
#define LOG_SHARE 0.05
#define QUIET_SECONDS 0.5

void meter_init(struct meter *m, enum engine_progress when)
{
	*m = (struct meter){.when = when, .started = clock_nanoseconds()};
	m->is_terminal = isatty(STDERR_FILENO) == 1;
	m->is_on = when == PROGRESS_ALWAYS ||
		   (when == PROGRESS_AUTO && m->is_terminal);
}

static double since(uint64_t then)
{
	return clock_seconds(then, clock_nanoseconds());
}

static void put_size(struct buf *out, double n)
{
	static const char *const units[] = {"B", "KB", "MB", "GB", "TB", "PB"};
	size_t i = 0;

	for (; n >= 1000 && i < 5; i++)
		n /= 1000;
	buf_printf(out, n < 10 && i > 0 ? "%.1f %s" : "%.0f %s", n, units[i]);
}

/* By bytes where sizes are known; repositories count for something, too. */
static void put_left(const struct meter *m, struct buf *out)
{
	double done = (double)m->weight_done + 65536.0 * (double)m->done;
	double all = (double)m->weight + 65536.0 * (double)m->total;
	double left;

	if (m->is_listing || done <= 0 || m->done == m->total)
		return;
	left = since(m->started) * (all - done) / done;
	if (left < 120)
		buf_printf(out, ", about %.0f s left", left);
	else if (left < 7200)
		buf_printf(out, ", about %.0f min left", left / 60);
	else
		buf_printf(out, ", about %.0f h left", left / 3600);
}

static void compose(const struct meter *m, struct buf *out)
{
	double seconds = since(m->started);

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
	put_size(out, (double)m->scanned_bytes);
	buf_put_text(out, ", ");
	put_size(out, seconds > 0 ? (double)m->scanned_bytes / seconds : 0);
	buf_printf(out, "/s, %llu places", (unsigned long long)m->places);
	if (m->fetching)
		buf_printf(out, ", %u fetching", m->fetching);
	put_left(m, out);
}

static void draw(struct meter *m)
{
	struct winsize size;
	unsigned width = 80;
	struct buf line;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		width = size.ws_col;
	buf_init(&line, 1024);
	if (m->is_terminal)
		buf_put_text(&line, "\r");
	compose(m, &line);
	if (m->is_terminal && line.n > width)
		line.n = width;
	buf_put_text(&line, m->is_terminal ? "\033[K" : "\n");
	if (!line.failed)
		(void)!write(STDERR_FILENO, line.at, line.n);
	buf_release(&line);
	m->shown = clock_nanoseconds();
}

void meter_tick(struct meter *m)
{
	double age, period = TERMINAL_SECONDS;

	if (!m->is_on || since(m->started) < QUIET_SECONDS)
		return;
	if (!m->is_terminal) {
		period = since(m->started) * LOG_SHARE;
		period = period < LOG_SECONDS ? LOG_SECONDS : period;
	}
	age = m->shown ? since(m->shown) : period;
	if (age >= period)
		draw(m);
}

void meter_end(struct meter *m)
{
	if (m->shown && m->is_terminal)
		(void)!write(STDERR_FILENO, "\r\033[K", 4);
	else if (m->is_on && !m->is_terminal)
		draw(m);
}
