/*
 * Credentials: from an environment variable, or the first line that a program
 * prints. The program gets no shell and no input; what it says on standard
 * error is shown, so that it can ask for a hand.
 */
#include "policy/internal.h"

#include "base/clock.h"
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/banned.h"

#define SECRET_SECONDS 60
#define SECRET_MOST ((size_t)16 << 10)

extern char **environ;

bool policy_has_secret(const struct policy_secret *s)
{
	return s->env != NULL || s->command != NULL;
}

static enum status start(const char *const *argv, int from, pid_t *pid,
	const char *what, struct error *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t usual;
	int result;

	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY,
		0);
	posix_spawn_file_actions_adddup2(&actions, from, 1);
	/* posix_spawn changes none of the words */
	result = posix_spawn(pid, argv[0], &actions, &attributes,
		(char **)(size_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	if (result == 0)
		return OK;
	errno = result;
	return error_set_errno(err, ERR_USAGE, "run %.200s for %.150s",
		argv[0], what);
}

/* Until its end, or the time is over: false. */
static bool read_output(int fd, struct buf *out)
{
	const uint64_t begun = clock_nanoseconds();

	for (;;) {
		const double left = SECRET_SECONDS -
			clock_seconds(begun, clock_nanoseconds());
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		ssize_t n;

		if (left <= 0)
			return false;
		if (poll(&wait, 1, (int)(left * 1000) + 1) <= 0)
			continue;
		if (!buf_reserve(out, 512))
			return false;
		n = read(fd, out->at + out->n, 512);
		if (n <= 0)
			return n == 0;
		out->n += (size_t)n;
	}
}

static enum status run(const char *const *argv, const char *what,
	struct buf *out, struct error *err)
{
	int ends[2], state = 0;
	bool is_whole;
	pid_t pid;
	enum status status;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set_errno(err, ERR_IO, "run %.200s for %.150s",
			argv[0], what);
	status = start(argv, ends[1], &pid, what, err);
	close(ends[1]);
	if (status) {
		close(ends[0]);
		return status;
	}
	is_whole = read_output(ends[0], out);
	close(ends[0]);
	if (!is_whole)
		kill(pid, SIGKILL);
	while (waitpid(pid, &state, 0) < 0 && errno == EINTR)
		;
	if (!is_whole || !WIFEXITED(state) || WEXITSTATUS(state) != 0)
		return error_set(err, ERR_USAGE, "run %.200s for %.150s: it "
			"%s", argv[0], what, is_whole ? "failed" :
			"did not end in time, or printed too much");
	return OK;
}

/* The first line, in place. */
static void keep_first_line(struct buf *out)
{
	const size_t end = bytes_find_byte(buf_bytes(out), '\n');
	size_t n = end == BYTES_NONE ? out->n : end;

	while (n > 0 && (out->at[n - 1] == '\r' || out->at[n - 1] == ' '))
		n--;
	if (out->n)
		secret_wipe(out->at + n, out->n - n);
	out->n = n;
}

enum status policy_read_secret(const struct policy_secret *s,
	const char *what, struct buf *out, struct error *err)
{
	const char *value = s->env ? getenv(s->env) : NULL;
	enum status status = OK;

	buf_init(out, SECRET_MOST);
	if (s->command) {
		status = run(s->command, what, out, err);
		keep_first_line(out);
	} else if (value) {
		buf_put_text(out, value);
	}
	if (status == OK && (out->failed || out->n == 0))
		status = error_set(err, ERR_USAGE, "read %.150s: %s%.100s %s",
			what, s->env ? "the environment variable " : "",
			s->env ? s->env : s->command[0],
			s->env ? "is not set, or empty" : "printed nothing");
	for (size_t i = 0; status == OK && i < out->n; i++)
		if (out->at[i] < 0x20 || out->at[i] == 0x7f)
			status = error_set(err, ERR_USAGE, "read %.150s: it "
				"has a control character", what);
	if (status)
		buf_release_wiped(out);
	return status;
}
