#include "hook/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/banned.h"

#define ANSWER_MAX ((size_t)64 << 10)

/* What it says of errors is ours to say: one line, with the mend. */
static int start(const char *const *argv, int to, pid_t *child)
{
	posix_spawn_file_actions_t actions;
	int code = posix_spawn_file_actions_init(&actions);

	if (code)
		return code;
	code = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null",
		O_RDONLY, 0);
	if (code == 0)
		code = posix_spawn_file_actions_adddup2(&actions, to, 1);
	if (code == 0)
		code = posix_spawn_file_actions_addopen(&actions, 2,
			"/dev/null", O_WRONLY, 0);
	if (code == 0)
		code = posix_spawnp(child, argv[0], &actions, NULL,
			(char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return code;
}

static void read_answer(int fd, struct buf *out)
{
	ssize_t n = 1;

	while ((n > 0 || (n < 0 && errno == EINTR)) &&
		buf_reserve(out, 4096)) {
		n = read(fd, out->at + out->n, 4096);
		out->n += n > 0 ? (size_t)n : 0;
	}
	while (out->n && out->at[out->n - 1] == '\n')
		out->n--;
	buf_put_byte(out, '\0');
	if (out->n)
		out->n--;
}

enum status hook_git(const char *const *argv, struct buf *out,
	struct error *err)
{
	int ends[2] = {-1, -1}, code, wait_status = -1;
	pid_t child = -1;

	buf_init(out, ANSWER_MAX);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_set_errno(err, ERR_IO, "ask git");
	code = start(argv, ends[1], &child);
	close(ends[1]);
	if (code == 0)
		read_answer(ends[0], out);
	close(ends[0]);
	if (code) {
		errno = code;
		return error_set_errno(err, ERR_IO, "run git");
	}
	while (waitpid(child, &wait_status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) != 0)
		return error_set(err, ERR_NOT_FOUND, "ask git %.20s: it has "
			"no answer", argv[1]);
	if (out->failed)
		return error_set(err, ERR_LIMIT, "ask git %.20s: the answer "
			"is too long", argv[1]);
	return OK;
}
