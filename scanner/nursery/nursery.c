/*
 * The nursery's loop: packets on a control socket, each an order.
 *
 *	SET UP	-> "ready"
 *	FORK	+ a descriptor -> the child's pid
 *	KILL pid
 *
 * The coordinator sees a child end by its socket, and then orders it killed:
 * only then it is waited for, so its number is no other's until then.
 */
#include "nursery/nursery.h"

#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/banned.h"

struct nursery {
	pid_t pid;
	int control;
};

enum order_kind { ORDER_SET_UP, ORDER_FORK, ORDER_KILL };
struct order {
	enum order_kind kind;
	pid_t pid;
	struct nursery_setup setup; /* ORDER_SET_UP only */
};
#define ORDER_SHORT offsetof(struct order, setup)

/* ---- the nursery's side -------------------------------------------------- */

struct keeper {
	const struct nursery_options *options;
	struct order order; /* the last; its set-up stays */
	struct nursery_setup setup;
	struct ruleset *added_rules;
	struct detector *added;
	int control;
};

/* Rules that were added since the contents in the store were bare: a detector
 * of their own. Without one contents are scanned with all rules. */
static void make_added(struct keeper *k)
{
	struct job_rule_choice choice = *k->options->choice;
	const struct ruleset *rules = k->options->rules;

	if (k->setup.added_count == 0 ||
		k->setup.added_count > ARGS_LIST_MAX)
		return;
	choice.only.n = 0;
	for (uint32_t i = 0; i < k->setup.added_count; i++)
		if (k->setup.added[i] < ruleset_count(rules))
			choice.only.at[choice.only.n++] = ruleset_rule(rules,
				k->setup.added[i])->id;
	if (job_rules_load(&choice, &k->added_rules, NULL) == OK)
		k->added = detector_new(k->added_rules,
			k->options->detect, NULL);
}

/* A descriptor may come with an order; -1: none. */
static ssize_t receive(struct keeper *k, int *fd)
{
	union {
		struct cmsghdr align;
		char at[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec to = {&k->order, sizeof(k->order)};
	struct msghdr message = {.msg_iov = &to, .msg_iovlen = 1,
		.msg_control = control.at, .msg_controllen =
			sizeof(control.at)};
	struct cmsghdr *head;
	ssize_t n;

	do
		n = recvmsg(k->control, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	head = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	*fd = -1;
	if (head && head->cmsg_level == SOL_SOCKET &&
		head->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(head), sizeof(int));
	return n;
}

static void fork_child(struct keeper *k, int fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		const struct child child = {k->options, &k->setup, k->added,
			fd};

		close(k->control);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		nursery_child(&child);
	}
	close(fd);
	(void)!write(k->control, &pid, sizeof(pid));
}

/* One of ours, dead or alive: any other is not touched. */
static void end_child(pid_t pid)
{
	pid_t ended = waitpid(pid, NULL, WNOHANG);

	if (ended != 0)
		return;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void keep(struct keeper *k)
{
	pid_t ready = 0;
	ssize_t n;
	int fd;

	while ((n = receive(k, &fd)) >= (ssize_t)ORDER_SHORT) {
		if (k->order.kind == ORDER_FORK && fd >= 0) {
			fork_child(k, fd);
			continue;
		}
		if (k->order.kind == ORDER_KILL && k->order.pid > 1)
			end_child(k->order.pid);
		if (k->order.kind == ORDER_SET_UP &&
			n == (ssize_t)sizeof(k->order)) {
			k->setup = k->order.setup;
			make_added(k);
			(void)!write(k->control, &ready, sizeof(ready));
		}
		if (fd >= 0)
			close(fd);
	}
}

static void run_keeper(const struct nursery_options *options, int control,
	pid_t parent)
{
	struct keeper *k = calloc(1, sizeof(*k));

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The parent may have died before that. */
	if (k == NULL || getppid() != parent)
		_exit(1);
	/* A terminal's ^C is for the coordinator, which ends us. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	k->options = options;
	k->control = control;
	keep(k);
	_exit(0);
}

/* ---- the coordinator's side ---------------------------------------------- */

enum status nursery_start(struct nursery **out,
	const struct nursery_options *options, struct error *err)
{
	struct nursery *n = calloc(1, sizeof(*n));
	pid_t parent = getpid();
	int ends[2];

	if (n == NULL)
		return error_set(err, ERR_MEMORY, "start the audit");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		free(n);
		return error_set_errno(err, ERR_IO, "start the audit");
	}
	n->pid = fork();
	if (n->pid == 0) {
		close(ends[0]);
		run_keeper(options, ends[1], parent);
	}
	close(ends[1]);
	n->control = ends[0];
	if (n->pid < 0) {
		close(ends[0]);
		free(n);
		return error_set_errno(err, ERR_IO, "start a process");
	}
	*out = n;
	return OK;
}

static enum status hear(struct nursery *n, pid_t *out, struct error *err)
{
	ssize_t got;

	do
		got = read(n->control, out, sizeof(*out));
	while (got < 0 && errno == EINTR);
	return got == sizeof(*out) ? OK : error_set(err, ERR_IO,
		"audit: the process that starts the others died");
}

enum status nursery_set_up(struct nursery *n,
	const struct nursery_setup *setup, struct error *err)
{
	struct order *order = calloc(1, sizeof(*order));
	ssize_t sent = -1;
	pid_t unused;

	if (order) {
		order->kind = ORDER_SET_UP;
		order->setup = *setup;
		sent = send(n->control, order, sizeof(*order), MSG_NOSIGNAL);
		secret_wipe(order, sizeof(*order));
	}
	free(order);
	if (sent < 0)
		return error_set_errno(err, ERR_IO, "start the audit");
	return hear(n, &unused, err);
}

static enum status send_end(struct nursery *n, int fd, struct error *err)
{
	union {
		struct cmsghdr align;
		char at[CMSG_SPACE(sizeof(int))];
	} control = {.at = {0}};
	struct order order = {.kind = ORDER_FORK};
	struct iovec from = {&order, ORDER_SHORT};
	struct msghdr message = {.msg_iov = &from, .msg_iovlen = 1,
		.msg_control = control.at, .msg_controllen =
			sizeof(control.at)};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(int));
	return sendmsg(n->control, &message, MSG_NOSIGNAL) < 0
		       ? error_set_errno(err, ERR_IO, "start a process")
		       : OK;
}

enum status nursery_fork(struct nursery *n, int *fd, pid_t *pid,
	struct error *err)
{
	int ends[2];
	enum status status;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return error_set_errno(err, ERR_IO, "start a process");
	status = send_end(n, ends[1], err);
	close(ends[1]);
	if (status == OK)
		status = hear(n, pid, err);
	if (status == OK && *pid < 0)
		status = error_set(err, ERR_IO, "start a process");
	if (status != OK)
		close(ends[0]);
	else
		*fd = ends[0];
	return status;
}

void nursery_kill(struct nursery *n, pid_t pid)
{
	struct order order = {.kind = ORDER_KILL, .pid = pid};

	(void)!send(n->control, &order, ORDER_SHORT, MSG_NOSIGNAL);
}

void nursery_end(struct nursery *n)
{
	if (n == NULL)
		return;
	close(n->control);
	while (waitpid(n->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(n);
}
