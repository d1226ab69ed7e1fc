#include "carry/internal.h"

#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

struct carry *carry_new(const struct carry_question *question)
{
	struct carry *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->question = *question;
	r->id_size = pack_store_id_size(question->store);
	r->reader = pack_worker_new(question->store);
	r->places = calloc(question->wanted_count + 1, sizeof(*r->places));
	if (r->reader == NULL || r->places == NULL) {
		carry_free(r);
		return NULL;
	}
	(void)carry_memory_read(&r->memory, question->memory, r->id_size);
	return r;
}

static void forget_places(struct carry *r)
{
	for (size_t i = 0; r->places && i < r->question.wanted_count; i++) {
		for (size_t p = 0; p < r->places[i].n; p++)
			free((char *)(uintptr_t)r->places[i].at[p].path);
		free(r->places[i].at);
		r->places[i] = (struct carry_list){NULL, 0};
	}
}

void carry_free(struct carry *r)
{
	if (r == NULL)
		return;
	forget_places(r);
	free(r->places);
	carry_memory_release(&r->memory);
	free(r->tips.at);
	free(r->commits.at);
	free(r->parents.at);
	free(r->found.at);
	change_set_free(r->changes);
	pack_worker_free(r->reader);
	free(r);
}

enum carry_answer carry_find(struct carry *r, const struct attribute *order)
{
	enum carry_answer answer;

	r->order = order;
	forget_places(r);
	if (!r->memory.is_there ||
		r->memory.edges + r->question.edges > LIMIT_TREE_EDGES ||
		!carry_tips_make(r))
		return CARRY_UNABLE;
	answer = carry_commits_take(r);
	if (answer == CARRY_TOLD)
		answer = carry_merge(r);
	if (answer == CARRY_TOLD && !carry_mark_head(r))
		answer = CARRY_UNABLE;
	return answer;
}

size_t carry_place_count(const struct carry *r, size_t wanted)
{
	return r->places[wanted].n;
}

const struct attribute_place *carry_place_at(const struct carry *r,
	size_t wanted, size_t i)
{
	return &r->places[wanted].at[i];
}

bool carry_is_tip(const struct carry *r, size_t wanted)
{
	const unsigned char *id = r->question.wanted + wanted * r->id_size;

	for (size_t i = 0; wanted < r->question.wanted_count &&
			   i < r->tips.n;
		i++)
		if (memcmp(r->tips.at[i].target, id, r->id_size) == 0)
			return true;
	return false;
}
