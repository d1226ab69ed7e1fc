/*
 * flip PACK [STEP [FIRST]]: every byte of a pack and of its index is turned
 * into each of three others, one at a time (every STEP-th byte from FIRST),
 * and the pack is swept each time. What the sound pack holds must then be
 * there, or something must be said: a store that does not open, a problem
 * of an object, or an object less than the index counts.
 *
 * One thing can be seen by hashing only: a delta whose flipped head names
 * another base of the same size. git shows the wrong bytes, too. Those are
 * counted and may be a few in ten thousand.
 */
#include "base/clock.h"
#include "base/hash.h"
#include "pack/visitor.h"

#include <stdio.h>
#include <stdlib.h>

#define SECONDS_MAX 5.0

struct file {
	unsigned char *at;
	size_t n;
};

struct seen {
	uint64_t *keys; /* of contents, sorted in the end */
	size_t n, room, problems;
};

struct tally {
	unsigned long long runs, told, same, wrong, silent, slow;
};

static void die(const char *what)
{
	(void)fprintf(stderr, "flip: %s\n", what);
	exit(2);
}

static struct file load(const char *stem, const char *ending)
{
	char path[4096];
	struct file f = {NULL, 0};
	FILE *in;

	(void)snprintf(path, sizeof(path), "%s%s", stem, ending);
	in = fopen(path, "rb");
	if (in == NULL)
		die(path);
	f.at = malloc(1 << 24);
	if (f.at)
		f.n = fread(f.at, 1, 1 << 24, in);
	(void)fclose(in);
	return f;
}

static void on_object(void *context, const struct pack_object *o)
{
	struct seen *s = context;

	if (s->n < s->room)
		s->keys[s->n++] = hash_64(o->data, 0);
}

static void on_large(void *context, const struct pack_object *o)
{
	(void)context;
	(void)o;
}

static void on_piece(void *context, bytes piece)
{
	(void)context;
	(void)piece;
}

static void on_end(void *context, enum pack_problem problem)
{
	((struct seen *)context)->problems += problem != PACK_FINE;
}

static void on_problem(void *context, const unsigned char *id, bool is_copy,
	enum pack_problem problem)
{
	(void)id;
	(void)is_copy;
	(void)problem;
	((struct seen *)context)->problems++;
}

static bool never(void *context)
{
	(void)context;
	return false;
}

static int by_key(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void sweep(struct file pack, struct file index, struct seen *out)
{
	const struct pack_visitor visitor = {
		.object = on_object,
		.large_begin = on_large,
		.large_piece = on_piece,
		.large_end = on_end,
		.problem = on_problem,
		.is_stopped = never,
		.context = out,
	};
	struct pack_store *store = NULL;
	struct pack_sweep *plan = NULL;
	struct pack_worker *w = NULL;

	out->n = out->problems = 0;
	if (pack_store_open_memory(&store, bytes_of(pack.at, pack.n),
		    bytes_of(index.at, index.n), NULL) != OK ||
		pack_sweep_new(&plan, store, PACK_SWEEP_ALL, NULL) != OK ||
		(w = pack_worker_new(store)) == NULL) {
		out->problems = 1;
	} else {
		for (size_t u = 0; u < pack_sweep_units(plan); u++)
			pack_sweep_run(plan, u, w, &visitor);
		out->problems += out->n + out->problems <
				 pack_store_count(store);
	}
	qsort(out->keys, out->n, sizeof(*out->keys), by_key);
	pack_worker_free(w);
	pack_sweep_free(plan);
	pack_store_close(store);
}

/* Is each content of `want` in `got`? */
static bool holds(const struct seen *got, const struct seen *want)
{
	size_t at = 0;

	for (size_t i = 0; i < want->n; i++) {
		while (at < got->n && got->keys[at] < want->keys[i])
			at++;
		if (at == got->n || got->keys[at] != want->keys[i])
			return false;
	}
	return true;
}

static void flip(struct file pack, struct file index, unsigned char *at,
	const struct seen *want, struct seen *got, struct tally *t)
{
	static const unsigned char masks[] = {0x01, 0x80, 0xff};

	for (size_t m = 0; m < sizeof(masks); m++) {
		uint64_t start = clock_nanoseconds();

		*at ^= masks[m];
		sweep(pack, index, got);
		*at ^= masks[m];
		t->runs++;
		t->slow += clock_seconds(start, clock_nanoseconds()) >
			   SECONDS_MAX;
		if (got->problems)
			t->told++;
		else if (holds(got, want))
			t->same++;
		else if (got->n == want->n)
			t->wrong++;
		else
			t->silent++;
	}
}

int main(int argc, char **argv)
{
	size_t step = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	size_t first = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	struct file pack, index;
	struct seen want = {.room = 1 << 16}, got = {.room = 1 << 16};
	struct tally t = {0};
	int is_bad;

	if (argc < 2 || step == 0)
		die("flip PACK-WITHOUT-ENDING [STEP [FIRST]]");
	pack = load(argv[1], ".pack");
	index = load(argv[1], ".idx");
	want.keys = calloc(want.room, sizeof(*want.keys));
	got.keys = calloc(got.room, sizeof(*got.keys));
	if (!pack.at || !index.at || !want.keys || !got.keys)
		die("no memory");
	sweep(pack, index, &want);
	if (want.problems || want.n == 0)
		die("the sound pack does not read");
	for (size_t i = first; i < pack.n; i += step)
		flip(pack, index, pack.at + i, &want, &got, &t);
	for (size_t i = first; i < index.n; i += step)
		flip(pack, index, index.at + i, &want, &got, &t);
	is_bad = t.silent || t.slow || t.told < t.runs / 4 ||
		 t.wrong * 1000 > t.runs;
	(void)printf("%zu objects, %zu + %zu bytes: %llu flips: %llu told, "
		"%llu harmless, %llu wrong as in git, %llu silent, %llu "
		"slow\n", want.n, pack.n, index.n, t.runs, t.told, t.same,
		t.wrong, t.silent, t.slow);
	free(pack.at);
	free(index.at);
	free(want.keys);
	free(got.keys);
	return is_bad;
}
