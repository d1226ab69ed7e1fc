/*
 * The loop: what GitHub sends is accepted at once; what was accepted is given
 * to workers; what is left over is given to later ones.
 */
#include "partner/internal.h"

#include "base/clock.h"
#include "job/console.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

#define WORKERS 4
#define BILLION UINT64_C(1000000000)
/* Pauses between tries of an entry: from here, twice as long each time. */
#define PAUSE_FIRST 15u
#define PAUSE_MOST 3600u
#define IDLE_MILLISECONDS 1000
#define BUSY_MILLISECONDS 50
/* After a signal: for requests to be answered, and for workers to record
 * what they have sent. */
#define STOP_SECONDS 30.0
#define WORKERS_SECONDS 60.0

/* One entry of the spool. */
struct entry {
	char name[SPOOL_NAME];
	uint64_t due; /* clock; UINT64_MAX: never */
	uint32_t pause; /* seconds: the last; 0: none yet */
	bool is_running, is_gone;
};
struct serving {
	struct partner *p;
	struct entry *entries;
	size_t n, room;
	struct worker workers[WORKERS];
	bool has_ended; /* stanch-partner has */
	bool has_failed;
};

/* ---- entries ------------------------------------------------------------ */

static struct entry *find_entry(struct serving *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->entries[i].is_gone &&
			strcmp(s->entries[i].name, name) == 0)
			return &s->entries[i];
	return NULL;
}

/* A place for one more: that of one that is gone, or a new one. */
static struct entry *new_entry(struct serving *s)
{
	struct entry *entries;
	size_t room;

	for (size_t i = 0; i < s->n; i++)
		if (s->entries[i].is_gone && !s->entries[i].is_running)
			return &s->entries[i];
	if (s->n == s->room) {
		room = s->room ? 2 * s->room : 64;
		entries = reallocarray(s->entries, room, sizeof(*entries));
		if (entries == NULL)
			return NULL;
		s->entries = entries;
		s->room = room;
	}
	return &s->entries[s->n++];
}

/* Without memory it is not lost: the next start finds it. */
static void add_entry(void *context, const char *name)
{
	struct serving *s = context;
	struct entry *e = find_entry(s, name) ? NULL : new_entry(s);

	if (e == NULL)
		return;
	*e = (struct entry){.due = 0};
	snprintf(e->name, sizeof(e->name), "%s", name);
}

static size_t count_left(const struct serving *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += !s->entries[i].is_gone;
	return n;
}

/* ---- workers ------------------------------------------------------------ */

static void start_worker(struct serving *s, struct worker *w)
{
	const uint64_t now = clock_nanoseconds();
	char names[WORK_MOST][SPOOL_NAME];
	struct error err;

	w->count = 0;
	for (size_t i = 0; i < s->n && w->count < WORK_MOST; i++) {
		const struct entry *e = &s->entries[i];

		if (e->is_gone || e->is_running || e->due > now)
			continue;
		memcpy(names[w->count], e->name, SPOOL_NAME);
		w->entries[w->count++] = i;
	}
	if (w->count == 0)
		return;
	if (partner_work_start(s->p, w, (const char (*)[SPOOL_NAME])names,
		&err)) {
		fprintf(stderr, "stanch: %s\n", err.text);
		for (size_t i = 0; i < w->count; i++)
			s->entries[w->entries[i]].due = now + PAUSE_FIRST *
				BILLION;
		return;
	}
	for (size_t i = 0; i < w->count; i++)
		s->entries[w->entries[i]].is_running = true;
}

/* What is still in the spool is tried again. */
static void end_entry(struct serving *s, struct entry *e, uint32_t later)
{
	e->is_running = false;
	e->is_gone = !spool_has(s->p->spool, e->name);
	if (later == WORK_NEVER) {
		e->due = UINT64_MAX;
		return;
	}
	if (later == WORK_LATER) {
		e->pause = e->pause ? 2 * e->pause : PAUSE_FIRST;
		if (e->pause > PAUSE_MOST)
			e->pause = PAUSE_MOST;
		later = e->pause;
	}
	e->due = clock_nanoseconds() + later * BILLION;
}

static void look_after(struct serving *s, struct worker *w)
{
	if (w->pid == 0 || !partner_work_ended(w))
		return;
	for (size_t i = 0; i < w->count; i++)
		end_entry(s, &s->entries[w->entries[i]], w->later[i]);
}

static size_t count_running(const struct serving *s)
{
	size_t n = 0;

	for (size_t i = 0; i < WORKERS; i++)
		n += s->workers[i].pid != 0;
	return n;
}

static void step_workers(struct serving *s)
{
	for (size_t i = 0; i < WORKERS; i++)
		look_after(s, &s->workers[i]);
	for (size_t i = 0; i < WORKERS; i++)
		if (s->workers[i].pid == 0) {
			start_worker(s, &s->workers[i]);
			break;
		}
}

/* ---- events ------------------------------------------------------------- */

static void take_signed(struct serving *s, const struct receive_event *e)
{
	struct accepted accepted;

	partner_accept(s->p, e->body, &accepted);
	if (accepted.name[0])
		add_entry(s, accepted.name);
	receive_answer(s->p->receive, e->id, accepted.status,
		bytes_of(accepted.answer, accepted.answer_n));
	free(accepted.answer);
}

static void say_refused(const struct receive_event *e)
{
	for (int i = 0; i < RECEIVE_REASON_COUNT; i++)
		if (e->refused[i])
			printf("refused %u: %s\n", e->refused[i],
				receive_reason_text(
					(enum receive_reason)i));
}

static void take_event(struct serving *s, const struct receive_event *e)
{
	switch (e->kind) {
	case RECEIVE_SIGNED:
		take_signed(s, e);
		break;
	case RECEIVE_KEY_WANTED:
		keys_want(s->p->keys);
		break;
	case RECEIVE_REFUSED:
		say_refused(e);
		break;
	case RECEIVE_ENDED:
		s->has_ended = true;
		break;
	}
}

static void step_keys(struct serving *s)
{
	const char *say;

	if (keys_step(s->p->keys, &say))
		keys_tell(s->p->keys, s->p->receive);
	if (say)
		printf("%s\n", say);
}

static void step(struct serving *s)
{
	const bool is_busy = keys_are_coming(s->p->keys) || count_running(s);
	struct receive_event event;

	if (receive_next(s->p->receive, is_busy ? BUSY_MILLISECONDS :
		IDLE_MILLISECONDS, &event))
		take_event(s, &event);
	if (!s->has_ended)
		step_keys(s);
}

/* ---- the end ------------------------------------------------------------ */

static void wait_workers(struct serving *s)
{
	const uint64_t begun = clock_nanoseconds();
	const struct timespec pause = {.tv_nsec = 20000000};

	for (size_t i = 0; i < WORKERS; i++)
		if (s->workers[i].pid)
			kill(s->workers[i].pid, SIGTERM);
	while (count_running(s)) {
		const bool is_late = clock_seconds(begun,
			clock_nanoseconds()) > WORKERS_SECONDS;

		for (size_t i = 0; i < WORKERS; i++) {
			if (is_late && s->workers[i].pid)
				kill(s->workers[i].pid, SIGKILL);
			look_after(s, &s->workers[i]);
		}
		(void)nanosleep(&pause, NULL);
	}
}

/* Nothing new; those who are here get their answer. */
static void stop(struct serving *s)
{
	const uint64_t begun = clock_nanoseconds();

	if (!s->has_ended)
		receive_stop(s->p->receive);
	while (!s->has_ended && clock_seconds(begun, clock_nanoseconds()) <
		STOP_SECONDS)
		step(s);
	wait_workers(s);
}

int partner_serve(struct partner *p)
{
	struct serving s = {.p = p};
	struct error err = {0};
	size_t left;

	for (size_t i = 0; i < WORKERS; i++)
		s.workers[i].fd = -1;
	if (spool_each(p->spool, add_entry, &s, &err) != OK)
		return console_fail(&err);
	if (s.n)
		printf("%zu deliveries wait from before\n", s.n);
	while (atomic_load(p->signal) == 0 && !s.has_ended) {
		step(&s);
		step_workers(&s);
	}
	if (s.has_ended)
		fprintf(stderr, "stanch: serve alerts: stanch-partner ended\n");
	s.has_failed = s.has_ended;
	stop(&s);
	left = count_left(&s);
	free(s.entries);
	if (left)
		printf("stopped; %zu deliveries wait for the next start\n",
			left);
	else
		printf("stopped\n");
	return left || s.has_failed ? EXIT_PARTIAL : EXIT_CLEAN;
}
