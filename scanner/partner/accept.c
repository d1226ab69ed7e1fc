/*
 * One signed body. The answer is made of what can be known at once; what takes
 * a provider is a worker's. Nothing that is said here holds a token.
 */
#include "partner/internal.h"

#include "base/base64.h"
#include "base/hash.h"
#include "base/secret.h"
#include "render/render.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

#define HTTP_OK 200
#define HTTP_BAD_REQUEST 400
#define HTTP_TOO_LARGE 413
#define HTTP_LATER 503
#define LINE_ROOM ((size_t)4 << 10)
/* Unknown types, or places, that are named in one line. */
#define NAMED 3
#define PLACE_ROOM 300

struct accepting {
	struct partner *partner;
	struct report_writer answer; /* a list */
	struct buf unknown; /* names of types, for people */
	size_t unknown_named;
	struct buf places; /* of what no rule of its type knows, for people */
	size_t places_named;
	size_t to_handle, disproved, unhandled, untyped;
	/* Hashes that stand in the answer already. */
	unsigned char (*told)[SHA256_SIZE];
	size_t told_count;
};

/* ---- feedback ----------------------------------------------------------- */

static void put_hash(struct report_writer *w, bytes token,
	enum partner_feedback how)
{
	unsigned char digest[SHA256_SIZE];
	struct buf text;

	hash_sha256(token, digest);
	buf_init(&text, 2 * SHA256_SIZE + 1);
	if (how == PARTNER_FEEDBACK_BASE64)
		base64_put(&text, bytes_of(digest, sizeof(digest)));
	else
		for (size_t i = 0; i < sizeof(digest); i++)
			buf_printf(&text, "%02x", digest[i]);
	report_json_key(w, "token_hash");
	report_json_bytes(w, buf_bytes(&text));
	buf_release(&text);
}

/* The same token of the same type is told once. */
static bool is_told(struct accepting *a, const struct alert *alert)
{
	unsigned char digest[SHA256_SIZE];
	struct buf both;
	bool is = false;

	buf_init(&both, ALERTS_TOKEN + ALERTS_TYPE + 1);
	buf_put(&both, alert->type);
	buf_put_byte(&both, '\n');
	buf_put(&both, alert->token);
	hash_sha256(buf_bytes(&both), digest);
	buf_release_wiped(&both);
	for (size_t i = 0; !is && i < a->told_count; i++)
		is = memcmp(a->told[i], digest, sizeof(digest)) == 0;
	if (!is)
		memcpy(a->told[a->told_count++], digest, sizeof(digest));
	return is;
}

static void put_feedback(struct accepting *a, const struct alert *alert,
	enum judge_label label)
{
	const enum partner_feedback how = (enum partner_feedback)
		a->partner->settings->feedback;
	struct report_writer *w = &a->answer;

	if (how == PARTNER_FEEDBACK_NONE || (label != JUDGE_TRUE &&
		label != JUDGE_FALSE) || is_told(a, alert))
		return;
	report_json_object(w);
	put_hash(w, alert->token, how);
	report_json_key(w, "token_type");
	report_json_bytes(w, alert->type);
	report_json_text_at(w, "label", label == JUDGE_TRUE ?
		"true_positive" : "false_positive");
	report_json_end(w);
}

/* ---- alerts ------------------------------------------------------------- */

enum status partner_each(struct partner *p, const struct alerts *alerts,
	partner_visit *visit, void *context, struct error *err)
{
	enum status status = OK;

	for (size_t i = 0; status == OK && i < alerts->n; i++) {
		struct judgement judgement;

		status = judge_alert(p->judge, &alerts->at[i], &judgement,
			err);
		if (status == OK)
			status = visit(context, &alerts->at[i], &judgement,
				err);
	}
	return status;
}

static void name_type(struct accepting *a, bytes type)
{
	if (a->unknown_named++ >= NAMED)
		return;
	buf_put_text(&a->unknown, a->unknown.n ? ", " : "");
	report_escape_terminal(type, &a->unknown);
}

/* A person has to look: where it is, but for a place with the token in it. */
static void name_place(struct accepting *a, const struct alert *alert)
{
	if (a->places_named++ >= NAMED)
		return;
	buf_put_text(&a->places, a->places.n ? ", " : "");
	report_escape_terminal(alert->type, &a->places);
	buf_put_text(&a->places, " at ");
	if (alert->url.n == 0 ||
		bytes_find(alert->url, alert->token) != BYTES_NONE)
		buf_put_text(&a->places, "no place to name");
	else
		report_escape_terminal(bytes_take(alert->url, PLACE_ROOM),
			&a->places);
}

static enum status take_one(void *context, const struct alert *alert,
	const struct judgement *judgement, struct error *err)
{
	struct accepting *a = context;

	(void)err;
	put_feedback(a, alert, judgement->label);
	if (judgement->rule)
		a->to_handle++;
	else if (judgement->label == JUDGE_FALSE)
		a->disproved++;
	else if (judgement->label == JUDGE_UNKNOWN)
		a->untyped++;
	else
		a->unhandled++;
	if (judgement->label == JUDGE_UNKNOWN)
		name_type(a, alert->type);
	else if (judgement->label == JUDGE_OPEN && judgement->rule == NULL)
		name_place(a, alert);
	return OK;
}

static void say(const struct accepting *a, const struct alerts *alerts)
{
	printf("received %zu alerts: %zu to be handled, %zu false",
		alerts->n + alerts->malformed, a->to_handle, a->disproved);
	if (a->unhandled)
		printf(", %zu that no rule of their type knows (%s%s)",
			a->unhandled, buf_text(&a->places),
			a->places_named > NAMED ? ", ..." : "");
	if (a->untyped)
		printf(", %zu of types that no rule has (%s%s; --type "
			"TYPE=RULE maps one)", a->untyped,
			buf_text(&a->unknown),
			a->unknown_named > NAMED ? ", ..." : "");
	if (alerts->malformed)
		printf(", %zu malformed", alerts->malformed);
	putchar('\n');
}

/* All of the body is kept: a worker reads it as it was. */
static enum status accept_alerts(struct accepting *a,
	const struct alerts *alerts, bytes body, struct accepted *out,
	struct error *err)
{
	enum status status;

	report_json_array(&a->answer);
	status = partner_each(a->partner, alerts, take_one, a, err);
	report_json_end(&a->answer);
	if (fclose(a->answer.to) != 0 && status == OK)
		status = error_set(err, ERR_MEMORY, "take alerts: out of "
			"memory");
	if (status == OK && a->to_handle)
		status = spool_put(a->partner->spool, body, out->name, err);
	if (status == OK)
		say(a, alerts);
	return status;
}

static enum status open_answer(struct accepting *a,
	const struct alerts *alerts, struct accepted *out, struct error *err)
{
	a->told = calloc(alerts->n + 1, sizeof(*a->told));
	if (a->told)
		a->answer.to = open_memstream(&out->answer, &out->answer_n);
	return a->answer.to ? OK : error_set(err, ERR_MEMORY, "take alerts: "
		"out of memory");
}

static unsigned status_of(enum status status, enum status reading)
{
	if (reading == ERR_FORMAT)
		return HTTP_BAD_REQUEST;
	if (reading == ERR_LIMIT)
		return HTTP_TOO_LARGE;
	return status == OK ? HTTP_OK : HTTP_LATER;
}

void partner_accept(struct partner *p, bytes body, struct accepted *out)
{
	struct accepting a = {.partner = p};
	struct error err = {0};
	struct alerts alerts;
	enum status reading, status;

	*out = (struct accepted){.status = HTTP_LATER};
	buf_init(&a.unknown, LINE_ROOM);
	buf_init(&a.places, LINE_ROOM);
	status = reading = alerts_read(body, &alerts, &err);
	if (status == OK)
		status = open_answer(&a, &alerts, out, &err);
	if (status == OK)
		status = accept_alerts(&a, &alerts, body, out, &err);
	out->status = status_of(status, reading);
	if (status) {
		fprintf(stderr, "stanch: %s\n", err.text);
		out->answer_n = 0;
		out->name[0] = '\0';
	}
	free(a.told);
	alerts_release(&alerts);
	buf_release(&a.unknown);
	buf_release_wiped(&a.places);
}
