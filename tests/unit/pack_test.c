/*
 * The object store against git itself: every object must inflate to bytes
 * whose hash is its name, in every layout that git writes; and against
 * hostile packs, built here byte by byte (formats: gitformat-pack(5)).
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "pack/internal.h"
#include "pack/visitor.h"
#include "workshop.h"

#include <openssl/sha.h>
#include <zlib.h>

/* What a sweep told. */
struct tally {
	size_t id_size;
	uint64_t objects, copies, misnamed, large, bytes;
	uint64_t problems[PACK_PROBLEM_COUNT];
};

static bool is_named_right(const struct pack_object *o, size_t id_size)
{
	static const char *const names[] = {
		"?", "commit", "tree", "blob", "tag"};
	unsigned char digest[SHA256_DIGEST_LENGTH];
	struct buf text;

	buf_init(&text, (size_t)1 << 30);
	buf_printf(&text, "%s %zu", names[o->type], o->data.n);
	buf_put_byte(&text, '\0');
	buf_put(&text, o->data);
	if (id_size == 20)
		SHA1(text.at, text.n, digest);
	else
		SHA256(text.at, text.n, digest);
	buf_release(&text);
	return memcmp(digest, o->id, id_size) == 0;
}

static void on_object(void *context, const struct pack_object *o)
{
	struct tally *t = context;

	if (o->is_copy)
		t->copies++;
	else
		t->objects++;
	t->bytes += o->data.n;
	t->misnamed += !is_named_right(o, t->id_size);
}

static void on_large_begin(void *context, const struct pack_object *o)
{
	(void)o;
	((struct tally *)context)->large++;
}

static void on_large_piece(void *context, bytes piece)
{
	((struct tally *)context)->bytes += piece.n;
}

static void on_large_end(void *context, enum pack_problem problem)
{
	((struct tally *)context)->problems[problem]++;
}

static void on_problem(void *context, const unsigned char *id, bool is_copy,
	enum pack_problem problem)
{
	(void)id;
	if (!is_copy)
		((struct tally *)context)->problems[problem]++;
}

static bool never(void *context)
{
	(void)context;
	return false;
}

static struct pack_store *open_at(const struct workshop *w, const char *where)
{
	static const char *const allowed[] = {"/tmp"};
	static const struct pack_store_options options = {
		.allowed = allowed, .allowed_count = 1};
	char path[256];
	struct pack_store *store = NULL;
	struct error err = {.code = OK};

	CHECK_EQUAL(pack_store_open(&store,
			    workshop_path(w, where, path, sizeof(path)),
			    &options, &err),
		OK);
	return store;
}

static struct tally sweep(struct pack_store *store)
{
	struct tally t = {.id_size = pack_store_id_size(store)};
	struct pack_visitor visitor = {on_object, on_large_begin,
		on_large_piece, on_large_end, on_problem, never, &t};
	struct pack_worker *w = pack_worker_new(store);
	struct pack_sweep *s = NULL;

	CHECK_EQUAL(pack_sweep_new(&s, store, PACK_SWEEP_ALL, NULL), OK);
	for (size_t i = 0; s && i < pack_sweep_units(s); i++)
		pack_sweep_run(s, i, w, &visitor);
	pack_sweep_free(s);
	pack_worker_free(w);
	CHECK_EQUAL(atomic_load(&store->held), 0);
	return t;
}

static uint64_t problem_sum(const struct tally *t)
{
	uint64_t sum = 0;

	for (size_t i = PACK_FINE + 1; i < PACK_PROBLEM_COUNT; i++)
		sum += t->problems[i];
	return sum;
}

/* `git cat-file --batch-all-objects --batch-check | wc -l` in `repo`. */
static uint64_t git_count(const struct workshop *w, const char *repo)
{
	struct buf text;
	char line[256];
	uint64_t count;

	snprintf(line, sizeof(line),
		"git -C %s cat-file --batch-all-objects --batch-check | wc -l "
		">count",
		repo);
	workshop_must(w, line);
	workshop_read(w, "count", &text);
	count = strtoull(buf_text(&text), NULL, 10);
	buf_release(&text);
	return count;
}

/* A history with deltas, all four types, and a message here and there. */
#define MAKE_HISTORY                                                         \
	"git config user.name a; git config user.email a@example.com;"       \
	"i=0; while [ $i -lt 12 ]; do seq $i $((i + 2000)) >f;"              \
	"mkdir -p d$i; echo $i >d$i/g; git add -A; git commit -qm c$i;"      \
	"i=$((i + 1)); done; git tag -a -m t v1;"

static void check_layout(const struct workshop *w, const char *repo,
	const char *objects)
{
	struct pack_store *store = open_at(w, objects);
	struct tally t = {.objects = 0};
	uint64_t expected = git_count(w, repo);

	if (store == NULL)
		return;
	t = sweep(store);
	CHECK_EQUAL(t.objects, expected);
	CHECK_EQUAL(pack_store_count(store), expected);
	CHECK_EQUAL(t.misnamed, 0);
	CHECK_EQUAL(problem_sum(&t), 0);
	pack_store_close(store);
}

static void test_layouts(void)
{
	static const char *const makers[] = {
		"git init -q r; cd r;" MAKE_HISTORY,
		"git init -q r; cd r;" MAKE_HISTORY "git gc -q",
		"git init -q r; cd r;" MAKE_HISTORY
		"git repack -qadf --depth=200 --window=50",
		"git init -q r; cd r;" MAKE_HISTORY
		"git repack -qad; git tag -d v1; git checkout -q --orphan x;" MAKE_HISTORY
		"git repack -qd; git multi-pack-index write",
		"git init -q r; cd r;" MAKE_HISTORY
		"git config pack.indexVersion 1; git repack -qad",
		"git init -q r; cd r;" MAKE_HISTORY
		"git commit -q --amend -m gone; git reflog expire "
		"--expire=now --all; git gc -q --cruft --prune=never",
		"git init -q --object-format=sha256 r; cd r;" MAKE_HISTORY,
		"git init -q --object-format=sha256 r; cd r;" MAKE_HISTORY
		"git gc -q",
		"git init -q r; cd r;" MAKE_HISTORY
		"git config pack.packSizeLimit 1m; git repack -qad",
		"git init -q r",
	};

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		struct workshop w;

		workshop_begin(&w);
		workshop_must(&w, makers[i]);
		check_layout(&w, "r", "r/.git/objects");
		workshop_end(&w);
	}
}

static void test_alternates(void)
{
	struct workshop w;
	struct pack_store *store;
	char path[256];

	workshop_begin(&w);
	workshop_must(&w, "git init -q r; cd r;" MAKE_HISTORY
			  "git repack -qad; cd ..; git clone -qs r s; cd s;"
			  "git config user.name a; git config user.email b;"
			  "echo more >more; git add more; git commit -qm m");
	check_layout(&w, "s", "s/.git/objects");
	/* Without leave it is not followed, and that is counted. */
	CHECK_EQUAL(pack_store_open(&store,
			    workshop_path(&w, "s/.git/objects", path,
				    sizeof(path)),
			    NULL, NULL),
		OK);
	CHECK_EQUAL(pack_store_report(store)->refused_alternates, 1);
	CHECK_EQUAL(pack_store_count(store), 3);
	pack_store_close(store);
	workshop_end(&w);
}

static void test_copies_count_once(void)
{
	struct workshop w;
	struct pack_store *store;
	struct tally t;

	workshop_begin(&w);
	workshop_must(&w, "git init -q r; cd r;" MAKE_HISTORY
			  "git repack -qa; cp -r .git/objects all;"
			  "git rev-list --objects --all | cut -c1-40 | "
			  "git pack-objects -q .git/objects/pack/pack "
			  "--no-reuse-delta --depth=0 >/dev/null");
	store = open_at(&w, "r/.git/objects");
	t = sweep(store);
	CHECK_EQUAL(t.objects, git_count(&w, "r"));
	CHECK(t.copies > 0);
	CHECK_EQUAL(t.misnamed, 0);
	pack_store_close(store);
	workshop_end(&w);
}

/* One object read alone is the object that the sweep gave. */
static void on_read_again(void *context, const struct pack_object *o)
{
	struct pack_worker *other = context;
	enum pack_problem problem;
	enum pack_type type;
	uint64_t size = 0;
	bytes data;

	CHECK_EQUAL(pack_read(other, o->id, &type, &data, &problem, NULL), OK);
	CHECK_EQUAL(type, o->type);
	CHECK(bytes_equal(data, o->data));
	CHECK_EQUAL(pack_read_header(other, o->id, &type, &size, &problem,
			    NULL),
		OK);
	CHECK_EQUAL(size, o->data.n);
	CHECK_EQUAL(type, o->type);
}

static void test_single_reads(void)
{
	struct workshop w;
	struct pack_store *store;
	struct pack_worker *one, *other;
	struct pack_sweep *s;
	unsigned char absent[PACK_ID_MAX] = {1, 2, 3};
	enum pack_problem problem;
	enum pack_type type;
	bytes data;

	workshop_begin(&w);
	workshop_must(&w, "git init -q r; cd r;" MAKE_HISTORY
			  "git repack -qadf --depth=50; echo loose >l;"
			  "git add l; git commit -qm l");
	store = open_at(&w, "r/.git/objects");
	one = pack_worker_new(store);
	other = pack_worker_new(store);
	CHECK_EQUAL(pack_sweep_new(&s, store, PACK_SWEEP_ALL, NULL), OK);
	for (size_t i = 0; i < pack_sweep_units(s); i++) {
		struct pack_visitor v = {on_read_again, on_large_begin,
			on_large_piece, on_large_end, on_problem, never,
			other};

		pack_sweep_run(s, i, one, &v);
	}
	CHECK_EQUAL(pack_read(other, absent, &type, &data, &problem, NULL),
		ERR_NOT_FOUND);
	pack_sweep_free(s);
	pack_worker_free(one);
	pack_worker_free(other);
	pack_store_close(store);
	workshop_end(&w);
}

/* ---- hostile packs ------------------------------------------------------ */

struct made_pack {
	struct buf pack;
	unsigned char ids[64][20];
	uint32_t offsets[64];
	size_t count;
};

static void put_be32(struct buf *b, uint32_t v)
{
	unsigned char at[4] = {(unsigned char)(v >> 24),
		(unsigned char)(v >> 16), (unsigned char)(v >> 8),
		(unsigned char)v};

	buf_put(b, bytes_of(at, 4));
}

static void put_size(struct buf *b, uint64_t n)
{
	while (n > 127) {
		buf_put_byte(b, (unsigned char)((n & 127) | 128));
		n >>= 7;
	}
	buf_put_byte(b, (unsigned char)n);
}

static void made_begin(struct made_pack *m)
{
	m->count = 0;
	buf_init(&m->pack, WORKSHOP_MAX);
	buf_put_text(&m->pack, "PACK");
	put_be32(&m->pack, 2);
	put_be32(&m->pack, 0);
}

/* An entry with the name `id` repeated; base: REF by byte, or OFS back. */
static void made_entry(struct made_pack *m, unsigned char id,
	enum pack_type type, uint64_t size, const unsigned char *base_id,
	uint64_t back, bytes content)
{
	unsigned char packed[70000];
	uLongf n = sizeof(packed);
	uint64_t rest = size >> 4;
	unsigned char head = (unsigned char)(type << 4 | (size & 15));

	memset(m->ids[m->count], id, 20);
	m->offsets[m->count++] = (uint32_t)m->pack.n;
	while (rest) {
		buf_put_byte(&m->pack, head | 128);
		head = rest & 127;
		rest >>= 7;
	}
	buf_put_byte(&m->pack, head);
	for (int i = 0; base_id && i < 20; i++)
		buf_put_byte(&m->pack, *base_id);
	if (back) {
		unsigned char at[10];
		size_t k = sizeof(at);

		at[--k] = back & 127;
		while (back >>= 7)
			at[--k] = (unsigned char)(128 | (--back & 127));
		buf_put(&m->pack, bytes_of(at + k, sizeof(at) - k));
	}
	compress(packed, &n, content.at, content.n);
	buf_put(&m->pack, bytes_of(packed, n));
}

/* Write pack and index to objects/pack; entries were added by rising id. */
static void made_end(struct made_pack *m, const struct workshop *w)
{
	struct buf index;
	unsigned char sum[20];

	m->pack.at[11] = (unsigned char)m->count;
	SHA1(m->pack.at, m->pack.n, sum);
	buf_put(&m->pack, bytes_of(sum, 20));
	buf_init(&index, WORKSHOP_MAX);
	put_be32(&index, 0xff744f63);
	put_be32(&index, 2);
	for (unsigned fan = 0; fan < 256; fan++) {
		uint32_t n = 0;

		for (size_t i = 0; i < m->count; i++)
			n += m->ids[i][0] <= fan;
		put_be32(&index, n);
	}
	for (size_t i = 0; i < m->count; i++)
		buf_put(&index, bytes_of(m->ids[i], 20));
	for (size_t i = 0; i < m->count; i++)
		put_be32(&index, 0);
	for (size_t i = 0; i < m->count; i++)
		put_be32(&index, m->offsets[i]);
	buf_put(&index, bytes_of(sum, 20));
	SHA1(index.at, index.n, sum);
	buf_put(&index, bytes_of(sum, 20));
	workshop_must(w, "mkdir -p objects/pack");
	workshop_write(w, "objects/pack/pack-x.pack", buf_bytes(&m->pack));
	workshop_write(w, "objects/pack/pack-x.idx", buf_bytes(&index));
	buf_release(&index);
	buf_release(&m->pack);
}

static struct tally sweep_made(struct made_pack *m)
{
	struct workshop w;
	struct pack_store *store;
	struct tally t;

	workshop_begin(&w);
	made_end(m, &w);
	store = open_at(&w, "objects");
	t = sweep(store);
	CHECK_EQUAL(t.objects + problem_sum(&t) + t.problems[PACK_FINE],
		pack_store_count(store));
	pack_store_close(store);
	workshop_end(&w);
	return t;
}

/* A delta of the whole base: sizes and one copy. */
static void whole_copy(struct buf *delta, uint64_t base, uint64_t result)
{
	buf_init(delta, 1000);
	put_size(delta, base);
	put_size(delta, result);
	buf_put(delta, bytes_of("\x90", 1));
	buf_put_byte(delta, (unsigned char)base);
}

static void test_cycle(void)
{
	static const unsigned char a = 0xaa, b = 0xbb, c = 0xcc;
	struct made_pack m;
	struct buf delta;
	struct tally t;

	whole_copy(&delta, 5, 5);
	made_begin(&m);
	made_entry(&m, 0x11, PACK_BLOB, 5, NULL, 0, bytes_text("hello"));
	made_entry(&m, a, PACK_REF_DELTA, delta.n, &b, 0, buf_bytes(&delta));
	made_entry(&m, b, PACK_REF_DELTA, delta.n, &a, 0, buf_bytes(&delta));
	made_entry(&m, c, PACK_REF_DELTA, delta.n, &c, 0, buf_bytes(&delta));
	t = sweep_made(&m);
	CHECK_EQUAL(t.problems[PACK_CYCLE], 3);
	CHECK_EQUAL(t.objects, 1);
	buf_release(&delta);
}

static void test_missing_base(void)
{
	static const unsigned char absent = 0x77, one = 0x20;
	struct made_pack m;
	struct buf delta;
	struct tally t;

	whole_copy(&delta, 5, 5);
	made_begin(&m);
	made_entry(&m, 0x20, PACK_REF_DELTA, delta.n, &absent, 0,
		buf_bytes(&delta));
	made_entry(&m, 0x21, PACK_REF_DELTA, delta.n, &one, 0,
		buf_bytes(&delta));
	made_entry(&m, 0x22, PACK_BLOB, 5, NULL, 0, bytes_text("hello"));
	t = sweep_made(&m);
	CHECK_EQUAL(t.problems[PACK_NO_BASE], 2);
	CHECK_EQUAL(t.objects, 1);
	buf_release(&delta);
}

/* 181 bytes that claim 2 GiB: nothing of that size is ever allocated. */
static void test_delta_bomb(void)
{
	struct made_pack m;
	struct buf delta, base;
	struct tally t;
	size_t first;

	buf_init(&base, 100000);
	for (int i = 0; i < 65536; i++)
		buf_put_byte(&base, 'A');
	buf_init(&delta, 100000);
	put_size(&delta, 65536);
	put_size(&delta, (uint64_t)65536 * 32768);
	for (int i = 0; i < 32768; i++)
		buf_put_byte(&delta, 0x80);
	made_begin(&m);
	first = m.pack.n;
	made_entry(&m, 0x10, PACK_BLOB, 65536, NULL, 0, buf_bytes(&base));
	made_entry(&m, 0x11, PACK_OFS_DELTA, delta.n, NULL, m.pack.n - first,
		buf_bytes(&delta));
	t = sweep_made(&m);
	CHECK_EQUAL(t.problems[PACK_TOO_LARGE], 1);
	CHECK_EQUAL(t.objects, 1);
	buf_release(&delta);
	buf_release(&base);
}

static void test_lying_sizes(void)
{
	struct made_pack m;
	struct tally t;

	made_begin(&m);
	made_entry(&m, 0x10, PACK_BLOB, 4, NULL, 0, bytes_text("hello"));
	made_entry(&m, 0x11, PACK_BLOB, 6, NULL, 0, bytes_text("hello"));
	made_entry(&m, 0x12, PACK_BLOB, (uint64_t)1 << 40, NULL, 0,
		bytes_text("hello"));
	made_entry(&m, 0x13, PACK_TREE, (uint64_t)1 << 40, NULL, 0,
		bytes_text("hello"));
	made_entry(&m, 0x14, (enum pack_type)5, 5, NULL, 0,
		bytes_text("hello"));
	made_entry(&m, 0x15, PACK_BLOB, 5, NULL, 0, bytes_text("hello"));
	t = sweep_made(&m);
	CHECK_EQUAL(t.objects, 1);
	CHECK_EQUAL(problem_sum(&t), 5);
	CHECK_EQUAL(t.large, 1);
}

static void test_delta_reach(void)
{
	/* base 5, result 5; then one command each. */
	static const struct {
		const char *commands;
		size_t n;
		bool holds;
	} rows[] = {
		{"\x90\x05", 2, true},
		{"\x91\x01\x04\x01x", 5, true},
		{"\x91\x01\x05", 3, false},	/* past the base */
		{"\x90\x06", 2, false},		/* longer than the base */
		{"\x90\x04", 2, false},		/* result not filled */
		{"\x90\x05\x01x", 4, false},	/* result overfilled */
		{"\x05"
		 "abcd",
			5, false},		/* insert runs out */
		{"\x05"
		 "abcde",
			6, true},
		{"\x00", 1, false},		/* reserved */
		{"\xff", 1, false},		/* arguments run out */
		{"\x8f\xff\xff\xff\xff", 5, false},
		{"\x80", 1, false},		/* 64 KiB of 5 bytes */
		{"", 0, false},
	};
	unsigned char out[8];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf delta;

		buf_init(&delta, 100);
		buf_put(&delta, bytes_of("\x05\x05", 2));
		buf_put(&delta, bytes_of(rows[i].commands, rows[i].n));
		CHECK_EQUAL(pack_delta_apply(buf_bytes(&delta),
				    bytes_text("hello"), out, 5),
			rows[i].holds);
		buf_release(&delta);
	}
}

/* Every byte of a small repository's pack and index, turned over one by one:
 * no crash, and never fewer objects told than there are. */
static void flip_each(const struct workshop *w, const char *file, size_t step)
{
	struct buf content;
	struct pack_store *whole = open_at(w, "r/objects");
	uint64_t expected = pack_store_count(whole);

	pack_store_close(whole);
	workshop_read(w, file, &content);
	CHECK(content.n > 500);
	for (size_t i = 0; i < content.n; i += step) {
		struct pack_store *store;
		struct tally t;
		bool is_seen;

		content.at[i] ^= 0xff;
		workshop_write(w, file, buf_bytes(&content));
		store = open_at(w, "r/objects");
		t = sweep(store);
		is_seen = t.objects - t.misnamed >= expected ||
			  problem_sum(&t) || t.misnamed ||
			  pack_store_report(store)->broken_packs;
		if (!is_seen)
			printf("  %s byte %zu\n", file, i);
		CHECK(is_seen);
		pack_store_close(store);
		content.at[i] ^= 0xff;
	}
	workshop_write(w, file, buf_bytes(&content));
	buf_release(&content);
}

static void test_flips(void)
{
	struct workshop w;

	workshop_begin(&w);
	workshop_must(&w,
		"git init -q s; cd s; git config user.name a;"
		"git config user.email b; for i in 1 2 3 4 5 6 7 8 9 10; do "
		"seq 1 ${i}0 >f; git add f; git commit -qm $i; done;"
		"git gc -q; cd ..; git clone -q --bare --no-local s r;"
		"mv r/objects/pack/*.pack p; mv r/objects/pack/*.idx i;"
		"rm -f r/objects/pack/*; mv p r/objects/pack/pack-1.pack;"
		"mv i r/objects/pack/pack-1.idx; chmod u+w r/objects/pack/*");
	flip_each(&w, "r/objects/pack/pack-1.pack", 1);
	flip_each(&w, "r/objects/pack/pack-1.idx", 1);
	workshop_end(&w);
}

/* Cut short everywhere, and special files under objects' names. */
static void test_strange_files(void)
{
	struct workshop w;
	struct pack_store *store;
	struct tally t;

	workshop_begin(&w);
	workshop_must(&w,
		"git init -q r; cd r;" MAKE_HISTORY
		"cd .git/objects; d=$(ls | grep '^..$' | head -1);"
		"f=$(ls $d | head -1); rm -f $d/$f; mkfifo $d/$f;"
		"g=$(ls -d [0-9a-f][0-9a-f]/* | tail -1); chmod u+w $g; : >$g;"
		"mkdir -p pack; : >pack/pack-a.idx; : >pack/pack-a.pack;"
		"printf PACK >pack/pack-b.pack; mkfifo pack/pack-c.idx");
	store = open_at(&w, "r/.git/objects");
	t = sweep(store);
	CHECK_EQUAL(t.problems[PACK_UNREADABLE], 1);
	CHECK_EQUAL(t.problems[PACK_CORRUPT], 1);
	/* An empty index, one that is a FIFO, and a pack without one. */
	CHECK_EQUAL(pack_store_report(store)->broken_packs, 3);
	CHECK_EQUAL(t.misnamed, 0);
	pack_store_close(store);
	workshop_end(&w);
}

static const struct unit_test tests[] = {
	{"every layout that git writes is read whole", test_layouts},
	{"alternates are followed only with leave", test_alternates},
	{"an object in two packs counts once", test_copies_count_once},
	{"a single read agrees with the sweep", test_single_reads},
	{"deltas that are their own base are told", test_cycle},
	{"a missing base is told for all built on it", test_missing_base},
	{"a delta bomb is refused by its size", test_delta_bomb},
	{"sizes that do not hold are told", test_lying_sizes},
	{"a delta reaches neither out of base nor result", test_delta_reach},
	{"no flipped byte hides an object", test_flips},
	{"FIFOs, empty files and stumps are told", test_strange_files},
};

UNIT_MAIN(tests)
