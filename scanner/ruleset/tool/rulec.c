/*
 * rulec: rule files -> a C file of constant data.
 *
 *   rulec [--check] FILE...
 *
 * Run by the build. Loads the files as ours, lints every rule, and prints
 * what ruleset/builtin.h declares. All broken rules are reported, not the
 * first alone; any complaint fails the build. --check prints no C.
 *
 * Strings are written with octal escapes for all but plain characters, so no
 * trigraph, quote or encoding can surprise the compiler. A list of no
 * elements is written as NULL.
 */
#include "ruleset/builtin.h"
#include "ruleset/internal.h"
#include "ruleset/tool/put.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/banned.h"

/* The loader offers the built-in rules to files that extend them: none. */
const struct ruleset_builtin ruleset_builtin_data = {.rule_count = 0};

void put_text(const char *text)
{
	size_t column = 0;

	if (text == NULL) {
		fputs("NULL", stdout);
		return;
	}
	putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		/* A line of a C file may be long, not endless. */
		if (++column % 500 == 0)
			fputs("\"\n\"", stdout);
		if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '?')
			printf("\\%03o", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void put_bytes(bytes data)
{
	fputs("{(const unsigned char *)\"", stdout);
	for (size_t i = 0; i < data.n; i++)
		printf("\\%03o", data.at[i]);
	printf("\", %zu}", data.n);
}

/* A list of texts as a named array; nothing for an empty one. */
static void put_list(const char *name, size_t i, const char *const *list,
	size_t count)
{
	if (count == 0)
		return;
	printf("static const char *const %s_%zu[] = {\n", name, i);
	for (size_t j = 0; j < count; j++) {
		putchar('\t');
		put_text(list[j]);
		fputs(",\n", stdout);
	}
	fputs("};\n", stdout);
}

/* The fields that point to such a list. */
static void use_list(const char *field, const char *counter,
	const char *name, size_t i, size_t count)
{
	if (count)
		printf("\t.%s = %s_%zu, .%s = %zu,\n", field, name, i,
			counter, count);
}

static void put_anchors(const char *name, size_t i,
	const struct rule_anchor *anchors, size_t count)
{
	if (count == 0)
		return;
	printf("static const struct rule_anchor %s_%zu[] = {\n", name, i);
	for (size_t j = 0; j < count; j++) {
		fputs("\t{", stdout);
		put_bytes(anchors[j].literal);
		printf(", %d, %u},\n", anchors[j].fold, anchors[j].encodings);
	}
	fputs("};\n", stdout);
}

static void put_set(const char *field, const struct charset *set)
{
	if (!charset_is_empty(set))
		printf("\t.%s = {{0x%" PRIx64 "u, 0x%" PRIx64 "u, 0x%" PRIx64
		       "u, 0x%" PRIx64 "u}},\n", field, set->word[0],
			set->word[1], set->word[2], set->word[3]);
}

static void put_field(const char *field, const char *text)
{
	if (text == NULL)
		return;
	printf("\t.%s = ", field);
	put_text(text);
	fputs(",\n", stdout);
}

static void put_number(const char *field, uint64_t number)
{
	if (number)
		printf("\t.%s = %" PRIu64 ",\n", field, number);
}

/* `name`_i_j: the texts of an allowlist, before the list itself. */
static void put_allowlist_texts(const char *name,
	const struct rule_allowlist *list, size_t j)
{
	char label[64];

	snprintf(label, sizeof(label), "%s_regexes", name);
	put_list(label, j, list->regexes, list->regex_count);
	snprintf(label, sizeof(label), "%s_paths", name);
	put_list(label, j, list->paths, list->path_count);
	snprintf(label, sizeof(label), "%s_stopwords", name);
	put_list(label, j, list->stopwords, list->stopword_count);
	snprintf(label, sizeof(label), "%s_commits", name);
	put_list(label, j, list->commits, list->commit_count);
	snprintf(label, sizeof(label), "%s_rules", name);
	put_list(label, j, list->rules, list->rule_count);
}

static void use_part(const char *name, const char *part, const char *field,
	const char *counter, size_t j, size_t count)
{
	char label[64];

	snprintf(label, sizeof(label), "%s_%s", name, part);
	use_list(field, counter, label, j, count);
}

static void put_allowlists(const char *name,
	const struct rule_allowlist *lists, size_t count)
{
	for (size_t j = 0; j < count; j++)
		put_allowlist_texts(name, &lists[j], j);
	if (count == 0)
		return;
	printf("static const struct rule_allowlist %s[] = {\n", name);
	for (size_t j = 0; j < count; j++) {
		const struct rule_allowlist *one = &lists[j];

		printf("\t{.all = %d, .target = %d,\n", one->all,
			(int)one->target);
		use_part(name, "regexes", "regexes", "regex_count", j,
			one->regex_count);
		use_part(name, "paths", "paths", "path_count", j,
			one->path_count);
		use_part(name, "stopwords", "stopwords", "stopword_count", j,
			one->stopword_count);
		use_part(name, "commits", "commits", "commit_count", j,
			one->commit_count);
		use_part(name, "rules", "rules", "rule_count", j,
			one->rule_count);
		fputs("\t},\n", stdout);
	}
	fputs("};\n", stdout);
}

static void put_companions(const struct rule *rule, size_t i)
{
	if (rule->companion_count == 0)
		return;
	printf("static const struct rule_companion companions_%zu[] = {\n", i);
	for (size_t j = 0; j < rule->companion_count; j++) {
		const struct rule_companion *one = &rule->companions[j];

		fputs("\t{", stdout);
		put_text(one->rule);
		printf(", %u, %d, %d},\n", one->within, one->required,
			one->raises);
	}
	fputs("};\n", stdout);
}

static void put_examples(const struct rule *rule, size_t i)
{
	if (rule->example_count == 0)
		return;
	printf("static const struct rule_example examples_%zu[] = {\n", i);
	for (size_t j = 0; j < rule->example_count; j++) {
		fputs("\t{", stdout);
		put_text(rule->examples[j].text);
		printf(", %d},\n", rule->examples[j].counter);
	}
	fputs("};\n", stdout);
}

/* All that rule number i points to. */
static void put_parts(const struct rule *rule, size_t i)
{
	char label[32];

	put_anchors("anchors", i, rule->anchors, rule->anchor_count);
	put_list("keywords", i, rule->keywords, rule->keyword_count);
	put_list("args", i, rule->check.args, rule->check.arg_count);
	put_list("stopwords", i, rule->stopwords, rule->stopword_count);
	put_list("tags", i, rule->tags, rule->tag_count);
	put_list("references", i, rule->references, rule->reference_count);
	snprintf(label, sizeof(label), "allow_%zu", i);
	put_allowlists(label, rule->allowlists, rule->allowlist_count);
	put_companions(rule, i);
	put_examples(rule, i);
}

/* The first rule that has this block: rules share them. */
static size_t first_with(const struct ruleset *set,
	const struct request_block *block)
{
	size_t i = 0;

	while (ruleset_rule(set, i)->verify != block &&
		ruleset_rule(set, i)->revoke != block)
		i++;
	return i;
}

static void put_blocks(const struct ruleset *set, size_t i)
{
	const struct rule *rule = ruleset_rule(set, i);
	char label[32];

	snprintf(label, sizeof(label), "verify_%zu", i);
	if (rule->verify && first_with(set, rule->verify) == i)
		put_block(label, rule->verify);
	snprintf(label, sizeof(label), "revoke_%zu", i);
	if (rule->revoke && first_with(set, rule->revoke) == i)
		put_block(label, rule->revoke);
}

static void put_check(const struct rule_check *check, size_t i)
{
	put_field("check.name", check->name);
	put_field("check.encoding", check->encoding);
	use_list("check.args", "check.arg_count", "args", i,
		check->arg_count);
	put_number("check.skip", check->skip);
	put_number("check.gap", check->gap);
	put_number("check.width", check->width);
	put_number("check.drop_on_fail", check->drop_on_fail);
}

static void put_texts(const struct rule *rule)
{
	put_field("id", rule->id);
	put_field("description", rule->description);
	put_field("provider", rule->provider);
	put_field("regex", rule->regex);
	put_field("path", rule->path);
	put_field("severity", rule->severity);
	put_field("mend", rule->mend);
	put_field("file", rule->file);
}

static void put_numbers(const struct rule *rule)
{
	printf("\t.finder = (enum rule_finder)%d,\n", (int)rule->finder);
	printf("\t.confidence = (enum confidence)%d,\n",
		(int)rule->confidence);
	put_number("has_confidence", rule->has_confidence);
	put_number("foreign", rule->foreign);
	put_number("guessable", rule->guessable);
	put_number("helper", rule->helper);
	put_number("keep_placeholders", rule->keep_placeholders);
	put_number("builtin", 1);
	put_number("near", rule->near);
	put_number("lead", rule->lead);
	put_number("width", rule->width);
	put_number("run_length", rule->run_length);
	put_number("secret_group", rule->secret_group);
	if (rule->entropy > 0)
		printf("\t.entropy = %.6ff,\n", (double)rule->entropy);
	put_number("min_digits", rule->min_digits);
	put_number("min_upper", rule->min_upper);
	put_number("min_lower", rule->min_lower);
	put_number("specificity", rule->specificity);
	put_number("encodings", rule->encodings);
	put_number("line", rule->line);
	put_set("run_set", &rule->run_set);
	put_set("not_before", &rule->not_before);
	put_set("not_after", &rule->not_after);
}

static void put_rule(const struct ruleset *set, size_t i)
{
	const struct rule *rule = ruleset_rule(set, i);

	fputs("{\n", stdout);
	put_texts(rule);
	put_numbers(rule);
	put_check(&rule->check, i);
	use_list("anchors", "anchor_count", "anchors", i, rule->anchor_count);
	use_list("keywords", "keyword_count", "keywords", i,
		rule->keyword_count);
	use_list("stopwords", "stopword_count", "stopwords", i,
		rule->stopword_count);
	use_list("tags", "tag_count", "tags", i, rule->tag_count);
	use_list("references", "reference_count", "references", i,
		rule->reference_count);
	use_list("companions", "companion_count", "companions", i,
		rule->companion_count);
	use_list("examples", "example_count", "examples", i,
		rule->example_count);
	if (rule->allowlist_count)
		printf("\t.allowlists = allow_%zu, .allowlist_count = %zu,\n",
			i, rule->allowlist_count);
	if (rule->verify)
		printf("\t.verify = &verify_%zu,\n",
			first_with(set, rule->verify));
	if (rule->revoke)
		printf("\t.revoke = &revoke_%zu,\n",
			first_with(set, rule->revoke));
	fputs("},\n", stdout);
}

static void put_decodes(const struct ruleset *set)
{
	size_t count;
	const struct rule_decode *decodes = ruleset_decodes(set, &count);

	for (size_t i = 0; i < count; i++)
		put_anchors("decode_anchors", i, decodes[i].anchors,
			decodes[i].anchor_count);
	if (count == 0)
		return;
	fputs("static const struct rule_decode decodes[] = {\n", stdout);
	for (size_t i = 0; i < count; i++) {
		fputs("{\n", stdout);
		put_field("id", decodes[i].id);
		use_list("anchors", "anchor_count", "decode_anchors", i,
			decodes[i].anchor_count);
		put_number("within", decodes[i].within);
		put_number("min_length", decodes[i].min_length);
		put_number("max_length", decodes[i].max_length);
		fputs("},\n", stdout);
	}
	fputs("};\n", stdout);
}

static void put_rules(const struct ruleset *set)
{
	size_t count = ruleset_count(set);

	for (size_t i = 0; i < count; i++) {
		put_parts(ruleset_rule(set, i), i);
		put_blocks(set, i);
	}
	if (count == 0)
		return;
	fputs("static const struct rule rules[] = {\n", stdout);
	for (size_t i = 0; i < count; i++)
		put_rule(set, i);
	fputs("};\nstatic const uint64_t digests[] = {\n", stdout);
	for (size_t i = 0; i < count; i++)
		printf("\t0x%" PRIx64 "u,\n",
			ruleset_rule_digest(ruleset_rule(set, i)));
	fputs("};\n", stdout);
}

static void put_file(const struct ruleset *set)
{
	size_t lists;
	const struct rule_allowlist *allowlists =
		ruleset_allowlists(set, &lists);

	fputs("/* Written by rulec from rules/; do not edit. */\n"
	      "#include \"ruleset/builtin.h\"\n\n", stdout);
	put_rules(set);
	put_decodes(set);
	put_allowlists("allow_global", allowlists, lists);
	fputs("const struct ruleset_builtin ruleset_builtin_data = {\n",
		stdout);
	if (ruleset_count(set))
		printf("\t.rules = rules, .digests = digests, "
		       ".rule_count = %zu,\n", ruleset_count(set));
	if (set->decode_count)
		printf("\t.decodes = decodes, .decode_count = %zu,\n",
			set->decode_count);
	if (lists)
		printf("\t.allowlists = allow_global, .allowlist_count = "
		       "%zu,\n", lists);
	fputs("};\n", stdout);
}

static void on_problem(void *context, const struct error *problem)
{
	size_t *complaints = context;

	fprintf(stderr, "%s\n", problem->text);
	(*complaints)++;
}

static void on_complaint(void *context, const struct rule *rule,
	const char *complaint)
{
	size_t *complaints = context;

	fprintf(stderr, "%s:%u:1: rule '%s': %s\n", rule->file, rule->line,
		rule->id, complaint);
	(*complaints)++;
}

static void on_warning(size_t *complaints, const char *warning)
{
	fprintf(stderr, "%s\n", warning);
	(*complaints)++;
}

int main(int argc, char **argv)
{
	struct ruleset *set = ruleset_new();
	struct error err = {.code = OK};
	size_t complaints = 0;
	bool check_only = false;

	if (set == NULL)
		return 2;
	set->problem = on_problem;
	set->problem_context = &complaints;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--check") == 0)
			check_only = true;
		else if (ruleset_add_path(set, argv[i], &err) != OK)
			on_problem(&complaints, &err);
	}
	for (size_t i = 0; i < ruleset_count(set); i++)
		ruleset_lint(ruleset_rule(set, i), on_complaint, &complaints);
	for (size_t i = 0; i < ruleset_warning_count(set); i++)
		on_warning(&complaints, ruleset_warning(set, i));
	/* One file alone may name companions that stand in another. */
	if (ruleset_count(set) && ruleset_freeze(set, &err) != OK) {
		fprintf(stderr, "%s\n", err.text);
		complaints += !check_only;
	}
	if (complaints == 0 && !check_only)
		put_file(set);
	else
		fprintf(stderr, "rulec: %zu rules, %zu complaints\n",
			ruleset_count(set), complaints);
	ruleset_free(set);
	return complaints != 0 || fflush(stdout) != 0;
}
