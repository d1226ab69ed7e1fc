/*
 * order: the order of commits alone, for places that come from elsewhere.
 *
 * Where findings stood is mostly carried over from the run before (carry/);
 * then the trees are not asked, but it may matter which of two commits comes
 * first, and which are reached.
 */
#ifndef STANCH_ATTRIBUTE_ORDER_H
#define STANCH_ATTRIBUTE_ORDER_H

#include "attribute/attribute.h"

/* Instead of attribute_finish, after attribute_again and a sweep over these. */
#define ATTRIBUTE_ORDER_TYPES                                                \
	(PACK_SWEEP_TYPE(PACK_COMMIT) | PACK_SWEEP_TYPE(PACK_TAG))
enum status attribute_finish_order(struct attribute *a,
	const struct attribute_question *question, struct error *err) MUST_USE;

#define ATTRIBUTE_NO_RANK UINT32_MAX
/* A commit's place in the order, where parents have lower ones. */
uint32_t attribute_rank(const struct attribute *a,
	const unsigned char *commit, bool *is_reachable);
/* Each commit that refs lead to and that `tips` (names of commits) do not;
 * until `each` returns false. ERR_MEMORY: not all were told. */
enum status attribute_each_reached(const struct attribute *a,
	const unsigned char *tips, size_t count,
	bool (*each)(void *context, const unsigned char *commit),
	void *context) MUST_USE;

/*
 * Names of objects that what was visited, or a tip, names and that are not in
 * the store: distinct, ascending, malloc'd. NULL: no memory, or more than
 * ATTRIBUTE_LACKED. Those that attribute_finish counts are the ones that refs
 * reach.
 */
#define ATTRIBUTE_LACKED 1024u
unsigned char *attribute_lacked(const struct attribute *a,
	const struct attribute_question *question, size_t *count);

/* After attribute_finish: do refs lead to every commit? */
bool attribute_is_all_reachable(const struct attribute *a);
/* And how many entries of trees lead to what is asked: LIMIT_TREE_EDGES. */
size_t attribute_edges(const struct attribute *a);

#endif
