#include "settle/internal.h"

#include "base/clock.h"
#include "recall/recall.h"

#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

#define CLAIM "settle"
/* Seconds until another may settle when we say nothing; we say it four times
 * as often. Providers' answers may take long: a minute and more. */
#define CLAIM_SECONDS 240.0
#define WRITE_SECONDS 1.0
#define LOOK_NANOSECONDS 300000000
#define TEXTS_MOST ((size_t)1 << 30)

static bool is_stopped(const struct settling *s)
{
	return s->hand->signal && atomic_load(s->hand->signal) != 0;
}

static double since(uint64_t clock)
{
	return clock_seconds(clock, clock_nanoseconds());
}

/* ---- the claim ----------------------------------------------------------- */

void settle_alive(void *context)
{
	struct settling *s = context;
	bool is_ours;

	if (s->status == OK && since(s->written) > WRITE_SECONDS &&
		s->verdicts.n)
		s->status = settle_write(s);
	if (since(s->claimed) < CLAIM_SECONDS / 4)
		return;
	s->claimed = clock_nanoseconds();
	/* When it was lost (a machine that slept) the locks of cache and audit
	 * log are left. */
	(void)!store_claim(s->hand->store, CLAIM, s->hand->worker,
		CLAIM_SECONDS, &is_ours, NULL);
}

/* Until it is ours, or we are stopped. */
static enum status claim(struct settling *s, bool *is_ours)
{
	const struct timespec pause = {.tv_nsec = LOOK_NANOSECONDS};
	FILE *say = s->settle->options.say;
	enum status status;

	for (bool is_said = false;; is_said = true) {
		status = store_claim(s->hand->store, CLAIM, s->hand->worker,
			CLAIM_SECONDS, is_ours, s->err);
		if (status != OK || *is_ours || is_stopped(s))
			return status;
		if (!is_said && say)
			fputs("stanch: another audit asks providers; this one "
			      "waits for it\n", say);
		(void)nanosleep(&pause, NULL);
	}
}

/* ---- asking -------------------------------------------------------------- */

static bool wants(void *context, bytes fingerprint)
{
	return settle_is_due(context, fingerprint);
}

static enum status ask(struct settling *s, struct leaks *leaks)
{
	const struct settle_options *o = &s->settle->options;
	struct verify_options verify = o->verify;
	struct verify_summary summary;
	enum status status;

	verify.listener = (struct verify_listener){settle_alive,
		settle_told_verdict, s};
	verify.signal = s->hand->signal;
	status = verify_leaks(leaks, &verify, &summary, s->err);
	s->settle->is_interrupted = summary.interrupted;
	if (status == OK && o->say)
		fprintf(o->say, "Verdicts: %zu asked of their providers, %zu "
			"live, %zu dead, %zu restricted, %zu unknown\n",
			summary.asked, summary.by_verdict[VERDICT_LIVE],
			summary.by_verdict[VERDICT_DEAD],
			summary.by_verdict[VERDICT_RESTRICTED],
			summary.by_verdict[VERDICT_UNKNOWN] +
				summary.by_verdict[VERDICT_RETRY]);
	return status;
}

/* Found by several rules of several providers: the incident is that of the
 * most specific one; respond/ told of those with its provider. */
static void tell_seconds(struct settling *s, const struct leaks *leaks)
{
	for (size_t i = 0; i < leaks_count(leaks); i++) {
		const struct leak *leak = leaks_at(leaks, i);
		bool is_told = verify_best(leaks, leak);

		for (size_t k = 0; !is_told && k < leaks_count(leaks); k++) {
			const struct leak *other = leaks_at(leaks, k);

			is_told = bytes_equal(other->secret, leak->secret) &&
				  strcmp(other->rule->provider,
					  leak->rule->provider) == 0 &&
				  verify_best(leaks, other);
		}
		if (!is_told)
			settle_told_second(s, leak);
	}
}

static enum status respond(struct settling *s, struct leaks *leaks)
{
	const struct loop_response_run run = {
		.leaks = leaks,
		.decider = RESPOND_BY_POLICY,
		.origin = s->hand->target,
		.say = s->settle->options.say,
		.signal = s->hand->signal,
		.listener = {.alive = settle_alive, .context = s},
		.told = settle_told_incident,
		.find_home = settle_find_home,
		.context = s,
	};
	struct respond_summary summary;
	enum status status = loop_response_run(s->settle->options.response,
		&run, &summary, s->err);

	s->settle->is_interrupted = summary.interrupted;
	if (status == OK && !summary.interrupted)
		tell_seconds(s, leaks);
	return status;
}

/* Those that are due, with all their places; and what providers say. */
static enum status act(struct settling *s)
{
	struct recall_kept kept;
	const struct recall_options options = {
		.store = s->hand->store,
		.rules = s->hand->rules,
		.kept = &kept,
		.vault = s->hand->vault,
		.wants = wants,
		.context = s,
	};
	const struct store_place_filter filter = {.target = s->hand->target};
	struct leaks *leaks = NULL;
	enum status status;

	recall_kept_init(&kept);
	status = recall_leaks(&options, &filter, &leaks, s->err);

	if (status == OK)
		status = s->settle->options.response ? respond(s, leaks)
						     : ask(s, leaks);
	leaks_free(leaks);
	recall_kept_release(&kept);
	return status;
}

/* ---- all of it ----------------------------------------------------------- */

static void put_basis(struct settling *s)
{
	char digest[17];

	if (s->settle->options.response == NULL)
		return;
	ruleset_digest(s->hand->rules, digest);
	snprintf(s->basis, sizeof(s->basis), "%s:%s",
		loop_response_policy(s->settle->options.response)->digest,
		digest);
}

static void say_missing(const struct settling *s)
{
	if (s->settle->missing && s->settle->options.say)
		fprintf(s->settle->options.say, "stanch: %zu tokens could not "
			"be found again in their repositories, and were not "
			"asked about\n", s->settle->missing);
}

static enum status settle(struct settling *s)
{
	enum status status = settle_read_homes(s), written;

	if (status == OK)
		status = settle_look(s);
	s->settle->due = s->due.n;
	if (status == OK)
		status = settle_find_again(s);
	if (status != OK || is_stopped(s))
		return status;
	say_missing(s);
	if (s->due.n > s->settle->missing)
		status = act(s);
	written = settle_write(s);
	return status == OK ? written : status;
}

enum status settle_after(void *context, struct audit_hand *hand,
	struct error *err)
{
	struct settling s = {
		.settle = context,
		.hand = hand,
		.err = err,
		.now = (int64_t)time(NULL) * 1000,
		.claimed = clock_nanoseconds(),
		.written = clock_nanoseconds(),
		.status = OK,
	};
	bool is_ours = false;
	enum status status, left = OK;

	arena_init(&s.arena, TEXTS_MOST);
	arena_init(&s.told, TEXTS_MOST);
	put_basis(&s);
	status = claim(&s, &is_ours);
	if (status == OK && is_ours)
		status = settle(&s);
	if (is_ours)
		left = store_disclaim(hand->store, CLAIM, hand->worker,
			status == OK ? err : NULL);
	s.settle->is_interrupted |= is_stopped(&s);
	arena_release(&s.arena);
	arena_release(&s.told);
	free(s.due.at);
	free(s.open.at);
	free(s.homes.at);
	free(s.verdicts.at);
	free(s.incidents.at);
	return status == OK ? left : status;
}
