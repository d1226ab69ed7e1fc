/*
 * Records of any bytes through every writer. What comes out has no control
 * characters, and JSON has its brackets in order.
 *
 * The input is cut into fields: a length byte, then so many bytes.
 */
#include "report/report.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static bytes take_field(bytes *input)
{
	size_t n = input->n ? input->at[0] : 0;
	bytes field = bytes_take(bytes_drop(*input, 1), n);

	*input = bytes_drop(*input, field.n + 1);
	return field;
}

static unsigned take_byte(bytes *input)
{
	unsigned c = input->n ? input->at[0] : 0;

	*input = bytes_drop(*input, 1);
	return c;
}

static struct sighting take_sighting(bytes *input, const struct rule *rules)
{
	struct sighting s = {.rule = &rules[take_byte(input) & 1]};

	s.excerpt = take_field(input);
	s.excerpt_at = take_byte(input);
	s.excerpt_n = take_byte(input);
	s.secret = take_byte(input) & 1
			   ? take_field(input)
			   : bytes_part(s.excerpt, s.excerpt_at,
				     s.excerpt_at + s.excerpt_n);
	s.offset = s.excerpt_at + take_byte(input);
	s.length = take_byte(input);
	s.line = take_byte(input);
	s.end_line = s.line + (take_byte(input) & 1);
	s.column = s.excerpt_at + 1;
	s.end_column = take_byte(input);
	s.confidence = (enum confidence)(take_byte(input) & 3);
	s.encoding_count = (uint8_t)(take_byte(input) % 3);
	s.encodings[0] = (uint8_t)(1 + take_byte(input) % 6);
	s.encodings[1] = (uint8_t)(1 + take_byte(input) % 6);
	if (take_byte(input) & 1) {
		s.parts[0] = (struct sighting_part){.rule = &rules[1],
			.secret = take_field(input)};
		s.part_count = 1;
	}
	return s;
}

/* Every bracket that a string does not hold is closed in order. */
static void check_json(bytes text)
{
	char open[64];
	size_t depth = 0;
	bool string = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = (char)text.at[i];

		if (string && c == '\\')
			i++;
		else if (c == '"')
			string = !string;
		else if (string)
			assert((unsigned char)c >= 0x20);
		else if (c == '{' || c == '[')
			open[depth++] = c;
		else if (c == '}' || c == ']')
			assert(depth && open[--depth] == (c == '}' ? '{' : '['));
	}
	assert(!string && depth == 0);
}

static void check_inert(bytes text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = text.at[i];

		assert(c >= 0x20 || c == '\n' ||
			(c == '\r' && i + 1 < text.n &&
				text.at[i + 1] == '\n'));
		assert(c != 0x7f);
		assert(c != 0xc2 || text.at[i + 1] >= 0xa0);
	}
}

static void write_all(const struct leaks *leaks, unsigned flags)
{
	static const char *const problems[] = {"\033]0;x\a"};
	struct report_summary summary = {.complete = flags & 1,
		.bytes = 12345678,
		.seconds = 0.5,
		.version = "0",
		.problems = problems,
		.problem_count = 1};

	for (int i = 0; i < REPORT_FORMAT_COUNT; i++) {
		struct report_options options = {
			.format = (enum report_format)i,
			.show_secrets = flags & 2,
			.verbose = flags & 4,
			.width = flags & 0xf0};
		char *text = NULL;
		size_t n = 0;
		FILE *to = open_memstream(&text, &n);

		assert(to != NULL);
		assert(report_write(to, &options, leaks, &summary, NULL) ==
			OK);
		fclose(to);
		check_inert(bytes_of(text, n));
		if (i == REPORT_JSON || i == REPORT_JSONL || i == REPORT_SARIF)
			check_json(bytes_of(text, n));
		free(text);
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const struct rule_anchor anchor = {
		{(const unsigned char *)"tok_", 4}, false, 1};
	static const struct rule rules[2] = {
		{.id = "a-token",
			.description = "A token",
			.anchors = &anchor,
			.anchor_count = 1},
		{.id = "a-password", .guessable = true},
	};
	struct leaks_options options = {.fingerprint_key = bytes_text("k")};
	struct leaks *leaks = leaks_new(&options, NULL);
	bytes input = bytes_of(data, size);
	struct leak_commit commit;
	unsigned flags = take_byte(&input);

	assert(leaks != NULL);
	commit.id = take_field(&input);
	commit.author = commit.email = take_field(&input);
	commit.subject = commit.date = take_field(&input);
	while (input.n) {
		struct sighting s = take_sighting(&input, rules);

		assert(leaks_add(leaks, &s, take_field(&input),
			       (enum leak_source)(flags % 6)) == OK);
	}
	assert(leaks_finish(leaks, NULL) == OK);
	for (size_t i = 0; i < leaks_count(leaks); i += 2)
		leaks_at(leaks, i)->places[0].commit = &commit;
	write_all(leaks, flags);
	leaks_free(leaks);
	return 0;
}
