#include "attribute/internal.h"

#include "base/hash.h"

#include <stdlib.h>

#include "base/banned.h"

static enum status no_memory(struct error *err)
{
	return error_set(err, ERR_MEMORY, "attribute findings to commits");
}

struct attribute *attribute_new(const struct attribute_options *options,
	struct error *err)
{
	struct attribute *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		(void)no_memory(err);
		return NULL;
	}
	a->options = *options;
	a->id_size = pack_store_id_size(options->store);
	a->seed = hash_seed();
	arena_init(&a->paths, (size_t)1 << 30);
	return a;
}

static void worker_free(struct attribute_worker *w)
{
	treelog_free(w->log);
	free(w->commits.at);
	free(w->parents.at);
	free(w->ids.at);
	free(w->tags.at);
	free(w->lacked.at);
	free(w);
}

static void forget_graph(struct attribute *a)
{
	free(a->commits);
	free(a->order);
	free(a->rank);
	free(a->tip_commits);
	free(a->is_tip);
	free(a->links);
	free(a->edges);
	free(a->edge_at);
	keymap_release(&a->tree_of);
	keymap_release(&a->commit_of);
	a->commits = NULL;
	a->order = a->rank = a->tip_commits = a->edges = a->edge_at = NULL;
	a->is_tip = NULL;
	a->links = NULL;
	a->commit_count = a->tree_count = a->edge_total = 0;
	a->dropped = a->missing = a->missing_objects = 0;
}

void attribute_free(struct attribute *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->worker_count; i++)
		worker_free(a->workers[i]);
	for (size_t i = 0; a->places && i < attribute_place_lists(a); i++)
		free(a->places[i].at);
	free(a->workers);
	forget_graph(a);
	free(a->places);
	keymap_release(&a->wanted_of);
	keymap_release(&a->named_of);
	arena_release(&a->paths);
	free(a);
}

/* ---- what is asked ------------------------------------------------------ */

uint32_t attribute_wanted(const struct attribute *a, uint64_t key)
{
	return keymap_get(&a->wanted_of, key);
}

uint32_t attribute_named(const struct attribute *a, bytes name)
{
	if (a->question.name_count == 0 || name.n < a->name_min ||
		name.n > a->name_max)
		return GRAPH_NONE;
	return keymap_get(&a->named_of, treelog_key(name.at, name.n, a->seed));
}

static bool take_names(struct attribute *a)
{
	for (size_t i = 0; i < a->question.name_count; i++) {
		bytes name = bytes_text(a->question.names[i]);

		if (!keymap_put(&a->named_of,
			    treelog_key(name.at, name.n, a->seed),
			    (uint32_t)(a->question.wanted_count + i)))
			return false;
		if (i == 0 || name.n < a->name_min)
			a->name_min = name.n;
		if (name.n > a->name_max)
			a->name_max = name.n;
	}
	return true;
}

static bool take_question(struct attribute *a,
	const struct attribute_question *question)
{
	if (a->places != NULL) /* it was taken by attribute_again */
		return true;
	a->question = *question;
	a->places = calloc(attribute_place_lists(a) + 1, sizeof(*a->places));
	if (a->places == NULL)
		return false;
	for (size_t i = 0; i < question->wanted_count; i++) {
		const unsigned char *id = question->wanted + i * a->id_size;
		unsigned bit = (unsigned)id[0] << 8 | id[1];

		a->filter[bit >> 6] |= (uint64_t)1 << (bit & 63);
		if (!keymap_put(&a->wanted_of, attribute_key(a, id),
			    (uint32_t)i))
			return false;
	}
	return take_names(a);
}

bool attribute_lacks(const struct attribute *a,
	const struct attribute_question *question)
{
	static const unsigned char none[PACK_ID_MAX];

	for (size_t i = 0; i < a->worker_count; i++)
		if (a->workers[i]->lacks)
			return true;
	for (size_t i = 0; i < question->tip_count; i++) {
		const unsigned char *tip = question->tips + i * a->id_size;

		if (memcmp(tip, none, a->id_size) != 0 &&
			!pack_store_has(a->options.store, tip))
			return true;
	}
	return false;
}

bool attribute_is_full(const struct attribute *a)
{
	for (size_t i = 0; i < a->worker_count; i++)
		if (treelog_is_full(a->workers[i]->log))
			return true;
	return false;
}

static bool has_failed(const struct attribute *a)
{
	for (size_t i = 0; i < a->worker_count; i++)
		if (a->workers[i]->failed ||
			treelog_has_failed(a->workers[i]->log))
			return true;
	return false;
}

/* ---- finding ------------------------------------------------------------ */

static bool find(struct attribute *a)
{
	for (size_t i = 0; i < a->worker_count; i++)
		treelog_end(a->workers[i]->log);
	if (!attribute_graph_gather(a) || !attribute_graph_reach(a) ||
		!attribute_graph_missing(a))
		return false;
	a->order = attribute_graph_order(a);
	return a->order && attribute_graph_mark(a) &&
	       attribute_graph_places(a);
}

enum status attribute_finish(struct attribute *a,
	const struct attribute_question *question, struct error *err)
{
	if (has_failed(a) || !take_question(a, question) || !find(a))
		return no_memory(err);
	return OK;
}

enum status attribute_finish_order(struct attribute *a,
	const struct attribute_question *question, struct error *err)
{
	bool is_done = !has_failed(a) && take_question(a, question) &&
		       attribute_graph_gather(a) && attribute_graph_reach(a);

	if (is_done)
		a->order = attribute_graph_order(a);
	is_done = is_done && a->order && attribute_graph_rank(a);
	return is_done ? OK : no_memory(err);
}

bool attribute_is_all_reachable(const struct attribute *a)
{
	for (size_t i = 0; i < a->commit_count; i++)
		if (!a->commits[i].reachable)
			return false;
	return true;
}

size_t attribute_edges(const struct attribute *a)
{
	return a->edge_total;
}

size_t attribute_place_count(const struct attribute *a, size_t wanted)
{
	return a->places ? a->places[wanted].n : 0;
}

const struct attribute_place *attribute_place_at(const struct attribute *a,
	size_t wanted, size_t i)
{
	return &a->places[wanted].at[i];
}

bool attribute_is_tip(const struct attribute *a, size_t wanted)
{
	return a->is_tip && wanted < a->question.wanted_count &&
	       a->is_tip[wanted];
}

uint64_t attribute_dropped(const struct attribute *a)
{
	return a->dropped;
}

uint64_t attribute_missing(const struct attribute *a)
{
	return a->missing;
}

uint64_t attribute_missing_objects(const struct attribute *a)
{
	return a->missing_objects;
}

/* ---- the second sweep --------------------------------------------------- */

static bool keeps(void *worker, const struct pack_tree_entry *entry)
{
	const struct attribute *a = ((struct attribute_worker *)worker)->owner;
	unsigned bit = (unsigned)entry->id[0] << 8 | entry->id[1];

	if (entry->is_tree || attribute_named(a, entry->name) != GRAPH_NONE)
		return true;
	if ((a->filter[bit >> 6] >> (bit & 63)) & 1 &&
		attribute_wanted(a, attribute_key(a, entry->id)) != GRAPH_NONE)
		return true;
	return !pack_store_has(a->options.store, entry->id);
}

enum status attribute_again(struct attribute *a,
	const struct attribute_question *question, struct error *err)
{
	a->is_filtering = true;
	forget_graph(a);
	if (has_failed(a) || !take_question(a, question))
		return no_memory(err);
	for (size_t i = 0; i < a->worker_count; i++) {
		struct attribute_worker *w = a->workers[i];

		w->commits.n = w->parents.n = w->ids.n = w->tags.n = 0;
		w->lacks = false;
		w->lacked.n = 0;
		if (!attribute_worker_log(w, keeps))
			return no_memory(err);
	}
	return OK;
}
