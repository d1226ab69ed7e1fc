/*
 * What a run left, as a store gives it back. An even first byte: edits of a
 * state that holds, "<offset, 2 bytes> <byte>" each, with its sum made anew;
 * an odd one: the rest is what carry/ is given. Whatever it says, what is left
 * out and what is told is well formed.
 */
#include "attribute/order.h"
#include "known/internal.h"
#include "made_pack.h"
#include "pack/visitor.h"
#include "carry/carry.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const unsigned char secret[HASH_SECRET] = "of a test";
#define WANTED ((size_t)2)

/* A history of two commits; made once, before any input. */
struct scene {
	struct pack_store *store;
	struct repo repo;
	struct repo_ref refs[2];
	unsigned char wanted[WANTED * ID_SIZE], tips[2 * ID_SIZE];
	struct buf pack, index, memory, state;
	struct attribute_worker *worker;
};

/* ---- the scene ----------------------------------------------------------- */

static void put_name(struct buf *out, int n)
{
	for (size_t i = 0; i < ID_SIZE; i++)
		buf_put_byte(out, (unsigned char)n);
}

static void put_link(struct buf *out, const char *word, int n)
{
	buf_put_text(out, word);
	for (size_t i = 0; i < ID_SIZE; i++)
		buf_printf(out, "%02x", (unsigned)n);
	buf_put_byte(out, '\n');
}

static void add_tree(struct built *p, bool has_second)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_put(&b, bytes_of("100644 a\0", 9));
	put_name(&b, 1);
	if (has_second) {
		buf_put(&b, bytes_of("100644 b\0", 9));
		put_name(&b, 4);
	}
	put_object(p, PACK_TREE, 0, buf_bytes(&b));
	buf_release(&b);
}

static void add_commit(struct built *p, int tree, int parent)
{
	struct buf b;

	buf_init(&b, 4096);
	put_link(&b, "tree ", tree);
	if (parent)
		put_link(&b, "parent ", parent);
	buf_put_text(&b, "committer a <b> 1 +0000\n\nm\n");
	put_object(p, PACK_COMMIT, 0, buf_bytes(&b));
	buf_release(&b);
}

static void add_tag(struct built *p, int target)
{
	struct buf b;

	buf_init(&b, 4096);
	put_link(&b, "object ", target);
	put_object(p, PACK_TAG, 0, buf_bytes(&b));
	buf_release(&b);
}

static void make_store(struct scene *s)
{
	struct built p;

	begin_pack(&p);
	put_object(&p, PACK_BLOB, 0, bytes_text("one"));
	add_tree(&p, false);
	add_commit(&p, 2, 0);
	put_object(&p, PACK_BLOB, 0, bytes_text("two"));
	add_tree(&p, true);
	add_commit(&p, 5, 3);
	add_tag(&p, 6);
	end_pack(&p);
	s->pack = p.pack;
	make_index(&p, &s->index);
	if (pack_store_open_memory(&s->store, buf_bytes(&s->pack),
		    buf_bytes(&s->index), NULL) != OK)
		exit(2);
}

static void name_refs(struct scene *s)
{
	static char nowhere[] = "/nonexistent", head[] = "HEAD";
	static char tag[] = "refs/tags/b";

	s->repo = (struct repo){.root = nowhere, .git_dir = nowhere,
		.common_dir = nowhere, .objects = nowhere, .index = nowhere,
		.id_size = ID_SIZE, .refs = s->refs, .ref_count = 2};
	s->refs[0].name = head;
	memset(s->refs[0].id, 6, ID_SIZE);
	s->refs[1].name = tag;
	memset(s->refs[1].id, 7, ID_SIZE);
	memset(s->wanted, 1, ID_SIZE);
	memset(s->wanted + ID_SIZE, 4, ID_SIZE);
	memset(s->tips, 6, ID_SIZE);
	memset(s->tips + ID_SIZE, 7, ID_SIZE);
}

/* Of the second commit it was not known. */
static bool was_there(void *context, const unsigned char *id)
{
	(void)context;
	return id[0] < 6;
}

static struct carry *carry_of(const struct scene *s, bytes memory)
{
	static const unsigned char commits[2 * ID_SIZE] = {
		3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
		6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6};
	const struct carry_question question = {.store = s->store,
		.memory = memory,
		.wanted = s->wanted,
		.wanted_count = WANTED,
		.commits = commits,
		.commit_count = 2,
		.tips = s->tips,
		.tip_count = 2,
		.head = s->refs[0].id,
		.was_there = was_there};
	struct carry *r = carry_new(&question);

	if (r == NULL)
		exit(2);
	return r;
}

static void on_object(void *context, const struct pack_object *o)
{
	(void)attribute_visit(((struct scene *)context)->worker, o);
}

static void on_problem(void *context, const unsigned char *id, bool is_copy,
	enum pack_problem problem)
{
	(void)context;
	(void)id;
	(void)is_copy;
	assert(problem == PACK_FINE);
}

static bool never(void *context)
{
	(void)context;
	return false;
}

/* All trees' places, for carry/ to keep. */
static void make_memory(struct scene *s)
{
	const struct attribute_options options = {s->store, SIZE_MAX};
	const struct attribute_question question = {.wanted = s->wanted,
		.wanted_count = WANTED, .tips = s->tips, .tip_count = 2,
		.head = s->refs[0].id};
	const struct pack_visitor visitor = {.object = on_object,
		.problem = on_problem, .is_stopped = never, .context = s};
	struct attribute *a = attribute_new(&options, NULL);
	struct pack_worker *w = pack_worker_new(s->store);
	struct carry *r = carry_of(s, bytes_of(NULL, 0));
	struct pack_sweep *sweep = NULL;

	s->worker = attribute_worker_new(a, NULL, NULL);
	if (pack_sweep_new(&sweep, s->store, PACK_SWEEP_ALL, NULL) != OK)
		exit(2);
	for (size_t u = 0; u < pack_sweep_units(sweep); u++)
		pack_sweep_run(sweep, u, w, &visitor);
	if (attribute_finish(a, &question, NULL) != OK)
		exit(2);
	carry_put_all(r, a, &s->memory);
	assert(s->memory.n > 0);
	carry_free(r);
	pack_sweep_free(sweep);
	pack_worker_free(w);
	attribute_free(a);
}

static struct known_options options_of(bytes state)
{
	return (struct known_options){.state = state,
		.rules = 1,
		.secret = secret,
		.is_private = true};
}

static void make_state(struct scene *s)
{
	const struct known_options options = options_of(bytes_of(NULL, 0));
	struct known *k = known_new(&options);
	struct pack_sweep *sweep = NULL;
	struct known_seen seen = {.ids = s->wanted,
		.count = WANTED,
		.is_closed = true,
		.carried = buf_bytes(&s->memory)};

	if (known_look(k, &s->repo, s->store, NULL) != OK ||
		pack_sweep_new(&sweep, s->store, PACK_SWEEP_ALL, NULL) != OK)
		exit(2);
	seen.sweep = sweep;
	known_put_state(k, &seen, &s->state);
	assert(s->state.n > 16);
	/* Its sum is made anew for each input. */
	s->state.n -= 16;
	pack_sweep_free(sweep);
	known_free(k);
}

/* ---- what is asked ------------------------------------------------------- */

static void check_carry(const struct scene *s, bytes memory)
{
	struct carry *r = carry_of(s, memory);
	volatile unsigned sum = 0;

	if (carry_find(r, NULL) == CARRY_TOLD)
		for (size_t i = 0; i < WANTED; i++) {
			size_t n = carry_place_count(r, i);

			assert(n <= ATTRIBUTE_PATHS);
			for (size_t p = 0; p < n; p++) {
				const struct attribute_place *at =
					carry_place_at(r, i, p);

				assert(strlen(at->path) == at->path_length);
				for (size_t b = 0; b < ID_SIZE; b++)
					sum += at->commit[b];
			}
		}
	carry_free(r);
}

static void check_choice(const struct pack_choice *choice, uint32_t count)
{
	const struct pack_entries *e = &choice->packs[0];

	for (size_t i = 0; e->is_some && i < e->n; i++)
		assert(e->at[i] < count && (i == 0 || e->at[i - 1] < e->at[i]));
}

static void check_state(struct scene *s, bytes edits)
{
	struct known_options options;
	struct known *k;
	struct buf state;
	bytes memory;

	buf_init(&state, (size_t)1 << 20);
	buf_put(&state, buf_bytes(&s->state));
	for (; edits.n >= 3; edits = bytes_drop(edits, 3)) {
		size_t at = (size_t)edits.at[0] << 8 | edits.at[1];

		if (at < state.n)
			state.at[at] = edits.at[2];
		else
			buf_put_byte(&state, edits.at[2]);
	}
	known_put_sum(&state, 0, secret);
	options = options_of(buf_bytes(&state));
	k = known_new(&options);
	if (k == NULL || known_look(k, &s->repo, s->store, NULL) != OK)
		exit(2);
	if (known_extent(k) == KNOWN_PARTS) {
		check_choice(known_choice(k),
			(uint32_t)pack_store_count(s->store));
		memory = known_carried(k);
		if (memory.n)
			check_carry(s, memory);
	}
	known_free(k);
	buf_release(&state);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct scene scene;
	static bool is_made;

	if (!is_made) {
		buf_init(&scene.memory, (size_t)1 << 20);
		buf_init(&scene.state, (size_t)1 << 20);
		make_store(&scene);
		name_refs(&scene);
		make_memory(&scene);
		make_state(&scene);
		is_made = true;
	}
	if (size && data[0] & 1)
		check_carry(&scene, bytes_of(data + 1, size - 1));
	else if (size)
		check_state(&scene, bytes_of(data + 1, size - 1));
	return 0;
}
