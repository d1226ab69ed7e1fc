/*
 * pieces: tells what literal_scan tells, of texts that resemble each other,
 * whatever it has seen before.
 */
#include "literal/internal.h"
#include "literal/pieces.h"
#include "unit.h"

#include <stdlib.h>

#define TEXT ((size_t)64 << 10)
#define SEEN ((size_t)1 << 21)

struct seen {
	struct literal_hit *hit;
	size_t count, last;
	bool disordered;
	const unsigned char *text;
	size_t marks; /* '!' in pieces that were told */
	size_t told;  /* where the last of them ended */
};

static size_t count_marks(const unsigned char *at, size_t n)
{
	size_t marks = 0;

	for (size_t i = 0; i < n; i++)
		marks += at[i] == '!';
	return marks;
}

static bool sees_mark(void *context, bytes text, size_t begin, size_t end)
{
	(void)context;
	return count_marks(text.at + begin, end - begin) > 0;
}

static void note_piece(void *context, size_t begin, size_t end)
{
	struct seen *seen = context;

	if (begin < seen->told || begin >= end)
		seen->disordered = true;
	seen->told = end;
	seen->marks += count_marks(seen->text + begin, end - begin);
}

static void note(void *context, const struct literal_hit *hit)
{
	struct seen *seen = context;

	if (hit->at + 1 < seen->last)
		seen->disordered = true;
	seen->last = hit->at;
	if (seen->count < SEEN)
		seen->hit[seen->count++] = *hit;
}

static int by_place(const void *a, const void *b)
{
	const struct literal_hit *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->tag > y->tag) - (x->tag < y->tag);
}

/* Which literals, each once: `at` may differ by one. */
static void sort_once(struct seen *seen)
{
	size_t n = 0;

	qsort(seen->hit, seen->count, sizeof(*seen->hit), by_place);
	for (size_t i = 0; i < seen->count; i++)
		if (n == 0 || by_place(&seen->hit[n - 1], &seen->hit[i]) != 0)
			seen->hit[n++] = seen->hit[i];
	seen->count = n;
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

struct fixture {
	struct literal_set *set;
	struct literal_pieces *pieces;
	struct seen plain, pieced;
	unsigned char *text;
	size_t n;
	uint32_t state;
};

static void setup(struct fixture *f, const struct literal *list, size_t count)
{
	f->set = literal_set_new(list, count, NULL);
	f->pieces = literal_pieces_new(f->set, sees_mark, NULL);
	f->plain.hit = calloc(SEEN, sizeof(struct literal_hit));
	f->pieced.hit = calloc(SEEN, sizeof(struct literal_hit));
	f->text = malloc(2 * TEXT);
	CHECK(f->set && f->pieces && f->plain.hit && f->pieced.hit &&
		f->text);
}

static void teardown(struct fixture *f)
{
	literal_pieces_free(f->pieces);
	literal_set_free(f->set);
	free(f->plain.hit);
	free(f->pieced.hit);
	free(f->text);
}

/* Some by its last byte: literal_scan leaves it to the part that follows. */
static void drop_at_edge(struct seen *seen, const struct seen *plain,
	size_t edge)
{
	size_t n = 0;

	for (size_t i = 0; i < seen->count; i++) {
		const struct literal_hit *hit = &seen->hit[i];

		if (hit->at + 1 < edge ||
			bsearch(hit, plain->hit, plain->count, sizeof(*hit),
				by_place))
			seen->hit[n++] = *hit;
	}
	seen->count = n;
}

/* The bytes lie in memory of their own, so that ASan sees what is read. */
static void check_equal(struct fixture *f, size_t from, size_t to)
{
	unsigned char *copy = calloc(f->n ? f->n : 1, 1);
	bytes text = bytes_of(copy, f->n);

	CHECK(copy != NULL);
	memcpy(copy, f->text, f->n);
	f->plain.count = f->plain.last = 0;
	f->pieced.count = f->pieced.last = 0;
	f->pieced.marks = f->pieced.told = 0;
	f->pieced.text = copy;
	f->pieced.disordered = false;
	literal_scan(f->set, text, from, to, note, &f->plain);
	literal_pieces_scan(f->pieces, text, from, to,
		&(struct literal_pieces_sink){note, note_piece, &f->pieced});
	CHECK_EQUAL(f->pieced.marks, count_marks(copy + from, to - from));
	CHECK(!f->pieced.disordered);
	sort_once(&f->plain);
	sort_once(&f->pieced);
	if (to < f->n)
		drop_at_edge(&f->pieced, &f->plain, to);
	CHECK_EQUAL(f->pieced.count, f->plain.count);
	for (size_t i = 0; i < f->plain.count; i++) {
		const struct literal_hit *a = &f->plain.hit[i];
		const struct literal_hit *b = &f->pieced.hit[i];

		CHECK(a->start == b->start && a->tag == b->tag &&
			a->n == b->n);
		CHECK(b->at + 1 >= a->at && b->at <= a->at + 1);
	}
	free(copy);
}

static const struct literal few[] = {
	{.text = {(const unsigned char *)"key", 3}, .tag = 1, .fold = true},
	{.text = {(const unsigned char *)"word", 4}, .tag = 2},
	{.text = {(const unsigned char *)"secret_of", 9}, .tag = 3},
	{.text = {(const unsigned char *)"-----BEGIN", 10}, .tag = 4},
	{.text = {(const unsigned char *)"a line with key\nand word", 24},
		.tag = 5},
	{.text = {(const unsigned char *)"key", 3}, .tag = 6},
};
#define FEW (sizeof(few) / sizeof(few[0]))

/* A line of words, some of them literals, some nearly. */
static size_t put_line(unsigned char *at, uint32_t *state)
{
	static const char *const words[] = {"key ", "KEY=", "word", "wor ",
		"secret_of", "secret_", "-----BEGIN ", "a line with key\n",
		"and word ", "x", "return ", "\t\t", "\n\n", "if (!y) "};
	size_t n = 0, count = 1 + next_random(state) % 8;

	for (size_t i = 0; i < count; i++) {
		const char *word = words[next_random(state) % 14];

		memcpy(at + n, word, strlen(word));
		n += strlen(word);
	}
	at[n++] = '\n';
	return n;
}

static void write_text(struct fixture *f, size_t n)
{
	f->n = 0;
	while (f->n < n)
		f->n += put_line(f->text + f->n, &f->state);
}

/* A new version: lines come, go and change, at odd places too. */
static void edit(struct fixture *f)
{
	unsigned char line[256];
	size_t n = put_line(line, &f->state) - next_random(&f->state) % 2;
	size_t at = next_random(&f->state) % f->n;
	size_t gone = next_random(&f->state) % 60;

	if (gone > f->n - at)
		gone = f->n - at;
	memmove(f->text + at + n, f->text + at + gone, f->n - at - gone);
	memcpy(f->text + at, line, n);
	f->n += n - gone;
}

static void test_versions(void)
{
	struct fixture f = {.state = 7};

	setup(&f, few, FEW);
	for (size_t file = 0; file < 12; file++) {
		write_text(&f, file * 1500);
		for (size_t version = 0; f.n > 200 && version < 120;
			version++) {
			check_equal(&f, 0, f.n);
			edit(&f);
		}
	}
	teardown(&f);
}

/* A window's core, with the margins around it. */
static void test_parts(void)
{
	struct fixture f = {.state = 11};

	setup(&f, few, FEW);
	write_text(&f, 20000);
	for (size_t i = 0; i < 300; i++) {
		size_t from = next_random(&f.state) % f.n;
		size_t to = from + next_random(&f.state) % (f.n - from) + 1;

		check_equal(&f, from & ~(size_t)1, to & ~(size_t)1);
		if (i % 3 == 0)
			edit(&f);
	}
	teardown(&f);
}

/* The same piece with other bytes around it, which a literal reaches to. No
 * line ends: pieces have their greatest size, 4096. */
static void test_neighbours_count(void)
{
	struct fixture f = {.state = 5};
	const size_t n = few[2].text.n;

	setup(&f, few, FEW);
	f.n = 8000;
	memset(f.text, '.', f.n);
	for (size_t at = 4096 - n - 1; at < 4096 + 2; at++) {
		memcpy(f.text + at, few[2].text.at, n);
		check_equal(&f, 0, f.n);
		CHECK_EQUAL(f.pieced.count, 1);
		for (size_t i = 0; i < n; i++) {
			f.text[at + i] = '#';
			check_equal(&f, 0, f.n);
			CHECK_EQUAL(f.pieced.count, 0);
			f.text[at + i] = few[2].text.at[i];
		}
		check_equal(&f, 0, f.n);
		memset(f.text + at, '.', n);
	}
	teardown(&f);
}

/* A wall of nothing but hits, and a text that was seen before it. */
static void write_wall(struct fixture *f)
{
	for (f->n = 0; f->n < 20000; f->n += 3)
		memcpy(f->text + f->n, "key", 3);
}

/* Far more hits than are remembered: the ring comes round, and pieces have
 * more than are kept of one. */
static void test_walls_of_hits(void)
{
	enum { MANY = 200 };
	static struct literal list[MANY];
	struct fixture f = {.state = 9};

	for (size_t i = 0; i < MANY; i++)
		list[i] = (struct literal){
			.text = bytes_text(i % 2 ? "key" : "word"),
			.tag = (uint32_t)i};
	setup(&f, list, MANY);
	for (size_t version = 0; version < 8; version++) {
		write_wall(&f);
		if (version % 2)
			edit(&f);
		check_equal(&f, 0, f.n);
		f.state = 9; /* the same each time */
		write_text(&f, 48000); /* fills the ring, nearly */
		check_equal(&f, 0, f.n);
	}
	teardown(&f);
}

static void test_keys_agree(void)
{
	unsigned char secret[HASH_SECRET], text[5000];
	uint32_t state = 1;

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (unsigned char)next_random(&state);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (unsigned char)next_random(&state);
	for (size_t n = 0; n < sizeof(text); n += 1 + n / 16) {
		bytes all = bytes_of(text, n);

		CHECK(hash_128_equal(literal_key_fastest()(all, secret),
			hash_128_secret(all, secret)));
	}
}

static const struct unit_test tests[] = {
	{"versions of files", test_versions},
	{"parts of a text", test_parts},
	{"what stands around a piece counts", test_neighbours_count},
	{"more hits than are remembered", test_walls_of_hits},
	{"the fast key is the key", test_keys_agree},
};

UNIT_MAIN(tests)
