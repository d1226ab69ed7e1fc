/*
 * One [[rules]] table -> struct rule.
 *
 * Where a foreign file extends others and names a rule that is known, what
 * the file says replaces the text keys and is appended to the lists, as
 * gitleaks merges; the rest of the known rule stays.
 */
#include "ruleset/load.h"

#include "base/limits.h"

#include "base/banned.h"

#define RULE_ID_MAX 128

struct check_draft {
	struct rule_check check;
	struct text_list args;
	const char *on_fail;
};

static const struct key check_keys[] = {
	{"name", true, ruleset_read_text,
		offsetof(struct check_draft, check.name)},
	{"args", true, ruleset_read_list, offsetof(struct check_draft, args)},
	{"skip", true, ruleset_read_short,
		offsetof(struct check_draft, check.skip)},
	{"gap", true, ruleset_read_short,
		offsetof(struct check_draft, check.gap)},
	{"width", true, ruleset_read_short,
		offsetof(struct check_draft, check.width)},
	{"encoding", true, ruleset_read_text,
		offsetof(struct check_draft, check.encoding)},
	{"onFail", true, ruleset_read_text,
		offsetof(struct check_draft, on_fail)},
};
static const struct key_table check_table = {check_keys,
	KEY_COUNT(check_keys), "[rules.check]"};

static enum status read_check(struct load *l, const struct toml_entry *entry,
	void *field)
{
	struct rule_check *out = field;
	struct check_draft d = {0};
	enum status status =
		ruleset_read_table(l, &check_table, entry->value, &d, NULL);

	if (status != OK)
		return status;
	if (d.check.name == NULL)
		return ruleset_fail(l, entry->value,
			"[rules.check] needs a name");
	if (d.on_fail && strcmp(d.on_fail, "drop") != 0 &&
		strcmp(d.on_fail, "low") != 0)
		return ruleset_fail(l, entry->value,
			"'onFail' is low or drop");
	*out = d.check;
	out->args = d.args.at;
	out->arg_count = d.args.n;
	out->drop_on_fail = d.on_fail && strcmp(d.on_fail, "drop") == 0;
	return OK;
}

static const struct key companion_keys[] = {
	{"rule", true, ruleset_read_text,
		offsetof(struct rule_companion, rule)},
	{"within", true, ruleset_read_count,
		offsetof(struct rule_companion, within)},
	{"required", true, ruleset_read_flag,
		offsetof(struct rule_companion, required)},
	{"raises", true, ruleset_read_flag,
		offsetof(struct rule_companion, raises)},
};
static const struct key_table companion_table = {companion_keys,
	KEY_COUNT(companion_keys), "a companion"};

/* gitleaks' [[rules.required]]; its columns are not looked at. */
static const struct key required_keys[] = {
	{"id", false, ruleset_read_text,
		offsetof(struct rule_companion, rule)},
	{"withinLines", false, ruleset_read_count,
		offsetof(struct rule_companion, within)},
	{"withinColumns", false, ruleset_read_ignored, 0},
};
static const struct key_table required_table = {required_keys,
	KEY_COUNT(required_keys), "[[rules.required]]"};

static enum status read_pairs(struct load *l, const struct toml_entry *entry,
	const struct key_table *table, struct rule *rule)
{
	size_t count = ruleset_toml_count(entry->value);
	size_t old = rule->companion_count;
	struct rule_companion *grown =
		arena_array(l->arena, old + count + 1, sizeof(*grown));

	if (ruleset_toml_kind(entry->value) != TOML_ARRAY)
		return ruleset_fail(l, entry->value,
			"%s must be an array of tables", table->what);
	if (grown == NULL)
		return ruleset_load_no_memory(l);
	if (old)
		memcpy(grown, rule->companions, old * sizeof(*grown));
	for (size_t i = 0; i < count; i++) {
		const struct toml_node *node =
			ruleset_toml_item(entry->value, i);
		struct rule_companion *one = &grown[old + i];
		enum status status;

		one->required = table == &required_table;
		status = ruleset_read_table(l, table, node, one, NULL);
		if (status != OK)
			return status;
		if (one->rule == NULL)
			return ruleset_fail(l, node, "%s names no rule",
				table->what);
		/* 0 lines is "the same line" there, "anywhere" here. */
		if (one->required && ruleset_key(node, "withinLines") &&
			one->within == 0)
			one->within = 1;
	}
	rule->companions = grown;
	rule->companion_count = old + count;
	return OK;
}

static enum status read_companions(struct load *l,
	const struct toml_entry *entry, void *field)
{
	return read_pairs(l, entry, &companion_table, field);
}

static enum status read_required(struct load *l,
	const struct toml_entry *entry, void *field)
{
	return read_pairs(l, entry, &required_table, field);
}

static enum status read_confidence(struct load *l,
	const struct toml_entry *entry, void *field)
{
	struct rule *rule = field;
	const char *text;
	enum status status = ruleset_read_text(l, entry, &text);
	enum confidence c;

	if (status != OK)
		return status;
	if (!confidence_parse(bytes_text(text), &c) ||
		c == CONFIDENCE_CERTAIN)
		return ruleset_fail(l, entry->value, "'confidence' is low, "
			"medium or high; certain comes from a passed check");
	rule->confidence = c;
	rule->has_confidence = true;
	return OK;
}

#define FIELD(member) offsetof(struct draft, member)

static const struct key rule_keys[] = {
	[RULE_KEY_REGEX] = {"regex", false, ruleset_read_text, FIELD(regex)},
	[RULE_KEY_PATH] = {"path", false, ruleset_read_text, FIELD(path)},
	[RULE_KEY_ANCHORS] = {"anchors", true, ruleset_read_list,
		FIELD(anchors)},
	[RULE_KEY_ANCHORS_NOCASE] = {"anchorsNocase", true,
		ruleset_read_lowered, FIELD(anchors_nocase)},
	[RULE_KEY_KEYWORDS] = {"keywords", false, ruleset_read_lowered,
		FIELD(keywords)},
	[RULE_KEY_NEAR] = {"near", true, ruleset_read_count,
		FIELD(rule.near)},
	[RULE_KEY_RUN] = {"run", true, ruleset_read_charset,
		FIELD(rule.run_set)},
	[RULE_KEY_RUN_LENGTH] = {"runLength", true, ruleset_read_count,
		FIELD(rule.run_length)},
	[RULE_KEY_SECRET_GROUP] = {"secretGroup", false, ruleset_read_count,
		FIELD(rule.secret_group)},
	[RULE_KEY_ENCODINGS] = {"encodings", true, ruleset_read_encodings,
		FIELD(rule.encodings)},
	[RULE_KEY_CONFIDENCE] = {"confidence", true, read_confidence,
		FIELD(rule)},
	{"id", false, ruleset_read_text, FIELD(rule.id)},
	{"description", false, ruleset_read_text, FIELD(rule.description)},
	{"provider", true, ruleset_read_text, FIELD(rule.provider)},
	{"severity", true, ruleset_read_text, FIELD(rule.severity)},
	{"mend", true, ruleset_read_text, FIELD(rule.mend)},
	{"notBefore", true, ruleset_read_charset, FIELD(rule.not_before)},
	{"notAfter", true, ruleset_read_charset, FIELD(rule.not_after)},
	{"entropy", false, ruleset_read_number, FIELD(rule.entropy)},
	{"minDigits", true, ruleset_read_byte, FIELD(rule.min_digits)},
	{"minUpper", true, ruleset_read_byte, FIELD(rule.min_upper)},
	{"minLower", true, ruleset_read_byte, FIELD(rule.min_lower)},
	{"stopwords", true, ruleset_read_lowered, FIELD(stopwords)},
	{"keepPlaceholders", true, ruleset_read_flag,
		FIELD(rule.keep_placeholders)},
	{"specificity", true, ruleset_read_count, FIELD(rule.specificity)},
	{"guessable", true, ruleset_read_flag, FIELD(rule.guessable)},
	{"helper", true, ruleset_read_flag, FIELD(rule.helper)},
	{"skipReport", false, ruleset_read_flag, FIELD(rule.helper)},
	{"tags", false, ruleset_read_list, FIELD(tags)},
	{"references", true, ruleset_read_list, FIELD(references)},
	{"examples", true, ruleset_read_list, FIELD(examples)},
	{"counterexamples", true, ruleset_read_list, FIELD(counterexamples)},
	{"check", true, read_check, FIELD(rule.check)},
	{"verify", true, ruleset_read_request, FIELD(rule.verify)},
	{"revoke", true, ruleset_read_request, FIELD(rule.revoke)},
	{"companions", true, read_companions, FIELD(rule)},
	{"required", false, read_required, FIELD(rule)},
	{"allowlist", false, ruleset_read_allowlists, FIELD(allowlists)},
	{"allowlists", false, ruleset_read_allowlists, FIELD(allowlists)},
};
static const struct key_table rule_table = {rule_keys, KEY_COUNT(rule_keys),
	"a rule"};

static enum status is_our_key(void *context, const struct toml_entry *entry,
	struct error *err)
{
	bool *ours = context;

	(void)err;
	for (size_t i = 0; i < KEY_COUNT(rule_keys); i++)
		*ours |= rule_keys[i].ours && bytes_equal(entry->key,
					bytes_text(rule_keys[i].name));
	return OK;
}

bool ruleset_is_ours(const struct toml_node *table)
{
	bool ours = false;

	return ruleset_toml_each(table, is_our_key, &ours, NULL) == OK && ours;
}

/* A list after what the rule that is extended has. */
static bool join(struct arena *arena, const char *const *old, size_t n,
	struct text_list *list)
{
	const char **both;

	if (n == 0)
		return true;
	both = arena_array(arena, n + list->n, sizeof(*both));
	if (both == NULL)
		return false;
	memcpy(both, old, n * sizeof(*both));
	if (list->n)
		memcpy(both + n, list->at, list->n * sizeof(*both));
	*list = (struct text_list){both, n + list->n};
	return true;
}

static enum status finish_lists(struct load *l, struct draft *d)
{
	struct rule *rule = &d->rule;
	size_t n = d->examples.n + d->counterexamples.n;
	struct rule_example *examples =
		arena_array(l->arena, n ? n : 1, sizeof(*examples));

	if (examples == NULL ||
		!join(l->arena, rule->tags, rule->tag_count, &d->tags) ||
		!join(l->arena, rule->keywords, rule->keyword_count,
			&d->keywords))
		return ruleset_load_no_memory(l);
	/* Any match of the known rule is enabled, and stays so. */
	if (d->extended && rule->keyword_count == 0)
		d->keywords.n = 0;
	for (size_t i = 0; i < n; i++)
		examples[i] = i < d->examples.n
			? (struct rule_example){d->examples.at[i], false}
			: (struct rule_example){d->counterexamples.at[
				i - d->examples.n], true};
	if (n) {
		rule->examples = examples;
		rule->example_count = n;
	}
	rule->tags = d->tags.at;
	rule->tag_count = d->tags.n;
	rule->keywords = d->keywords.at;
	rule->keyword_count = d->keywords.n;
	rule->allowlists = d->allowlists.at;
	rule->allowlist_count = d->allowlists.n;
	if (d->references.n) {
		rule->references = d->references.at;
		rule->reference_count = d->references.n;
	}
	if (d->stopwords.n) {
		rule->stopwords = d->stopwords.at;
		rule->stopword_count = d->stopwords.n;
	}
	return OK;
}

static bool is_plain_id(const char *id)
{
	for (; *id; id++)
		if (!(*id >= 'a' && *id <= 'z') &&
			!(*id >= '0' && *id <= '9') && *id != '-')
			return false;
	return true;
}

/* The id, first of all: errors name it. */
static enum status read_id(struct load *l, const struct toml_node *table,
	const char **id)
{
	const struct toml_node *node = ruleset_key(table, "id");
	struct toml_entry entry = {bytes_text("id"), 0, 0, node};
	enum status status;

	if (ruleset_toml_kind(table) != TOML_TABLE)
		return ruleset_fail(l, table, "'rules' must be [[rules]]");
	if (node == NULL)
		return ruleset_fail(l, table, "a rule needs an id");
	status = ruleset_read_text(l, &entry, id);
	if (status != OK)
		return status;
	if (**id == '\0' || strlen(*id) > RULE_ID_MAX)
		return ruleset_fail(l, node, "an id has 1 to %d characters",
			RULE_ID_MAX);
	if (l->origin == RULESET_OURS && !is_plain_id(*id))
		return ruleset_fail(l, node, "id '%s' may hold only lower "
			"case letters, digits and hyphens", *id);
	return OK;
}

/* What a rule is before its keys are read. */
static void begin(const struct load *l, struct draft *d,
	const struct rule *known)
{
	if (known) {
		d->extended = true;
		d->rule = *known;
		d->rule.has_confidence = true;
		d->regex = known->regex;
		d->path = known->path;
		d->allowlists = (struct allowlists){known->allowlists,
			known->allowlist_count};
		return;
	}
	d->rule.specificity = 100;
	d->rule.confidence = CONFIDENCE_MEDIUM;
	d->rule.file = l->file;
	d->rule.line = ruleset_toml_line(d->table);
	d->rule.foreign = l->origin == RULESET_FOREIGN;
}

static void defaults(struct draft *d)
{
	struct rule *rule = &d->rule;

	if (rule->description == NULL)
		rule->description = rule->id;
	if (rule->foreign && rule->provider == NULL)
		rule->provider = "custom";
	if (rule->provider == NULL)
		rule->provider = "";
	if (rule->severity == NULL)
		rule->severity = rule->foreign ? "high" : "";
	if (rule->encodings == 0)
		rule->encodings = rule->near && !rule->foreign
			? ENCODING_BIT(ENCODING_PLAIN) : ENCODING_ALL;
}

/* A foreign rule without regex or path, that no known rule completes. */
static enum status incomplete(struct load *l, const struct draft *d,
	bool *skip)
{
	if (l->extends) {
		ruleset_note(l, d->table, "extends a rule that does not exist "
			"here; passed over");
		*skip = true;
		return OK;
	}
	return ruleset_fail(l, d->table, "a rule needs a regex or a path");
}

enum status ruleset_load_rule(struct load *l, const struct toml_node *table)
{
	struct draft d = {.table = table};
	const struct ruleset_entry *known;
	struct rule *rule;
	bool skip = false;
	enum status status = read_id(l, table, &l->rule);

	if (status != OK)
		return status;
	known = ruleset_entry(l->set, l->rule);
	/* In one build an id twice is a slip; a user's file may replace. */
	if (known && l->set->problem)
		return ruleset_fail(l, table, "the id is taken by %s:%u",
			known->rule->file, known->rule->line);
	if (!l->extends)
		known = NULL;
	begin(l, &d, known ? known->rule : NULL);
	status = ruleset_read_table(l, &rule_table, table, &d, d.at);
	if (status != OK)
		return status;
	if (d.regex == NULL && d.path == NULL && d.rule.run_length == 0)
		status = incomplete(l, &d, &skip);
	if (status != OK || skip)
		return status;
	defaults(&d);
	status = finish_lists(l, &d);
	if (status == OK)
		status = ruleset_analyse(l, &d);
	if (status != OK)
		return status;
	rule = arena_alloc(l->arena, sizeof(*rule));
	if (rule == NULL)
		return ruleset_load_no_memory(l);
	*rule = d.rule;
	return ruleset_put(l->set, rule, ruleset_rule_digest(rule), l->err);
}
