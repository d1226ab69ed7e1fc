/*
 * What suppresses, of any bytes. The first byte says as what they are read: a
 * baseline (and written again, which must read as the same), settings, a file
 * of another tool, a comment, the URL of a remote. What could be read is
 * applied to a few findings: each place is open or suppressed, a live one is
 * never suppressed, and what names nobody suppresses nothing.
 */
#include "page/link.h"
#include "suppress/internal.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const struct rule rules[] = {{.id = "a-rule"}, {.id = "b"}};
static const struct verdict_facts live = {.verdict = VERDICT_LIVE};
static const struct suppress_scope scope = {"x/", ""};

static struct leaks *make_leaks(bytes allow)
{
	const struct leaks_options options = {{NULL, 0}};
	struct leaks *l = leaks_new(&options, NULL);

	for (int i = 0; i < 4; i++) {
		struct sighting s = {.rule = &rules[i & 1],
			.secret = bytes_text(i < 2 ? "secret-1" : "secret-2"),
			.line = 1, .end_line = 1,
			.confidence = (enum confidence)i, .allow = allow};

		assert(leaks_add(l, &s, bytes_text(i < 2 ? "x/a" : "x/b/c"),
			LEAK_WORKTREE) == OK);
	}
	assert(leaks_finish(l, NULL) == OK);
	for (size_t i = 0; i < leaks_count(l); i++)
		if (leaks_at(l, i)->rule == &rules[1])
			assert(leaks_set_verdict(l, i, &live, NULL) == OK);
	return l;
}

static void apply(struct suppress *s, bytes allow)
{
	struct leaks *l = make_leaks(allow);
	const struct suppress_options options = {
		.comments = SUPPRESS_INLINE_HOLD, .now = 1735689600};
	struct suppress_count count;

	assert(suppress_apply(s, l, &options, &count, NULL) == OK);
	assert(count.open + count.suppressed == 4);
	for (size_t i = 0; i < leaks_count(l); i++)
		for (size_t p = 0; p < leaks_at(l, i)->place_count; p++)
			assert(leaks_at(l, i)->rule == &rules[0] ||
				!leaks_at(l, i)->places[p].suppressed);
	leaks_free(l);
}

static void try_files(bytes text, bool is_settings)
{
	struct suppress *s = suppress_new(NULL);
	struct error err = {.code = OK};
	enum status status = is_settings
		? suppress_add_settings(s, "f", text, &scope,
			  SUPPRESS_TRUSTED, &err)
		: suppress_add_baseline(s, "f", text, &scope,
			  SUPPRESS_TRUSTED, &err);

	assert((status == OK) == (err.code == OK));
	if (status == OK)
		apply(s, bytes_text(""));
	suppress_free(s);
	/* Of a judged repository it is read, or changes nothing. */
	s = suppress_new(NULL);
	if (is_settings)
		status = suppress_add_settings(s, "f", text, &scope,
			SUPPRESS_REPOSITORY, NULL);
	else
		status = suppress_add_baseline(s, "f", text, &scope,
			SUPPRESS_REPOSITORY, NULL);
	assert(status == OK);
	if (suppress_problem(s, 0))
		assert(suppress_entry(s, 0) == NULL);
	suppress_free(s);
}

static void try_baseline(bytes text)
{
	struct baseline b, again;
	struct buf out;

	baseline_init(&b);
	baseline_init(&again);
	buf_init(&out, 1 << 24);
	if (baseline_read(&b, "f", text, NULL) == OK) {
		baseline_write(&b, &out);
		assert(baseline_read(&again, "f", buf_bytes(&out), NULL) == OK);
		assert(again.n == b.n);
		for (size_t i = 0; i < b.n; i++)
			assert(baseline_find(&again,
				bytes_text(b.at[i].fingerprint)) != NULL);
	}
	buf_release(&out);
	baseline_release(&b);
	baseline_release(&again);
}

static void try_comment(bytes text)
{
	struct suppress *s = suppress_new(NULL);

	apply(s, text);
	suppress_free(s);
}

/* No address leaves the hosts that are known, nor an attribute of HTML. */
static void try_link(bytes text)
{
	static const char id[] = "0123456789abcdef0123456789abcdef01234567";
	const struct link_target target = {bytes_of(id, 40), text, 3, 4};
	struct link link;
	struct buf out;

	buf_init(&out, 1 << 16);
	link_init(&link, text);
	if (link_line(&link, &target, &out)) {
		assert(bytes_starts(buf_bytes(&out), bytes_text("https://")));
		for (size_t i = 0; i < out.n; i++)
			assert(out.at[i] > ' ' && out.at[i] < 0x7f &&
				!strchr("\"'<>\\", out.at[i]));
	}
	link_release(&link);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	bytes text;

	if (size == 0)
		return 0;
	text = bytes_of(data + 1, size - 1);
	switch (data[0] % 5) {
	case 0:
		try_baseline(text);
		try_files(text, false);
		break;
	case 1:
		try_files(text, true);
		break;
	case 2:
		try_files(text, false);
		break;
	case 3:
		try_comment(text);
		break;
	default:
		try_link(text);
	}
	return 0;
}
