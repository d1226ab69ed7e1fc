/*
 * bash: one function over a table of commands, as `case` branches. It needs
 * nothing of the bash-completion package. bash cuts words at "=" too, so
 * "--name=value" arrives as three.
 */
#include "papers/internal.h"

#include "base/banned.h"

static const char head[] =
"# bash completion of stanch, from its tables of options; made by\n"
"# `stanch help --complete bash`.\n"
"_stanch_value()\n"
"{\n"
"\tlocal program=${COMP_WORDS[0]/#\\~/$HOME}\n"
"\tcase $1 in\n"
"\t'') ;;\n"
"\tfile)\n"
"\t\tcompopt -o filenames 2>/dev/null\n"
"\t\tmapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$2\") ;;\n"
"\trule)\n"
"\t\tmapfile -t COMPREPLY < <(compgen -W \"$(\"$program\" rules list \\\n"
"\t\t\t2>/dev/null | sed -n 's/^\\([a-z][^ ]*\\)  .*/\\1/p')\" \\\n"
"\t\t\t-- \"$2\") ;;\n"
"\t*) mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$2\") ;;\n"
"\tesac\n"
"}\n"
"_stanch()\n"
"{\n"
"\tlocal current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
"\tlocal at=stanch options= commands= words= value i\n"
"\tCOMPREPLY=()\n"
"\t[[ $current != = ]] || current=\n"
"\t[[ $before != = ]] || before=${COMP_WORDS[COMP_CWORD-2]}\n"
"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
"\t\tcase \"$at ${COMP_WORDS[i]}\" in\n";

static const char middle[] =
"\t\t\tat=\"$at ${COMP_WORDS[i]}\" ;;\n"
"\t\t*) break ;;\n"
"\t\tesac\n"
"\tdone\n"
"\t# not a word at all: an option that takes nothing\n"
"\tvalue=-\n"
"\tcase $at in\n";

static const char tail[] =
"\tesac\n"
"\tif [[ $value != - ]]; then\n"
"\t\t_stanch_value \"$value\" \"$current\"\n"
"\telif [[ $current == -* ]]; then\n"
"\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n"
"\telse\n"
"\t\t[[ -z $commands ]] || _stanch_value \"$commands\" \"$current\"\n"
"\t\t_stanch_value \"$words\" \"$current\"\n"
"\tfi\n"
"}\n"
"complete -F _stanch stanch\n";

static void put_value(struct buf *out, const char *const *choices,
	const char *takes, const struct args_command *top)
{
	if (choices) {
		buf_put_byte(out, '\'');
		papers_put_words(out, choices);
		buf_put_byte(out, '\'');
		return;
	}
	switch (papers_value_of(takes)) {
	case PAPERS_FILES:
		buf_put_text(out, "file");
		break;
	case PAPERS_RULES:
		buf_put_text(out, "rule");
		break;
	case PAPERS_NAMES:
		buf_put_byte(out, '\'');
		papers_put_children(out, top);
		buf_put_byte(out, '\'');
		break;
	case PAPERS_NOTHING:
		break;
	}
}

static void put_options(struct buf *out, const struct args_command *c)
{
	buf_put_text(out, "\t\toptions='--help");
	for (size_t i = 0; i < c->option_count; i++) {
		const struct args_option *o = &c->options[i];

		if (!papers_is_shown(o))
			continue;
		buf_printf(out, " --%s", o->name);
		if (o->letter)
			buf_printf(out, " -%c", o->letter);
	}
	buf_put_text(out, "'\n");
}

static void put_values(struct buf *out, const struct args_command *c,
	const struct args_command *top)
{
	buf_put_text(out, "\t\tcase $before in\n");
	for (size_t i = 0; i < c->option_count; i++) {
		const struct args_option *o = &c->options[i];

		if (!papers_is_shown(o) || o->takes == NULL)
			continue;
		buf_printf(out, "\t\t--%s", o->name);
		if (o->letter)
			buf_printf(out, "|-%c", o->letter);
		buf_put_text(out, ") value=");
		put_value(out, o->choices, o->takes, top);
		buf_put_text(out, " ;;\n");
	}
	buf_put_text(out, "\t\tesac ;;\n");
}

void papers_complete_bash(const struct papers_places *places, struct buf *out)
{
	const struct args_command *top = places->at[0].command;

	buf_put_text(out, head);
	for (size_t i = 1; i < places->n; i++)
		buf_printf(out, "\t\t'%s'%s\n", places->at[i].path,
			i + 1 < places->n ? "|\\" : ")");
	buf_put_text(out, middle);
	for (size_t i = 0; i < places->n; i++) {
		const struct args_command *c = places->at[i].command;

		buf_printf(out, "\t'%s')\n", places->at[i].path);
		put_options(out, c);
		buf_put_text(out, "\t\tcommands='");
		papers_put_children(out, c);
		buf_put_text(out, "'\n\t\twords=");
		put_value(out, c->choices, c->takes, top);
		buf_put_byte(out, '\n');
		put_values(out, c, top);
	}
	buf_put_text(out, tail);
}
