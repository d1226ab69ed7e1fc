/*
 * stanch-partner: the loop. HTTP is served as libmicrohttpd's one descriptor
 * says; frames go to stanch and come from there. Nothing here waits for either.
 */
#include "receive/helper/internal.h"

#include "base/clock.h"
#include "base/secret.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/banned.h"

#define READ_SIZE ((size_t)64 << 10)
#define OUT_MOST ((size_t)256 << 20)
/* How often what is too slow is looked for. */
#define TICK_MILLISECONDS 250
/* How often refusals are told. */
#define TELL_NANOSECONDS UINT64_C(1000000000)
/* How long open requests have once it is to stop. */
#define STOP_NANOSECONDS ((RECEIVE_WAIT + 5) * UINT64_C(1000000000))

/* ---- frames out --------------------------------------------------------- */

void main_send_signed(struct server *s, const struct visit *v)
{
	const size_t begun = receive_frame_begin(&s->out,
		RECEIVE_FRAME_SIGNED);

	frame_put_u64(&s->out, v->id);
	frame_put_text(&s->out, v->key_id);
	frame_put_bytes(&s->out, buf_bytes(&v->body));
	frame_end(&s->out, begun);
}

void main_send_wanted(struct server *s, const char *key_id)
{
	const size_t begun = receive_frame_begin(&s->out,
		RECEIVE_FRAME_WANTED);

	frame_put_text(&s->out, key_id);
	frame_end(&s->out, begun);
}

static void send_refused(struct server *s)
{
	uint32_t sum = 0;
	size_t begun;

	for (size_t i = 0; i < RECEIVE_REASON_COUNT; i++)
		sum |= s->refused[i];
	if (sum == 0)
		return;
	begun = receive_frame_begin(&s->out, RECEIVE_FRAME_REFUSED);
	for (size_t i = 0; i < RECEIVE_REASON_COUNT; i++) {
		frame_put_u32(&s->out, s->refused[i]);
		s->refused[i] = 0;
	}
	frame_end(&s->out, begun);
}

static bool give(struct server *s)
{
	while (s->out_at < s->out.n) {
		const ssize_t n = send(STDIN_FILENO, s->out.at + s->out_at,
			s->out.n - s->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		s->out_at += (size_t)n;
	}
	if (s->out.failed)
		return false;
	if (s->out.n > 0)
		explicit_bzero(s->out.at, s->out.n);
	buf_clear(&s->out);
	s->out_at = 0;
	return true;
}

/* ---- frames in ---------------------------------------------------------- */

/* Terminated, as libmicrohttpd wants it. */
static void keep_pem(struct buf *to, bytes pem)
{
	buf_init(to, FRAME_MOST);
	buf_put(to, pem);
	if (pem.n)
		buf_put_byte(to, '\0');
}

static bool take_config(struct server *s, bytes fields)
{
	struct frame_reader f = {.rest = fields};
	const uint32_t version = frame_get_u32(&f);
	const bytes path = frame_get_bytes(&f);
	char library[RECEIVE_LIBRARY];
	size_t begun;

	keep_pem(&s->certificate, frame_get_bytes(&f));
	keep_pem(&s->key, frame_get_bytes(&f));
	s->max_body = (size_t)frame_get_u64(&f);
	s->connections = frame_get_u32(&f);
	s->seconds = frame_get_u32(&f);
	s->per_second = frame_get_u32(&f);
	if (f.failed || version != RECEIVE_VERSION || s->daemon ||
		s->max_body > RECEIVE_BODY_MOST)
		return false;
	s->path = strndup((const char *)path.at, path.n);
	begun = receive_frame_begin(&s->out, RECEIVE_FRAME_READY);
	frame_put_u32(&s->out, RECEIVE_VERSION);
	frame_put_u32(&s->out, s->path && path.n && http_start(s));
	snprintf(library, sizeof(library), "libmicrohttpd/%s %s",
		MHD_get_version(), OpenSSL_version(OPENSSL_VERSION));
	frame_put_text(&s->out, library);
	frame_end(&s->out, begun);
	return true;
}

static bool take_answer(struct server *s, bytes fields)
{
	struct frame_reader f = {.rest = fields};
	const uint64_t id = frame_get_u64(&f);
	const uint32_t status = frame_get_u32(&f);
	const bytes body = frame_get_bytes(&f);

	if (!f.failed)
		http_answer(s, id, status, body);
	return !f.failed;
}

/* False ends the process: stanch and we do not understand each other. */
static bool take_frame(void *context, enum frame_kind as_sent, bytes fields)
{
	const unsigned kind = (unsigned)as_sent; /* receive/'s own */
	struct server *s = context;

	if (kind == RECEIVE_FRAME_CONFIG)
		return take_config(s, fields);
	if (s->daemon == NULL)
		return false;
	switch (kind) {
	case RECEIVE_FRAME_KEYS:
		if (!sign_read_keys(&s->keys, fields))
			return false;
		http_keys_came(s);
		/* Who comes next with an unknown id asks again. */
		s->keys.unknown = RECEIVE_UNKNOWN_ASK;
		return true;
	case RECEIVE_FRAME_ANSWER:
		return take_answer(s, fields);
	case RECEIVE_FRAME_STOP:
		http_stop(s);
		return true;
	default:
		return false;
	}
}

static bool receive(struct server *s)
{
	ssize_t n;

	if (!buf_reserve(&s->in, READ_SIZE))
		return false;
	n = recv(STDIN_FILENO, s->in.at + s->in.n, READ_SIZE, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	s->in.n += (size_t)n;
	return n > 0 && frame_take_all(&s->in, take_frame, s);
}

/* ---- the loop ----------------------------------------------------------- */

static int http_descriptor(const struct server *s)
{
	const union MHD_DaemonInfo *info = s->daemon ? MHD_get_daemon_info(
		s->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;

	return info ? info->epoll_fd : -1;
}

static int pause_of(const struct server *s)
{
	MHD_UNSIGNED_LONG_LONG wanted;

	if (s->daemon && MHD_get_timeout(s->daemon, &wanted) == MHD_YES &&
		wanted < TICK_MILLISECONDS)
		return (int)wanted;
	return TICK_MILLISECONDS;
}

/* Until stanch hangs up, or all is answered after a stop. */
static void run(struct server *s)
{
	uint64_t told = 0, stopped = 0;

	for (;;) {
		struct pollfd watched[] = {
			{.fd = STDIN_FILENO, .events = POLLIN},
			{.fd = http_descriptor(s), .events = POLLIN},
		};
		uint64_t now;

		if (s->out.n > 0)
			watched[0].events |= POLLOUT;
		if (poll(watched, 2, pause_of(s)) < 0 && errno != EINTR)
			return;
		if (watched[0].revents & (POLLIN | POLLHUP | POLLERR) &&
			!receive(s))
			return;
		if (s->daemon && MHD_run(s->daemon) != MHD_YES)
			return;
		if (s->daemon)
			http_tick(s);
		now = clock_nanoseconds();
		if (now - told > TELL_NANOSECONDS || s->is_stopping) {
			send_refused(s);
			told = now;
		}
		if (!give(s))
			return;
		stopped = s->is_stopping && stopped == 0 ? now : stopped;
		if (s->is_stopping && s->out.n == 0 && (s->visits == NULL ||
			now - stopped > STOP_NANOSECONDS))
			return;
	}
}

int main(void)
{
	struct server s = {.keys = {.unknown = RECEIVE_UNKNOWN_ASK}};

	secret_guard_process();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* A terminal's ^C is for stanch, which then hangs up. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	buf_init(&s.in, FRAME_MOST + READ_SIZE);
	buf_init(&s.out, OUT_MOST);
	run(&s);
	if (s.daemon)
		http_end(&s);
	sign_release(&s.keys);
	buf_release_wiped(&s.in);
	buf_release_wiped(&s.out);
	buf_release_wiped(&s.certificate);
	buf_release_wiped(&s.key);
	free(s.path);
	return 0;
}
