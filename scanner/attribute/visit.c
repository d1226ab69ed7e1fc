/*
 * visit: what one tree, commit or tag adds to the graph.
 */
#include "attribute/internal.h"

#include "base/limits.h"
#include "header/header.h"

#include <stdlib.h>

#include "base/banned.h"

/* One more than are told says that there are more: attribute_lacked. */
static void lack(struct attribute_worker *w, const unsigned char *id)
{
	size_t id_size = w->owner->id_size;

	w->lacks = true;
	if (w->lacked.n > ATTRIBUTE_LACKED)
		return;
	if (!column_grow(&w->lacked, 1, id_size)) {
		w->failed = true;
		return;
	}
	memcpy((unsigned char *)w->lacked.at + w->lacked.n++ * id_size, id,
		id_size);
}

/* An entry that no tree of this thread had before. */
static unsigned on_fresh(void *worker, const struct treelog_fresh *fresh)
{
	struct attribute_worker *w = worker;

	if (w->fresh && !w->owner->is_filtering)
		w->fresh(w->context, fresh);
	if ((fresh->marks & TREELOG_SUBMODULE) ||
		pack_store_has(w->owner->options.store, fresh->entry.id))
		return 0;
	lack(w, fresh->entry.id);
	return TREELOG_MISSING;
}

bool attribute_worker_log(struct attribute_worker *w,
	bool (*keeps)(void *context, const struct pack_tree_entry *entry))
{
	struct attribute *a = w->owner;
	struct treelog_options options = {
		.id_size = a->id_size,
		.seed = a->seed,
		.held = &a->held,
		.limit = keeps ? SIZE_MAX : a->options.limit,
		.keeps = keeps,
		.fresh = on_fresh,
		.context = w,
	};

	treelog_free(w->log);
	w->log = treelog_new(&options);
	return w->log != NULL;
}

struct attribute_worker *attribute_worker_new(struct attribute *a,
	void (*fresh)(void *context, const struct treelog_fresh *fresh),
	void *context)
{
	struct attribute_worker *w = calloc(1, sizeof(*w));
	struct attribute_worker **workers;

	if (w == NULL)
		return NULL;
	*w = (struct attribute_worker){
		.owner = a, .fresh = fresh, .context = context};
	if (!attribute_worker_log(w, NULL)) {
		free(w);
		return NULL;
	}
	/* Once a thread: a spin of a few instructions is enough. */
	while (atomic_exchange(&a->lock, 1))
		;
	workers = reallocarray(a->workers, a->worker_count + 1,
		sizeof(*workers));
	if (workers) {
		a->workers = workers;
		w->number = (uint16_t)a->worker_count;
		workers[a->worker_count++] = w;
	}
	atomic_store(&a->lock, 0);
	if (workers)
		return w;
	treelog_free(w->log);
	free(w);
	return NULL;
}

/* The key of the name in a header line at the start of *text, or 0. */
static uint64_t take_link(const struct attribute *a, bytes *text,
	const char *word, unsigned char id[PACK_ID_MAX])
{
	return header_take_link(text, a->id_size, word, id)
		       ? attribute_key(a, id)
		       : 0;
}

static bool lacks(struct attribute_worker *w, const unsigned char *id)
{
	bool is_missing = !pack_store_has(w->owner->options.store, id);

	if (is_missing)
		lack(w, id);
	return is_missing;
}

static void visit_commit(struct attribute_worker *w, const unsigned char *id,
	bytes text)
{
	const struct attribute *a = w->owner;
	size_t id_size = a->id_size;
	struct graph_commit row = {.worker = w->number};
	unsigned char link[PACK_ID_MAX];
	uint64_t parent;
	bytes rest = text;

	row.key = attribute_key(a, id);
	row.tree = take_link(a, &rest, "tree ", link);
	row.lacks_tree = row.tree && lacks(w, link);
	row.parents = (uint32_t)w->parents.n;
	while ((parent = take_link(a, &rest, "parent ", link)) != 0) {
		(void)lacks(w, link);
		if (!column_grow(&w->parents, 1, sizeof(parent))) {
			w->failed = true;
			return;
		}
		((uint64_t *)w->parents.at)[w->parents.n++] = parent;
		row.parent_count++;
	}
	row.time = header_committer_time(text);
	row.id = (uint32_t)(w->ids.n / id_size);
	if (!column_grow(&w->ids, id_size, 1) ||
		!column_grow(&w->commits, 1, sizeof(row))) {
		w->failed = true;
		return;
	}
	memcpy((unsigned char *)w->ids.at + w->ids.n, id, id_size);
	w->ids.n += id_size;
	((struct graph_commit *)w->commits.at)[w->commits.n++] = row;
}

static void visit_tag(struct attribute_worker *w, const unsigned char *id,
	bytes text)
{
	struct graph_tag row = {.key = attribute_key(w->owner, id)};
	unsigned char link[PACK_ID_MAX];

	row.target = take_link(w->owner, &text, "object ", link);
	row.lacks_target = row.target && lacks(w, link);
	if (!column_grow(&w->tags, 1, sizeof(row))) {
		w->failed = true;
		return;
	}
	((struct graph_tag *)w->tags.at)[w->tags.n++] = row;
}

bytes attribute_visit(struct attribute_worker *w,
	const struct pack_object *object)
{
	if (object->type == PACK_TREE)
		return treelog_add(w->log, object->id, object->data);
	if (object->type == PACK_COMMIT)
		visit_commit(w, object->id, object->data);
	else if (object->type == PACK_TAG)
		visit_tag(w, object->id, object->data);
	return bytes_of(NULL, 0);
}
