#include "base/hash.h"
#include "base/limits.h"
#include "leaks/leaks.h"
#include "unit.h"

#include <pthread.h>
#include <stdlib.h>

#define THREADS 4

static const struct rule rule_a = {.id = "rule-a"};
static const struct rule rule_b = {.id = "rule-b"};
static const struct rule rule_password = {.id = "password", .guessable = true};

static const bytes path_x = {(const unsigned char *)"x", 1};

static struct leaks *leaks_with_key(const char *key)
{
	struct leaks_options options = {.fingerprint_key = bytes_text(key)};
	struct leaks *l = leaks_new(&options, NULL);

	CHECK(l != NULL);
	return l;
}

static struct sighting sighting(const struct rule *rule, const char *secret,
	uint64_t offset)
{
	return (struct sighting){
		.rule = rule,
		.secret = bytes_text(secret),
		.offset = offset,
		.length = strlen(secret),
		.line = 1 + (uint32_t)offset / 10,
		.column = 1,
		.confidence = CONFIDENCE_HIGH,
		.excerpt = bytes_text(secret),
		.excerpt_n = (uint32_t)strlen(secret),
	};
}

static void add(struct leaks *l, const struct sighting *s, const char *path)
{
	CHECK_EQUAL(leaks_add(l, s, bytes_text(path), LEAK_WORKTREE), OK);
}

static void test_groups(void)
{
	struct leaks *l = leaks_with_key("k");
	struct sighting a = sighting(&rule_a, "secret-one", 5);
	struct sighting b = sighting(&rule_b, "secret-one", 5);
	struct sighting c = sighting(&rule_a, "secret-two", 7);

	b.confidence = CONFIDENCE_CERTAIN;
	add(l, &a, "p/2");
	add(l, &c, "p/2");
	add(l, &b, "p/2");
	add(l, &a, "p/1");
	CHECK_EQUAL(leaks_place_count(l), 4);
	CHECK_EQUAL(leaks_finish(l, NULL), OK);
	CHECK_EQUAL(leaks_count(l), 3);
	CHECK(leaks_at(l, 0)->rule == &rule_b);
	CHECK_BYTES(leaks_at(l, 1)->secret, bytes_text("secret-one"));
	CHECK_EQUAL(leaks_at(l, 1)->place_count, 2);
	CHECK_BYTES(leaks_at(l, 1)->places[0].path, bytes_text("p/1"));
	CHECK_BYTES(leaks_at(l, 2)->secret, bytes_text("secret-two"));
	leaks_free(l);
}

static void test_repeat_is_one_place(void)
{
	struct leaks *l = leaks_with_key("k");
	struct sighting a = sighting(&rule_a, "secret-one", 5), sure = a;

	sure.confidence = CONFIDENCE_CERTAIN;
	add(l, &a, "same");
	add(l, &sure, "same");
	add(l, &a, "same");
	CHECK_EQUAL(leaks_finish(l, NULL), OK);
	CHECK_EQUAL(leaks_count(l), 1);
	CHECK_EQUAL(leaks_place_count(l), 1);
	CHECK_EQUAL(leaks_at(l, 0)->places[0].confidence, CONFIDENCE_CERTAIN);
	CHECK_EQUAL(leaks_at(l, 0)->confidence, CONFIDENCE_CERTAIN);
	leaks_free(l);
}

static void test_everything_is_copied(void)
{
	char secret[] = "the-secret-text", path[] = "the/path";
	char part[] = "part-secret", line[] = "k = the-secret-text;";
	struct leaks *l = leaks_with_key("k");
	struct sighting s = sighting(&rule_a, secret, 4);
	const struct leak_place *place;

	s.excerpt = bytes_text(line);
	s.excerpt_at = 4;
	s.parts[0] = (struct sighting_part){&rule_b, bytes_text(part), 77, 9};
	s.part_count = 1;
	s.encodings[0] = ENCODING_BASE64;
	s.encoding_count = 1;
	add(l, &s, path);
	memset(secret, 'X', sizeof(secret) - 1);
	memset(path, 'X', sizeof(path) - 1);
	memset(part, 'X', sizeof(part) - 1);
	memset(line, 'X', sizeof(line) - 1);
	memset(&s, 0, sizeof(s));
	CHECK_EQUAL(leaks_finish(l, NULL), OK);
	place = &leaks_at(l, 0)->places[0];
	CHECK_BYTES(leaks_at(l, 0)->secret, bytes_text("the-secret-text"));
	CHECK_BYTES(place->path, bytes_text("the/path"));
	CHECK_BYTES(place->excerpt, bytes_text("k = the-secret-text;"));
	CHECK_EQUAL(place->part_count, 1);
	CHECK_BYTES(place->parts[0].secret, bytes_text("part-secret"));
	CHECK(place->parts[0].rule == &rule_b);
	CHECK_EQUAL(place->parts[0].line, 9);
	CHECK_EQUAL(place->encodings[0], ENCODING_BASE64);
	leaks_free(l);
}

static void test_fingerprints(void)
{
	struct leaks *l = leaks_with_key("key one"), *m;
	struct sighting s = sighting(&rule_a, "test", 0);
	struct sighting p = sighting(&rule_password, "hunter2", 0);
	const char *keyed;

	add(l, &s, "x");
	add(l, &p, "x");
	CHECK_EQUAL(leaks_finish(l, NULL), OK);
	keyed = leaks_at(l, 0)->fingerprint;
	CHECK(bytes_starts(bytes_text(keyed), bytes_text("password:k")));
	CHECK_EQUAL(strlen(keyed), strlen("password:k") + 20);
	CHECK(!strpbrk(keyed, "+/="));
	/* the published vector of C3ID */
	CHECK_TEXT(leaks_at(l, 1)->fingerprint, "rule-a:rPHgxCVAOw6CZsT9xXEw");
	m = leaks_with_key("key two");
	add(m, &p, "x");
	CHECK_EQUAL(leaks_finish(m, NULL), OK);
	CHECK(strcmp(leaks_at(m, 0)->fingerprint, keyed) != 0);
	leaks_free(m);
	m = leaks_with_key("key one");
	add(m, &p, "elsewhere");
	CHECK_EQUAL(leaks_finish(m, NULL), OK);
	CHECK_TEXT(leaks_at(m, 0)->fingerprint, keyed);
	leaks_free(m);
	leaks_free(l);
}

/* HMAC-SHA-256("key", "password" NUL "hunter2"), its first 15 bytes. */
static void test_keyed_fingerprint_is_hmac(void)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_";
	struct leaks *l = leaks_with_key("key");
	struct sighting p = sighting(&rule_password, "hunter2", 0);
	unsigned char digest[SHA256_SIZE];
	bytes id;

	add(l, &p, "x");
	CHECK_EQUAL(leaks_finish(l, NULL), OK);
	hash_hmac_sha256(bytes_text("key"),
		bytes_of("password\0hunter2", 16), digest);
	id = bytes_drop(bytes_text(leaks_at(l, 0)->fingerprint), 10);
	CHECK_EQUAL(id.n, 20);
	for (size_t i = 0; i < 20; i++) {
		size_t bit = i * 6;
		unsigned v = (unsigned)digest[bit / 8] << 8;

		v |= digest[bit / 8 + 1];
		CHECK_EQUAL(id.at[i], digits[(v >> (10 - bit % 8)) & 63]);
	}
	leaks_free(l);
}

static void test_no_key_is_a_random_key(void)
{
	struct leaks *l = leaks_with_key(""), *m = leaks_with_key("");
	struct sighting p = sighting(&rule_password, "hunter2", 0);

	add(l, &p, "x");
	add(m, &p, "x");
	CHECK_EQUAL(leaks_finish(l, NULL), OK);
	CHECK_EQUAL(leaks_finish(m, NULL), OK);
	CHECK(strcmp(leaks_at(l, 0)->fingerprint,
		      leaks_at(m, 0)->fingerprint) != 0);
	leaks_free(l);
	leaks_free(m);
}

/* Everything that a report could show, as one text. */
static unsigned long dump(const struct leaks *l, char *out, size_t room)
{
	unsigned long n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < leaks_count(l); i++) {
		const struct leak *leak = leaks_at(l, i);

		for (size_t p = 0; p < leak->place_count; p++) {
			const struct leak_place *place = &leak->places[p];

			n += (unsigned long)snprintf(out + n, room - n,
				"%s %.*s %.*s %u %d\n", leak->fingerprint,
				(int)leak->secret.n,
				(const char *)leak->secret.at,
				(int)place->path.n,
				(const char *)place->path.at,
				(unsigned)place->offset, place->confidence);
			if (n >= room)
				abort();
		}
	}
	return n;
}

#define ITEMS 400

struct item {
	char secret[24], path[24];
	struct sighting s;
};

static void make_items(struct item items[ITEMS])
{
	for (unsigned i = 0; i < ITEMS; i++) {
		struct item *it = &items[i];

		snprintf(it->secret, sizeof(it->secret), "s-%u", i * 7 % 31);
		snprintf(it->path, sizeof(it->path), "d/%u", i * 13 % 17);
		it->s = sighting(i % 3 ? &rule_a : &rule_b, it->secret,
			i * 11 % 23);
		it->s.confidence = (enum confidence)(i * 5 % 4);
	}
}

static void shuffle(unsigned order[ITEMS], unsigned seed)
{
	for (unsigned i = 0; i < ITEMS; i++)
		order[i] = i;
	for (unsigned i = ITEMS - 1; i > 0; i--) {
		unsigned j, keep = order[i];

		seed = seed * 1103515245u + 12345u;
		j = (seed >> 16) % (i + 1);
		order[i] = order[j];
		order[j] = keep;
	}
}

static char *dump_shuffled(const struct item *items, unsigned seed)
{
	static const size_t room = 1 << 18;
	struct leaks *l = leaks_with_key("k");
	char *text = malloc(room);
	unsigned order[ITEMS];

	shuffle(order, seed);
	for (unsigned i = 0; i < ITEMS; i++)
		add(l, &items[order[i]].s, items[order[i]].path);
	CHECK_EQUAL(leaks_finish(l, NULL), OK);
	dump(l, text, room);
	leaks_free(l);
	return text;
}

static void test_order_of_adding_is_forgotten(void)
{
	static struct item items[ITEMS];
	char *want;

	make_items(items);
	want = dump_shuffled(items, 1);
	CHECK(strlen(want) > 1000);
	for (unsigned seed = 2; seed < 12; seed++) {
		char *got = dump_shuffled(items, seed);

		CHECK(strcmp(got, want) == 0);
		free(got);
	}
	free(want);
}

struct job {
	struct leaks *l;
	const struct item *items;
	unsigned first;
};

static void *run_job(void *context)
{
	struct job *job = context;

	for (unsigned i = job->first; i < ITEMS; i += THREADS)
		if (leaks_add(job->l, &job->items[i].s,
			    bytes_text(job->items[i].path), LEAK_WORKTREE))
			abort();
	return NULL;
}

static void test_threads(void)
{
	static struct item items[ITEMS];
	static char text[1 << 18];
	struct leaks *l = leaks_with_key("k");
	pthread_t threads[THREADS];
	struct job jobs[THREADS];
	char *want;

	make_items(items);
	for (unsigned i = 0; i < THREADS; i++) {
		jobs[i] = (struct job){l, items, i};
		CHECK_EQUAL(pthread_create(&threads[i], NULL, run_job,
				    &jobs[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	CHECK_EQUAL(leaks_finish(l, NULL), OK);
	dump(l, text, sizeof(text));
	want = dump_shuffled(items, 1);
	CHECK(strcmp(text, want) == 0);
	free(want);
	leaks_free(l);
}

static void test_memo_tells_again(void)
{
	struct leaks *l = leaks_with_key("k");
	struct leak_memo *m = leak_memo_new();
	char secret[] = "memo-secret", part[] = "memo-part";
	struct sighting s = sighting(&rule_a, secret, 3);

	s.parts[0] = (struct sighting_part){&rule_b, bytes_text(part), 1, 1};
	s.part_count = 1;
	CHECK_EQUAL(leak_memo_count(m), 0);
	leak_memo_sink(m, &s);
	s.offset = 30;
	leak_memo_sink(m, &s);
	memset(secret, 'X', sizeof(secret) - 1);
	memset(part, 'X', sizeof(part) - 1);
	CHECK_EQUAL(leak_memo_count(m), 2);
	CHECK_EQUAL(leaks_add_memo(l, m, bytes_text("b"), LEAK_HISTORY), OK);
	CHECK_EQUAL(leaks_add_memo(l, m, bytes_text("a"), LEAK_HISTORY), OK);
	leak_memo_free(m);
	CHECK_EQUAL(leaks_finish(l, NULL), OK);
	CHECK_EQUAL(leaks_count(l), 1);
	CHECK_EQUAL(leaks_at(l, 0)->place_count, 4);
	CHECK_BYTES(leaks_at(l, 0)->secret, bytes_text("memo-secret"));
	CHECK_BYTES(leaks_at(l, 0)->places[0].parts[0].secret,
		bytes_text("memo-part"));
	CHECK_BYTES(leaks_at(l, 0)->places[0].path, bytes_text("a"));
	CHECK_EQUAL(leaks_at(l, 0)->places[3].offset, 30);
	leaks_free(l);
}

static void test_memo_is_bounded(void)
{
	struct leaks *l = leaks_with_key("k");
	struct leak_memo *m = leak_memo_new();
	static char secret[LIMIT_SECRET + 1];
	struct sighting s;
	size_t told = 2 * LIMIT_MEMO_BYTES / LIMIT_SECRET;

	memset(secret, 's', LIMIT_SECRET);
	s = sighting(&rule_a, secret, 0);
	for (size_t i = 0; i < told; i++) {
		s.offset = i;
		leak_memo_sink(m, &s);
	}
	CHECK(leak_memo_count(m) * LIMIT_SECRET <= LIMIT_MEMO_BYTES);
	CHECK_EQUAL(leaks_add_memo(l, m, path_x, LEAK_WORKTREE), OK);
	CHECK_EQUAL(leaks_place_count(l) + leaks_unlisted(l), told);
	leak_memo_free(m);
	leaks_free(l);
}

/* Add `count` sightings with offsets start, start + step, ... mod count. */
static struct leaks *flood(size_t count, size_t start, size_t step)
{
	struct leaks *l = leaks_with_key("k");
	struct sighting s = sighting(&rule_a, "flood", 0);

	for (size_t i = 0, at = start; i < count; i++) {
		s.offset = at;
		s.confidence = at % 1000 == 999 ? CONFIDENCE_CERTAIN
						: CONFIDENCE_HIGH;
		if (leaks_add(l, &s, path_x, LEAK_WORKTREE))
			abort();
		at = (at + step) % count;
	}
	CHECK_EQUAL(leaks_finish(l, NULL), OK);
	return l;
}

/* Counts are exact, and what is listed does not depend on the order. */
static void test_flood_is_counted(void)
{
	size_t count = 3 * (size_t)LIMIT_SIGHTINGS;
	struct leaks *up = flood(count, 0, 1);
	struct leaks *down = flood(count, count - 1, count - 1);
	struct leaks *mixed = flood(count, 5, 7919);
	const struct leak *a = leaks_at(up, 0), *b = leaks_at(down, 0),
			  *c = leaks_at(mixed, 0);

	CHECK(leaks_place_count(up) > LIMIT_SIGHTINGS / 2);
	CHECK(leaks_place_count(up) <= LIMIT_SIGHTINGS);
	CHECK_EQUAL(leaks_place_count(up) + leaks_unlisted(up), count);
	CHECK_EQUAL(leaks_place_count(down), leaks_place_count(up));
	CHECK_EQUAL(leaks_unlisted(down), leaks_unlisted(up));
	CHECK_EQUAL(leaks_unlisted(mixed), leaks_unlisted(up));
	CHECK_EQUAL(b->place_count, a->place_count);
	CHECK_EQUAL(c->place_count, a->place_count);
	for (size_t i = 0; i < a->place_count; i++) {
		CHECK_EQUAL(b->places[i].offset, a->places[i].offset);
		CHECK_EQUAL(c->places[i].offset, a->places[i].offset);
	}
	/* the surest are kept, wherever they stand */
	CHECK_EQUAL(a->places[a->place_count - 1].offset, count - 1);
	leaks_free(up);
	leaks_free(down);
	leaks_free(mixed);
}

static void test_large_secrets_are_bounded(void)
{
	struct leaks *l = leaks_with_key("k");
	static char secret[LIMIT_SECRET + 1];
	size_t told = 2 * LIMIT_LEAKS_BYTES / LIMIT_SECRET;
	struct sighting s;

	memset(secret, 's', LIMIT_SECRET);
	s = sighting(&rule_a, secret, 0);
	for (size_t i = 0; i < told; i++) {
		snprintf(secret, sizeof(secret), "%zu", i);
		s.offset = i;
		if (leaks_add(l, &s, path_x, LEAK_WORKTREE))
			abort();
	}
	CHECK_EQUAL(leaks_finish(l, NULL), OK);
	CHECK(leaks_place_count(l) * LIMIT_SECRET <= LIMIT_LEAKS_BYTES);
	CHECK(leaks_place_count(l) > told / 3);
	CHECK_EQUAL(leaks_place_count(l) + leaks_unlisted(l), told);
	leaks_free(l);
}

static void test_empty(void)
{
	struct leaks *l = leaks_with_key("k");

	CHECK_EQUAL(leaks_finish(l, NULL), OK);
	CHECK_EQUAL(leaks_count(l), 0);
	leaks_free(l);
	leaks_free(NULL);
	leak_memo_free(NULL);
	CHECK_TEXT(leak_source_name(LEAK_ARCHIVE), "archive");
}

static size_t places_of(struct leaks *l)
{
	size_t n = 0;

	CHECK_EQUAL(leaks_finish(l, NULL), OK);
	for (size_t i = 0; i < leaks_count(l); i++)
		n += leaks_at(l, i)->place_count;
	return n;
}

static void add_from(struct leaks *l, const struct sighting *s,
	const char *path, enum leak_source source)
{
	CHECK_EQUAL(leaks_add(l, s, bytes_text(path), source), OK);
}

static void test_archives_give_way(void)
{
	struct leaks *l = leaks_with_key("k");
	struct sighting a = sighting(&rule_a, "secret-one", 500);
	struct sighting again = sighting(&rule_a, "secret-one", 900);
	struct sighting b = sighting(&rule_b, "secret-one", 500);

	/* The archive, a nest of archives, and names that sort between. */
	add_from(l, &a, "a.tar", LEAK_WORKTREE);
	add_from(l, &again, "a.tar", LEAK_WORKTREE);
	add_from(l, &a, "a.tar x", LEAK_WORKTREE);
	add_from(l, &a, "a.tar!n.tar", LEAK_ARCHIVE);
	add_from(l, &a, "a.tar!n.tar!x", LEAK_ARCHIVE);
	/* Another rule, and names that only look alike. */
	add_from(l, &b, "a.tar", LEAK_WORKTREE);
	add_from(l, &a, "b", LEAK_WORKTREE);
	add_from(l, &a, "b!c", LEAK_WORKTREE);
	CHECK_EQUAL(places_of(l), 5);
	CHECK_EQUAL(leaks_count(l), 2);
	CHECK_BYTES(leaks_at(l, 0)->places[0].path, bytes_text("a.tar x"));
	CHECK_BYTES(leaks_at(l, 0)->places[1].path,
		bytes_text("a.tar!n.tar!x"));
	leaks_free(l);
}

static void test_archives_stay(void)
{
	struct leaks *l = leaks_with_key("k");
	struct sighting a = sighting(&rule_a, "secret-one", 500);
	struct sighting low = a;
	struct leak_where partial = {
		.path = bytes_text("broken.tar"),
		.source = LEAK_WORKTREE,
		.is_partial = true,
	};

	low.confidence = CONFIDENCE_LOW;
	CHECK_EQUAL(leaks_add_at(l, &a, &partial), OK);
	add_from(l, &a, "broken.tar!x", LEAK_ARCHIVE);
	/* Only a place that is as sure stands for it. */
	add_from(l, &a, "c.tar", LEAK_WORKTREE);
	add_from(l, &low, "c.tar!x", LEAK_ARCHIVE);
	CHECK_EQUAL(places_of(l), 4);
	leaks_free(l);
}

static const struct unit_test tests[] = {
	{"places group by rule and secret, surest first", test_groups},
	{"the same place told twice is one place", test_repeat_is_one_place},
	{"what is added is copied", test_everything_is_copied},
	{"a fingerprint is a C3ID, or keyed where guessable",
		test_fingerprints},
	{"a keyed fingerprint is HMAC-SHA-256",
		test_keyed_fingerprint_is_hmac},
	{"without a key one is made up", test_no_key_is_a_random_key},
	{"the order of adding is forgotten",
		test_order_of_adding_is_forgotten},
	{"threads may add at once", test_threads},
	{"a memo tells its sightings for another path",
		test_memo_tells_again},
	{"a memo is bounded and counts what it drops", test_memo_is_bounded},
	{"a flood is cut the same way in any order, and counted",
		test_flood_is_counted},
	{"large secrets are bounded by their bytes",
		test_large_secrets_are_bounded},
	{"an archive's bytes give way to its members",
		test_archives_give_way},
	{"those of a broken archive, and surer ones, stay",
		test_archives_stay},
	{"nothing found is no leak", test_empty},
};

UNIT_MAIN(tests)
