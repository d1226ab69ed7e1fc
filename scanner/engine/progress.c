/*
 * The progress line. On a terminal it appears after half a second, is redrawn
 * ten times a second, never wraps, and is cleared at the end; --progress
 * always without a terminal (a CI log) gives a plain line each second.
 * It shows numbers only: nothing of what is scanned reaches it.
 */
#include "engine/internal.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/banned.h"

#define QUIET_MS 500u
#define TERMINAL_MS 100u
#define PLAIN_MS 1000u
/* How often the watching thread wakes when nothing is shown. */
#define IDLE_MS 100u

struct engine_meter {
	struct engine *engine;
	uint64_t started, shown; /* clock readings; shown 0: never */
	bool is_terminal, is_on;
};

struct engine_meter *engine_meter_new(struct engine *e)
{
	struct engine_meter *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->engine = e;
	m->started = clock_nanoseconds();
	m->is_terminal = isatty(STDERR_FILENO) == 1;
	m->is_on = e->options.progress == PROGRESS_ALWAYS ||
		(e->options.progress == PROGRESS_AUTO && m->is_terminal);
	return m;
}

static unsigned columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
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

static void put_size(struct buf *out, double n)
{
	static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
	size_t i = 0;

	for (; n >= 1000 && i < 4; i++)
		n /= 1000;
	buf_printf(out, n < 10 && i > 0 ? "%.1f %s" : "%.0f %s", n, units[i]);
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
	if (left < 1)
		return;
	if (left < 120)
		buf_printf(out, ", about %.0f s left", left);
	else
		buf_printf(out, ", about %.0f min left", left / 60);
}

static void compose(struct engine_meter *m, struct buf *out)
{
	struct engine *e = m->engine;
	double seconds = clock_seconds(e->started, clock_nanoseconds());
	uint64_t files = 0, size = 0, found = leaks_place_count(e->leaks);

	for (unsigned i = 0; i < e->worker_count; i++) {
		struct engine_tally *t = &e->workers[i].tally;

		files += atomic_load_explicit(&t->files, memory_order_relaxed);
		size += atomic_load_explicit(&t->bytes, memory_order_relaxed);
	}
	put_count(out, files);
	buf_put_text(out, files == 1 ? " file, " : " files, ");
	put_size(out, (double)size);
	buf_put_text(out, ", ");
	put_size(out, seconds > 0 ? (double)size / seconds : 0);
	buf_put_text(out, "/s, ");
	put_count(out, found);
	buf_put_text(out, found == 1 ? " finding" : " findings");
	put_left(out, e, (double)files / seconds, (double)size / seconds);
}

static void draw(struct engine_meter *m)
{
	struct buf line;
	unsigned width = columns();

	buf_init(&line, 512);
	if (m->is_terminal)
		buf_put_text(&line, "\r");
	compose(m, &line);
	/* One column stays free: some terminals wrap at the last. */
	if (m->is_terminal && line.n > width)
		line.n = width;
	buf_put_text(&line, m->is_terminal ? "\033[K" : "\n");
	if (!line.failed) {
		(void)!write(STDERR_FILENO, line.at, line.n);
		m->shown = clock_nanoseconds();
	}
	buf_release(&line);
}

unsigned engine_meter_tick(struct engine_meter *m)
{
	unsigned period;
	double since;

	if (m == NULL || !m->is_on)
		return IDLE_MS;
	period = m->is_terminal ? TERMINAL_MS : PLAIN_MS;
	since = clock_seconds(m->started, clock_nanoseconds()) * 1000;
	if (since < (m->is_terminal ? QUIET_MS : PLAIN_MS))
		return IDLE_MS;
	since = clock_seconds(m->shown, clock_nanoseconds()) * 1000;
	if (m->shown == 0 || since >= period)
		draw(m);
	return IDLE_MS;
}

void engine_meter_free(struct engine_meter *m)
{
	if (m == NULL)
		return;
	if (m->shown != 0 && m->is_terminal)
		(void)!write(STDERR_FILENO, "\r\033[K", 4);
	free(m);
}
