/*
 * detect: the engine against the naive scan, whole against pieces, one thread
 * against several. Tokens are assembled here; their shapes are invented.
 */
#include "detect_setup.h"

static const char foreign_text[] =
	"title = \"foreign\"\n"
	"[[rules]]\nid = \"poison\"\ndescription = \"slow\"\n"
	"regex = '''zqx(?:(?:a|aa)+)+!k7w2'''\nkeywords = [\"zqx\"]\n"
	"[[rules]]\nid = \"word\"\ndescription = \"a word\"\n"
	"regex = '''(?i)pass[a-z]*\\s*=\\s*\"([a-z0-9]{6,20})\"'''\n"
	"keywords = [\"pass\"]\n"
	"[[rules.allowlists]]\nstopwords = [\"allowed\"]\n"
	"[[rules.allowlists]]\nregexTarget = \"line\"\n"
	"regexes = ['''nosecret''']\n"
	"[[rules]]\nid = \"keyfile\"\ndescription = \"a file\"\n"
	"path = '''\\.keyfile$'''\n";

#define ALNUM "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"

/* Something that a rule may like, or almost. */
static void put_token(struct buf *b, uint32_t *state)
{
	switch (next_random(state) % 9) {
	case 0:
		buf_put_text(b, "tokn" "_");
		put_random(b, ALNUM, 19 + next_random(state) % 3, state);
		break;
	case 1:
		put_random(b, "0123456789abcdef", 7 + next_random(state) % 4,
			state);
		buf_put_text(b, "MIDL");
		put_random(b, "0123456789abcdef", next_random(state) % 14,
			state);
		break;
	case 2:
		buf_put_text(b, next_random(state) % 2 ? "quux" : "Quux ");
		put_random(b, " -:=", next_random(state) % 50, state);
		put_random(b, "0123456789abcdef", 31 + next_random(state) % 3,
			state);
		break;
	case 3:
		put_random(b, "ab", 1 + next_random(state) % 3, state);
		buf_put_text(b, next_random(state) % 2 ? "aabc" : "abbc");
		put_random(b, "0123456789", next_random(state) % 8, state);
		break;
	case 4:
		buf_put_text(b, "=BEGIN X=");
		put_random(b, "abc\n ", next_random(state) % 210, state);
		buf_put_text(b, "=END X=");
		break;
	case 5:
		buf_put_text(b, "need.");
		put_random(b, "0123456789", 5 + next_random(state) % 4, state);
		break;
	case 6:
		buf_put_text(b, "secret=");
		put_random(b, "abz_MI09", next_random(state) % 50, state);
		break;
	case 7:
		buf_put_text(b, "Q7z");
		put_random(b, "0123456789", 3 + next_random(state) % 7, state);
		break;
	default:
		put_random(b, "0123456789abcdef", 32, state);
		put_random(b, " .", next_random(state) % 50, state);
		buf_put_text(b, "QUUX");
	}
}

static void put_noise(struct buf *b, size_t n, uint32_t *state)
{
	put_random(b, " \n\r\tabMIDLtokn_=need.quQ7z0123456789", n, state);
}

static void put_text(struct buf *b, size_t tokens, size_t gap,
	uint32_t *state)
{
	for (size_t i = 0; i < tokens; i++) {
		put_noise(b, next_random(state) % gap, state);
		put_token(b, state);
	}
	put_noise(b, next_random(state) % gap, state);
}

static void test_kinds(void)
{
	struct setup x = set_up(rules_text, 0, false);
	struct buf out, text;

	buf_init(&out, 1 << 20);
	buf_init(&text, 1 << 20);
	buf_put_text(&text, "line\r\n x=" "tokn" "_ABCDEFGHIJ0123456789;\r");
	buf_put_text(&text, "0123abcd" "MIDL" "beef\n");
	buf_put_text(&text, "need.123456\n\n\n\n\nneed.654321\n");
	buf_put_text(&text, "secret=" "tokn" "_ABCDEFGHIJ0123456780\n");
	buf_put_text(&text, "QuuX: 0123456789abcdef0123456789abcdef\n");
	(void)scan_into(x.d, buf_bytes(&text), &out);
	CHECK_TEXT(buf_text(&out),
		"a-prefix 9+25 2:4-2:28 high "
		"[tokn" "_ABCDEFGHIJ0123456789]\n"
		"b-middle 36+16 3:1-3:16 medium [0123abcd" "MIDLbeef]\n"
		"f-needs 53+11 4:1-4:11 high [need.123456] with b-middle\n"
		"a-prefix 88+25 10:8-10:32 high "
		"[tokn" "_ABCDEFGHIJ0123456780]\n"
		"c-near 120+32 11:7-11:38 medium "
		"[0123456789abcdef0123456789abcdef]\n");
	buf_release(&out);
	buf_release(&text);
	tear_down(&x);
}

static void test_engine_equals_naive(void)
{
	struct setup x = set_up(rules_text, 0, false);
	struct buf out, want, data;
	uint32_t state = 7;

	buf_init(&out, 64 << 20);
	buf_init(&want, 64 << 20);
	buf_init(&data, 64 << 20);
	for (unsigned i = 0; i < 400; i++) {
		struct detect_text text = text_for(&want, "dir/file.txt");

		buf_clear(&data);
		buf_clear(&want);
		put_text(&data, 1 + i % 40, 1 + (i * 7) % 90, &state);
		(void)scan_into(x.d, buf_bytes(&data), &out);
		CHECK(naive_scan(x.d, &text, buf_bytes(&data), NULL) == OK);
		CHECK_BYTES(buf_bytes(&out), buf_bytes(&want));
	}
	CHECK(out.n > 100);
	buf_release(&out);
	buf_release(&want);
	buf_release(&data);
	tear_down(&x);
}

/* More than a window, with tokens everywhere. */
static void test_large_equals_naive_and_pieces(void)
{
	struct setup x = set_up(rules_text, 0, false);
	struct buf out, want, data;
	struct detect_text text = text_for(&want, "dir/file.txt");
	uint32_t state = 11;

	buf_init(&out, 64 << 20);
	buf_init(&want, 64 << 20);
	buf_init(&data, 64 << 20);
	put_text(&data, 900, 2000, &state);
	CHECK(data.n > 3 * LIMIT_WINDOW);
	CHECK(naive_scan(x.d, &text, buf_bytes(&data), NULL) == OK);
	(void)scan_into(x.d, buf_bytes(&data), &out);
	CHECK(bytes_equal(buf_bytes(&out), buf_bytes(&want)));
	for (size_t step = 1000; step < 400000; step = step * 3 + 1) {
		scan_pieces(x.d, buf_bytes(&data), step / 2, step, &out);
		CHECK(bytes_equal(buf_bytes(&out), buf_bytes(&want)));
	}
	buf_release(&out);
	buf_release(&want);
	buf_release(&data);
	tear_down(&x);
}

static void test_split_at_every_offset(void)
{
	struct setup x = set_up(rules_text, 2, false);
	struct buf out, want, data;
	uint32_t state = 3;

	buf_init(&out, 1 << 20);
	buf_init(&want, 1 << 20);
	buf_init(&data, 1 << 20);
	put_text(&data, 25, 40, &state);
	decode_encode(ENCODING_BASE64,
		bytes_text(" tokn" "_ABCDEFGHIJ0123456789"), &data);
	(void)scan_into(x.d, buf_bytes(&data), &want);
	for (size_t cut = 0; cut <= data.n; cut++) {
		scan_pieces(x.d, buf_bytes(&data), cut, data.n, &out);
		CHECK(bytes_equal(buf_bytes(&out), buf_bytes(&want)));
	}
	buf_release(&out);
	buf_release(&want);
	buf_release(&data);
	tear_down(&x);
}

/* A token at every byte around a window's edge is found once. */
static void test_window_edges(void)
{
	struct setup x = set_up(rules_text, 1, false);
	struct buf out, data, want;

	buf_init(&out, 1 << 20);
	buf_init(&want, 1 << 20);
	buf_init(&data, 4 << 20);
	for (size_t at = LIMIT_WINDOW - 40; at < LIMIT_WINDOW + 40; at++) {
		buf_clear(&data);
		while (data.n < at)
			buf_put_byte(&data, ' ');
		buf_put_text(&data, "tokn" "_ABCDEFGHIJ0123456789");
		while (data.n < LIMIT_WINDOW + 30000)
			buf_put_byte(&data, ' ');
		buf_clear(&want);
		buf_printf(&want, "a-prefix %zu+25 1:%zu-1:%zu high "
			"[tokn" "_ABCDEFGHIJ0123456789]\n", at, at + 1,
			at + 25);
		(void)scan_into(x.d, buf_bytes(&data), &out);
		CHECK_BYTES(buf_bytes(&out), buf_bytes(&want));
		scan_pieces(x.d, buf_bytes(&data), 7, 50001, &out);
		CHECK_BYTES(buf_bytes(&out), buf_bytes(&want));
	}
	buf_release(&out);
	buf_release(&want);
	buf_release(&data);
	tear_down(&x);
}

struct worker {
	const struct detector *d;
	bytes data;
	struct buf out;
};

static void *work(void *context)
{
	struct worker *w = context;

	for (unsigned i = 0; i < 8; i++)
		(void)scan_into(w->d, w->data, &w->out);
	return NULL;
}

static void test_threads_and_jit_agree(void)
{
	struct setup jit = set_up(rules_text, 2, false);
	struct setup slow = set_up(rules_text, 2, true);
	struct worker workers[4];
	pthread_t threads[4];
	struct buf want, data;
	uint32_t state = 5;

	buf_init(&want, 64 << 20);
	buf_init(&data, 64 << 20);
	put_text(&data, 600, 400, &state);
	(void)scan_into(slow.d, buf_bytes(&data), &want);
	CHECK(want.n > 1000);
	for (unsigned i = 0; i < 4; i++) {
		workers[i] = (struct worker){jit.d, buf_bytes(&data), {0}};
		buf_init(&workers[i].out, 64 << 20);
		CHECK(pthread_create(&threads[i], NULL, work, &workers[i]) ==
			0);
	}
	for (unsigned i = 0; i < 4; i++) {
		CHECK(pthread_join(threads[i], NULL) == 0);
		CHECK(bytes_equal(buf_bytes(&workers[i].out),
			buf_bytes(&want)));
		buf_release(&workers[i].out);
	}
	buf_release(&want);
	buf_release(&data);
	tear_down(&jit);
	tear_down(&slow);
}

/* What PCRE2 cannot decide is counted, and the text around it is scanned. */
static void test_poison(void)
{
	struct setup x = set_up(foreign_text, 0, false);
	struct detect_ledger ledger;
	struct buf out, data;

	buf_init(&out, 1 << 20);
	buf_init(&data, 1 << 20);
	buf_put_text(&data, "password = \"k3v9q2xw\"\nzqx");
	for (unsigned i = 0; i < 3000; i++)
		buf_put_byte(&data, 'a');
	buf_put_text(&data, "\nPASSWD=\"k3v9q5tw\"\nzqxaaa!k7w2\n");
	buf_put_text(&data, "pass = \"isallowed1\"\n");
	buf_put_text(&data, "pass = \"k3v8m2xw\" # nosecret\n");
	ledger = scan_into(x.d, buf_bytes(&data), &out);
	CHECK(ledger.unscanned > 0);
	CHECK(bytes_find(buf_bytes(&out), bytes_text("[k3v9q2xw]")) !=
		BYTES_NONE);
	CHECK(bytes_find(buf_bytes(&out), bytes_text("[k3v9q5tw]")) !=
		BYTES_NONE);
	CHECK(bytes_find(buf_bytes(&out), bytes_text("poison ")) !=
		BYTES_NONE);
	CHECK(bytes_find(buf_bytes(&out), bytes_text("allowed")) ==
		BYTES_NONE);
	CHECK(bytes_find(buf_bytes(&out), bytes_text("k3v8m2xw")) ==
		BYTES_NONE);
	buf_release(&out);
	buf_release(&data);
	tear_down(&x);
}

static void test_path_rules(void)
{
	struct setup x = set_up(foreign_text, 0, false);
	struct scan *s = scan_new(x.d, NULL);
	struct buf out;
	struct detect_text yes = text_for(&out, "a/b.keyfile");
	struct detect_text no = text_for(&out, "a/b.key");

	buf_init(&out, 1 << 20);
	CHECK(scan_buffer(s, &yes, bytes_text("x"), NULL) == OK);
	CHECK(bytes_starts(buf_bytes(&out), bytes_text("keyfile 0+0 1:1")));
	buf_clear(&out);
	CHECK(scan_buffer(s, &no, bytes_text("x"), NULL) == OK);
	CHECK_EQUAL(out.n, 0);
	CHECK(detector_path_key(x.d, yes.path) !=
		detector_path_key(x.d, no.path));
	CHECK(detector_path_key(x.d, bytes_text("c")) ==
		detector_path_key(x.d, no.path));
	scan_free(s);
	buf_release(&out);
	tear_down(&x);
}

/* Nothing behind the text is read: the next page cannot be. */
static void test_guard_page(void)
{
	struct setup x = set_up(rules_text, 2, false);
	size_t page = (size_t)sysconf(_SC_PAGESIZE), room = 4 * page;
	unsigned char *at = mmap(NULL, room + page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct buf out, data;
	uint32_t state = 17;

	CHECK(at != MAP_FAILED);
	CHECK(mprotect(at + room, page, PROT_NONE) == 0);
	buf_init(&out, 1 << 20);
	buf_init(&data, 1 << 20);
	for (size_t i = 0; i < 300; i++) {
		buf_clear(&data);
		put_text(&data, 1 + i % 5, 30, &state);
		CHECK(data.n < room);
		memcpy(at + room - data.n, data.at, data.n);
		(void)scan_into(x.d, bytes_of(at + room - data.n, data.n),
			&out);
	}
	munmap(at, room + page);
	buf_release(&out);
	buf_release(&data);
	tear_down(&x);
}

static void test_caps_and_counts(void)
{
	struct setup x = set_up(rules_text, 0, false);
	struct detect_ledger ledger;
	struct buf out, data;
	size_t lines;

	buf_init(&out, 64 << 20);
	buf_init(&data, 64 << 20);
	for (unsigned i = 0; i < 60000; i++)
		buf_printf(&data, "need.%06u 01234567" "MIDL" "abcd\n", i);
	ledger = scan_into(x.d, buf_bytes(&data), &out);
	lines = count_lines(&out);
	CHECK_EQUAL(lines, 2 * LIMIT_SIGHTINGS_PER_RULE);
	CHECK_EQUAL(lines + ledger.unlisted, 120000);
	buf_release(&out);
	buf_release(&data);
	tear_down(&x);
}

static const struct unit_test tests[] = {
	{"each kind of rule finds its token", test_kinds},
	{"the engine finds what the naive scan finds",
		test_engine_equals_naive},
	{"so in many windows, and in pieces",
		test_large_equals_naive_and_pieces},
	{"a cut anywhere changes nothing", test_split_at_every_offset},
	{"a token across a window's edge is found", test_window_edges},
	{"threads and machine code change nothing",
		test_threads_and_jit_agree},
	{"what PCRE2 gives up on is counted", test_poison},
	{"path rules look at the path alone", test_path_rules},
	{"nothing behind the text is read", test_guard_page},
	{"over a cap, sightings are counted", test_caps_and_counts},
};

UNIT_MAIN(tests)
