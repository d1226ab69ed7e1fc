/*
 * ask: one request at a time, and what its answer means.
 *
 *	ask -> answer -> a page
 *		      -> wait, ask again	(a limit, a server in trouble)
 *		      -> ask something else	(no organization: a user)
 *		      -> an error: the listing ends here
 *
 * Waiting is not sleeping: census_step comes back within milliseconds, so that
 * scans go on meanwhile. All waits are bounded, whatever a forge asks for.
 */
#include "census/internal.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/secret.h"
#include "net/url.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

#define WAIT_MILLISECONDS 5
/* Times that one request is made, and the first wait between two. */
#define TRIES_MOST 5
#define FIRST_WAIT 0.5
/* net/ asks a host that failed three times nothing for a minute. */
#define BREAKER_WAIT 61.0
/* Limits of forges are by the hour; all waits of a listing together. */
#define WAIT_MOST 3700.0
#define WAITS_MOST (4 * 3600.0)
/* A wait that is worth a line. */
#define WAIT_SAID 5.0
#define PAGES_MOST 100000
#define STALE_MOST 10

/* ---- errors -------------------------------------------------------------- */

static enum status fail(const struct census *c, const char *why,
	struct error *err)
{
	return error_set(err, ERR_IO, "list %.150s: %s", c->text, why);
}

static enum status fail_status(const struct census *c, int status,
	const char *mend, struct error *err)
{
	return error_set(err, ERR_IO, "list %.150s: %.100s answered %d: %s",
		c->text, c->target.host, status, mend);
}

enum status census_no_list(const struct census *c, struct error *err)
{
	return error_set(err, ERR_FORMAT, "list %.150s: %.100s answered with "
		"what is no list of repositories", c->text, c->target.host);
}

static enum status fail_refused(const struct census *c, int status,
	struct error *err)
{
	char mend[200];
	const char *variable = c->target.provider->token_variable;

	if (c->credential == NULL)
		snprintf(mend, sizeof(mend), "it asks for a credential: put a "
			"token into %s", variable);
	else
		snprintf(mend, sizeof(mend), "the credential of %s is "
			"refused, or not any more valid; renew it and audit "
			"again", variable);
	return fail_status(c, status, mend, err);
}

/* ---- requests ------------------------------------------------------------ */

void census_request_release(struct census_request *r)
{
	free(r->url);
	free(r->otherwise);
	*r = (struct census_request){.url = NULL};
}

void census_push(struct census *c, enum census_part part, const char *url,
	const char *otherwise)
{
	struct census_request *r = &c->waiting[c->waiting_count];

	if (c->waiting_count == CENSUS_WAITING) {
		c->is_over = true;
		return;
	}
	r->part = part;
	r->url = strdup(url);
	r->otherwise = otherwise ? strdup(otherwise) : NULL;
	c->is_over = c->is_over || r->url == NULL ||
		     (otherwise && r->otherwise == NULL);
	c->waiting_count++;
}

static void put_request(struct buf *out, const struct census_request *r)
{
	buf_printf(out, "%c %s%s%s\n", (int)r->part, r->url,
		r->otherwise ? " " : "", r->otherwise ? r->otherwise : "");
}

/* Where to go on: the current request, and then those that wait. */
static void set_cursor(struct census *c)
{
	buf_clear(&c->cursor);
	if (c->current.url)
		put_request(&c->cursor, &c->current);
	for (size_t i = c->waiting_count; i > 0; i--)
		put_request(&c->cursor, &c->waiting[i - 1]);
}

static void begin_request(struct census *c)
{
	c->tries = 0;
	c->is_refreshed = c->is_asked_plain = false;
	set_cursor(c);
}

void census_advance(struct census *c)
{
	char *next = c->next.n ? strdup(buf_text(&c->next)) : NULL;
	enum census_part part = c->current.part;

	c->is_over = c->is_over || (c->next.n && next == NULL);
	c->has_page = false;
	census_request_release(&c->current);
	if (next)
		c->current = (struct census_request){part, next, NULL};
	begin_request(c);
}

static bool take_waiting(struct census *c)
{
	if (c->waiting_count == 0)
		return false;
	c->current = c->waiting[--c->waiting_count];
	c->waiting[c->waiting_count] = (struct census_request){.url = NULL};
	begin_request(c);
	return true;
}

/* Seen before, too many, or leading away: a listing that never ends. */
static enum status check_page(struct census *c, struct error *err)
{
	uint64_t key = hash_64(bytes_text(c->current.url), 0) | 1;

	if (!census_is_ours(c, bytes_text(c->current.url)))
		return fail(c, "its next page is at another place; the "
			"credential goes nowhere else", err);
	if (c->tries > 0 || c->is_asked_plain || c->is_refreshed)
		return OK;
	if (keymap_get(&c->pages, key) != KEYMAP_NONE)
		return fail(c, "its pages come round again", err);
	if (++c->page_count > PAGES_MOST || ++c->stale_pages > STALE_MOST)
		return fail(c, "its pages do not end", err);
	return keymap_put(&c->pages, key, 0)
		       ? OK
		       : error_set(err, ERR_MEMORY, "list repositories");
}

/* ---- asking -------------------------------------------------------------- */

#define HEADERS_MOST 4
struct headers {
	struct net_header at[HEADERS_MOST];
	size_t n;
	struct buf secret, etag;
};

static void put_header(struct headers *h, const char *name, bytes value)
{
	h->at[h->n++] = (struct net_header){bytes_text(name), value};
}

static bool is_basic(const struct census *c)
{
	const struct census_provider *p = c->target.provider;

	return p->auth == AUTH_BASIC ||
	       (p->auth == AUTH_BASIC_OR_BEARER &&
		       strcmp(c->credential->user, p->clone_user) != 0);
}

static void put_basic(const struct census *c, struct buf *out)
{
	struct buf pair;

	buf_init(&pair, CREDENTIAL_SIZE * 2);
	buf_printf(&pair, "%s:%s", c->credential->user,
		c->credential->password);
	buf_put_text(out, "Basic ");
	base64_put(out, buf_bytes(&pair));
	buf_release_wiped(&pair);
}

static void put_credential(const struct census *c, struct headers *h)
{
	enum census_auth auth = c->target.provider->auth;

	if (c->credential == NULL)
		return;
	/* Never moved in memory: nothing is left behind. */
	(void)buf_reserve(&h->secret, CREDENTIAL_SIZE * 3);
	if (auth == AUTH_PRIVATE_TOKEN) {
		buf_put_text(&h->secret, c->credential->password);
		put_header(h, "PRIVATE-TOKEN", buf_bytes(&h->secret));
		return;
	}
	if (is_basic(c))
		put_basic(c, &h->secret);
	else
		buf_printf(&h->secret, "%s %s",
			auth == AUTH_TOKEN ? "token" : "Bearer",
			c->credential->password);
	put_header(h, "Authorization", buf_bytes(&h->secret));
}

static enum status ask(struct census *c, struct error *err)
{
	const char *accept = c->target.provider->accept;
	struct headers h = {.n = 0};
	struct net_url url;
	char host[264];
	const char *hosts[] = {host};
	struct net_request request = {
		.url = bytes_text(c->current.url),
		.headers = h.at,
		.hosts = hosts,
		.host_count = 1,
		.trusted_host = c->target.provider->web == NULL ||
				strcmp(c->target.web,
					c->target.provider->web) != 0,
		.parallel = 1,
		.seconds = 60,
		.max_body = NET_BODY_MOST,
	};
	enum status status = check_page(c, err);

	if (status != OK)
		return status;
	buf_init(&h.secret, CREDENTIAL_SIZE * 4);
	buf_init(&h.etag, CENSUS_URL);
	(void)net_url_parse(request.url, &url); /* it is ours */
	snprintf(host, sizeof(host), "%.*s", (int)url.host.n,
		(const char *)url.host.at);
	put_header(&h, "Accept",
		bytes_text(accept ? accept : "application/json"));
	put_credential(c, &h);
	if (!c->is_asked_plain)
		census_keep_etag(c, &h.etag);
	if (h.etag.n)
		put_header(&h, "If-None-Match", buf_bytes(&h.etag));
	request.header_count = h.n;
	status = net_send(c->net, &request, err);
	c->is_asked = status == OK;
	buf_release_wiped(&h.secret);
	buf_release(&h.etag);
	return status;
}

/* ---- waiting ------------------------------------------------------------- */

static void wait_seconds(struct census *c, double seconds, const char *why)
{
	if (seconds > WAIT_MOST)
		seconds = WAIT_MOST;
	c->waited += seconds;
	c->until = clock_nanoseconds() + (uint64_t)(seconds * 1e9);
	if (seconds >= WAIT_SAID)
		snprintf(c->why, sizeof(c->why), "list %.100s: %s: waits "
			"%.0f s", c->text, why, seconds);
}

static enum status again(struct census *c, double seconds, const char *why,
	struct error *err)
{
	if (++c->tries >= TRIES_MOST || c->waited + seconds > WAITS_MOST)
		return error_set(err, ERR_IO, "list %.150s: %.100s: %s; given "
			"up after %u tries, audit again to go on", c->text,
			c->target.host, why, c->tries);
	if (seconds <= 0)
		seconds = FIRST_WAIT * (double)(1u << (c->tries - 1));
	wait_seconds(c, seconds, why);
	return OK;
}

/* A header as a number; -1: it is none. */
static int64_t number_in(const struct net_answer *a, const char *name)
{
	bytes value = net_answer_header(a, name);
	int64_t n = 0;

	if (value.n == 0 || value.n > 15)
		return -1;
	for (size_t i = 0; i < value.n; i++) {
		if (value.at[i] < '0' || value.at[i] > '9')
			return -1;
		n = n * 10 + (value.at[i] - '0');
	}
	return n;
}

/* Seconds until the forge has room again, when it says that there is none;
 * 0: there is. A moment, or, as the draft standard has it, a span. */
static double seconds_to_reset(const struct net_answer *a)
{
	static const char *const names[][2] = {
		{"x-ratelimit-remaining", "x-ratelimit-reset"},
		{"ratelimit-remaining", "ratelimit-reset"}};
	const int64_t moments = 1000000000;

	for (size_t i = 0; i < 2; i++) {
		int64_t reset = number_in(a, names[i][1]);

		if (number_in(a, names[i][0]) != 0 || reset < 0)
			continue;
		if (reset >= moments)
			reset -= (int64_t)time(NULL);
		return reset < 0 ? 1 : (double)reset + 1;
	}
	return 0;
}

/* ---- answers ------------------------------------------------------------- */

static enum status take_page(struct census *c, struct error *err)
{
	c->left = buf_bytes(&c->entries);
	c->has_page = true;
	c->tries = 0;
	if (c->entries.failed || c->next.failed || c->is_over)
		return error_set(err, ERR_LIMIT, "list %.150s: a page has too "
			"much", c->text);
	return OK;
}

static enum status read_page(struct census *c, const struct net_answer *a,
	struct error *err)
{
	struct json_document *d;
	struct census_page page = {.part = c->current.part, .answer = a,
		.next = &c->next};
	enum status status;

	if (a->cut)
		return fail(c, "a page of more than 16 MiB", err);
	d = json_document_parse("an answer", a->body, 1, NULL);
	if (d == NULL)
		return census_no_list(c, err);
	buf_clear(&c->entries);
	buf_clear(&c->next);
	buf_clear(&c->etag);
	page.root = json_document_root(d);
	status = c->target.provider->read(c, &page, err);
	json_document_free(d);
	if (status != OK)
		return status;
	buf_put(&c->etag, bytes_take(net_answer_header(a, "etag"),
		CENSUS_URL - 1));
	census_keep_write(c);
	return take_page(c, err);
}

static enum status read_kept(struct census *c, struct error *err)
{
	buf_clear(&c->entries);
	buf_clear(&c->next);
	if (census_keep_read(c))
		return take_page(c, err);
	if (c->is_asked_plain)
		return census_no_list(c, err);
	c->is_asked_plain = true;
	return OK;
}

static enum status ask_otherwise(struct census *c, struct error *err)
{
	char *otherwise = c->current.otherwise;
	enum census_part part = c->current.part;

	if (otherwise == NULL)
		return fail_status(c, 404, "there is no such thing, or it may "
			"not be seen with this credential", err);
	c->current.otherwise = NULL;
	census_request_release(&c->current);
	if (*otherwise)
		c->current = (struct census_request){part, otherwise, NULL};
	else
		free(otherwise);
	begin_request(c);
	return OK;
}

/* A program may give a new one: those of an hour are common. */
static enum status refused(struct census *c, int status, struct error *err)
{
	struct credential *fresh;
	bool is_new = false;

	if (c->credential == NULL || c->is_refreshed)
		return fail_refused(c, status, err);
	fresh = calloc(1, sizeof(*fresh));
	if (fresh && census_credential(c, fresh))
		is_new = strcmp(fresh->password, c->credential->password) != 0;
	if (is_new)
		*c->credential = *fresh;
	if (fresh)
		secret_wipe(fresh, sizeof(*fresh));
	free(fresh);
	if (!is_new)
		return fail_refused(c, status, err);
	c->is_refreshed = true;
	return OK;
}

static enum status limited(struct census *c, const struct net_answer *a,
	double reset, struct error *err)
{
	double seconds = a->retry_after ? (double)a->retry_after : reset;

	return again(c, seconds, a->status >= 500 ? "the server is in trouble"
						  : "its rate limit", err);
}

static enum status answered(struct census *c, const struct net_answer *a,
	struct error *err)
{
	double reset = seconds_to_reset(a);

	if (a->status == 429 || a->status >= 500 ||
		(a->status == 403 && (reset > 0 || a->retry_after)))
		return limited(c, a, reset, err);
	if (c->waited > WAITS_MOST)
		return fail(c, "it asks to wait too long; audit again to go "
			"on", err);
	if (reset > 0 || a->retry_after)
		wait_seconds(c, a->retry_after ? (double)a->retry_after
					       : reset, "its rate limit");
	switch (a->status) {
	case 200:
		return read_page(c, a, err);
	case 304:
		return read_kept(c, err);
	case 404:
		return ask_otherwise(c, err);
	case 203: /* Azure DevOps: a page to sign in */
	case 401:
	case 403:
		return refused(c, a->status, err);
	default:
		return fail_status(c, a->status, a->status / 100 == 3
			? "it leads elsewhere, and is not followed; is the "
			  "name still right?"
			: "an answer that is not expected", err);
	}
}

static enum status hear(struct census *c, const struct net_answer *a,
	struct error *err)
{
	switch (a->result) {
	case NET_ANSWERED:
		return answered(c, a, err);
	case NET_THROTTLED:
		return again(c, a->retry_after ? (double)a->retry_after
					       : BREAKER_WAIT,
			"it was asked too much", err);
	case NET_UNREACHABLE:
	case NET_TIMED_OUT:
	case NET_BROKEN:
		return again(c, 0, a->text, err);
	default:
		return fail(c, a->text, err);
	}
}

/* ---- one step ------------------------------------------------------------ */

static enum status say_why(struct census *c, struct error *err)
{
	if (c->why[0])
		(void)error_set(err, ERR_LIMIT, "%s", c->why);
	c->why[0] = '\0';
	return OK;
}

enum status census_step(struct census *c, struct error *err)
{
	struct net_answer answer;

	if (c->is_over)
		return error_set(err, ERR_LIMIT, "list %.150s: more than can "
			"be remembered", c->text);
	if (c->is_asked) {
		if (!net_next(c->net, WAIT_MILLISECONDS, &answer))
			return OK;
		c->is_asked = false;
		return hear(c, &answer, err);
	}
	if (c->until > clock_nanoseconds()) {
		(void)poll(NULL, 0, WAIT_MILLISECONDS);
		return say_why(c, err);
	}
	c->until = 0;
	if (c->current.url == NULL && !take_waiting(c))
		return ERR_NOT_FOUND;
	return ask(c, err);
}
