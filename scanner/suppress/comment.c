/*
 * Comments that ask not to report what is on their line.
 *
 *	stanch:allow			any rule
 *	stanch:allow REASON...
 *	stanch:allow RULE[,RULE...] REASON...	when RULE is a rule's id
 *	stanch:allow=RULE[,RULE...] REASON...	also `:RULE` and `(RULE)`
 *	stanch:allow-next-line ...	the same, on the line before
 *	gitleaks:allow, trufflehog:ignore	any rule
 *
 * A '*' ends an id that stands for all that begin so. Behind '=', ':' or '('
 * a misspelt rule allows nothing; as a plain word it would pass for the first
 * word of a reason, so an id that no rule has is better written there.
 */
#include "suppress/internal.h"

#include "base/banned.h"

static const struct {
	const char *mark;
	const char *shown;
	bool names_rules;
} marks[] = {
	{"stanch:allow-next-line", "stanch:allow-next-line", true},
	{"stanch:allow", "stanch:allow", true},
	{"gitleaks:allow", "gitleaks:allow", false},
	{"trufflehog:ignore", "trufflehog:ignore", false},
};
#define MARKS (sizeof(marks) / sizeof(marks[0]))

static bool is_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
	       c == '*' || c == ',';
}

static size_t word_length(bytes text)
{
	size_t n = 0;

	while (n < text.n && is_word(text.at[n]))
		n++;
	return n;
}

static bool id_fits(bytes id, const char *rule)
{
	if (id.n && id.at[id.n - 1] == '*')
		return bytes_starts(bytes_text(rule), bytes_take(id, id.n - 1));
	return bytes_equal(id, bytes_text(rule));
}

static bool list_fits(bytes list, const char *rule)
{
	while (list.n) {
		bytes id;

		bytes_cut(list, ',', &id, &list);
		if (id.n && id_fits(id, rule))
			return true;
	}
	return false;
}

/* Is each of the words one that some rule answers to? */
static bool are_ids(bytes list, const struct ruleset *rules)
{
	while (list.n && rules) {
		bool is_known = false;
		bytes id;

		bytes_cut(list, ',', &id, &list);
		for (size_t i = 0; i < ruleset_count(rules) && !is_known; i++)
			is_known = id.n > 1 &&
				   id_fits(id, ruleset_rule(rules, i)->id);
		if (!is_known)
			return false;
	}
	return rules != NULL;
}

/* Without what joins it to the mark, and what closes a comment. */
static bytes trim_reason(bytes text)
{
	static const char *const closers[] = {"*/", "-->", "#}", "%>", "--]]",
		"*)", "|#"};

	text = bytes_trim(text);
	for (size_t i = 0; i < sizeof(closers) / sizeof(closers[0]); i++)
		if (bytes_ends(text, bytes_text(closers[i])))
			text = bytes_trim(bytes_take(text,
				text.n - strlen(closers[i])));
	while (text.n && text.at[0] && strchr(")]:;-,.", text.at[0]))
		text = bytes_trim(bytes_drop(text, 1));
	for (size_t i = 0; i < text.n; i++)
		if (text.at[i] == '\0')
			text.n = i;
	return text;
}

/* What stands behind a mark of ours: which rules, and why. */
static bool read_tail(bytes tail, const struct rule *rule,
	const struct ruleset *rules, bytes *reason)
{
	bool is_named = tail.n && tail.at[0] && strchr("=:(", tail.at[0]);
	bytes word = bytes_drop(tail, is_named);
	bytes rest;

	if (!is_named)
		word = bytes_trim(tail);
	rest = bytes_drop(word, word_length(word));
	word.n = word_length(word);
	/* "stanch:allow: reason" is a reason, with a blank before it. */
	if (is_named && word.n == 0 && tail.at[0] != ':')
		return false;
	if (word.n && (is_named || are_ids(word, rules))) {
		*reason = trim_reason(rest);
		return list_fits(word, rule->id);
	}
	*reason = trim_reason(tail);
	return true;
}

/* The mark that the text begins with, or MARKS. */
static size_t mark_at(bytes text)
{
	size_t i = 0;

	while (i < MARKS && !bytes_starts(text, bytes_text(marks[i].mark)))
		i++;
	if (i < MARKS) {
		bytes tail = bytes_drop(text, strlen(marks[i].mark));

		/* "stanch:allowed" is another word. */
		if (tail.n && is_word(tail.at[0]) && tail.at[0] != ',' &&
			tail.at[0] != '.')
			return MARKS;
	}
	return i;
}

bool suppress_comment(bytes allow, const struct rule *rule,
	const struct ruleset *rules, bytes *reason, const char **mark)
{
	for (; allow.n; allow = bytes_drop(allow, 1)) {
		size_t i = mark_at(allow);
		bytes tail;

		if (i == MARKS)
			continue;
		tail = bytes_drop(allow, strlen(marks[i].mark));
		*mark = marks[i].shown;
		if (!marks[i].names_rules) {
			*reason = trim_reason(tail);
			return true;
		}
		if (read_tail(tail, rule, rules, reason))
			return true;
	}
	return false;
}
