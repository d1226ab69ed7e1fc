/* fish: a line for each command and each option, each with its condition. */
#include "papers/internal.h"

#include "base/banned.h"

static const char head[] =
"# fish completion of stanch, from its tables of options; made by\n"
"# `stanch help --complete fish`.\n"
"function __stanch_at\n"
"\tset -l at\n"
"\tfor word in (commandline -opc)[2..-1]\n"
"\t\tswitch \"$at $word\"\n"
"\t\t\tcase";

static const char middle[] =
"\n"
"\t\t\t\tset at \"$at $word\"\n"
"\t\t\tcase '*'\n"
"\t\t\t\tbreak\n"
"\t\tend\n"
"\tend\n"
"\tset -l wanted (string join ' ' '' $argv)\n"
"\ttest \"$at\" = \"$wanted\"\n"
"end\n"
"function __stanch_rules\n"
"\tset -l words (commandline -opc)\n"
"\t$words[1] rules list 2>/dev/null |\n"
"\t\tstring replace -rf '^([a-z]\\S*)  .*' '$1'\n"
"end\n"
"complete -c stanch -f\n";

static void begin(struct buf *out, const char *path)
{
	buf_put_text(out, "complete -c stanch -n '__stanch_at");
	if (strchr(path, ' '))
		buf_put_byte(out, ' ');
	papers_put_path(out, path, ' ');
	buf_put_byte(out, '\'');
}

/* What may follow; `bare` where nothing is known. */
static void put_value(struct buf *out, const char *const *choices,
	const char *takes, const struct args_command *top, const char *bare)
{
	if (choices) {
		buf_put_text(out, " -x -a '");
		papers_put_words(out, choices);
		buf_put_byte(out, '\'');
		return;
	}
	switch (papers_value_of(takes)) {
	case PAPERS_FILES:
		buf_put_text(out, " -r -F");
		break;
	case PAPERS_RULES:
		buf_put_text(out, " -x -a '(__stanch_rules)'");
		break;
	case PAPERS_NAMES:
		buf_put_text(out, " -x -a '");
		papers_put_children(out, top);
		buf_put_byte(out, '\'');
		break;
	case PAPERS_NOTHING:
		buf_put_text(out, bare);
		break;
	}
}

static void put_text(struct buf *out, const char *text)
{
	buf_put_text(out, " -d ");
	papers_put_quoted(out, text, "\\'");
	buf_put_byte(out, '\n');
}

static void put_place(struct buf *out, const struct papers_place *place,
	const struct args_command *top)
{
	const struct args_command *c = place->command;

	for (size_t i = 0; c->children && c->children[i]; i++) {
		begin(out, place->path);
		buf_printf(out, " -a %s", c->children[i]->name);
		put_text(out, c->children[i]->summary);
	}
	if (c->choices || papers_value_of(c->takes) != PAPERS_NOTHING) {
		begin(out, place->path);
		put_value(out, c->choices, c->takes, top, "");
		buf_put_byte(out, '\n');
	}
	for (size_t i = 0; i < c->option_count; i++) {
		const struct args_option *o = &c->options[i];

		if (!papers_is_shown(o))
			continue;
		begin(out, place->path);
		if (o->letter)
			buf_printf(out, " -s %c", o->letter);
		buf_printf(out, " -l %s", o->name);
		if (o->takes)
			put_value(out, o->choices, o->takes, top, " -x");
		put_text(out, o->help);
	}
	begin(out, place->path);
	buf_put_text(out, " -s h -l help -d 'Explain the command.'\n");
}

void papers_complete_fish(const struct papers_places *places, struct buf *out)
{
	buf_put_text(out, head);
	for (size_t i = 1; i < places->n; i++) {
		buf_put_text(out, " ' ");
		papers_put_path(out, places->at[i].path, ' ');
		buf_put_byte(out, '\'');
	}
	buf_put_text(out, middle);
	for (size_t i = 0; i < places->n; i++)
		put_place(out, &places->at[i], places->at[0].command);
}
