#include "gauge/gauge.h"

#include "base/clock.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/banned.h"

#define LINE_MOST 1024

void gauge_init(struct gauge *g, enum gauge_when when)
{
	*g = (struct gauge){.started = clock_nanoseconds()};
	g->is_terminal = isatty(STDERR_FILENO) == 1;
	g->is_on = when == GAUGE_ALWAYS ||
		   (when == GAUGE_AUTO && g->is_terminal);
}

double gauge_age(const struct gauge *g)
{
	return clock_seconds(g->started, clock_nanoseconds());
}

double gauge_shown_age(const struct gauge *g)
{
	return clock_seconds(g->shown, clock_nanoseconds());
}

static unsigned columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

void gauge_draw(struct gauge *g, gauge_compose *compose, void *context)
{
	struct buf line;
	unsigned width = columns();

	buf_init(&line, LINE_MOST);
	if (g->is_terminal)
		buf_put_text(&line, "\r");
	compose(context, &line);
	/* With the return: one column stays free, some terminals wrap at the
	 * last. */
	if (g->is_terminal && line.n > width)
		line.n = width;
	buf_put_text(&line, g->is_terminal ? "\033[K" : "\n");
	if (!line.failed) {
		(void)!write(STDERR_FILENO, line.at, line.n);
		g->shown = clock_nanoseconds();
	}
	buf_release(&line);
}

void gauge_clear(struct gauge *g)
{
	if (g->shown != 0 && g->is_terminal)
		(void)!write(STDERR_FILENO, "\r\033[K", 4);
}

void gauge_put_size(struct buf *out, double n)
{
	static const char *const units[] = {"B", "KB", "MB", "GB", "TB", "PB"};
	size_t i = 0;

	for (; n >= 1000 && i < 5; i++)
		n /= 1000;
	buf_printf(out, n < 10 && i > 0 ? "%.1f %s" : "%.0f %s", n, units[i]);
}

void gauge_put_left(struct buf *out, double seconds)
{
	if (seconds < 1)
		return;
	if (seconds < 120)
		buf_printf(out, ", about %.0f s left", seconds);
	else if (seconds < 7200)
		buf_printf(out, ", about %.0f min left", seconds / 60);
	else
		buf_printf(out, ", about %.0f h left", seconds / 3600);
}
