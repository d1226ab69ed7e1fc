/*
 * papers: manual pages and completions, written from the tables that parse
 * (args/). Nothing is said twice, so nothing can drift: an option that is
 * accepted is in all of them. `make` writes them to files for packages; a
 * person gets them with `stanch help --man COMMAND`, `--complete SHELL`.
 *
 * Texts go to `out`, whose `failed` says when they did not fit. No state, no
 * files; any thread. The texts of tables are plain ASCII.
 */
#ifndef STANCH_PAPERS_PAPERS_H
#define STANCH_PAPERS_PAPERS_H

#include "args/args.h"

enum papers_shell { PAPERS_BASH, PAPERS_ZSH, PAPERS_FISH };

/*
 * The page of one of top's commands, or of top itself, in man(7)'s macros.
 * Commands below it are sections of its page: stanch-rules(1) explains
 * `stanch rules list`, as groups of options belong together.
 */
void papers_man(const struct args_command *top,
	const struct args_command *command, const char *version,
	struct buf *out);

/* What the shell loads: commands, options, and what options take: choices,
 * files, ids of rules (asked of the program when they are wanted). */
void papers_complete(const struct args_command *top, enum papers_shell shell,
	struct buf *out);

#endif
