/* treelog: what it writes down is what each tree holds. */
#include "treelog/treelog.h"
#include "unit.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define ID 20
#define ENTRIES 40
#define TREES 400

/* ---- trees made up ------------------------------------------------------ */

static uint64_t state = 88172645463325252u;

static unsigned draw(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state % below);
}

/* Of a small stock of entries: modes, names that are each other's starts,
 * few objects. */
struct made {
	unsigned kind, name, object;
};
struct made_tree {
	struct made at[ENTRIES];
	size_t n;
	size_t broken; /* bytes that do not parse, at its end */
};

static size_t write_entry(const struct made *m, unsigned char *out)
{
	static const char *const modes[] = {"100644", "40000", "160000"};
	static const char *const names[] = {"a", "a.c", "ab", "a-b", "b",
		"dir", "dir.c", "dir0", "lib", "z", "z0", "z01"};
	int n = snprintf((char *)out, 64, "%s %s%u", modes[m->kind],
		names[m->name % 12], m->name / 12);

	memset(out + n + 1, (int)m->object + 1, ID);
	return (size_t)n + 1 + ID;
}

static bytes write_tree(const struct made_tree *t, unsigned char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		n += write_entry(&t->at[i], out + n);
	for (size_t i = 0; i < t->broken; i++)
		out[n++] = 'x';
	return bytes_of(out, n);
}

/* A little different, or all of it. */
static void change(struct made_tree *t)
{
	unsigned edits = draw(8) ? 1 + draw(3) : ENTRIES;

	t->broken = draw(10) ? 0 : draw(30);
	for (unsigned i = 0; i < edits; i++) {
		size_t at = draw((unsigned)t->n + 1);
		struct made made = {draw(3), draw(48), draw(6)};

		if (draw(2) && t->n < ENTRIES) {
			memmove(t->at + at + 1, t->at + at,
				(t->n - at) * sizeof(made));
			t->at[at] = made;
			t->n++;
		} else if (at < t->n && draw(2)) {
			t->at[at] = made;
		} else if (at < t->n) {
			memmove(t->at + at, t->at + at + 1,
				(t->n - at - 1) * sizeof(made));
			t->n--;
		}
	}
}

/* ---- what is compared --------------------------------------------------- */

struct told {
	size_t fresh;
};

static unsigned on_fresh(void *context, const struct treelog_fresh *fresh)
{
	struct told *told = context;

	told->fresh++;
	return fresh->entry.id[0] == 1 ? TREELOG_MISSING : 0;
}

/* How often tree t holds an entry of this name, object and kind, by its
 * spans. */
static size_t count_spans(const struct treelog *log, uint32_t t,
	const struct pack_tree_entry *entry, uint64_t key, unsigned kind)
{
	size_t spans, entries, n = 0;
	const struct treelog_span *span = treelog_spans(log, &spans);
	const struct treelog_entry *row = treelog_entries(log, &entries);

	for (size_t i = 0; i < spans; i++) {
		const struct treelog_entry *e = &row[span[i].entry];

		if (t >= span[i].from && t < span[i].to && e->key == key &&
			(e->marks & ~(unsigned)TREELOG_MISSING) == kind &&
			bytes_equal(bytes_text(treelog_name(log, e->name)),
				entry->name))
			n++;
	}
	return n;
}

static size_t count_in_tree(const struct made_tree *t,
	const struct made *made)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		n += t->at[i].kind == made->kind &&
		     t->at[i].name == made->name &&
		     t->at[i].object == made->object;
	return n;
}

static size_t spans_at(const struct treelog *log, uint32_t t)
{
	size_t spans, n = 0;
	const struct treelog_span *span = treelog_spans(log, &spans);

	for (size_t i = 0; i < spans; i++)
		n += t >= span[i].from && t < span[i].to;
	return n;
}

static void check_tree(const struct treelog *log, uint32_t number,
	const struct made_tree *t, uint64_t seed)
{
	static const unsigned kinds[] = {0, TREELOG_TREE, TREELOG_SUBMODULE};
	unsigned char raw[128];

	CHECK_EQUAL(spans_at(log, number), t->n);
	for (size_t i = 0; i < t->n; i++) {
		bytes rest = bytes_of(raw, write_entry(&t->at[i], raw));
		struct pack_tree_entry entry;

		CHECK(pack_tree_next(&rest, ID, &entry));
		CHECK_EQUAL(count_spans(log, number, &entry,
				    treelog_key(entry.id, ID, seed),
				    kinds[t->at[i].kind]),
			count_in_tree(t, &t->at[i]));
	}
}

static void test_spans_tell_trees(void)
{
	static struct made_tree trees[TREES];
	static unsigned char text[ENTRIES * 64 + 64];
	_Atomic size_t held = 0;
	struct told told = {0};
	struct treelog_options options = {.id_size = ID, .seed = 42,
		.held = &held, .limit = SIZE_MAX, .fresh = on_fresh,
		.context = &told};
	struct treelog *log = treelog_new(&options);
	size_t count, entries;

	for (size_t i = 0; i < TREES; i++) {
		unsigned char id[ID] = {(unsigned char)i,
			(unsigned char)(i >> 8)};
		bytes rest;

		if (i)
			trees[i] = trees[i - 1];
		change(&trees[i]);
		rest = treelog_add(log, id, write_tree(&trees[i], text));
		CHECK_EQUAL(rest.n, trees[i].broken);
	}
	treelog_end(log);
	(void)treelog_trees(log, &count);
	CHECK_EQUAL(count, TREES);
	for (size_t i = 0; i < TREES; i++)
		check_tree(log, (uint32_t)i, &trees[i], options.seed);
	(void)treelog_entries(log, &entries);
	CHECK_EQUAL(told.fresh, entries);
	CHECK(!treelog_is_full(log) && !treelog_has_failed(log));
	CHECK(held > 0);
	treelog_free(log);
	CHECK_EQUAL(held, 0);
}

/* ---- limits ------------------------------------------------------------- */

static void test_full_log_still_tells(void)
{
	static unsigned char text[ENTRIES * 64];
	_Atomic size_t held = 0;
	struct told told = {0};
	struct treelog_options options = {.id_size = ID, .seed = 1,
		.held = &held, .limit = 1, .fresh = on_fresh,
		.context = &told};
	struct treelog *log = treelog_new(&options);
	struct made_tree t = {.n = 3, .at = {{0, 0, 0}, {0, 4, 1}, {0, 5, 2}}};
	unsigned char id[ID] = {1};
	size_t count;

	(void)treelog_add(log, id, write_tree(&t, text));
	CHECK_EQUAL(told.fresh, 3);
	CHECK(treelog_is_full(log));
	CHECK_EQUAL(held, 0);
	t.at[1].object = 3;
	(void)treelog_add(log, id, write_tree(&t, text));
	CHECK_EQUAL(told.fresh, 4);
	treelog_end(log);
	(void)treelog_trees(log, &count);
	CHECK_EQUAL(count, 0);
	treelog_free(log);
}

static bool keeps_trees(void *context, const struct pack_tree_entry *entry)
{
	(void)context;
	return entry->is_tree;
}

static void test_only_what_is_kept(void)
{
	static unsigned char text[ENTRIES * 64];
	_Atomic size_t held = 0;
	struct told told = {0};
	struct treelog_options options = {.id_size = ID, .seed = 1,
		.held = &held, .limit = SIZE_MAX, .keeps = keeps_trees,
		.fresh = on_fresh, .context = &told};
	struct treelog *log = treelog_new(&options);
	struct made_tree t = {.n = 3, .at = {{0, 0, 0}, {1, 5, 1}, {0, 9, 2}}};
	unsigned char id[ID] = {1};
	size_t count;
	const struct treelog_span *span;

	(void)treelog_add(log, id, write_tree(&t, text));
	t.n = 2;
	(void)treelog_add(log, id, write_tree(&t, text));
	treelog_end(log);
	CHECK_EQUAL(told.fresh, 1);
	span = treelog_spans(log, &count);
	CHECK_EQUAL(count, 1);
	CHECK(count == 1 && span->from == 0 && span->to == 2);
	treelog_free(log);
}

static const struct unit_test tests[] = {
	{"spans tell which tree holds what", test_spans_tell_trees},
	{"a full log still tells what is new", test_full_log_still_tells},
	{"what is not kept is not written", test_only_what_is_kept},
};

UNIT_MAIN(tests)
