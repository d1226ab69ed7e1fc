/* library: the first frame of stanch-net, and no other. */
#include "net/library.h"

#include "net/internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/banned.h"

/* A program that starts on a loaded machine, and says one line. */
#define WAIT_MILLISECONDS 10000
#define READ_SIZE ((size_t)4 << 10)

/* Has the whole frame come? False also when it cannot any more. */
static bool read_ready(struct buf *in, char text[NET_LIBRARY])
{
	enum frame_kind kind;
	bytes fields;
	size_t n = frame_cut(buf_bytes(in), &kind, &fields);
	struct frame_reader r = {.rest = fields};
	bytes said;

	if (n == 0 || n == BYTES_NONE || kind != FRAME_READY ||
		frame_get_u32(&r) != FRAME_VERSION)
		return false;
	said = frame_get_bytes(&r);
	if (r.failed)
		return false;
	snprintf(text, NET_LIBRARY, "%.*s", (int)said.n,
		(const char *)said.at);
	return true;
}

static bool ask(int fd, char text[NET_LIBRARY])
{
	struct pollfd watched = {.fd = fd, .events = POLLIN};
	struct buf out, in;
	bool is_said = false;

	buf_init(&out, FRAME_MOST);
	buf_init(&in, READ_SIZE * 2);
	net_write_config(&out, NULL);
	/* the first bytes on a new socket: it takes them all */
	if (out.failed || !buf_reserve(&in, READ_SIZE) ||
		send(fd, out.at, out.n, MSG_NOSIGNAL) != (ssize_t)out.n)
		goto out;
	while (!is_said && in.n < READ_SIZE &&
		poll(&watched, 1, WAIT_MILLISECONDS) > 0) {
		ssize_t n = recv(fd, in.at + in.n, READ_SIZE - in.n, 0);

		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			break;
		in.n += (size_t)n;
		is_said = read_ready(&in, text);
	}
out:
	buf_release(&out);
	buf_release(&in);
	return is_said;
}

enum status net_library(char text[NET_LIBRARY], struct error *err)
{
	static const struct process_program stanch_net = {PROCESS_NET, 0};
	enum status status;
	bool is_said;
	pid_t pid;
	int fd;

	status = process_start(&stanch_net, &pid, &fd, err);
	if (status != OK)
		return status;
	is_said = ask(fd, text);
	close(fd);
	process_end(pid);
	return is_said ? OK : error_set(err, ERR_UNSUPPORTED,
		"ask stanch-net for its version: it does not answer; is it of "
		"this version?");
}
