/* attribute: one sweep and two sweeps find the same places. */
#include "attribute/attribute.h"
#include "base/buf.h"
#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

/* A history with moves, copies, merges and a deleted file. */
static const char script[] =
	"set -e; cd '%s'; exec >/dev/null 2>&1; git init -q -b main .;"
	"git config user.name n; git config user.email n@example.invalid;"
	"c() { git add -A; GIT_COMMITTER_DATE=\"$1 +0000\" "
	"GIT_AUTHOR_DATE=\"$1 +0000\" git commit -q -m \"$1\"; };"
	"mkdir -p a/b; echo one >a/b/x; echo two >y; c 1700000000;"
	"git mv a/b/x a/z; c 1700000100; git checkout -q -b side;"
	"mkdir c; cp y c/copy; echo three >c/w; c 1700000200;"
	"git checkout -q main; echo four >v; c 1700000300;"
	"GIT_COMMITTER_DATE='1700000400 +0000' git merge -q -m m side;"
	"git rm -q y; c 1700000500; git gc -q";

struct sweeper {
	struct attribute_worker *worker;
};

static void on_object(void *context, const struct pack_object *o)
{
	struct sweeper *s = context;

	CHECK_EQUAL(attribute_visit(s->worker, o).n, 0);
}

static void on_begin(void *context, const struct pack_object *o)
{
	(void)context;
	(void)o;
}

static void on_piece(void *context, bytes piece)
{
	(void)context;
	(void)piece;
}

static void on_end(void *context, enum pack_problem problem)
{
	(void)context;
	(void)problem;
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

static void sweep(struct pack_store *store, struct pack_sweep *plan,
	struct attribute_worker *worker)
{
	struct sweeper s = {worker};
	struct pack_visitor visitor = {on_object, on_begin, on_piece, on_end,
		on_problem, never, &s};
	struct pack_worker *w = pack_worker_new(store);

	for (size_t i = 0; i < pack_sweep_units(plan); i++)
		pack_sweep_run(plan, i, w, &visitor);
	pack_worker_free(w);
}

/* "one\n" and its like, as git names blobs of SHA-1. */
static const unsigned char wanted[] =
	"\x56\x26\xab\xf0\xf7\x2e\x58\xd7\xa1\x53"
	"\x36\x8b\xa5\x7d\xb4\xc6\x73\xc0\xe1\x71"
	"\xf7\x19\xef\xd4\x30\xd5\x2b\xcf\xc8\x56"
	"\x6a\x43\xb2\xeb\x65\x56\x88\xd3\x88\x71"
	"\x2b\xdf\x67\xab\xb1\x63\xa4\xff\xb2\xd7"
	"\xf3\xf0\x88\x0c\x9f\xe5\x06\x8c\xe7\x82";

static void print_places(const struct attribute *a, size_t lists,
	struct buf *out)
{
	for (size_t i = 0; i < lists; i++)
		for (size_t p = 0; p < attribute_place_count(a, i); p++) {
			const struct attribute_place *at =
				attribute_place_at(a, i, p);
			char line[128];

			(void)snprintf(line, sizeof(line),
				"%zu %s %02x%02x%s%s\n", i, at->path,
				at->commit[0], at->commit[1],
				at->in_head ? " head" : "",
				at->unreachable ? " lost" : "");
			buf_put(out, bytes_text(line));
		}
}

static void attribute(struct pack_store *store, const unsigned char *tip,
	size_t limit, struct buf *out)
{
	static const char *const names[] = {"copy"};
	struct attribute_options options = {store, limit};
	struct attribute_question question = {
		.wanted = wanted, .wanted_count = 3,
		.names = names, .name_count = 1,
		.tips = tip, .tip_count = 1, .head = tip};
	struct attribute *a = attribute_new(&options, NULL);
	struct attribute_worker *w = attribute_worker_new(a, NULL, NULL);
	struct pack_sweep *plan = NULL;

	CHECK_EQUAL(pack_sweep_new(&plan, store, PACK_SWEEP_ALL, NULL), OK);
	sweep(store, plan, w);
	CHECK_EQUAL(attribute_is_full(a), limit == 1);
	CHECK(!attribute_lacks(a, &question));
	if (attribute_is_full(a)) {
		CHECK_EQUAL(attribute_again(a, &question, NULL), OK);
		CHECK_EQUAL(pack_sweep_narrow(plan, ATTRIBUTE_TYPES, NULL),
			OK);
		sweep(store, plan, w);
	}
	CHECK_EQUAL(attribute_finish(a, &question, NULL), OK);
	CHECK_EQUAL(attribute_missing_objects(a), 0);
	print_places(a, 4, out);
	attribute_free(a);
	pack_sweep_free(plan);
}

static void read_tip(const char *directory, unsigned char tip[PACK_ID_MAX])
{
	char path[128];
	FILE *in;

	(void)snprintf(path, sizeof(path),
		"git -C '%s' rev-parse HEAD", directory);
	in = popen(path, "r");
	for (int i = 0; in && i < 20; i++) {
		unsigned value = 0;

		CHECK_EQUAL(fscanf(in, "%2x", &value), 1);
		tip[i] = (unsigned char)value;
	}
	CHECK(in && pclose(in) == 0);
}

static void test_both_ways_agree(void)
{
	char directory[] = "/tmp/attribute_test.XXXXXX", text[4096];
	unsigned char tip[PACK_ID_MAX] = {0};
	struct pack_store *store = NULL;
	struct buf once, again;

	CHECK(mkdtemp(directory) != NULL);
	(void)snprintf(text, sizeof(text), script, directory);
	CHECK_EQUAL(system(text), 0);
	read_tip(directory, tip);
	(void)snprintf(text, sizeof(text), "%s/.git/objects", directory);
	CHECK_EQUAL(pack_store_open(&store, text, NULL, NULL), OK);
	buf_init(&once, 65536);
	buf_init(&again, 65536);
	attribute(store, tip, SIZE_MAX, &once);
	attribute(store, tip, 1, &again);
	CHECK_BYTES(buf_bytes(&again), buf_bytes(&once));
	CHECK(bytes_find(buf_bytes(&once), bytes_text("0 a/b/x ")) !=
		BYTES_NONE);
	CHECK(bytes_find(buf_bytes(&once), bytes_text(" head\n")) !=
		BYTES_NONE);
	CHECK(bytes_find(buf_bytes(&once), bytes_text("2 c/w ")) !=
		BYTES_NONE);
	CHECK(bytes_find(buf_bytes(&once), bytes_text("3 c/copy ")) !=
		BYTES_NONE);
	buf_release(&once);
	buf_release(&again);
	pack_store_close(store);
	(void)snprintf(text, sizeof(text), "rm -rf '%s'", directory);
	CHECK_EQUAL(system(text), 0);
}

static const struct unit_test tests[] = {
	{"a log that is full changes no place", test_both_ways_agree},
};

UNIT_MAIN(tests)
