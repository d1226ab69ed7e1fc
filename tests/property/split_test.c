/*
 * A text cut anywhere is found as whole: every example of every built-in
 * rule, cut once at every offset, fed byte by byte, and moved so that the
 * edge of a window falls on some of its bytes.
 *
 *   split_test [MOVES]    how many such places each example gets (4)
 */
#include "base/limits.h"
#include "record.h"
#include "example/example.h"

struct bench {
	struct scan *whole, *pieces;
	struct buf want, got, text;
	unsigned long long cuts, moves, failed;
};

static bool is_same(struct bench *b, const struct rule *rule, size_t index,
	const char *how, size_t at)
{
	if (!b->want.failed &&
		bytes_equal(buf_bytes(&b->want), buf_bytes(&b->got)))
		return true;
	if (b->failed++ < 20)
		printf("%s, example %zu, %s %zu:\n--- whole\n%s--- cut\n%s",
			rule->id, index + 1, how, at, buf_text(&b->want),
			buf_text(&b->got));
	return false;
}

/* Filler, so that byte `at` of the text is the first of a window. */
static void try_edge(struct bench *b, const struct rule *rule, size_t index,
	bytes text, size_t at)
{
	const bytes path = bytes_text("example");
	size_t fill = LIMIT_WINDOW - at;

	buf_clear(&b->text);
	if (!buf_reserve(&b->text, fill + text.n + 1))
		record_die("filler", "no memory");
	memset(b->text.at, '\n', fill);
	for (size_t i = 40; i < fill; i += 41)
		b->text.at[i - 1] = ';';
	b->text.at[fill - 1] = '\n';
	b->text.n = fill;
	buf_put(&b->text, text);
	record_whole(b->whole, path, buf_bytes(&b->text), &b->want);
	record_pieces(b->pieces, path, buf_bytes(&b->text), fill - 100, 4099,
		&b->got);
	is_same(b, rule, index, "edge at", at);
	b->moves++;
}

/* Sightings of a text alone and behind filler are as many. */
static size_t count_lines(const struct buf *b, const struct rule *rule)
{
	char start[80];
	size_t n = 0, found;
	bytes rest = buf_bytes(b);

	(void)snprintf(start, sizeof(start), "%.70s ", rule->id);
	for (; (found = bytes_find(rest, bytes_text(start))) != BYTES_NONE; n++)
		rest = bytes_drop(rest, found + 1);
	return n;
}

static void try_example(struct bench *b, const struct rule *rule, size_t index,
	size_t moves)
{
	const bytes path = bytes_text("example");
	struct example e;
	struct error err = {.code = OK};
	bytes text;
	size_t alone;

	if (example_expand(rule, index, &e, &err))
		record_die(rule->id, err.text);
	text = buf_bytes(&e.text);
	record_whole(b->whole, path, text, &b->want);
	for (size_t at = 0; at <= text.n; at++, b->cuts++) {
		record_pieces(b->pieces, path, text, at, text.n + 1, &b->got);
		if (!is_same(b, rule, index, "cut at", at))
			break;
	}
	record_pieces(b->pieces, path, text, 1, 1, &b->got);
	is_same(b, rule, index, "pieces of", 1);
	alone = count_lines(&b->want, rule);
	for (size_t i = 0; i < moves && text.n; i++) {
		size_t at = i * text.n / moves + index % 3;

		try_edge(b, rule, index, text, at);
		if (count_lines(&b->want, rule) == alone)
			continue;
		b->failed++;
		printf("%s, example %zu: other findings with an edge at %zu\n",
			rule->id, index + 1, at);
	}
	example_release(&e);
}

int main(int argc, char **argv)
{
	size_t moves = argc > 1 ? strtoul(argv[1], NULL, 10) : 4;
	struct ruleset *rules = record_rules();
	struct detector *d = record_detector(rules, false);
	struct bench b = {.whole = record_scan(d), .pieces = record_scan(d)};

	buf_init(&b.want, (size_t)16 << 20);
	buf_init(&b.got, (size_t)16 << 20);
	buf_init(&b.text, 2 * LIMIT_WINDOW);
	for (size_t i = 0; i < ruleset_count(rules); i++) {
		const struct rule *rule = ruleset_rule(rules, i);

		for (size_t k = 0; rule->finder != RULE_BY_PATH &&
			k < rule->example_count; k++)
			try_example(&b, rule, k, moves);
	}
	buf_release(&b.want);
	buf_release(&b.got);
	buf_release(&b.text);
	scan_free(b.whole);
	scan_free(b.pieces);
	detector_free(d);
	ruleset_free(rules);
	printf("%llu passed, %llu failed\n", b.cuts + b.moves - b.failed,
		b.failed);
	return b.failed || b.cuts == 0;
}
