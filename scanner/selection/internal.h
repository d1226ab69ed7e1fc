/*
 * internal: what selection/'s files share.
 */
#ifndef STANCH_SELECTION_INTERNAL_H
#define STANCH_SELECTION_INTERNAL_H

#include "change/change.h"
#include "selection/selection.h"

#include <stdatomic.h>

#define NO_CHANGE UINT32_MAX

enum pick_kind {
	PICK_BLOB,
	PICK_COMMIT,
	PICK_TAG,
	PICK_NAME, /* the path of a change */
};

/* One text to scan. Written by the one worker whose unit it is in. */
struct pick {
	const unsigned char *id;
	uint32_t change; /* the first one that brings it */
	enum pick_kind kind;
	struct leak_memo *memo;	  /* owned */
	struct leak_memo *people; /* author lines, owned */
};

struct selection {
	const struct repo *repo;
	struct selection_options options;
	struct pack_store *store;
	struct change_set *changes;
	unsigned char *commits, *tags; /* copies of what was added */
	size_t commit_count, tag_count;
	bool is_index;
	struct pick *picks;
	size_t pick_count;
	uint32_t *next; /* by change: the next with the same blob and key */
	struct selection_worker **workers;
	size_t worker_count;
	atomic_flag registering;
};

struct selection_worker {
	struct selection *owner;
	struct scan *scan;
	struct pack_worker *reader;
	struct leak_memo *memo; /* of the text in work; NULL: none made */
	struct selection_ledger ledger;
	struct detect_ledger before;
	bool failed; /* no memory */
};

/* plan.c */
bool selection_plan_picks(struct selection *s);
/* scan.c: a blob into a sink; how it went. `is_there` is set. */
enum pack_problem selection_scan_blob(struct selection_worker *w,
	const unsigned char *id, const struct detect_text *text,
	bool *is_there);

#endif
