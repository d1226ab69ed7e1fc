/*
 * client: requests out, answers in, over one socket.
 *
 * Both directions go through buffers and one poll, so that neither side can
 * wait for the other to read. An answer's pointers lie in the input buffer,
 * whose used part is dropped by the next call.
 */
#include "net/internal.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/banned.h"

#define HEADERS_MOST 128
#define READ_SIZE ((size_t)64 << 10)
/* Requests that wait to be sent: many times what a run has at a time. */
#define OUT_MOST ((size_t)256 << 20)

/* An answer that needs no network. */
struct refusal {
	uint64_t id;
	const char *text;
};

struct net {
	const struct net_config *config;
	pid_t pid; /* 0: not started */
	int fd;
	bool lost;
	struct buf out, in;
	size_t out_at;	/* sent of out */
	size_t in_used; /* of `in`, by the last answer */
	uint64_t waiting[NET_IN_FLIGHT];
	size_t waiting_count;
	struct refusal refusals[NET_IN_FLIGHT];
	size_t refusal_count;
	struct net_header headers[HEADERS_MOST];
};

const char *net_result_name(enum net_result result)
{
	static const char *const names[] = {
		[NET_ANSWERED] = "answered", [NET_REFUSED] = "refused",
		[NET_UNREACHABLE] = "unreachable",
		[NET_UNTRUSTED] = "untrusted", [NET_TIMED_OUT] = "timed out",
		[NET_BROKEN] = "broken", [NET_THROTTLED] = "throttled",
		[NET_LOST] = "lost"};

	return names[result];
}

enum status net_open(const struct net_config *config, struct net **out,
	struct error *err)
{
	struct net *net = calloc(1, sizeof(*net));

	if (net == NULL)
		return error_set(err, ERR_MEMORY, "net: no memory");
	net->config = config;
	net->fd = -1;
	buf_init(&net->out, OUT_MOST);
	buf_init(&net->in, FRAME_MOST + READ_SIZE);
	*out = net;
	return OK;
}

static void stop(struct net *net)
{
	if (net->fd >= 0)
		close(net->fd);
	if (net->pid > 0)
		process_end(net->pid);
	net->fd = -1;
	net->pid = 0;
}

void net_close(struct net *net)
{
	if (net == NULL)
		return;
	stop(net);
	buf_release_wiped(&net->out);
	buf_release_wiped(&net->in);
	free(net);
}

size_t net_waiting(const struct net *net)
{
	return net->waiting_count + net->refusal_count;
}

/* ---- sending ------------------------------------------------------------ */

static enum status make_ready(struct net *net, struct error *err)
{
	static const struct process_program stanch_net = {PROCESS_NET, 0};
	enum status status;

	if (net_waiting(net) >= NET_IN_FLIGHT)
		return error_set(err, ERR_LIMIT,
			"net: %d requests wait already", NET_IN_FLIGHT);
	if (net->pid > 0 || net->lost)
		return OK;
	status = process_start(&stanch_net, &net->pid, &net->fd, err);
	if (status == OK)
		net_write_config(&net->out, net->config);
	return status;
}

/* What can be sent without waiting. */
static void flush(struct net *net)
{
	while (net->fd >= 0 && net->out_at < net->out.n) {
		ssize_t n = send(net->fd, net->out.at + net->out_at,
			net->out.n - net->out_at, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			if (errno != EAGAIN && errno != EWOULDBLOCK)
				net->lost = true;
			return;
		}
		net->out_at += (size_t)n;
	}
	if (net->out.n > 0)
		explicit_bzero(net->out.at, net->out.n);
	buf_clear(&net->out);
	net->out_at = 0;
}

static void refuse(struct net *net, uint64_t id, const char *text)
{
	net->refusals[net->refusal_count++] = (struct refusal){id, text};
}

static enum status sent(struct net *net, uint64_t id, size_t before,
	struct error *err)
{
	if (net->out.failed) {
		net->out.failed = false;
		net->out.n = before;
		return error_set(err, ERR_MEMORY, "net: no memory");
	}
	net->waiting[net->waiting_count++] = id;
	flush(net);
	return OK;
}

/* A value that would end its line early would be a second header. */
static bool has_line_break(const struct net_request *request)
{
	for (size_t i = 0; i < request->header_count; i++) {
		bytes parts[] = {request->headers[i].name,
			request->headers[i].value};

		for (size_t k = 0; k < 2; k++)
			for (size_t j = 0; j < parts[k].n; j++)
				if (parts[k].at[j] < ' ' ||
					parts[k].at[j] == 0x7f)
					return true;
	}
	return false;
}

/* Where the provider's URL really goes; false without memory. */
static bool apply_base(const struct net_config *config,
	const struct net_url *url, struct buf *to, bool *mapped)
{
	*mapped = false;
	for (size_t i = 0; config && i < config->base_count; i++)
		if (url->port == 443 && bytes_equal(url->host,
				bytes_text(config->bases[i].from))) {
			*mapped = true;
			buf_put_text(to, config->bases[i].to);
			buf_put(to, url->path);
		}
	return !to->failed;
}

enum status net_send(struct net *net, const struct net_request *request,
	struct error *err)
{
	enum status status = make_ready(net, err);
	struct net_url url, base;
	struct buf to;
	size_t before = net->out.n;
	bool mapped;
	uint32_t flags = 0;

	if (status != OK)
		return status;
	if (!net_url_parse(request->url, &url)) {
		refuse(net, request->id, "the URL is not plainly an https one");
		return OK;
	}
	if (!net_host_allowed(net->config, request->hosts,
			request->host_count, url.host)) {
		refuse(net, request->id, "the host is not one of the rule's");
		return OK;
	}
	if (has_line_break(request)) {
		refuse(net, request->id, "a header has a line break");
		return OK;
	}
	buf_init(&to, (size_t)64 << 10);
	if (!apply_base(net->config, &url, &to, &mapped)) {
		buf_release_wiped(&to);
		return error_set(err, ERR_MEMORY, "net: no memory");
	}
	if (!mapped)
		buf_put(&to, request->url);
	if (!net_url_parse(buf_bytes(&to), &base)) {
		buf_release_wiped(&to);
		refuse(net, request->id, "the base URL is not plainly an "
					 "https one");
		return OK;
	}
	if (mapped || request->trusted_host ||
		net_is_configured_host(net->config, base.host))
		flags |= NET_PRIVATE_OK;
	net_write_request(&net->out, net->config, request, buf_bytes(&to),
		base.host, flags);
	buf_release_wiped(&to);
	return sent(net, request->id, before, err);
}

enum status net_send_mail(struct net *net, const struct net_mail *mail,
	struct error *err)
{
	enum status status = make_ready(net, err);
	size_t before = net->out.n;

	if (status != OK)
		return status;
	if (mail->security == NET_MAIL_PLAIN && mail->password.n > 0) {
		refuse(net, mail->id, "a password is not sent in the clear");
		return OK;
	}
	net_write_mail(&net->out, mail);
	return sent(net, mail->id, before, err);
}

/* ---- receiving ---------------------------------------------------------- */

static bool forget(struct net *net, uint64_t id)
{
	for (size_t i = 0; i < net->waiting_count; i++) {
		if (net->waiting[i] != id)
			continue;
		net->waiting[i] = net->waiting[--net->waiting_count];
		return true;
	}
	return false;
}

static bool read_answer(struct net *net, bytes fields, struct net_answer *out)
{
	struct frame_reader r = {.rest = fields};
	struct net_answer answer = {.id = frame_get_u64(&r)};
	size_t count;

	answer.result = (enum net_result)frame_get_u32(&r);
	answer.sent = frame_get_u32(&r) != 0;
	answer.status = (int)frame_get_u32(&r);
	answer.cut = frame_get_u32(&r) != 0;
	answer.tries = frame_get_u32(&r);
	answer.retry_after = frame_get_u32(&r);
	answer.milliseconds = frame_get_u32(&r);
	/* Terminated by its sender. */
	answer.text = (const char *)frame_get_bytes(&r).at;
	count = frame_get_u32(&r);
	for (size_t i = 0; i < count && i < HEADERS_MOST; i++) {
		net->headers[i].name = frame_get_bytes(&r);
		net->headers[i].value = frame_get_bytes(&r);
	}
	answer.headers = net->headers;
	answer.header_count = count;
	answer.body = frame_get_bytes(&r);
	if (r.failed || count > HEADERS_MOST || answer.result > NET_LOST ||
		!forget(net, answer.id))
		return false;
	*out = answer;
	return true;
}

/* The next answer that is already here. */
static bool take(struct net *net, struct net_answer *out)
{
	enum frame_kind kind;
	bytes fields;
	size_t n;

	while (!net->lost) {
		bytes data = bytes_drop(buf_bytes(&net->in), net->in_used);

		n = frame_cut(data, &kind, &fields);
		if (n == 0)
			return false;
		if (n == BYTES_NONE)
			break;
		net->in_used += n;
		if (kind == FRAME_READY)
			continue;
		if (kind != FRAME_ANSWER || !read_answer(net, fields, out))
			break;
		return true;
	}
	net->lost = true;
	return false;
}

static bool take_refusal(struct net *net, struct net_answer *out)
{
	struct refusal r;

	if (net->refusal_count == 0)
		return false;
	r = net->refusals[--net->refusal_count];
	*out = (struct net_answer){.id = r.id, .result = NET_REFUSED,
		.text = r.text};
	return true;
}

static bool take_lost(struct net *net, struct net_answer *out)
{
	if (!net->lost || net->waiting_count == 0)
		return false;
	*out = (struct net_answer){
		.id = net->waiting[--net->waiting_count],
		.result = NET_LOST, .sent = true,
		.text = "stanch-net ended; is it of this version?"};
	return true;
}

/* Drop what earlier answers used; their pointers are dead by now. */
static void compact(struct net *net)
{
	size_t rest = net->in.n - net->in_used;

	if (net->in_used == 0)
		return;
	memmove(net->in.at, net->in.at + net->in_used, rest);
	explicit_bzero(net->in.at + rest, net->in_used);
	net->in.n = rest;
	net->in_used = 0;
}

static void receive(struct net *net)
{
	ssize_t n;

	if (!buf_reserve(&net->in, READ_SIZE)) {
		net->lost = true;
		return;
	}
	n = recv(net->fd, net->in.at + net->in.n, READ_SIZE, 0);
	if (n > 0)
		net->in.n += (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		net->lost = true;
}

static int left(uint64_t started, int milliseconds)
{
	uint64_t gone = (clock_nanoseconds() - started) / 1000000;

	if (milliseconds < 0)
		return -1;
	return gone >= (uint64_t)milliseconds ? 0 : milliseconds - (int)gone;
}

bool net_next(struct net *net, int milliseconds, struct net_answer *out)
{
	uint64_t started = clock_nanoseconds();

	compact(net);
	for (;;) {
		struct pollfd watched = {.fd = net->fd, .events = POLLIN};
		int ready;

		if (take_refusal(net, out) || take(net, out) ||
			take_lost(net, out))
			return true;
		if (net->waiting_count == 0)
			return false;
		flush(net);
		if (net->out.n > 0)
			watched.events |= POLLOUT;
		ready = poll(&watched, 1, left(started, milliseconds));
		if (ready <= 0)
			return false;
		if (watched.revents & (POLLIN | POLLHUP | POLLERR))
			receive(net);
	}
}

bytes net_answer_header(const struct net_answer *answer, const char *name)
{
	for (size_t i = 0; i < answer->header_count; i++)
		if (bytes_equal_nocase(answer->headers[i].name,
				bytes_text(name)))
			return answer->headers[i].value;
	return bytes_of(NULL, 0);
}
