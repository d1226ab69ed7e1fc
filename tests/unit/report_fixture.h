/*
 * report_fixture: leaks to report on, and the names that try to hurt.
 */
#ifndef STANCH_TESTS_REPORT_FIXTURE_H
#define STANCH_TESTS_REPORT_FIXTURE_H

#include "report/internal.h"
#include "unit.h"

#include <stdlib.h>

static const struct rule_anchor token_anchors[] = {
	{{(const unsigned char *)"tok_", 4}, false, 1},
};
static const char *const token_pages[] = {"https://example.com/tokens"};
static const struct rule token_rule = {
	.id = "test-token",
	.description = "Test token",
	.provider = "test",
	.severity = "critical",
	.mend = "Revoke it.",
	.anchors = token_anchors,
	.anchor_count = 1,
	.confidence = CONFIDENCE_HIGH,
	.references = token_pages,
	.reference_count = 1,
};
static const struct rule password_rule = {
	.id = "test-password",
	.description = "[click](http://evil.example) {0}",
	.provider = "generic",
	.severity = "low",
	.guessable = true,
	.confidence = CONFIDENCE_MEDIUM,
};
static const struct rule *const all_rules[] = {&password_rule, &token_rule};

#define NAME(text) {(const unsigned char *)(text), sizeof(text) - 1}

/* Names that git accepts and that mean something to whatever reads us. */
static const bytes names[] = {
	NAME("nl\nname"),
	NAME("\033[2J\033]0;x\007"),
	NAME("\377\376"),
	NAME("=cmd|calc!A1"),
	NAME("-rf"),
	NAME(".."),
	NAME(".git"),
	NAME("a/b c\t"),
	NAME("cr\r\n::error::x"),
	NAME("::set-output name=a::b%0A%25"),
	NAME("[text](http://evil.example)"),
	NAME("<script>alert('1')</script>&amp;"),
	NAME("caf\303\251"),
	NAME("cafe\314\201"),
	NAME("CON"),
	NAME("rtl\342\200\256gpj.exe"),
	NAME("c1\302\233 31m"),
	NAME("'\"quoted\",;cells"),
	NAME("C:\\new\\x41\\\\\n"),
	NAME("@SUM(A1)\0nul"),
	NAME("+\357\277\276\357\274\235\363\240\200\201 "),
};
#define NAMES (sizeof(names) / sizeof(names[0]))

struct fixture {
	struct leaks *leaks;
	struct report_summary summary;
	struct report_options options;
	char *text; /* of the last report */
	size_t n;
};

static inline void fixture_begin(struct fixture *f)
{
	struct leaks_options options = {.fingerprint_key = bytes_text("k")};

	*f = (struct fixture){
		.leaks = leaks_new(&options, NULL),
		.summary = {.complete = true,
			.files = {.total = 3, .scanned = 3},
			.bytes = 1234567,
			.seconds = 0.25,
			.rules = 2,
			.rules_digest = "0123456789abcdef",
			.version = "1.2.3"},
		.options = {.rules = all_rules, .rule_count = 2},
	};
	CHECK(f->leaks != NULL);
}

static inline void fixture_end(struct fixture *f)
{
	leaks_free(f->leaks);
	free(f->text);
}

/* A sighting in the middle of `line`, whose secret starts at `at`. */
static inline struct sighting sighting(const struct rule *rule, const char *line,
	const char *secret)
{
	const char *hit = strstr(line, secret);
	uint32_t at = hit ? (uint32_t)(hit - line) : 0;
	uint32_t n = (uint32_t)strlen(secret);

	return (struct sighting){
		.rule = rule,
		.secret = bytes_text(secret),
		.offset = 100 + at,
		.length = n,
		.line = 7,
		.column = at + 1,
		.end_line = 7,
		.end_column = at + n,
		.confidence = rule->confidence,
		.entropy = 3.25f,
		.excerpt = bytes_text(line),
		.excerpt_at = at,
		.excerpt_n = n,
	};
}

static inline void add(struct fixture *f, const struct sighting *s, bytes path)
{
	CHECK_EQUAL(leaks_add(f->leaks, s, path, LEAK_WORKTREE), OK);
}

static inline bytes write_report(struct fixture *f, enum report_format format)
{
	FILE *to;

	free(f->text);
	f->text = NULL;
	f->options.format = format;
	to = open_memstream(&f->text, &f->n);
	CHECK_EQUAL(report_write(to, &f->options, f->leaks, &f->summary,
			    NULL), OK);
	fclose(to);
	return bytes_of(f->text, f->n);
}

static inline bool has(bytes text, const char *what)
{
	return bytes_find(text, bytes_text(what)) != BYTES_NONE;
}

/* One leak at each of the names, and a commit as hostile as they are. */
static inline void fixture_of_names(struct fixture *f)
{
	static const struct leak_commit commit = {
		.id = {(const unsigned char *)"0123abcd", 8},
		.author = NAME("=A\033[31m\n"),
		.email = NAME("<x@\342\200\256y>"),
		.date = NAME("2024-08-01T10:00:00+02:00"),
		.subject = NAME("::error::[a](b) \377"),
	};
	struct sighting s = sighting(&token_rule, "k = tok_0123456789;",
		"tok_0123456789");
	struct sighting p = sighting(&password_rule, "p: \033[1m hunter2\r\n",
		"hunter2");

	fixture_begin(f);
	s.reason = "why, \"so\"";
	for (size_t i = 0; i < NAMES; i++)
		add(f, &s, names[i]);
	add(f, &p, bytes_text("plain"));
	CHECK_EQUAL(leaks_finish(f->leaks, NULL), OK);
	for (size_t i = 0; i < NAMES; i += 2)
		leaks_at(f->leaks, 0)->places[i].commit = &commit;
}

/* Nothing that a terminal acts upon, and valid UTF-8. */
static inline void check_is_inert(bytes text)
{
	uint32_t c;

	CHECK(report_is_utf8(text));
	for (size_t n = 1; text.n && n; text = bytes_drop(text, n)) {
		n = report_utf8(text, &c);
		if (c == '\r' && bytes_starts(text, bytes_text("\r\n")))
			continue;
		CHECK(c == '\n' || !report_is_hidden(c));
	}
}

#endif
