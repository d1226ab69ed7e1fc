/*
 * args: command lines from tables.
 *
 * A command is a table of options and a function. Parsing, help texts and
 * the names suggested for a misspelt one all come from the same tables, so
 * none of them can drift from what is accepted. Nothing here is global and
 * nothing prints: errors and texts go to the caller. Tables are constant.
 */
#ifndef STANCH_ARGS_ARGS_H
#define STANCH_ARGS_ARGS_H

#include "base/buf.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* What an option takes and where it goes: `offset` in the settings. */
enum args_kind {
	ARGS_FLAG,    /* no argument; int, set to `value` */
	ARGS_TEXT,    /* const char * */
	ARGS_LIST,    /* struct args_list, grows */
	ARGS_NUMBER,  /* unsigned, 0..max */
	ARGS_SIZE,    /* uint64_t: 10M, 1.5G, 4096 */
	ARGS_SECONDS, /* double: 30, 2.5, 5m */
	ARGS_CHOICE,  /* int: index in `choices` */
	ARGS_CALL,    /* `call` is handed the text */
	ARGS_LATER,   /* known, not in this build: an error that says so */
};

#define ARGS_LIST_MAX 256
struct args_list {
	const char *at[ARGS_LIST_MAX];
	size_t n;
};

struct args_option;
typedef enum status args_call(void *settings, const struct args_option *option,
	const char *text, struct error *err);

struct args_option {
	const char *name;  /* long, without dashes */
	char letter;	   /* or 0 */
	enum args_kind kind;
	const char *takes; /* name of the argument; NULL for none */
	const char *help;
	const char *group; /* heading in the help; NULL: as the one before */
	size_t offset;
	int value;	   /* ARGS_FLAG */
	unsigned max;	   /* ARGS_NUMBER */
	/* Ends with NULL. ARGS_CALL may name what is usual, for shells. */
	const char *const *choices;
	args_call *call;
};

struct args_command {
	const char *name;    /* one word */
	const char *takes;   /* "[TARGET...]", or NULL */
	/* What its words usually are, for shells; ends with NULL. */
	const char *const *choices;
	const char *summary; /* one line */
	const char *about;   /* paragraphs for the help, or NULL */
	const struct args_option *options;
	size_t option_count;
	const struct args_command *const *children; /* ends with NULL */
	/* What remains of the line, the command's own words taken off. */
	int (*run)(void *context, const struct args_command *self, int argc,
		char **argv);
};

/*
 * Read argv[0..argc) by the command's table into settings (whose layout the
 * offsets mean). Words that are no options go to `words`, in order; "--"
 * ends options. Accepts --name=x, --name x, -nx, -n x, -ab for flags. Texts
 * are borrowed from argv. ERR_USAGE names the word and the nearest option.
 */
enum status args_parse(const struct args_command *command, int argc,
	char *const *argv, void *settings, struct args_list *words,
	struct error *err) MUST_USE;

/* Is --help or -h among the words before "--"? */
bool args_wants_help(int argc, char *const *argv);

/* NULL when there is no such child. */
const struct args_command *args_find(const struct args_command *parent,
	const char *name);

/* The whole help of a command; `path` is what was typed: "stanch scan". */
void args_help(const struct args_command *command, const char *path,
	unsigned width, struct buf *out);

/* Readers of one argument each; false when the text is not one. */
bool args_read_size(const char *text, uint64_t *out);
bool args_read_seconds(const char *text, double *out);
/* A moment as git takes it ("2024-08-01", "2 weeks ago") as seconds since
 * 1970. */
enum status args_read_date(const char *text, int64_t *out,
	struct error *err) MUST_USE;
bool args_read_number(const char *text, unsigned max, unsigned *out);

/*
 * Edits (insert, delete, replace, swap of neighbours) that make a into b,
 * counted up to ARGS_FAR: that many or more are all ARGS_FAR.
 */
#define ARGS_FAR 64u
unsigned args_distance(const char *a, const char *b);
/* Of the names (ends with NULL), the nearest that could be meant, or NULL. */
const char *args_nearest(const char *text, const char *const *names);

#endif
