/*
 * console: what every command says in the same way: exit codes, one line for
 * an error, text to standard output.
 */
#ifndef STANCH_JOB_CONSOLE_H
#define STANCH_JOB_CONSOLE_H

#include "args/args.h"
#include "base/buf.h"

#include <stdatomic.h>

/* Of the contract. */
enum console_exit {
	EXIT_CLEAN = 0,
	EXIT_FOUND = 1,
	EXIT_UNABLE = 2,
	EXIT_PARTIAL = 3,
	EXIT_PARTIAL_FOUND = 4,
};

/* The context of every command. */
struct console {
	const atomic_int *signal; /* set by main's handler */
};

/* One line on standard error, "stanch: ..."; EXIT_UNABLE. */
int console_fail(const struct error *err);
/* Write text to standard output; EXIT_CLEAN, or EXIT_PARTIAL with a line on
 * standard error when it does not take it. Releases the text. */
int console_print(struct buf *text);
/* All of standard input, `max` bytes at most (ERR_LIMIT); ERR_INTERRUPTED
 * when a signal came. `out` is made here, and may be released in any case. */
enum status console_read(const atomic_int *signal, size_t max,
	struct buf *out, struct error *err) MUST_USE;
/* Columns of the terminal that is this descriptor, or COLUMNS; 0: unknown. */
unsigned console_columns(int fd);
/* Parse for a command without a word too many: words is at most `most`. */
enum status console_parse(const struct args_command *self, int argc,
	char **argv, void *settings, struct args_list *words, size_t most,
	struct error *err) MUST_USE;

#endif
