/*
 * walk: commits by their clocks, newest first, painted by who reaches them.
 *
 * As git does it: the walk goes on while a commit waits that only one side
 * reaches. A clock may lie, so that a commit is told apart too early; marks
 * that come late are carried on to all that was seen behind it, and some
 * hundred commits are looked at beyond the end. What is then still painted
 * wrong counts as new: more is scanned, not less.
 */
#include "revision/internal.h"

#include "base/hash.h"

#include <stdlib.h>

#include "base/banned.h"

#define NONE UINT32_MAX
/* Commits that are looked at after the walk could end. git looks at five. */
#define SLOP 256

enum paint {
	PAINT_TO = 1,
	PAINT_FROM = 2,
	PAINT_BOTH = 3,
};

struct node {
	unsigned char id[PACK_ID_MAX];
	int64_t time;
	uint32_t parents, parent_count;
	uint32_t next; /* parent to look at, while telling */
	uint8_t paint;
	uint8_t is_read; /* its parents are known */
	uint8_t is_seen; /* it waits in the heap, or did */
	uint8_t is_done; /* it left the heap */
	uint8_t is_told;
};

struct walk {
	struct revision *r;
	struct node *nodes;
	size_t count, room;
	uint32_t *parents; /* nodes */
	size_t parent_count, parent_room;
	uint32_t *slots; /* node + 1, by name */
	size_t slot_room;
	uint32_t *heap; /* the newest first */
	size_t heap_n, heap_room;
	uint32_t *stack;
	size_t stack_n, stack_room;
	size_t undecided; /* in the heap: as is_undecided says */
	bool is_symmetric;
	bool failed;
};

static bool grow(void **at, size_t count, size_t *room, size_t size)
{
	size_t wide = *room ? *room * 2 : 256;
	void *made;

	if (count < *room)
		return true;
	made = reallocarray(*at, wide, size);
	if (made == NULL)
		return false;
	*at = made;
	*room = wide;
	return true;
}

static void release(struct walk *w)
{
	free(w->nodes);
	free(w->parents);
	free(w->slots);
	free(w->heap);
	free(w->stack);
}

/* ---- nodes -------------------------------------------------------------- */

static size_t slot_of(const struct walk *w, const unsigned char *id)
{
	size_t n = w->r->id_size;
	size_t at = hash_64(bytes_of(id, n), 0) & (w->slot_room - 1);

	while (w->slots[at] && memcmp(w->nodes[w->slots[at] - 1].id, id, n))
		at = (at + 1) & (w->slot_room - 1);
	return at;
}

static bool widen_slots(struct walk *w)
{
	free(w->slots);
	w->slot_room = w->slot_room ? w->slot_room * 2 : 1024;
	w->slots = calloc(w->slot_room, sizeof(*w->slots));
	for (size_t i = 0; w->slots && i < w->count; i++)
		w->slots[slot_of(w, w->nodes[i].id)] = (uint32_t)i + 1;
	return w->slots != NULL;
}

/* The commit's node, made when it is new. NONE: no memory. */
static uint32_t node_of(struct walk *w, const unsigned char *id)
{
	void *nodes = w->nodes;
	size_t at;

	if (w->count * 2 >= w->slot_room && !widen_slots(w))
		goto failed;
	at = slot_of(w, id);
	if (w->slots[at])
		return w->slots[at] - 1;
	if (w->count >= NONE - 1 ||
		!grow(&nodes, w->count, &w->room, sizeof(*w->nodes)))
		goto failed;
	w->nodes = nodes;
	w->nodes[w->count] = (struct node){.time = 0};
	memcpy(w->nodes[w->count].id, id, w->r->id_size);
	w->slots[at] = (uint32_t)++w->count;
	return (uint32_t)w->count - 1;
failed:
	w->failed = true;
	return NONE;
}

/* Its time and parents. False when it is not in the store. */
static bool read_node(struct walk *w, uint32_t at)
{
	unsigned char id[PACK_ID_MAX];
	struct revision_commit commit;
	uint32_t first = (uint32_t)w->parent_count, parent;

	if (w->nodes[at].is_read)
		return true;
	memcpy(id, w->nodes[at].id, sizeof(id));
	if (!revision_commit_read(w->r, id, &commit))
		return false;
	w->nodes[at].time = commit.time;
	w->nodes[at].is_read = 1;
	while (!w->failed &&
		revision_parent_next(w->r, &commit.parents, id)) {
		void *parents = w->parents;

		if (!pack_store_has(w->r->store, id)) {
			w->r->missing++;
			continue;
		}
		parent = node_of(w, id);
		if (parent == NONE ||
			!grow(&parents, w->parent_count, &w->parent_room,
				sizeof(*w->parents))) {
			w->failed = true;
			break;
		}
		w->parents = parents;
		w->parents[w->parent_count++] = parent;
	}
	w->nodes[at].parents = first;
	w->nodes[at].parent_count = (uint32_t)w->parent_count - first;
	return true;
}

/* ---- the heap ----------------------------------------------------------- */

/* It may still turn out to be reached by the other side, or else it is one of
 * those that are asked for. */
static bool is_undecided(const struct walk *w, const struct node *n)
{
	return w->is_symmetric ? n->paint != PAINT_BOTH
			       : n->paint == PAINT_TO;
}

static void push(struct walk *w, uint32_t at)
{
	void *heap = w->heap;
	int64_t time;
	size_t i;

	if (w->nodes[at].is_seen)
		return;
	w->nodes[at].is_seen = 1;
	if (!read_node(w, at)) {
		w->r->missing++;
		return;
	}
	if (!grow(&heap, w->heap_n, &w->heap_room, sizeof(*w->heap))) {
		w->failed = true;
		return;
	}
	w->heap = heap;
	w->undecided += is_undecided(w, &w->nodes[at]);
	time = w->nodes[at].time;
	for (i = w->heap_n++;
		i && w->nodes[w->heap[(i - 1) / 2]].time < time;
		i = (i - 1) / 2)
		w->heap[i] = w->heap[(i - 1) / 2];
	w->heap[i] = at;
}

static uint32_t pop(struct walk *w)
{
	uint32_t top = w->heap[0], last = w->heap[--w->heap_n];
	size_t i = 0;

	while (2 * i + 1 < w->heap_n) {
		size_t child = 2 * i + 1;

		if (child + 1 < w->heap_n &&
			w->nodes[w->heap[child + 1]].time >
				w->nodes[w->heap[child]].time)
			child++;
		if (w->nodes[w->heap[child]].time <= w->nodes[last].time)
			break;
		w->heap[i] = w->heap[child];
		i = child;
	}
	if (w->heap_n)
		w->heap[i] = last;
	w->undecided -= is_undecided(w, &w->nodes[top]);
	w->nodes[top].is_done = 1;
	return top;
}

/* ---- painting ----------------------------------------------------------- */

static void stack_push(struct walk *w, uint32_t at)
{
	void *stack = w->stack;

	if (!grow(&stack, w->stack_n, &w->stack_room, sizeof(*w->stack))) {
		w->failed = true;
		return;
	}
	w->stack = stack;
	w->stack[w->stack_n++] = at;
}

/* One more colour for a commit and all behind it that was read already. */
static void paint(struct walk *w, uint32_t at, unsigned colour)
{
	size_t bottom = w->stack_n;

	stack_push(w, at);
	while (w->stack_n > bottom && !w->failed) {
		struct node *n = &w->nodes[w->stack[--w->stack_n]];
		bool was_counted = n->is_seen && n->is_read && !n->is_done &&
				   is_undecided(w, n);

		if ((n->paint & colour) == colour)
			continue;
		n->paint = (uint8_t)(n->paint | colour);
		if (was_counted && !is_undecided(w, n))
			w->undecided--;
		for (uint32_t i = 0; n->is_read && i < n->parent_count; i++)
			stack_push(w, w->parents[n->parents + i]);
	}
}

static bool begin(struct walk *w, const unsigned char *id, unsigned colour)
{
	uint32_t at = node_of(w, id);

	if (at == NONE || !read_node(w, at))
		return false;
	paint(w, at, colour);
	push(w, at);
	return true;
}

/* The newest: its parents get its colours, and wait. */
static uint32_t step(struct walk *w)
{
	uint32_t at = pop(w);

	for (uint32_t i = 0; i < w->nodes[at].parent_count; i++) {
		uint32_t parent = w->parents[w->nodes[at].parents + i];

		paint(w, parent, w->nodes[at].paint);
		push(w, parent);
	}
	return at;
}

/* ---- telling ------------------------------------------------------------ */

struct choice {
	uint32_t node;
	int64_t time;
};

static int by_time(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->node > y->node) - (x->node < y->node);
}

/* A commit behind all its parents that are chosen too (not yet told). */
static void tell_from(struct walk *w, uint32_t at, struct revision_list *out)
{
	stack_push(w, at);
	while (w->stack_n && !w->failed) {
		struct node *n = &w->nodes[w->stack[w->stack_n - 1]];

		if (n->is_told != 1) {
			w->stack_n--;
		} else if (n->next < n->parent_count) {
			at = w->parents[n->parents + n->next++];
			if (w->nodes[at].is_told == 1 &&
				w->nodes[at].next == 0)
				stack_push(w, at);
		} else {
			n->is_told = 2;
			w->stack_n--;
			if (!revision_list_add(&out->commits,
				    &out->commit_count, n->id, w->r->id_size))
				w->failed = true;
		}
	}
}

/* is_told: 1 chosen, 2 told. */
static void tell(struct walk *w, struct revision_list *out)
{
	struct choice *chosen = calloc(w->count + 1, sizeof(*chosen));
	size_t n = 0;

	if (chosen == NULL) {
		w->failed = true;
		return;
	}
	for (size_t i = 0; i < w->count; i++)
		if (w->nodes[i].is_told)
			chosen[n++] = (struct choice){
				(uint32_t)i, w->nodes[i].time};
	if (n)
		qsort(chosen, n, sizeof(*chosen), by_time);
	w->stack_n = 0;
	for (size_t i = 0; i < n && !w->failed; i++)
		tell_from(w, chosen[i].node, out);
	free(chosen);
}

static enum status end(struct walk *w, struct revision_list *out,
	struct error *err)
{
	bool failed;

	if (!w->failed)
		tell(w, out);
	failed = w->failed;
	release(w);
	return failed ? error_set(err, ERR_MEMORY, "walk commits: no memory")
		      : OK;
}

/* Refs that lead to no commit hide nothing. */
static void hide_refs(struct walk *w, bytes prefix)
{
	const struct repo *repo = w->r->repo;

	for (size_t i = 0; i < repo->ref_count; i++) {
		unsigned char id[PACK_ID_MAX];

		if (!bytes_starts(bytes_text(repo->refs[i].name), prefix))
			continue;
		memcpy(id, repo->refs[i].id, sizeof(id));
		if (revision_peel(w->r, id, NULL))
			(void)begin(w, id, PAINT_FROM);
	}
}

static bool begin_all(struct walk *w, const unsigned char *ids, size_t count,
	unsigned colour)
{
	for (size_t i = 0; i < count; i++)
		if (!begin(w, ids + i * w->r->id_size, colour))
			return false;
	return true;
}

enum status revision_walk_range(struct revision *r,
	const struct revision_walk *walk, struct revision_list *out,
	struct error *err)
{
	struct walk w = {.r = r, .is_symmetric = walk->is_symmetric};
	unsigned slop = 0;

	if (!begin_all(&w, walk->to, walk->to_count, PAINT_TO) ||
		!begin_all(&w, walk->from, walk->from_count, PAINT_FROM)) {
		release(&w);
		return error_set(err, ERR_FORMAT,
			"walk commits: an end of the range cannot be read");
	}
	if (walk->hides_refs)
		hide_refs(&w, bytes_text(walk->hides_refs));
	while (w.heap_n && !w.failed && slop < SLOP) {
		(void)step(&w);
		slop = w.undecided ? 0 : slop + 1;
	}
	for (size_t i = 0; i < w.count; i++)
		w.nodes[i].is_told = w.nodes[i].is_read &&
				     is_undecided(&w, &w.nodes[i]);
	return end(&w, out, err);
}

enum status revision_walk_since(struct revision *r, int64_t since,
	struct revision_list *out, struct error *err)
{
	struct walk w = {.r = r};
	unsigned slop = 0;

	for (size_t i = 0; i < r->repo->ref_count; i++) {
		unsigned char id[PACK_ID_MAX];

		memcpy(id, r->repo->refs[i].id, sizeof(id));
		if (revision_peel(r, id, NULL))
			(void)begin(&w, id, PAINT_TO);
	}
	while (w.heap_n && !w.failed && slop < SLOP) {
		uint32_t at = step(&w);
		bool is_new = w.nodes[at].time >= since;

		w.nodes[at].is_told = is_new;
		slop = is_new ? 0 : slop + 1;
	}
	return end(&w, out, err);
}
