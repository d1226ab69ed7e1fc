/*
 * One notice for each incident, by every channel of the policy: a mail to the
 * owner that the provider names and to the security team, and webhooks.
 *
 * The intent is on the disk before anything is sent. A notice counts as sent
 * when one channel took it; what the others said is recorded and shown. After
 * a crash in between it is sent again, with the same Message-ID and incident:
 * to be told twice is better than never.
 */
#include "respond/message.h"

#include "render/render.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/banned.h"

#define MESSAGE_MOST ((size_t)512 << 10)
#define RECIPIENTS_MOST 32u
#define HEADER_MOST 200u
#define FAILED_MOST 300u

/* How a round of channels went. */
struct outcome {
	size_t sent, tried;
	char failed[FAILED_MOST]; /* what the last that failed said */
};

static void note_failure(const struct respond_run *r, struct outcome *o,
	const char *channel, const char *why)
{
	snprintf(o->failed, sizeof(o->failed), "%s: %.200s", channel, why);
	if (r->options->say)
		fprintf(r->options->say, "a notice could not be sent by %s\n",
			o->failed);
}

/* Wait for the one answer that is under way. */
static void hear(struct respond_run *r, struct outcome *o,
	const char *channel)
{
	struct net_answer answer;
	char why[HEADER_MOST];
	bool is_there = false;

	while (!is_there && net_waiting(r->mail_net) > 0)
		is_there = net_next(r->mail_net, 1000, &answer);
	o->tried++;
	if (is_there && answer.result == NET_ANSWERED &&
		(answer.status / 100 == 2)) {
		o->sent++;
		return;
	}
	if (!is_there)
		snprintf(why, sizeof(why), "no answer");
	else if (answer.result == NET_ANSWERED)
		snprintf(why, sizeof(why), "it answered %d", answer.status);
	else
		snprintf(why, sizeof(why), "%s: %.150s",
			net_result_name(answer.result),
			answer.text ? answer.text : "");
	note_failure(r, o, channel, why);
}

/* ---- mail --------------------------------------------------------------- */

/* Only as the provider's own answer names it. */
static const char *owner_of(const struct respond_run *r,
	const struct respond_incident *in)
{
	if (!r->policy->mail.to_owner)
		return NULL;
	return respond_is_address(in->facts.email) ? in->facts.email :
		respond_is_address(in->facts.owner) ? in->facts.owner : NULL;
}

static enum net_mail_security security_of(const struct policy_mail *m)
{
	return m->security == POLICY_MAIL_TLS ? NET_MAIL_TLS :
		m->security == POLICY_MAIL_PLAIN ? NET_MAIL_PLAIN :
		NET_MAIL_STARTTLS;
}

static enum status send_mail(struct respond_run *r,
	struct respond_incident *in, struct outcome *o)
{
	const struct policy_mail *m = &r->policy->mail;
	const char *to[RECIPIENTS_MOST], *owner = owner_of(r, in);
	struct buf message, password;
	struct net_mail mail = {
		.host = m->server,
		.port = m->port,
		.security = security_of(m),
		.from = m->from,
		.to = to,
	};
	enum status status = OK;

	if (owner)
		to[mail.to_count++] = owner;
	for (size_t i = 0; i < m->to.n && mail.to_count < RECIPIENTS_MOST; i++)
		to[mail.to_count++] = m->to.at[i];
	buf_init(&password, 1);
	if (m->user)
		status = policy_read_secret(&m->password, "the mail password",
			&password, r->err);
	buf_init(&message, MESSAGE_MOST);
	respond_message_mail(r, in, owner, &message);
	mail.message = buf_bytes(&message);
	if (m->user) {
		mail.user = bytes_text(m->user);
		mail.password = buf_bytes(&password);
	}
	if (status == OK)
		status = net_send_mail(r->mail_net, &mail, r->err);
	if (status == OK)
		hear(r, o, "mail");
	buf_release_wiped(&password);
	buf_release(&message);
	return status;
}

/* ---- webhooks ----------------------------------------------------------- */

/* sha256=HMAC(key, time "." body), and the time: an old one can be told. */
static enum status sign(struct respond_run *r, const struct policy_webhook *w,
	bytes body, const char *time_text, struct buf *signature)
{
	unsigned char digest[SHA256_SIZE];
	struct buf key, text;
	enum status status = policy_read_secret(&w->key, "a webhook's key",
		&key, r->err);

	if (status)
		return status;
	buf_init(&text, MESSAGE_MOST + 32);
	buf_printf(&text, "%s.", time_text);
	buf_put(&text, body);
	hash_hmac_sha256(buf_bytes(&key), buf_bytes(&text), digest);
	buf_put_text(signature, "sha256=");
	for (size_t i = 0; i < SHA256_SIZE; i++)
		buf_printf(signature, "%02x", digest[i]);
	buf_release_wiped(&key);
	buf_release(&text);
	return OK;
}

static bool host_of(bytes url, char *out, size_t room)
{
	bytes rest = bytes_drop(url, sizeof("https://") - 1);
	size_t n = 0;

	while (n < rest.n && rest.at[n] != '/' && rest.at[n] != ':' &&
		rest.at[n] != '?')
		n++;
	if (n == 0 || n >= room)
		return false;
	memcpy(out, rest.at, n);
	out[n] = '\0';
	return true;
}

static enum status post(struct respond_run *r, const struct policy_webhook *w,
	bytes url, bytes body, struct outcome *o)
{
	char host[HEADER_MOST], time_text[24];
	const char *hosts[] = {host};
	struct buf signature;
	struct net_header headers[3] = {
		{bytes_text("Content-Type"), bytes_text("application/json")},
	};
	struct net_request request = {
		.method = "POST",
		.url = url,
		.headers = headers,
		.header_count = 1,
		.body = body,
		.hosts = hosts,
		.host_count = 1,
		.trusted_host = true,
		.tries = 1,
	};
	enum status status = OK;

	if (!host_of(url, host, sizeof(host))) {
		note_failure(r, o, "webhook", "its URL names no host");
		return OK;
	}
	buf_init(&signature, HEADER_MOST);
	if (w->kind == POLICY_WEBHOOK_GENERIC) {
		snprintf(time_text, sizeof(time_text), "%" PRId64,
			respond_now());
		status = sign(r, w, body, time_text, &signature);
		headers[1] = (struct net_header){
			bytes_text("X-Stanch-Timestamp"),
			bytes_text(time_text)};
		headers[2] = (struct net_header){
			bytes_text("X-Stanch-Signature"),
			buf_bytes(&signature)};
		request.header_count = 3;
	}
	if (status == OK)
		status = net_send(r->mail_net, &request, r->err);
	if (status == OK)
		hear(r, o, "webhook");
	buf_release(&signature);
	return status;
}

static enum status send_hook(struct respond_run *r,
	struct respond_incident *in, const struct policy_webhook *w,
	struct outcome *o)
{
	struct buf body, url;
	enum status status = OK;

	buf_init(&url, HEADER_MOST * 8);
	buf_init(&body, MESSAGE_MOST);
	if (w->url)
		buf_put_text(&url, w->url);
	else
		status = policy_read_secret(&w->url_secret, "a webhook's URL",
			&url, r->err);
	respond_message_hook(r, in, (enum policy_webhook_kind)w->kind, &body);
	if (status == OK && body.failed)
		status = error_set(r->err, ERR_MEMORY,
			"write a notice: out of memory");
	if (status == OK)
		status = post(r, w, buf_bytes(&url), buf_bytes(&body), o);
	buf_release_wiped(&url);
	buf_release(&body);
	return status;
}

/* ---- both --------------------------------------------------------------- */

static enum status send_all(struct respond_run *r,
	struct respond_incident *in, struct outcome *o)
{
	enum status status = OK;

	if (r->policy->mail.server)
		status = send_mail(r, in, o);
	for (size_t i = 0; status == OK && i < r->policy->webhook_count; i++)
		status = send_hook(r, in, &r->policy->webhooks[i], o);
	return status;
}

enum status respond_notify(struct respond_run *r, struct respond_incident *in)
{
	struct respond_telling telling = {.event = MACHINE_NOTICE_INTENDED,
		.verdict = in->known->state.verdict};
	struct outcome o = {0};
	enum status status;

	in->is_notice_tried = true;
	if (r->policy->mail.server == NULL && r->policy->webhook_count == 0)
		return OK; /* there is nobody to tell */
	status = respond_record(r, in, &telling);
	if (status == OK)
		status = respond_sync(r);
	if (status == OK)
		status = send_all(r, in, &o);
	if (status)
		return status;
	r->summary->notified += o.sent > 0;
	r->summary->failed_notices += o.tried - o.sent;
	telling.event = o.sent ? MACHINE_NOTICE_SENT : MACHINE_NOTICE_FAILED;
	telling.note = o.failed[0] ? o.failed : NULL;
	status = respond_record(r, in, &telling);
	return status == OK ? respond_sync(r) : status;
}

enum status respond_show_notice(struct respond_run *r,
	struct respond_incident *in)
{
	FILE *to = r->options->say;
	const char *owner = owner_of(r, in);
	struct buf message;

	if (to == NULL || respond_switches(r, in).notify != POLICY_ON ||
		in->known->state.notified_at)
		return OK;
	if (r->policy->mail.server) {
		buf_init(&message, MESSAGE_MOST);
		respond_message_mail(r, in, owner, &message);
		fprintf(to, "would send by %s:%u\n", r->policy->mail.server,
			r->policy->mail.port);
		for (size_t i = 0; i < message.n; i++)
			if (message.at[i] != '\r')
				putc(message.at[i], to);
		putc('\n', to);
		buf_release(&message);
	}
	for (size_t i = 0; i < r->policy->webhook_count; i++) {
		const struct policy_webhook *w = &r->policy->webhooks[i];

		buf_init(&message, MESSAGE_MOST);
		respond_message_hook(r, in, (enum policy_webhook_kind)w->kind,
			&message);
		fprintf(to, "would POST to %s\n%s", w->url ? w->url :
			"a URL that is a secret", buf_text(&message));
		buf_release(&message);
	}
	return OK;
}
