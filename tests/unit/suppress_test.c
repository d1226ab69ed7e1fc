/* suppress: comments, baselines, settings, other tools' files, and what they
 * do to findings. */
#include "base/hash.h"
#include "suppress/internal.h"
#include "unit.h"

#include <stdlib.h>

static const struct rule pat = {.id = "github-pat"};
static const struct rule generic = {.id = "generic-secret"};
static const struct suppress_scope root = {"", ""};

/* A leak of `rule` at each of the given paths, on line 7. */
struct world {
	struct leaks *leaks;
	struct suppress *s;
	struct suppress_count count;
	struct error err;
};

static void begin(struct world *w)
{
	const struct leaks_options options = {{NULL, 0}};

	*w = (struct world){.err = {.code = OK}};
	w->leaks = leaks_new(&options, &w->err);
	w->s = suppress_new(&w->err);
}

static void add_at(struct world *w, const struct rule *rule,
	const char *secret, const char *path, const char *allow)
{
	struct sighting s = {.rule = rule, .secret = bytes_text(secret),
		.line = 7, .column = 3, .end_line = 7, .end_column = 9,
		.confidence = CONFIDENCE_HIGH, .allow = bytes_text(allow)};

	CHECK(leaks_add(w->leaks, &s, bytes_text(path), LEAK_WORKTREE) == OK);
}

/* When more is known of the same leaks. */
static void apply_again(struct world *w,
	const struct suppress_options *options)
{
	CHECK(suppress_apply(w->s, w->leaks, options, &w->count, &w->err) ==
		OK);
}

static void apply(struct world *w, const struct suppress_options *options)
{
	CHECK(leaks_finish(w->leaks, &w->err) == OK);
	CHECK(suppress_apply(w->s, w->leaks, options, &w->count, &w->err) ==
		OK);
}

static void end(struct world *w)
{
	leaks_free(w->leaks);
	suppress_free(w->s);
}

static const struct leak_place *first(const struct world *w)
{
	return &leaks_at(w->leaks, 0)->places[0];
}

/* ---- comments ----------------------------------------------------------- */

static void test_comments(void)
{
	static const struct {
		const char *text;
		const char *reason; /* NULL: does not hold for github-pat */
	} cases[] = {
		{"stanch:allow", ""},
		{"stanch:allow made up", "made up"},
		{"stanch:allow -- made up */", "made up"},
		{"stanch:allow=github-pat why", "why"},
		{"stanch:allow=github-pat,npm-token why", "why"},
		{"stanch:allow:github-* why", "why"},
		{"stanch:allow(github-pat) why -->", "why"},
		{"stanch:allow=github-pta why", NULL},
		{"stanch:allow=npm-token", NULL},
		{"stanch:allow=", NULL},
		{"stanch:allow: a colon", "a colon"},
		{"stanch:allowed", NULL},
		{"stanch:allow-listed", NULL},
		{"stanch:allow=npm-token stanch:allow=github-pat x", "x"},
		{"stanch:allow-next-line x", "x"},
		{"gitleaks:allow", ""},
		{"trufflehog:ignore", ""},
		{"gitleaks:allow=npm-token", ""},
		{"", NULL},
		{"Stanch:Allow", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bytes reason = {NULL, 0};
		const char *mark = NULL;
		bool holds = suppress_comment(bytes_text(cases[i].text), &pat,
			NULL, &reason, &mark);

		if (holds != (cases[i].reason != NULL))
			printf("  case [%s]\n", cases[i].text);
		CHECK_EQUAL(holds, cases[i].reason != NULL);
		if (holds && cases[i].reason && mark &&
			strncmp(mark, "stanch", 6) == 0)
			CHECK_BYTES(reason, bytes_text(cases[i].reason));
	}
}

static void test_comment_names_a_rule(void)
{
	struct ruleset *rules = ruleset_new();
	struct error err = {.code = OK};
	bytes reason;
	const char *mark;

	CHECK(ruleset_add_builtin(rules, &err) == OK);
	CHECK(ruleset_freeze(rules, &err) == OK);
	/* A known id, as a plain word, is one. */
	CHECK(suppress_comment(bytes_text("stanch:allow github-pat why"), &pat,
		rules, &reason, &mark));
	CHECK_BYTES(reason, bytes_text("why"));
	CHECK(!suppress_comment(bytes_text("stanch:allow github-pat why"),
		&generic, rules, &reason, &mark));
	/* Another word begins the reason. */
	CHECK(suppress_comment(bytes_text("stanch:allow test-fixture"),
		&generic, rules, &reason, &mark));
	CHECK_BYTES(reason, bytes_text("test-fixture"));
	ruleset_free(rules);
}

/* Comments in the three ways, and never for a live token. */
static void set_verdict(struct world *w, size_t leak, enum verdict verdict)
{
	const struct verdict_facts facts = {.verdict = verdict};

	CHECK(leaks_set_verdict(w->leaks, leak, &facts, &w->err) == OK);
}

static void test_inline_modes(void)
{
	struct suppress_options options = {.comments = SUPPRESS_INLINE_HONOUR};
	struct world w;

	begin(&w);
	add_at(&w, &pat, "secret-1", "a.c", "stanch:allow why");
	apply(&w, &options);
	CHECK_EQUAL(w.count.suppressed, 1);
	CHECK_EQUAL(w.count.held, 0);
	CHECK_TEXT(first(&w)->suppressed, "inline: why");
	options.comments = SUPPRESS_INLINE_HOLD;
	apply(&w, &options);
	CHECK_EQUAL(w.count.held, 1);
	CHECK(first(&w)->suppression->is_held);
	options.comments = SUPPRESS_INLINE_IGNORE;
	apply(&w, &options);
	CHECK_EQUAL(w.count.open, 1);
	CHECK(first(&w)->suppressed == NULL);
	options.comments = SUPPRESS_INLINE_HONOUR;
	set_verdict(&w, 0, VERDICT_DEAD);
	apply_again(&w, &options);
	CHECK_EQUAL(w.count.suppressed, 1);
	set_verdict(&w, 0, VERDICT_LIVE);
	apply_again(&w, &options);
	CHECK_EQUAL(w.count.open, 1);
	CHECK_EQUAL(w.count.refused, 1);
	CHECK(strstr(first(&w)->refused, "verified live") != NULL);
	end(&w);
}

/* Of a hundred tokens fifty carry comments, and ten of those are live. */
static void test_a_hundred(void)
{
	struct suppress_options options = {.now = 1};
	struct world w;
	char secret[32];

	begin(&w);
	for (int i = 0; i < 100; i++) {
		snprintf(secret, sizeof(secret), "secret-%02d-%s", i,
			i % 10 == 1 ? "live" : "dead");
		add_at(&w, &pat, secret, "a.c",
			i % 2 ? "stanch:allow why" : "");
	}
	for (int mode = SUPPRESS_INLINE_HONOUR; mode <= SUPPRESS_INLINE_HOLD;
		mode++) {
		options.comments = (enum suppress_inline)mode;
		apply(&w, &options);
		for (size_t i = 0; i < leaks_count(w.leaks); i++)
			if (bytes_ends(leaks_at(w.leaks, i)->secret,
				    bytes_text("live")))
				set_verdict(&w, i, VERDICT_RESTRICTED);
		apply_again(&w, &options);
		CHECK_EQUAL(w.count.open, 60);
		CHECK_EQUAL(w.count.refused, 10);
		CHECK_EQUAL(w.count.suppressed, 40);
		CHECK_EQUAL(w.count.held,
			mode == SUPPRESS_INLINE_HOLD ? 40 : 0);
	}
	end(&w);
}

/* ---- baselines ---------------------------------------------------------- */

#define HEAD "# stanch baseline 1\n"
#define HASH1 "aaaaaaaaaaaaaaaaaaaa"
#define HASH2 "bbbbbbbbbbbbbbbbbbbb"

static void test_baseline_round_trip(void)
{
	static const char text[] = HEAD "\n# a comment\r\n"
		"b:" HASH2 " 2030-02-28 @web two words \r\n"
		"a:k" HASH1 " - - -\n"
		"b:" HASH2 " 2029-01-01 - -\n"
		"a:" HASH1 "\t-\t-\twhy";
	struct baseline b, again;
	struct error err = {.code = OK};
	struct buf first_text, second_text;

	baseline_init(&b);
	CHECK(baseline_read(&b, "f", bytes_text(text), &err) == OK);
	CHECK_EQUAL(b.n, 3);
	CHECK_TEXT(b.at[0].fingerprint, "a:" HASH1);
	CHECK_TEXT(b.at[0].reason, "why");
	CHECK_TEXT(b.at[1].fingerprint, "a:k" HASH1);
	CHECK_TEXT(b.at[2].expires, "2029-01-01"); /* the stricter */
	buf_init(&first_text, 10000);
	buf_init(&second_text, 10000);
	baseline_write(&b, &first_text);
	baseline_init(&again);
	CHECK(baseline_read(&again, "f", buf_bytes(&first_text), &err) == OK);
	baseline_write(&again, &second_text);
	CHECK_BYTES(buf_bytes(&second_text), buf_bytes(&first_text));
	buf_release(&first_text);
	buf_release(&second_text);
	baseline_release(&b);
	baseline_release(&again);
}

static void test_baseline_broken(void)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"", "not a baseline"},
		{"\n", "not a baseline"},
		{"a:" HASH1 " - - -\n", "not a baseline"},
		{"# stanch baseline 2\n", "version '2'"},
		{HEAD "a:" HASH1 "\n", "f:2: not FINGERPRINT"},
		{HEAD "a:" HASH1 " - -\n", "f:2: not FINGERPRINT"},
		{HEAD "a:short - - -\n", "f:2: the first word is not a fingerprint"},
		{HEAD "nocolon - - -\n", "is not a fingerprint"},
		{HEAD "- - - -\n", "is not a fingerprint"},
		{HEAD "a:" HASH1 " 2029-02-29 - -\n", "is not a day"},
		{HEAD "a:" HASH1 " 2029-13-01 - -\n", "is not a day"},
		{HEAD "a:" HASH1 " tomorrow - -\n", "is not a day"},
		{HEAD "<<<<<<< HEAD\n", "a conflict of git"},
		{HEAD "a:" HASH1 " - - \033[2J\n", "one line"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {.code = OK};
		struct baseline b;

		baseline_init(&b);
		CHECK(baseline_read(&b, "f", bytes_text(cases[i].text),
			&err) == ERR_FORMAT);
		if (strstr(err.text, cases[i].says) == NULL)
			printf("  %s\n", err.text);
		CHECK(strstr(err.text, cases[i].says) != NULL);
		baseline_release(&b);
	}
}

static void test_days(void)
{
	int64_t end;

	CHECK(baseline_day_end(bytes_text("1970-01-01"), &end));
	CHECK_EQUAL(end, 86400);
	CHECK(baseline_day_end(bytes_text("2024-02-29"), &end));
	CHECK_EQUAL(end, 1709251200);
	CHECK(baseline_day_end(bytes_text("2026-12-31"), &end));
	CHECK_EQUAL(end, 1798761600);
	CHECK(!baseline_day_end(bytes_text("2025-02-29"), &end));
	CHECK(!baseline_day_end(bytes_text("1969-12-31"), &end));
	CHECK(!baseline_day_end(bytes_text("2025-2-1"), &end));
}

static void put_baseline(struct world *w, const char *expires)
{
	char text[200];

	CHECK(leaks_finish(w->leaks, &w->err) == OK);
	snprintf(text, sizeof(text), HEAD "%s %s @web why\n",
		leaks_at(w->leaks, 0)->fingerprint, expires);
	CHECK(suppress_add_baseline(w->s, "base", bytes_text(text), &root,
		SUPPRESS_TRUSTED, &w->err) == OK);
}

static void test_baseline_holds_until_its_day(void)
{
	struct suppress_options options = {.now = 1798761599};
	struct world w;

	begin(&w);
	add_at(&w, &pat, "secret-1", "a.c", "");
	add_at(&w, &pat, "secret-1", "b.c", "");
	put_baseline(&w, "2026-12-31");
	apply(&w, &options);
	CHECK_EQUAL(w.count.suppressed, 2);
	CHECK_TEXT(first(&w)->suppressed,
		"baseline base:2: why (@web, until 2026-12-31)");
	CHECK_EQUAL(suppress_entry(w.s, 0)->used, 2);
	options.now = 1798761600;
	apply(&w, &options);
	CHECK_EQUAL(w.count.open, 2);
	CHECK_EQUAL(w.count.refused, 2);
	CHECK(suppress_entry(w.s, 0)->is_expired);
	CHECK(first(&w)->suppressed == NULL);
	end(&w);
}

static void test_baseline_knows_only_its_own(void)
{
	const struct suppress_options options = {.now = 1};
	struct world w;

	begin(&w);
	add_at(&w, &pat, "secret-1", "a.c", "");
	put_baseline(&w, "-");
	add_at(&w, &pat, "secret-2", "a.c", "");
	add_at(&w, &generic, "secret-1", "z.c", "");
	apply(&w, &options);
	CHECK_EQUAL(w.count.suppressed, 1);
	CHECK_EQUAL(w.count.open, 2);
	end(&w);
}

/* ---- settings ----------------------------------------------------------- */

static enum status settings(struct world *w, const char *toml,
	const struct suppress_scope *scope, enum suppress_trust trust)
{
	return suppress_add_settings(w->s, ".stanch.toml", bytes_text(toml),
		scope, trust, &w->err);
}

static void test_settings_hold(void)
{
	static const struct {
		const char *toml;
		int suppressed; /* of pat at src/a.c, generic at src/t/b.c */
	} cases[] = {
		{"", 0},
		{"exclude-paths = ['src/t/']", 1},
		{"exclude-paths = ['src/']", 2},
		{"exclude-paths = ['*.c', '!a.c']", 1},
		{"exclude-paths = 'b.c'", 1},
		{"exclude-paths = ['t']", 1},
		{"exclude-paths = []", 0},
		{"exclude-rules = ['generic-*']", 1},
		{"exclude-rules = ['*']", 2},
		{"exclude-rules = []", 0},
		{"min-confidence = 'certain'", 2},
		{"min-confidence = 'high'", 0},
		{"[[allow]]\npaths = ['*.c']\nrules = ['github-pat']", 1},
		{"[[allow]]\npaths = ['*.h']\nrules = ['github-pat']", 0},
		{"[[allow]]\npaths = ['*.c']\nexpires = 2020-01-01", 0},
		{"[[allow]]\npaths = ['*.c']\nexpires = '2999-01-01'", 2},
		{"[[allow]]\npaths = ['a.c']\n[[allow]]\npaths = ['b.c']", 2},
		{"inline = true\nbaseline = ['x/y']", 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct suppress_options options = {.now = 1735689600};
		struct world w;

		begin(&w);
		add_at(&w, &pat, "secret-1", "src/a.c", "");
		add_at(&w, &generic, "secret-2", "src/t/b.c", "");
		CHECK(settings(&w, cases[i].toml, &root, SUPPRESS_TRUSTED) ==
			OK);
		apply(&w, &options);
		if (w.count.suppressed != (uint64_t)cases[i].suppressed)
			printf("  case [%s]\n", cases[i].toml);
		CHECK_EQUAL(w.count.suppressed, cases[i].suppressed);
		end(&w);
	}
}

/* Paths are those from the root, whatever was named. */
static void test_settings_scope(void)
{
	static const struct {
		const char *prefix, *below;
		int suppressed;
	} cases[] = {{"", "", 0}, {"x/", "", 1}, {"x/", "src/", 0},
		{"x/lib/", "", 0}, {"x/lib/", "lib/", 1}, {"y/", "", 0}};
	const struct suppress_options options = {.now = 1};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct suppress_scope scope = {cases[i].prefix,
			cases[i].below};
		struct world w;

		begin(&w);
		add_at(&w, &pat, "secret-1", "x/lib/a.c", "");
		CHECK(settings(&w, "exclude-paths = ['/lib/']", &scope,
			SUPPRESS_TRUSTED) == OK);
		apply(&w, &options);
		CHECK_EQUAL(w.count.suppressed, cases[i].suppressed);
		end(&w);
	}
}

static void test_settings_broken(void)
{
	static const char *const texts[] = {
		"exclude-path = ['x']", "[allowlist]\nregexes = ['.*']",
		"exclude-paths = [1]", "exclude-paths = ['']",
		"exclude-paths = [\"a\\nb\"]", "exclude-rules = 3",
		"min-confidence = 'most'", "inline = 'yes'",
		"baseline = '../x'", "baseline = '/etc/passwd'",
		"baseline = 'a/../../x'", "baseline = '.git/x'",
		"allow = 1", "[allow]\npaths = ['x']", "[[allow]]\n",
		"[[allow]]\nreason = 'x'", "[[allow]]\nrules = []",
		"[[allow]]\nfingerprints = ['x']",
		"[[allow]]\npaths = ['x']\nexpires = 'soon'",
		"[[allow]]\npaths = ['x']\nexpires = 2025-01-01T00:00:00Z",
		"[[rules]]\nid = 'x'\nregex = '.*'", "include = '/etc/passwd'",
		"[[", "rules = []", "\xff",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct world w;

		begin(&w);
		if (settings(&w, texts[i], &root, SUPPRESS_TRUSTED) == OK)
			printf("  case [%s]\n", texts[i]);
		CHECK(settings(&w, texts[i], &root, SUPPRESS_TRUSTED) ==
			ERR_FORMAT);
		CHECK(strncmp(w.err.text, ".stanch.toml", 12) == 0);
		end(&w);
	}
}

/* Of a judged repository a broken file suppresses nothing, and is told. */
static void test_broken_and_not_trusted(void)
{
	const struct suppress_options options = {
		.comments = SUPPRESS_INLINE_HOLD};
	struct world w;

	begin(&w);
	add_at(&w, &pat, "secret-1", "a.c", "stanch:allow");
	CHECK(settings(&w, "inline = true\nexclude-paths = ['*']\nzz = 1",
		&root, SUPPRESS_REPOSITORY) == OK);
	CHECK(suppress_add_baseline(w.s, "b", bytes_text(""), &root,
		SUPPRESS_REPOSITORY, &w.err) == OK);
	apply(&w, &options);
	CHECK_EQUAL(w.count.held, 1); /* not even `inline` was believed */
	CHECK(suppress_problem(w.s, 1) != NULL);
	CHECK(suppress_problem(w.s, 2) == NULL);
	end(&w);
}

static void test_settings_open_a_gate(void)
{
	const struct suppress_options options = {
		.comments = SUPPRESS_INLINE_HOLD};
	struct world w;

	begin(&w);
	add_at(&w, &pat, "secret-1", "a.c", "stanch:allow");
	CHECK(settings(&w, "inline = true", &root, SUPPRESS_REPOSITORY) == OK);
	apply(&w, &options);
	CHECK_EQUAL(w.count.suppressed, 1);
	CHECK_EQUAL(w.count.held, 0);
	end(&w);
}

/* ---- other tools -------------------------------------------------------- */

static int imported(const char *text, const struct suppress_scope *scope)
{
	const struct suppress_options options = {.now = 1};
	struct world w;
	int count;

	begin(&w);
	add_at(&w, &pat, "secret-number-1", "src/a.c", "");
	add_at(&w, &pat, "secret-number-1", "src/copy.c", "");
	add_at(&w, &generic, "other-secret", "src/b:c", "");
	count = suppress_add_baseline(w.s, "in", bytes_text(text), scope,
		SUPPRESS_TRUSTED, &w.err) == OK ? 0 : -1;
	if (count == 0) {
		apply(&w, &options);
		count = (int)w.count.suppressed;
	}
	end(&w);
	return count;
}

static void test_gitleaksignore(void)
{
	CHECK_EQUAL(imported("src/a.c:any-rule:7\n", &root), 2);
	CHECK_EQUAL(imported("# x\n\n ./src/a.c:r:7 \r\n", &root), 2);
	CHECK_EQUAL(imported("src\\a.c:r:7\n", &root), 2);
	CHECK_EQUAL(imported("src/a.c:r:8\n", &root), 0);
	CHECK_EQUAL(imported("src/b:c:r:7\n", &root), 1);
	CHECK_EQUAL(imported("0123456789012345678901234567890123456789:"
		"src/a.c:r:7\n", &root), 0); /* a commit that has it not */
	CHECK_EQUAL(imported("a.c:r:7\n", &root), 0);
	CHECK_EQUAL(imported("src/a.c:r:7\nrubbish\n", &root), -1);
	CHECK_EQUAL(imported("src/a.c:r:99999999999\n", &root), -1);
}

static void test_gitleaks_report(void)
{
	CHECK_EQUAL(imported("[]", &root), 0);
	CHECK_EQUAL(imported("[{\"File\":\"src/a.c\",\"StartLine\":6,"
		"\"EndLine\":8,\"Secret\":\"REDACTED\",\"Commit\":\"\"}]",
		&root), 2);
	CHECK_EQUAL(imported("[{\"File\":\"elsewhere\",\"StartLine\":1,"
		"\"Secret\":\"secret-number-1\"}]", &root), 2);
	/* The other tool's secret holds ours, at its place. */
	CHECK_EQUAL(imported("[{\"File\":\"src/a.c\",\"StartLine\":7,"
		"\"Secret\":\"x=secret-number-1\"}]", &root), 2);
	/* Another secret on that line is new. */
	CHECK_EQUAL(imported("[{\"File\":\"src/a.c\",\"StartLine\":7,"
		"\"Secret\":\"quite-another\"}]", &root), 0);
	CHECK_EQUAL(imported("[{\"StartLine\":7}]", &root), -1);
	CHECK_EQUAL(imported("[{\"File\":\"src/a.c\"}]", &root), -1);
	CHECK_EQUAL(imported("[{\"File\":", &root), -1);
	CHECK_EQUAL(imported("{}", &root), -1);
}

static void test_detect_secrets(void)
{
	/* SHA-1 of "secret-number-1" */
	static const char good[] = "{\"version\":\"1.5.0\",\"results\":{"
		"\"src/a.c\":[{\"type\":\"Secret Keyword\",\"hashed_secret\":"
		"\"%s\",\"line_number\":70}]}}";
	unsigned char digest[SHA1_SIZE];
	char hex[41], text[300];

	hash_sha1(bytes_text("secret-number-1"), digest);
	for (int i = 0; i < SHA1_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02X", digest[i]);
	snprintf(text, sizeof(text), good, hex);
	CHECK_EQUAL(imported(text, &root), 2);
	snprintf(text, sizeof(text), good, "00");
	CHECK_EQUAL(imported(text, &root), -1);
	CHECK_EQUAL(imported("{\"results\":{}}", &root), 0);
	CHECK_EQUAL(imported("{\"results\":{\"a\":{}}}", &root), -1);
}

static const struct unit_test tests[] = {
	{"comments are read as documented", test_comments},
	{"a comment may name a rule", test_comment_names_a_rule},
	{"comments are honoured, held or ignored; never for a live token",
		test_inline_modes},
	{"of a hundred tokens 50 are open, 40 suppressed, 10 forced open",
		test_a_hundred},
	{"a baseline is written as it was read", test_baseline_round_trip},
	{"a broken baseline is an error with its line", test_baseline_broken},
	{"days are those of the calendar", test_days},
	{"an entry holds until its day", test_baseline_holds_until_its_day},
	{"a baseline knows rule and secret", test_baseline_knows_only_its_own},
	{"settings suppress what they name", test_settings_hold},
	{"paths of settings are from the root", test_settings_scope},
	{"broken settings are an error", test_settings_broken},
	{"of a judged repository they suppress nothing",
		test_broken_and_not_trusted},
	{"settings of the base open the gate to comments",
		test_settings_open_a_gate},
	{".gitleaksignore", test_gitleaksignore},
	{"a gitleaks report", test_gitleaks_report},
	{"a detect-secrets baseline", test_detect_secrets},
};
UNIT_MAIN(tests)
