/*
 * A worker: a child that handles some entries and ends. It has the rules and
 * the policy from its parent's memory, so nothing is loaded again; what it
 * knew of tokens dies with it; and while it waits for providers the parent
 * answers GitHub.
 *
 * An entry is removed when each of its tokens has come to an end that another
 * try would not change; of the others the parent is told when to try.
 */
#include "partner/internal.h"

#include "base/hash.h"
#include "base/secret.h"
#include "verify/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/banned.h"

/* Revocations are counted over this, for the policy's maxRevocations. */
#define CAP_SECONDS 3600
/* While the kill switch is on, or the cap is reached. */
#define STOPPED_SECONDS 300u
#define CAPPED_SECONDS 600u
/* How long a provider that tells nothing is asked again. */
#define UNKNOWN_SECONDS 86400
#define GRACE_LEAST 60
#define GRACE_MOST 86400

/* One token of one entry. */
struct item {
	size_t entry; /* its number in this worker */
	const char *provider;
	char c3id[C3ID_LENGTH + 1];
	bool is_settled;
	uint32_t later;
};
struct work {
	struct partner *partner;
	struct leaks *leaks;
	struct item *items;
	size_t n, room;
	size_t entry; /* that is read now */
	int64_t put_at[WORK_MOST];
};

/* ---- reading ------------------------------------------------------------ */

static enum status put_item(struct work *w, const struct alert *alert,
	const struct rule *rule, struct error *err)
{
	struct item *item;

	if (w->n == w->room) {
		const size_t room = w->room ? 2 * w->room : 64;

		item = reallocarray(w->items, room, sizeof(*item));
		if (item == NULL)
			return error_set(err, ERR_MEMORY, "handle alerts: out "
				"of memory");
		w->items = item;
		w->room = room;
	}
	item = &w->items[w->n++];
	*item = (struct item){.entry = w->entry, .provider = rule->provider};
	hash_c3id(alert->token, item->c3id);
	return OK;
}

/* A partner_visit. */
static enum status put_leak(void *context, const struct alert *alert,
	const struct judgement *judgement, struct error *err)
{
	struct work *w = context;
	const struct sighting sighting = {
		.rule = judgement->rule,
		.secret = alert->token,
		.length = alert->token.n,
		.line = 1, .column = 1,
		.end_line = 1, .end_column = (uint32_t)alert->token.n,
		.confidence = judgement->confidence,
	};
	const struct leak_where where = {
		.path = alert->url.n ? alert->url : alert->source,
		.source = LEAK_MESSAGE,
	};
	enum status status;

	if (judgement->rule == NULL)
		return OK;
	status = put_item(w, alert, judgement->rule, err);
	if (status == OK && leaks_add_at(w->leaks, &sighting, &where) != OK)
		status = error_set(err, ERR_MEMORY, "handle alerts: out of "
			"memory");
	return status;
}

static enum status read_entry(struct work *w, const char *name,
	struct error *err)
{
	struct alerts alerts = {.n = 0};
	struct buf body;
	enum status status = spool_get(w->partner->spool, name, &body, err);

	if (status == OK)
		status = alerts_read(buf_bytes(&body), &alerts, err);
	if (status == OK)
		status = partner_each(w->partner, &alerts, put_leak, w, err);
	alerts_release(&alerts);
	buf_release_wiped(&body);
	return status;
}

/* ---- what came of it ---------------------------------------------------- */

static uint32_t until(int64_t then)
{
	const int64_t left = then - (int64_t)time(NULL);

	if (left < GRACE_LEAST)
		return GRACE_LEAST;
	return (uint32_t)(left < GRACE_MOST ? left : GRACE_MOST);
}

static bool is_old(const struct work *w, const struct item *item)
{
	return (int64_t)time(NULL) - w->put_at[item->entry] > UNKNOWN_SECONDS;
}

/* Would another try find anything else? */
static bool is_settled(const struct work *w, const struct item *item,
	const struct respond_outcome *end)
{
	switch (end->hold) {
	case MACHINE_HOLD_GRACE:
	case MACHINE_HOLD_STOPPED:
	case MACHINE_HOLD_CAP:
	case MACHINE_HOLD_BUDGET:
	case MACHINE_HOLD_STALE:
		return false;
	case MACHINE_HOLD_NOT_PROVEN:
		if (end->state->verdict == VERDICT_RETRY)
			return false;
		return end->state->verdict != VERDICT_UNKNOWN ||
		       is_old(w, item);
	case MACHINE_HOLD_NO_WAY:
		return !end->is_call_failed || is_old(w, item);
	default:
		return true;
	}
}

static uint32_t later_of(const struct respond_outcome *end)
{
	switch (end->hold) {
	case MACHINE_HOLD_GRACE:
		return until(end->held_until);
	case MACHINE_HOLD_STOPPED:
		return STOPPED_SECONDS;
	case MACHINE_HOLD_CAP:
	case MACHINE_HOLD_BUDGET:
		return CAPPED_SECONDS;
	default:
		return WORK_LATER;
	}
}

/* A respond_told. The same token may be in several entries, and found by
 * rules of several providers of which one was asked. */
static void take_end(void *context, const struct leak *leak,
	const struct respond_outcome *end)
{
	struct work *w = context;
	char c3id[C3ID_LENGTH + 1];

	hash_c3id(leak->secret, c3id);
	for (size_t i = 0; i < w->n; i++) {
		struct item *item = &w->items[i];

		if (strcmp(item->c3id, c3id) != 0)
			continue;
		item->is_settled = is_settled(w, item, end);
		item->later = later_of(end);
		/* Nothing was done: it is for a real start. */
		if (w->partner->settings->response.dry_run) {
			item->is_settled = false;
			item->later = WORK_NEVER;
		}
	}
}

/* ---- the child ---------------------------------------------------------- */

static enum status respond(struct work *w, struct error *err)
{
	struct partner *p = w->partner;
	struct respond_summary summary;
	const struct loop_response_run run = {
		.leaks = w->leaks,
		.decider = RESPOND_BY_POLICY,
		.say = stdout,
		.signal = p->signal,
		.cap_seconds = CAP_SECONDS,
		.told = take_end,
		.context = w,
	};

	return loop_response_run(p->response, &run, &summary, err);
}

/* How long an entry rests: as long as the token that rests shortest. */
static bool is_left(const struct work *w, size_t entry, uint32_t *later)
{
	bool is = false;

	*later = WORK_LATER;
	for (size_t i = 0; i < w->n; i++) {
		const struct item *item = &w->items[i];

		if (item->entry != entry || item->is_settled)
			continue;
		if (!is || item->later < *later)
			*later = item->later;
		is = true;
	}
	return is;
}

static void say_error(const struct error *err)
{
	fprintf(stderr, "stanch: %s\n", err->text);
}

/* What cannot be opened stays, for a person. */
static bool read_or_say(struct work *w, const char *name, uint32_t *later)
{
	struct error err = {0};

	w->put_at[w->entry] = spool_put_at(w->partner->spool, name);
	if (read_entry(w, name, &err) == OK)
		return true;
	if (spool_has(w->partner->spool, name)) {
		*later = err.code == ERR_MEMORY ? WORK_LATER : WORK_NEVER;
		say_error(&err);
	}
	return false;
}

static int handle(struct work *w, struct worker *told,
	const char (*names)[SPOOL_NAME])
{
	struct spool *spool = w->partner->spool;
	bool is_read[WORK_MOST] = {false};
	struct error err = {0};
	enum status status;

	for (size_t i = 0; i < told->count; i++) {
		w->entry = i;
		is_read[i] = read_or_say(w, names[i], &told->later[i]);
	}
	status = leaks_finish(w->leaks, &err);
	if (status == OK)
		status = respond(w, &err);
	for (size_t i = 0; status == OK && i < told->count; i++)
		if (is_read[i] && !is_left(w, i, &told->later[i]))
			status = spool_remove(spool, names[i], &err);
	if (status)
		say_error(&err);
	return status == OK ? 0 : 1;
}

static void become(struct partner *p, struct worker *w, int fd,
	const char (*names)[SPOOL_NAME])
{
	const struct leaks_options fresh_key = {{NULL, 0}};
	struct work work = {.partner = p};
	struct error err = {0};
	int code = 1;

	receive_forget(p->receive);
	spool_leave_lock(p->spool);
	work.leaks = leaks_new(&fresh_key, &err);
	if (work.leaks)
		code = handle(&work, w, names);
	else
		say_error(&err);
	leaks_free(work.leaks);
	free(work.items);
	(void)!write(fd, w->later, sizeof(w->later));
	fflush(stdout);
	_exit(code);
}

enum status partner_work_start(struct partner *p, struct worker *w,
	const char (*names)[SPOOL_NAME], struct error *err)
{
	const pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_set_errno(err, ERR_IO, "start a worker");
	fflush(stdout);
	memset(w->later, 0, sizeof(w->later));
	w->pid = fork();
	if (w->pid == 0) {
		close(ends[0]);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(1);
		become(p, w, ends[1], names);
	}
	close(ends[1]);
	if (w->pid < 0) {
		close(ends[0]);
		w->pid = 0;
		return error_set_errno(err, ERR_IO, "start a worker");
	}
	w->fd = ends[0];
	return OK;
}

bool partner_work_ended(struct worker *w)
{
	int state;
	const pid_t pid = waitpid(w->pid, &state, WNOHANG);

	if (pid == 0 || (pid < 0 && errno == EINTR))
		return false;
	w->has_failed = pid < 0 || !WIFEXITED(state) ||
		WEXITSTATUS(state) != 0;
	if (read(w->fd, w->later, sizeof(w->later)) !=
		(ssize_t)sizeof(w->later))
		memset(w->later, 0, sizeof(w->later));
	close(w->fd);
	w->fd = -1;
	w->pid = 0;
	return true;
}
