/* process: starting and ending programs of ours. */
#include "net/process.h"

#include "base/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/banned.h"

/* Only beside the program: nothing in the environment chooses what runs. */
static bool find_beside(const char *where, const char *name,
	char path[PATH_MAX + 64])
{
	char program[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;

	if (n <= 0)
		return false;
	program[n] = '\0';
	slash = strrchr(program, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	snprintf(path, PATH_MAX + 64, "%s/%s%s", program, where, name);
	return access(path, X_OK) == 0;
}

/* In the child: the socket is its standard input, and with the descriptor
 * that it is handed all that it has. */
static void become(const char *path, const struct process_program *program,
	int fd, pid_t parent)
{
	char name[64];
	char *const argv[] = {name, NULL};
	char *const envp[] = {NULL};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	snprintf(name, sizeof(name), "%s", program->name);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || dup2(fd, STDIN_FILENO) < 0 ||
		(null >= 0 && dup2(null, STDOUT_FILENO) < 0))
		_exit(127);
	/* The same descriptor stays closed at exec: then it is opened up. */
	if (program->handed == PROCESS_HANDED)
		(void)fcntl(PROCESS_HANDED, F_SETFD, 0);
	else if (program->handed > 0 &&
		dup2(program->handed, PROCESS_HANDED) < 0)
		_exit(127);
	execve(path, argv, envp);
	_exit(127);
}

enum status process_start(const struct process_program *program, pid_t *pid,
	int *fd, struct error *err)
{
	char path[PATH_MAX + 64];
	pid_t parent = getpid(), child;
	int ends[2];

	if (!find_beside("", program->name, path) &&
		!find_beside("../lib/stanch/", program->name, path))
		return error_set(err, ERR_UNSUPPORTED, "start %s: it is "
			"neither beside stanch nor in ../lib/stanch; install "
			"it", program->name);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return error_set_errno(err, ERR_IO, "start %s: make a socket",
			program->name);
	child = fork();
	if (child == 0)
		become(path, program, ends[1], parent);
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return error_set_errno(err, ERR_IO, "start %s", program->name);
	}
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*pid = child;
	*fd = ends[0];
	return OK;
}

void process_end(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
