/*
 * internal: what history/'s files share.
 */
#ifndef STANCH_HISTORY_INTERNAL_H
#define STANCH_HISTORY_INTERNAL_H

#include "attribute/attribute.h"
#include "base/column.h"
#include "history/history.h"
#include "history/memory.h"
#include "history/hits.h"
#include "carry/carry.h"

#include <stdatomic.h>

/* Names already scanned, by seeded hash; when it is full, names are scanned
 * again. */
struct history_names {
	uint64_t *keys; /* room of them, 0: free */
	size_t n, room;
	uint64_t seed;
};
/* Was it there already? It is, after this. */
bool history_names_has(struct history_names *names, bytes name);
/* Is it there? */
bool history_names_knows(const struct history_names *names, bytes name);

enum phase {
	PHASE_SCAN,
	PHASE_ORDER, /* commits and tags again, to know which is first */
	PHASE_ATTRIBUTE, /* and trees */
	PHASE_DONE,
};

/* A path at which an index holds a wanted blob. */
struct history_staged {
	size_t wanted;
	char *path;
};

struct history {
	const struct repo *repo;
	struct history_options options;
	struct pack_store *store;
	struct pack_sweep *sweep; /* of the phase in work */
	struct pack_sweep *scanned; /* of the first; may be the same */
	uint64_t known; /* objects that were left out */
	enum phase phase;
	struct attribute *attribute;
	struct carry *carry;	/* NULL: nothing is carried over */
	bool is_carried;	/* places come from it, not from attribute */
	struct column visited;	/* names of commits, for it */
	unsigned char *tips; /* names that refs hold, for attribute */
	struct hit_list hits; /* gathered, sorted by name of object */
	unsigned char *wanted; /* names of the blobs to attribute */
	const char **wanted_names; /* names of entries, borrowed from hits */
	size_t wanted_name_count;
	size_t *wanted_of;     /* by hit: index of its places */
	size_t wanted_count;
	struct history_staged *staged;
	size_t staged_count;
	struct history_worker **workers;
	size_t worker_count;
	atomic_flag registering;
	atomic_flag has_refs_scanned; /* somebody does, or did */
	bool has_path_rules; /* that find files by their names */
	bool is_closed; /* every name led to an object, but for these */
	bool is_attributed; /* of all trees */
	unsigned char *missing; /* names, ascending; the last run's, or ours */
	size_t missing_count;
	struct history_ledger ledger;
	uint64_t phase_started;
};

struct history_worker {
	struct history *owner;
	struct scan *scan;
	struct pack_worker *pack;
	struct attribute_worker *attribute;
	struct leak_memo *memo; /* of the text in work; NULL: none made */
	struct hit_list hits;
	struct history_names names;
	struct history_ledger ledger; /* counts of this thread */
	struct detect_ledger before;
	unsigned char large_id[PACK_ID_MAX]; /* of a streamed object */
	bool is_large_copy, is_stream_broken;
	uint64_t large_marks; /* at its start */
	bool failed; /* no memory for a hit */
	uint64_t kept; /* hits, those that were cut too */
	bool has_names; /* one was the name of an entry */
	struct history_soiled soiled;
	struct history_keys keys;
	struct column commits; /* names of those visited, when some were not */
	uint64_t tree_bytes;   /* of trees visited */
	uint64_t units_spent, trees_spent; /* nanoseconds, in the scan */
	struct pack_times pack_spent;
	struct scan *added; /* with the rules that were added, when needed */
};

/* scan.c: keep what the text in work gave, if anything; takes the name. */
void history_keep(struct history_worker *w, const unsigned char *id,
	enum pack_type type, enum hit_kind kind, char *name);
/* One text in memory; true when it gave something. */
bool history_scan_text(struct history_worker *w, bytes data);
/* The same for a name, and for rules that look at paths alone. */
enum history_named { HISTORY_FILE, HISTORY_DIRECTORY };
bool history_scan_name(struct history_worker *w, bytes name,
	enum history_named named);

/* tree.c: an entry that no tree before had; what does not parse of a tree. */
void history_look_at(void *worker, const struct treelog_fresh *fresh);
void history_scan_rest(struct history_worker *w, const unsigned char *tree,
	bytes rest);

/* carry.c: where findings stood, from what the last run knew. */
enum carry_answer history_carry(struct history *h,
	const struct attribute *order);
/* Is what was visited closed: is_closed, missing. Then of all trees, after
 * attribute_finish. */
void history_close_visited(struct history *h,
	const struct attribute_question *question);
void history_close_all(struct history *h,
	const struct attribute_question *question);
/* For the next run; empty when nothing can be carried. */
void history_carry_on(struct history *h, struct buf *out);
/* Remember a commit that is visited. */
void history_carry_commit(struct history_worker *w, const unsigned char *id);
/* Places of the i-th wanted blob or name, wherever they come from. */
size_t history_place_count(const struct history *h, size_t wanted);
const struct attribute_place *history_place_at(const struct history *h,
	size_t wanted, size_t i);
bool history_is_tip(const struct history *h, size_t wanted);

/* index.c: after the first phase: paths that only an index has; then where
 * indexes hold wanted blobs. */
bool history_index_paths(struct history *h);
bool history_index_places(struct history *h);

/* refs.c: which refs lead to the i-th place of a hit. NULL: no memory, or
 * stopped. */
struct told_refs;
struct told_refs *history_refs_new(struct history *h, struct leaks *leaks);
void history_refs_free(struct told_refs *r);
const struct leak_refs *history_refs_of(const struct told_refs *r, size_t hit,
	size_t place);

/* scan.c: the visitor of the first phase. */
void history_scan_unit(struct history_worker *w, size_t unit);

#endif
