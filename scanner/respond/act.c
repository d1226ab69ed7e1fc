/*
 * What goes to providers: questions whether a token is live, and its
 * revocation. Both are blocks of its rule, carried out by ask/.
 */
#include "respond/internal.h"

#include "base/clock.h"
#include "base/secret.h"
#include "respond/budget.h"

#include <stdlib.h>

#include "base/banned.h"

/* Tokens that one request takes, at most. */
#define BATCH_MOST 1000u
/* Bytes of all tokens of one request. */
#define BATCH_BYTES ((size_t)512 << 10)
#define WAIT_MILLISECONDS 1000
/* Seconds between questions behind a call: 1, 2, 4 ... up to this. */
#define PAUSE_MOST 15u

static bool is_stopped(const struct respond_run *r)
{
	return r->options->signal && atomic_load(r->options->signal) != 0;
}

/* ---- answers ------------------------------------------------------------ */

static const char *keep(struct arena *a, const char *text)
{
	return text ? arena_copy_text(a, bytes_text(text)) : NULL;
}

/* Of several places where it might be at home, the one that let it in: first
 * of its name, so that what follows goes there, and trusted from now on. */
static void keep_candidate(struct respond_incident *in,
	const struct request_value *candidate)
{
	struct request_value v;

	if (candidate == NULL)
		return;
	v = *candidate;
	v.name = keep(&in->arena, v.name);
	v.value = arena_copy(&in->arena, v.value);
	v.is_trusted = true;
	if (v.name && v.value.at) {
		in->values.at[in->values.count++] = v;
		in->home = v;
	}
}

/* Copy what an answer told: the next question and the revocation use it. */
static void keep_answer(struct respond_incident *in,
	const struct ask_answer *answer)
{
	const struct verdict_facts told = verify_facts(answer);
	struct arena *a = &in->arena;

	/* What was told once is not forgotten by an answer that tells less:
	 * a dead token has no owner. */
	if (verdict_is_live(answer->verdict) || in->values.count == 0) {
		in->facts = (struct verdict_facts){
			.owner = keep(a, told.owner),
			.email = keep(a, told.email),
			.owner_id = keep(a, told.owner_id),
			.organization = keep(a, told.organization),
			.scopes = keep(a, told.scopes),
			.expires = keep(a, told.expires),
		};
		in->values.count = 0;
		if (verdict_is_live(answer->verdict))
			keep_candidate(in, answer->candidate);
		for (size_t i = 0; i < answer->values->count; i++) {
			struct request_value v = answer->values->at[i];

			v.name = keep(a, v.name);
			v.value = arena_copy(a, v.value);
			if (v.name && v.value.at &&
				in->values.count < REQUEST_VALUES)
				in->values.at[in->values.count++] = v;
		}
	}
	in->facts.verdict = answer->verdict;
	in->note = keep(a, answer->note);
	in->facts.note = in->note;
}

static enum status record_verdict(struct respond_run *r,
	struct respond_incident *in, const struct ask_answer *answer)
{
	const struct machine_state *s = &in->known->state;
	const struct respond_telling telling = {
		.event = MACHINE_WAS_JUDGED,
		.verdict = answer->verdict,
		.note = in->note,
		.status = answer->status,
	};
	const struct machine_record same = {MACHINE_WAS_JUDGED,
		answer->verdict, MACHINE_FREE, s->judged_at, false};

	/* Hearing the same again is no news, unless the last is old. */
	if (s->phase != MACHINE_DETECTED && s->verdict == answer->verdict &&
		s->judged_at > respond_now() - MACHINE_REST) {
		machine_fold(&in->known->state, &same);
		return OK;
	}
	return respond_record(r, in, &telling);
}

static enum status take_verdict(struct respond_run *r,
	struct respond_incident *in, const struct ask_answer *answer)
{
	const enum machine_phase phase = in->known->state.phase;
	uint32_t pause = 1;
	enum status status;

	keep_answer(in, answer);
	status = record_verdict(r, in, answer);
	if (in->asks++ == 0) {
		in->was_live = verdict_is_live(answer->verdict);
		in->was_dead = answer->verdict == VERDICT_DEAD;
	}
	in->answered = clock_nanoseconds();
	in->due = 0;
	if (phase == MACHINE_SUBMITTED || phase == MACHINE_INTENDED) {
		for (uint32_t i = 0; i < in->waits && pause < PAUSE_MOST; i++)
			pause *= 2;
		in->waits++;
		if (answer->retry_after > pause)
			pause = answer->retry_after;
		in->due = in->answered + pause * UINT64_C(1000000000);
	}
	return status;
}

/* A token that was live in one place is asked about there alone. */
static void ask_values(struct respond_run *r,
	const struct respond_incident *in, struct request_values *out)
{
	struct request_values all;

	verify_values(r->leaks, in->leak, &r->verify, &all);
	out->count = 0;
	if (in->home.name)
		out->at[out->count++] = in->home;
	for (size_t i = 0; i < all.count; i++)
		if (out->count < REQUEST_VALUES && (in->home.name == NULL ||
			strcmp(all.at[i].name, in->home.name) != 0))
			out->at[out->count++] = all.at[i];
}

enum status respond_ask(struct respond_run *r, struct respond_incident **at,
	size_t n)
{
	struct request_values values;
	struct ask_answer answer;
	enum status status = respond_sync(r);
	size_t begun = 0;

	while (status == OK && (begun < n || ask_waiting(r->ask))) {
		if (begun < n && ask_waiting(r->ask) < ASK_MOST &&
			!is_stopped(r)) {
			struct respond_incident *in = at[begun++];
			const struct ask_question question = {in->verify,
				&values, in};

			ask_values(r, in, &values);
			status = ask_begin(r->ask, &question, r->err);
			continue;
		}
		if (r->verify.listener.alive)
			r->verify.listener.alive(r->verify.listener.context);
		if (!ask_next(r->ask, WAIT_MILLISECONDS, &answer)) {
			if (is_stopped(r))
				return OK;
			continue;
		}
		status = take_verdict(r, answer.context, &answer);
	}
	return status;
}

/* ---- calls -------------------------------------------------------------- */

/* Several incidents in one request, or one. */
struct call {
	struct respond_incident **at;
	size_t n;
	struct buf secrets;    /* "a","b": for a JSON list */
	struct buf credential;
};

static void put_secret(struct call *c, const struct respond_incident *in)
{
	bytes secret = in->leak->secret;

	buf_put_text(&c->secrets, c->secrets.n ? ",\"" : "\"");
	for (size_t i = 0; i < secret.n; i++) {
		if (secret.at[i] == '"' || secret.at[i] == '\\')
			buf_put_byte(&c->secrets, '\\');
		if (secret.at[i] < 0x20)
			buf_printf(&c->secrets, "\\u%04x", secret.at[i]);
		else
			buf_put_byte(&c->secrets, secret.at[i]);
	}
	buf_put_byte(&c->secrets, '"');
}

/* The values of the last answer, and what only a revocation may use. The
 * slices point into the call and the incident. */
static void call_values(const struct call *c, struct request_values *out)
{
	const struct respond_incident *in = c->at[0];
	struct request_values more = {.count = 0};

	more.at[more.count++] = (struct request_value){
		.name = "c3id", .value = bytes_text(in->c3id)};
	more.at[more.count++] = (struct request_value){.name = "secrets",
		.value = buf_bytes(&c->secrets), .is_secret = true};
	/* Of a list that comes in pages: the first. */
	more.at[more.count++] = (struct request_value){.name = "page",
		.value = bytes_text("")};
	if (c->credential.n)
		more.at[more.count++] = (struct request_value){
			.name = "credential", .is_secret = true,
			.value = buf_bytes(&c->credential)};
	if (in->facts.organization)
		more.at[more.count++] = (struct request_value){
			.name = "organization",
			.value = bytes_text(in->facts.organization)};
	*out = more;
	for (size_t i = 0; i < in->values.count; i++)
		if (out->count < REQUEST_VALUES)
			out->at[out->count++] = in->values.at[i];
}

static enum status open_call(struct respond_run *r, struct call *c)
{
	const struct policy_secret *from = respond_credential(r, c->at[0]);
	char what[160];

	buf_init(&c->secrets, BATCH_BYTES);
	buf_init(&c->credential, 1);
	for (size_t i = 0; i < c->n; i++)
		put_secret(c, c->at[i]);
	if (from == NULL)
		return OK;
	snprintf(what, sizeof(what), "the administrator's credential of %.80s",
		c->at[0]->facts.organization);
	return policy_read_secret(from, what, &c->credential, r->err);
}

static void close_call(struct call *c)
{
	buf_release_wiped(&c->secrets);
	buf_release_wiped(&c->credential);
}

/* One answer for each of them. */
static enum status record_call(struct respond_run *r, const struct call *c,
	const struct ask_answer *answer)
{
	/* A request that reads only changes nothing: the token was not in
	 * the list, or the credential may not see it. */
	const bool was_sent = answer->acted;
	enum status status = OK;

	for (size_t i = 0; status == OK && i < c->n; i++) {
		struct respond_incident *in = c->at[i];
		struct respond_telling telling = {
			.event = MACHINE_WAS_ANSWERED,
			.verdict = answer->verdict,
			.status = answer->status,
		};

		in->note = keep(&in->arena, answer->note);
		telling.note = in->note;
		in->due = 0;
		in->waits = 0;
		in->is_call_failed = true;
		if (!was_sent && answer->verdict != VERDICT_GONE)
			telling.event = MACHINE_WAS_WITHDRAWN;
		/* The next question is of after the call. */
		if (telling.event == MACHINE_WAS_ANSWERED)
			in->asks = 0;
		status = respond_record(r, in, &telling);
	}
	return status;
}

/* Another process was faster: nothing is sent. */
static enum status defer_call(struct respond_run *r, const struct call *c)
{
	static const struct respond_telling telling = {
		.event = MACHINE_WAS_WITHDRAWN,
		.verdict = VERDICT_LIVE,
		.hold = MACHINE_HOLD_BUDGET,
	};
	enum status status = OK;

	for (size_t i = 0; status == OK && i < c->n; i++) {
		r->intents--;
		status = respond_record(r, c->at[i], &telling);
	}
	return status;
}

static enum status make_call(struct respond_run *r, struct call *c)
{
	struct request_values values;
	const struct ask_question question = {c->at[0]->revoke, &values, c};
	struct ask_answer answer;
	enum status status = open_call(r, c);

	if (status == OK) {
		call_values(c, &values);
		status = ask_begin(r->ask, &question, r->err);
	}
	/* A signal does not stop this: what was sent is to be recorded. */
	while (status == OK && !ask_next(r->ask, WAIT_MILLISECONDS, &answer))
		;
	if (status == OK)
		status = record_call(r, c, &answer);
	close_call(c);
	return status;
}

/* Those that may go together stand first. */
static size_t gather(struct respond_incident **at, size_t n)
{
	const struct request_block *block = at[0]->revoke;
	const size_t most = block->batch < BATCH_MOST ? block->batch :
		BATCH_MOST;
	size_t taken = 1;

	for (size_t i = 1; i < n && taken < most; i++) {
		struct respond_incident *in = at[i];

		if (strcmp(in->provider, at[0]->provider) != 0 ||
			in->revoke->batch != block->batch ||
			strcmp(in->revoke->steps[0].url,
				block->steps[0].url) != 0)
			continue;
		at[i] = at[taken];
		at[taken++] = in;
	}
	return taken;
}

enum status respond_call(struct respond_run *r, struct respond_incident **at,
	size_t n)
{
	enum status status = respond_sync(r);

	while (status == OK && n > 0) {
		struct call c = {.at = at, .n = gather(at, n)};

		status = budget_take(at[0]->revoke, r->policy->log) ?
			make_call(r, &c) : defer_call(r, &c);
		at += c.n;
		n -= c.n;
		if (status == OK)
			status = respond_sync(r);
	}
	return status;
}

enum status respond_show_call(struct respond_run *r,
	struct respond_incident *in)
{
	struct request_values values;
	struct call c = {.at = &in, .n = 1};
	struct buf out;

	if (r->options->say == NULL || in->revoke == NULL)
		return OK;
	buf_init(&c.secrets, BATCH_BYTES);
	buf_init(&c.credential, 8);
	put_secret(&c, in);
	buf_put_text(&c.credential, "***");
	call_values(&c, &values);
	buf_init(&out, (size_t)64 << 10);
	request_show(in->revoke, &values, &out);
	fprintf(r->options->say, "would revoke %s %s (%s; %s)\n%s",
		in->provider, in->c3id,
		in->revoke->effect ? in->revoke->effect : "only the token",
		in->revoke->reversible ? "can be undone" : "cannot be undone",
		buf_text(&out));
	buf_release(&out);
	close_call(&c);
	return OK;
}
