/*
 * The run: leaks to incidents, and round after round of what machine/ says
 * of each, until it says to stop.
 *
 *	round:	records that need no network are written at once
 *		sync; questions, all at a time
 *		sync; notices; sync; calls
 *
 * A chunk of incidents goes through together, so that a proof is not old
 * before its turn comes, and one sync serves many.
 */
#include "respond/internal.h"

#include "base/clock.h"
#include "base/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

#define CHUNK 64u
#define INCIDENT_MEMORY ((size_t)4 << 20)
#define RUN_MEMORY ((size_t)64 << 20)

static bool is_stopped(const struct respond_run *r)
{
	return r->options->signal && atomic_load(r->options->signal) != 0;
}

/* ---- incidents ---------------------------------------------------------- */

static bool same_incident(const struct leak *a, const struct leak *b)
{
	return strcmp(a->rule->provider, b->rule->provider) == 0 &&
	       bytes_equal(a->secret, b->secret);
}

/* Another leak of the same incident is asked instead. */
static bool is_second(const struct respond_run *r, const struct leak *leak)
{
	for (size_t i = 0; i < r->count; i++)
		if (same_incident(r->incidents[i].leak, leak))
			return true;
	return false;
}

static enum status begin_incident(struct respond_run *r,
	struct respond_incident *in, size_t index)
{
	const struct leak *leak = leaks_at(r->leaks, index);
	const char *forbids = verify_forbids(leak, &r->verify);
	unsigned char digest[SHA256_SIZE];

	in->leak = leak;
	in->index = index;
	in->provider = leak->rule->provider;
	hash_c3id(leak->secret, in->c3id);
	arena_init(&in->arena, INCIDENT_MEMORY);
	in->known = respond_knowns_at(r->knowns, bytes_text(in->provider),
		bytes_text(in->c3id));
	if (in->known == NULL)
		return error_set(r->err, ERR_MEMORY, "respond: out of memory");
	respond_uuid_of(bytes_text(in->known->key), in->id);
	hash_sha256(bytes_text(in->known->key), digest);
	memcpy(&in->claim, digest, sizeof(in->claim));
	in->claim &= AUDITLOG_CLAIM_MASK;
	in->note = forbids;
	if (forbids == NULL)
		in->verify = verify_block(leak->rule, leak->rule->verify,
			&in->verify_room);
	in->revoke = verify_block(leak->rule, leak->rule->revoke,
		&in->revoke_room);
	return OK;
}

static int by_claim(const void *a, const void *b)
{
	const struct respond_incident *x = a, *y = b;

	return (x->claim > y->claim) - (x->claim < y->claim);
}

static enum status gather(struct respond_run *r)
{
	const size_t n = leaks_count(r->leaks);
	enum status status = OK;

	r->incidents = calloc(n ? n : 1, sizeof(*r->incidents));
	if (r->incidents == NULL)
		return error_set(r->err, ERR_MEMORY, "respond: out of memory");
	for (size_t i = 0; status == OK && i < n; i++) {
		const struct leak *leak = leaks_at(r->leaks, i);

		if (!verify_best(r->leaks, leak) || is_second(r, leak))
			continue;
		status = begin_incident(r, &r->incidents[r->count++], i);
	}
	/* The order of claims; see auditlog_claim. */
	qsort(r->incidents, r->count, sizeof(*r->incidents), by_claim);
	return status;
}

/* ---- one round ---------------------------------------------------------- */

struct round {
	struct respond_incident *asks[CHUNK], *notices[CHUNK], *calls[CHUNK];
	size_t ask_count, notice_count, call_count;
	size_t left; /* not done */
	uint64_t due; /* the earliest question, when all wait */
	bool has_acted;
};

static enum status record(struct respond_run *r, struct respond_incident *in,
	enum machine_event event, enum machine_hold hold)
{
	const struct respond_telling telling = {
		.event = event,
		.verdict = in->known->state.verdict,
		.hold = hold,
		.note = in->note,
	};

	return respond_record(r, in, &telling);
}

static void say(const struct respond_run *r, const struct respond_incident *in,
	const char *what, const char *why)
{
	if (r->options->say == NULL)
		return;
	fprintf(r->options->say, "%s %s  %s%s%s\n", in->provider, in->c3id,
		what, why && why[0] ? ": " : "", why ? why : "");
}

static void count_end(struct respond_run *r, const struct respond_incident *in)
{
	struct respond_summary *s = r->summary;

	s->live += in->was_live;
	s->dead += in->was_dead;
	if (in->hold == MACHINE_HOLD_REFUSED ||
		in->hold == MACHINE_HOLD_UNCONFIRMED)
		s->unconfirmed++;
	else if (verdict_is_live(in->known->state.verdict) && in->asks > 0)
		s->held++;
}

/* The hold is recorded when it is news; that a token is dead, or that nobody
 * may be asked, is recorded otherwise or is no event. */
static enum status end_incident(struct respond_run *r,
	struct respond_incident *in, enum machine_hold hold)
{
	const struct machine_state *s = &in->known->state;
	const bool is_news = hold != s->held && verdict_is_live(s->verdict) &&
		in->asks > 0 && hold != MACHINE_HOLD_DRY_RUN;
	const char *why = machine_hold_text(hold);

	in->is_done = true;
	in->hold = hold;
	count_end(r, in);
	if (hold == MACHINE_HOLD_NO_WAY_TO_ASK ||
		hold == MACHINE_HOLD_NOT_PROVEN ||
		(hold == MACHINE_HOLD_NO_WAY && in->is_call_failed))
		why = in->note ? in->note : why;
	if (!in->is_revoked)
		say(r, in, in->asks && verdict_is_live(s->verdict) ?
			"live, kept" : verdict_name(s->verdict), why);
	if (hold == MACHINE_HOLD_DRY_RUN) {
		enum status status = respond_show_notice(r, in);

		return status == OK ? respond_show_call(r, in) : status;
	}
	return is_news ? record(r, in, MACHINE_WAS_HELD, hold) : OK;
}

static enum status step_ask(struct respond_run *r, struct round *round,
	struct respond_incident *in)
{
	(void)r;
	if (in->due > clock_nanoseconds()) {
		if (round->due == 0 || in->due < round->due)
			round->due = in->due;
		return OK;
	}
	round->asks[round->ask_count++] = in;
	return OK;
}

static enum status step_intend(struct respond_run *r,
	struct respond_incident *in)
{
	r->intents++;
	return record(r, in, MACHINE_WAS_INTENDED, MACHINE_FREE);
}

static enum status step_confirm(struct respond_run *r,
	struct respond_incident *in)
{
	r->summary->revoked++;
	in->is_revoked = true;
	say(r, in, "revoked, and confirmed dead", in->revoke ?
		in->revoke->effect : NULL);
	return record(r, in, MACHINE_WAS_CONFIRMED, MACHINE_FREE);
}

static enum status take_step(struct respond_run *r, struct round *round,
	struct respond_incident *in)
{
	const struct machine_facts facts = respond_facts(r, in);
	const struct machine_step step = machine_next(&in->known->state,
		&facts);

	round->has_acted = true;
	switch (step.action) {
	case MACHINE_RECORD:
		return record(r, in, MACHINE_WAS_DETECTED, MACHINE_FREE);
	case MACHINE_ASK:
		return step_ask(r, round, in);
	case MACHINE_NOTIFY:
		round->notices[round->notice_count++] = in;
		return OK;
	case MACHINE_INTEND:
		return step_intend(r, in);
	case MACHINE_WITHDRAW:
		r->intents--;
		return record(r, in, MACHINE_WAS_WITHDRAWN, step.hold);
	case MACHINE_CALL:
		round->calls[round->call_count++] = in;
		return OK;
	case MACHINE_CONFIRM:
		return step_confirm(r, in);
	case MACHINE_GIVE_UP:
		return record(r, in, MACHINE_WAS_UNCONFIRMED, MACHINE_FREE);
	case MACHINE_SAY_ALIVE:
		return record(r, in, MACHINE_WAS_ALIVE_AGAIN, MACHINE_FREE);
	case MACHINE_STOP:
	case MACHINE_ACTION_COUNT:
		break;
	}
	return end_incident(r, in, step.hold);
}

static enum status act(struct respond_run *r, struct round *round)
{
	enum status status = OK;

	if (round->ask_count)
		status = respond_ask(r, round->asks, round->ask_count);
	for (size_t i = 0; status == OK && i < round->notice_count; i++)
		status = respond_notify(r, round->notices[i]);
	if (status == OK && round->call_count && !is_stopped(r))
		status = respond_call(r, round->calls, round->call_count);
	return status;
}

/* Everything waits for a provider to become consistent. */
static void wait_until(uint64_t due)
{
	const uint64_t now = clock_nanoseconds();
	const uint64_t left = due > now ? due - now : 0;
	const struct timespec pause = {
		.tv_sec = (time_t)(left / 1000000000),
		.tv_nsec = (long)(left % 1000000000),
	};

	(void)nanosleep(&pause, NULL); /* a signal ends it */
}

/* Stopped by a signal: what was not sent is taken back. */
static enum status withdraw(struct respond_run *r,
	struct respond_incident *at, size_t n)
{
	enum status status = OK;

	r->summary->interrupted = true;
	for (size_t i = 0; status == OK && i < n; i++)
		if (at[i].known->state.phase == MACHINE_INTENDED &&
			!at[i].known->state.in_doubt)
			status = record(r, &at[i], MACHINE_WAS_WITHDRAWN,
				MACHINE_HOLD_STOPPED);
	return status;
}

static void say_alive(const struct respond_run *r)
{
	if (r->verify.listener.alive)
		r->verify.listener.alive(r->verify.listener.context);
}

static enum status run_chunk(struct respond_run *r,
	struct respond_incident *at, size_t n)
{
	enum status status = OK;
	size_t left = n;

	while (status == OK && left > 0) {
		struct round round = {.left = 0};

		say_alive(r);
		if (is_stopped(r))
			return withdraw(r, at, n);
		for (size_t i = 0; status == OK && i < n; i++) {
			if (at[i].is_done)
				continue;
			status = take_step(r, &round, &at[i]);
			round.left += !at[i].is_done;
		}
		left = round.left;
		if (status == OK)
			status = act(r, &round);
		if (status == OK && left && round.due && round.ask_count == 0 &&
			round.notice_count == 0 && round.call_count == 0)
			wait_until(round.due);
	}
	return status;
}

/* To whom keeps it elsewhere: what the log says now. One that a signal kept
 * from its end is told of by the next run. */
static void tell(const struct respond_run *r, struct respond_incident *in)
{
	const struct respond_outcome outcome = {
		.name = in->id,
		.state = &in->known->state,
		.hold = in->hold,
		.facts = &in->facts,
		.is_asked = in->asks > 0,
		.is_call_failed = in->is_call_failed,
		.held_until = in->hold != MACHINE_HOLD_GRACE ||
			in->known->state.notified_at == 0 ? 0 :
			in->known->state.notified_at +
			respond_switches(r, in).grace,
	};

	in->facts.verdict = in->known->state.verdict;
	in->facts.note = in->hold == MACHINE_FREE ? in->note
						  : machine_hold_text(in->hold);
	for (size_t k = 0; k < leaks_count(r->leaks); k++)
		if (same_incident(in->leak, leaks_at(r->leaks, k)))
			r->options->told(r->options->context,
				leaks_at(r->leaks, k), &outcome);
}

/* The claims of a chunk, and what others recorded before we had them. */
static enum status claim_and_run(struct respond_run *r,
	struct respond_incident *at, size_t n)
{
	enum status status = OK;
	size_t claimed = 0;

	while (status == OK && claimed < n) {
		status = auditlog_claim(r->log, at[claimed].claim, r->err);
		claimed += status == OK;
	}
	if (status == OK)
		status = auditlog_refresh(r->log, r->err);
	if (status == OK)
		status = run_chunk(r, at, n);
	if (status == OK)
		status = respond_sync(r);
	for (size_t i = 0; status == OK && r->options->told && i < n; i++)
		if (at[i].is_done)
			tell(r, &at[i]);
	for (size_t i = 0; i < claimed; i++)
		auditlog_disclaim(r->log, at[i].claim);
	return status;
}

/* ---- the run ------------------------------------------------------------ */

/* What the policy adds: accounts that are bait, and organizations in which a
 * token of Azure DevOps may be at home. */
static enum status add_to_verify(struct respond_run *r)
{
	const struct policy *p = r->policy;
	const struct verify_options *had = r->options->verify;
	const char **canaries = arena_array(&r->arena, had->canary_count +
		p->deny_accounts.n + 1, sizeof(*canaries));
	const char **names = arena_array(&r->arena, had->organization_count +
		p->organization_count + 1, sizeof(*names));

	if (canaries == NULL || names == NULL)
		return error_set(r->err, ERR_MEMORY, "respond: out of memory");
	r->verify = *had;
	r->verify.canaries = canaries;
	r->verify.organizations = names;
	for (size_t i = 0; i < had->canary_count; i++)
		canaries[i] = had->canaries[i];
	for (size_t i = 0; i < p->deny_accounts.n; i++)
		canaries[r->verify.canary_count++] = p->deny_accounts.at[i];
	for (size_t i = 0; i < had->organization_count; i++)
		names[i] = had->organizations[i];
	for (size_t i = 0; i < p->organization_count; i++)
		if (strcmp(p->organizations[i].provider, "azure-devops") == 0)
			names[r->verify.organization_count++] =
				p->organizations[i].name;
	return OK;
}

static enum status open_run(struct respond_run *r)
{
	const struct policy *p = r->policy;
	enum status status;

	arena_init(&r->arena, RUN_MEMORY);
	respond_uuid_random(r->id);
	r->knowns = respond_knowns_new();
	if (r->knowns == NULL)
		return error_set(r->err, ERR_MEMORY, "respond: out of memory");
	status = add_to_verify(r);
	if (status)
		return status;
	status = auditlog_open(p->log, respond_knowns_visit, r->knowns,
		&r->log, r->err);
	if (status == OK)
		status = net_open(r->verify.network, &r->net, r->err);
	if (status == OK)
		status = net_open(r->verify.network, &r->mail_net, r->err);
	return status == OK ? ask_new(r->net, &r->ask, r->err) : status;
}

static void close_run(struct respond_run *r)
{
	ask_free(r->ask);
	net_close(r->net);
	net_close(r->mail_net);
	auditlog_close(r->log);
	for (size_t i = 0; i < r->count; i++) {
		struct respond_incident *in = &r->incidents[i];

		for (size_t k = 0; k < in->values.count; k++)
			if (in->values.at[k].is_secret)
				secret_wipe((void *)(uintptr_t)
					in->values.at[k].value.at,
					in->values.at[k].value.n);
		arena_release(&in->arena);
	}
	free(r->incidents);
	respond_knowns_free(r->knowns);
	arena_release(&r->arena);
}

/* What was found out, for the report. */
static enum status set_verdicts(struct respond_run *r)
{
	enum status status = OK;

	for (size_t k = 0; status == OK && k < leaks_count(r->leaks); k++) {
		const struct leak *leak = leaks_at(r->leaks, k);

		for (size_t i = 0; i < r->count; i++) {
			struct respond_incident *in = &r->incidents[i];

			if (!same_incident(in->leak, leak))
				continue;
			in->facts.verdict = in->known->state.verdict;
			in->facts.note = in->hold == MACHINE_FREE ? in->note :
				machine_hold_text(in->hold);
			status = leaks_set_verdict(r->leaks, k, &in->facts,
				r->err);
		}
	}
	return status;
}

static enum status run_all(struct respond_run *r)
{
	enum status status = open_run(r), ended;

	if (status == OK)
		status = gather(r);
	if (status)
		return status;
	r->head_before = auditlog_head(r->log).sequence;
	r->summary->incidents = r->count;
	status = respond_record_run(r, "begun");
	for (size_t i = 0; status == OK && i < r->count && !is_stopped(r);
		i += CHUNK)
		status = claim_and_run(r, &r->incidents[i],
			r->count - i < CHUNK ? r->count - i : CHUNK);
	r->summary->interrupted |= is_stopped(r);
	ended = status == OK ? respond_record_run(r, "ended") : OK;
	if (status == OK)
		status = ended;
	if (status == OK)
		status = respond_sync(r);
	if (status == OK)
		status = set_verdicts(r);
	respond_sinks(r);
	return status;
}

enum status respond_leaks(struct leaks *leaks,
	const struct respond_options *options, struct respond_summary *out,
	struct error *err)
{
	struct respond_run r = {
		.options = options,
		.policy = options->policy,
		.leaks = leaks,
		.summary = out,
		.err = err,
	};
	enum status status;

	*out = (struct respond_summary){0};
	status = run_all(&r);
	if (r.log) {
		struct auditlog_head head = auditlog_head(r.log);

		auditlog_head_text(&head, out->head);
	}
	close_run(&r);
	return status;
}

static enum status check_secret(const struct policy_secret *s,
	const char *what, struct error *err)
{
	struct buf out;
	enum status status;

	if (!policy_has_secret(s))
		return OK;
	status = policy_read_secret(s, what, &out, err);
	if (status == OK)
		buf_release_wiped(&out);
	return status;
}

enum status respond_check(const struct respond_options *options,
	struct error *err)
{
	const struct policy *p = options->policy;
	struct auditlog *log = NULL;
	enum status status = auditlog_open(p->log, NULL, NULL, &log, err);

	auditlog_close(log);
	for (size_t i = 0; status == OK && i < p->organization_count; i++)
		status = check_secret(&p->organizations[i].credential,
			"an administrator's credential", err);
	for (size_t i = 0; status == OK && i < p->webhook_count; i++) {
		status = check_secret(&p->webhooks[i].url_secret,
			"a webhook's URL", err);
		if (status == OK)
			status = check_secret(&p->webhooks[i].key,
				"a webhook's key", err);
	}
	if (status == OK)
		status = check_secret(&p->mail.password, "the mail password",
			err);
	if (status == OK)
		status = check_secret(&p->splunk.token, "Splunk's token", err);
	return status;
}
