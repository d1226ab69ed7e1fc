/*
 * Rule files: what loads, as what, and what is said of what does not.
 */
#include "ruleset/ruleset.h"

#include "base/limits.h"
#include "base/hash.h"
#include "check/check.h"
#include "ruleset/builtin.h"
#include "example/example.h"
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* A loaded text; `set` is NULL when it failed. */
struct loaded {
	struct ruleset *set;
	enum status status;
	struct error err;
};

static struct loaded load(const char *toml)
{
	struct loaded l = {.set = ruleset_new(), .err = {.code = OK}};

	l.status = ruleset_add_text(l.set, "t.toml", bytes_text(toml), &l.err);
	return l;
}

/* The rule that a text with one rule makes; unfrozen. */
static const struct rule *only(const struct loaded *l)
{
	CHECK_EQUAL(l->status, OK);
	if (l->status != OK)
		printf("  %s\n", l->err.text);
	return l->status == OK && ruleset_count(l->set) == 1
		? ruleset_rule(l->set, 0) : NULL;
}

/* Rows of text and the whole error. */
static void test_errors(void)
{
	static const struct {
		const char *toml, *text;
	} rows[] = {
		{"x = ", "t.toml:1:5: "},
		{"a = 1\na = 2\n", "t.toml:2:5: "},
		{"format = 'stanch'\nrulez = 1\n", "t.toml:2:1: unknown key "
			"'rulez' in a rule file; did you mean 'rules'?"},
		{"rules = 3", "t.toml:1:9: 'rules' must be [[rules]]"},
		{"[[rules]]\nregex = 'abcd'\n",
			"t.toml:1:1: a rule needs an id"},
		{"[[rules]]\nid = 7\n",
			"t.toml:2:6: 'id' must be a string, not an integer"},
		{"[[rules]]\nid = 'a'\n",
			"t.toml:1:1: rule 'a': a rule needs a regex or a path"},
		{"format = 'stanch'\n[[rules]]\nid = 'a'\nregexp = 'abcd'\n",
			"t.toml:4:1: rule 'a': unknown key 'regexp' in a "
			"rule; did you mean 'regex'?"},
		{"format = 'stanch'\n[[rules]]\nid = 'A'\nregex = 'abcd'\n",
			"t.toml:3:6: rule 'A': id 'A' may hold only lower "
			"case letters, digits and hyphens"},
		{"[[rules]]\nid = 'a'\nregex = 'ab(cd'\n",
			"t.toml:3:9: rule 'a': pattern, byte 3: ( without )"},
		{"[[rules]]\nid = 'a'\nregex = 'a(?=b)cd'\n", "t.toml:3:9: "
			"rule 'a': pattern, byte 2: look-around is not "
			"allowed"},
		{"[[rules]]\nid = 'a'\nregex = '(*LIMIT_MATCH=1)abcd'\n",
			"t.toml:3:9: rule 'a': pattern, byte 1: (* items are "
			"not allowed"},
		{"[[rules]]\nid = 'a'\nregex = 'ab\\C'\n", "t.toml:3:9: rule "
			"'a': pattern, byte 4: \\C is not allowed"},
		{"[[rules]]\nid = 'a'\nregex = '(?<1>ab)'\n",
			"t.toml:3:9: rule 'a': pattern, byte 3: PCRE2 says: "},
		{"[[rules]]\nid = 'a'\nregex = 'abcd'\nsecretGroup = 1\n",
			"t.toml:4:15: rule 'a': 'secretGroup' is 1; the regex "
			"has 0 groups"},
		{"[[rules]]\nid = 'a'\nregex = 'abcd'\nentropy = 'x'\n",
			"t.toml:4:11: rule 'a': 'entropy' must be a number, "
			"not a string"},
		{"[[rules]]\nid = 'a'\nregex = 'abcd'\nkeywords = [1]\n",
			"t.toml:4:13: rule 'a': 'keywords' must be a string, "
			"not an integer"},
		{"[[rules]]\nid = 'a'\nregex = 'abcd'\n[rules.allowlist]\n"
			"regexTarget = 'Match'\nstopwords = ['x']\n",
			"t.toml:5:15: rule 'a': 'regexTarget' is secret, "
			"match or line"},
		{"[[rules]]\nid = 'a'\nregex = 'abcd'\n[rules.allowlist]\n",
			"t.toml:4:1: rule 'a': an allowlist needs commits, "
			"paths, regexes or stopwords"},
		{"[[rules]]\nid = 'a'\nregex = 'abcd'\n[[rules.allowlists]]\n"
			"regexes = ['ok', '(']\n", "t.toml:5:18: rule 'a': "
			"pattern, byte 1: ( without )"},
		{"[allowlist]\nstopwords = ['x']\n[[allowlists]]\n"
			"stopwords = ['y']\n", "t.toml:1:1: both [allowlist] "
			"and [[allowlists]]; choose one"},
		{"[extend]\nuseDefault = true\npath = 'x'\n", "t.toml:1:1: "
			"[extend] has both useDefault and path; choose one"},
		{"[[rules]]\nid = 'a'\nregex = 'abcd'\nnotBefore = 'z-a'\n",
			"t.toml:4:13: rule 'a': 'notBefore' is not a set of "
			"characters"},
		{"[[rules]]\nid = 'a'\nregex = 'abcd'\nconfidence = "
			"'certain'\n", "t.toml:4:14: rule 'a': 'confidence' "
			"is low, medium or high"},
		{"[[rules]]\nid = 'a'\nregex = 'abcd'\nprovider = 'p'\n"
			"[rules.check]\nskip = 1\n",
			"t.toml:5:1: rule 'a': [rules.check] needs a name"},
		{"[[rules]]\nid = 'a'\nregex = \"ab\\u0000\"\n",
			"t.toml:3:9: rule 'a': 'regex' holds a NUL character"},
		/* ours must be provable */
		{"[[rules]]\nid = 'a'\nprovider = 'p'\nregex = 'abc\\w*'\n",
			"t.toml:4:9: rule 'a': a repeat without a bound"},
		{"[[rules]]\nid = 'a'\nprovider = 'p'\nregex = '\\w{9}'\n",
			"t.toml:4:9: rule 'a': no anchor, and no literal of 3 "
			"bytes that every match holds"},
		{"[[rules]]\nid = 'a'\nprovider = 'p'\nregex = 'g[po]_[a]'\n"
			"anchors = ['gp_']\n", "t.toml:5:11: rule 'a': a "
			"match need not hold an anchor: 'go_a' matches"},
		{"[[rules]]\nid = 'a'\nprovider = 'p'\nregex = "
			"'abc.{20000}'\n", "t.toml:4:9: rule 'a': a match may "
			"have 20003 bytes; 16384 are allowed"},
		{"[[rules]]\nid = 'a'\nnear = 20\nregex = '\\w{9}'\n",
			"t.toml:4:9: rule 'a': 'near' needs anchors"},
		{"[[rules]]\nid = 'a'\nrun = 'a-z'\nrunLength = 20\n",
			"t.toml:1:1: rule 'a': a run needs a check"},
		{"format = 'stanch'\n[[decoders]]\nid = 'd'\n",
			"t.toml:2:1: a decoder needs an id and anchors"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct loaded l = load(rows[i].toml);
		bytes said = bytes_text(l.err.text);

		CHECK_EQUAL(l.status, ERR_RULES);
		CHECK(bytes_starts(said, bytes_text(rows[i].text)));
		if (!bytes_starts(said, bytes_text(rows[i].text)))
			printf("  row %zu: %s\n", i, l.err.text);
		ruleset_free(l.set);
	}
}

static void test_foreign_keys(void)
{
	struct loaded l = load("[[RULES]]\nID = 'x-y'\nDescription = 'd'\n"
			       "Regex = '''(?i)\\bxyz(\\w{8})(\\d)'''\n"
			       "SecretGroup = 2\nENTROPY = 3\n"
			       "Keywords = ['XYZ']\nTags = ['k']\n"
			       "skipReport = true\nnobody = 'knows'\n"
			       "[[RULES.required]]\nid = 'x-y'\n"
			       "withinLines = 0\nwithinColumns = 4\n");
	const struct rule *rule = only(&l);

	if (rule) {
		CHECK_TEXT(rule->id, "x-y");
		CHECK_TEXT(rule->provider, "custom");
		CHECK_TEXT(rule->description, "d");
		CHECK_EQUAL(rule->secret_group, 2);
		CHECK(rule->entropy == 3.0f);
		CHECK(rule->foreign && rule->helper);
		CHECK_EQUAL(rule->confidence, CONFIDENCE_MEDIUM);
		CHECK_EQUAL(rule->encodings, ENCODING_ALL);
		CHECK_EQUAL(rule->finder, RULE_BY_ANCHOR);
		CHECK_EQUAL(rule->anchor_count, 1);
		CHECK(rule->anchors[0].fold);
		CHECK_BYTES(rule->anchors[0].literal, bytes_text("xyz"));
		CHECK_EQUAL(rule->keyword_count, 0);
		CHECK_EQUAL(rule->lead, 0);
		CHECK_EQUAL(rule->width, 12);
		CHECK_EQUAL(rule->tag_count, 1);
		CHECK_EQUAL(rule->companion_count, 1);
		CHECK(rule->companions[0].required);
		CHECK_EQUAL(rule->companions[0].within, 1);
		CHECK_EQUAL(rule->line, 1);
	}
	ruleset_free(l.set);
}

/* How a foreign rule is found, by its regex and keywords. */
static void test_foreign_finders(void)
{
	static const struct {
		const char *regex, *keywords;
		enum rule_finder finder;
		enum confidence confidence;
		size_t anchors, keyword_count;
		uint32_t lead;
	} rows[] = {
		{"abX_[0-9]{9}", "'abx_'", RULE_BY_ANCHOR, CONFIDENCE_HIGH, 1,
			0, 0},
		{"\\b(abX_[0-9]{9})\\b", "'abx_'", RULE_BY_ANCHOR,
			CONFIDENCE_HIGH, 1, 0, 0},
		{"abX_[0-9]{9}", "'other'", RULE_BY_ANCHOR, CONFIDENCE_HIGH,
			1, 1, 0},
		{"abcd[0-9]{9}", "", RULE_BY_ANCHOR, CONFIDENCE_MEDIUM, 1, 0,
			0},
		{"(?i)[\\w.-]{0,50}?(?:acme)[0-9]{9}", "'acme'",
			RULE_BY_ANCHOR, CONFIDENCE_MEDIUM, 1, 0, 50},
		{"[a-z]{0,9}X_Y-[0-9]{9}", "", RULE_BY_ANCHOR,
			CONFIDENCE_MEDIUM, 1, 0, 9},
		{"\\s*acme\\s*=\\w+", "'acme'", RULE_BY_ANCHOR,
			CONFIDENCE_MEDIUM, 1, 0, 16384},
		{"[0-9a-f]{32}", "'acme'", RULE_BY_SWEEP, CONFIDENCE_MEDIUM,
			0, 1, 0},
		{"\\w+", "", RULE_BY_SWEEP, CONFIDENCE_MEDIUM, 0, 0, 0},
		{"ab[0-9]{9}", "'ab'", RULE_BY_SWEEP, CONFIDENCE_MEDIUM, 0, 0,
			0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rule *rule;
		struct loaded l;
		char text[512];

		snprintf(text, sizeof(text), "[[rules]]\nid = 'a'\nregex = "
			"'''%s'''\nkeywords = [%s]\n", rows[i].regex,
			rows[i].keywords);
		l = load(text);
		rule = only(&l);
		if (rule) {
			CHECK_EQUAL(rule->finder, rows[i].finder);
			CHECK_EQUAL(rule->confidence, rows[i].confidence);
			CHECK_EQUAL(rule->anchor_count, rows[i].anchors);
			CHECK_EQUAL(rule->keyword_count,
				rows[i].keyword_count);
			CHECK_EQUAL(rule->lead, rows[i].lead);
			CHECK(rule->width <= LIMIT_MATCH);
		}
		ruleset_free(l.set);
	}
}

static void test_allowlists(void)
{
	struct loaded l = load(
		"[[rules]]\nid = 'a'\nregex = 'abcd'\n"
		"[[rules.allowlists]]\ncondition = '&&'\nregexTarget = "
		"'line'\nregexes = ['x+']\npaths = ['p', 'q']\n"
		"[[rules.allowlists]]\nstopwords = ['WORD']\n"
		"commits = ['ABCDEF']\n"
		"[[allowlists]]\ntargetRules = ['a', 'gone']\n"
		"condition = 'And'\npaths = ['''vendor/''']\n");
	const struct rule *rule = only(&l);
	const struct rule_allowlist *global;
	size_t count = 0;

	if (rule) {
		const struct rule_allowlist *list = rule->allowlists;

		CHECK_EQUAL(rule->allowlist_count, 2);
		CHECK(list[0].all && !list[1].all);
		CHECK_EQUAL(list[0].target, ALLOW_LINE);
		CHECK_EQUAL(list[0].path_count, 2);
		CHECK_TEXT(list[0].regexes[0], "x+");
		CHECK_TEXT(list[1].stopwords[0], "word");
		CHECK_TEXT(list[1].commits[0], "abcdef");
	}
	global = ruleset_allowlists(l.set, &count);
	CHECK_EQUAL(count, 1);
	CHECK(count && global[0].all && global[0].rule_count == 2);
	CHECK_EQUAL(ruleset_warning_count(l.set), 1);
	CHECK(ruleset_warning_count(l.set) &&
		strstr(ruleset_warning(l.set, 0), "'gone'") != NULL);
	ruleset_free(l.set);
}

static void test_path_rule(void)
{
	struct loaded l = load("[[rules]]\nid='a'\npath='''\\.p12$'''\n");
	const struct rule *rule = only(&l);

	if (rule) {
		CHECK_EQUAL(rule->finder, RULE_BY_PATH);
		CHECK_TEXT(rule->path, "\\.p12$");
		CHECK(rule->regex == NULL);
	}
	ruleset_free(l.set);
}

/* [extend] useDefault: our rules, and the file's own change to one. */
static void test_extend(void)
{
	const struct rule *first = &ruleset_builtin_data.rules[0];
	char text[1024];
	struct loaded l;
	const struct rule *rule;

	snprintf(text, sizeof(text), "[extend]\nuseDefault = true\n"
		"disabledRules = ['%s', 'not-here']\n"
		"[[rules]]\nid = '%s'\ndescription = 'mine'\n"
		"[[rules.allowlists]]\npaths = ['x']\n"
		"[[rules]]\nid = 'a-default-of-another-tool'\n",
		ruleset_builtin_data.rules[1].id, first->id);
	l = load(text);
	CHECK_EQUAL(l.status, OK);
	CHECK_EQUAL(ruleset_count(l.set), ruleset_builtin_data.rule_count);
	rule = ruleset_find(l.set, first->id);
	CHECK(rule && rule != first);
	if (rule) {
		CHECK_TEXT(rule->description, "mine");
		CHECK(rule->regex == first->regex);
		CHECK(rule->anchors == first->anchors);
		CHECK_EQUAL(rule->lead, first->lead);
		CHECK_EQUAL(rule->finder, first->finder);
		CHECK_EQUAL(rule->confidence, first->confidence);
		CHECK_EQUAL(rule->allowlist_count,
			first->allowlist_count + 1);
	}
	CHECK_EQUAL(ruleset_warning_count(l.set), 2);
	CHECK_EQUAL(ruleset_freeze(l.set, &l.err), OK);
	ruleset_free(l.set);
}

static void test_extend_path(void)
{
	char base[] = "/tmp/ruleset_test_XXXXXX";
	int fd = mkstemp(base);
	static const char first[] = "[[rules]]\nid = 'a'\nregex = 'abX1'\n"
		"tags = ['one']\n[[rules]]\nid = 'b'\nregex = 'bcd1'\n";
	char text[512];
	const struct rule *rule;
	struct loaded l;

	CHECK(fd >= 0 && write(fd, first, sizeof(first) - 1) > 0);
	close(fd);
	snprintf(text, sizeof(text), "[extend]\npath = '%s'\n"
		"disabledRules = ['b']\n[[rules]]\nid = 'a'\n"
		"regex = 'new_1'\ntags = ['two']\n", base);
	l = load(text);
	CHECK_EQUAL(l.status, OK);
	rule = ruleset_find(l.set, "a");
	CHECK(rule != NULL);
	if (rule) {
		CHECK_TEXT(rule->regex, "new_1");
		CHECK_EQUAL(rule->tag_count, 2);
		CHECK_BYTES(rule->anchors[0].literal, bytes_text("new_1"));
	}
	CHECK_EQUAL(ruleset_freeze(l.set, &l.err), OK);
	CHECK_EQUAL(ruleset_count(l.set), 1);
	ruleset_free(l.set);
	/* A file that extends itself ends. */
	fd = open(base, O_WRONLY | O_TRUNC);
	snprintf(text, sizeof(text), "[extend]\npath = '%s'\n", base);
	CHECK(write(fd, text, strlen(text)) > 0);
	close(fd);
	l = load(text);
	CHECK_EQUAL(l.status, ERR_RULES);
	CHECK(strstr(l.err.text, "files deep") != NULL);
	ruleset_free(l.set);
	unlink(base);
}

static const char ours[] =
	"format = 'stanch'\n"
	"[[rules]]\nid = 'acme-key'\ndescription = 'd'\nprovider = 'acme'\n"
	"severity = 'high'\nmend = 'm'\nregex = 'ack_[a-z]{8}'\n"
	"notBefore = 'a-z'\nnotAfter = 'a-z'\nanchors = ['ack_']\n"
	"confidence = 'high'\nminDigits = 1\nguessable = true\n"
	"stopwords = ['Test']\nkeywords = ['ack_']\nreferences = ['r']\n"
	"specificity = 7\nencodings = ['plain', 'hex']\n"
	"examples = ['«ack_{rand:lower:8}»', '1', '2']\n"
	"counterexamples = ['3', '4', '5']\n"
	"[[rules.companions]]\nrule = 'acme-run'\nwithin = 3\nraises = true\n"
	"[rules.check]\nname = 'crc32'\nskip = 4\nwidth = 6\n"
	"encoding = 'base62'\nonFail = 'drop'\nargs = ['x']\n"
	"[[rules]]\nid = 'acme-near'\nprovider = 'acme'\n"
	"regex = '[a-f0-9]{32}'\nnear = 60\nanchorsNocase = ['Acme']\n"
	"notBefore = '0-9'\nnotAfter = '0-9'\nconfidence = 'medium'\n"
	"[[rules]]\nid = 'acme-run'\nprovider = 'acme'\nrun = 'a-z2-7'\n"
	"runLength = 52\nhelper = true\n[rules.check]\nname = 'ado-legacy'\n"
	"[[decoders]]\nid = 'basic'\nanchorsNocase = ['Basic ']\n"
	"within = 40\nminLength = 24\nmaxLength = 4096\n";

static void test_ours(void)
{
	struct loaded l = load(ours);
	const struct rule_decode *decodes;
	const struct rule *rule;
	size_t count;

	CHECK_EQUAL(l.status, OK);
	CHECK_EQUAL(ruleset_freeze(l.set, &l.err), OK);
	CHECK_EQUAL(ruleset_count(l.set), 3);
	rule = ruleset_find(l.set, "acme-key");
	CHECK(rule && !rule->foreign && rule->has_confidence);
	if (rule) {
		CHECK_EQUAL(rule->finder, RULE_BY_ANCHOR);
		CHECK_EQUAL(rule->encodings, ENCODING_BIT(ENCODING_PLAIN) |
						     ENCODING_BIT(
							     ENCODING_HEX));
		CHECK_EQUAL(rule->width, 12);
		CHECK_EQUAL(rule->keyword_count, 0);
		CHECK_EQUAL(rule->example_count, 6);
		CHECK(rule->examples[5].counter && !rule->examples[0].counter);
		CHECK(rule->guessable && rule->check.drop_on_fail);
		CHECK_EQUAL(rule->check.skip, 4);
		CHECK_EQUAL(rule->check.arg_count, 1);
		CHECK_TEXT(rule->stopwords[0], "test");
		CHECK_EQUAL(rule->companions[0].within, 3);
		CHECK(rule->companions[0].raises);
		CHECK(charset_has(&rule->not_before, 'q'));
		CHECK_EQUAL(rule->specificity, 7);
		CHECK_EQUAL(ruleset_index(l.set, rule), 0);
	}
	rule = ruleset_find(l.set, "acme-near");
	CHECK(rule && rule->finder == RULE_BY_NEAR && rule->near == 60);
	CHECK(rule && rule->encodings == ENCODING_BIT(ENCODING_PLAIN));
	CHECK(rule && rule->anchors[0].fold);
	CHECK(rule && rule->width == 32 && rule->lead == 0);
	rule = ruleset_find(l.set, "acme-run");
	CHECK(rule && rule->finder == RULE_BY_RUN && rule->run_length == 52);
	CHECK(rule && rule->width == 52 && charset_has(&rule->run_set, '7'));
	decodes = ruleset_decodes(l.set, &count);
	CHECK_EQUAL(count, 1);
	CHECK(count && decodes[0].within == 40 && decodes[0].anchors[0].fold);
	ruleset_free(l.set);
}

static void test_keep_and_exclude(void)
{
	static const char *const keep[] = {"acme-k*"};
	static const char *const exclude[] = {"acme-near", "acme-run"};
	static const char *const wrong[] = {"acme-naer"};
	static const char *const all[] = {"acme*"};
	struct loaded l = load(ours);
	char before[17], after[17];
	const struct rule *rule;

	ruleset_digest(l.set, before);
	CHECK_EQUAL(ruleset_keep(l.set, wrong, 1, &l.err), ERR_USAGE);
	CHECK_TEXT(l.err.text,
		"no rule 'acme-naer'; did you mean 'acme-near'?");
	CHECK_EQUAL(ruleset_keep(l.set, keep, 1, &l.err), OK);
	CHECK_EQUAL(ruleset_freeze(l.set, &l.err), OK);
	/* The companion stays, as a helper. */
	CHECK_EQUAL(ruleset_count(l.set), 2);
	rule = ruleset_find(l.set, "acme-run");
	CHECK(rule && rule->helper);
	CHECK(ruleset_find(l.set, "acme-near") == NULL);
	ruleset_digest(l.set, after);
	CHECK(strcmp(before, after) != 0);
	ruleset_free(l.set);

	l = load(ours);
	CHECK_EQUAL(ruleset_exclude(l.set, exclude, 2, &l.err), OK);
	CHECK_EQUAL(ruleset_freeze(l.set, &l.err), OK);
	CHECK_EQUAL(ruleset_count(l.set), 2);
	ruleset_free(l.set);

	l = load(ours);
	CHECK_EQUAL(ruleset_exclude(l.set, all, 1, &l.err), OK);
	CHECK_EQUAL(ruleset_freeze(l.set, &l.err), ERR_RULES);
	ruleset_free(l.set);
}

static void test_freeze(void)
{
	struct loaded l = load("[[rules]]\nid = 'a'\nregex = 'abcd'\n"
			       "[[rules.required]]\nid = 'acme-b'\n"
			       "[[rules]]\nid = 'acme-c'\nregex = 'abcd'\n");
	struct ruleset *empty = ruleset_new();

	CHECK_EQUAL(l.status, OK);
	CHECK_EQUAL(ruleset_freeze(l.set, &l.err), ERR_RULES);
	CHECK_TEXT(l.err.text, "t.toml:1: rule 'a': no rule 'acme-b' for its "
			       "companion; did you mean 'acme-c'?");
	ruleset_free(l.set);
	CHECK_EQUAL(ruleset_freeze(empty, &l.err), ERR_RULES);
	ruleset_free(empty);
}

/* A later file's rule replaces, and the digest tells. */
static void test_replace(void)
{
	struct loaded l = load("[[rules]]\nid = 'a'\nregex = 'abcd'\n");
	char one[17], two[17], three[17];

	ruleset_digest(l.set, one);
	CHECK_EQUAL(ruleset_add_text(l.set, "u.toml",
		bytes_text("[[rules]]\nid = 'a'\nregex = 'abce'\n"), &l.err),
		OK);
	CHECK_EQUAL(ruleset_count(l.set), 1);
	CHECK_TEXT(ruleset_find(l.set, "a")->regex, "abce");
	ruleset_digest(l.set, two);
	CHECK(strcmp(one, two) != 0);
	/* Where a rule stands does not matter. */
	CHECK_EQUAL(ruleset_add_text(l.set, "v.toml",
		bytes_text("\n\n[[rules]]\nid = 'a'\nregex = 'abce'\n"),
		&l.err), OK);
	ruleset_digest(l.set, three);
	CHECK_TEXT(three, two);
	ruleset_free(l.set);
}

static void test_builtin(void)
{
	struct ruleset *set = ruleset_new();
	struct error err = {.code = OK};
	clock_t start = clock();

	CHECK_EQUAL(ruleset_add_builtin(set, &err), OK);
	CHECK_EQUAL(ruleset_freeze(set, &err), OK);
	CHECK((double)(clock() - start) / CLOCKS_PER_SEC < 0.01);
	CHECK_EQUAL(ruleset_count(set), ruleset_builtin_data.rule_count);
	for (size_t i = 0; i < ruleset_count(set); i++) {
		const struct rule *rule = ruleset_rule(set, i);

		/* Pointed at, in order, and findable. */
		CHECK(rule == &ruleset_builtin_data.rules[i]);
		CHECK_EQUAL(ruleset_index(set, rule), i);
		CHECK(rule->width <= LIMIT_MATCH && rule->lead <= rule->width);
		CHECK(rule->finder != RULE_BY_SWEEP);
	}
	ruleset_free(set);
}

static void test_files(void)
{
	struct ruleset *set = ruleset_new();
	struct error err = {.code = OK};
	char folder[] = "/tmp/ruleset_test_XXXXXX";
	char path[64];
	FILE *file;

	CHECK_EQUAL(ruleset_add_path(set, "/nowhere.toml", &err), ERR_IO);
	CHECK_TEXT(err.text,
		"open rule file /nowhere.toml: No such file or directory");
	CHECK(mkdtemp(folder) != NULL);
	CHECK_EQUAL(ruleset_add_path(set, folder, &err), ERR_RULES);
	snprintf(path, sizeof(path), "%s/a.toml", folder);
	file = fopen(path, "w");
	CHECK(file && fputs("[[rules]]\nid = 'a'\nregex = 'abcd'\n", file) >
			      0);
	fclose(file);
	CHECK_EQUAL(ruleset_add_path(set, folder, &err), OK);
	CHECK_EQUAL(ruleset_add_path(set, path, &err), OK);
	CHECK_EQUAL(ruleset_count(set), 1);
	CHECK_TEXT(ruleset_rule(set, 0)->file, path);
	unlink(path);
	rmdir(folder);
	ruleset_free(set);
}

/* A text of `piece` over and over, between head and tail. */
static enum status load_repeated(const char *head, const char *piece,
	size_t times, const char *tail)
{
	struct ruleset *set = ruleset_new();
	clock_t start = clock();
	struct buf text;
	enum status status;
	double seconds;

	buf_init(&text, LIMIT_RULE_FILE * 2);
	buf_put_text(&text, head);
	for (size_t i = 0; i < times; i++)
		buf_put_text(&text, piece);
	buf_put_text(&text, tail);
	status = ruleset_add_text(set, "t.toml", buf_bytes(&text), NULL);
	seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
	CHECK(seconds < 3);
	if (seconds >= 3)
		printf("  %s: %.2f s\n", piece, seconds);
	buf_release(&text);
	ruleset_free(set);
	return status;
}

static void test_hostile_files(void)
{
	static const char rule[] = "[[rules]]\nid = 'a'\nregex = '";

	CHECK_EQUAL(load_repeated("", "# ", LIMIT_RULE_FILE, ""), ERR_LIMIT);
	CHECK_EQUAL(load_repeated("[", "a.", 1000000, "a]"), ERR_RULES);
	CHECK_EQUAL(load_repeated("", "a.", 1000000, "a = 1"), ERR_RULES);
	CHECK_EQUAL(load_repeated("x = ", "[", 1000000, ""), ERR_RULES);
	CHECK_EQUAL(load_repeated("x = ", "{a=", 1000000, ""), ERR_RULES);
	/* What toml++ itself asserts, or believes, wrongly. */
	CHECK_EQUAL(load_repeated("[", "}", 9, "]"), ERR_RULES);
	CHECK_EQUAL(load_repeated("r", "\xc2\xab", 9, "ee\x10"), ERR_RULES);
	CHECK_EQUAL(load_repeated("x = \"\"\"a\\\n", "\xc2\xab", 9,
			    "\"\"\""), OK);
	CHECK_EQUAL(load_repeated("x = '", "\xff", 1000, "'"), ERR_RULES);
	CHECK_EQUAL(load_repeated("", "[[rules]]\n", 100000, ""), ERR_RULES);
	/* Over what PCRE2 compiles: it says so. */
	CHECK_EQUAL(load_repeated(rule, "()", 32768, "'"), ERR_RULES);
	CHECK_EQUAL(load_repeated(rule, "()", 40000, "'"), ERR_RULES);
	CHECK_EQUAL(load_repeated(rule, "(", 65000, "'"), ERR_RULES);
	CHECK_EQUAL(load_repeated(rule, "(a)", 21845, "'"), ERR_RULES);
	CHECK_EQUAL(load_repeated(rule, "(abc)", 4000, "'"), OK);
	CHECK_EQUAL(load_repeated(rule, "a", 30000, "'"), OK);
}

static struct rule rule_with(const char *template,
	struct rule_example *example)
{
	struct rule rule = {.id = "t", .examples = example,
		.example_count = 1};

	*example = (struct rule_example){template, false};
	return rule;
}

static void test_templates(void)
{
	static const struct {
		const char *template, *text; /* text NULL: an error */
	} rows[] = {
		{"plain", "plain"},
		{"{", "{"},
		{"{x} ${Y} {\"a\":{}}", "{x} ${Y} {\"a\":{}}"},
		{"a{split}b", "ab"},
		{"{repeat:3:ab}", "ababab"},
		{"{repeat:2:{repeat:2:x}y}", "xxyxxy"},
		{"{repeat:0:x}", ""},
		{"{enc:base64:test}", "dGVzdA=="},
		{"{enc:hex:\xc3\xbf}", "c3bf"},
		{"{enc:HEX:\xc3\xbf}", "C3BF"},
		{"{enc:base64:{enc:hex:a}}", "NjE="},
		{"{enc:base64:{\"a\":1}}", "eyJhIjoxfQ=="},
		{"{rand:[x]:4}", "xxxx"},
		{"{rand:[:]:2}", "::"},
		{"«a»b«c»", "abc"},
		{"{rand:nope:3}", NULL},
		{"{rand:hex:70000}", NULL},
		{"{rand:hex}", NULL},
		{"{repeat:x:a}", NULL},
		{"{repeat:3", NULL},
		{"{enc:rot13:a}", NULL},
		{"«a", NULL},
		{"a»", NULL},
		{"««a»»", NULL},
		{"{checksum}", NULL},
		{"{repeat:60000:{repeat:60000:}}", NULL},
		{"{repeat:60000:{repeat:60000:x}}", NULL},
		{"{repeat:1:{repeat:1:{repeat:1:{repeat:1:{repeat:1:{repeat:1:"
		 "{repeat:1:{repeat:1:{repeat:1:x}}}}}}}}}", NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rule_example example;
		struct rule rule = rule_with(rows[i].template, &example);
		struct example e;
		struct error err;
		enum status status = example_expand(&rule, 0, &e, &err);

		CHECK_EQUAL(status, rows[i].text ? OK : ERR_RULES);
		if (status != OK)
			continue;
		CHECK_BYTES(buf_bytes(&e.text),
			bytes_text(rows[i].text ? rows[i].text : "an error"));
		example_release(&e);
	}
}

static void test_secrets(void)
{
	struct rule_example example;
	struct rule rule = rule_with("k=«{rand:base62:20}» "
		"{enc:base64:p=«{rand:digits:5}»}", &example);
	struct example one, two;

	CHECK_EQUAL(example_expand(&rule, 0, &one, NULL), OK);
	CHECK_EQUAL(example_expand(&rule, 0, &two, NULL), OK);
	CHECK_BYTES(buf_bytes(&one.text), buf_bytes(&two.text));
	CHECK_EQUAL(one.count, 2);
	CHECK_EQUAL(example_secret(&one, 0).n, 20);
	CHECK_EQUAL(example_secret(&one, 1).n, 5);
	CHECK_EQUAL(bytes_find(buf_bytes(&one.text), example_secret(&one, 0)),
		2);
	CHECK_EQUAL(bytes_find(buf_bytes(&one.text), example_secret(&one, 1)),
		BYTES_NONE);
	example_release(&two);
	rule.id = "u";
	CHECK_EQUAL(example_expand(&rule, 0, &two, NULL), OK);
	CHECK(!bytes_equal(buf_bytes(&one.text), buf_bytes(&two.text)));
	example_release(&one);
	example_release(&two);
}

static void test_checksums(void)
{
	static const char *const templates[] = {
		"k=«tok_{rand:base62:30}{checksum}»",
		"k=«tok_{rand:base62:30}{badchecksum}»",
		"k=tok_{rand:base62:30}{checksum}",
	};

	for (size_t i = 0; i < 3; i++) {
		struct rule_example example;
		struct rule rule = rule_with(templates[i], &example);
		struct rule_anchor anchor = {bytes_text("tok_"), false, 1};
		struct check_verdict verdict;
		struct example e;
		bytes secret;

		rule.check = (struct rule_check){.name = "crc32", .skip = 4,
			.width = 6, .encoding = "base62"};
		rule.anchors = &anchor;
		rule.anchor_count = 1;
		CHECK_EQUAL(example_expand(&rule, 0, &e, NULL), OK);
		CHECK_EQUAL(e.text.n, 42);
		secret = bytes_drop(buf_bytes(&e.text), 2);
		verdict = check_run(&rule.check, secret, secret);
		CHECK_EQUAL(verdict.result, i == 1 ? CHECK_FAIL : CHECK_PASS);
		if (i < 2)
			CHECK_BYTES(example_secret(&e, 0), secret);
		example_release(&e);
	}
}

static void collect(void *context, const struct rule *rule,
	const char *complaint)
{
	(void)rule;
	buf_printf(context, "%s\n", complaint);
}

static void test_lint(void)
{
	static const struct rule_anchor two = {{(const unsigned char *)"ab",
		2}, false, 1};
	static const struct rule_anchor three = {{(const unsigned char *)"abc",
		3}, false, 1};
	static const struct {
		struct rule rule;
		const char *complaint;
	} rows[] = {
		{{.finder = RULE_BY_SWEEP}, "no anchor and no run"},
		{{.finder = RULE_BY_ANCHOR}, "it has no anchor"},
		{{.finder = RULE_BY_ANCHOR, .anchors = &two,
			.anchor_count = 1}, "anchor 'ab' is shorter than 3"},
		{{.finder = RULE_BY_ANCHOR, .anchors = &three,
			.anchor_count = 1, .confidence = CONFIDENCE_HIGH},
			"high confidence with an anchor shorter than 4"},
		{{.finder = RULE_BY_NEAR, .near = 2000, .anchors = &three,
			.anchor_count = 1}, "'near' is 2000; at most 1024"},
		{{.finder = RULE_BY_NEAR, .near = 20, .anchors = &three,
			.anchor_count = 1}, "needs notBefore and notAfter"},
		{{.finder = RULE_BY_NEAR, .confidence = CONFIDENCE_HIGH},
			"high confidence by context alone"},
		{{.finder = RULE_BY_RUN}, "a run needs a check"},
		{{.regex = "a+"}, "a repeat without a bound"},
		{{.regex = "a?"}, "matches the empty text"},
		{{.regex = "(?:a+)+b"}, "a repeat inside a repeat"},
		{{.regex = "a{20000}"}, "a match may have 20000 bytes"},
		{{.regex = "(*UCP)a"}, "(* items are not allowed"},
		{{.regex = "a\\C"}, "\\C is not allowed"},
		{{.regex = "(?C)a"}, "callouts are not allowed"},
		{{.regex = "(a)\\1"}, "back-references are not allowed"},
		{{.regex = "a(?!b)"}, "look-around is not allowed"},
		{{.regex = "abd", .anchors = &three, .anchor_count = 1},
			"a match need not hold an anchor"},
		{{.check.name = "no-such"}, "no such check: 'no-such'"},
		{{.check = {.name = "crc32", .encoding = "base99"}},
			"check.encoding 'base99'"},
		{{.check = {.name = "crc32"}}, "needs width and encoding"},
		{{.confidence = CONFIDENCE_CERTAIN}, "certain comes only"},
		{{.provider = ""}, "no provider"},
		{{.description = "x"}, "no description"},
		{{.severity = "urgent"}, "severity must be"},
		{{.mend = NULL}, "no mend"},
		{{.mend = "a\nb"}, "mend is one line"},
		{{.has_confidence = false}, "no confidence"},
		{{.example_count = 0}, "0 examples and 0 counterexamples"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rule rule = rows[i].rule;
		struct buf said;
		size_t count;

		rule.id = "x";
		buf_init(&said, 65536);
		count = ruleset_lint(&rule, collect, &said);
		CHECK(count > 0);
		CHECK(strstr(buf_text(&said), rows[i].complaint) != NULL);
		if (strstr(buf_text(&said), rows[i].complaint) == NULL)
			printf("  row %zu: %s", i, buf_text(&said));
		buf_release(&said);
	}
}

static void test_lint_long_pattern(void)
{
	static char regex[LIMIT_PATTERN + 2];
	struct rule rule = {.id = "x", .regex = regex};
	struct buf said;

	memset(regex, 'a', sizeof(regex) - 1);
	buf_init(&said, 65536);
	CHECK(ruleset_lint(&rule, collect, &said) > 0);
	CHECK(strstr(buf_text(&said), "4097 bytes; 4096 are allowed") != NULL);
	buf_release(&said);
}

static void test_lint_clean(void)
{
	struct ruleset *set = ruleset_new();
	struct buf said;

	buf_init(&said, 65536);
	CHECK_EQUAL(ruleset_add_builtin(set, NULL), OK);
	for (size_t i = 0; i < ruleset_count(set); i++)
		CHECK_EQUAL(ruleset_lint(ruleset_rule(set, i), collect, &said),
			0);
	CHECK_TEXT(buf_text(&said), "");
	buf_release(&said);
	ruleset_free(set);
}

static const struct unit_test tests[] = {
	{"errors tell file, line, column and the mend", test_errors},
	{"a foreign rule's keys are read in any case", test_foreign_keys},
	{"foreign rules are found the fastest provable way",
		test_foreign_finders},
	{"allowlists keep condition, target and kinds", test_allowlists},
	{"a path alone makes a rule", test_path_rule},
	{"extending the defaults merges with our rules", test_extend},
	{"extending a file merges, and loops end", test_extend_path},
	{"our own format is read whole", test_ours},
	{"keeping and excluding by id and prefix", test_keep_and_exclude},
	{"freezing resolves companions and refuses nothing", test_freeze},
	{"a later rule replaces, and the digest tells", test_replace},
	{"built-in rules are pointed at and cost nothing", test_builtin},
	{"files and folders are read", test_files},
	{"hostile files end soon", test_hostile_files},
	{"templates expand", test_templates},
	{"marked secrets are kept decoded, and are the same every time",
		test_secrets},
	{"checksums are filled in, or spoilt", test_checksums},
	{"lint says what is wrong", test_lint},
	{"lint refuses a long pattern", test_lint_long_pattern},
	{"lint has nothing against the built-in rules", test_lint_clean},
};

UNIT_MAIN(tests)
