/*
 * What notices say: what leaked, where, when, what was done, what to do next.
 *
 * Names and paths come from scanned repositories and from providers: they are
 * escaped for where they go, and cut. Nothing of the token is in a notice.
 */
#include "respond/message.h"

#include "render/render.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

#define VALUE_MOST 300u
#define OTHERS_MOST 20u
#define TEXT_MOST ((size_t)64 << 10)
#define ADDRESS_MOST 254u

/* RFC 5321's dot-atoms only: nothing that needs quoting. */
bool respond_is_address(const char *text)
{
	const char *at = text ? strchr(text, '@') : NULL;
	const size_t n = text ? strlen(text) : 0;

	if (at == NULL || at == text || at[1] == '\0' || n > ADDRESS_MOST ||
		strchr(at + 1, '@') != NULL || text[0] == '.' ||
		text[0] == '-' || text[n - 1] == '.')
		return false;
	for (const char *c = text; *c != '\0'; c++) {
		const bool is_word = (*c >= 'a' && *c <= 'z') ||
			(*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');

		if (!is_word && *c != '@' && *c != '.' && *c != '-' &&
			(c > at || strchr("_+%", *c) == NULL))
			return false;
	}
	return true;
}

/* ---- parts -------------------------------------------------------------- */

static void put_value(struct buf *out, const char *name, bytes value)
{
	if (value.n == 0)
		return;
	buf_printf(out, "%s: ", name);
	report_escape_terminal(bytes_take(value, VALUE_MOST), out);
	buf_put_byte(out, '\n');
}

static void put_text(struct buf *out, const char *name, const char *value)
{
	put_value(out, name, bytes_text(value ? value : ""));
}

/* The path of a place, without the secret when that stands in it. */
void respond_put_path(const struct respond_incident *in,
	const struct leak_place *place, struct buf *out)
{
	static const struct report_options redacted;
	struct report masks = {.options = &redacted};

	buf_init(&masks.raw, TEXT_MOST);
	buf_init(&masks.path, TEXT_MOST);
	buf_init(&masks.mask, TEXT_MOST);
	buf_put(out, bytes_take(report_path(&masks, in->leak, place), 1024));
	buf_release(&masks.raw);
	buf_release(&masks.path);
	buf_release(&masks.mask);
}

/* ---- what is done ------------------------------------------------------- */

static void put_duration(int64_t seconds, struct buf *out)
{
	if (seconds % 86400 == 0 && seconds > 86400)
		buf_printf(out, "%" PRId64 " days", seconds / 86400);
	else if (seconds % 3600 == 0 && seconds >= 3600)
		buf_printf(out, "%" PRId64 " hours", seconds / 3600);
	else
		buf_printf(out, "%" PRId64 " seconds", seconds);
}

/* What holds it once the notice is out. */
static enum machine_hold hold_behind(const struct respond_run *r,
	const struct respond_incident *in)
{
	struct machine_facts facts = respond_facts(r, in);

	facts.is_notice_tried = true;
	facts.is_dry_run = false;
	return machine_next(&in->known->state, &facts).hold;
}

static void put_action(const struct respond_run *r,
	const struct respond_incident *in, struct buf *out)
{
	const enum machine_hold hold = hold_behind(r, in);

	if (hold == MACHINE_FREE) {
		buf_printf(out, "It is being revoked now%s%s. This %s be "
			"undone.", in->revoke->effect ? ": " : "",
			in->revoke->effect ? in->revoke->effect : "",
			in->revoke->reversible ? "can" : "cannot");
	} else if (hold == MACHINE_HOLD_GRACE) {
		buf_put_text(out, "It will be revoked in ");
		put_duration(respond_switches(r, in).grace, out);
		buf_put_text(out, " unless it is dead by then.");
	} else {
		buf_printf(out, "It has not been revoked: %s.",
			machine_hold_text(hold));
	}
}

/* The places beside the one that was told of, in order; not all of many. */
static void put_others(const struct respond_incident *in,
	const struct leak_place *told, struct buf *out)
{
	size_t shown = 0, others = in->leak->place_count - 1;
	struct buf text;

	if (others == 0)
		return;
	buf_printf(out, "Places in all: %zu\n", in->leak->place_count);
	buf_init(&text, TEXT_MOST);
	for (size_t i = 0; i <= others && shown < OTHERS_MOST; i++) {
		const struct leak_place *place = &in->leak->places[i];

		if (place == told)
			continue;
		buf_clear(&text);
		respond_put_path(in, place, &text);
		buf_put_text(out, "  also ");
		report_escape_terminal(bytes_take(buf_bytes(&text),
			VALUE_MOST), out);
		buf_printf(out, ":%" PRIu32 "\n", place->line);
		shown++;
	}
	if (others > shown)
		buf_printf(out, "  and %zu more\n", others - shown);
	buf_release(&text);
}

static void put_where(const struct respond_run *r,
	const struct respond_incident *in, struct buf *out)
{
	const struct leak_place *place = respond_place(in);
	struct buf text;

	put_text(out, "Scanned", r->options->origin);
	if (in->leak->place_count == 0)
		return;
	buf_init(&text, TEXT_MOST);
	respond_put_path(in, place, &text);
	put_value(out, "File", buf_bytes(&text));
	buf_printf(out, "Line: %" PRIu32 "\n", place->line);
	if (place->commit) {
		put_value(out, "Commit", place->commit->id);
		put_value(out, "Committed", place->commit->date);
	}
	buf_clear(&text);
	respond_put_link(r, in, &text);
	if (text.n)
		buf_printf(out, "Link: %s\n", buf_text(&text));
	buf_release(&text);
	put_others(in, place, out);
}

void respond_message_subject(const struct respond_incident *in,
	struct buf *out)
{
	buf_printf(out, "Leaked and live: %s (%s)",
		in->leak->rule->description, in->c3id);
}

void respond_message_text(const struct respond_run *r,
	const struct respond_incident *in, struct buf *out)
{
	const struct request_value *name = request_values_find(&in->values,
		"token_name", 0);

	buf_printf(out, "A working %s was found where others can read it.\n\n",
		in->leak->rule->description);
	put_text(out, "Provider", in->provider);
	put_text(out, "Organization", in->facts.organization);
	put_text(out, "Owner", in->facts.owner);
	put_value(out, "Token name", name ? name->value : bytes_text(""));
	put_text(out, "Scopes", in->facts.scopes);
	put_text(out, "Expires", in->facts.expires);
	put_text(out, "C3ID", in->c3id);
	put_where(r, in, out);
	buf_put_text(out, "\nWhat was done\n");
	put_action(r, in, out);
	buf_put_text(out, "\n\nWhat to do next\n");
	buf_put_text(out,
		"1. Replace the token where it is used; take the new one from "
		"a secret store.\n"
		"2. Look through the provider's logs for uses that are not "
		"yours: whatever the\n   token could read must be taken as "
		"read by others.\n"
		"3. Removing the line is not enough: the history still has "
		"it.\n");
	if (in->leak->rule->mend)
		put_text(out, "4. If it still works", in->leak->rule->mend);
	buf_printf(out, "\nIf this is wrong, answer this message. Incident "
		"%s, decided by %s.\n", in->id,
		r->policy->operator_name ? r->policy->operator_name :
		"the response policy");
}

/* ---- mail --------------------------------------------------------------- */

/* A header's text: one line of printable ASCII, the rest as '?'. */
static void put_header(struct buf *out, const char *name, bytes value)
{
	buf_printf(out, "%s: ", name);
	for (size_t i = 0; i < value.n && i < 200; i++)
		buf_put_byte(out, value.at[i] >= 0x20 && value.at[i] < 0x7f ?
			value.at[i] : '?');
	buf_put_text(out, "\r\n");
}

static void put_date(struct buf *out)
{
	char text[40];
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S +0000", &utc);
	put_header(out, "Date", bytes_text(text));
}

static void put_recipients(const struct policy_mail *m, const char *owner,
	struct buf *out)
{
	buf_put_text(out, "To: ");
	if (owner)
		buf_put_text(out, owner);
	for (size_t i = 0; i < m->to.n; i++)
		buf_printf(out, "%s%s", i > 0 ? ", " :
			owner ? "\r\nCc: " : "", m->to.at[i]);
	buf_put_text(out, "\r\n");
}

void respond_message_mail(const struct respond_run *r,
	const struct respond_incident *in, const char *owner, struct buf *out)
{
	const struct policy_mail *m = &r->policy->mail;
	const char *domain = strchr(m->from, '@');
	struct buf text;

	buf_init(&text, TEXT_MOST);
	put_header(out, "From", bytes_text(m->from));
	put_recipients(m, owner, out);
	respond_message_subject(in, &text);
	put_header(out, "Subject", buf_bytes(&text));
	put_date(out);
	/* The same when it must be sent again: mail systems drop a second. */
	buf_printf(out, "Message-ID: <%s%s>\r\n", in->id,
		domain ? domain : "@stanch.invalid");
	buf_put_text(out, "MIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: 8bit\r\n"
		"Auto-Submitted: auto-generated\r\n\r\n");
	buf_clear(&text);
	respond_message_text(r, in, &text);
	for (size_t i = 0; i < text.n; i++) {
		if (text.at[i] == '\n')
			buf_put_byte(out, '\r');
		buf_put_byte(out, text.at[i]);
	}
	buf_release(&text);
}

/* ---- webhooks ----------------------------------------------------------- */

static void put_member(struct report_writer *w, const char *key, bytes text)
{
	report_json_key(w, key);
	if (text.n)
		report_json_bytes(w, bytes_take(text, VALUE_MOST));
	else
		report_json_text(w, NULL);
}

static void put_member_text(struct report_writer *w, const char *key,
	const char *text)
{
	put_member(w, key, bytes_text(text ? text : ""));
}

static void put_generic(const struct respond_run *r,
	const struct respond_incident *in, struct report_writer *w)
{
	const enum machine_hold hold = hold_behind(r, in);
	const struct leak_place *place = respond_place(in);
	struct buf text;

	buf_init(&text, TEXT_MOST);
	report_json_object(w);
	put_member_text(w, "type", "stanch.leak");
	put_member_text(w, "incident", in->id);
	put_member_text(w, "provider", in->provider);
	put_member_text(w, "rule", in->leak->rule->id);
	put_member_text(w, "c3id", in->c3id);
	put_member_text(w, "verdict",
		verdict_name(in->known->state.verdict));
	put_member_text(w, "owner", in->facts.owner);
	put_member_text(w, "organization", in->facts.organization);
	put_member_text(w, "action", hold ? "held" : "revoking");
	put_member_text(w, "hold", machine_hold_name(hold));
	put_action(r, in, &text);
	put_member(w, "text", buf_bytes(&text));
	put_member_text(w, "target", r->options->origin);
	buf_clear(&text);
	if (in->leak->place_count)
		respond_put_path(in, place, &text);
	put_member(w, "path", buf_bytes(&text));
	report_json_key(w, "line");
	report_json_number(w, in->leak->place_count ? place->line : 0);
	put_member(w, "commit", in->leak->place_count && place->commit ?
		place->commit->id : bytes_text(""));
	buf_clear(&text);
	respond_put_link(r, in, &text);
	put_member(w, "link", buf_bytes(&text));
	report_json_key(w, "places");
	report_json_number(w, in->leak->place_count);
	report_json_end(w);
	buf_release(&text);
}

/* Slack reads <, > and & as its own marks. */
static void put_slack(bytes text, struct report_writer *w)
{
	struct buf escaped;

	buf_init(&escaped, TEXT_MOST * 5);
	for (size_t i = 0; i < text.n; i++) {
		const unsigned char c = text.at[i];

		if (c == '<' || c == '>' || c == '&')
			buf_put_text(&escaped, c == '<' ? "&lt;" :
				c == '>' ? "&gt;" : "&amp;");
		else
			buf_put_byte(&escaped, c);
	}
	report_json_object(w);
	report_json_key(w, "text");
	report_json_bytes(w, buf_bytes(&escaped));
	report_json_end(w);
	buf_release(&escaped);
}

/* A message with one adaptive card, as Teams' workflows take it. */
static void put_teams(bytes text, struct report_writer *w)
{
	report_json_object(w);
	put_member_text(w, "type", "message");
	report_json_key(w, "attachments");
	report_json_array(w);
	report_json_object(w);
	put_member_text(w, "contentType",
		"application/vnd.microsoft.card.adaptive");
	report_json_key(w, "content");
	report_json_object(w);
	put_member_text(w, "type", "AdaptiveCard");
	put_member_text(w, "version", "1.4");
	report_json_key(w, "body");
	report_json_array(w);
	report_json_object(w);
	put_member_text(w, "type", "TextBlock");
	report_json_key(w, "wrap");
	report_json_flag(w, true);
	report_json_key(w, "text");
	report_json_bytes(w, text);
	for (int i = 0; i < 6; i++)
		report_json_end(w);
}

void respond_message_hook(const struct respond_run *r,
	const struct respond_incident *in, enum policy_webhook_kind kind,
	struct buf *out)
{
	struct report_writer w = {0};
	struct buf message;
	char *text = NULL;
	size_t size = 0;

	w.to = open_memstream(&text, &size);
	if (w.to == NULL) {
		out->failed = true;
		return;
	}
	buf_init(&message, TEXT_MOST);
	respond_message_subject(in, &message);
	buf_put_text(&message, "\n");
	respond_message_text(r, in, &message);
	if (kind == POLICY_WEBHOOK_GENERIC)
		put_generic(r, in, &w);
	else if (kind == POLICY_WEBHOOK_SLACK)
		put_slack(buf_bytes(&message), &w);
	else
		put_teams(buf_bytes(&message), &w);
	if (fclose(w.to) != 0)
		out->failed = true;
	else
		buf_put(out, bytes_of(text, size));
	buf_release(&message);
	free(text);
}
