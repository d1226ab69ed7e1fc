/*
 * internal: what carry/'s files share.
 */
#ifndef STANCH_CARRY_INTERNAL_H
#define STANCH_CARRY_INTERNAL_H

#include "base/arena.h"
#include "base/column.h"
#include "change/change.h"
#include "carry/carry.h"

#define CARRY_NONE UINT32_MAX

/* What a ref holds, and what that leads to: itself, or behind tags. */
struct carry_tip {
	unsigned char raw[PACK_ID_MAX], target[PACK_ID_MAX];
	bool is_commit; /* the target */
};
struct carry_tips {
	struct carry_tip *at; /* by raw, each once */
	size_t n;
};

/* A blob of the memory: its places are read one after another. */
struct carry_blob {
	const unsigned char *id;
	bytes places;
	size_t count;
};
struct carry_stored {
	bytes path;
	const unsigned char *commit;
	bool is_reachable;
};
struct carry_memory {
	bool is_there, is_all_reachable;
	uint64_t edges;
	struct carry_tips tips;
	struct carry_blob *blobs; /* by name */
	size_t blob_count;
};

/* A commit whose places are looked for. */
struct carry_commit {
	unsigned char id[PACK_ID_MAX];
	uint32_t parents, parent_count; /* in r->parents: names */
	uint32_t waits; /* parents that are looked at, too, and not done */
	bool is_reachable;
	uint32_t mark; /* of the last search that met it */
};

/* A blob at a path, known or new: what is first of its kind is a place. */
struct carry_found {
	uint32_t wanted;
	uint32_t number; /* of the commit, or CARRY_NONE: an old one */
	bytes path;
	const unsigned char *commit;
	bool is_reachable;
	uint32_t rank; /* with an order */
};

struct carry_list {
	struct attribute_place *at;
	size_t n;
};

struct carry {
	struct carry_question question;
	size_t id_size;
	struct pack_worker *reader;
	struct carry_memory memory;
	struct carry_tips tips; /* now */
	struct column commits;	 /* carry_commit, by name */
	struct column parents;	 /* names */
	uint32_t mark;		 /* of the last search */
	const struct attribute *order; /* or NULL */
	struct change_set *changes;
	struct column found; /* carry_found */
	struct carry_list *places; /* by wanted */
	bool is_all_reachable;
};

static inline struct carry_commit *carry_commit_at(const struct carry *r,
	size_t i)
{
	return (struct carry_commit *)r->commits.at + i;
}
static inline const unsigned char *carry_parent(const struct carry *r,
	const struct carry_commit *c, size_t i)
{
	return (const unsigned char *)r->parents.at +
	       (c->parents + i) * r->id_size;
}

/* memory.c: false: it is none. Slices of the text. */
bool carry_memory_read(struct carry_memory *m, bytes text, size_t id_size);
void carry_memory_release(struct carry_memory *m);
const struct carry_blob *carry_memory_find(const struct carry_memory *m,
	const unsigned char *id, size_t id_size);
/* The place at the front of *rest, which moves on; false at the end. */
bool carry_stored_next(bytes *rest, size_t id_size,
	struct carry_stored *out);

/* tips.c: what the refs lead to now. False: one cannot be read. */
bool carry_tips_make(struct carry *r);
/* commits.c: the commits to look at, with what reaches them. */
enum carry_answer carry_commits_take(struct carry *r);
/* CARRY_NONE: not among them. */
uint32_t carry_commit_find(const struct carry *r, const unsigned char *id);
/* Is x reached from y through commits that are looked at? */
bool carry_is_before(struct carry *r, uint32_t x, uint32_t y);
/* merge.c: all that may be a place, then the places. */
enum carry_answer carry_merge(struct carry *r);
/* head.c: which of the places HEAD has. False: it cannot be told. */
bool carry_mark_head(struct carry *r);

#endif
