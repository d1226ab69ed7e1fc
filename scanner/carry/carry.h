/*
 * carry: where findings stood, carried from one run of a repository to the
 * next, so that new commits cost what they bring and not all trees again.
 *
 * What is carried: of each blob with findings its paths and the commit that
 * first had it at each (no finding, no secret), what refs led to, and whether
 * anything was out of their reach. It is used only when the store has but
 * grown (known_carried). Then a place can be new only where a new commit has
 * something that none of its parents has there: parents come first in the
 * order of commits, and are reached when it is. So new commits are compared
 * with their parents (change/); of what they bring and what was known, the
 * first of each blob and path is the place.
 *
 * Which of two is first, and whether old commits are still reached, or are
 * now, can mostly be told from the new commits alone. When it cannot, the
 * answer is CARRY_UNSURE, and the order of all commits is asked for
 * (attribute/order.h). Whatever else is not plain - a bound that a full run
 * might have met, too, an object that cannot be read - is CARRY_UNABLE: then
 * all trees are swept, as in a first run. One thread.
 */
#ifndef STANCH_CARRY_CARRY_H
#define STANCH_CARRY_CARRY_H

#include "attribute/order.h"
#include "base/buf.h"

/* All of it is borrowed until carry_free. */
struct carry_question {
	struct pack_store *store;
	bytes memory; /* what carry_put made, or empty; it may be hostile */
	const unsigned char *wanted; /* names of blobs, ascending */
	size_t wanted_count;
	const unsigned char *commits; /* that were visited: new, or not */
	size_t commit_count;
	const unsigned char *tips; /* what refs hold; zeroes: nothing */
	size_t tip_count;
	const unsigned char *head; /* HEAD's commit, or NULL */
	uint64_t edges; /* entries of new trees, rather too many */
	/* It matters that all is reached that was, whether it leads to a
	 * place or not. */
	bool needs_reach;
	/* Was an object of this name there when the memory was made? */
	bool (*was_there)(void *context, const unsigned char *id);
	void *context;
};

enum carry_answer { CARRY_TOLD, CARRY_UNSURE, CARRY_UNABLE };

struct carry;

/* NULL without memory. */
struct carry *carry_new(const struct carry_question *question);
void carry_free(struct carry *r);

/* `order`: after attribute_finish_order, or NULL. Asked once without, and
 * when unsure once with it. */
enum carry_answer carry_find(struct carry *r,
	const struct attribute *order);
/* After CARRY_TOLD: places of the i-th wanted blob, as attribute/ tells. */
size_t carry_place_count(const struct carry *r, size_t wanted);
const struct attribute_place *carry_place_at(const struct carry *r,
	size_t wanted, size_t i);
bool carry_is_tip(const struct carry *r, size_t wanted);

/* The memory for the next run. Nothing is put when it would not hold. */
/* From what carry_find told. */
void carry_put(struct carry *r, struct buf *out);
/* From what attribute_finish told of the same wanted blobs; NULL: there was
 * none to ask for. */
void carry_put_all(struct carry *r, const struct attribute *a,
	struct buf *out);

#endif
