/*
 * A set as C source: the build writes the literals of the built-in rules once,
 * so that no start of the program has to gather them.
 */
#include "literal/internal.h"

#include <inttypes.h>

#include "base/banned.h"

static void write_words(FILE *out, const char *name, const char *part,
	const uint32_t *words, size_t count)
{
	(void)fprintf(out, "static const uint32_t %s_%s[] = {", name, part);
	for (size_t i = 0; i < count; i++)
		(void)fprintf(out, "%s%" PRIu32 ",", i % 8 ? "" : "\n",
			words[i]);
	(void)fprintf(out, "};\n");
}

static void write_pool(FILE *out, const char *name,
	const struct literal_tables *t)
{
	(void)fprintf(out, "static const unsigned char %s_pool[] = {", name);
	for (size_t i = 0; i < t->pool_count; i++)
		(void)fprintf(out, "%s%u,", i % 16 ? "" : "\n", t->pool[i]);
	(void)fprintf(out, "0};\n");
}

static void write_entries(FILE *out, const char *name,
	const struct literal_tables *t)
{
	(void)fprintf(out, "static const struct literal_entry %s_entries[] = {",
		name);
	for (size_t i = 0; i <= t->entry_count; i++) {
		const struct literal_entry *e = &t->entries[i];

		(void)fprintf(out,
			"\n{%" PRIu32 ",%" PRIu32 ",%" PRIu32
			",%u,%d,%u,%d,%d},",
			e->tag, e->text, e->check, e->n, e->gram, e->check_at,
			e->fold, e->is_last);
	}
	(void)fprintf(out, "};\n");
}

void literal_set_write(const struct literal_set *set, const char *name,
	FILE *out)
{
	const struct literal_tables *t = &set->t;
	size_t keys = (size_t)t->mask + 1;

	(void)fprintf(out, "#include \"literal/internal.h\"\n");
	write_words(out, name, "keys", t->keys, keys);
	write_words(out, name, "heads", t->heads, keys);
	write_words(out, name, "filter", t->filter, LITERAL_FILTER_WORDS);
	write_words(out, name, "short", t->short_filter, LITERAL_SHORT_WORDS);
	write_pool(out, name, t);
	write_entries(out, name, t);
	(void)fprintf(out,
		"static const struct literal_tables %s = {\n"
		".keys = %s_keys, .heads = %s_heads, .filter = %s_filter,\n"
		".short_filter = %s_short, .pool = %s_pool,\n"
		".entries = %s_entries, .count = %zu, .entry_count = %zu,\n"
		".pool_count = %zu, .shift = %" PRIu32 ", .mask = %" PRIu32
		"};\n",
		name, name, name, name, name, name, name, t->count,
		t->entry_count, t->pool_count, t->shift, t->mask);
}
