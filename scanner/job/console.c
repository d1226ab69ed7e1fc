#include "job/console.h"

#include "report/report.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/banned.h"

/* More than any terminal has: what COLUMNS may say. */
#define COLUMNS_MAX 1000u
#define READ_SIZE ((size_t)64 << 10)
#define WAIT_MS 100

int console_fail(const struct error *err)
{
	struct buf line;

	buf_init(&line, ERROR_TEXT_MAX * 8);
	report_escape_terminal(bytes_text(err->text), &line);
	fprintf(stderr, "stanch: %s\n", buf_text(&line));
	buf_release(&line);
	return EXIT_UNABLE;
}

int console_print(struct buf *text)
{
	bool good = !text->failed;

	errno = 0;
	if (good && text->n > 0 &&
		fwrite(text->at, 1, text->n, stdout) != text->n)
		good = false;
	good = fflush(stdout) == 0 && good;
	if (!good)
		fprintf(stderr, "stanch: write to standard output: %s\n",
			errno ? strerror(errno) : "out of memory");
	buf_release(text);
	return good ? EXIT_CLEAN : EXIT_PARTIAL;
}

/* A terminal knows; COLUMNS speaks where there is none, or a dumb one. */
unsigned console_columns(int fd)
{
	const char *named = getenv("COLUMNS");
	struct winsize size;
	unsigned long n;
	char *end;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	if (named == NULL || *named < '1' || *named > '9')
		return 0;
	n = strtoul(named, &end, 10);
	return *end == '\0' && n <= COLUMNS_MAX ? (unsigned)n : 0;
}

enum status console_parse(const struct args_command *self, int argc,
	char **argv, void *settings, struct args_list *words, size_t most,
	struct error *err)
{
	enum status status;

	status = args_parse(self, argc, argv, settings, words, err);
	if (status == OK && words->n > most)
		return error_set(err, ERR_USAGE, "read the command line: "
			"'%.80s' is one argument too many",
			words->at[most]);
	return status;
}

/* A signal may come just before a read begins to wait: so none waits long. */
static enum status wait_for(int fd, const atomic_int *signal,
	struct error *err)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};

	while (atomic_load(signal) == 0)
		if (poll(&ready, 1, WAIT_MS) > 0)
			return OK;
	return error_set(err, ERR_INTERRUPTED, "read standard input: stopped");
}

enum status console_read(const atomic_int *signal, size_t max,
	struct buf *out, struct error *err)
{
	enum status status = OK;
	ssize_t n = 1;

	buf_init(out, max);
	while (n != 0 && status == OK) {
		status = wait_for(STDIN_FILENO, signal, err);
		if (status != OK)
			break;
		if (!buf_reserve(out, READ_SIZE))
			return error_set(err, ERR_LIMIT, "read standard "
				"input: it is too long");
		n = read(STDIN_FILENO, out->at + out->n, READ_SIZE);
		if (n < 0 && errno != EINTR)
			status = error_set_errno(err, ERR_IO,
				"read standard input");
		out->n += n > 0 ? (size_t)n : 0;
	}
	return status;
}
