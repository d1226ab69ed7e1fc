/*
 * The analyzer against a table: pattern and anchors -> lead, width or why
 * not. A '~' before an anchor folds its case. Each covered row is also tried
 * the other way round: PCRE2 is not asked, but the rows were worked out by
 * hand.
 */
#include "pattern/pattern.h"

#include "base/limits.h"
#include "unit.h"

#include <pcre2.h>
#include <time.h>

#define ANCHORS 4
#define ENDLESS PATTERN_UNBOUNDED

static struct arena arena;

static const struct pattern *parse(const char *regex)
{
	struct pattern_problem problem;

	arena_release(&arena);
	arena_init(&arena, LIMIT_PATTERN_WORK);
	return pattern_parse(&arena, bytes_text(regex), &problem);
}

struct row {
	const char *regex;
	const char *anchors[ANCHORS];
	enum pattern_proof proof;
	uint32_t lead, width;
};

static const struct row rows[] = {
	/* literals and where they stand */
	{"abcd", {"abc"}, PATTERN_COVERED, 0, 4},
	{"abcd", {"bcd"}, PATTERN_COVERED, 1, 4},
	{"abcd", {"abd"}, PATTERN_UNCOVERED, 0, 4},
	{"x?abc", {"abc"}, PATTERN_COVERED, 1, 4},
	{"\\babc\\b", {"abc"}, PATTERN_COVERED, 0, 3},
	{"^abc$", {"abc"}, PATTERN_COVERED, 0, 3},
	{"a\\.b", {"a.b"}, PATTERN_COVERED, 0, 3},
	{"a.b", {"a.b"}, PATTERN_UNCOVERED, 0, 3},
	{"\\x61\\x{62}c", {"abc"}, PATTERN_COVERED, 0, 3},
	{"\\Qa.c\\E", {"a.c"}, PATTERN_COVERED, 0, 3},
	{"[a]b[c]", {"abc"}, PATTERN_COVERED, 0, 3},
	{"ab{2}c", {"abbc"}, PATTERN_COVERED, 0, 4},
	{"(?:ab){3}", {"baba"}, PATTERN_COVERED, 1, 6},
	/* classes and small sets */
	{"gh[pousr]_[A-Za-z0-9]{36}", {"ghp_"}, PATTERN_UNCOVERED, 0, 40},
	{"gh[po]_[A-Za-z0-9]{36}", {"ghp_", "gho_"}, PATTERN_COVERED, 0, 40},
	{"[sr]k_(?:live|test)_[0-9a-z]{24}", {"_live_", "_test_"},
		PATTERN_COVERED, 2, 32},
	{"[A-Z]{2}KEY", {"KEY"}, PATTERN_COVERED, 2, 5},
	{"[A-Z]{0,9}KEY", {"KEY"}, PATTERN_COVERED, 9, 12},
	{"K?KEY", {"KEY"}, PATTERN_COVERED, 1, 4},
	{"[^b]bc", {"abc"}, PATTERN_UNCOVERED, 0, 3},
	{"[[:digit:]]abc", {"abc"}, PATTERN_COVERED, 1, 4},
	{"[[:^digit:]]abc", {"abc"}, PATTERN_COVERED, 1, 4},
	{"\\pLabc", {"abc"}, PATTERN_COVERED, 1, 4},
	{"[^\\pL]abc", {"abc"}, PATTERN_COVERED, 1, 4},
	{"[]a]bc", {"]bc", "abc"}, PATTERN_COVERED, 0, 3},
	{"[a-]bc", {"-bc", "abc"}, PATTERN_COVERED, 0, 3},
	{"[\\w-]{3}abc", {"abc"}, PATTERN_COVERED, 3, 6},
	/* alternation */
	{"abc|bcd", {"abc"}, PATTERN_UNCOVERED, 0, 3},
	{"abc|bcd", {"abc", "bcd"}, PATTERN_COVERED, 0, 3},
	{"abc|bcd", {"bc"}, PATTERN_COVERED, 1, 3},
	{"(abc|xxabc)", {"abc"}, PATTERN_COVERED, 2, 5},
	{"(?:abc|)d", {"abc"}, PATTERN_UNCOVERED, 0, 4},
	{"(?:a|b)(?:c|d)e", {"ace", "ade", "bce", "bde"}, PATTERN_COVERED, 0,
		3},
	{"(?:a|b)(?:c|d)e", {"ace", "ade", "bce"}, PATTERN_UNCOVERED, 0, 3},
	/* case */
	{"(?i)abc", {"abc"}, PATTERN_UNCOVERED, 0, 3},
	{"(?i)abc", {"~abc"}, PATTERN_COVERED, 0, 3},
	{"(?i:a)bc", {"abc", "Abc"}, PATTERN_COVERED, 0, 3},
	{"(?i)a(?-i:b)c", {"~abc"}, PATTERN_COVERED, 0, 3},
	{"(?i)x(?-i:abc)", {"abc"}, PATTERN_COVERED, 1, 4},
	{"abc", {"~ABC"}, PATTERN_COVERED, 0, 3},
	{"(?:(?i)abc)|abd", {"~abc", "abd"}, PATTERN_COVERED, 0, 3},
	{"(?P<n>abc)(?<m>d)", {"abcd"}, PATTERN_COVERED, 0, 4},
	/* repeats without a bound */
	{"abc\\s*", {"abc"}, PATTERN_COVERED, 0, ENDLESS},
	{"\\s*abc", {"abc"}, PATTERN_COVERED, ENDLESS, ENDLESS},
	{"(?:x?)*abc", {"abc"}, PATTERN_COVERED, ENDLESS, ENDLESS},
	{"(?:abc)+", {"abc"}, PATTERN_COVERED, 0, ENDLESS},
	{"(?:abc)*", {"abc"}, PATTERN_UNCOVERED, 0, ENDLESS},
	{"a.*?bcd", {"bcd"}, PATTERN_COVERED, ENDLESS, ENDLESS},
	{"a{2,}", {"aa"}, PATTERN_COVERED, 0, ENDLESS},
	/* an anchor may arise across the parts */
	{"[ab]{4}", {"aa", "bb"}, PATTERN_UNCOVERED, 0, 4},
	{"a[ab]{2}b", {"ab"}, PATTERN_COVERED, 2, 4},
	{"[a-z]{0,20}key[a-z0-9]{0,10}=[0-9a-f]{32}", {"key"}, PATTERN_COVERED,
		20, 66},
	{"[\\w.-]{0,50}?(?:acme)[\\w.-]{0,20}=", {"acme"}, PATTERN_COVERED,
		50, 75},
	/* braces that are no repeat */
	{"a{b}c", {"a{b}c"}, PATTERN_COVERED, 0, 5},
	{"a{,2}", {"a{,2}"}, PATTERN_COVERED, 0, 5},
	/* the empty pattern and the empty alternative */
	{"", {"abc"}, PATTERN_UNCOVERED, 0, 0},
	{"(?:)abc", {"abc"}, PATTERN_COVERED, 0, 3},
};

static size_t anchors_of(const struct row *row, struct rule_anchor *anchors)
{
	size_t n = 0;

	for (; n < ANCHORS && row->anchors[n]; n++) {
		const char *text = row->anchors[n];
		bool fold = *text == '~';

		anchors[n] = (struct rule_anchor){
			bytes_text(text + fold), fold, 0};
	}
	return n;
}

static void test_cover(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct pattern *p = parse(rows[i].regex);
		struct rule_anchor anchors[ANCHORS];
		size_t n = anchors_of(&rows[i], anchors);
		struct pattern_cover cover;
		int before = unit_failures;

		CHECK(p != NULL);
		if (p == NULL)
			continue;
		cover = pattern_cover_anchors(&arena, p, anchors, n);
		CHECK_EQUAL(cover.proof, rows[i].proof);
		CHECK_EQUAL(cover.lead, rows[i].lead);
		CHECK_EQUAL(pattern_width(p), rows[i].width);
		if (unit_failures != before)
			printf("  row: %s\n", rows[i].regex);
	}
}

static void test_example(void)
{
	const struct pattern *p = parse("gh[pousr]_[0-9]{4}");
	struct rule_anchor anchor = {bytes_text("ghp_"), false, 0};
	struct pattern_cover cover =
		pattern_cover_anchors(&arena, p, &anchor, 1);

	CHECK_EQUAL(cover.proof, PATTERN_UNCOVERED);
	CHECK_EQUAL(strlen(cover.example), 8);
	CHECK(memcmp(cover.example, "gh", 2) == 0);
	CHECK(cover.example[2] != 'p');
}

static void test_refused(void)
{
	static const char *const refused[] = {
		"(", ")", "a)", "[a", "[z-a]", "a{3,2}", "*a", "a**", "a++",
		"a|*", "\\", "\\1", "\\C", "\\K", "\\G", "\\R", "\\X", "\\i",
		"(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?>a)", "(?|a)",
		"(?R)", "(?1)", "(?-1)", "(?&n)", "(?P=n)", "(?P>n)", "(?C1)",
		"(?(1)a)", "(?#c)", "(*LIMIT_MATCH=1)a", "(*UTF)a", "(*F)",
		"(?x) a", "(?<n", "(?i", "[[:nope:]]", "[[:alpha:]", "\\x{",
		"\\x{100}", "[[.a.]]", "\\p", "\\p{L", "a{99999}", "(?i-s-m)",
		"(?'n'a)",
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (parse(refused[i]) != NULL)
			printf("  accepted: %s\n", refused[i]);
		CHECK(parse(refused[i]) == NULL);
	}
}

static void test_problem_offset(void)
{
	struct pattern_problem problem;

	parse("a");
	CHECK(pattern_parse(&arena, bytes_text("abc(?=d)"), &problem) == NULL);
	CHECK_EQUAL(problem.offset, 3);
	CHECK_TEXT(problem.text, "look-around is not allowed");
}

/* All that is accepted here is accepted by PCRE2 too, and the reverse. */
static void test_agrees_with_pcre2(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[128];
		size_t offset;

		CHECK(pattern_compiles(rows[i].regex, &offset, text));
	}
	{
		char text[128];
		size_t offset = 0;

		CHECK(!pattern_compiles("ab(c", &offset, text));
		CHECK_EQUAL(offset, 4);
		CHECK(strstr(text, "parenthes") != NULL);
	}
}

static void test_nested(void)
{
	static const struct {
		const char *regex;
		bool nested;
	} cases[] = {
		{"(a+)+", true}, {"(a*)*b", true}, {"(?:[a-z]+\\.)*", false},
		{"(?:[a-z]+)*x", true}, {"(a|a+)+", true},
		{"(?:[a-z]{1,3}){1,4}", false},
		{"(?:[a-z]{1,300}){1,400}", true},
		{"(?:\\w+\\s?)*", true}, {"(?:\\w+\\s)*", false},
		{"a+b+c+", false}, {"(?:a{3}){5}", false},
		{"(?:[a-z0-9-]{1,63}\\.){1,5}com", false},
		{"((a+)b)+", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct pattern *p = parse(cases[i].regex);

		CHECK(p && pattern_is_nested(p) == cases[i].nested);
		if (!p || pattern_is_nested(p) != cases[i].nested)
			printf("  %s\n", cases[i].regex);
	}
}

/* The extracted literals, joined by spaces; "~" first when they fold. */
static void extract(const char *regex, char *text, size_t room)
{
	const struct pattern *p = parse(regex);
	struct rule_anchor *anchors = NULL;
	size_t n = p ? pattern_extract_literals(&arena, p, &anchors) : 0;
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n && used < room; i++)
		used += (size_t)snprintf(text + used, room - used, "%s%s%.*s",
			i ? " " : "", i == 0 && anchors[i].fold ? "~" : "",
			(int)anchors[i].literal.n,
			(const char *)anchors[i].literal.at);
}

static void test_literals(void)
{
	static const struct {
		const char *regex, *literals;
	} cases[] = {
		{"abcd", "abcd"},
		{"gh[po]_[A-Za-z0-9]{36}", "gho_ ghp_"},
		{"(?:sk|rk)_(?:live|test)_\\w{24}",
			"sk_live_ sk_test_ rk_live_ rk_test_"},
		{"(?i)acme[a-z]{0,20}", "~acme"},
		{"\\b(ab(?:cd|ef)g)\\b", "abcdg abefg"},
		{"\\w{20}", ""},
		{"ab", ""},
		{"(?:abc|x)", ""},
		{"(?:abc|xyz)\\d+", "abc xyz"},
		{"abcd[ef]g", "abcd"},
		{"-{5}BEGIN [A-Z ]{0,20}KEY", "-----BEGIN "},
		{"x?token=", "token= xtoken="},
		{"[a-z0-9]{8}\\.atlasv1\\.[a-z]{60}", ".atlasv1."},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];

		extract(cases[i].regex, text, sizeof(text));
		CHECK_TEXT(text, cases[i].literals);
	}
}

/* What is extracted covers, always. */
static void test_literals_cover(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct pattern *p = parse(rows[i].regex);
		struct rule_anchor *anchors = NULL;
		size_t n = pattern_extract_literals(&arena, p, &anchors);

		if (n == 0)
			continue;
		CHECK_EQUAL(pattern_cover_anchors(&arena, p, anchors, n).proof,
			PATTERN_COVERED);
	}
}

static void test_measures(void)
{
	const struct pattern *p = parse("(a)(?:b)(?P<x>c{2,4})?");

	CHECK_EQUAL(pattern_groups(p), 2);
	CHECK_EQUAL(pattern_width(p), 6);
	CHECK_EQUAL(pattern_width_least(p), 2);
	p = parse("(?:a{1,1000}){1,1000}");
	CHECK_EQUAL(pattern_width(p), 1000000);
	p = parse("(?:(?:a{65535}){65535}){65535}");
	CHECK_EQUAL(pattern_width(p), PATTERN_UNBOUNDED);
}

/* Hostile patterns end soon, with an answer or without. */
static void hostile(const char *piece, size_t times)
{
	static char text[LIMIT_PATTERN_FOREIGN + 64];
	size_t size = strlen(piece), n = 0;
	struct rule_anchor anchor = {bytes_text("abc"), false, 0};
	struct rule_anchor *found = NULL;
	clock_t start = clock();
	const struct pattern *p;
	double seconds, most = 0.1;

	/* The figure is for the release build; others are slower. */
#if !defined(__OPTIMIZE__) || defined(__SANITIZE_ADDRESS__)
	most *= 10;
#endif
	for (size_t i = 0; i < times && n + size < sizeof(text); i++, n += size)
		memcpy(text + n, piece, size);
	text[n] = '\0';
	p = parse(text);
	if (p) {
		pattern_is_nested(p);
		pattern_extract_literals(&arena, p, &found);
		pattern_cover_anchors(&arena, p, &anchor, 1);
	}
	seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
	if (seconds > most)
		printf("  %.20s: %.3f s\n", piece, seconds);
	CHECK(seconds <= most);
}

static void test_hostile(void)
{
	hostile("a", LIMIT_PATTERN_FOREIGN);
	hostile("(", LIMIT_PATTERN_FOREIGN);
	hostile("()", LIMIT_PATTERN_FOREIGN);
	hostile("[", LIMIT_PATTERN_FOREIGN);
	hostile("a|", LIMIT_PATTERN_FOREIGN);
	hostile("a?", LIMIT_PATTERN_FOREIGN);
	hostile("(?:a|b)", LIMIT_PATTERN_FOREIGN);
	hostile("[ab]?", LIMIT_PATTERN_FOREIGN);
	hostile("(?i)", LIMIT_PATTERN_FOREIGN);
	hostile("a*", LIMIT_PATTERN_FOREIGN);
	hostile("\\Q", LIMIT_PATTERN_FOREIGN);
	hostile("{", LIMIT_PATTERN_FOREIGN);
	hostile("(?:(?:(?:(?:a{1000}){1000}){1000}){1000}){1000}", 1);
	hostile("(?:(?:(?:(?:){1000}){1000}){1000}){1000}", 1);
	hostile("(?:(?:(?:(?:b?){1000}){1000}){1000}){1000}", 1);
	hostile("(?:abcdefgh|ijklmnop|qrstuvwx){1,1000}", 100);
	hostile("(?:(?:a|b|c|d|e|f)*)*", 3000);
	hostile("[abc]{0,60000}x", 1);
}

/* A random pattern over a and b; `fuel` bounds its size. */
static void random_pattern(uint64_t *state, char *text, size_t *n,
	unsigned fuel)
{
	static const char *const atoms[] = {"a", "b", "[ab]", "ab", "ba"};
	static const char *const repeats[] = {"", "", "", "?", "{2}", "{0,2}",
		"{1,2}?"};
	unsigned parts;

	*state = *state * 6364136223846793005u + 1442695040888963407u;
	parts = 1 + (unsigned)(*state >> 60) % 3;
	for (unsigned i = 0; i < parts; i++) {
		const char *repeat;

		*state = *state * 6364136223846793005u + 1442695040888963407u;
		repeat = repeats[(*state >> 40) % 7];
		if (fuel && (*state >> 33) % 3 == 0) {
			*n += (size_t)snprintf(text + *n, 16, "(?:");
			random_pattern(state, text, n, fuel - 1);
			*n += (size_t)snprintf(text + *n, 16, "|");
			random_pattern(state, text, n, fuel - 1);
			*n += (size_t)snprintf(text + *n, 16, ")%s", repeat);
		} else {
			*n += (size_t)snprintf(text + *n, 16, "%s%s",
				(*state >> 50) % 5 > 2 ? "[ab]"
				: atoms[(*state >> 50) % 5], repeat);
		}
	}
}

#define BRUTE_MAX 7

/* The least offset of an anchor in the text, or BYTES_NONE. */
static size_t first_anchor(bytes text, const struct rule_anchor *anchors,
	size_t n)
{
	size_t least = BYTES_NONE;

	for (size_t i = 0; i < n; i++) {
		size_t at = bytes_find(text, anchors[i].literal);

		least = at < least ? at : least;
	}
	return least;
}

/* All texts over a and b that the pattern matches as a whole. */
static void compare_brute(const char *regex, const struct pattern *p,
	const struct rule_anchor *anchors, size_t n, size_t *covered)
{
	pcre2_match_data *data = pcre2_match_data_create(8, NULL);
	int problem;
	PCRE2_SIZE at;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)regex,
		PCRE2_ZERO_TERMINATED, PCRE2_ANCHORED | PCRE2_ENDANCHORED,
		&problem, &at, NULL);
	struct pattern_cover cover =
		pattern_cover_anchors(&arena, p, anchors, n);
	bool all = true, wide = false;
	size_t lead = 0;

	for (size_t size = 0; code && size <= BRUTE_MAX; size++)
		for (unsigned bits = 0; bits < 1u << size; bits++) {
			unsigned char text[BRUTE_MAX + 1];
			size_t first;

			for (size_t i = 0; i < size; i++)
				text[i] = (bits >> i) & 1 ? 'b' : 'a';
			if (pcre2_match(code, text, size, 0, 0, data, NULL) <
				0)
				continue;
			first = first_anchor(bytes_of(text, size), anchors, n);
			wide |= size > pattern_width(p) ||
				size < pattern_width_least(p);
			all &= first != BYTES_NONE;
			if (first != BYTES_NONE && first > lead)
				lead = first;
		}
	CHECK(code != NULL && !wide);
	CHECK_EQUAL(cover.proof == PATTERN_COVERED, all);
	CHECK(!all || lead <= cover.lead);
	*covered += all;
	pcre2_code_free(code);
	pcre2_match_data_free(data);
}

static void test_brute(void)
{
	static const char *const literals[] = {"ab", "aa", "ba", "bab", "a",
		"abb", "aab"};
	uint64_t state = 7;
	size_t compared = 0, covered = 0;

	for (unsigned i = 0; i < 4000 && unit_failures == 0; i++) {
		struct rule_anchor anchors[2];
		const struct pattern *p;
		char regex[4096];
		size_t n = 0;

		random_pattern(&state, regex, &n, 2);
		p = parse(regex);
		CHECK(p != NULL);
		if (p == NULL || pattern_width(p) > BRUTE_MAX)
			continue;
		anchors[0] = (struct rule_anchor){
			bytes_text(literals[state % 7]), false, 0};
		anchors[1] = (struct rule_anchor){
			bytes_text(literals[(state >> 8) % 7]), false, 0};
		compare_brute(regex, p, anchors, 1 + (state >> 16) % 2,
			&covered);
		compared++;
		if (unit_failures)
			printf("  %s\n", regex);
	}
	CHECK(compared > 500);
	CHECK(covered > 50);
}

static const struct unit_test tests[] = {
	{"anchors cover a pattern or do not, with lead and width", test_cover},
	{"what does not cover is shown by a match", test_example},
	{"what is outside the subset is refused", test_refused},
	{"a problem has its place", test_problem_offset},
	{"PCRE2 accepts what is accepted here", test_agrees_with_pcre2},
	{"nested repeats are seen, delimited ones pass", test_nested},
	{"literals are extracted", test_literals},
	{"extracted literals cover", test_literals_cover},
	{"widths and groups", test_measures},
	{"cover agrees with trying every text", test_brute},
	{"hostile patterns end within 100 ms", test_hostile},
};

UNIT_MAIN(tests)
