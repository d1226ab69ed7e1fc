/*
 * What .gitignore leaves out: a table of cases, each of them also put to
 * git; some thousands of random ones put to both; then the index, and the
 * places from which rules come.
 */
#include "base/limits.h"
#include "source/internal.h"
#include "workshop.h"

#include <pthread.h>

/* ---- patterns ----------------------------------------------------------- */

struct row {
	const char *patterns;
	const char *path; /* a directory when it ends with a slash */
	bool is_ignored;
};

static const struct row rows[] = {
	{"*.o", "a.o", true},
	{"*.o", "d/a.o", true},
	{"*.o", "a.o.c", false},
	{"/a", "a", true},
	{"/a", "d/a", false},
	{"a", "d/a", true},
	{"a", "d/a/b", true},
	{"d/a", "d/a", true},
	{"d/a", "x/d/a", false},
	{"a/", "a", false},
	{"a/", "a/", true},
	{"a/", "x/a/b", true},
	{"a/", "x/a/b/c", true},
	{"*\n!keep", "keep", false},
	{"*\n!keep", "lose", true},
	{"!keep\n*", "keep", true},
	{"d/\n!d/keep", "d/keep", true},
	{"d/*\n!d/keep", "d/keep", false},
	{"d/*\n!d/keep", "d/lose", true},
	{"**/x", "x", true},
	{"**/x", "a/b/x", true},
	{"**/x/y", "a/x/y", true},
	{"**/x/y", "x/y", true},
	{"a/**", "a/b/c", true},
	{"a/**", "b/a/c", false},
	{"a/**/z", "a/z", true},
	{"a/**/z", "a/b/c/z", true},
	{"a/**/z", "a/bz", false},
	{"a**z", "a/z", false},
	{"a**z", "abcz", true},
	{"d/a**", "d/abc", true},
	{"d/*/f", "d/e/f", true},
	{"d/*/f", "d/e/g/f", false},
	{"d*f", "d/f", false},
	{"?.c", "a.c", true},
	{"?.c", ".c", false},
	{"d/?x", "d/yx", true},
	{"d?x", "d/x", false},
	{"[abc].h", "b.h", true},
	{"[!abc].h", "b.h", false},
	{"[^abc].h", "d.h", true},
	{"[a-c].h", "c.h", true},
	{"[a-].h", "-.h", true},
	{"[]].h", "].h", true},
	{"[]-a].h", "a.h", true},
	{"[!]].h", "a.h", true},
	{"[[:digit:]].h", "7.h", true},
	{"[[:digit:]].h", "x.h", false},
	{"[[:upper:][:digit:]x].h", "x.h", true},
	{"[[:nope:]].h", "n.h", false},
	{"[\\]].h", "].h", true},
	{"[a", "[a", false},
	{"\\#x", "#x", true},
	{"#x", "#x", false},
	{"\\!x", "!x", true},
	{"a\\*", "a*", true},
	{"a\\*", "ab", false},
	{"a\\b", "ab", true},
	{"a\\", "a", false},
	{"a ", "a", true},
	{"a\\ ", "a ", true},
	{"a\\  ", "a ", true},
	{"a b", "a b", true},
	{"a\t", "a", false},
	{"a\r\nb", "a", true},
	{"a\r\nb\r", "b", true},
	{"\xef\xbb\xbf" "a", "a", true},
	{"\n\n  \na", "a", true},
	{" a", "a", false},
	{"/", "a", false},
	{"//a", "a", false},
	{"a//", "a/", false},
	{"*", "a/b", true},
	{"/*\n!/d/\n/d/*\n!/d/k", "d/k", false},
	{"/*\n!/d/\n/d/*\n!/d/k", "d/l", true},
	{".*", ".env", true},
	{"*a*b*c", "xaybzc", true},
	{"*a*b*c", "xaybz", false},
	{"d/**/*.c", "d/x.c", true},
	{"d/**/*.c", "d/e/f/x.c", true},
	{"**", "a/b", true},
	{"x/**/", "x/y/", true},
	{"x/**/", "x/y", false},
	{"caf\xc3\xa9", "caf\xc3\xa9", true},
	{"caf?", "caf\xe9", true},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* By our rules: is path, or a directory on the way to it, ignored? */
static bool is_ignored(const struct source_ignore *ignore, bytes path)
{
	for (size_t i = 1; i <= path.n; i++) {
		enum source_kind kind = KIND_DIRECTORY;

		if (i < path.n && path.at[i] != '/')
			continue;
		if (i == path.n && path.at[i - 1] == '/')
			break;
		if (i == path.n)
			kind = KIND_FILE;
		if (source_ignore_match(ignore, bytes_take(path, i), kind) ==
			VERDICT_IGNORE)
			return true;
	}
	return false;
}

static void test_rows(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct source_ignore *ignore =
			source_ignore_new(bytes_text(rows[i].patterns));

		if (is_ignored(ignore, bytes_text(rows[i].path)) !=
			rows[i].is_ignored) {
			unit_failures++;
			printf("  row [%s] [%s]\n", rows[i].patterns,
				rows[i].path);
		}
		source_ignore_free(ignore);
	}
}

/* ---- the same put to git ------------------------------------------------ */

/*
 * Case i lives in the directory c<i> with its own .gitignore. git is asked
 * once about all paths; what it says stands in `said`, NUL-separated.
 */
struct trial {
	struct workshop w;
	struct buf asked;
	struct buf said;
};

static bool trial_begin(struct trial *t)
{
	if (!workshop_has("git"))
		return false;
	workshop_begin(&t->w);
	workshop_must(&t->w, "git init -q .");
	buf_init(&t->asked, WORKSHOP_MAX);
	return true;
}

static void trial_case(struct trial *t, size_t i, const char *patterns)
{
	char name[128];

	snprintf(name, sizeof(name), "%s/c%zu", t->w.path, i);
	mkdir(name, 0755);
	snprintf(name, sizeof(name), "c%zu/.gitignore", i);
	workshop_write(&t->w, name, bytes_text(patterns));
}

static void trial_path(struct trial *t, size_t i, bytes path)
{
	buf_printf(&t->asked, "c%zu/", i);
	buf_put(&t->asked, path);
	buf_put_byte(&t->asked, '\0');
}

static void trial_ask(struct trial *t)
{
	workshop_write(&t->w, "asked", buf_bytes(&t->asked));
	/* 1: none is ignored */
	CHECK(workshop_run(&t->w, "git check-ignore --no-index --stdin -z "
				  "<asked >said") <= 1);
	workshop_read(&t->w, "said", &t->said);
}

/* Paths come back in the order in which they were asked. */
static bool trial_says(struct trial *t, size_t *at, size_t i, bytes path)
{
	struct buf want;
	bool is;

	buf_init(&want, 10000);
	buf_printf(&want, "c%zu/", i);
	buf_put(&want, path);
	buf_put_byte(&want, '\0');
	is = bytes_starts(bytes_drop(buf_bytes(&t->said), *at),
		buf_bytes(&want));
	if (is)
		*at += want.n;
	buf_release(&want);
	return is;
}

static void trial_end(struct trial *t)
{
	buf_release(&t->asked);
	buf_release(&t->said);
	workshop_end(&t->w);
}

static void test_rows_as_git(void)
{
	struct trial t;
	size_t at = 0;

	if (!trial_begin(&t))
		return;
	for (size_t i = 0; i < ROWS; i++) {
		trial_case(&t, i, rows[i].patterns);
		trial_path(&t, i, bytes_text(rows[i].path));
	}
	trial_ask(&t);
	for (size_t i = 0; i < ROWS; i++)
		if (trial_says(&t, &at, i, bytes_text(rows[i].path)) !=
			rows[i].is_ignored) {
			unit_failures++;
			printf("  git: row [%s] [%s]\n", rows[i].patterns,
				rows[i].path);
		}
	trial_end(&t);
}

static unsigned next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*state >> 33);
}

/* A text of parts, for patterns that meet paths now and then. */
static void random_text(uint64_t *state, const char *const *parts,
	unsigned count, unsigned max, char *out, size_t room)
{
	unsigned n = 1 + next_random(state) % max;
	size_t used = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		const char *part = parts[next_random(state) % count];

		if (used + strlen(part) + 1 < room)
			used += (size_t)snprintf(out + used, room - used, "%s",
				part);
	}
}

#define TRIALS 1500
#define PATHS 8

static const char *const pattern_parts[] = {"a", "b", "ab", "/", "/", "*",
	"*", "**", "**/", "/**", "?", "[ab]", "[!a]", "[a-", "\\", "!", "\\/",
	" ", "[[:alpha:]]", "]", "-", "\n", "\n!", "b/"};
static const char *const path_parts[] = {"a", "b", "ab", "a/", "b/", "ba",
	"-", "a/b", "]", " "};

static void make_path(uint64_t *state, char *out, size_t room)
{
	size_t n;

	do {
		random_text(state, path_parts, 10, 7, out, room);
		n = strlen(out);
		while (n && out[n - 1] == '/')
			out[--n] = '\0';
	} while (n == 0 || strstr(out, "//"));
}

static void test_random_as_git(void)
{
	static char patterns[TRIALS][128], paths[TRIALS][PATHS][64];
	struct trial t;
	uint64_t state = 20240801;
	size_t at = 0, ignored = 0;

	if (!trial_begin(&t))
		return;
	for (size_t i = 0; i < TRIALS; i++) {
		random_text(&state, pattern_parts, 24, 9, patterns[i], 128);
		trial_case(&t, i, patterns[i]);
		for (size_t k = 0; k < PATHS; k++) {
			make_path(&state, paths[i][k], 64);
			trial_path(&t, i, bytes_text(paths[i][k]));
		}
	}
	trial_ask(&t);
	for (size_t i = 0; i < TRIALS; i++) {
		struct source_ignore *ignore =
			source_ignore_new(bytes_text(patterns[i]));

		for (size_t k = 0; k < PATHS; k++) {
			bytes path = bytes_text(paths[i][k]);
			bool says = trial_says(&t, &at, i, path);

			ignored += says;
			if (is_ignored(ignore, path) == says)
				continue;
			unit_failures++;
			printf("  [%s] [%s] git says %d\n", patterns[i],
				paths[i][k], says);
		}
		source_ignore_free(ignore);
	}
	CHECK(ignored > TRIALS / 2);
	trial_end(&t);
}

/* A pattern made to run for ever ends, as no match. */
static void test_hostile_patterns(void)
{
	struct buf pattern, path;
	struct source_ignore *ignore;

	buf_init(&pattern, LIMIT_IGNORE_FILE * 2);
	buf_init(&path, LIMIT_PATH);
	for (int i = 0; i < 2000; i++) {
		buf_put_text(&pattern, "**/*a*");
		buf_put_text(&path, "aaaaaaaaa/");
	}
	buf_put_text(&pattern, "b");
	buf_put_text(&path, "c");
	ignore = source_ignore_new(buf_bytes(&pattern));
	CHECK_EQUAL(source_ignore_match(ignore, buf_bytes(&path), KIND_FILE),
		VERDICT_NONE);
	source_ignore_free(ignore);
	buf_clear(&pattern);
	for (int i = 0; i <= LIMIT_IGNORE_PATTERNS; i++)
		buf_put_text(&pattern, "x\n");
	CHECK(source_ignore_new(buf_bytes(&pattern)) == NULL);
	buf_release(&pattern);
	buf_release(&path);
}

/* ---- the index ---------------------------------------------------------- */

static void check_index(const struct workshop *w)
{
	struct buf file, names, joined;
	struct source_index *index;

	workshop_must(w, "git ls-files -z >../names");
	workshop_read(w, "../names", &names);
	workshop_read(w, ".git/index", &file);
	index = source_index_new(buf_bytes(&file), NULL, NULL);
	CHECK(index != NULL);
	buf_init(&joined, WORKSHOP_MAX);
	for (size_t i = 0; index && i < source_index_count(index); i++) {
		buf_put(&joined, source_index_name(index, i));
		buf_put_byte(&joined, '\0');
		CHECK(source_index_has(index, source_index_name(index, i)));
	}
	CHECK(bytes_equal(buf_bytes(&joined), buf_bytes(&names)));
	if (index) {
		CHECK(source_index_has_below(index, bytes_text("d")));
		CHECK(!source_index_has_below(index, bytes_text("d/f1")));
		CHECK(!source_index_has(index, bytes_text("d")));
		CHECK(!source_index_has_below(index, bytes_text("zz")));
	}
	source_index_free(index);
	/* cut anywhere, it is not believed */
	for (size_t n = 0; n < file.n; n++) {
		index = source_index_new(bytes_take(buf_bytes(&file), n),
			NULL, NULL);
		CHECK(index == NULL);
		source_index_free(index);
	}
	/* one bit wrong anywhere does no harm */
	for (size_t n = 0; n < file.n; n++) {
		file.at[n] = (unsigned char)(file.at[n] ^ 1u << n % 8);
		source_index_free(source_index_new(buf_bytes(&file),
			NULL, NULL));
		file.at[n] = (unsigned char)(file.at[n] ^ 1u << n % 8);
	}
	buf_release(&joined);
	buf_release(&names);
	buf_release(&file);
}

static void test_index_versions(void)
{
	static const char *const formats[] = {"sha1", "sha256"};
	struct workshop w, r;
	char line[300];

	if (!workshop_has("git"))
		return;
	for (size_t i = 0; i < 2; i++) {
		workshop_begin(&w);
		snprintf(line, sizeof(line),
			"git init -q --object-format=%s r; cd r; mkdir -p d/e; "
			"for i in $(seq 30); do echo $i >d/f$i; done; "
			"echo x >d/e/long-name-of-a-file; echo y >a.env; "
			"git add -A; echo z >later; git add -N later",
			formats[i]);
		workshop_must(&w, line);
		workshop_path(&w, "r", r.path, sizeof(r.path));
		for (int version = 2; version <= 4; version++) {
			snprintf(line, sizeof(line),
				"git update-index --index-version %d", version);
			workshop_must(&r, line);
			check_index(&r);
		}
		workshop_end(&w);
	}
}

/* ---- where rules come from ---------------------------------------------- */

/* The workshop's tree tells exactly that. */
static void check_told(const struct workshop *w, const char *root,
	const char *want)
{
	struct told t;

	told_workshop(&t, w, root, NULL);
	CHECK_BYTES(buf_bytes(&t.text), bytes_text(want));
	told_release(&t);
}

#define SOME_REPOSITORY                                                      \
	"git init -q .; mkdir -p build sub; echo '*.env\nbuild/' >.gitignore;" \
	"touch a.env b.env build/keep build/lose sub/c.env sub/d;"           \
	"git add -f a.env build/keep;"

static void test_tracked_files_are_never_ignored(void)
{
	struct source_tree_options all = {.ignored = true};
	struct workshop w;
	struct told t;

	if (!workshop_has("git"))
		return;
	workshop_begin(&w);
	workshop_must(&w, SOME_REPOSITORY);
	check_told(&w, "",
		"file .gitignore\nfile a.env\nignored b.env\ndir build\n"
		"dir sub\nfile build/keep\nignored build/lose\n"
		"ignored sub/c.env\nfile sub/d\n");
	told_workshop(&t, &w, "", &all);
	CHECK(bytes_find(buf_bytes(&t.text), bytes_text("ignored")) ==
		BYTES_NONE);
	CHECK(bytes_find(buf_bytes(&t.text), bytes_text("build/lose")) !=
		BYTES_NONE);
	told_release(&t);
	workshop_end(&w);
}

/* What we cannot understand must not hide anything. */
static void test_a_broken_index_ends_ignoring(void)
{
	static const char *const breaks[] = {
		"head -c 100 .git/index >i; mv i .git/index",
		"printf 'DIRC\\0\\0\\0\\11' >.git/index",
		"rm .git/index; mkdir .git/index",
		"rm .git/index; ln -s /etc/passwd .git/index",
		"git update-index --split-index; "
		"rm .git/sharedindex.*",
		"rm -rf .git; echo 'gitdir: /etc' >.git",
		"mv .git ../moved; ln -s ../moved .git",
	};
	struct workshop w, r;
	struct told t;

	if (!workshop_has("git"))
		return;
	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		workshop_begin(&w);
		workshop_must(&w, "mkdir r");
		workshop_path(&w, "r", r.path, sizeof(r.path));
		workshop_must(&r, SOME_REPOSITORY);
		workshop_must(&r, breaks[i]);
		told_workshop(&t, &r, "", NULL);
		CHECK(bytes_find(buf_bytes(&t.text), bytes_text("ignored")) ==
			BYTES_NONE);
		CHECK(bytes_find(buf_bytes(&t.text),
			      bytes_text("file sub/c.env")) != BYTES_NONE);
		told_release(&t);
		workshop_end(&w);
	}
}

static void test_rules_from_above_the_root(void)
{
	struct workshop w;

	if (!workshop_has("git"))
		return;
	workshop_begin(&w);
	workshop_must(&w, SOME_REPOSITORY
		"mkdir -p sub/deep; echo '!c.env\n/deep/x' >sub/.gitignore;"
		"touch sub/deep/x sub/deep/y.env sub/deep/z; echo z >"
		".git/info/exclude; touch sub/t.env; git add -f sub/t.env");
	check_told(&w, "sub",
		"file .gitignore\nfile c.env\nfile d\ndir deep\nfile t.env\n"
		"ignored deep/x\nignored deep/y.env\nignored deep/z\n");
	check_told(&w, "sub/deep", "ignored x\nignored y.env\nignored z\n");
	/* whoever names an ignored directory wants it scanned */
	check_told(&w, "build", "file keep\nfile lose\n");
	workshop_end(&w);
}

static void test_nested_repositories(void)
{
	struct workshop w;

	if (!workshop_has("git"))
		return;
	workshop_begin(&w);
	workshop_must(&w, "git init -q in; cd in; echo '*.x' >.gitignore; "
			  "touch a.x b.x c.y; git add -f a.x; cd ..; "
			  "git init -q .; echo '*.y\nout' >.gitignore; "
			  "touch d.y e.x; mkdir out; git init -q out/in; "
			  "touch out/f; mkdir -p fake/.git; "
			  "echo '*' >fake/.gitignore; touch fake/t.y fake/u; "
			  "git add fake -f");
	check_told(&w, "",
		"file .gitignore\nignored d.y\nfile e.x\ndir fake\ndir in\n"
		"ignored out\nfile fake/.gitignore\nfile fake/t.y\n"
		"file fake/u\nfile in/.gitignore\nfile in/a.x\n"
		"ignored in/b.x\nfile in/c.y\n");
	workshop_end(&w);
}

static void test_worktrees_and_submodules(void)
{
	struct workshop w;

	if (!workshop_has("git"))
		return;
	workshop_begin(&w);
	workshop_must(&w, "git init -q m; cd m; git config user.email a@b.c; "
			  "git config user.name n; echo '*.x' >.gitignore; "
			  "touch t.x; git add -f . ; git commit -qm 1; "
			  "echo '*.z' >.git/info/exclude; "
			  "git worktree add -q ../tree; touch ../tree/u.x "
			  "../tree/v.z; cd ..; git init -q s; cd s; "
			  "git -c protocol.file.allow=always submodule --quiet "
			  "add ../m sub 2>/dev/null; touch sub/u.x");
	check_told(&w, "tree",
		"file .gitignore\nfile t.x\nignored u.x\nignored v.z\n");
	check_told(&w, "s",
		"file .gitmodules\ndir sub\nfile sub/.gitignore\n"
		"file sub/t.x\nignored sub/u.x\n");
	/* alone its index is out of reach: nothing is ignored */
	check_told(&w, "s/sub", "file .gitignore\nfile t.x\nfile u.x\n");
	workshop_end(&w);
}

/* reliability.md A1: what the tree says about itself reads nothing else. */
static void test_ignore_files_that_are_no_files(void)
{
	struct workshop w;

	if (!workshop_has("git"))
		return;
	workshop_begin(&w);
	workshop_must(&w, "git init -q .; echo '*' >all; ln -s all .gitignore; "
			  "mkdir d e; mkfifo d/.gitignore; touch d/x; "
			  "head -c 2000000 /dev/zero | tr '\\0' '*' "
			  ">e/.gitignore; touch e/x");
	check_told(&w, "",
		"link .gitignore -> all\nfile all\ndir d\ndir e\n"
		"skip d/.gitignore special\nfile d/x\nfile e/.gitignore\n"
		"file e/x\n");
	workshop_end(&w);
}

/* ---- threads ------------------------------------------------------------ */

#define WALKERS 4

struct walker {
	struct source_tree *tree;
	struct told told;
	pthread_t thread;
};

static void *walk(void *context)
{
	struct walker *walker = context;

	told_tree(&walker->told, walker->tree);
	return NULL;
}

/* Several walk one tree at once, each meeting the rules for the first time. */
static void test_threads_are_told_the_same(void)
{
	struct walker walkers[WALKERS] = {0};
	struct source_tree *tree = NULL;
	struct workshop w;

	if (!workshop_has("git"))
		return;
	workshop_begin(&w);
	workshop_must(&w, "git init -q .; echo '*.x' >.gitignore; "
			  "for i in $(seq 30); do mkdir -p $i/d; "
			  "echo '*.y' >$i/.gitignore; touch $i/d/a.x $i/d/b.y "
			  "$i/d/c; done; git add -f 3/d/a.x; git init -q 7; "
			  "touch 7/z.x");
	CHECK(source_tree_open(&tree, w.path, NULL, NULL) == OK);
	for (int i = 0; i < WALKERS; i++) {
		walkers[i].tree = tree;
		pthread_create(&walkers[i].thread, NULL, walk, &walkers[i]);
	}
	for (int i = 0; i < WALKERS; i++)
		pthread_join(walkers[i].thread, NULL);
	for (int i = 0; i < WALKERS; i++)
		CHECK(bytes_equal(buf_bytes(&walkers[i].told.text),
			buf_bytes(&walkers[0].told.text)));
	CHECK(bytes_find(buf_bytes(&walkers[0].told.text),
		      bytes_text("file 3/d/a.x\nignored 3/d/b.y\n")) !=
		BYTES_NONE);
	for (int i = 0; i < WALKERS; i++)
		told_release(&walkers[i].told);
	source_tree_close(tree);
	workshop_end(&w);
}

static const struct unit_test tests[] = {
	{"patterns mean what git's documentation says", test_rows},
	{"and git agrees", test_rows_as_git},
	{"random patterns mean what git takes them for", test_random_as_git},
	{"hostile patterns end", test_hostile_patterns},
	{"the index is read in each version and width", test_index_versions},
	{"tracked files are never ignored",
		test_tracked_files_are_never_ignored},
	{"a broken index ends ignoring", test_a_broken_index_ends_ignoring},
	{"rules above the root hold", test_rules_from_above_the_root},
	{"a nested repository has its own rules", test_nested_repositories},
	{"worktrees and submodules", test_worktrees_and_submodules},
	{"threads are told the same", test_threads_are_told_the_same},
	{"odd .gitignore files are not obeyed",
		test_ignore_files_that_are_no_files},
};

UNIT_MAIN(tests)
