/* Rosters: filters, lists, directories, and several one after another. */
#include "unit.h"

#include "roster/roster.h"
#include "workshop.h"

#include "base/banned.h"

static const struct roster_options none;

/* Names, or with `urls` addresses, with a blank behind each; refused ones with
 * their word behind a colon. */
static void gather(struct roster *r, struct buf *names)
{
	struct roster_repository at = {.name = NULL};
	struct error err = {0};

	buf_init(names, 65536);
	while (r->kind->next(r->self, &at, &err) == OK) {
		if (at.name)
			buf_printf(names, "%s%s%s ", at.name,
				at.refused ? ":" : "",
				at.refused ? at.refused : "");
		at.name = NULL;
		at.refused = NULL;
	}
	r->kind->close(r->self);
}

/* ---- filters -------------------------------------------------------------- */

static const char *reason(const struct roster_filter *f, const char *name,
	unsigned flags)
{
	const struct roster_repository r = {.name = name, .flags = flags,
		.size = 1000, .pushed_at = 5000};
	const char *why = roster_filter_reason(f, &r);

	return why ? why : "";
}

static void globs(void)
{
	static const char *const in[] = {"api-*", "acme/*"};
	static const char *const out[] = {"*-old"};
	const struct roster_filter f = {.include = in, .include_count = 2,
		.exclude = out, .exclude_count = 1};
	const struct roster_filter all = {.include = NULL};

	CHECK_TEXT(reason(&all, "x", ROSTER_FORK), "");
	CHECK_TEXT(reason(&f, "api-1", 0), "");
	CHECK_TEXT(reason(&f, "github.com/team/api-1", 0), "");
	CHECK_TEXT(reason(&f, "github.com/acme/deep/x", 0), "");
	CHECK_TEXT(reason(&f, "GITHUB.COM/ACME/X", 0), "");
	CHECK_TEXT(reason(&f, "github.com/other/x", 0), "not_included");
	CHECK_TEXT(reason(&f, "my-api-1", 0), "not_included");
	CHECK_TEXT(reason(&f, "acme/x-old", 0), "excluded");
}

static void flags(void)
{
	const struct roster_filter no = {
		.without = ROSTER_ARCHIVED | ROSTER_FORK};
	const struct roster_filter open = {.visibility = ROSTER_PUBLIC};
	const struct roster_filter wikis = {.only = ROSTER_WIKI};

	CHECK_TEXT(reason(&no, "x", ROSTER_MIRROR), "");
	CHECK_TEXT(reason(&no, "x", ROSTER_FORK), "fork");
	CHECK_TEXT(reason(&no, "x", ROSTER_FORK | ROSTER_ARCHIVED), "archived");
	CHECK_TEXT(reason(&open, "x", ROSTER_PUBLIC), "");
	CHECK_TEXT(reason(&open, "x", ROSTER_PRIVATE), "visibility");
	/* What is not told leaves nothing out. */
	CHECK_TEXT(reason(&open, "x", 0), "");
	CHECK_TEXT(reason(&wikis, "x", 0), "filtered");
	CHECK_TEXT(reason(&wikis, "x", ROSTER_WIKI), "");
}

static void sizes_and_dates(void)
{
	const struct roster_filter small = {.size_most = 999};
	const struct roster_filter fits = {.size_most = 1000};
	const struct roster_filter late = {.pushed_since = 5001};
	const struct roster_filter early = {.pushed_since = 5000};
	const struct roster_repository unknown = {.name = "x"};

	CHECK_TEXT(reason(&small, "x", 0), "too_large");
	CHECK_TEXT(reason(&fits, "x", 0), "");
	CHECK_TEXT(reason(&late, "x", 0), "not_pushed_since");
	CHECK_TEXT(reason(&early, "x", 0), "");
	CHECK(roster_filter_reason(&small, &unknown) == NULL);
	CHECK(roster_filter_reason(&late, &unknown) == NULL);
}

/* ---- lists ---------------------------------------------------------------- */

static enum status open_list(struct roster *r, const struct workshop *w,
	const char *name)
{
	char path[128];
	struct error err = {0};

	snprintf(path, sizeof(path), "%s/%s", w->path, name);
	return roster_open_list(r, path, &none, &err);
}

static void lists(void)
{
	struct workshop w;
	struct roster r = {.kind = NULL};
	struct buf names;

	workshop_begin(&w);
	workshop_must(&w, "printf '# a comment\\n\\n"
		"  https://h.example/team/a.git \\n"
		"https://user@h.example:8443/b/\\n"
		"git@h.example:c/d.git\\n"
		"/srv/git/e.git\\n"
		"https://u:secret@h.example/f\\n"
		"https://h.example/\\033[2Jg\\n"
		"https://h.example/last' >list");
	CHECK_EQUAL(open_list(&r, &w, "list"), OK);
	gather(&r, &names);
	CHECK_TEXT(buf_text(&names), "h.example/team/a h.example:8443/b "
		"h.example:c/d /srv/git/e line 7:password_in_url "
		"line 8:not_a_repository h.example/last ");
	CHECK(bytes_find(buf_bytes(&names), bytes_text("secret")) ==
		BYTES_NONE);
	buf_release(&names);
	CHECK_EQUAL(open_list(&r, &w, "none"), ERR_USAGE);
	workshop_must(&w, ": >empty");
	CHECK_EQUAL(open_list(&r, &w, "empty"), OK);
	gather(&r, &names);
	CHECK_EQUAL(names.n, 0);
	buf_release(&names);
	/* A directory opens, and cannot be read: the list is not whole. */
	CHECK_EQUAL(open_list(&r, &w, "."), OK);
	{
		struct roster_repository at;
		struct error err = {0};

		CHECK_EQUAL(r.kind->next(r.self, &at, &err), ERR_IO);
		r.kind->close(r.self);
	}
	workshop_must(&w, "rm -rf \"$PWD\"");
}

/* ---- directories ---------------------------------------------------------- */

static int by_byte(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The words of a text in order. */
static void sort_words(struct buf *text, char out[1024])
{
	char *words[32], *rest = NULL;
	size_t n = 0, at = 0;

	for (char *w = strtok_r((char *)text->at, " ", &rest); w && n < 32;
		w = strtok_r(NULL, " ", &rest))
		words[n++] = w;
	qsort(words, n, sizeof(words[0]), by_byte);
	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(out + at, 1024 - at, "%s ", words[i]);
}

static void directories(void)
{
	struct workshop w;
	struct roster r = {.kind = NULL};
	struct error err = {0};
	struct buf names;
	char sorted[1024], path[128];

	workshop_begin(&w);
	workshop_must(&w, "git init -q a; git init -q --bare deep/er/b.git;"
		" mkdir plain .hidden; git init -q .hidden/c; git init -q a/in;"
		" git init -q --bare a/.git/modules/sub;"
		" ln -s ../a plain/link; ln -s / plain/root; echo x >plain/f");
	CHECK_EQUAL(roster_open_directory(&r, w.path, &none, &err), OK);
	gather(&r, &names);
	sort_words(&names, sorted);
	CHECK_TEXT(sorted, ".hidden/c a a/.git/modules/sub deep/er/b.git ");
	buf_release(&names);
	snprintf(path, sizeof(path), "%s/plain/f", w.path);
	CHECK_EQUAL(roster_open_directory(&r, path, &none, &err), ERR_USAGE);
	snprintf(path, sizeof(path), "%s/none", w.path);
	CHECK_EQUAL(roster_open_directory(&r, path, &none, &err), ERR_USAGE);
	workshop_must(&w, "rm -rf \"$PWD\"");
}

/* ---- several -------------------------------------------------------------- */

static void chains(void)
{
	static const char *const prefixes[] = {NULL, "srv"};
	struct workshop w;
	struct roster parts[2] = {{.kind = NULL}}, r = {.kind = NULL};
	struct error err = {0};
	struct buf names;

	workshop_begin(&w);
	workshop_must(&w, "echo https://h.example/a >one;"
		" echo https://h.example/b >two");
	CHECK_EQUAL(open_list(&parts[0], &w, "one"), OK);
	CHECK_EQUAL(open_list(&parts[1], &w, "two"), OK);
	CHECK_EQUAL(roster_open_chain(&r, parts, prefixes, 2, &err), OK);
	gather(&r, &names);
	CHECK_TEXT(buf_text(&names), "h.example/a srv/h.example/b ");
	buf_release(&names);
	workshop_must(&w, "rm -rf \"$PWD\"");
}

static bool is_stopped(void *context)
{
	return ++*(int *)context > 2;
}

static void stops(void)
{
	struct workshop w;
	struct roster r = {.kind = NULL};
	struct error err = {0};
	struct roster_repository at;
	int asked = 0;
	const struct roster_options options = {is_stopped, &asked};
	char path[128];

	workshop_begin(&w);
	workshop_must(&w, "for i in 1 2 3 4 5; do echo https://h.example/$i;"
		" done >list");
	snprintf(path, sizeof(path), "%s/list", w.path);
	CHECK_EQUAL(roster_open_list(&r, path, &options, &err), OK);
	CHECK_EQUAL(r.kind->next(r.self, &at, &err), OK);
	CHECK_EQUAL(r.kind->next(r.self, &at, &err), OK);
	CHECK_EQUAL(r.kind->next(r.self, &at, &err), ERR_INTERRUPTED);
	r.kind->close(r.self);
	workshop_must(&w, "rm -rf \"$PWD\"");
}

static const struct unit_test tests[] = {
	{"globs look at a name and what follows its slashes", globs},
	{"flags and visibility leave out what is known", flags},
	{"sizes and dates leave out what is known", sizes_and_dates},
	{"a list is URLs and paths; what is neither is refused by line", lists},
	{"below a directory every repository, no link followed", directories},
	{"several rosters are one, names stay apart", chains},
	{"a roster stops when it is told to", stops},
};

UNIT_MAIN(tests)
