/*
 * Connections and requests. libmicrohttpd reads HTTP and calls take_request;
 * its timeout is one of silence, so peers that send a byte now and then are cut
 * off here, by the whole time that a request takes.
 */
#include "receive/helper/internal.h"

#include "base/clock.h"
#include "base/secret.h"
#include "net/process.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/banned.h"

#define ID_HEADER "Github-Public-Key-Identifier"
#define SIGNATURE_HEADER "Github-Public-Key-Signature"
#define BILLION UINT64_C(1000000000)
#define DIGITS_MOST 19

/* ---- answers ------------------------------------------------------------ */

static enum MHD_Result put_answer(struct MHD_Connection *connection,
	unsigned status, bytes body)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		body.n, (void *)(uintptr_t)body.at, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	if (body.n)
		(void)MHD_add_response_header(response, "Content-Type",
			"application/json");
	if (status == MHD_HTTP_SERVICE_UNAVAILABLE ||
		status == MHD_HTTP_TOO_MANY_REQUESTS)
		(void)MHD_add_response_header(response, "Retry-After", "60");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		(void)MHD_add_response_header(response, "Allow", "POST");
	/* Whoever is turned away is not to go on at our cost. */
	if (status >= 400)
		(void)MHD_add_response_header(response, "Connection",
			"close");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse(struct server *s,
	struct MHD_Connection *connection, enum receive_reason reason,
	unsigned status)
{
	s->refused[reason]++;
	return put_answer(connection, status, bytes_of("", 0));
}

static enum MHD_Result give_answer(struct visit *v)
{
	return put_answer(v->connection, v->status, buf_bytes(&v->answer));
}

/* For one that is suspended. */
static void settle(struct visit *v, unsigned status, bytes body)
{
	v->status = status;
	v->state = VISIT_ANSWERED;
	v->since = clock_nanoseconds();
	buf_put(&v->answer, body);
	if (v->answer.failed)
		v->status = MHD_HTTP_SERVICE_UNAVAILABLE;
	MHD_resume_connection(v->connection);
}

/* ---- the body is here --------------------------------------------------- */

/* True: it waits; else *status and why. */
static bool judge(struct server *s, struct visit *v, unsigned *status,
	enum receive_reason *why)
{
	const struct sign_key *key = sign_find(&s->keys, v->key_id);

	*status = MHD_HTTP_UNAUTHORIZED;
	*why = RECEIVE_NO_KEY;
	if (key == NULL && s->keys.unknown == RECEIVE_UNKNOWN_ASK) {
		if (v->state != VISIT_WANTS_KEY)
			main_send_wanted(s, v->key_id);
		v->state = VISIT_WANTS_KEY;
		return true;
	}
	if (key == NULL && s->keys.unknown == RECEIVE_UNKNOWN_LATER) {
		*status = MHD_HTTP_SERVICE_UNAVAILABLE;
		*why = RECEIVE_KEY_DOWN;
	}
	if (key == NULL)
		return false;
	*why = RECEIVE_NOT_SIGNED;
	if (!sign_holds(key, buf_bytes(&v->body),
		    bytes_of(v->signature, v->signature_n)))
		return false;
	v->state = VISIT_ASKS;
	main_send_signed(s, v);
	return true;
}

static enum MHD_Result judge_now(struct server *s, struct visit *v)
{
	enum receive_reason why;
	unsigned status;

	if (!judge(s, v, &status, &why))
		return refuse(s, v->connection, why, status);
	MHD_suspend_connection(v->connection);
	return MHD_YES;
}

void http_keys_came(struct server *s)
{
	enum receive_reason why;
	unsigned status;

	for (struct visit *v = s->visits; v; v = v->next) {
		if (v->state != VISIT_WANTS_KEY || judge(s, v, &status, &why))
			continue;
		s->refused[why]++;
		settle(v, status, bytes_of("", 0));
	}
}

void http_answer(struct server *s, uint64_t id, unsigned status, bytes body)
{
	for (struct visit *v = s->visits; v; v = v->next)
		if (v->id == id && v->state == VISIT_ASKS) {
			settle(v, status, body);
			return;
		}
}

/* ---- the request arrives ------------------------------------------------ */

/* A token bucket over all requests, a second's worth deep. */
static bool has_room(struct server *s)
{
	const uint64_t now = clock_nanoseconds();

	s->room += clock_seconds(s->filled, now) * s->per_second;
	s->filled = now;
	if (s->room > s->per_second)
		s->room = s->per_second;
	if (s->room < 1)
		return false;
	s->room -= 1;
	return true;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	const char *text = MHD_lookup_connection_value(connection,
		MHD_HEADER_KIND, name);

	return text ? text : "";
}

/* Does it say that it is over the limit? What is no number is
 * libmicrohttpd's to refuse. */
static bool says_too_large(const struct server *s, const char *length)
{
	return strlen(length) > DIGITS_MOST ||
	       strtoull(length, NULL, 10) > s->max_body;
}

static struct visit *open_visit(struct server *s,
	struct MHD_Connection *connection)
{
	struct visit *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->connection = connection;
	v->id = ++s->last_id;
	v->since = clock_nanoseconds();
	buf_init(&v->body, s->max_body);
	buf_init(&v->answer, FRAME_MOST);
	v->next = s->visits;
	s->visits = v;
	return v;
}

static struct peer *peer_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/* The headers are here. */
static enum MHD_Result begin(struct server *s,
	struct MHD_Connection *connection, const char *url,
	const char *method, void **context)
{
	struct peer *peer = peer_of(connection);
	struct visit *v;

	if (!has_room(s))
		return refuse(s, connection, RECEIVE_TOO_MANY,
			MHD_HTTP_TOO_MANY_REQUESTS);
	if (strcmp(url, s->path) != 0)
		return refuse(s, connection, RECEIVE_NO_SUCH,
			MHD_HTTP_NOT_FOUND);
	if (strcmp(method, MHD_HTTP_METHOD_POST) != 0)
		return refuse(s, connection, RECEIVE_NO_SUCH,
			MHD_HTTP_METHOD_NOT_ALLOWED);
	if (says_too_large(s, header(connection, "Content-Length")))
		return refuse(s, connection, RECEIVE_TOO_LARGE,
			MHD_HTTP_CONTENT_TOO_LARGE);
	v = open_visit(s, connection);
	if (v == NULL)
		return MHD_NO;
	*context = v;
	if (peer)
		peer->is_visit_open = true;
	if (!receive_head_id(bytes_text(header(connection, ID_HEADER)),
		    v->key_id) ||
		!receive_head_signature(bytes_text(header(connection,
			SIGNATURE_HEADER)), v->signature, &v->signature_n))
		return refuse(s, connection, RECEIVE_NO_HEADER,
			MHD_HTTP_BAD_REQUEST);
	return MHD_YES;
}

static enum MHD_Result take_request(void *context,
	struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *data,
	size_t *data_n, void **request)
{
	struct server *s = context;
	struct visit *v = *request;

	(void)version;
	if (v == NULL)
		return begin(s, connection, url, method, request);
	if (*data_n > 0) {
		buf_put(&v->body, bytes_of(data, *data_n));
		*data_n = 0;
		if (!v->body.failed)
			return MHD_YES;
		/* In pieces, without a length: it ends here. */
		s->refused[RECEIVE_TOO_LARGE]++;
		return MHD_NO;
	}
	if (v->state == VISIT_ANSWERED)
		return give_answer(v);
	if (v->state != VISIT_ARRIVES)
		return MHD_YES;
	return judge_now(s, v);
}

/* ---- ends --------------------------------------------------------------- */

static void end_request(void *context, struct MHD_Connection *connection,
	void **request, enum MHD_RequestTerminationCode why)
{
	struct server *s = context;
	struct visit *v = *request, **at = &s->visits;
	struct peer *peer = peer_of(connection);

	(void)why;
	if (peer) {
		peer->is_visit_open = false;
		peer->since = clock_nanoseconds();
	}
	if (v == NULL)
		return;
	while (*at && *at != v)
		at = &(*at)->next;
	if (*at)
		*at = v->next;
	buf_release_wiped(&v->body);
	buf_release(&v->answer);
	free(v);
	*request = NULL;
}

static void know_peer(void *context, struct MHD_Connection *connection,
	void **socket_context, enum MHD_ConnectionNotificationCode what)
{
	struct server *s = context;
	struct peer *p = *socket_context, **at = &s->peers;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		p = calloc(1, sizeof(*p));
		*socket_context = p;
		if (p == NULL)
			return; /* the timeout of silence is left */
		p->connection = connection;
		p->since = clock_nanoseconds();
		p->next = s->peers;
		s->peers = p;
		return;
	}
	while (*at && *at != p)
		at = &(*at)->next;
	if (*at)
		*at = p->next;
	free(p);
	*socket_context = NULL;
}

static void cut_off(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	/* libmicrohttpd sees the end, and closes. */
	if (info)
		(void)shutdown(info->connect_fd, SHUT_RDWR);
}

/* A connection that says nothing between two requests is closed, too. */
static void reap(struct server *s, uint64_t now)
{
	const uint64_t most = s->seconds * BILLION;

	for (struct visit *v = s->visits; v; v = v->next)
		if ((v->state == VISIT_ARRIVES || v->state == VISIT_ANSWERED) &&
			v->since != 0 && now - v->since > most) {
			v->since = 0;
			s->refused[RECEIVE_TOO_SLOW]++;
			cut_off(v->connection);
		}
	for (struct peer *p = s->peers; p; p = p->next)
		if (!p->is_visit_open && p->since != 0 &&
			now - p->since > most) {
			p->since = 0;
			s->refused[RECEIVE_TOO_SLOW]++;
			cut_off(p->connection);
		}
}

void http_tick(struct server *s)
{
	const uint64_t now = clock_nanoseconds();

	reap(s, now);
	for (struct visit *v = s->visits; v; v = v->next)
		if ((v->state == VISIT_ASKS || v->state == VISIT_WANTS_KEY) &&
			now - v->since > RECEIVE_WAIT * BILLION) {
			s->refused[RECEIVE_LATE]++;
			settle(v, MHD_HTTP_SERVICE_UNAVAILABLE,
				bytes_of("", 0));
		}
}

/* ---- the daemon --------------------------------------------------------- */

/* What libmicrohttpd has to say may hold what was sent: nobody hears it. */
static void hear_nothing(void *context, const char *format, va_list values)
{
	(void)context;
	(void)format;
	(void)values;
}

bool http_start(struct server *s)
{
	const bool is_tls = s->certificate.n > 0;
	struct MHD_OptionItem more[] = {
		{is_tls ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0,
			s->certificate.at},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, s->key.at},
		/* No proxy is in front: nobody gets all of them. */
		{MHD_OPTION_PER_IP_CONNECTION_LIMIT,
			s->connections / 4 > 8 ? s->connections / 4 : 8, NULL},
		{MHD_OPTION_HTTPS_PRIORITIES, 0,
			(void *)(uintptr_t)"NORMAL:-VERS-ALL:+VERS-TLS1.2:"
					   "+VERS-TLS1.3"},
		{MHD_OPTION_END, 0, NULL},
	};

	s->filled = clock_nanoseconds();
	s->room = s->per_second;
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME |
		MHD_USE_ERROR_LOG | (is_tls ? MHD_USE_TLS : 0), 0, NULL, NULL,
		take_request, s,
		MHD_OPTION_EXTERNAL_LOGGER, hear_nothing, NULL,
		MHD_OPTION_LISTEN_SOCKET, PROCESS_HANDED,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)s->connections,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)s->seconds,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, 4 * HEAD_MOST,
		MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_NOTIFY_COMPLETED, end_request, s,
		MHD_OPTION_NOTIFY_CONNECTION, know_peer, s,
		MHD_OPTION_ARRAY, more, MHD_OPTION_END);
	return s->daemon != NULL;
}

void http_stop(struct server *s)
{
	const int listening = (int)MHD_quiesce_daemon(s->daemon);

	if (listening >= 0)
		close(listening);
	s->is_stopping = true;
}

void http_end(struct server *s)
{
	/* None may be suspended when the daemon ends. */
	for (struct visit *v = s->visits; v; v = v->next)
		if (v->state == VISIT_ASKS || v->state == VISIT_WANTS_KEY)
			settle(v, MHD_HTTP_SERVICE_UNAVAILABLE,
				bytes_of("", 0));
	MHD_stop_daemon(s->daemon);
}
