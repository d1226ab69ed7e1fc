/*
 * Words -> settings, by the table. getopt_long is not used: it writes
 * globals, prints by itself, permutes argv, and accepts abbreviations, which
 * become ambiguous the day an option is added.
 */
#include "args/args.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

#define NAMES_MAX 128

/* ---- readers ------------------------------------------------------------ */

bool args_read_number(const char *text, unsigned max, unsigned *out)
{
	unsigned long v;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno != 0 || *end != '\0' || v > max)
		return false;
	*out = (unsigned)v;
	return true;
}

/* A plain decimal number without sign, exponent or hexadecimal. */
static bool read_decimal(const char *text, double *out, const char **rest)
{
	size_t n = strspn(text, "0123456789.");
	char *end;

	if (n == 0 || n > 20)
		return false;
	*out = strtod(text, &end);
	*rest = end;
	return end == text + n && isfinite(*out);
}

/* The factor of a unit such as "", "K", "MiB", "b"; 0 when it is none. All
 * are powers of 1024: a limit is no place to be pedantic about. */
static double read_unit(const char *unit)
{
	static const char letters[] = "kmgt";
	double factor = 1;
	const char *at;
	char c = *unit;

	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	at = c ? strchr(letters, c) : NULL;
	if (at != NULL) {
		for (ptrdiff_t i = at - letters; i >= 0; i--)
			factor *= 1024;
		unit++;
	}
	if (*unit == '\0' || strcmp(unit, "B") == 0 ||
		(at != NULL && strcmp(unit, "iB") == 0))
		return factor;
	return 0;
}

bool args_read_size(const char *text, uint64_t *out)
{
	const char *rest;
	double v;

	if (!read_decimal(text, &v, &rest))
		return false;
	v *= read_unit(rest);
	if (read_unit(rest) == 0 || v >= 9e18)
		return false;
	*out = (uint64_t)v;
	return true;
}

bool args_read_seconds(const char *text, double *out)
{
	const char *rest;
	double v, unit = 1;

	if (!read_decimal(text, &v, &rest))
		return false;
	if (strcmp(rest, "m") == 0)
		unit = 60;
	else if (strcmp(rest, "h") == 0)
		unit = 3600;
	else if (strcmp(rest, "ms") == 0)
		unit = 1e-3;
	else if (*rest != '\0' && strcmp(rest, "s") != 0)
		return false;
	*out = v * unit;
	return *out < 1e9;
}

/* ---- one option --------------------------------------------------------- */

static enum status bad_value(const struct args_option *o, const char *text,
	const char *wanted, struct error *err)
{
	return error_set(err, ERR_USAGE,
		"read option --%s: '%.80s' is not %s", o->name, text, wanted);
}

static enum status read_choice(const struct args_option *o, const char *text,
	int *out, struct error *err)
{
	char all[200] = "";

	for (int i = 0; o->choices[i] != NULL; i++) {
		size_t used = strlen(all);

		if (strcmp(o->choices[i], text) == 0) {
			*out = i;
			return OK;
		}
		snprintf(all + used, sizeof(all) - used, "%s%s",
			i ? ", " : "one of ", o->choices[i]);
	}
	return bad_value(o, text, all, err);
}

static enum status add_to_list(struct args_list *list, const char *what,
	const char *text, struct error *err)
{
	if (list->n == ARGS_LIST_MAX)
		return error_set(err, ERR_USAGE,
			"read the command line: more than %d %s", ARGS_LIST_MAX,
			what);
	list->at[list->n++] = text;
	return OK;
}

/* The place of the option's value in the settings. */
static void *slot(const struct args_option *o, void *settings)
{
	return (char *)settings + o->offset;
}

/* A flat table of kinds. */
static enum status apply(const struct args_option *o, const char *text,
	void *settings, struct error *err)
{
	switch (o->kind) {
	case ARGS_FLAG:
		*(int *)slot(o, settings) = o->value;
		return OK;
	case ARGS_TEXT:
		*(const char **)slot(o, settings) = text;
		return OK;
	case ARGS_LIST:
		return add_to_list(slot(o, settings), o->name, text, err);
	case ARGS_NUMBER:
		if (args_read_number(text, o->max, slot(o, settings)))
			return OK;
		return error_set(err, ERR_USAGE,
			"read option --%s: '%.80s' is not a number from 0 "
			"to %u", o->name, text, o->max);
	case ARGS_SIZE:
		if (args_read_size(text, slot(o, settings)))
			return OK;
		return bad_value(o, text, "a size such as 4096, 10M or 1G",
			err);
	case ARGS_SECONDS:
		if (args_read_seconds(text, slot(o, settings)))
			return OK;
		return bad_value(o, text, "a time such as 30, 2.5 or 5m", err);
	case ARGS_CHOICE:
		return read_choice(o, text, slot(o, settings), err);
	case ARGS_CALL:
		return o->call(settings, o, text, err);
	case ARGS_LATER:
		break;
	}
	return error_set(err, ERR_USAGE,
		"use option --%s: it is not available in this build", o->name);
}

/* ---- finding it --------------------------------------------------------- */

static const struct args_option *find_long(const struct args_command *command,
	bytes name)
{
	for (size_t i = 0; i < command->option_count; i++)
		if (bytes_equal(bytes_text(command->options[i].name), name))
			return &command->options[i];
	return NULL;
}

static const struct args_option *find_short(const struct args_command *command,
	char letter)
{
	for (size_t i = 0; i < command->option_count; i++)
		if (letter && command->options[i].letter == letter)
			return &command->options[i];
	return NULL;
}

static enum status unknown(const struct args_command *command,
	const char *word, bytes name, struct error *err)
{
	const char *names[NAMES_MAX + 1];
	const char *nearest;
	char typed[ARGS_FAR] = "";
	size_t n = 0;

	for (size_t i = 0; i < command->option_count && n < NAMES_MAX; i++)
		if (command->options[i].kind != ARGS_LATER)
			names[n++] = command->options[i].name;
	names[n++] = "help";
	names[n < NAMES_MAX ? n : NAMES_MAX] = NULL;
	if (name.n < sizeof(typed))
		memcpy(typed, name.at, name.n);
	nearest = typed[0] ? args_nearest(typed, names) : NULL;
	if (nearest)
		return error_set(err, ERR_USAGE,
			"read the command line: unknown option '%.80s'; "
			"did you mean --%s?", word, nearest);
	return error_set(err, ERR_USAGE,
		"read the command line: unknown option '%.80s'; "
		"with --help, '%s' lists its own", word, command->name);
}

struct reader {
	const struct args_command *command;
	int argc, at;
	char *const *argv;
	void *settings;
};

static enum status take_argument(struct reader *r, const struct args_option *o,
	const char **text, struct error *err)
{
	if (r->at + 1 >= r->argc)
		return error_set(err, ERR_USAGE,
			"read option --%s: it needs an argument, %s", o->name,
			o->takes ? o->takes : "VALUE");
	*text = r->argv[++r->at];
	return OK;
}

static enum status read_long(struct reader *r, const char *word,
	struct error *err)
{
	const struct args_option *o;
	const char *text = NULL;
	bytes name, value;
	enum status status;
	bool has_value =
		bytes_cut(bytes_text(word + 2), '=', &name, &value);

	o = find_long(r->command, name);
	if (o == NULL)
		return unknown(r->command, word, name, err);
	if (has_value && o->takes == NULL)
		return error_set(err, ERR_USAGE,
			"read option --%s: it takes no argument", o->name);
	if (has_value) {
		text = word + 2 + name.n + 1;
	} else if (o->takes != NULL && o->kind != ARGS_LATER) {
		status = take_argument(r, o, &text, err);
		if (status)
			return status;
	}
	return apply(o, text, r->settings, err);
}

/* -abc: flags, until one takes the rest of the word or the next one. */
static enum status read_short(struct reader *r, const char *word,
	struct error *err)
{
	for (const char *p = word + 1; *p; p++) {
		const struct args_option *o = find_short(r->command, *p);
		const char *text = NULL;
		enum status status = OK;

		if (o == NULL)
			return unknown(r->command, word, bytes_of("", 0), err);
		if (o->takes != NULL && p[1] != '\0')
			text = p + 1;
		else if (o->takes != NULL)
			status = take_argument(r, o, &text, err);
		if (status == OK)
			status = apply(o, text, r->settings, err);
		if (status || o->takes != NULL)
			return status;
	}
	return OK;
}

enum status args_parse(const struct args_command *command, int argc,
	char *const *argv, void *settings, struct args_list *words,
	struct error *err)
{
	struct reader r = {command, argc, 0, argv, settings};
	bool options = true;

	for (; r.at < argc; r.at++) {
		const char *word = argv[r.at];
		enum status status;

		if (options && strcmp(word, "--") == 0) {
			options = false;
			continue;
		}
		if (!options || word[0] != '-' || word[1] == '\0')
			status = add_to_list(words, "arguments", word, err);
		else if (word[1] == '-')
			status = read_long(&r, word, err);
		else
			status = read_short(&r, word, err);
		if (status)
			return status;
	}
	return OK;
}

bool args_wants_help(int argc, char *const *argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 ||
			strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

const struct args_command *args_find(const struct args_command *parent,
	const char *name)
{
	for (size_t i = 0; parent->children && parent->children[i]; i++)
		if (strcmp(parent->children[i]->name, name) == 0)
			return parent->children[i];
	return NULL;
}
