/*
 * naive: the naive search over texts that come on standard input, each as
 * "<length of path> <length of text>\n", path, text. Answers each with a line
 * for every sighting, "<rule> <offset> <length> <line> <column>", and one
 * that is empty. Of all confidences.
 */
#include "detect/naive.h"
#include "record.h"

static void sink(void *context, const struct sighting *s)
{
	(void)context;
	(void)printf("%s %llu %llu %u %u\n", s->rule->id,
		(unsigned long long)s->offset, (unsigned long long)s->length,
		s->line, s->column);
}

static void take(struct buf *b, size_t n)
{
	buf_clear(b);
	if (!buf_reserve(b, n + 1) || fread(b->at, 1, n, stdin) != n)
		record_die("naive", "a text ends early");
	b->n = n;
}

int main(void)
{
	struct ruleset *rules = record_rules();
	struct detector *d = record_detector(rules, false);
	struct error err = {.code = OK};
	struct buf path, text;
	size_t path_n, text_n;
	char line[64];

	buf_init(&path, 1 << 20);
	buf_init(&text, (size_t)1 << 30);
	while (fgets(line, sizeof(line), stdin)) {
		struct detect_text what = {.sink = sink};

		if (sscanf(line, "%zu %zu", &path_n, &text_n) != 2)
			record_die("naive", line);
		take(&path, path_n);
		take(&text, text_n);
		what.path = buf_bytes(&path);
		if (naive_scan(d, &what, buf_bytes(&text), &err) != OK)
			record_die("naive", err.text);
		(void)printf("\n");
		(void)fflush(stdout);
	}
	buf_release(&path);
	buf_release(&text);
	detector_free(d);
	ruleset_free(rules);
	return 0;
}
