/*
 * What the tests of detect share: invented rules, a sink that writes lines,
 * random text.
 */
#ifndef STANCH_TESTS_DETECT_SETUP_H
#define STANCH_TESTS_DETECT_SETUP_H

#include "base/buf.h"
#include "base/limits.h"
#include "check/check.h"
#include "decode/decode.h"
#include "detect/naive.h"
#include "unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEAD(id) "[[rules]]\nid = \"" id "\"\ndescription = \"test\"\n"      \
	"provider = \"test\"\nseverity = \"low\"\n"

static const char rules_text[] =
	"title = \"test\"\nformat = \"stanch\"\n"
	HEAD("a-prefix")
	"regex = '''tokn_[A-Za-z0-9]{20}'''\nanchors = [\"tokn_\"]\n"
	"notBefore = \"A-Za-z0-9_\"\nnotAfter = \"A-Za-z0-9_\"\n"
	"confidence = \"high\"\nkeepPlaceholders = true\n"
	HEAD("b-middle")
	"regex = '''[a-f0-9]{8}MIDL[a-f0-9]{4,12}'''\nanchors = [\"MIDL\"]\n"
	"confidence = \"medium\"\nkeepPlaceholders = true\n"
	HEAD("c-near")
	"regex = '''[a-f0-9]{32}'''\nanchorsNocase = [\"quux\"]\nnear = 40\n"
	"notBefore = \"a-f0-9\"\nnotAfter = \"a-f0-9\"\n"
	"confidence = \"medium\"\nkeepPlaceholders = true\n"
	HEAD("d-two")
	"regex = '''(?:aab|abb)c[0-9]{3,6}'''\nanchors = [\"aabc\", \"abbc\"]\n"
	"confidence = \"medium\"\nkeepPlaceholders = true\n"
	HEAD("e-lines")
	"regex = '''=BEGIN X=[a-z\\s]{10,200}?=END X='''\n"
	"anchors = [\"=BEGIN X=\"]\nconfidence = \"high\"\n"
	"keepPlaceholders = true\n"
	HEAD("f-needs")
	"regex = '''need\\.[0-9]{6}'''\nanchors = [\"need.\"]\n"
	"confidence = \"medium\"\nkeepPlaceholders = true\n"
	"[[rules.companions]]\nrule = \"b-middle\"\nwithin = 2\n"
	"required = true\nraises = true\n"
	HEAD("g-generic")
	"regex = '''secret=([A-Za-z0-9_]{8,40})'''\nanchors = [\"secret=\"]\n"
	"confidence = \"medium\"\nspecificity = 10\nkeepPlaceholders = true\n"
	HEAD("h-short")
	"regex = '''Q7z[0-9]{4,8}'''\nanchors = [\"Q7z\"]\n"
	"confidence = \"medium\"\nkeepPlaceholders = true\n";

struct setup {
	struct ruleset *rules;
	struct detector *d;
};

static inline struct setup set_up(const char *toml, unsigned depth, bool no_jit)
{
	struct detect_options o = {.decode_depth = depth, .no_jit = no_jit,
		.min_confidence = CONFIDENCE_MEDIUM};
	struct setup x = {.rules = ruleset_new()};
	struct error err = {.code = OK};

	if (ruleset_add_text(x.rules, "test.toml", bytes_text(toml), &err) ||
		ruleset_freeze(x.rules, &err)) {
		printf("  rules: %s\n", err.text);
		abort();
	}
	x.d = detector_new(x.rules, &o, &err);
	if (x.d == NULL)
		abort();
	return x;
}

static inline void tear_down(struct setup *x)
{
	detector_free(x->d);
	ruleset_free(x->rules);
}

/* A sink that writes one line for each sighting. */
static inline void record(void *context, const struct sighting *s)
{
	struct buf *b = context;

	buf_printf(b, "%s %llu+%llu %u:%u-%u:%u %s", s->rule->id,
		(unsigned long long)s->offset, (unsigned long long)s->length,
		s->line, s->column, s->end_line, s->end_column,
		confidence_name(s->confidence));
	for (unsigned i = 0; i < s->encoding_count; i++)
		buf_printf(b, " %s",
			encoding_name((enum encoding)s->encodings[i]));
	buf_put_text(b, " [");
	buf_put(b, s->secret);
	buf_put_text(b, "]");
	for (unsigned i = 0; i < s->part_count; i++)
		buf_printf(b, " with %s", s->parts[i].rule->id);
	buf_put_text(b, "\n");
	CHECK(s->excerpt_at + s->excerpt_n <= s->excerpt.n);
	CHECK(s->excerpt.n <= SIGHTING_EXCERPT);
}

static inline struct detect_text text_for(struct buf *out, const char *path)
{
	return (struct detect_text){.path = bytes_text(path), .sink = record,
		.context = out};
}

static inline struct detect_ledger scan_into(const struct detector *d, bytes data,
	struct buf *out)
{
	struct detect_text text = text_for(out, "dir/file.txt");
	struct scan *s = scan_new(d, NULL);
	struct detect_ledger ledger;

	buf_clear(out);
	CHECK(scan_buffer(s, &text, data, NULL) == OK);
	ledger = *scan_ledger(s);
	scan_free(s);
	return ledger;
}

static inline void scan_pieces(const struct detector *d, bytes data, size_t cut,
	size_t step, struct buf *out)
{
	struct detect_text text = text_for(out, "dir/file.txt");
	struct scan *s = scan_new(d, NULL);

	buf_clear(out);
	CHECK(scan_begin(s, &text, NULL) == OK);
	CHECK(scan_feed(s, bytes_take(data, cut), NULL) == OK);
	for (data = bytes_drop(data, cut); data.n;
		data = bytes_drop(data, step))
		CHECK(scan_feed(s, bytes_take(data, step), NULL) == OK);
	CHECK(scan_end(s, NULL) == OK);
	scan_free(s);
}

static inline uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static inline void put_random(struct buf *b, const char *set, size_t n,
	uint32_t *state)
{
	size_t count = strlen(set);

	while (n--)
		buf_put_byte(b, (unsigned char)set[next_random(state) % count]);
}

static inline size_t count_lines(const struct buf *b)
{
	size_t lines = 0;

	for (size_t i = 0; i < b->n; i++)
		lines += b->at[i] == '\n';
	return lines;
}

#endif
