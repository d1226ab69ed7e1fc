/*
 * progress: one line while providers are asked. Numbers only.
 */
#include "verify/internal.h"

#include "base/clock.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/banned.h"

#define TERMINAL_NS 100000000u
#define PLAIN_NS 1000000000u

void verify_meter_begin(struct meter *m, enum verify_progress progress)
{
	m->shown = 0;
	m->is_terminal = isatty(STDERR_FILENO) == 1;
	m->is_on = progress == VERIFY_PROGRESS_ALWAYS ||
		   (progress == VERIFY_PROGRESS_AUTO && m->is_terminal);
}

void verify_meter_show(struct meter *m, size_t done, size_t total, size_t live)
{
	uint64_t now = clock_nanoseconds();

	if (!m->is_on || (m->shown && done < total && now - m->shown <
			(m->is_terminal ? TERMINAL_NS : PLAIN_NS)))
		return;
	m->shown = now;
	fprintf(stderr, "%sverifying: %zu of %zu secrets, %zu live%s",
		m->is_terminal ? "\r\033[K" : "", done, total, live,
		m->is_terminal ? "" : "\n");
}

void verify_meter_end(struct meter *m)
{
	if (m->shown && m->is_terminal)
		fputs("\r\033[K", stderr);
}

void verify_time(char text[VERIFY_TIME])
{
	time_t now = time(NULL);
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL ||
		strftime(text, VERIFY_TIME, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		text[0] = '\0';
}
