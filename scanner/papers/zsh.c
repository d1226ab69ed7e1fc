/*
 * zsh: a function for each command, called by the one above it. An option may
 * be given twice: which ones make sense twice is the program's to say.
 */
#include "papers/internal.h"

#include "base/banned.h"

static const char head[] =
"#compdef stanch\n"
"# zsh completion of stanch, from its tables of options; made by\n"
"# `stanch help --complete zsh`.\n"
"_stanch_rule_ids() {\n"
"\tlocal -a ids\n"
"\tids=(\"${(@f)$(_call_program rules stanch rules list 2>/dev/null)}\")\n"
"\tids=(${ids%% *})\n"
"\tids=(${ids:#<->})\n"
"\t_describe -t rules rule ids\n"
"}\n";

/* Explanations stand in brackets, between colons, in single quotes. */
static void put_text(struct buf *out, const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'') {
			buf_put_text(out, "'\\''");
			continue;
		}
		if (strchr(special, *text))
			buf_put_byte(out, '\\');
		buf_put_byte(out, (unsigned char)*text);
	}
}

static void put_action(struct buf *out, const char *const *choices,
	const char *takes, const struct args_command *top)
{
	buf_put_byte(out, ':');
	put_text(out, takes, ":[]\\");
	buf_put_byte(out, ':');
	if (choices) {
		buf_put_byte(out, '(');
		papers_put_words(out, choices);
		buf_put_byte(out, ')');
		return;
	}
	switch (papers_value_of(takes)) {
	case PAPERS_FILES:
		buf_put_text(out, "_files");
		break;
	case PAPERS_RULES:
		buf_put_text(out, "_stanch_rule_ids");
		break;
	case PAPERS_NAMES:
		buf_put_byte(out, '(');
		papers_put_children(out, top);
		buf_put_byte(out, ')');
		break;
	case PAPERS_NOTHING:
		buf_put_byte(out, ' ');
		break;
	}
}

static void put_option(struct buf *out, const struct args_option *o,
	const struct args_command *top)
{
	buf_put_text(out, " \\\n\t\t'*'");
	if (o->letter)
		buf_printf(out, "{-%c%s,--%s%s}", o->letter,
			o->takes ? "+" : "", o->name, o->takes ? "=" : "");
	else
		buf_printf(out, "--%s%s", o->name, o->takes ? "=" : "");
	buf_put_text(out, "'[");
	put_text(out, o->help, ":[]\\");
	buf_put_byte(out, ']');
	if (o->takes)
		put_action(out, o->choices, o->takes, top);
	buf_put_byte(out, '\'');
}

static void put_name(struct buf *out, const char *path)
{
	buf_put_text(out, "_stanch");
	if (strchr(path, ' '))
		buf_put_byte(out, '_');
	papers_put_path(out, path, '_');
}

/* The word that is a command, and on with that command's own function. */
static void put_children(struct buf *out, const struct papers_place *place)
{
	const struct args_command *c = place->command;

	buf_put_text(out, "\n\tcase $state in\n\tcommand)\n\t\tcommands=(");
	for (size_t i = 0; c->children[i]; i++) {
		buf_printf(out, "\n\t\t\t'%s:", c->children[i]->name);
		put_text(out, c->children[i]->summary, ":\\");
		buf_put_byte(out, '\'');
	}
	buf_put_text(out, "\n\t\t)\n\t\t_describe -t commands command "
		"commands");
	if (papers_value_of(c->takes) == PAPERS_FILES)
		buf_put_text(out, "\n\t\t_files");
	buf_put_text(out, " ;;\n\targument)\n\t\tcase $words[1] in\n");
	for (size_t i = 0; c->children[i]; i++) {
		buf_printf(out, "\t\t%s) ", c->children[i]->name);
		put_name(out, place->path);
		buf_printf(out, "_%s ;;\n", c->children[i]->name);
	}
	buf_put_text(out, "\t\tesac ;;\n\tesac\n");
}

static void put_place(struct buf *out, const struct papers_place *place,
	const struct args_command *top)
{
	const struct args_command *c = place->command;

	put_name(out, place->path);
	buf_put_text(out, "() {\n");
	if (c->children)
		buf_put_text(out, "\tlocal curcontext=\"$curcontext\" state "
			"line\n\tlocal -a commands\n"
			"\tlocal -A opt_args\n");
	buf_printf(out, "\t_arguments -s -S%s", c->children ? " -C" : "");
	for (size_t i = 0; i < c->option_count; i++)
		if (papers_is_shown(&c->options[i]))
			put_option(out, &c->options[i], top);
	buf_put_text(out, " \\\n\t\t'(- *)'{-h,--help}"
		"'[Explain the command.]'");
	if (c->children) {
		buf_put_text(out, " \\\n\t\t'1: :->command' "
			"'*:: :->argument'");
		put_children(out, place);
	} else if (c->takes) {
		buf_put_text(out, " \\\n\t\t'*");
		put_action(out, c->choices, c->takes, top);
		buf_put_text(out, "'\n");
	} else {
		buf_put_byte(out, '\n');
	}
	buf_put_text(out, "}\n");
}

void papers_complete_zsh(const struct papers_places *places, struct buf *out)
{
	buf_put_text(out, head);
	for (size_t i = 0; i < places->n; i++)
		put_place(out, &places->at[i], places->at[0].command);
	buf_put_text(out,
		"if [[ $funcstack[1] == _stanch ]]; then\n"
		"\t_stanch \"$@\"\n"
		"else\n"
		"\tcompdef _stanch stanch\n"
		"fi\n");
}
