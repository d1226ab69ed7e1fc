/*
 * carry: where findings stood is mostly known from the run before; what new
 * commits change about that is told by carry/.
 */
#include "history/internal.h"

#include <stdlib.h>

#include "base/banned.h"

/* The shortest entry of a tree: a mode of one digit, an empty name. */
#define ENTRY_LEAST 3

void history_carry_commit(struct history_worker *w, const unsigned char *id)
{
	const struct history *h = w->owner;
	size_t id_size = pack_store_id_size(h->store);

	if (h->options.known == NULL || !known_choice(h->options.known))
		return;
	if (!column_grow(&w->commits, 1, id_size)) {
		w->failed = true;
		return;
	}
	memcpy((unsigned char *)w->commits.at + w->commits.n++ * id_size, id,
		id_size);
}

static bool gather_visited(struct history *h)
{
	size_t id_size = pack_store_id_size(h->store);

	for (size_t i = 0; i < h->worker_count; i++) {
		const struct column *c = &h->workers[i]->commits;

		if (c->n == 0)
			continue;
		if (!column_grow(&h->visited, c->n, id_size))
			return false;
		memcpy((unsigned char *)h->visited.at +
				h->visited.n * id_size,
			c->at, c->n * id_size);
		h->visited.n += c->n;
	}
	return true;
}

static bool was_there(void *known, const unsigned char *id)
{
	return known_was_there(known, id);
}

static bool begin(struct history *h, bytes memory)
{
	size_t entry = pack_store_id_size(h->store) + ENTRY_LEAST;
	struct carry_question question = {
		.store = h->store,
		.memory = memory,
		.wanted = h->wanted,
		.wanted_count = h->wanted_count,
		.tips = h->tips,
		.tip_count = h->repo->ref_count,
		.head = repo_head(h->repo),
		.needs_reach = h->missing_count > 0,
		.was_there = was_there,
		.context = h->options.known,
	};

	if (h->carry)
		return true;
	if (!gather_visited(h))
		return false;
	question.commits = h->visited.at;
	question.commit_count = h->visited.n;
	for (size_t i = 0; i < h->worker_count; i++)
		question.edges += h->workers[i]->tree_bytes / entry + 1;
	h->carry = carry_new(&question);
	return h->carry != NULL;
}

/* ---- what is missing ----------------------------------------------------- */

static bool is_among(const unsigned char *names, size_t count,
	const unsigned char *id, size_t id_size)
{
	return bytes_find_row(names, count, id_size, bytes_of(id, id_size)) !=
	       BYTES_NONE;
}

/* Nothing is missing but what was in the last run, when some was left out;
 * and then all that was is. */
void history_close_visited(struct history *h,
	const struct attribute_question *question)
{
	size_t id_size = pack_store_id_size(h->store), known = 0, count;
	const unsigned char *old = NULL;

	if (h->options.known && known_choice(h->options.known))
		old = known_missing(h->options.known, &known);
	h->missing = attribute_lacked(h->attribute, question, &count);
	h->is_closed = h->missing != NULL;
	for (size_t i = 0; h->is_closed && i < count; i++)
		h->is_closed = is_among(old, known, h->missing + i * id_size,
			id_size);
	h->missing_count = h->is_closed ? known : 0;
	if (h->is_closed && known) {
		unsigned char *copy = reallocarray(h->missing, known, id_size);

		h->is_closed = copy != NULL;
		h->missing = copy ? copy : h->missing;
		if (copy)
			memcpy(copy, old, known * id_size);
	}
}

/* All trees were asked: what is missing and reached is counted. Only when that
 * is all that is missing does the count hold while more is reached. */
void history_close_all(struct history *h,
	const struct attribute_question *question)
{
	h->is_attributed = true;
	h->missing_count = 0;
	free(h->missing);
	h->missing = attribute_lacked(h->attribute, question,
		&h->missing_count);
	h->is_closed = h->missing &&
		       h->missing_count ==
			       attribute_missing_objects(h->attribute) &&
		       attribute_missing(h->attribute) == 0;
}

/* ---- where it stood ------------------------------------------------------ */

enum carry_answer history_carry(struct history *h,
	const struct attribute *order)
{
	enum carry_answer answer;
	bytes memory;

	/* Names of files, refs and what is missing are asked of all trees. */
	if (h->wanted_name_count || h->options.with_refs || !h->is_closed)
		return CARRY_UNABLE;
	memory = known_carried(h->options.known);
	if (memory.n == 0 || !begin(h, memory))
		return CARRY_UNABLE;
	answer = carry_find(h->carry, order);
	h->is_carried = answer == CARRY_TOLD;
	return answer;
}

void history_carry_on(struct history *h, struct buf *out)
{
	bool has_names = h->wanted_name_count > 0;

	if (has_names || !h->is_closed || h->hits.cut ||
		!begin(h, bytes_of(NULL, 0)))
		return;
	if (h->is_carried)
		carry_put(h->carry, out);
	else
		carry_put_all(h->carry,
			h->is_attributed ? h->attribute : NULL, out);
	if (out->failed)
		buf_clear(out);
}

size_t history_place_count(const struct history *h, size_t wanted)
{
	return h->is_carried ? carry_place_count(h->carry, wanted)
			      : attribute_place_count(h->attribute, wanted);
}

const struct attribute_place *history_place_at(const struct history *h,
	size_t wanted, size_t i)
{
	return h->is_carried ? carry_place_at(h->carry, wanted, i)
			      : attribute_place_at(h->attribute, wanted, i);
}

bool history_is_tip(const struct history *h, size_t wanted)
{
	return h->is_carried ? carry_is_tip(h->carry, wanted)
			      : attribute_is_tip(h->attribute, wanted);
}
