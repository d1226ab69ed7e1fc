/*
 * known: a state leaves out what it may and nothing else; contents are found
 * again under their rules alone.
 */
#include "known/known.h"
#include "pack/visitor.h"
#include "workshop.h"

#include <stdlib.h>

static const unsigned char secret[HASH_SECRET] = "a store's, of a test";
static const unsigned char other_secret[HASH_SECRET] = "of another store";

/* ---- contents ------------------------------------------------------------ */

static struct hash128 key_of(uint64_t n)
{
	return hash_128(bytes_of(&n, sizeof(n)), 7);
}

static void test_contents(void)
{
	struct known_contents *c = known_contents_new(100);

	CHECK(!known_contents_has(c, key_of(1), 5));
	for (uint64_t n = 0; n < 100; n++) {
		known_contents_add(c, key_of(n), 5);
		known_contents_add(c, key_of(n), 5);
	}
	CHECK_EQUAL(known_contents_count(c), 100);
	for (uint64_t n = 0; n < 100; n++) {
		CHECK(known_contents_has(c, key_of(n), 5));
		CHECK(!known_contents_has(c, key_of(n), 6));
		CHECK(!known_contents_has(c, key_of(n + 100), 5));
	}
	/* Under two sets of rules it is two. */
	known_contents_add(c, key_of(1), 6);
	CHECK(known_contents_has(c, key_of(1), 6));
	CHECK_EQUAL(known_contents_count(c), 101);
	known_contents_free(c);
}

static void test_contents_full(void)
{
	struct known_contents *c = known_contents_new(1);
	size_t held;

	for (uint64_t n = 0; n < 5000; n++)
		known_contents_add(c, key_of(n), 5);
	held = known_contents_count(c);
	CHECK(held > 0 && held < 5000);
	/* Those that were taken stay; the others are not claimed. */
	CHECK(known_contents_has(c, key_of(0), 5));
	CHECK(!known_contents_has(c, key_of(4999), 5));
	known_contents_free(c);
}

static void test_keys_of_zero(void)
{
	struct known_contents *c = known_contents_new(8);
	const struct hash128 zero = {0, 0}, half = {0, 9};

	CHECK(!known_contents_has(c, zero, 0));
	known_contents_add(c, zero, 0);
	known_contents_add(c, half, 0);
	CHECK(known_contents_has(c, zero, 0));
	CHECK(known_contents_has(c, half, 0));
	CHECK_EQUAL(known_contents_count(c), 2);
	known_contents_free(c);
}

/* ---- states -------------------------------------------------------------- */

/* A repository as one run sees it. */
struct run {
	struct repo *repo;
	struct pack_store *store;
	struct known *known;
	struct pack_sweep *sweep;
};

/* Nobody writes while we look, so times are believed at once. */
static struct known_options options_of(bytes state)
{
	return (struct known_options){.state = state,
		.rules = 11,
		.secret = secret,
		.is_private = true};
}

static enum known_extent begin_with(struct run *r, const struct workshop *w,
	const struct known_options *options)
{
	const struct repo_options how = {.allow_owner = true};
	char path[128];

	*r = (struct run){.known = known_new(options)};
	CHECK_EQUAL(repo_open(&r->repo, workshop_path(w, "r", path,
			sizeof(path)), &how, NULL), OK);
	CHECK_EQUAL(pack_store_open(&r->store, r->repo->objects, NULL, NULL),
		OK);
	CHECK_EQUAL(known_look(r->known, r->repo, r->store, NULL), OK);
	CHECK_EQUAL(pack_sweep_new_chosen(&r->sweep, r->store, PACK_SWEEP_ALL,
			known_choice(r->known), NULL), OK);
	return known_extent(r->known);
}

static enum known_extent begin(struct run *r, const struct workshop *w,
	bytes state)
{
	const struct known_options options = options_of(state);

	return begin_with(r, w, &options);
}

static void end(struct run *r)
{
	known_free(r->known);
	pack_sweep_free(r->sweep);
	pack_store_close(r->store);
	repo_close(r->repo);
}

static enum known_extent extent(const struct workshop *w, bytes state)
{
	struct run r;
	enum known_extent found = begin(&r, w, state);

	end(&r);
	return found;
}

/* What a run leaves: one object, the first of the first pack, is not clean. */
static void remember(const struct workshop *w, struct known_seen seen,
	struct buf *state)
{
	struct run r;

	buf_init(state, (size_t)1 << 20);
	begin(&r, w, bytes_of(NULL, 0));
	seen.ids = pack_part_id(r.store, 0, 0);
	seen.count = 1;
	seen.sweep = r.sweep;
	known_put_state(r.known, &seen, state);
	CHECK(state->n > 0 && !state->failed);
	end(&r);
}

static const struct known_seen closed = {.is_closed = true,
	.carried = {(const unsigned char *)"where they stood", 16}};

static void build(struct workshop *w)
{
	workshop_begin(w);
	workshop_must(w, "exec >/dev/null 2>&1; git init -q -b main r; cd r;"
		"git config user.name n; git config user.email n@e.invalid;"
		"git config gc.auto 0;"
		"for i in 1 2 3; do echo $i >f$i; git add f$i;"
		" git commit -q -m $i; done; git repack -q -a -d;"
		"echo loose >l; git add l; git commit -q -m l");
}

static void test_nothing_new(void)
{
	struct workshop w;
	struct buf state;

	build(&w);
	CHECK_EQUAL(extent(&w, bytes_of(NULL, 0)), KNOWN_NOTHING);
	remember(&w, closed, &state);
	CHECK_EQUAL(extent(&w, buf_bytes(&state)), KNOWN_ALL);
	workshop_must(&w, "git -C r branch b HEAD~1");
	CHECK_EQUAL(extent(&w, buf_bytes(&state)), KNOWN_PARTS);
	buf_release(&state);
	workshop_end(&w);
}

static void test_what_is_visited(void)
{
	unsigned char was[PACK_ID_MAX];
	struct workshop w;
	struct buf state;
	struct run r;

	build(&w);
	remember(&w, closed, &state);
	workshop_must(&w, "exec >/dev/null 2>&1; cd r; echo n >n; git add n;"
		"git commit -q -m n");
	CHECK_EQUAL(begin(&r, &w, buf_bytes(&state)), KNOWN_PARTS);
	/* The entry that was not clean, and the three new objects. */
	CHECK(known_choice(r.known)->packs[0].is_some);
	CHECK_EQUAL(known_choice(r.known)->packs[0].n, 1);
	CHECK_EQUAL(known_choice(r.known)->packs[0].at[0], 0);
	CHECK_EQUAL(pack_sweep_distinct(r.sweep), 4);
	CHECK_BYTES(known_carried(r.known), closed.carried);
	memcpy(was, pack_part_id(r.store, 0, 1), 20);
	CHECK(known_was_there(r.known, was));
	was[7] ^= 1;
	CHECK(!known_was_there(r.known, was));
	end(&r);
	buf_release(&state);
	workshop_end(&w);
}

static void try_change(const char *line, enum known_extent want,
	struct known_seen seen)
{
	struct workshop w;
	struct buf state;
	char text[1024];

	build(&w);
	remember(&w, seen, &state);
	(void)snprintf(text, sizeof(text), "exec >/dev/null 2>&1; cd r; %s",
		line);
	workshop_must(&w, text);
	CHECK_EQUAL(extent(&w, buf_bytes(&state)), want);
	buf_release(&state);
	workshop_end(&w);
}

static void test_what_is_lost(void)
{
	struct known_seen open = closed, named = closed;

	open.is_closed = false;
	named.has_names = true;
	try_change("git repack -q -a -d", KNOWN_NOTHING, closed);
	try_change("find .git/objects/?? -type f | head -1 | xargs rm -f",
		KNOWN_NOTHING, closed);
	/* As good as nothing once anything has changed. */
	try_change("git branch b HEAD~1", KNOWN_NOTHING, open);
	try_change("git branch b HEAD~1", KNOWN_NOTHING, named);
	try_change(":", KNOWN_ALL, open);
	try_change(":", KNOWN_ALL, named);
	/* A pack that was written again is not the one that was seen. */
	try_change("p=$(ls .git/objects/pack/*.pack); cp $p q; mv -f q $p",
		KNOWN_NOTHING, closed);
}

static void try_growth(const char *line, size_t want)
{
	struct workshop w;
	struct buf state;
	struct run r;
	char text[1024];

	build(&w);
	remember(&w, closed, &state);
	(void)snprintf(text, sizeof(text), "exec >/dev/null 2>&1; cd r;"
		"file() { n=$(git rev-parse $1); d=.git/objects/$(echo $n |"
		" cut -c1-2); mkdir -p $d; echo $d/$(echo $n | cut -c3-); };"
		"%s", line);
	workshop_must(&w, text);
	CHECK_EQUAL(begin(&r, &w, buf_bytes(&state)), KNOWN_PARTS);
	CHECK_EQUAL(known_carried(r.known).n, want);
	end(&r);
	buf_release(&state);
	workshop_end(&w);
}

/* What comes again under a name that was there must be what was there. */
static void test_carrying_needs_growth(void)
{
	try_growth("git branch b HEAD~1", closed.carried.n);
	try_growth("echo n >n; git add n; git commit -q -m n",
		closed.carried.n);
	/* The loose objects, packed too, and left where they are. */
	try_growth("git repack -q", closed.carried.n);
	/* Packed, and left nowhere else: what they were cannot be seen. */
	try_growth("git repack -q -d", 0);
	/* Another content under the name of an object in a pack. */
	try_growth("cp $(file HEAD:l) $(file HEAD:f1)", 0);
	/* A loose object that was written again. */
	try_growth("f=$(file HEAD:l); cp $f q; mv -f q $f", 0);
}

static void test_other_rules(void)
{
	struct known_options options;
	struct workshop w;
	struct buf state;
	struct run r;

	build(&w);
	remember(&w, closed, &state);
	options = options_of(buf_bytes(&state));
	options.rules = 12;
	CHECK_EQUAL(begin_with(&r, &w, &options), KNOWN_NOTHING);
	end(&r);
	options.rules = 11;
	options.secret = other_secret;
	CHECK_EQUAL(begin_with(&r, &w, &options), KNOWN_NOTHING);
	end(&r);
	buf_release(&state);
	workshop_end(&w);
}

static void test_damage(void)
{
	struct workshop w;
	struct buf state;

	build(&w);
	remember(&w, closed, &state);
	CHECK_EQUAL(extent(&w, buf_bytes(&state)), KNOWN_ALL);
	for (size_t n = 0; n < state.n; n++) {
		unsigned char was = state.at[n];

		CHECK_EQUAL(extent(&w, bytes_of(state.at, n)), KNOWN_NOTHING);
		state.at[n] = (unsigned char)(was ^ (1 << n % 8));
		CHECK_EQUAL(extent(&w, buf_bytes(&state)), KNOWN_NOTHING);
		state.at[n] = was;
	}
	buf_put_byte(&state, 0);
	CHECK_EQUAL(extent(&w, buf_bytes(&state)), KNOWN_NOTHING);
	buf_release(&state);
	workshop_end(&w);
}

static const struct unit_test tests[] = {
	{"contents are found under their rules", test_contents},
	{"a full table keeps what it has", test_contents_full},
	{"keys with zeroes are keys", test_keys_of_zero},
	{"nothing new is nothing to do", test_nothing_new},
	{"what is new and what is not clean is visited", test_what_is_visited},
	{"what was lost or written anew is looked at wholly",
		test_what_is_lost},
	{"only what grew is carried on", test_carrying_needs_growth},
	{"a state of other rules or another store is none", test_other_rules},
	{"a damaged state is none", test_damage},
};

UNIT_MAIN(tests)
