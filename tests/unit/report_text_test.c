/*
 * What people see, and what nobody may see: layout, redaction, masks.
 */
#include "readers.h"
#include "report_fixture.h"

#include <errno.h>

static void finish(struct fixture *f)
{
	CHECK_EQUAL(leaks_finish(f->leaks, NULL), OK);
}

static void check_redacted(const char *secret, const struct rule *rule,
	const char *want)
{
	struct buf out;

	buf_init(&out, 1000);
	report_redact(bytes_text(secret), rule, &out);
	CHECK_TEXT(buf_text(&out), want);
	buf_release(&out);
}

static void test_redact(void)
{
	static const struct rule_anchor long_anchor[] = {
		{NAME("a-rather-long-prefix_"), false, 1}};
	static const struct rule long_rule = {.id = "x",
		.anchors = long_anchor,
		.anchor_count = 1};

	check_redacted("tok_0123456789012345678901234567wxyz", &token_rule,
		"tok_...wxyz");
	check_redacted("tok_01234567890123", &token_rule, "tok_...");
	check_redacted("tok_0123456", &token_rule, "********");
	check_redacted("other_0123456789012345678901234567wxyz", &token_rule,
		"...wxyz");
	check_redacted("correct horse battery staple and more", &password_rule,
		"********");
	check_redacted("tok_012345678901234567890123\n456\033[z", &token_rule,
		"tok_...");
	/* no more than a quarter, no more than twelve bytes of a prefix */
	check_redacted("a-rather-long-prefix_0123456789", &long_rule,
		"a-rathe...");
	check_redacted("a-rather-long-prefix_0123456789012345678901234567890123"
		       "4567890123456789wxyz",
		&long_rule, "a-rather-lon...wxyz");
	check_redacted("-----BEGIN RSA PRIVATE KEY-----\nMIIEabcdef", &long_rule,
		"-----BEGIN RSA PRIVATE KEY-----...");
	check_redacted("-----BEGIN secret1secret2-----", &long_rule,
		"...----");
	check_redacted("", &token_rule, "********");
}

static void test_escapes_can_be_undone(void)
{
	unsigned char raw[64];
	unsigned state = 1;
	struct buf shown, back;

	buf_init(&shown, 1 << 16);
	buf_init(&back, 1 << 16);
	for (int round = 0; round < 20000; round++) {
		static const char pool[] = "\\\\nrtxuU0123ab\n\r\t\033\177 z"
					   "\302\233\342\200\256\363\240\200"
					   "\201\303\251\377\200";
		size_t n = (size_t)round % sizeof(raw);

		for (size_t i = 0; i < n; i++) {
			state = state * 1103515245u + 12345u;
			raw[i] = (unsigned char)
				pool[(state >> 16) % (sizeof(pool) - 1)];
		}
		buf_clear(&shown);
		buf_clear(&back);
		report_escape_terminal(bytes_of(raw, n), &shown);
		check_is_inert(buf_bytes(&shown));
		CHECK(bytes_find_byte(buf_bytes(&shown), '\n') == BYTES_NONE);
		reader_unescape(buf_bytes(&shown), &back);
		CHECK_BYTES(buf_bytes(&back), bytes_of(raw, n));
	}
	buf_release(&shown);
	buf_release(&back);
}

static void test_text_layout(void)
{
	struct fixture f;
	struct sighting s = sighting(&token_rule,
		"\tkey = \"tok_0123456789012345678901234567wxyz\";",
		"tok_0123456789012345678901234567wxyz");

	fixture_begin(&f);
	add(&f, &s, bytes_text("src/a.c"));
	finish(&f);
	CHECK_BYTES(write_report(&f, REPORT_TEXT), bytes_text(
		"high  Test token\n"
		"  tok_...wxyz  test-token:awLiyp1D\n"
		"  src/a.c:7:9\n"
		"     7 | key = \"tok_...wxyz\";\n"
		"       |        ^~~~~~~~~~~\n"
		"  mend: Revoke it.\n"
		"\n"
		"1 leak in 1 place: 1 high\n"
		"Scanned 3 files (1.2 MB) in 0.25 s (4.9 MB/s), 2 rules.\n"));
	f.options.quiet = true;
	CHECK(!has(write_report(&f, REPORT_TEXT), "Scanned"));
	fixture_end(&f);
}

static void test_text_colour_only_when_asked(void)
{
	struct fixture f;
	bytes text;

	fixture_of_names(&f);
	CHECK(!has(write_report(&f, REPORT_TEXT), "\033"));
	f.options.color = true;
	text = write_report(&f, REPORT_TEXT);
	CHECK(has(text, "\033[1;31m") || has(text, "\033[31m"));
	while (text.n) {
		size_t at = bytes_find_byte(text, '\033');

		if (at == BYTES_NONE)
			break;
		text = bytes_drop(text, at + 1);
		CHECK(text.n && text.at[0] == '[');
		at = 1;
		while (at < text.n && strchr("0123456789;", text.at[at]))
			at++;
		CHECK(at < text.n && text.at[at] == 'm');
	}
	fixture_end(&f);
}

static void test_text_narrow(void)
{
	struct fixture f;
	struct sighting s = sighting(&token_rule,
		"some words before it, and a few more of them, key = "
		"tok_0123456789012345678901234567wxyz; and then words after"
		" it that go on",
		"tok_0123456789012345678901234567wxyz");
	bytes text, line;
	size_t seen = 0;

	fixture_begin(&f);
	add(&f, &s, bytes_text("src/a.c"));
	finish(&f);
	f.options.width = 40;
	text = write_report(&f, REPORT_TEXT);
	while (bytes_cut(text, '\n', &line, &text)) {
		if (!has(line, " | "))
			continue;
		CHECK(report_width(line) <= 40);
		seen++;
		if (has(line, "tok_...wxyz"))
			CHECK(has(line, "| ...") && bytes_ends(line,
							bytes_text("...")));
	}
	CHECK_EQUAL(seen, 2);
	fixture_end(&f);
}

static void test_text_lists_five_places(void)
{
	struct fixture f;
	struct sighting s = sighting(&token_rule, "k = tok_0123456789;",
		"tok_0123456789");

	fixture_begin(&f);
	for (uint64_t i = 0; i < 7; i++) {
		s.offset = 100 * (i + 1);
		add(&f, &s, bytes_text("src/a.c"));
	}
	finish(&f);
	CHECK(has(write_report(&f, REPORT_TEXT), "  and 2 more places\n"));
	f.options.verbose = true;
	CHECK(!has(write_report(&f, REPORT_TEXT), "more place"));
	fixture_end(&f);
}

static void test_text_says_what_is_missing(void)
{
	static const char *const problems[] = {"big.bin: too large"};
	struct fixture f;
	bytes text;

	fixture_begin(&f);
	finish(&f);
	CHECK_BYTES(write_report(&f, REPORT_TEXT),
		bytes_text("No leaks found in 3 files (1.2 MB) in 0.25 s "
			   "(4.9 MB/s), 2 rules.\n"));
	f.summary.complete = false;
	f.summary.files.skips[0] = (struct report_skip){"too large", 1200};
	f.summary.files.skip_count = 1;
	f.summary.files.failed = 1;
	f.summary.unlisted = 4;
	f.summary.problems = problems;
	f.summary.problem_count = 1;
	text = write_report(&f, REPORT_TEXT);
	CHECK(has(text, "No leaks found in what was scanned"));
	CHECK(has(text, "Skipped 1,200 files: 1,200 too large\n"));
	CHECK(has(text, "Failed on 1 file\n"));
	CHECK(has(text, "4 more places\n"));
	CHECK(has(text, "INCOMPLETE"));
	CHECK(has(text, "big.bin: too large\n"));
	fixture_end(&f);
}

/* The base64 of a secret is the secret. */
static bool tells_encoding(int format)
{
	switch (format) {
	case REPORT_JUNIT:
	case REPORT_GITHUB:
	case REPORT_AZURE:
	case REPORT_GITLAB:
	case REPORT_CODEQUALITY:
	case REPORT_MARKDOWN:
		return false;
	default:
		return true;
	}
}

static void test_encoded_secret_is_masked(void)
{
	struct fixture f;
	struct sighting s = sighting(&token_rule,
		"auth: dG9rXzAxMjM0NTY3ODk=", "dG9rXzAxMjM0NTY3ODk=");

	fixture_begin(&f);
	s.secret = bytes_text("tok_0123456789");
	s.encodings[0] = ENCODING_BASE64;
	s.encoding_count = 1;
	add(&f, &s, bytes_text("src/a.c"));
	finish(&f);
	for (int i = 0; i < REPORT_FORMAT_COUNT; i++) {
		bytes text = write_report(&f, (enum report_format)i);

		CHECK(!has(text, "dG9rXzAx"));
		CHECK(!has(text, "tok_0123"));
		CHECK(has(text, "base64") == tells_encoding(i));
	}
	CHECK(has(write_report(&f, REPORT_TEXT), "auth: ********\n"));
	fixture_end(&f);
}

static void random_secret(unsigned *state, char *out, size_t n)
{
	static const char set[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789";

	memcpy(out, "tok_", 4);
	for (size_t i = 4; i < n; i++) {
		*state = *state * 1103515245u + 12345u;
		out[i] = set[(*state >> 16) % 62];
	}
	out[n] = '\0';
}

/* No 8 bytes of the secret's hidden part stand in text. */
static bool is_hidden(bytes text, const char *secret)
{
	size_t n = strlen(secret);

	for (size_t i = 4; i + 8 <= n - 4; i++)
		if (bytes_find(text, bytes_of(secret + i, 8)) != BYTES_NONE)
			return false;
	return true;
}

/*
 * A line with a listed secret, one of another leak, one that no rule knows,
 * and one cut off by the excerpt; a companion; a commit that tells it again;
 * a path with it in the name.
 */
static void try_to_leak(unsigned seed)
{
	char secret[4][40], line[240], path[80];
	struct leak_commit commit = {.id = bytes_text("0123abcd"),
		.date = bytes_text("2024-08-01T10:00:00+02:00")};
	struct fixture f;
	struct sighting s, t;

	for (size_t i = 0; i < 4; i++)
		random_secret(&seed, secret[i], 36);
	snprintf(line, sizeof(line), "a(\"%s\"); b='%s' c=%s; d=%.20s",
		secret[0], secret[1], secret[2], secret[3]);
	snprintf(path, sizeof(path), "dir/%s.txt", secret[0]);
	fixture_begin(&f);
	s = sighting(&token_rule, line, secret[0]);
	s.parts[0] = (struct sighting_part){&token_rule,
		bytes_text(secret[1]), 50, 9};
	s.part_count = 1;
	t = sighting(&password_rule, line, secret[1]);
	add(&f, &s, bytes_text(path));
	add(&f, &s, bytes_text("plain"));
	add(&f, &t, bytes_text("plain"));
	finish(&f);
	commit.subject = commit.author = commit.email = bytes_text(line);
	for (size_t i = 0; i < leaks_count(f.leaks); i++)
		leaks_at(f.leaks, i)->places[0].commit = &commit;
	f.options.verbose = true;
	for (int i = 0; i < REPORT_FORMAT_COUNT; i++) {
		bytes text = write_report(&f, (enum report_format)i);

		CHECK(text.n > 100);
		for (size_t k = 0; k < 4; k++)
			CHECK(is_hidden(text, secret[k]));
	}
	f.options.show_secrets = true;
	/* A summary's table has no column for it. */
	for (int i = 0; i < REPORT_FORMAT_COUNT; i++)
		CHECK(has(write_report(&f, (enum report_format)i),
			      secret[0]) == (i != REPORT_MARKDOWN));
	fixture_end(&f);
}

static void test_no_format_leaks(void)
{
	for (unsigned seed = 1; seed <= 200; seed++)
		try_to_leak(seed * 2654435761u);
}

/* A password has no shape: only its place hides it from another's line. */
static void test_neighbour_is_masked_by_its_place(void)
{
	const char *line = "user=ann pass=hunter two; k = tok_0123456789ab;";
	struct fixture f;
	struct sighting s = sighting(&token_rule, line, "tok_0123456789ab");
	struct sighting p = sighting(&password_rule, line, "hunter two");

	fixture_begin(&f);
	add(&f, &s, bytes_text("a"));
	add(&f, &p, bytes_text("a"));
	add(&f, &s, bytes_text("b"));
	finish(&f);
	CHECK(!has(write_report(&f, REPORT_TEXT), "| user=ann pass=hunter")
		|| has(bytes_of(f.text, f.n), "  b:7:"));
	CHECK(has(bytes_of(f.text, f.n), "| user=ann pass=********; k = "));
	fixture_end(&f);
}

static void test_plain_text_stays(void)
{
	static const char line[] =
		"/usr/local/share/some-tool/config.yaml: AZURE_DEVOPS_TOKEN="
		"tok_0123456789012345; // getUserAccountSettings sha256 x86";
	struct fixture f;
	struct sighting s = sighting(&token_rule, line,
		"tok_0123456789012345");

	fixture_begin(&f);
	f.options.width = 200;
	add(&f, &s, bytes_text("a"));
	finish(&f);
	CHECK(has(write_report(&f, REPORT_TEXT),
		"/usr/local/share/some-tool/config.yaml: AZURE_DEVOPS_TOKEN="
		"tok_...; // getUserAccountSettings sha256 x86\n"));
	fixture_end(&f);
}

static void test_columns_count_characters(void)
{
	struct fixture f;
	struct sighting s = sighting(&token_rule,
		"caf\303\251 \346\227\245 tok_0123456789", "tok_0123456789");
	uint64_t start = 0, end = 0;
	const struct leak *leak;

	fixture_begin(&f);
	CHECK_EQUAL(s.column, 11);
	add(&f, &s, bytes_text("a"));
	s.column = 500;
	add(&f, &s, bytes_text("b"));
	finish(&f);
	leak = leaks_at(f.leaks, 0);
	CHECK(report_columns(leak, &leak->places[0], &start, &end));
	CHECK_EQUAL(start, 8);
	CHECK_EQUAL(end, 22);
	CHECK(!report_columns(leak, &leak->places[1], &start, &end));
	CHECK(has(write_report(&f, REPORT_GITHUB), ",col=8,endColumn=21,"));
	fixture_end(&f);
}

static void test_suppressed(void)
{
	struct fixture f;
	struct sighting s = sighting(&token_rule, "tok_0123456789",
		"tok_0123456789");

	fixture_begin(&f);
	add(&f, &s, bytes_text("a"));
	add(&f, &s, bytes_text("b"));
	finish(&f);
	leaks_at(f.leaks, 0)->places[0].suppressed = "baseline";
	CHECK(has(write_report(&f, REPORT_TEXT), "1 leak in 1 place"));
	CHECK(has(bytes_of(f.text, f.n), "Suppressed: 1 place\n"));
	CHECK(!has(bytes_of(f.text, f.n), "  a:7"));
	CHECK(has(write_report(&f, REPORT_JSONL),
		"\"findings\":1,\"seconds\":0.25"));
	CHECK(has(bytes_of(f.text, f.n), "\"suppressed\":\"baseline\""));
	CHECK(has(write_report(&f, REPORT_SARIF),
		"\"justification\": \"baseline\""));
	CHECK(has(write_report(&f, REPORT_JUNIT), "<skipped message="));
	CHECK(!has(write_report(&f, REPORT_GITHUB), "file=a"));
	fixture_end(&f);
}

static void test_jsonl_is_the_contract(void)
{
	struct fixture f;
	struct sighting s = sighting(&token_rule, "k = tok_0123456789;",
		"tok_0123456789");

	fixture_begin(&f);
	add(&f, &s, bytes_text("src/a.cs"));
	finish(&f);
	CHECK_BYTES(write_report(&f, REPORT_JSONL), bytes_text(
		"{\"type\":\"finding\",\"rule\":\"test-token\",\"provider\":"
		"\"test\",\"confidence\":\"high\",\"fingerprint\":\"test-token"
		":a6n/XdTkVZMH6nUrDnGV\",\"secret\":\"tok...\",\"redacted\":"
		"true,\"path\":\"src/a.cs\",\"line\":7,\"column\":5,"
		"\"end_line\":7,\"end_column\":19,\"offset\":104,\"length\":14,"
		"\"encoding\":\"plain\",\"source\":\"worktree\",\"object\":"
		"null,\"commit\":null,\"in_head\":false,\"verdict\":null,"
		"\"suppressed\":null,\"reason\":null,\"entropy\":3.25,"
		"\"description\":\"Test token\",\"severity\":\"critical\","
		"\"companions\":[],\"mend\":\"Revoke it.\"}\n"
		"{\"type\":\"summary\",\"complete\":true,\"objects\":{"
		"\"total\":0,\"scanned\":0,\"skipped\":{},\"failed\":0},"
		"\"files\":{\"total\":3,\"scanned\":3,\"skipped\":{},"
		"\"failed\":0},\"bytes\":1234567,\"leaks\":1,\"findings\":1,"
		"\"seconds\":0.25,\"rules\":2,\"version\":\"1.2.3\","
		"\"suppressed\":0,\"ignored\":0,\"unlisted\":0,\"unscanned\":0,"
		"\"missing\":0,\"lfs_pointers\":0"
		",\"rules_digest\":\"0123456789abcdef\",\"interrupted\":null,"
		"\"problems\":[],\"suppressed_held\":0,"
		"\"suppressed_refused\":0,\"stale\":[],\"expired\":[],"
		"\"broken_settings\":[]}\n"));
	fixture_end(&f);
}

static void test_full_disk_is_an_error(void)
{
	for (int i = 0; i < REPORT_FORMAT_COUNT; i++) {
		struct fixture f;
		struct error err;
		FILE *full = fopen("/dev/full", "w");

		fixture_of_names(&f);
		f.options.format = (enum report_format)i;
		CHECK_EQUAL(report_write(full, &f.options, f.leaks,
				    &f.summary, &err), ERR_IO);
		CHECK_EQUAL(err.sys_errno, ENOSPC);
		fclose(full);
		fixture_end(&f);
	}
}

static void test_format_names(void)
{
	enum report_format format;

	for (int i = 0; i < REPORT_FORMAT_COUNT; i++) {
		const char *name = report_format_name((enum report_format)i);

		CHECK(report_format_parse(name, &format));
		CHECK_EQUAL(format, i);
	}
	CHECK(!report_format_parse("xml", &format));
}

static const struct unit_test tests[] = {
	{"a redacted secret shows a prefix, a tail, never a quarter",
		test_redact},
	{"terminal escapes can be undone", test_escapes_can_be_undone},
	{"text has a line and a mark for each place", test_text_layout},
	{"colour comes from us alone, and only when asked",
		test_text_colour_only_when_asked},
	{"text fits forty columns", test_text_narrow},
	{"text lists five places unless asked", test_text_lists_five_places},
	{"text says what was not scanned", test_text_says_what_is_missing},
	{"an encoded secret is masked as well",
		test_encoded_secret_is_masked},
	{"no format shows eight bytes of a hidden part",
		test_no_format_leaks},
	{"a neighbour is masked by its place",
		test_neighbour_is_masked_by_its_place},
	{"words, names and paths stay readable", test_plain_text_stays},
	{"columns count characters where they are known",
		test_columns_count_characters},
	{"suppressed places do not count", test_suppressed},
	{"jsonl is what the contract says", test_jsonl_is_the_contract},
	{"a full disk is an error", test_full_disk_is_an_error},
	{"formats have names", test_format_names},
};

UNIT_MAIN(tests)
