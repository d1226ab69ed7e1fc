/*
 * tips: which refs lead to what was found.
 *
 * Commits are taken parents first. Each has a word of bits, one a question:
 * what its parents lead to, and what its own tree has. Trees are walked as for
 * places, each once at each path, so a call costs about what finding the places
 * did, for 64 questions at once.
 */
#include "attribute/walk.h"

#include <stdlib.h>

#include "base/banned.h"

struct asked {
	struct walk walk;
	struct keymap places;  /* (blob, path) -> its query */
	uint64_t *commits;     /* by commit: bits */
	uint64_t extra[ATTRIBUTE_QUERIES]; /* of queries for the same place */
	bool has_places;
};

static uint64_t meet(struct walk *w, uint32_t blob, size_t length)
{
	const struct asked *asked = w->context;
	uint32_t query = keymap_get(&asked->places,
		attribute_walk_blob_key(w->a, blob,
			bytes_of(w->path, length)));

	return query == GRAPH_NONE ? 0 : asked->extra[query];
}

static bool ask_place(struct asked *asked, const struct attribute *a,
	const struct attribute_query *q, size_t number)
{
	const struct attribute_place *place =
		attribute_place_at(a, q->wanted, q->place);
	uint64_t key = attribute_walk_blob_key(a, (uint32_t)q->wanted,
		bytes_of(place->path, place->path_length));
	uint32_t first = keymap_get(&asked->places, key);

	asked->has_places = true;
	if (first != GRAPH_NONE) {
		asked->extra[first] |= (uint64_t)1 << number;
		return true;
	}
	asked->extra[number] = (uint64_t)1 << number;
	return keymap_put(&asked->places, key, (uint32_t)number);
}

static bool ask(struct asked *asked, const struct attribute *a,
	const struct attribute_query *queries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t c;

		if (queries[i].commit == NULL) {
			if (!ask_place(asked, a, &queries[i], i))
				return false;
			continue;
		}
		c = keymap_get(&a->commit_of,
			attribute_key(a, queries[i].commit));
		if (c != GRAPH_NONE)
			asked->commits[c] |= (uint64_t)1 << i;
	}
	return true;
}

/* Only what refs reach: the others lead to no tip. */
static void spread(struct asked *asked, struct attribute *a)
{
	for (size_t i = 0; i < a->commit_count && !asked->walk.failed; i++) {
		uint32_t number = a->order[i];
		const struct graph_commit *c = &a->commits[number];
		const uint64_t *parents = (const uint64_t *)
			a->workers[c->worker]->parents.at + c->parents;

		if (!c->reachable)
			continue;
		for (uint32_t p = 0; p < c->parent_count; p++) {
			uint32_t parent = keymap_get(&a->commit_of,
				parents[p]);

			if (parent != GRAPH_NONE)
				asked->commits[number] |=
					asked->commits[parent];
		}
		if (asked->has_places)
			asked->commits[number] |= attribute_walk_tree(
				&asked->walk, keymap_get(
					&a->tree_of, c->tree));
	}
}

enum status attribute_tips(struct attribute *a,
	const struct attribute_query *queries, size_t count, uint64_t *by_tip,
	struct error *err)
{
	struct asked asked = {.has_places = false};
	uint64_t dropped = a->dropped;
	bool failed = !attribute_walk_init(&asked.walk, a, meet, &asked);

	asked.commits = calloc(a->commit_count + 1, sizeof(*asked.commits));
	failed = failed || asked.commits == NULL ||
		 !ask(&asked, a, queries, count);
	if (!failed)
		spread(&asked, a);
	failed = failed || asked.walk.failed;
	for (size_t t = 0; !failed && t < a->question.tip_count; t++)
		by_tip[t] = a->tip_commits[t] == GRAPH_NONE
				    ? 0
				    : asked.commits[a->tip_commits[t]];
	a->dropped = dropped;
	attribute_walk_release(&asked.walk);
	keymap_release(&asked.places);
	free(asked.commits);
	return failed ? error_set(err, ERR_MEMORY, "find refs of findings")
		      : OK;
}
