/*
 * told: what verify/ and respond/ tell becomes rows. They are told on the way,
 * so a run that is killed has lost a second of it.
 */
#include "settle/internal.h"

#include "base/clock.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/banned.h"

static bytes keep(struct settling *s, const char *text)
{
	return arena_copy(&s->told, bytes_text(text));
}

static const char *keep_text(struct settling *s, const char *text)
{
	const char *copy = text ? arena_copy_text(&s->told, bytes_text(text))
				: NULL;

	if (text && copy == NULL)
		s->status = ERR_MEMORY;
	return copy;
}

/* "2026-11-27T14:00:00Z"; milliseconds. */
static int64_t time_of(const char *text, int64_t otherwise)
{
	struct tm utc = {0};
	const char *end = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &utc)
			       : NULL;

	return end ? (int64_t)timegm(&utc) * 1000 : otherwise;
}

static int64_t now(void)
{
	return (int64_t)time(NULL) * 1000;
}

static void add_verdict(struct settling *s, const struct leak *leak,
	const struct verdict_facts *f, int64_t checked)
{
	struct store_verdict *v;

	if (!column_grow(&s->verdicts, 1, sizeof(*v))) {
		s->status = ERR_MEMORY;
		return;
	}
	v = (struct store_verdict *)s->verdicts.at + s->verdicts.n++;
	*v = (struct store_verdict){
		.fingerprint = keep(s, leak->fingerprint),
		.verdict = verdict_name(f->verdict),
		.note = keep_text(s, f->note),
		.owner = keep_text(s, f->owner),
		.email = keep_text(s, f->email),
		.owner_id = keep_text(s, f->owner_id),
		.organization = keep_text(s, f->organization),
		.scopes = keep_text(s, f->scopes),
		.expires = keep_text(s, f->expires),
		.checked = checked,
	};
}

void settle_told_verdict(void *context, const struct leak *leak,
	const struct verdict_facts *facts)
{
	struct settling *s = context;

	/* What a signal left without an answer is asked by the next run. */
	if (facts->verdict == VERDICT_RETRY && s->hand->signal &&
		atomic_load(s->hand->signal) != 0)
		return;
	add_verdict(s, leak, facts, time_of(facts->checked, now()));
}

/* ---- incidents ----------------------------------------------------------- */

/* Without a name: it is another rule's. */
static const char *state_name(const struct respond_outcome *o)
{
	if (o->name[0] == '\0')
		return "second";
	switch (o->state->phase) {
	case MACHINE_JUDGED:
		return verdict_is_live(o->state->verdict) ? "held"
			: o->state->verdict == VERDICT_DEAD ? "dead"
							     : "unproven";
	case MACHINE_INTENDED:
		return "intended";
	case MACHINE_SUBMITTED:
		return "submitted";
	case MACHINE_REFUSED:
		return "refused";
	case MACHINE_UNCONFIRMED:
		return "unconfirmed";
	case MACHINE_DEAD:
		return verdict_is_live(o->state->verdict) ? "alive_again"
							   : "revoked";
	case MACHINE_NONE:
	case MACHINE_DETECTED:
		break;
	}
	return "detected";
}

/* The policy as it was read, who answers for it, and who ran it where. */
static const char *decider(struct settling *s)
{
	const struct policy *p =
		loop_response_policy(s->settle->options.response);
	const char *operator_name = p->operator_name ? p->operator_name : "";
	char host[128] = "", text[512];

	if (gethostname(host, sizeof(host) - 1) != 0)
		host[0] = '\0';
	snprintf(text, sizeof(text), "policy %.200s sha256:%s%s%.100s, user "
		"%ld at %.100s", s->settle->options.policy, p->digest,
		operator_name[0] ? ", " : "", operator_name, (long)geteuid(),
		host);
	return keep_text(s, text);
}

static void add_incident(struct settling *s, const struct leak *leak,
	const struct respond_outcome *o)
{
	const char *hold = machine_hold_name(o->hold);
	struct store_incident *i;

	if (!column_grow(&s->incidents, 1, sizeof(*i))) {
		s->status = ERR_MEMORY;
		return;
	}
	i = (struct store_incident *)s->incidents.at + s->incidents.n++;
	*i = (struct store_incident){
		.fingerprint = keep(s, leak->fingerprint),
		.name = keep_text(s, o->name),
		.state = state_name(o),
		.hold = hold ? hold : "",
		.basis = s->basis,
		.who = decider(s),
		.why = keep_text(s, o->facts->note),
		.is_closed = strcmp(state_name(o), "revoked") == 0 ||
			     strcmp(state_name(o), "dead") == 0 ||
			     strcmp(state_name(o), "second") == 0,
	};
}

void settle_told_incident(void *context, const struct leak *leak,
	const struct respond_outcome *o)
{
	struct settling *s = context;
	int64_t checked = o->is_asked || o->state->judged_at == 0
				  ? now()
				  : o->state->judged_at * 1000;

	add_verdict(s, leak, o->facts, checked);
	/* A rehearsal decides nothing. */
	if (!s->settle->options.is_dry)
		add_incident(s, leak, o);
	settle_alive(s);
}

void settle_told_second(struct settling *s, const struct leak *leak)
{
	static const struct machine_state none;
	const struct verdict_facts facts = {.verdict = VERDICT_UNKNOWN,
		.note = VERIFY_SECOND};
	const struct respond_outcome o = {.name = "", .state = &none,
		.facts = &facts};

	add_verdict(s, leak, &facts, now());
	if (!s->settle->options.is_dry)
		add_incident(s, leak, &o);
}

/* ---- writing ------------------------------------------------------------- */

enum status settle_write(struct settling *s)
{
	enum status status = s->status != ERR_MEMORY ? s->status
		: error_set(s->err, ERR_MEMORY, "write verdicts");

	if (status == OK)
		status = store_put_verdicts(s->hand->store, s->verdicts.at,
			s->verdicts.n, s->err);
	if (status == OK)
		status = store_put_incidents(s->hand->store, s->incidents.at,
			s->incidents.n, s->err);
	s->verdicts.n = s->incidents.n = 0;
	arena_reset(&s->told);
	s->written = clock_nanoseconds();
	return status;
}
