/*
 * man: a page in man(7)'s macros, that groff and mandoc render without a
 * warning. Dates are left out, so that a page is the same whenever it is made.
 */
#include "papers/internal.h"

#include <ctype.h>

#include "base/banned.h"

/* roff's own characters made plain; `text` between backticks is bold. */
static void put_text(struct buf *out, bytes text)
{
	bool is_bold = false;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = text.at[i];

		if (i == 0 && (c == '.' || c == '\''))
			buf_put_text(out, "\\&");
		if (c == '`') {
			buf_put_text(out, is_bold ? "\\fR" : "\\fB");
			is_bold = !is_bold;
		} else if (c == '\\') {
			buf_put_text(out, "\\e");
		} else if (c == '-') {
			buf_put_text(out, "\\-");
		} else if (c == '\'') {
			buf_put_text(out, "\\(aq");
		} else if (c == '~' || c == '^') {
			buf_put_text(out, c == '~' ? "\\(ti" : "\\(ha");
		} else {
			buf_put_byte(out, c);
		}
	}
	if (is_bold)
		buf_put_text(out, "\\fR");
}

static void put_line(struct buf *out, const char *text)
{
	put_text(out, bytes_text(text));
	buf_put_byte(out, '\n');
}

/* Paragraphs are lines; indented lines are kept as they are. */
static void put_about(struct buf *out, const char *text)
{
	bytes rest = bytes_text(text), line;
	bool is_kept = false, is_begun = false;

	while (rest.n > 0) {
		bool indented;

		bytes_cut(rest, '\n', &line, &rest);
		if (line.n == 0)
			continue;
		indented = line.at[0] == ' ';
		if (indented != is_kept)
			buf_put_text(out, indented ? ".PP\n.nf\n" : ".fi\n");
		if (!indented)
			buf_put_text(out, ".PP\n");
		is_kept = indented;
		is_begun = true;
		put_text(out, line);
		buf_put_byte(out, '\n');
	}
	if (is_begun && is_kept)
		buf_put_text(out, ".fi\n");
}

/* Its first sentence, begun as a phrase: man -k shows it behind the name. */
static void put_phrase(struct buf *out, const char *summary)
{
	const char *end = strstr(summary, ". ");
	size_t n = end ? (size_t)(end - summary) : strlen(summary);
	unsigned char first[1] = {(unsigned char)summary[0]};

	if (n > 1 && summary[n - 1] == '.')
		n--;
	if (n > 1 && !isupper((unsigned char)summary[1]))
		first[0] = (unsigned char)tolower(first[0]);
	put_text(out, bytes_of(first, 1));
	put_text(out, bytes_of(summary + 1, n - 1));
	buf_put_byte(out, '\n');
}

static void put_usage(struct buf *out, const struct papers_place *place)
{
	const struct args_command *c = place->command;

	buf_put_text(out, "\\fB");
	put_text(out, bytes_text(place->path));
	buf_put_text(out, "\\fR");
	if (c->children)
		buf_put_text(out, " \\fICOMMAND\\fR");
	if (c->option_count)
		buf_put_text(out, " [\\fIOPTION\\fR...]");
	if (c->takes) {
		buf_put_text(out, " \\fI");
		put_text(out, bytes_text(c->takes));
		buf_put_text(out, "\\fR");
	}
	buf_put_byte(out, '\n');
}

static void put_option(struct buf *out, const struct args_option *o)
{
	buf_put_text(out, ".TP\n");
	if (o->letter)
		buf_printf(out, "\\fB\\-%c\\fR, ", o->letter);
	buf_put_text(out, "\\fB\\-\\-");
	put_text(out, bytes_text(o->name));
	buf_put_text(out, "\\fR");
	if (o->takes) {
		buf_put_text(out, " \\fI");
		put_text(out, bytes_text(o->takes));
		buf_put_text(out, "\\fR");
	}
	buf_put_byte(out, '\n');
	put_line(out, o->help);
}

/* What makes a heading of a group's name: before it, and behind it. */
struct heading {
	const char *before, *after;
};

static void put_options(struct buf *out, const struct args_command *c,
	struct heading heading)
{
	const char *group = NULL;

	for (size_t i = 0; i < c->option_count; i++) {
		const struct args_option *o = &c->options[i];

		if (!papers_is_shown(o))
			continue;
		if (o->group && o->group != group)
			buf_printf(out, "%s%s%s\n", heading.before,
				o->group, heading.after);
		group = o->group ? o->group : group;
		put_option(out, o);
	}
}

static void put_part(struct buf *out, const struct papers_place *place)
{
	buf_put_text(out, ".SS ");
	put_line(out, place->path);
	put_usage(out, place);
	buf_put_text(out, ".PP\n");
	put_line(out, place->command->summary);
	put_options(out, place->command,
		(struct heading){".PP\n\\fI", "\\fR"});
	if (place->command->about)
		put_about(out, place->command->about);
}

static bool is_below(const struct papers_place *a,
	const struct papers_place *above)
{
	size_t n = strlen(above->path);

	return strncmp(a->path, above->path, n) == 0 && a->path[n] == ' ';
}

static void put_title(struct buf *out, const char *path)
{
	for (; *path; path++)
		if (*path == ' ' || *path == '-')
			buf_put_text(out, "\\-");
		else
			buf_put_byte(out, (unsigned char)toupper(
				(unsigned char)*path));
}

static void put_page_name(struct buf *out, const char *path)
{
	for (; *path; path++)
		if (*path == ' ')
			buf_put_text(out, "\\-");
		else
			buf_put_byte(out, (unsigned char)*path);
}

/* ---- the page of the program --------------------------------------------- */

static void put_commands(struct buf *out, const struct papers_places *places)
{
	const struct args_command *top = places->at[0].command;

	buf_put_text(out, ".SH COMMANDS\n");
	for (size_t i = 0; top->children[i]; i++) {
		buf_printf(out, ".TP\n\\fB%s\\-%s\\fR(1)\n", top->name,
			top->children[i]->name);
		put_line(out, top->children[i]->summary);
	}
}

static const char exit_status[] =
".SH EXIT STATUS\n"
"Of commands that scan; others say theirs on their own page.\n"
".TP\n0\ncomplete, and no finding at or above the asked confidence\n"
".TP\n1\ncomplete, with findings\n"
".TP\n2\ncould not run: usage, rules, target, policy\n"
".TP\n3\nincomplete (something could not be scanned), no findings\n"
".TP\n4\nincomplete, with findings\n"
".TP\n130, 143\ninterrupted; what was found so far is written\n";

static const char files[] =
".SH FILES\n"
".TP\n\\fI.stanch.toml\\fR\nsettings, at the root of a repository\n"
".TP\n\\fI.stanch\\-baseline\\fR\naccepted findings, at the root of a "
"repository\n"
".TP\n\\fI$XDG_CONFIG_HOME/stanch/fingerprint.key\\fR\nthe key of fingerprints "
"of guessable secrets\n"
".TP\n\\fI$XDG_DATA_HOME/stanch/audit.db\\fR\nthe store of audits\n";

static void put_see_also(struct buf *out, const struct papers_places *places,
	const struct args_command *self)
{
	const struct args_command *top = places->at[0].command;
	const char *before = "";

	buf_put_text(out, ".SH SEE ALSO\n");
	if (self != top) {
		buf_printf(out, "\\fB%s\\fR(1)", top->name);
		before = ",\n";
	}
	for (size_t i = 0; top->children[i]; i++) {
		if (top->children[i] == self)
			continue;
		buf_printf(out, "%s\\fB%s\\-%s\\fR(1)", before, top->name,
			top->children[i]->name);
		before = ",\n";
	}
	buf_put_byte(out, '\n');
}

/* ---- all ---------------------------------------------------------------- */

static const struct papers_place *find(const struct papers_places *places,
	const struct args_command *command)
{
	for (size_t i = 0; i < places->n; i++)
		if (places->at[i].command == command)
			return &places->at[i];
	return &places->at[0];
}

static void put_head(struct buf *out, const struct papers_place *place,
	const char *version)
{
	buf_put_text(out, ".\\\" Made by `stanch help --man` from the tables "
		"of options.\n.TH ");
	put_title(out, place->path);
	buf_printf(out, " 1 \"\" \"stanch %s\" \"stanch manual\"\n"
		".SH NAME\n", version);
	put_page_name(out, place->path);
	buf_put_text(out, " \\- ");
	put_phrase(out, place->command->summary);
}

void papers_man(const struct args_command *top,
	const struct args_command *command, const char *version,
	struct buf *out)
{
	struct papers_places places;
	const struct papers_place *place;

	papers_places_fill(&places, top);
	place = find(&places, command);
	put_head(out, place, version);
	buf_put_text(out, ".SH SYNOPSIS\n");
	put_usage(out, place);
	for (size_t i = 1; command != top && i < places.n; i++)
		if (is_below(&places.at[i], place)) {
			buf_put_text(out, ".br\n");
			put_usage(out, &places.at[i]);
		}
	buf_put_text(out, ".SH DESCRIPTION\n");
	put_line(out, command->summary);
	if (command->about)
		put_about(out, command->about);
	if (command == top)
		put_commands(out, &places);
	buf_put_text(out, ".SH OPTIONS\n");
	put_options(out, command, (struct heading){".SS ", ""});
	buf_put_text(out, ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\n"
		"Explain the command; every command has it.\n");
	if (command != top && command->children)
		buf_put_text(out, ".SH COMMANDS\n");
	for (size_t i = 1; command != top && i < places.n; i++)
		if (is_below(&places.at[i], place))
			put_part(out, &places.at[i]);
	if (command == top) {
		buf_put_text(out, exit_status);
		buf_put_text(out, files);
	}
	put_see_also(out, &places, command);
}
