/*
 * carry: from what was known and what is new the same places come as from all
 * trees; and what cannot be told so is said to be.
 */
#include "carry/carry.h"
#include "workshop.h"

#include <stdlib.h>

#define ID ((size_t)20)
#define IDS_MAX 4096

/* Each case begins so: a history with a move, a merge and a deleted file. */
static const char begun[] =
	"exec >/dev/null 2>&1; git init -q -b main r; cd r;"
	"git config user.name n; git config user.email n@example.invalid;"
	"git config gc.auto 0; at() { GIT_COMMITTER_DATE=\"$1 +0000\" "
	"GIT_AUTHOR_DATE=\"$1 +0000\" \"$2\" \"$3\" -q -m m ${4-}; };"
	"c() { git add -A; at $1 git commit; };"
	"mkdir -p a/b; echo one >a/b/x; echo two >y; c 1700000000;"
	"git mv a/b/x a/z; c 1700000100; git checkout -q -b side;"
	"mkdir c; cp y c/copy; echo three >c/w; c 1700000200;"
	"git checkout -q main; echo four >v; c 1700000300;"
	"at 1700000400 git merge side; git rm -q y; c 1700000500; cd ..;";
/* Each change begins so. */
static const char going_on[] =
	"exec >/dev/null 2>&1; cd r; at() { GIT_COMMITTER_DATE=\"$1 +0000\" "
	"GIT_AUTHOR_DATE=\"$1 +0000\" \"$2\" \"$3\" -q -m m ${4-}; };"
	"c() { git add -A; at $1 git commit; };";

struct change_case {
	const char *name, *before, *change;
	enum carry_answer first, with_order; /* the latter when unsure */
};
static const struct change_case cases[] = {
	{"nothing that matters", "", "echo five >n; c 1700000600",
		CARRY_TOLD, CARRY_TOLD},
	{"a copy", "", "cp a/z q; c 1700000600; mkdir m; cp q m/r;"
		"c 1700000700", CARRY_TOLD, CARRY_TOLD},
	{"a directory moved", "", "git mv c d; c 1700000600", CARRY_TOLD,
		CARRY_TOLD},
	{"a branch from an old commit, merged", "",
		"git checkout -q -b new HEAD~2; cp a/z k; c 1700000600;"
		"git checkout -q main; echo 6 >s; c 1700000650;"
		"at 1700000700 git merge new", CARRY_TOLD, CARRY_TOLD},
	{"taken away and put back by new commits", "",
		"cp a/z k; c 1700000600; git rm -q k; c 1700000700;"
		"cp a/z k; c 1700000800", CARRY_TOLD, CARRY_TOLD},
	{"what was deleted comes again", "", "echo two >y; c 1700000600",
		CARRY_UNSURE, CARRY_TOLD},
	{"a history of its own, dated before all", "",
		"git checkout -q --orphan o; git rm -qrf .; mkdir -p a/b;"
		"echo one >a/b/x; c 1600000000", CARRY_UNSURE, CARRY_TOLD},
	{"two branches bring the same", "",
		"git checkout -q -b p HEAD~1; cp a/z k; c 1700000700;"
		"git checkout -q -b q HEAD~2; cp a/z k; c 1700000600",
		CARRY_UNSURE, CARRY_TOLD},
	{"a branch that was merged is deleted", "",
		"git branch -q -D side; echo 7 >n; c 1700000600",
		CARRY_UNSURE, CARRY_TOLD},
	{"a commit that had nothing is forced away", "",
		"git checkout -q -B main HEAD~1; echo 8 >n; c 1700000600",
		CARRY_UNSURE, CARRY_TOLD},
	{"a commit that was first is forced away", "cd r;"
		"git checkout -q -b f; cp a/z f1; c 1700000600; cd ..",
		"git checkout -q main; git branch -q -D f; echo 9 >n;"
		"c 1700000700", CARRY_UNSURE, CARRY_UNABLE},
	{"a commit that none reached is reached", "cd r;"
		"git checkout -q -b f; cp a/z f1; c 1700000600;"
		"git rev-parse f >../lost; git checkout -q main;"
		"git branch -q -D f; cd ..",
		"git branch f $(cat ../lost); echo 9 >n; c 1700000700",
		CARRY_UNSURE, CARRY_TOLD},
	{"tags of tags, and of a blob", "cd r; git tag -m m t; cd ..",
		"git tag -m m u t; git tag -m m w HEAD:v; git tag b HEAD:a/z;"
		"echo 5 >n; c 1700000600", CARRY_TOLD, CARRY_TOLD},
	{"nobody reaches a new commit", "",
		"cp a/z k; c 1700000600; git checkout -q -B main HEAD~1",
		CARRY_TOLD, CARRY_TOLD},
	{"more paths than are told", "",
		"for i in $(seq 40); do cp a/z $i; done; c 1700000600",
		CARRY_UNABLE, CARRY_UNABLE},
	{"no HEAD", "", "echo 5 >n; c 1700000600; git checkout -q --orphan o",
		CARRY_TOLD, CARRY_TOLD},
	{"packed since", "cd r; git repack -q -a -d; cd ..",
		"cp a/z k; c 1700000600; git repack -q -d", CARRY_TOLD,
		CARRY_TOLD},
};

/* "three\n", "one\n", "two\n", as git names blobs of SHA-1: ascending. */
static const unsigned char wanted[] =
	"\x2b\xdf\x67\xab\xb1\x63\xa4\xff\xb2\xd7"
	"\xf3\xf0\x88\x0c\x9f\xe5\x06\x8c\xe7\x82"
	"\x56\x26\xab\xf0\xf7\x2e\x58\xd7\xa1\x53"
	"\x36\x8b\xa5\x7d\xb4\xc6\x73\xc0\xe1\x71"
	"\xf7\x19\xef\xd4\x30\xd5\x2b\xcf\xc8\x56"
	"\x6a\x43\xb2\xeb\x65\x56\x88\xd3\x88\x71";
#define WANTED ((size_t)3)

/* ---- what a store holds -------------------------------------------------- */

struct ids {
	unsigned char at[IDS_MAX * ID];
	size_t n;
};

/* A store with what is asked of it. */
struct scene {
	struct pack_store *store;
	struct ids commits, tips;
	unsigned char head[PACK_ID_MAX];
	bool has_head;
	struct attribute *a;
	struct attribute_worker *worker;
};

static void on_object(void *context, const struct pack_object *o)
{
	struct scene *s = context;

	(void)attribute_visit(s->worker, o);
	if (o->type == PACK_COMMIT && s->commits.n < IDS_MAX)
		memcpy(s->commits.at + s->commits.n++ * ID, o->id, ID);
}

/* The second time, for the order. */
static void on_again(void *context, const struct pack_object *o)
{
	(void)attribute_visit(((struct scene *)context)->worker, o);
}

static void on_problem(void *context, const unsigned char *id, bool is_copy,
	enum pack_problem problem)
{
	(void)context;
	(void)id;
	(void)is_copy;
	CHECK_EQUAL(problem, PACK_FINE);
}

static bool never(void *context)
{
	(void)context;
	return false;
}

static void sweep(struct scene *s, unsigned types,
	void (*each)(void *context, const struct pack_object *o))
{
	struct pack_visitor visitor = {.object = each, .problem = on_problem,
		.is_stopped = never, .context = s};
	struct pack_worker *w = pack_worker_new(s->store);
	struct pack_sweep *plan = NULL;

	CHECK_EQUAL(pack_sweep_new(&plan, s->store, types, NULL), OK);
	for (size_t i = 0; i < pack_sweep_units(plan); i++)
		pack_sweep_run(plan, i, w, &visitor);
	pack_sweep_free(plan);
	pack_worker_free(w);
}

/* Names that a command prints, a line each. */
static void read_ids(const struct workshop *w, const char *command,
	struct ids *out)
{
	char line[256];
	FILE *in;
	int c;

	(void)snprintf(line, sizeof(line), "cd '%s/r' && %s 2>/dev/null",
		w->path, command);
	in = popen(line, "r");
	while (in && out->n < IDS_MAX && (c = fgetc(in)) != EOF) {
		ungetc(c, in);
		for (size_t i = 0; i < ID; i++) {
			unsigned value = 0;

			CHECK_EQUAL(fscanf(in, "%2x", &value), 1);
			out->at[out->n * ID + i] = (unsigned char)value;
		}
		out->n++;
		CHECK_EQUAL(fgetc(in), '\n');
	}
	if (in)
		pclose(in);
}

static struct attribute_question question_of(const struct scene *s)
{
	return (struct attribute_question){.wanted = wanted,
		.wanted_count = WANTED,
		.tips = s->tips.at,
		.tip_count = s->tips.n,
		.head = s->has_head ? s->head : NULL};
}

static void scene_open(struct scene *s, const struct workshop *w,
	const char *objects)
{
	struct attribute_options options = {.limit = SIZE_MAX};
	struct ids *head = calloc(1, sizeof(*head));
	char path[128];

	*s = (struct scene){.has_head = false};
	CHECK_EQUAL(pack_store_open(&s->store, workshop_path(w, objects, path,
			sizeof(path)), NULL, NULL), OK);
	read_ids(w, "git show-ref --head -s", &s->tips);
	read_ids(w, "git rev-parse -q --verify HEAD", head);
	s->has_head = head->n > 0;
	memcpy(s->head, head->at, ID);
	free(head);
	options.store = s->store;
	s->a = attribute_new(&options, NULL);
	s->worker = attribute_worker_new(s->a, NULL, NULL);
	sweep(s, PACK_SWEEP_ALL, on_object);
}

static void scene_close(struct scene *s)
{
	attribute_free(s->a);
	pack_store_close(s->store);
	free(s);
}

static bool was_there(void *before, const unsigned char *id)
{
	return pack_store_has(((struct scene *)before)->store, id);
}

static struct carry *carry_of(const struct scene *now, struct scene *before,
	bytes memory)
{
	const struct carry_question question = {.store = now->store,
		.memory = memory,
		.wanted = wanted,
		.wanted_count = WANTED,
		.commits = now->commits.at,
		.commit_count = now->commits.n,
		.tips = now->tips.at,
		.tip_count = now->tips.n,
		.head = now->has_head ? now->head : NULL,
		.was_there = was_there,
		.context = before};

	return carry_new(&question);
}

/* ---- places as text ------------------------------------------------------ */

static void print_place(const struct attribute_place *at, size_t i,
	struct buf *out)
{
	buf_printf(out, "%zu %s %02x%02x%02x%s%s\n", i, at->path,
		at->commit[0], at->commit[1], at->commit[2],
		at->in_head ? " head" : "", at->unreachable ? " lost" : "");
}

static void print_all(const struct attribute *a, struct buf *out)
{
	for (size_t i = 0; i < WANTED; i++) {
		for (size_t p = 0; p < attribute_place_count(a, i); p++)
			print_place(attribute_place_at(a, i, p), i, out);
		if (attribute_is_tip(a, i))
			buf_printf(out, "%zu tip\n", i);
	}
}

static void print_told(const struct carry *r, struct buf *out)
{
	for (size_t i = 0; i < WANTED; i++) {
		for (size_t p = 0; p < carry_place_count(r, i); p++)
			print_place(carry_place_at(r, i, p), i, out);
		if (carry_is_tip(r, i))
			buf_printf(out, "%zu tip\n", i);
	}
}

/* The memory of a store, from all of its trees; and the places. */
static void know_all(struct scene *s, struct buf *memory, struct buf *places)
{
	const struct attribute_question question = question_of(s);
	struct carry *r = carry_of(s, s, bytes_of(NULL, 0));

	CHECK(!attribute_lacks(s->a, &question));
	CHECK_EQUAL(attribute_finish(s->a, &question, NULL), OK);
	CHECK_EQUAL(carry_find(r, NULL), CARRY_UNABLE);
	carry_put_all(r, s->a, memory);
	print_all(s->a, places);
	carry_free(r);
}

/* ---- the cases ----------------------------------------------------------- */

static enum carry_answer ask_with_order(struct scene *now, struct carry *r)
{
	const struct attribute_question question = question_of(now);
	enum carry_answer answer;
	struct scene *again = calloc(1, sizeof(*again));
	struct attribute_options options = {now->store, SIZE_MAX};

	again->store = now->store;
	again->a = attribute_new(&options, NULL);
	again->worker = attribute_worker_new(again->a, NULL, NULL);
	CHECK_EQUAL(attribute_again(again->a, &question, NULL), OK);
	sweep(again, ATTRIBUTE_ORDER_TYPES, on_again);
	CHECK_EQUAL(attribute_finish_order(again->a, &question, NULL), OK);
	answer = carry_find(r, again->a);
	attribute_free(again->a);
	free(again);
	return answer;
}

/* What it told is what all trees tell, and is a memory for the next run. */
static void check_told(struct scene *now, struct carry *r, bytes places)
{
	struct buf told, memory, later;
	struct carry *next;

	buf_init(&told, 65536);
	buf_init(&memory, 65536);
	buf_init(&later, 65536);
	print_told(r, &told);
	CHECK_BYTES(buf_bytes(&told), places);
	carry_put(r, &memory);
	CHECK(!memory.failed);
	next = carry_of(now, now, buf_bytes(&memory));
	CHECK_EQUAL(carry_find(next, NULL), CARRY_TOLD);
	print_told(next, &later);
	CHECK_BYTES(buf_bytes(&later), places);
	carry_free(next);
	buf_release(&told);
	buf_release(&memory);
	buf_release(&later);
}

static void try_case(const struct change_case *c, struct scene *before,
	struct scene *now)
{
	struct buf memory, places, all;
	struct carry *r;
	enum carry_answer answer;

	buf_init(&memory, 65536);
	buf_init(&places, 65536);
	buf_init(&all, 65536);
	know_all(before, &memory, &places);
	CHECK(places.n > 0 && memory.n > 0);
	buf_clear(&places);
	know_all(now, &all, &places);
	r = carry_of(now, before, buf_bytes(&memory));
	answer = carry_find(r, NULL);
	CHECK_EQUAL(answer, c->first);
	if (answer == CARRY_UNSURE) {
		answer = ask_with_order(now, r);
		CHECK_EQUAL(answer, c->with_order);
	}
	if (answer == CARRY_TOLD)
		check_told(now, r, buf_bytes(&places));
	carry_free(r);
	buf_release(&memory);
	buf_release(&places);
	buf_release(&all);
}

static void run_case(const struct change_case *c)
{
	struct scene *before = calloc(1, sizeof(*before));
	struct scene *now = calloc(1, sizeof(*now));
	struct workshop w;
	char line[4096];
	int failures = unit_failures;

	workshop_begin(&w);
	(void)snprintf(line, sizeof(line), "%s %s", begun, c->before);
	workshop_must(&w, line);
	workshop_must(&w, "cp -r r/.git/objects then");
	scene_open(before, &w, "then");
	(void)snprintf(line, sizeof(line), "%s %s", going_on, c->change);
	workshop_must(&w, line);
	scene_open(now, &w, "r/.git/objects");
	try_case(c, before, now);
	if (unit_failures > failures)
		printf("  of: %s\n", c->name);
	scene_close(before);
	scene_close(now);
	workshop_end(&w);
}

static void test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(&cases[i]);
}

/* ---- damage -------------------------------------------------------------- */

/* Whatever the memory says, what is told is well formed. */
static void ask_damaged(struct scene *s, bytes memory)
{
	struct carry *r = carry_of(s, s, memory);
	struct buf out;

	buf_init(&out, (size_t)1 << 20);
	if (carry_find(r, NULL) == CARRY_TOLD)
		print_told(r, &out);
	carry_free(r);
	buf_release(&out);
}

static void test_damage(void)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct buf memory, places;
	struct workshop w;

	workshop_begin(&w);
	workshop_must(&w, begun);
	scene_open(s, &w, "r/.git/objects");
	buf_init(&memory, 65536);
	buf_init(&places, 65536);
	know_all(s, &memory, &places);
	for (size_t n = 0; n < memory.n; n++) {
		struct carry *r = carry_of(s, s,
			bytes_of(memory.at, n));

		CHECK_EQUAL(carry_find(r, NULL), CARRY_UNABLE);
		carry_free(r);
		for (int bit = 0; bit < 8; bit += 3) {
			memory.at[n] = (unsigned char)(
				memory.at[n] ^ (1 << bit));
			ask_damaged(s, buf_bytes(&memory));
			memory.at[n] = (unsigned char)(
				memory.at[n] ^ (1 << bit));
		}
	}
	buf_release(&memory);
	buf_release(&places);
	scene_close(s);
	workshop_end(&w);
}

static const struct unit_test tests[] = {
	{"what is carried on equals what all trees tell", test_cases},
	{"a memory that is cut is none; one that lies is read safely",
		test_damage},
};

UNIT_MAIN(tests)
