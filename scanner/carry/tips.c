/*
 * tips: what refs lead to. A tag is read once, and then remembered.
 */
#include "carry/internal.h"

#include "header/header.h"

#include <stdlib.h>

#include "base/banned.h"

/* As many tags of tags as attribute/ follows. */
#define TAGS_MOST 8

/* The tag's target in place of it. False: it names none. */
static bool step(struct carry *r, unsigned char *id, bytes text)
{
	unsigned char target[PACK_ID_MAX] = {0};

	if (!header_take_link(&text, r->id_size, "object ", target))
		return false;
	memcpy(id, target, PACK_ID_MAX);
	return true;
}

static bool peel(struct carry *r, struct carry_tip *tip)
{
	enum pack_problem problem;
	enum pack_type type;
	uint64_t size;
	bytes text;

	memcpy(tip->target, tip->raw, PACK_ID_MAX);
	for (int depth = 0; depth < TAGS_MOST; depth++) {
		if (pack_read_header(r->reader, tip->target, &type, &size,
			    &problem, NULL) != OK)
			return false;
		tip->is_commit = type == PACK_COMMIT;
		if (type != PACK_TAG)
			return true;
		if (pack_read(r->reader, tip->target, &type, &text, &problem,
			    NULL) != OK ||
			!step(r, tip->target, text))
			return false;
	}
	return false; /* deeper than anybody nests them */
}

static int by_raw(const void *a, const void *b)
{
	return memcmp(((const struct carry_tip *)a)->raw,
		((const struct carry_tip *)b)->raw, PACK_ID_MAX);
}

/* Tags do not change: what one led to it leads to. */
static bool recollect(const struct carry *r, struct carry_tip *tip)
{
	const struct carry_tips *old = &r->memory.tips;
	const struct carry_tip *was =
		old->n ? bsearch(tip, old->at, old->n, sizeof(*tip), by_raw)
		       : NULL;

	if (was)
		*tip = *was;
	return was != NULL;
}

bool carry_tips_make(struct carry *r)
{
	static const unsigned char none[PACK_ID_MAX];
	struct carry_tips *t = &r->tips;
	size_t kept = 0;

	if (t->at)
		return true;
	t->at = calloc(r->question.tip_count + 1, sizeof(*t->at));
	if (t->at == NULL)
		return false;
	for (size_t i = 0; i < r->question.tip_count; i++)
		memcpy(t->at[i].raw, r->question.tips + i * r->id_size,
			r->id_size);
	qsort(t->at, r->question.tip_count, sizeof(*t->at), by_raw);
	for (size_t i = 0; i < r->question.tip_count; i++) {
		struct carry_tip tip = t->at[i];

		if (memcmp(tip.raw, none, PACK_ID_MAX) == 0 ||
			(kept && by_raw(&tip, &t->at[kept - 1]) == 0))
			continue;
		if (!recollect(r, &tip) && !peel(r, &tip)) {
			free(t->at);
			t->at = NULL;
			return false;
		}
		t->at[kept++] = tip;
	}
	t->n = kept;
	return true;
}
