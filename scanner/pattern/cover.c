/*
 * Does every match hold an anchor, and how far from its start?
 *
 * Decided exactly, by walking two automata side by side: the pattern's
 * (Thompson's construction; counted repeats are written out) and the
 * anchors' (Aho and Corasick's). A walk that reaches the pattern's end
 * without having completed an anchor is a match without one: its bytes are
 * the complaint's example. Where no such walk exists, the longest walk to
 * the first completed anchor, less that anchor's length, is the lead: the
 * matcher that goes back `lead` bytes from every anchor it sees meets the
 * start of every match.
 *
 * The walk is depth-first with its own stack, each pair of states once. A
 * pair met again while it is still on the stack is a loop: no bound. From a
 * state most bytes lead back to where no anchor has begun: one stands for
 * them all, and only those that go on with an anchor are tried singly.
 *
 * Both automata and the walk are bounded; beyond, the answer is "too large",
 * which callers treat as "not covered".
 */
#include "pattern/internal.h"

#include "base/banned.h"

/* States of the pattern's automaton; a counted repeat makes many. */
#define STATES_MAX (1u << 16)
/* Calls of the construction: empty bodies make no states but cost time. */
#define STEPS_MAX (1u << 18)
/* Pairs of states that are visited. */
#define PAIRS_MAX (1u << 18)
/* Bytes of all anchors together. */
#define ANCHORS_MAX 16384u

#define NO_LEAD INT64_MIN
#define ENDLESS INT64_MAX

struct state {
	const struct charset *set; /* a byte of it leads to a; else a split */
	uint32_t a, b;		   /* b: NO_STATE when there is one way */
};
#define NO_STATE UINT32_MAX
#define END_STATE 0u

struct machine {
	struct arena *arena;
	struct state *states;
	uint32_t count, room, steps;
	bool failed;
};

static uint32_t state_add(struct machine *m, struct state s)
{
	if (m->failed)
		return END_STATE;
	if (m->count == m->room) {
		uint32_t room = m->room ? m->room * 2 : 64;
		struct state *grown = NULL;

		if (room <= STATES_MAX)
			grown = arena_array(m->arena, room, sizeof(*grown));
		if (grown == NULL) {
			m->failed = true;
			return END_STATE;
		}
		if (m->count)
			memcpy(grown, m->states,
				m->count * sizeof(*grown));
		m->states = grown;
		m->room = room;
	}
	m->states[m->count] = s;
	return m->count++;
}

static uint32_t build(struct machine *m, const struct pattern_node *node,
	uint32_t next);

static uint32_t build_repeat(struct machine *m,
	const struct pattern_node *node, uint32_t next)
{
	const struct pattern_node *body = node->child;
	uint32_t entry = next;

	/* A body without width matches nothing, however often. */
	if (body->width == 0)
		return next;
	if (node->max == PATTERN_UNBOUNDED) {
		entry = state_add(m, (struct state){NULL, next, NO_STATE});
		uint32_t round = build(m, body, entry);

		if (!m->failed)
			m->states[entry].b = round;
	} else {
		for (uint32_t i = node->min; i < node->max && !m->failed; i++)
			entry = state_add(m, (struct state){NULL,
				build(m, body, entry), next});
	}
	for (uint32_t i = 0; i < node->min && !m->failed; i++)
		entry = build(m, body, entry);
	return entry;
}

/* States for the node that go on to `next`; returns the first of them. */
static uint32_t build(struct machine *m, const struct pattern_node *node,
	uint32_t next)
{
	const struct pattern_node *one;
	uint32_t entry = NO_STATE;

	if (++m->steps > STEPS_MAX)
		m->failed = true;
	if (m->failed)
		return END_STATE;
	switch (node->kind) {
	case PATTERN_SET:
		return state_add(m, (struct state){&node->set, next, NO_STATE});
	case PATTERN_CAT:
		for (one = node->last; one; one = one->prev)
			next = build(m, one, next);
		return next;
	case PATTERN_ALT:
		for (one = node->last; one; one = one->prev)
			entry = state_add(m, (struct state){NULL,
				build(m, one, next), entry});
		return entry;
	case PATTERN_REPEAT:
		return build_repeat(m, node, next);
	case PATTERN_EMPTY:
		break;
	}
	return next;
}

/* Aho-Corasick over those anchors that fold case, or over the others. */
struct trie {
	uint8_t class[256]; /* of a byte; 0: in no anchor */
	uint32_t classes;
	uint32_t *next;	   /* [node * classes + class] */
	uint32_t *longest; /* of the anchors that end here; 0: none does */
	uint32_t *fail;
	struct charset *live; /* bytes that lead elsewhere than the root */
	uint32_t nodes;
};

static unsigned char fold_byte(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static bool trie_alloc(struct trie *t, struct arena *arena, uint32_t nodes)
{
	t->next = arena_array(arena, (size_t)nodes * t->classes,
		sizeof(*t->next));
	t->longest = arena_array(arena, nodes, sizeof(*t->longest));
	t->fail = arena_array(arena, nodes, sizeof(*t->fail));
	t->live = arena_array(arena, nodes, sizeof(*t->live));
	t->nodes = 1;
	return t->next && t->longest && t->fail && t->live;
}

static void trie_insert(struct trie *t, bytes literal, bool fold)
{
	uint32_t node = 0;

	for (size_t i = 0; i < literal.n; i++) {
		unsigned char c = literal.at[i];
		uint32_t *next;

		c = fold ? fold_byte(c) : c;
		next = &t->next[node * t->classes + t->class[c]];
		if (*next == 0)
			*next = t->nodes++;
		node = *next;
	}
	if (t->longest[node] < literal.n)
		t->longest[node] = (uint32_t)literal.n;
}

/* Failure links, breadth-first, made into a full table of transitions. */
static bool trie_link(struct trie *t, struct arena *arena)
{
	uint32_t *queue = arena_array(arena, t->nodes, sizeof(*queue));
	uint32_t head = 0, tail = 0;

	if (queue == NULL)
		return false;
	queue[tail++] = 0;
	while (head < tail) {
		uint32_t node = queue[head++];
		uint32_t fail = t->fail[node];

		if (t->longest[node] == 0)
			t->longest[node] = t->longest[fail];
		for (uint32_t c = 1; c < t->classes; c++) {
			uint32_t *next = &t->next[node * t->classes + c];
			uint32_t other =
				node ? t->next[fail * t->classes + c] : 0;

			if (*next == 0) {
				*next = other;
				continue;
			}
			t->fail[*next] = other;
			queue[tail++] = *next;
		}
	}
	return true;
}

static void trie_note_live(struct trie *t, bool fold)
{
	for (uint32_t node = 0; node < t->nodes; node++)
		for (unsigned i = 0; i < 256; i++) {
			unsigned char c = (unsigned char)i;

			c = fold ? fold_byte(c) : c;
			if (t->next[node * t->classes + t->class[c]])
				t->live[node].word[i >> 6] |= (uint64_t)1
							      << (i & 63);
		}
}

static bool trie_build(struct trie *t, struct arena *arena,
	const struct rule_anchor *anchors, size_t count, bool fold)
{
	uint32_t total = 1;

	*t = (struct trie){.classes = 1};
	for (size_t i = 0; i < count; i++) {
		bytes literal = anchors[i].literal;

		if (anchors[i].fold != fold)
			continue;
		if (literal.n == 0 || literal.n > ANCHORS_MAX - total)
			return false;
		total += (uint32_t)literal.n;
		for (size_t j = 0; j < literal.n; j++) {
			unsigned char c = literal.at[j];

			c = fold ? fold_byte(c) : c;
			if (t->class[c])
				continue;
			t->class[c] = (uint8_t)t->classes++;
		}
	}
	if (t->classes > 255 || !trie_alloc(t, arena, total))
		return false;
	for (size_t i = 0; i < count; i++)
		if (anchors[i].fold == fold)
			trie_insert(t, anchors[i].literal, fold);
	if (!trie_link(t, arena))
		return false;
	trie_note_live(t, fold);
	return true;
}

static uint32_t trie_step(const struct trie *t, uint32_t node,
	unsigned char c)
{
	return t->next[node * t->classes + t->class[c]];
}

/* A pair (really a triple) of states, and what is known of it. */
struct pair {
	uint32_t state, exact, fold;
	enum { UNSEEN, OPEN, DONE } stage;
	int64_t lead; /* most bytes from here to an anchor's start */
};

struct frame {
	uint32_t pair;
	uint32_t edge;	   /* which of its ways is next */
	unsigned char byte; /* that led here; meaningful when `taken` */
	bool taken;
};

struct walk {
	struct arena *arena;
	struct machine machine;
	struct trie exact, fold;
	struct pair *pairs;
	uint32_t pair_count, pair_room;
	uint32_t *table; /* hash of pairs: index + 1 */
	uint32_t table_room;
	struct frame *stack;
	uint32_t depth, stack_room;
};

static uint32_t pair_hash(const struct pair *p)
{
	uint64_t h = p->state * 0x9e3779b97f4a7c15u;

	h = (h ^ p->exact) * 0xff51afd7ed558ccdu;
	h = (h ^ (h >> 29) ^ p->fold) * 0xc4ceb9fe1a85ec53u;
	return (uint32_t)(h >> 32);
}

static void table_put(struct walk *w, uint32_t index)
{
	uint32_t slot = pair_hash(&w->pairs[index]) & (w->table_room - 1);

	while (w->table[slot])
		slot = (slot + 1) & (w->table_room - 1);
	w->table[slot] = index + 1;
}

/* Double the room for pairs, for the stack and for the table of pairs. */
static bool walk_grow(struct walk *w)
{
	uint32_t room = w->pair_room ? w->pair_room * 2 : 256;
	struct pair *pairs;
	struct frame *stack;

	if (room > PAIRS_MAX)
		return false;
	pairs = arena_array(w->arena, room, sizeof(*pairs));
	stack = arena_array(w->arena, room + 1, sizeof(*stack));
	w->table = arena_array(w->arena, (size_t)room * 2, sizeof(*w->table));
	if (pairs == NULL || stack == NULL || w->table == NULL)
		return false;
	if (w->pair_count)
		memcpy(pairs, w->pairs, w->pair_count * sizeof(*pairs));
	if (w->depth)
		memcpy(stack, w->stack, w->depth * sizeof(*stack));
	w->pairs = pairs;
	w->stack = stack;
	w->pair_room = room;
	w->table_room = room * 2;
	for (uint32_t i = 0; i < w->pair_count; i++)
		table_put(w, i);
	return true;
}

/* The index of the pair, new or known; NO_STATE when there are too many. */
static uint32_t pair_find(struct walk *w, struct pair key)
{
	uint32_t slot = pair_hash(&key) & (w->table_room - 1);

	while (w->table[slot]) {
		struct pair *p = &w->pairs[w->table[slot] - 1];

		if (p->state == key.state && p->exact == key.exact &&
			p->fold == key.fold)
			return w->table[slot] - 1;
		slot = (slot + 1) & (w->table_room - 1);
	}
	if (w->pair_count == w->pair_room && !walk_grow(w))
		return NO_STATE;
	key.stage = UNSEEN;
	key.lead = NO_LEAD;
	w->pairs[w->pair_count] = key;
	table_put(w, w->pair_count);
	return w->pair_count++;
}

static bool walk_begin(struct walk *w, struct arena *arena,
	const struct pattern *p, const struct rule_anchor *anchors,
	size_t count)
{
	uint32_t start;

	w->arena = arena;
	w->machine.arena = arena;
	state_add(&w->machine, (struct state){NULL, NO_STATE, NO_STATE});
	start = build(&w->machine, p->root, END_STATE);
	if (w->machine.failed ||
		!trie_build(&w->exact, arena, anchors, count, false) ||
		!trie_build(&w->fold, arena, anchors, count, true) ||
		!walk_grow(w))
		return false;
	w->stack[w->depth++] = (struct frame){
		.pair = pair_find(w, (struct pair){.state = start})};
	w->pairs[0].stage = OPEN;
	return true;
}

/* The first byte of the set from `from` on, or 256. */
static unsigned set_next(const struct charset *set, unsigned from)
{
	while (from < 256) {
		uint64_t bits = set->word[from >> 6] >> (from & 63);

		if (bits)
			return from + (unsigned)__builtin_ctzll(bits);
		from = (from | 63) + 1;
	}
	return 256;
}

/* A byte of the set that leads to no anchor; false: there is none. */
static bool other_byte(const struct charset *set, const struct charset *live,
	unsigned char *byte)
{
	static const char liked[] = "a0A_-. /=+";
	struct charset rest;

	for (size_t i = 0; i < 4; i++)
		rest.word[i] = set->word[i] & ~live->word[i];
	if (charset_is_empty(&rest))
		return false;
	for (const char *c = liked; *c; c++) {
		*byte = (unsigned char)*c;
		if (charset_has(&rest, *byte))
			return true;
	}
	*byte = (unsigned char)set_next(&rest, 0);
	return true;
}

enum way { WAY_NONE, WAY_ANCHOR, WAY_PAIR };

/* way_next for a state that takes a byte; *key is the pair it starts from,
 * the pattern's state already moved. */
static enum way byte_next(const struct walk *w, struct frame *frame,
	struct pair *key, unsigned char *byte, uint32_t *length)
{
	const struct pair *from = &w->pairs[frame->pair];
	const struct charset *set = w->machine.states[from->state].set;
	struct charset live;
	unsigned next;

	for (size_t i = 0; i < 4; i++)
		live.word[i] = w->exact.live[from->exact].word[i] |
			       w->fold.live[from->fold].word[i];
	if (frame->edge == 0) {
		frame->edge++;
		key->exact = key->fold = 0;
		if (other_byte(set, &live, byte))
			return WAY_PAIR;
	}
	for (size_t i = 0; i < 4; i++)
		live.word[i] &= set->word[i];
	next = set_next(&live, frame->edge - 1);
	if (next == 256)
		return WAY_NONE;
	frame->edge = next + 2;
	*byte = (unsigned char)next;
	key->exact = trie_step(&w->exact, from->exact, *byte);
	key->fold = trie_step(&w->fold, from->fold, fold_byte(*byte));
	*length = w->exact.longest[key->exact];
	if (*length < w->fold.longest[key->fold])
		*length = w->fold.longest[key->fold];
	return *length ? WAY_ANCHOR : WAY_PAIR;
}

/*
 * The next way out of the frame's pair. WAY_ANCHOR: *length is that of the
 * anchor completed by the byte. WAY_PAIR: *key is where it leads.
 */
static enum way way_next(const struct walk *w, struct frame *frame,
	struct pair *key, unsigned char *byte, uint32_t *length)
{
	const struct pair *from = &w->pairs[frame->pair];
	const struct state *state = &w->machine.states[from->state];

	*key = *from;
	if (state->set == NULL) {
		uint32_t next = frame->edge == 0 ? state->a : state->b;

		if (frame->edge++ > 1 || next == NO_STATE)
			return WAY_NONE;
		key->state = next;
		return WAY_PAIR;
	}
	key->state = state->a;
	return byte_next(w, frame, key, byte, length);
}

static void raise(struct pair *p, int64_t lead)
{
	if (lead > p->lead)
		p->lead = lead;
}

/* What a way adds to the lead of where it ends. */
static int64_t extend(int64_t lead, int64_t step)
{
	return lead == NO_LEAD || lead == ENDLESS ? lead : lead + step;
}

/* The bytes on the stack, and the last one: a match without an anchor. */
static void example_of(const struct walk *w, struct pattern_cover *cover)
{
	size_t n = 0;

	for (uint32_t i = 0; i < w->depth && n < PATTERN_EXAMPLE_MAX; i++) {
		unsigned char c = w->stack[i].byte;

		if (w->stack[i].taken)
			cover->example[n++] =
				(char)(c >= ' ' && c < 0x7f ? c : '?');
	}
	cover->example[n] = '\0';
}

/* Close the frame on top and tell the one below. */
static void walk_pop(struct walk *w)
{
	struct frame top = w->stack[--w->depth];
	struct pair *done = &w->pairs[top.pair];

	done->stage = DONE;
	if (w->depth)
		raise(&w->pairs[w->stack[w->depth - 1].pair],
			extend(done->lead, top.taken));
}

/* Follow a way from the pair on top of the stack; false: too large. */
static bool walk_follow(struct walk *w, struct pair key, unsigned char byte)
{
	uint32_t from = w->stack[w->depth - 1].pair;
	bool taken = w->machine.states[w->pairs[from].state].set != NULL;
	uint32_t index = pair_find(w, key);
	struct pair *to;

	if (index == NO_STATE)
		return false;
	to = &w->pairs[index];
	if (to->stage == DONE)
		raise(&w->pairs[from], extend(to->lead, taken));
	if (to->stage == OPEN)
		raise(&w->pairs[from], ENDLESS);
	if (to->stage != UNSEEN)
		return true;
	to->stage = OPEN;
	w->stack[w->depth++] = (struct frame){
		.pair = index, .byte = byte, .taken = taken};
	return true;
}

static enum pattern_proof walk_run(struct walk *w,
	struct pattern_cover *cover)
{
	while (w->depth) {
		struct frame *top = &w->stack[w->depth - 1];
		unsigned char byte = 0;
		uint32_t length = 0;
		struct pair key;

		if (w->pairs[top->pair].state == END_STATE) {
			example_of(w, cover);
			return PATTERN_UNCOVERED;
		}
		switch (way_next(w, top, &key, &byte, &length)) {
		case WAY_NONE:
			walk_pop(w);
			break;
		case WAY_ANCHOR:
			raise(&w->pairs[top->pair], 1 - (int64_t)length);
			break;
		case WAY_PAIR:
			if (!walk_follow(w, key, byte))
				return PATTERN_TOO_LARGE;
			break;
		}
	}
	return PATTERN_COVERED;
}

struct pattern_cover pattern_cover_anchors(struct arena *scratch,
	const struct pattern *p, const struct rule_anchor *anchors,
	size_t count)
{
	struct pattern_cover cover = {.proof = PATTERN_TOO_LARGE};
	struct walk w = {0};
	int64_t lead;

	if (count == 0) {
		cover.proof = PATTERN_UNCOVERED;
		return cover;
	}
	if (!walk_begin(&w, scratch, p, anchors, count))
		return cover;
	cover.proof = walk_run(&w, &cover);
	lead = w.pairs[0].lead;
	if (lead >= (int64_t)PATTERN_UNBOUNDED)
		cover.lead = PATTERN_UNBOUNDED;
	else if (lead > 0)
		cover.lead = (uint32_t)lead;
	return cover;
}
