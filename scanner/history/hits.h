/*
 * hits: what was found, by object, until paths and commits are known. Included
 * inside history/ only.
 */
#ifndef STANCH_HISTORY_HITS_H
#define STANCH_HISTORY_HITS_H

#include "leaks/leaks.h"
#include "pack/pack.h"

/* What was found in one object. */
enum hit_kind {
	HIT_BLOB,
	HIT_MESSAGE, /* of a commit or a tag */
	HIT_PERSON,  /* author, committer, tagger lines */
	HIT_NAME,    /* an entry's name in a tree */
	HIT_REF,     /* the name of a branch or tag */
	HIT_STAGED,  /* a path that only an index has */
};
struct hit {
	unsigned char id[PACK_ID_MAX];
	struct leak_memo *memo; /* owned */
	enum hit_kind kind;
	enum pack_type type;
	char *name; /* HIT_NAME, HIT_STAGED: it; owned */
	const char *ref; /* HIT_REF: its name; the repository's */
	size_t cost; /* bytes; this and surest are set when it is added */
	enum confidence surest;
};
struct hit_list {
	struct hit *at;
	size_t n, room;
	size_t cost;  /* sum of its hits' */
	uint64_t cut; /* sightings of hits that were over LIMIT_HITS_BYTES */
};

/* Takes over memo. */
bool history_hits_add(struct hit_list *list, const struct hit *hit);
void history_hits_release(struct hit_list *list);
/* Down to LIMIT_HITS_BYTES: the surest stay. */
void history_hits_cut(struct hit_list *list);
/* Moves all of `from`; false without memory, and nothing is moved. */
bool history_hits_take(struct hit_list *list, struct hit_list *from);
/* Names first, then by object; each name once; within the limit. */
void history_hits_settle(struct hit_list *list);

#endif
