/*
 * Allowlists of the gitleaks format, and the check that every pattern of a
 * rule file passes before it is kept.
 */
#include "ruleset/load.h"

#include "base/limits.h"

#include "base/banned.h"

enum status ruleset_check_pattern(struct load *l, const struct toml_node *at,
	const char *regex, const struct pattern **out)
{
	size_t n = strlen(regex), offset;
	size_t limit = l->origin == RULESET_OURS ? LIMIT_PATTERN
						 : LIMIT_PATTERN_FOREIGN;
	struct pattern_problem problem;
	const struct pattern *pattern;
	char text[128];

	if (n > limit)
		return ruleset_fail(l, at,
			"the pattern has %zu bytes; %zu are allowed", n, limit);
	arena_reset(l->scratch);
	pattern = pattern_parse(l->scratch, bytes_text(regex), &problem);
	if (pattern == NULL)
		return ruleset_fail(l, at, "pattern, byte %zu: %s",
			problem.offset + 1, problem.text);
	if (!pattern_compiles(regex, &offset, text))
		return ruleset_fail(l, at, "pattern, byte %zu: PCRE2 says: %s",
			offset, text);
	if (out)
		*out = pattern;
	return OK;
}

struct allow_draft {
	struct rule_allowlist list;
	struct text_list regexes, paths, stopwords, commits, rules;
	const char *condition, *target;
};

enum { ALLOW_REGEXES, ALLOW_PATHS, ALLOW_CONDITION, ALLOW_TARGET };

static const struct key allow_keys[] = {
	[ALLOW_REGEXES] = {"regexes", false, ruleset_read_list,
		offsetof(struct allow_draft, regexes)},
	[ALLOW_PATHS] = {"paths", false, ruleset_read_list,
		offsetof(struct allow_draft, paths)},
	[ALLOW_CONDITION] = {"condition", false, ruleset_read_text,
		offsetof(struct allow_draft, condition)},
	[ALLOW_TARGET] = {"regexTarget", false, ruleset_read_text,
		offsetof(struct allow_draft, target)},
	{"stopwords", false, ruleset_read_lowered,
		offsetof(struct allow_draft, stopwords)},
	{"commits", false, ruleset_read_lowered,
		offsetof(struct allow_draft, commits)},
	{"targetRules", false, ruleset_read_list,
		offsetof(struct allow_draft, rules)},
	{"description", false, ruleset_read_ignored, 0},
};
static const struct key_table allow_table = {allow_keys,
	KEY_COUNT(allow_keys), "an allowlist"};

static enum status read_condition(const struct load *l,
	const struct toml_node *at, const char *text, bool *all)
{
	static const struct {
		const char *name;
		bool all;
	} conditions[] = {{"or", false}, {"||", false}, {"and", true},
		{"&&", true}};

	for (size_t i = 0; i < 4; i++)
		if (bytes_equal_nocase(bytes_text(text),
			    bytes_text(conditions[i].name))) {
			*all = conditions[i].all;
			return OK;
		}
	return ruleset_fail(l, at, "'condition' is OR or AND");
}

static enum status read_target(const struct load *l,
	const struct toml_node *at, const char *text,
	struct rule_allowlist *list)
{
	if (strcmp(text, "secret") == 0)
		list->target = ALLOW_SECRET;
	else if (strcmp(text, "match") == 0)
		list->target = ALLOW_MATCH;
	else if (strcmp(text, "line") == 0)
		list->target = ALLOW_LINE;
	else
		return ruleset_fail(l, at,
			"'regexTarget' is secret, match or line");
	return OK;
}

static enum status check_patterns(struct load *l, const struct toml_node *at,
	const struct text_list *patterns)
{
	for (size_t i = 0; i < patterns->n; i++) {
		enum status status = ruleset_check_pattern(l,
			ruleset_toml_item(at, i), patterns->at[i], NULL);

		if (status != OK)
			return status;
	}
	return OK;
}

static enum status read_allowlist(struct load *l,
	const struct toml_node *node, struct rule_allowlist *out)
{
	struct allow_draft d = {0};
	const struct toml_node *at[KEY_COUNT(allow_keys)] = {0};
	enum status status = ruleset_read_table(l, &allow_table, node, &d, at);

	if (status == OK && d.condition)
		status = read_condition(l, at[ALLOW_CONDITION], d.condition,
			&d.list.all);
	if (status == OK && d.target)
		status = read_target(l, at[ALLOW_TARGET], d.target, &d.list);
	if (status == OK)
		status = check_patterns(l, at[ALLOW_REGEXES], &d.regexes);
	if (status == OK)
		status = check_patterns(l, at[ALLOW_PATHS], &d.paths);
	if (status != OK)
		return status;
	if (d.regexes.n + d.paths.n + d.stopwords.n + d.commits.n == 0)
		return ruleset_fail(l, node, "an allowlist needs commits, "
			"paths, regexes or stopwords");
	d.list.regexes = d.regexes.at;
	d.list.regex_count = d.regexes.n;
	d.list.paths = d.paths.at;
	d.list.path_count = d.paths.n;
	d.list.stopwords = d.stopwords.at;
	d.list.stopword_count = d.stopwords.n;
	d.list.commits = d.commits.at;
	d.list.commit_count = d.commits.n;
	d.list.rules = d.rules.at;
	d.list.rule_count = d.rules.n;
	*out = d.list;
	return OK;
}

enum status ruleset_read_allowlists(struct load *l,
	const struct toml_entry *entry, void *field)
{
	struct allowlists *lists = field;
	bool many = ruleset_toml_kind(entry->value) == TOML_ARRAY;
	size_t count = many ? ruleset_toml_count(entry->value) : 1;
	struct rule_allowlist *grown =
		arena_array(l->arena, lists->n + count + 1, sizeof(*grown));

	if (grown == NULL)
		return ruleset_load_no_memory(l);
	if (lists->n)
		memcpy(grown, lists->at, lists->n * sizeof(*grown));
	for (size_t i = 0; i < count; i++) {
		enum status status = read_allowlist(l,
			many ? ruleset_toml_item(entry->value, i)
			     : entry->value, &grown[lists->n + i]);

		if (status != OK)
			return status;
	}
	*lists = (struct allowlists){grown, lists->n + count};
	return OK;
}
