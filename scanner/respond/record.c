/*
 * Records: Azure DevOps' field names and action ids, for every provider.
 *
 * What Azure DevOps has an action for is named by it; the steps in between are
 * "Stanch....". `data` holds what its own entries hold (DisplayName,
 * OwnerName) and what is ours; a state is read back from `data` alone. Source
 * of the names: the audit log's documentation, see scanner/manual/response.md.
 */
#include "respond/internal.h"

#include "json/json.h"
#include "render/render.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/banned.h"

#define SYSTEM_ACTOR "00000002-0000-8888-8000-000000000000"
#define UNIX_TIME_TEXT 32

static const struct {
	const char *name, *action, *category, *details;
} events[MACHINE_EVENT_COUNT] = {
	[MACHINE_WAS_DETECTED] = {"detected", "Stanch.TokenDetected",
		"access", "A token was found"},
	[MACHINE_WAS_JUDGED] = {"judged", "Stanch.TokenVerified", "access",
		"The provider was asked about the token"},
	[MACHINE_WAS_HELD] = {"held", "Stanch.RevokeHeld", "access",
		"The token is not revoked"},
	[MACHINE_NOTICE_INTENDED] = {"notice-intended",
		"Stanch.NoticeIntended", "execute", "A notice is to be sent"},
	[MACHINE_NOTICE_SENT] = {"notice-sent", "Stanch.NoticeSent",
		"execute", "A notice was sent"},
	[MACHINE_NOTICE_FAILED] = {"notice-failed", "Stanch.NoticeFailed",
		"execute", "No notice could be sent"},
	[MACHINE_WAS_INTENDED] = {"intended", "Stanch.RevokeIntended",
		"remove", "The token is to be revoked"},
	[MACHINE_WAS_WITHDRAWN] = {"withdrawn", "Stanch.RevokeWithdrawn",
		"remove", "The revocation was not sent"},
	[MACHINE_WAS_ANSWERED] = {"answered", "Stanch.RevokeAnswered",
		"remove", "The provider answered to the revocation"},
	[MACHINE_WAS_CONFIRMED] = {"confirmed", "Token.PatSystemRevokeEvent",
		"remove", "The token was revoked and is dead"},
	[MACHINE_WAS_UNCONFIRMED] = {"unconfirmed",
		"Stanch.RevokeUnconfirmed", "remove",
		"The token was revoked and is not confirmed dead"},
	[MACHINE_WAS_ALIVE_AGAIN] = {"alive-again", "Stanch.TokenAliveAgain",
		"access", "A revoked token is live again"},
};

int64_t respond_now(void)
{
	return (int64_t)time(NULL);
}

/* RFC 3339, UTC, with microseconds. */
static void put_time(char text[UNIX_TIME_TEXT])
{
	struct timespec now = {0};
	struct tm utc;
	char fraction[12];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(text, UNIX_TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(fraction, sizeof(fraction), ".%06uZ",
		(unsigned)(now.tv_nsec / 1000) % 1000000);
	memcpy(text + 19, fraction, 9);
}

/* The same for the same text: version 8 of RFC 9562. */
void respond_uuid_of(bytes text, char uuid[RESPOND_UUID])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char d[SHA256_SIZE];
	size_t at = 0;

	hash_sha256(text, d);
	d[6] = (unsigned char)((d[6] & 0x0f) | 0x80);
	d[8] = (unsigned char)((d[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			uuid[at++] = '-';
		uuid[at++] = digits[d[i] >> 4];
		uuid[at++] = digits[d[i] & 15];
	}
	uuid[at] = '\0';
}

void respond_uuid_random(char uuid[RESPOND_UUID])
{
	uint64_t random[4] = {0};

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		random[0] = hash_seed();
	respond_uuid_of(bytes_of(random, sizeof(random)), uuid);
}

/* ---- writing ------------------------------------------------------------ */

static void put_member(struct report_writer *w, const char *key,
	const char *text)
{
	report_json_key(w, key);
	report_json_text(w, text);
}

/* Those that are unknown are left out. */
static void put_known(struct report_writer *w, const char *key,
	const char *text)
{
	if (text && text[0] != '\0')
		put_member(w, key, text);
}

struct naming {
	const char *id, *incident, *action, *category, *details;
};

static const char *category_name(const char *category)
{
	return strcmp(category, "remove") == 0 ? "Remove" :
		strcmp(category, "execute") == 0 ? "Execute" :
		strcmp(category, "modify") == 0 ? "Modify" : "Access";
}

static void put_common(const struct respond_run *r, struct report_writer *w,
	const struct naming *n)
{
	const bool by_person = r->options->decider == RESPOND_BY_PERSON;
	const char *dot = strchr(n->action, '.');
	char time_text[UNIX_TIME_TEXT];

	put_time(time_text);
	put_member(w, "id", n->id);
	put_member(w, "correlationId", n->incident);
	put_member(w, "activityId", r->id);
	put_member(w, "actorCUID", NULL);
	put_member(w, "actorUserId", by_person ? NULL : SYSTEM_ACTOR);
	put_member(w, "actorClientId", NULL);
	put_member(w, "actorUPN", NULL);
	put_member(w, "actorDisplayName", r->policy->operator_name &&
		by_person ? r->policy->operator_name : "stanch");
	put_member(w, "authenticationMechanism", NULL);
	put_member(w, "timestamp", time_text);
	put_member(w, "projectId", NULL);
	put_member(w, "projectName", NULL);
	put_member(w, "ipAddress", NULL);
	put_member(w, "userAgent", "stanch/" STANCH_VERSION);
	put_member(w, "actionId", n->action);
	report_json_key(w, "area");
	report_json_bytes(w, bytes_of(n->action, dot ?
		(size_t)(dot - n->action) : strlen(n->action)));
	put_member(w, "category", n->category);
	put_member(w, "categoryDisplayName", category_name(n->category));
	put_member(w, "details", n->details);
}

const struct leak_place *respond_place(const struct respond_incident *in)
{
	for (size_t i = 0; i < in->leak->place_count; i++)
		if (in->leak->places[i].commit)
			return &in->leak->places[i];
	return in->leak->places;
}

/* The place, without what looks like a secret in its path. */
static void put_place(const struct respond_run *r, struct report_writer *w,
	const struct respond_incident *in)
{
	const struct leak_place *place = respond_place(in);
	static const struct report_options redacted;
	struct report masks = {.options = &redacted};

	report_json_key(w, "places");
	report_json_number(w, in->leak->place_count);
	put_known(w, "target", r->options->origin);
	if (in->leak->place_count == 0)
		return;
	buf_init(&masks.raw, (size_t)64 << 10);
	buf_init(&masks.path, (size_t)64 << 10);
	buf_init(&masks.mask, (size_t)64 << 10);
	report_json_key(w, "path");
	report_json_bytes(w, bytes_take(report_path(&masks, in->leak, place),
		1024));
	buf_release(&masks.raw);
	buf_release(&masks.path);
	buf_release(&masks.mask);
	report_json_key(w, "line");
	report_json_number(w, place->line);
	if (place->commit) {
		report_json_key(w, "commit");
		report_json_bytes(w, place->commit->id);
	}
}

static void put_owner(struct report_writer *w,
	const struct respond_incident *in)
{
	const struct verdict_facts *f = &in->facts;
	const struct request_value *name = request_values_find(&in->values,
		"token_name", 0);

	report_json_key(w, "DisplayName");
	if (name)
		report_json_bytes(w, bytes_take(name->value, 200));
	else
		report_json_text(w, NULL);
	put_member(w, "OwnerName", f->owner ? f->owner : f->email);
	put_known(w, "ownerEmail", f->email);
	put_known(w, "ownerId", f->owner_id);
	put_known(w, "organization", f->organization);
	put_known(w, "scopes", f->scopes);
	put_known(w, "expires", f->expires);
}

static void put_data(const struct respond_run *r, struct report_writer *w,
	const struct respond_incident *in, const struct respond_telling *t)
{
	report_json_key(w, "data");
	report_json_object(w);
	put_member(w, "event", events[t->event].name);
	put_member(w, "provider", in->provider);
	put_member(w, "c3id", in->c3id);
	put_member(w, "rule", in->leak->rule->id);
	put_member(w, "fingerprint", in->leak->fingerprint);
	put_member(w, "confidence", confidence_name(in->leak->confidence));
	put_member(w, "verdict", verdict_name(t->verdict));
	put_known(w, "hold", machine_hold_name(t->hold));
	put_known(w, "note", t->note);
	if (t->status) {
		report_json_key(w, "httpStatus");
		report_json_number(w, (uint64_t)t->status);
	}
	put_owner(w, in);
	put_place(r, w, in);
	if (in->revoke && t->event >= MACHINE_WAS_INTENDED) {
		put_known(w, "how", in->revoke->kind);
		put_known(w, "effect", in->revoke->effect);
		report_json_key(w, "reversible");
		report_json_flag(w, in->revoke->reversible);
	}
	put_member(w, "decidedBy", r->options->decider == RESPOND_BY_PERSON ?
		"person" : "policy");
	put_known(w, "operator", r->policy->operator_name);
	put_known(w, "policy", r->options->policy_path);
	report_json_end(w);
}

static void put_scope(struct report_writer *w,
	const struct respond_incident *in)
{
	const struct request_value *id = request_values_find(&in->values,
		"organization_id", 0);

	put_member(w, "scopeType", in->facts.organization ? "Organization" :
		"Unknown");
	report_json_key(w, "scopeId");
	if (id)
		report_json_bytes(w, bytes_take(id->value, 100));
	else
		report_json_text(w, NULL);
	put_member(w, "scopeDisplayName", in->facts.organization);
}

/* What the writer made is an object; the log wants its members. */
static enum status append(struct respond_run *r, char *text, size_t n)
{
	enum status status;

	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '}'))
		if (text[--n] == '}')
			break;
	if (n < 2)
		return error_set(r->err, ERR_MEMORY, "write a record of the "
			"audit log: out of memory");
	r->is_synced = false;
	status = auditlog_append(r->log, bytes_of(text + 1, n - 1), r->err);
	return status;
}

static const char *action_of(const struct respond_run *r,
	const struct respond_incident *in, const struct respond_telling *t)
{
	/* As at Azure DevOps: a leak that works is a discovery, once. */
	if (t->event == MACHINE_WAS_JUDGED && verdict_is_live(t->verdict) &&
		!verdict_is_live(in->known->state.verdict))
		return "Token.PatPublicDiscoveryEvent";
	if (t->event == MACHINE_WAS_CONFIRMED &&
		r->options->decider == RESPOND_BY_PERSON)
		return "Token.PatRevokeEvent";
	return events[t->event].action;
}

static enum status write_record(struct respond_run *r,
	const struct respond_incident *in, const struct respond_telling *t)
{
	struct naming n = {
		.incident = in->id,
		.action = action_of(r, in, t),
		.category = events[t->event].category,
		.details = events[t->event].details,
	};
	char id[RESPOND_UUID], *text = NULL;
	struct report_writer w = {0};
	size_t size = 0;
	enum status status;

	if (strcmp(n.action, "Token.PatPublicDiscoveryEvent") == 0)
		n.details = "A working token was found where others can "
			"read it";
	respond_uuid_random(id);
	n.id = t->event == MACHINE_WAS_DETECTED ? in->id : id;
	w.to = open_memstream(&text, &size);
	if (w.to == NULL)
		return error_set(r->err, ERR_MEMORY, "write a record of the "
			"audit log: out of memory");
	report_json_object(&w);
	put_common(r, &w, &n);
	put_scope(&w, in);
	put_data(r, &w, in, t);
	report_json_end(&w);
	if (fclose(w.to) != 0)
		size = 0;
	status = append(r, text, size);
	free(text);
	return status;
}

enum status respond_record(struct respond_run *r, struct respond_incident *in,
	const struct respond_telling *t)
{
	const struct machine_record record = {t->event, t->verdict, t->hold,
		respond_now(), false};
	enum status status = write_record(r, in, t);

	if (status == OK)
		machine_fold(&in->known->state, &record);
	return status;
}

enum status respond_record_run(struct respond_run *r, const char *event)
{
	const bool begins = strcmp(event, "begun") == 0;
	struct naming n = {
		.id = r->id,
		.incident = r->id,
		.action = begins ? "Stanch.RunBegun" : "Stanch.RunEnded",
		.category = "execute",
		.details = begins ? "A response began" : "A response ended",
	};
	char id[RESPOND_UUID], *text = NULL;
	struct report_writer w = {0};
	size_t size = 0;
	enum status status;

	respond_uuid_random(id);
	if (!begins)
		n.id = id;
	w.to = open_memstream(&text, &size);
	if (w.to == NULL)
		return error_set(r->err, ERR_MEMORY, "write a record of the "
			"audit log: out of memory");
	report_json_object(&w);
	put_common(r, &w, &n);
	report_json_key(&w, "data");
	report_json_object(&w);
	report_json_key(&w, "incidents");
	report_json_number(&w, r->count);
	put_known(&w, "target", r->options->origin);
	put_known(&w, "policy", r->options->policy_path);
	report_json_key(&w, "dryRun");
	report_json_flag(&w, r->options->mode == RESPOND_DRY);
	report_json_end(&w);
	report_json_end(&w);
	if (fclose(w.to) != 0)
		size = 0;
	status = append(r, text, size);
	free(text);
	return status;
}

enum status respond_sync(struct respond_run *r)
{
	enum status status = r->is_synced ? OK : auditlog_sync(r->log, r->err);

	r->is_synced = status == OK;
	return status;
}

/* ---- reading ------------------------------------------------------------ */

/* "2026-11-27T14:00:00.123456Z", as put_time writes it; 0: not so. */
static int64_t read_time(bytes text)
{
	char copy[UNIX_TIME_TEXT];
	struct tm utc = {0};
	const char *end;

	if (text.n < 20 || text.n >= sizeof(copy))
		return 0;
	memcpy(copy, text.at, text.n);
	copy[text.n] = '\0';
	end = strptime(copy, "%Y-%m-%dT%H:%M:%S", &utc);
	return end ? (int64_t)timegm(&utc) : 0;
}

static bool read_event(bytes name, enum machine_event *out)
{
	for (int i = 0; i < MACHINE_EVENT_COUNT; i++)
		if (bytes_equal(name, bytes_text(events[i].name))) {
			*out = (enum machine_event)i;
			return true;
		}
	return false;
}

static enum verdict read_verdict(bytes name)
{
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (bytes_equal(name,
			    bytes_text(verdict_name((enum verdict)i))))
			return (enum verdict)i;
	return VERDICT_UNKNOWN;
}

static enum machine_hold read_hold(bytes name)
{
	for (int i = 1; name.n && i < MACHINE_HOLD_COUNT; i++)
		if (bytes_equal(name,
			bytes_text(machine_hold_name((enum machine_hold)i))))
			return (enum machine_hold)i;
	return MACHINE_FREE;
}

bool respond_read_record(const struct json_value *root,
	struct respond_read *out)
{
	const struct json_value *data = json_value_get(root, "data");

	*out = (struct respond_read){
		.provider = json_value_text(json_value_get(data, "provider")),
		.c3id = json_value_text(json_value_get(data, "c3id")),
		.record = {
			.verdict = read_verdict(json_value_text(
				json_value_get(data, "verdict"))),
			.hold = read_hold(json_value_text(
				json_value_get(data, "hold"))),
			.at = read_time(json_value_text(
				json_value_get(root, "timestamp"))),
			.is_replayed = true,
		},
	};
	return out->provider.n && out->c3id.n &&
	       read_event(json_value_text(json_value_get(data, "event")),
		       &out->record.event);
}
