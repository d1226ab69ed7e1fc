/*
 * The formats for machines, read back: names that mean something to a reader
 * come back as they were, and none of them acts.
 */
#include "readers.h"
#include "report_fixture.h"

#include <jansson.h>

/* Which name is this? NAMES: none. */
static size_t name_index(bytes path)
{
	size_t i = 0;

	while (i < NAMES && !bytes_equal(names[i], path))
		i++;
	return i;
}

static void check_all_seen(const bool seen[NAMES])
{
	for (size_t i = 0; i < NAMES; i++) {
		if (!seen[i])
			printf("  name %zu is missing\n", i);
		CHECK(seen[i]);
	}
}

static void test_every_format_is_inert(void)
{
	static const char *const problems[] = {"a\033]0;b\a: too large\n"};
	struct fixture f;

	fixture_of_names(&f);
	f.summary.complete = false;
	f.summary.problems = problems;
	f.summary.problem_count = 1;
	f.options.verbose = true;
	for (int i = 0; i < REPORT_FORMAT_COUNT; i++) {
		bytes text = write_report(&f, (enum report_format)i);

		CHECK(text.n > 1000);
		check_is_inert(text);
	}
	fixture_end(&f);
}

static bool unbase64(const char *text, struct buf *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";
	unsigned long v = 0;
	int bits = 0;

	for (; *text && *text != '='; text++) {
		const char *hit = strchr(digits, *text);

		if (hit == NULL)
			return false;
		v = v << 6 | (unsigned long)(hit - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_put_byte(out, (unsigned char)(v >> bits));
		}
	}
	return true;
}

/* The name that a JSON object tells by path and path_b64. */
static size_t json_name(const json_t *finding)
{
	const json_t *path = json_object_get(finding, "path");
	const json_t *raw = json_object_get(finding, "path_b64");
	struct buf bytes_seen;
	size_t i;

	buf_init(&bytes_seen, 1000);
	if (raw)
		CHECK(unbase64(json_string_value(raw), &bytes_seen));
	else
		buf_put(&bytes_seen, bytes_of(json_string_value(path),
					     json_string_length(path)));
	i = name_index(buf_bytes(&bytes_seen));
	buf_release(&bytes_seen);
	return i;
}

static json_t *parse_json(bytes text)
{
	json_error_t error;
	json_t *root = json_loadb((const char *)text.at, text.n,
		JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);

	if (root == NULL)
		printf("  %s\n", error.text);
	CHECK(root != NULL);
	return root;
}

static void test_jsonl_tells_names_back(void)
{
	struct fixture f;
	bool seen[NAMES] = {false};
	bytes text, line, last = {0};
	size_t records = 0;

	fixture_of_names(&f);
	text = write_report(&f, REPORT_JSONL);
	while (text.n) {
		json_t *record;
		size_t i;

		CHECK(bytes_cut(text, '\n', &line, &text));
		record = parse_json(line);
		i = json_name(record);
		if (i < NAMES)
			seen[i] = true;
		json_decref(record);
		records++;
		last = line;
	}
	check_all_seen(seen);
	CHECK_EQUAL(records, NAMES + 2);
	CHECK(bytes_starts(last, bytes_text("{\"type\":\"summary\",")));
	fixture_end(&f);
}

static void test_json_groups(void)
{
	struct fixture f;
	bool seen[NAMES] = {false};
	json_t *root, *leaks, *places, *place;
	size_t i;

	fixture_of_names(&f);
	root = parse_json(write_report(&f, REPORT_JSON));
	leaks = json_object_get(root, "leaks");
	CHECK_EQUAL(json_array_size(leaks), 2);
	places = json_object_get(json_array_get(leaks, 0), "places");
	json_array_foreach(places, i, place) {
		CHECK(json_name(place) < NAMES);
		seen[json_name(place)] = true;
	}
	check_all_seen(seen);
	CHECK(json_object_get(json_object_get(root, "summary"), "complete"));
	json_decref(root);
	fixture_end(&f);
}

static const char *text_at(const json_t *object, const char *a, const char *b)
{
	return json_string_value(
		json_object_get(json_object_get(object, a), b));
}

static void check_sarif_result(const json_t *result, bool seen[NAMES])
{
	const json_t *place = json_object_get(
		json_array_get(json_object_get(result, "locations"), 0),
		"physicalLocation");
	const json_t *region = json_object_get(place, "region");
	const char *uri = text_at(place, "artifactLocation", "uri");
	const char *message = text_at(result, "message", "text");
	struct buf path;

	buf_init(&path, 1000);
	CHECK(uri && reader_percent(bytes_text(uri), &path));
	if (name_index(buf_bytes(&path)) < NAMES)
		seen[name_index(buf_bytes(&path))] = true;
	CHECK(strspn(uri, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
			  "qrstuvwxyz0123456789-._~/%") == strlen(uri));
	CHECK_TEXT(text_at(place, "artifactLocation", "uriBaseId"),
		"%SRCROOT%");
	buf_release(&path);
	for (const char *c = message; (c = strpbrk(c, "[]")) != NULL; c++)
		CHECK(c > message && c[-1] == '\\');
	CHECK(json_integer_value(json_object_get(region, "startLine")) == 7);
	CHECK(json_integer_value(json_object_get(region, "endColumn")) >
		json_integer_value(json_object_get(region, "startColumn")));
	CHECK(text_at(result, "partialFingerprints", "stanch/v1") != NULL);
}

static void check_sarif_rule(const json_t *rule)
{
	const char *severity = text_at(rule, "properties",
		"security-severity");

	CHECK(json_string_value(json_object_get(rule, "id")) != NULL);
	CHECK(text_at(rule, "shortDescription", "text") != NULL);
	CHECK(severity && strspn(severity, "0123456789.") == strlen(severity));
}

static void test_sarif_has_what_the_standard_requires(void)
{
	struct fixture f;
	bool seen[NAMES] = {false};
	json_t *root, *run, *rules, *results, *item;
	size_t i;

	fixture_of_names(&f);
	root = parse_json(write_report(&f, REPORT_SARIF));
	CHECK_TEXT(json_string_value(json_object_get(root, "version")),
		"2.1.0");
	run = json_array_get(json_object_get(root, "runs"), 0);
	item = json_object_get(json_object_get(run, "tool"), "driver");
	CHECK_TEXT(json_string_value(json_object_get(item, "name")), "stanch");
	rules = json_object_get(item, "rules");
	CHECK_EQUAL(json_array_size(rules), 2);
	json_array_foreach(rules, i, item)
		check_sarif_rule(item);
	CHECK_TEXT(json_string_value(json_object_get(
			   json_array_get(rules, 1), "helpUri")),
		token_pages[0]);
	CHECK_TEXT(json_string_value(json_object_get(run, "columnKind")),
		"unicodeCodePoints");
	results = json_object_get(run, "results");
	CHECK_EQUAL(json_array_size(results), NAMES + 1);
	json_array_foreach(results, i, item)
		check_sarif_result(item, seen);
	check_all_seen(seen);
	item = json_array_get(results, 0);
	CHECK_TEXT(json_string_value(json_object_get(item, "level")), "error");
	CHECK_EQUAL(json_integer_value(json_object_get(item, "ruleIndex")), 1);
	json_decref(root);
	fixture_end(&f);
}

static bool is_live_formula(bytes cell)
{
	return cell.n && strchr("=+-@\t\r", cell.at[0]) != NULL;
}

static void test_csv_has_no_formula(void)
{
	struct fixture f;
	struct buf cell, path;
	bool seen[NAMES] = {false}, end;
	size_t columns = 0, column = 0, rows = 0;
	bytes text;

	fixture_of_names(&f);
	buf_init(&cell, 1 << 16);
	buf_init(&path, 1 << 16);
	text = write_report(&f, REPORT_CSV);
	while (text.n && reader_csv_cell(&text, &cell, &end)) {
		bytes plain = buf_bytes(&cell);

		CHECK(!is_live_formula(plain));
		column++;
		if (rows && column == 8) {
			plain = bytes_drop(plain,
				bytes_starts(plain, bytes_text("'")));
			buf_clear(&path);
			reader_unescape(plain, &path);
			if (name_index(buf_bytes(&path)) < NAMES)
				seen[name_index(buf_bytes(&path))] = true;
		}
		if (!end)
			continue;
		columns = rows ? columns : column;
		CHECK_EQUAL(column, columns);
		column = 0;
		rows++;
	}
	CHECK_EQUAL(text.n, 0);
	CHECK_EQUAL(rows, NAMES + 2);
	check_all_seen(seen);
	buf_release(&cell);
	buf_release(&path);
	fixture_end(&f);
}

static void see_file(void *context, bytes tag, bytes name, bytes value)
{
	bool *seen = context;
	struct buf path;

	if (!bytes_equal(tag, bytes_text("testcase")) ||
		!bytes_equal(name, bytes_text("file")))
		return;
	buf_init(&path, 1 << 16);
	reader_unescape(value, &path);
	if (name_index(buf_bytes(&path)) < NAMES)
		seen[name_index(buf_bytes(&path))] = true;
	buf_release(&path);
}

static void test_junit_is_well_formed(void)
{
	struct fixture f;
	bool seen[NAMES] = {false};
	bytes text;

	fixture_of_names(&f);
	text = write_report(&f, REPORT_JUNIT);
	CHECK(reader_xml(text, see_file, seen));
	check_all_seen(seen);
	CHECK(has(text, "tests=\"23\" failures=\"22\" errors=\"0\""));
	fixture_end(&f);
}

static void test_github_lines_are_ours(void)
{
	struct fixture f;
	struct buf value, path;
	bool seen[NAMES] = {false};
	bytes text, line, file, rest;
	size_t lines = 0;

	fixture_of_names(&f);
	buf_init(&value, 1 << 16);
	buf_init(&path, 1 << 16);
	text = write_report(&f, REPORT_GITHUB);
	while (bytes_cut(text, '\n', &line, &text)) {
		lines++;
		CHECK(bytes_starts(line, bytes_text("::error ")) ||
			bytes_starts(line, bytes_text("::notice ")));
		if (!has(line, " file="))
			continue;
		line = bytes_drop(line, bytes_find(line,
						bytes_text("file=")) + 5);
		CHECK(bytes_cut(line, ',', &file, &rest));
		CHECK(bytes_find_byte(file, ':') == BYTES_NONE);
		buf_clear(&value);
		buf_clear(&path);
		CHECK(reader_percent(file, &value));
		reader_unescape(buf_bytes(&value), &path);
		if (name_index(buf_bytes(&path)) < NAMES)
			seen[name_index(buf_bytes(&path))] = true;
	}
	CHECK_EQUAL(lines, NAMES + 2);
	check_all_seen(seen);
	buf_release(&value);
	buf_release(&path);
	fixture_end(&f);
}

static const struct unit_test tests[] = {
	{"no format prints what a terminal acts upon",
		test_every_format_is_inert},
	{"jsonl tells 21 names back, summary last",
		test_jsonl_tells_names_back},
	{"json groups by leak", test_json_groups},
	{"sarif has what the standard requires, and no links",
		test_sarif_has_what_the_standard_requires},
	{"csv follows RFC 4180 and has no formula", test_csv_has_no_formula},
	{"junit is well-formed XML", test_junit_is_well_formed},
	{"github: each line is a command of ours",
		test_github_lines_are_ours},
};

UNIT_MAIN(tests)
