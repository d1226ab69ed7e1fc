/*
 * The side of stanch: starts stanch-partner, and speaks frames with it.
 *
 * What is sent may wait for the other side, since that one never waits for us;
 * a time limit on the socket ends what should not be.
 */
#include "receive/receive.h"

#include "base/clock.h"
#include "net/process.h"
#include "receive/internal.h"
#include "receive/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/banned.h"

#define READ_SIZE ((size_t)64 << 10)
#define START_MILLISECONDS 20000
#define SEND_SECONDS 10

struct receive {
	pid_t pid;
	int fd;
	unsigned port;
	bool is_lost;
	struct buf in;
	size_t in_used; /* by the last event */
};

const char *receive_reason_text(enum receive_reason reason)
{
	static const char *const texts[] = {
		[RECEIVE_NO_SUCH] = "another path or method",
		[RECEIVE_NO_HEADER] = "no key id or signature",
		[RECEIVE_TOO_LARGE] = "a body over the limit",
		[RECEIVE_TOO_MANY] = "more requests than the limit",
		[RECEIVE_NO_KEY] = "a key that GitHub does not name",
		[RECEIVE_KEY_DOWN] = "keys that could not be fetched",
		[RECEIVE_NOT_SIGNED] = "a signature that does not hold",
		[RECEIVE_TOO_SLOW] = "too slow",
		[RECEIVE_LATE] = "not answered in time",
	};

	return texts[reason];
}

/* ---- sending ------------------------------------------------------------ */

static void send_frame(struct receive *r, struct buf *frame)
{
	const uint64_t begun = clock_nanoseconds();
	bytes rest = buf_bytes(frame);

	while (!frame->failed && !r->is_lost && rest.n > 0) {
		struct pollfd wait = {.fd = r->fd, .events = POLLOUT};
		const ssize_t n = send(r->fd, rest.at, rest.n, MSG_NOSIGNAL);

		if (n > 0)
			rest = bytes_drop(rest, (size_t)n);
		else if (errno == EAGAIN || errno == EINTR)
			(void)poll(&wait, 1, 1000);
		else
			r->is_lost = true;
		if (clock_seconds(begun, clock_nanoseconds()) > SEND_SECONDS)
			r->is_lost = true;
	}
	r->is_lost |= frame->failed;
	buf_release_wiped(frame);
}

static void send_config(struct receive *r, const struct receive_options *o)
{
	struct buf b;
	size_t begun;

	buf_init(&b, FRAME_MOST);
	begun = receive_frame_begin(&b, RECEIVE_FRAME_CONFIG);
	frame_put_u32(&b, RECEIVE_VERSION);
	frame_put_text(&b, o->path);
	frame_put_bytes(&b, o->certificate);
	frame_put_bytes(&b, o->key);
	frame_put_u64(&b, o->max_body);
	frame_put_u32(&b, o->connections);
	frame_put_u32(&b, o->seconds);
	frame_put_u32(&b, o->per_second);
	frame_end(&b, begun);
	send_frame(r, &b);
}

void receive_answer(struct receive *r, uint64_t id, unsigned status,
	bytes body)
{
	struct buf b;
	size_t begun;

	buf_init(&b, FRAME_MOST);
	begun = receive_frame_begin(&b, RECEIVE_FRAME_ANSWER);
	frame_put_u64(&b, id);
	frame_put_u32(&b, status);
	frame_put_bytes(&b, body);
	frame_end(&b, begun);
	send_frame(r, &b);
}

void receive_keys(struct receive *r, const struct receive_key *keys, size_t n,
	enum receive_unknown unknown)
{
	struct buf b;
	size_t begun;

	buf_init(&b, FRAME_MOST);
	begun = receive_frame_begin(&b, RECEIVE_FRAME_KEYS);
	frame_put_u32(&b, (uint32_t)unknown);
	frame_put_u32(&b, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		frame_put_bytes(&b, keys[i].id);
		frame_put_bytes(&b, keys[i].pem);
	}
	frame_end(&b, begun);
	send_frame(r, &b);
}

void receive_stop(struct receive *r)
{
	struct buf b;

	buf_init(&b, FRAME_MOST);
	frame_end(&b, receive_frame_begin(&b, RECEIVE_FRAME_STOP));
	send_frame(r, &b);
}

/* ---- receiving ---------------------------------------------------------- */

/* Drop what the last event used; it may have held tokens. */
static void compact(struct receive *r)
{
	const size_t rest = r->in.n - r->in_used;

	if (r->in_used == 0)
		return;
	memmove(r->in.at, r->in.at + r->in_used, rest);
	explicit_bzero(r->in.at + rest, r->in_used);
	r->in.n = rest;
	r->in_used = 0;
}

static void read_more(struct receive *r)
{
	ssize_t n;

	if (!buf_reserve(&r->in, READ_SIZE)) {
		r->is_lost = true;
		return;
	}
	n = recv(r->fd, r->in.at + r->in.n, READ_SIZE, 0);
	if (n > 0)
		r->in.n += (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		r->is_lost = true;
}

/* The next frame that is here whole; 0: none. */
static unsigned take_frame(struct receive *r, bytes *fields)
{
	enum frame_kind kind;
	const size_t n = frame_cut(bytes_drop(buf_bytes(&r->in), r->in_used),
		&kind, fields);

	if (n == BYTES_NONE)
		r->is_lost = true;
	if (n == 0 || n == BYTES_NONE)
		return 0;
	r->in_used += n;
	return (unsigned)kind;
}

static bool read_event(unsigned kind, bytes fields, struct receive_event *out)
{
	struct frame_reader f = {.rest = fields};

	if (kind == RECEIVE_FRAME_SIGNED) {
		out->kind = RECEIVE_SIGNED;
		out->id = frame_get_u64(&f);
		out->key_id = frame_get_bytes(&f);
		out->body = frame_get_bytes(&f);
	} else if (kind == RECEIVE_FRAME_WANTED) {
		out->kind = RECEIVE_KEY_WANTED;
		out->key_id = frame_get_bytes(&f);
	} else if (kind == RECEIVE_FRAME_REFUSED) {
		out->kind = RECEIVE_REFUSED;
		for (size_t i = 0; i < RECEIVE_REASON_COUNT; i++)
			out->refused[i] = frame_get_u32(&f);
	} else {
		return false;
	}
	return !f.failed;
}

static unsigned wait_frame(struct receive *r, int milliseconds, bytes *fields)
{
	const uint64_t begun = clock_nanoseconds();
	struct pollfd watched = {.fd = r->fd, .events = POLLIN};

	for (;;) {
		const uint64_t gone = (clock_nanoseconds() - begun) / 1000000;
		const unsigned kind = take_frame(r, fields);

		if (kind || r->is_lost)
			return kind;
		if (poll(&watched, 1, gone >= (uint64_t)milliseconds ? 0 :
			milliseconds - (int)gone) <= 0)
			return 0;
		read_more(r);
	}
}

bool receive_next(struct receive *r, int milliseconds,
	struct receive_event *out)
{
	unsigned kind;
	bytes fields;

	compact(r);
	*out = (struct receive_event){.kind = RECEIVE_ENDED};
	kind = wait_frame(r, milliseconds, &fields);
	if (kind && !read_event(kind, fields, out))
		r->is_lost = true;
	return kind || r->is_lost;
}

/* ---- starting and ending ------------------------------------------------ */

/* False: it is of another version. Slices are valid until the next event. */
static bool read_ready(struct receive *r, bool *listens, bytes *library)
{
	bytes fields;
	const unsigned kind = wait_frame(r, START_MILLISECONDS, &fields);
	struct frame_reader f = {.rest = fields};
	const bool is_ours = kind == RECEIVE_FRAME_READY &&
		frame_get_u32(&f) == RECEIVE_VERSION;

	if (!is_ours)
		return false;
	*listens = frame_get_u32(&f) == 1;
	*library = frame_get_bytes(&f);
	return !f.failed;
}

static enum status start(struct receive *r,
	const struct receive_options *options, int listening,
	struct error *err)
{
	const struct process_program program = {RECEIVE_PROGRAM, listening};
	enum status status = process_start(&program, &r->pid, &r->fd, err);
	bool listens = false;
	bytes library;

	if (status)
		return status;
	send_config(r, options);
	if (read_ready(r, &listens, &library) && listens)
		return OK;
	return error_set(err, options->certificate.n ? ERR_USAGE :
		ERR_UNSUPPORTED, "start " RECEIVE_PROGRAM ": it cannot serve%s",
		options->certificate.n ? "; are certificate and key PEM, and "
			"of each other?" : "; is it of this version?");
}

enum status receive_open(const struct receive_options *options,
	struct receive **out, struct error *err)
{
	struct receive *r = calloc(1, sizeof(*r));
	enum status status;
	int listening;

	if (r == NULL)
		return error_set(err, ERR_MEMORY, "start: out of memory");
	r->fd = -1;
	buf_init(&r->in, FRAME_MOST + READ_SIZE);
	status = listen_open(options->address, &listening, &r->port, err);
	if (status == OK) {
		status = start(r, options, listening, err);
		close(listening);
	}
	if (status)
		receive_close(r);
	else
		*out = r;
	return status;
}

enum status receive_library(char text[RECEIVE_LIBRARY], struct error *err)
{
	const struct process_program program = {RECEIVE_PROGRAM, 0};
	const struct receive_options nothing = {.path = ""};
	struct receive r = {.fd = -1};
	enum status status = process_start(&program, &r.pid, &r.fd, err);
	bool listens;
	bytes said;

	if (status)
		return status;
	buf_init(&r.in, READ_SIZE * 2);
	send_config(&r, &nothing);
	if (read_ready(&r, &listens, &said))
		snprintf(text, RECEIVE_LIBRARY, "%.*s", (int)said.n,
			(const char *)said.at);
	else
		status = error_set(err, ERR_UNSUPPORTED, "ask "
			RECEIVE_PROGRAM " for its version: it does not "
			"answer; is it of this version?");
	close(r.fd);
	process_end(r.pid);
	buf_release(&r.in);
	return status;
}

void receive_forget(struct receive *r)
{
	if (r == NULL)
		return;
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	r->pid = 0;
	r->is_lost = true;
}

void receive_close(struct receive *r)
{
	if (r == NULL)
		return;
	if (r->fd >= 0)
		close(r->fd);
	if (r->pid > 0)
		process_end(r->pid);
	buf_release_wiped(&r->in);
	free(r);
}

unsigned receive_port(const struct receive *r)
{
	return r->port;
}
