/* The innards of papers/. */
#ifndef STANCH_PAPERS_INTERNAL_H
#define STANCH_PAPERS_INTERNAL_H

#include "papers/papers.h"

/* Commands of all depths, and words that lead to one. */
#define PAPERS_COMMANDS 128u
#define PAPERS_PATH 64u

/* A command and the words that lead to it: "stanch rules list". */
struct papers_place {
	const struct args_command *command;
	char path[PAPERS_PATH];
};
struct papers_places {
	struct papers_place at[PAPERS_COMMANDS];
	size_t n;
};
/* Top first, each before what is below it. */
void papers_places_fill(struct papers_places *out,
	const struct args_command *top);

/* What may stand for a name such as "FILE" or "[TARGET...]". */
enum papers_value {
	PAPERS_NOTHING, /* no shell can know */
	PAPERS_FILES,
	PAPERS_RULES,	/* ids of rules */
	PAPERS_NAMES,	/* top's commands */
};
enum papers_value papers_value_of(const char *takes);

/* Can it be given? Not what a later build will have. */
bool papers_is_shown(const struct args_option *option);
/* Words between blanks. */
void papers_put_words(struct buf *out, const char *const *words);
void papers_put_children(struct buf *out, const struct args_command *command);
/* Text in single quotes of a shell: `quote` stands for the quote itself. */
void papers_put_quoted(struct buf *out, const char *text, const char *quote);
/* The path with its blanks as `to`, its first word left out. */
void papers_put_path(struct buf *out, const char *path, char to);

void papers_complete_bash(const struct papers_places *places,
	struct buf *out);
void papers_complete_zsh(const struct papers_places *places, struct buf *out);
void papers_complete_fish(const struct papers_places *places,
	struct buf *out);

#endif
