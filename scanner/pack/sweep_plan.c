/*
 * sweep_plan: which object is built on which, and what to do first.
 *
 * Each pack's entries are sorted by offset and their heads parsed in that
 * order, one pass over the file. A delta is linked to its base, in whatever
 * pack that is; what has none in any pack is a root. Trees of deltas are then
 * walked breadth first, which finds cycles (whatever no root reaches) and,
 * backwards, the weight of every subtree. Of an entry's children the heaviest
 * is put last: the run frees a base before it descends into its last child, so
 * that at any time only bases whose subtree at least halves are held:
 * log2(weight) of them, whatever shape an attacker gives to the tree.
 */
#include "pack/sweep.h"

#include <stdlib.h>

#include "base/banned.h"

/* Trees heavier than this are units of their own and go first; lighter ones
 * are grouped, in file order, up to this. */
#define UNIT_WEIGHT ((uint64_t)4 << 20)
/* A tree is cut where it is more than this part of all the work, and more than
 * so many bytes. */
#define SHARES 64
#define SHARE_LEAST ((uint64_t)32 << 20)
/* Nor so deep that following its chain alone would be refused (read.c). git
 * writes chains of 4095 at most. */
#define CUT_DEPTH 4096
/* Loose objects in one unit. */
#define UNIT_LOOSE 64

struct place {
	uint64_t offset;
	uint32_t entry;
};

/* Least significant digit first, 11 bits a turn: twice as fast as qsort. */
static void sort_places(struct place *places, struct place *other, size_t n,
	uint64_t largest)
{
	struct place *from = places, *to = other;

	for (unsigned shift = 0; largest >> shift; shift += 11) {
		size_t at[2048] = {0}, sum = 0;

		for (size_t i = 0; i < n; i++)
			at[(from[i].offset >> shift) & 2047]++;
		for (size_t d = 0; d < 2048; d++) {
			size_t count = at[d];

			at[d] = sum;
			sum += count;
		}
		for (size_t i = 0; i < n; i++)
			to[at[(from[i].offset >> shift) & 2047]++] = from[i];
		struct place *swap = from;

		from = to;
		to = swap;
	}
	if (from != places)
		memcpy(places, from, n * sizeof(*places));
}

/* Only some of a pack's entries are visited: which, or NULL. */
static const struct pack_entries *some_of(const struct pack_sweep *s,
	size_t pack)
{
	return s->choice && s->choice->packs[pack].is_some
		       ? &s->choice->packs[pack]
		       : NULL;
}

static uint32_t count_of(const struct pack_sweep *s, size_t pack)
{
	const struct pack_entries *some = some_of(s, pack);

	return some ? (uint32_t)some->n : s->store->packs[pack].count;
}

static struct place *sorted_places(const struct pack_sweep *s, size_t pack)
{
	const struct pack_file *f = &s->store->packs[pack];
	const struct pack_entries *some = some_of(s, pack);
	uint32_t count = count_of(s, pack);
	struct place *places = calloc((size_t)count + 1, sizeof(*places));
	struct place *other = calloc((size_t)count + 1, sizeof(*other));
	uint64_t largest = 0;

	if (places && other) {
		for (uint32_t i = 0; i < count; i++) {
			places[i].entry = some ? some->at[i] : i;
			places[i].offset = pack_file_offset(f,
				places[i].entry);
			if (places[i].offset > largest)
				largest = places[i].offset;
		}
		sort_places(places, other, count, largest);
	} else {
		free(places);
		places = NULL;
	}
	free(other);
	return places;
}

/* A pack's node at exactly this offset, among those before `below`. */
static uint32_t node_at(const struct pack_sweep *s, size_t pack,
	uint64_t offset, uint32_t below)
{
	uint32_t low = s->first[pack], high = below;
	/* Bases mostly stand a little before: gallop back first. */
	uint32_t step = 1;

	while (step < high - low && s->nodes[high - step].offset > offset)
		step *= 2;
	if (step < high - low)
		low = high - step;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (s->nodes[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low < below && s->nodes[low].offset == offset ? low
							     : SWEEP_NONE;
}

/* The node of a base that is given by its name, in any pack. */
static uint32_t node_named(const struct pack_sweep *s, size_t pack,
	const unsigned char *id)
{
	uint32_t entry;
	uint64_t offset;

	if (!pack_file_find(&s->store->packs[pack], id, &entry) &&
		!pack_store_find(s->store, id, 0, &pack, &entry))
		return SWEEP_NONE;
	offset = pack_file_offset(&s->store->packs[pack], entry);
	return node_at(s, pack, offset, s->first[pack + 1]);
}

/* Parse one head and link it to its base. */
static void parse_node(struct pack_sweep *s, size_t pack, uint32_t i)
{
	const struct pack_file *f = &s->store->packs[pack];
	struct sweep_node *n = &s->nodes[i];
	struct pack_entry entry;

	n->base = n->child = n->sibling = SWEEP_NONE;
	/* An index that names one entry twice would have it built as often:
	 * the first one is believed. */
	if (!pack_entry_parse(f, n->offset, &entry) ||
		(i > s->first[pack] && n[-1].offset == n->offset)) {
		n->is_bad = 1;
		return;
	}
	n->type = (uint8_t)entry.type;
	n->size = entry.size < UINT32_MAX ? (uint32_t)entry.size : UINT32_MAX;
	/* One of some is built through its chain. */
	if (some_of(s, pack))
		return;
	if (entry.type == PACK_OFS_DELTA) {
		n->base = node_at(s, pack, entry.base_offset, i);
		n->is_bad = n->base == SWEEP_NONE;
	} else if (entry.type == PACK_REF_DELTA) {
		n->base = node_named(s, pack, entry.base_id);
		if (n->base < s->first[pack] || n->base >= s->first[pack + 1])
			s->leans[pack] = true;
	}
}

/* The nodes of a pack, in order of offset; false without memory. */
static bool place_nodes(struct pack_sweep *s, size_t pack)
{
	struct sweep_node *nodes = s->nodes + s->first[pack];
	struct place *places = sorted_places(s, pack);

	for (uint32_t i = 0; places && i < count_of(s, pack); i++) {
		nodes[i].offset = places[i].offset;
		nodes[i].entry = places[i].entry;
		nodes[i].is_copy =
			pack_entry_is_copy(s->store, pack, places[i].entry);
	}
	free(places);
	return places != NULL;
}

static bool make_nodes(struct pack_sweep *s)
{
	const struct pack_store *store = s->store;
	size_t total = 0;

	s->first = calloc(store->pack_count + 1, sizeof(*s->first));
	s->leans = calloc(store->pack_count + 1, sizeof(*s->leans));
	if (s->first == NULL || s->leans == NULL)
		return false;
	for (size_t i = 0; i < store->pack_count; i++) {
		total += count_of(s, i);
		if (total >= SWEEP_NONE)
			return false;
		s->first[i + 1] = (uint32_t)total;
	}
	s->node_count = (uint32_t)total;
	s->nodes = calloc(total + 1, sizeof(*s->nodes));
	if (s->nodes == NULL)
		return false;
	for (size_t i = 0; i < store->pack_count; i++)
		if (!place_nodes(s, i))
			return false;
	for (size_t i = 0; i < store->pack_count; i++)
		for (uint32_t n = s->first[i]; n < s->first[i + 1]; n++)
			parse_node(s, i, n);
	return true;
}

static void link_child(struct pack_sweep *s, uint32_t i)
{
	struct sweep_node *n = &s->nodes[i];

	n->sibling = s->nodes[n->base].child;
	s->nodes[n->base].child = i;
}

/* All nodes that a root reaches, bases before what is built on them. */
static uint32_t breadth_first(struct pack_sweep *s, uint32_t *order)
{
	uint32_t done = 0, found = 0;

	for (uint32_t i = 0; i < s->node_count; i++)
		if (s->nodes[i].base == SWEEP_NONE) {
			s->nodes[i].is_seen = 1;
			order[found++] = i;
		}
	for (; done < found; done++)
		for (uint32_t c = s->nodes[order[done]].child; c != SWEEP_NONE;
			c = s->nodes[c].sibling) {
			s->nodes[c].is_seen = 1;
			order[found++] = c;
		}
	return found;
}

/*
 * weight[i]: the work at i, then of the tree at i. A delta's result is taken
 * to be as large as its base: nearly so in every pack that git writes. Returns
 * the sum.
 */
static uint64_t weigh_own(struct pack_sweep *s, const uint32_t *order,
	uint32_t found, uint64_t *weight, uint32_t *depth)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < found; i++) {
		struct sweep_node *n = &s->nodes[order[i]];
		uint64_t own = n->size;

		n->kind = n->type;
		if (n->base != SWEEP_NONE) {
			own += weight[n->base];
			n->kind = s->nodes[n->base].kind;
			depth[order[i]] = depth[n->base] + 1;
		} else if (n->type >= PACK_OFS_DELTA) {
			n->kind = 0;
		}
		weight[order[i]] = own < UINT32_MAX ? own : UINT32_MAX;
		sum += weight[order[i]];
	}
	return sum;
}

/*
 * A tree heavier than `share` would keep one thread busy when the others are
 * done, so it is cut: a subtree that brings its base's tree over the share
 * becomes a root of its own, built through its chain when its turn comes. Not
 * where the chain costs more than the subtree is worth.
 */
static bool is_cut_here(uint64_t base, uint64_t tree, uint64_t own,
	uint32_t depth, uint64_t share)
{
	return base + tree > share && tree >= share / 8 &&
	       depth < CUT_DEPTH && own * (depth + 1) <= tree / 2;
}

static void weigh(struct pack_sweep *s, const uint32_t *order, uint32_t found,
	uint64_t *weight, uint32_t *heavy, uint32_t *depth)
{
	uint64_t share = weigh_own(s, order, found, weight, depth) / SHARES;

	if (share < SHARE_LEAST)
		share = SHARE_LEAST;
	for (uint32_t i = 0; i < found; i++)
		heavy[order[i]] = SWEEP_NONE;
	for (uint32_t i = found; i-- > 0;) {
		struct sweep_node *n = &s->nodes[order[i]];
		uint64_t *at = &weight[order[i]], own;
		uint32_t base = n->base;

		*at += 256; /* a node is work even when empty */
		if (base == SWEEP_NONE)
			continue;
		/* A base is still its own work, or more: near enough. */
		own = n->size + 256;
		if (is_cut_here(weight[base], *at, own, depth[order[i]],
			    share)) {
			n->is_cut = true;
			continue;
		}
		weight[base] += *at;
		if (heavy[base] == SWEEP_NONE || weight[heavy[base]] < *at)
			heavy[base] = order[i];
	}
}

/* Children again, the heaviest pushed first and therefore last. */
static void relink(struct pack_sweep *s, const uint32_t *order, uint32_t found,
	const uint32_t *heavy)
{
	for (uint32_t i = 0; i < found; i++)
		s->nodes[order[i]].child = SWEEP_NONE;
	for (uint32_t i = 0; i < found; i++)
		if (heavy[order[i]] != SWEEP_NONE)
			link_child(s, heavy[order[i]]);
	for (uint32_t i = found; i-- > 0;) {
		uint32_t base = s->nodes[order[i]].base;

		if (base != SWEEP_NONE && heavy[base] != order[i] &&
			!s->nodes[order[i]].is_cut)
			link_child(s, order[i]);
	}
}

static bool add_root(struct pack_sweep *s, uint32_t pack, uint32_t node,
	uint64_t weight)
{
	if (s->root_count == s->root_room) {
		size_t room = s->root_room ? s->root_room * 2 : 1024;
		struct sweep_root *roots =
			reallocarray(s->roots, room, sizeof(*roots));

		if (roots == NULL)
			return false;
		s->roots = roots;
		s->root_room = room;
	}
	s->roots[s->root_count++] = (struct sweep_root){weight, pack, node};
	return true;
}

/* A root whose type is known and not asked for is left out with its tree. */
static bool is_wanted(const struct pack_sweep *s, const struct sweep_node *n)
{
	return n->is_bad || n->kind == PACK_NONE ||
	       (s->types & PACK_SWEEP_TYPE(n->kind));
}

static bool add_roots(struct pack_sweep *s, uint32_t pack,
	const uint64_t *weight)
{
	bool added = true;

	for (uint32_t i = s->first[pack]; added && i < s->first[pack + 1];
		i++) {
		const struct sweep_node *n = &s->nodes[i];

		/* In a cycle: a root of its own, to be told as a problem. */
		if (!n->is_seen)
			added = add_root(s, pack, i, 1);
		else if ((n->base == SWEEP_NONE || n->is_cut) &&
			 is_wanted(s, n))
			added = add_root(s, pack, i, weight[i]);
	}
	return added;
}

static bool plan_packs(struct pack_sweep *s)
{
	uint32_t *order = NULL, *heavy = NULL, *depth = NULL, found;
	uint64_t *weight = NULL;
	bool planned = false;

	if (!make_nodes(s))
		return false;
	for (uint32_t i = 0; i < s->node_count; i++)
		if (s->nodes[i].base != SWEEP_NONE)
			link_child(s, i);
	order = calloc((size_t)s->node_count + 1, sizeof(*order));
	heavy = calloc((size_t)s->node_count + 1, sizeof(*heavy));
	depth = calloc((size_t)s->node_count + 1, sizeof(*depth));
	weight = calloc((size_t)s->node_count + 1, sizeof(*weight));
	if (!order || !heavy || !depth || !weight)
		goto out;
	found = breadth_first(s, order);
	weigh(s, order, found, weight, heavy, depth);
	relink(s, order, found, heavy);
	planned = true;
	for (size_t i = 0; planned && i < s->store->pack_count; i++)
		planned = add_roots(s, (uint32_t)i, weight);
out:
	free(order);
	free(heavy);
	free(depth);
	free(weight);
	return planned;
}

/* Heavy trees first, heaviest first; the rest as the files have them. */
static int by_weight(const void *a, const void *b)
{
	const struct sweep_root *x = a, *y = b;
	uint64_t wx = x->weight > UNIT_WEIGHT ? x->weight : 0;
	uint64_t wy = y->weight > UNIT_WEIGHT ? y->weight : 0;

	if (wx != wy)
		return wx < wy ? 1 : -1;
	if (x->pack != y->pack)
		return x->pack < y->pack ? -1 : 1;
	return (x->node > y->node) - (x->node < y->node);
}

/* The roots are in order. */
static bool make_units(struct pack_sweep *s)
{
	uint64_t weight = 0;

	free(s->units);
	s->unit_count = 0;
	s->units = calloc(s->root_count + 1, sizeof(*s->units));
	if (s->units == NULL)
		return false;
	for (size_t i = 0; i < s->root_count; i++) {
		struct sweep_unit *unit = &s->units[s->unit_count];
		bool is_full = weight + s->roots[i].weight > UNIT_WEIGHT;

		if (unit->count && is_full) {
			unit = &s->units[++s->unit_count];
			weight = 0;
		}
		if (unit->count == 0)
			unit->first = i;
		unit->count++;
		weight += s->roots[i].weight;
	}
	s->unit_count += s->root_count > 0;
	return true;
}

enum status pack_sweep_new(struct pack_sweep **out, struct pack_store *store,
	unsigned types, struct error *err)
{
	return pack_sweep_new_chosen(out, store, types, NULL, err);
}

uint64_t pack_sweep_distinct(const struct pack_sweep *s)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < s->node_count; i++)
		count += !s->nodes[i].is_copy;
	for (size_t i = 0; i < s->root_count; i++)
		if (s->roots[i].pack == SWEEP_NONE)
			count += !pack_loose_is_copy(s->store,
				s->roots[i].node);
	return count;
}

bool pack_sweep_leans(const struct pack_sweep *s, size_t pack)
{
	return s->leans[pack];
}

enum status pack_sweep_new_chosen(struct pack_sweep **out,
	struct pack_store *store, unsigned types,
	const struct pack_choice *choice, struct error *err)
{
	struct pack_sweep *s = calloc(1, sizeof(*s));
	bool planned;

	if (s == NULL)
		return error_set(err, ERR_MEMORY, "plan the sweep");
	s->store = store;
	s->types = types;
	s->choice = choice;
	planned = plan_packs(s);
	for (size_t i = 0; planned && i < store->loose_count; i++)
		if (!choice || !choice->is_loose_left_out[i])
			planned = add_root(s, SWEEP_NONE, (uint32_t)i,
				UNIT_WEIGHT / UNIT_LOOSE);
	s->choice = NULL;
	if (s->root_count)
		qsort(s->roots, s->root_count, sizeof(*s->roots), by_weight);
	if (!planned || !make_units(s)) {
		pack_sweep_free(s);
		return error_set(err, ERR_MEMORY, "plan the sweep");
	}
	*out = s;
	return OK;
}

enum status pack_sweep_narrow(struct pack_sweep *s, unsigned types,
	struct error *err)
{
	size_t kept = 0;

	s->types &= types;
	for (size_t i = 0; i < s->root_count; i++) {
		const struct sweep_root *root = &s->roots[i];

		if (root->pack == SWEEP_NONE ||
			is_wanted(s, &s->nodes[root->node]))
			s->roots[kept++] = *root;
	}
	s->root_count = kept;
	return make_units(s) ? OK : error_set(err, ERR_MEMORY,
					    "plan the sweep");
}

void pack_sweep_free(struct pack_sweep *s)
{
	if (s == NULL)
		return;
	free(s->nodes);
	free(s->first);
	free(s->leans);
	free(s->roots);
	free(s->units);
	free(s);
}

size_t pack_sweep_units(const struct pack_sweep *s)
{
	return s->unit_count;
}
