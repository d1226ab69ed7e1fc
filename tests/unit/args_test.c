#include "args/args.h"
#include "unit.h"

struct settings {
	int loud;
	unsigned jobs;
	uint64_t size;
	double seconds;
	int color;
	const char *out;
	struct args_list rules;
};

static const char *const colors[] = {"auto", "always", "never", NULL};
static const struct args_option options[] = {
	{.name = "loud", .letter = 'l', .kind = ARGS_FLAG, .help = "Say more.",
		.group = "Output", .value = 1,
		.offset = offsetof(struct settings, loud)},
	{.name = "jobs", .letter = 'j', .kind = ARGS_NUMBER, .takes = "N",
		.help = "Threads.", .max = 64,
		.offset = offsetof(struct settings, jobs)},
	{.name = "max-size", .kind = ARGS_SIZE, .takes = "SIZE", .help = "Cap.",
		.offset = offsetof(struct settings, size)},
	{.name = "timeout", .kind = ARGS_SECONDS, .takes = "S", .help = "Time.",
		.offset = offsetof(struct settings, seconds)},
	{.name = "color", .kind = ARGS_CHOICE, .takes = "WHEN",
		.choices = colors, .help = "Colour.",
		.offset = offsetof(struct settings, color)},
	{.name = "output", .letter = 'o', .kind = ARGS_TEXT, .takes = "FILE",
		.help = "Where.", .offset = offsetof(struct settings, out)},
	{.name = "rules", .kind = ARGS_LIST, .takes = "PATH", .help = "Rules.",
		.offset = offsetof(struct settings, rules)},
	{.name = "history", .kind = ARGS_LATER, .help = "Not yet."},
};
static const struct args_command command = {
	.name = "scan",
	.takes = "[TARGET...]",
	.summary = "Look for tokens.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

static enum status parse(struct settings *s, struct args_list *words,
	struct error *err, int argc, const char *const *argv)
{
	memset(s, 0, sizeof(*s));
	memset(words, 0, sizeof(*words));
	memset(err, 0, sizeof(*err));
	return args_parse(&command, argc, (char *const *)(uintptr_t)argv, s,
		words, err);
}
#define PARSE(...)                                                           \
	parse(&s, &words, &err,                                              \
		sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),      \
		(const char *[]){__VA_ARGS__})

static struct settings s;
static struct args_list words;
static struct error err;

static void test_forms(void)
{
	CHECK_EQUAL(PARSE("--jobs=3", "a", "--output", "x", "b"), OK);
	CHECK_EQUAL(s.jobs, 3);
	CHECK_TEXT(s.out, "x");
	CHECK_EQUAL(words.n, 2);
	CHECK_TEXT(words.at[1], "b");
	CHECK_EQUAL(PARSE("-j4", "-lo", "y", "-"), OK);
	CHECK_EQUAL(s.jobs, 4);
	CHECK_EQUAL(s.loud, 1);
	CHECK_TEXT(s.out, "y");
	CHECK_TEXT(words.at[0], "-");
	CHECK_EQUAL(PARSE("-l", "--", "-j", "--loud"), OK);
	CHECK_EQUAL(words.n, 2);
	CHECK_EQUAL(PARSE("--rules", "a", "--rules=b"), OK);
	CHECK_EQUAL(s.rules.n, 2);
	CHECK_EQUAL(PARSE("--output="), OK);
	CHECK_TEXT(s.out, "");
	CHECK_EQUAL(PARSE("--color", "never"), OK);
	CHECK_EQUAL(s.color, 2);
}

static void test_errors(void)
{
	CHECK_EQUAL(PARSE("--job", "3"), ERR_USAGE);
	CHECK(strstr(err.text, "did you mean --jobs?") != NULL);
	CHECK_EQUAL(PARSE("--tiemout=3"), ERR_USAGE);
	CHECK(strstr(err.text, "did you mean --timeout?") != NULL);
	CHECK_EQUAL(PARSE("--zzzzzzzz"), ERR_USAGE);
	CHECK(strstr(err.text, "did you mean") == NULL);
	CHECK_EQUAL(PARSE("-x"), ERR_USAGE);
	CHECK_EQUAL(PARSE("--jobs"), ERR_USAGE);
	CHECK_EQUAL(PARSE("--jobs=65"), ERR_USAGE);
	CHECK_EQUAL(PARSE("--jobs=-1"), ERR_USAGE);
	CHECK_EQUAL(PARSE("--loud=1"), ERR_USAGE);
	CHECK_EQUAL(PARSE("--color=red"), ERR_USAGE);
	CHECK(strstr(err.text, "auto, always, never") != NULL);
	CHECK_EQUAL(PARSE("--history"), ERR_USAGE);
	CHECK(strstr(err.text, "not available in this build") != NULL);
}

static void test_sizes(void)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t want;
	} rows[] = {
		{"0", true, 0}, {"4096", true, 4096}, {"10M", true, 10 << 20},
		{"1k", true, 1024}, {"1.5K", true, 1536}, {"2GiB", true,
			(uint64_t)2 << 30}, {"7B", true, 7}, {"1MB", true,
			1 << 20}, {"", false, 0}, {"M", false, 0},
		{"-1", false, 0}, {"1e3", false, 0}, {"0x10", false, 0},
		{"1Q", false, 0}, {"1 M", false, 0}, {"1iB", false, 0},
		{"99999999999T", false, 0}, {"1.2.3", false, 0},
		{"nan", false, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t got = 0;

		CHECK_EQUAL(args_read_size(rows[i].text, &got), rows[i].good);
		CHECK_EQUAL(got, rows[i].want);
	}
}

static void test_seconds(void)
{
	double v = 0;

	CHECK(args_read_seconds("2.5", &v) && v > 2.4 && v < 2.6);
	CHECK(args_read_seconds("2m", &v) && v > 119 && v < 121);
	CHECK(args_read_seconds("250ms", &v) && v > 0.2 && v < 0.3);
	CHECK(!args_read_seconds("soon", &v));
	CHECK(!args_read_seconds("-1", &v));
}

static void test_distance(void)
{
	CHECK_EQUAL(args_distance("", ""), 0);
	CHECK_EQUAL(args_distance("abc", "abc"), 0);
	CHECK_EQUAL(args_distance("abc", ""), 3);
	CHECK_EQUAL(args_distance("format", "fromat"), 1);
	CHECK_EQUAL(args_distance("kitten", "sitting"), 3);
}

static void test_help_fits(void)
{
	static const unsigned widths[] = {48, 60, 80, 200};

	for (size_t i = 0; i < 4; i++) {
		struct buf out;
		bytes rest, line;

		buf_init(&out, 1 << 16);
		args_help(&command, "stanch scan", widths[i], &out);
		CHECK(!out.failed);
		CHECK(bytes_find(buf_bytes(&out), bytes_text("--max-size")) !=
			BYTES_NONE);
		CHECK(bytes_find(buf_bytes(&out), bytes_text("history")) ==
			BYTES_NONE);
		for (rest = buf_bytes(&out); rest.n > 0;) {
			bytes_cut(rest, '\n', &line, &rest);
			CHECK(line.n <= (widths[i] > 100 ? 100 : widths[i]));
		}
		buf_release(&out);
	}
}

static const struct unit_test tests[] = {
	{"every way to write an option is read", test_forms},
	{"a wrong word is refused with the nearest name", test_errors},
	{"sizes", test_sizes},
	{"times", test_seconds},
	{"edit distance counts a swap once", test_distance},
	{"help fits the width and leaves out what is not built",
		test_help_fits},
};
UNIT_MAIN(tests)
