/*
 * argv in, exit code out. Before anything is read: no core files, no ptrace,
 * standard descriptors that are open, and signals that ask instead of kill.
 */
#include "base/secret.h"
#include "cli/cli.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/banned.h"

/* The one writable global: a handler has nowhere else to write to. */
static atomic_int caught_signal;

static void on_signal(int number)
{
	/* Who asks twice means it. */
	if (atomic_exchange(&caught_signal, number) != 0) {
		signal(number, SIG_DFL);
		raise(number);
	}
}

static void catch_signal(int number)
{
	struct sigaction action = {.sa_handler = on_signal}, old;

	/* No SA_RESTART: a read that waits is to come back. What was ignored
	 * at the start (nohup, a background job) stays so. */
	sigemptyset(&action.sa_mask);
	if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		sigaction(number, &action, NULL);
}

/*
 * A closed standard descriptor would be given to the next file opened, and
 * reports would go into it. Each is opened the wrong way round, so that its
 * use fails and is noticed, as it would have been.
 */
static void fill_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

/*
 * A library that finds no memory may call exit() itself, with a code that
 * means "complete, with findings" here. Then it becomes "incomplete".
 */
static void on_early_exit(int status, void *is_done)
{
	static const char text[] =
		"stanch: a library gave up; the scan is not complete\n";

	(void)status;
	if (*(const bool *)is_done)
		return;
	(void)!write(2, text, sizeof(text) - 1);
	_exit(3);
}

int main(int argc, char **argv)
{
	bool is_done = false;
	int code;

	fill_descriptors();
	on_exit(on_early_exit, &is_done);
	secret_guard_process();
	signal(SIGPIPE, SIG_IGN);
	catch_signal(SIGINT);
	catch_signal(SIGTERM);
	code = cli_run(argc, argv, &caught_signal);
	is_done = true;
	exit(code); /* here, while is_done still stands */
}
