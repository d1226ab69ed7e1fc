/* process: starting and ending stanch-net. */
#include "net/internal.h"

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

#define HELPER_FILE "stanch-net"

/* Only beside the program: nothing in the environment chooses what runs. */
static bool find_beside(const char *where, char path[PATH_MAX + 64])
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
	snprintf(path, PATH_MAX + 64, "%s/%s" HELPER_FILE, program, where);
	return access(path, X_OK) == 0;
}

/* In the child: the socket is its standard input, and all that it has. */
static void become(const char *path, int fd, pid_t parent)
{
	char *const argv[] = {(char[]){HELPER_FILE}, NULL};
	char *const envp[] = {NULL};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || dup2(fd, STDIN_FILENO) < 0 ||
		(null >= 0 && dup2(null, STDOUT_FILENO) < 0))
		_exit(127);
	execve(path, argv, envp);
	_exit(127);
}

enum status net_process_start(pid_t *pid, int *fd, struct error *err)
{
	char path[PATH_MAX + 64];
	pid_t parent = getpid(), child;
	int ends[2];

	if (!find_beside("", path) && !find_beside("../lib/stanch/", path))
		return error_set(err, ERR_UNSUPPORTED, "start " HELPER_FILE
			": it is neither beside stanch nor in ../lib/stanch; "
			"install it");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return error_set_errno(err, ERR_IO, "start " HELPER_FILE
			": make a socket");
	child = fork();
	if (child == 0)
		become(path, ends[1], parent);
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return error_set_errno(err, ERR_IO, "start " HELPER_FILE);
	}
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*pid = child;
	*fd = ends[0];
	return OK;
}

void net_process_end(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
