/* complete: what the three shells' completions share. */
#include "papers/internal.h"

#include <stdio.h>

#include "base/banned.h"

static void add(struct papers_places *out, const struct args_command *command,
	const char *parent)
{
	struct papers_place *place = &out->at[out->n];

	if (out->n == PAPERS_COMMANDS)
		return;
	out->n++;
	place->command = command;
	snprintf(place->path, sizeof(place->path), "%s%s%s", parent,
		*parent ? " " : "", command->name);
	/* as deep as the tables are: two or three */
	for (size_t i = 0; command->children && command->children[i]; i++)
		add(out, command->children[i], place->path);
}

void papers_places_fill(struct papers_places *out,
	const struct args_command *top)
{
	out->n = 0;
	add(out, top, "");
}

enum papers_value papers_value_of(const char *takes)
{
	static const struct {
		const char *name;
		enum papers_value value;
	} values[] = {
		{"COMMAND", PAPERS_NAMES},
		{"DIR", PAPERS_FILES},
		{"DIRECTORY", PAPERS_FILES},
		{"FILE", PAPERS_FILES},
		{"ID", PAPERS_RULES},
		{"LOG", PAPERS_FILES},
		{"NEW", PAPERS_FILES},
		{"OLD", PAPERS_FILES},
		{"PATH", PAPERS_FILES},
		{"POLICY", PAPERS_FILES},
		{"REPORT", PAPERS_FILES},
		{"REPOSITORY", PAPERS_FILES},
		{"TARGET", PAPERS_FILES},
	};
	bytes name;

	if (takes == NULL)
		return PAPERS_NOTHING;
	takes += strspn(takes, "[<");
	name = bytes_of(takes,
		strspn(takes, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (bytes_equal(name, bytes_text(values[i].name)))
			return values[i].value;
	return PAPERS_NOTHING;
}

bool papers_is_shown(const struct args_option *option)
{
	return option->kind != ARGS_LATER;
}

void papers_put_words(struct buf *out, const char *const *words)
{
	for (size_t i = 0; words[i] != NULL; i++)
		buf_printf(out, "%s%s", i ? " " : "", words[i]);
}

void papers_put_children(struct buf *out, const struct args_command *command)
{
	for (size_t i = 0; command->children && command->children[i]; i++)
		buf_printf(out, "%s%s", i ? " " : "",
			command->children[i]->name);
}

void papers_put_quoted(struct buf *out, const char *text, const char *quote)
{
	buf_put_byte(out, '\'');
	for (; *text; text++)
		if (*text == '\'')
			buf_put_text(out, quote);
		else
			buf_put_byte(out, (unsigned char)*text);
	buf_put_byte(out, '\'');
}

void papers_put_path(struct buf *out, const char *path, char to)
{
	path = strchr(path, ' ');
	for (path = path ? path + 1 : ""; *path; path++)
		buf_put_byte(out, (unsigned char)(*path == ' ' ? to : *path));
}

void papers_complete(const struct args_command *top, enum papers_shell shell,
	struct buf *out)
{
	struct papers_places places;

	papers_places_fill(&places, top);
	switch (shell) {
	case PAPERS_BASH:
		papers_complete_bash(&places, out);
		break;
	case PAPERS_ZSH:
		papers_complete_zsh(&places, out);
		break;
	case PAPERS_FISH:
		papers_complete_fish(&places, out);
		break;
	}
}
