/*
 * Help texts from the tables. Two columns where there is room for them; below
 * 60 columns the explanation goes under the option.
 */
#include "args/args.h"

#include "base/banned.h"

#define NARROW 60u
#define WIDE 100u
#define COLUMN 28u

/* Words of text in lines of at most `width`, each after `indent` blanks; the
 * first line goes on where the cursor is. */
static void put_wrapped(struct buf *out, const char *text, unsigned indent,
	unsigned width)
{
	size_t room = width > indent + 20 ? width - indent : 20, used = 0;
	bytes rest = bytes_text(text), word;

	while (rest.n > 0) {
		bytes_cut(rest, ' ', &word, &rest);
		if (used > 0 && used + 1 + word.n > room) {
			buf_printf(out, "\n%*s", (int)indent, "");
			used = 0;
		} else if (used > 0) {
			buf_put_byte(out, ' ');
			used++;
		}
		buf_put(out, word);
		used += word.n;
	}
	buf_put_byte(out, '\n');
}

/* Paragraphs are lines; an indented line is kept as it is. */
static void put_about(struct buf *out, const char *text, unsigned width)
{
	bytes rest = bytes_text(text), line;
	char copy[1024];

	while (rest.n > 0) {
		bytes_cut(rest, '\n', &line, &rest);
		if (line.n == 0 || line.at[0] == ' ' ||
			line.n >= sizeof(copy)) {
			buf_put(out, line);
			buf_put_byte(out, '\n');
			continue;
		}
		memcpy(copy, line.at, line.n);
		copy[line.n] = '\0';
		put_wrapped(out, copy, 0, width);
	}
}

static void put_option(struct buf *out, const struct args_option *o,
	unsigned width)
{
	size_t start = out->n, used;

	if (o->letter)
		buf_printf(out, "  -%c, --%s", o->letter, o->name);
	else
		buf_printf(out, "      --%s", o->name);
	if (o->takes)
		buf_printf(out, " %s", o->takes);
	used = out->n - start;
	if (width < NARROW) {
		buf_printf(out, "\n%*s", 8, "");
		put_wrapped(out, o->help, 8, width);
		return;
	}
	if (used + 2 > COLUMN) {
		buf_put_byte(out, '\n');
		used = 0;
	}
	buf_printf(out, "%*s", (int)(COLUMN - used), "");
	put_wrapped(out, o->help, COLUMN, width);
}

static void put_options(struct buf *out, const struct args_command *command,
	unsigned width)
{
	const char *group = NULL;

	for (size_t i = 0; i < command->option_count; i++) {
		const struct args_option *o = &command->options[i];

		if (o->kind == ARGS_LATER)
			continue;
		if (o->group != NULL && o->group != group)
			buf_printf(out, "\n%s:\n", o->group);
		group = o->group ? o->group : group;
		put_option(out, o, width);
	}
}

static void put_children(struct buf *out, const struct args_command *command,
	unsigned width)
{
	buf_put_text(out, "\nCommands:\n");
	for (size_t i = 0; command->children[i] != NULL; i++) {
		const struct args_command *child = command->children[i];

		buf_printf(out, "  %-10s", child->name);
		put_wrapped(out, child->summary, 12, width);
	}
}

void args_help(const struct args_command *command, const char *path,
	unsigned width, struct buf *out)
{
	width = width == 0 ? 80 : width > WIDE ? WIDE : width;
	buf_printf(out, "Usage: %s", path);
	if (command->children)
		buf_put_text(out, " COMMAND");
	if (command->option_count > 0)
		buf_put_text(out, " [OPTION...]");
	if (command->takes)
		buf_printf(out, " %s", command->takes);
	buf_put_text(out, "\n");
	put_wrapped(out, command->summary, 0, width);
	if (command->children)
		put_children(out, command, width);
	put_options(out, command, width);
	if (command->about) {
		buf_put_byte(out, '\n');
		put_about(out, command->about, width);
	}
}
