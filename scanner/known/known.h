/*
 * known: what earlier runs have seen of a repository, so that a run looks at
 * what is new, and its results still equal those of a run that looks at all.
 *
 * Two memories, both exact:
 *
 * A state, of one repository: its packs and loose objects (by stamp: pack/
 * parts.h), its refs, and of each pack which entries are not clean: those
 * that gave a finding, or a count in the ledger. A run with the same rules
 * visits entries that are not clean and parts that it does not know. So what
 * is found in old objects is found anew, never remembered: a state holds no
 * secret. (Where findings stood is carried in it for carry/, which says when
 * that holds.) When an object is gone, names of objects led nowhere or the
 * name of a file was a finding, the state is only good to tell that nothing at
 * all has changed.
 *
 * Contents, of all repositories: keys of blobs in which no rule saw anything,
 * not even a candidate that was dropped. A key is XXH3-128 under a secret of
 * the store, over bytes that we rebuilt: a name is a claim. It also serves
 * rules that were added later: such a blob is scanned with these alone.
 */
#ifndef STANCH_KNOWN_KNOWN_H
#define STANCH_KNOWN_KNOWN_H

#include "base/buf.h"
#include "base/hash.h"
#include "pack/parts.h"
#include "repo/repo.h"

/* ---- contents ------------------------------------------------------------ */

/*
 * A table in memory that processes share: one of them adds, those that it
 * forked look. It never moves and never grows; a full one takes no more.
 */
struct known_contents;
/* Room for so many keys, 32 bytes each, taken from the system when touched. */
struct known_contents *known_contents_new(size_t keys);
void known_contents_free(struct known_contents *c);
/* `rules` stands for the rules under which the content is bare. */
void known_contents_add(struct known_contents *c, struct hash128 key,
	uint64_t rules);
bool known_contents_has(const struct known_contents *c, struct hash128 key,
	uint64_t rules);
size_t known_contents_count(const struct known_contents *c);

/* ---- one repository ------------------------------------------------------ */

struct known_options {
	bytes state; /* of the last run; empty: none. Borrowed */
	/* Rules, options and version that what is known depends on; and those
	 * of a run before which lacked nothing but added rules; 0: none. */
	uint64_t rules, rules_before;
	const unsigned char *secret; /* HASH_SECRET bytes; borrowed */
	const struct known_contents *contents; /* or NULL */
	bool is_private; /* nobody writes to the repository while we read */
	bool is_again;	 /* never KNOWN_ALL: what was found is wanted again */
};

enum known_extent {
	KNOWN_NOTHING, /* all is visited; contents may still be known */
	KNOWN_PARTS,   /* `choice` is to be visited */
	KNOWN_ALL,     /* nothing has changed since */
};

struct known;
struct known *known_new(const struct known_options *options);
void known_free(struct known *k);

/* Compare the state with what is there. Alone, once, before any sweep. */
enum status known_look(struct known *k, const struct repo *repo,
	struct pack_store *store, struct error *err) MUST_USE;
enum known_extent known_extent(const struct known *k);
const struct pack_choice *known_choice(const struct known *k);

/*
 * When it is KNOWN_PARTS, and no part of what was there may have come to mean
 * something else - all of it is the same, stands on itself, and what a new
 * part has of a name that was there is what was there: what the last run gave
 * as `carried`. Else empty. O(new objects) the first time; alone.
 */
bytes known_carried(struct known *k);
/* With KNOWN_PARTS: what was missing then and is missing still. */
const unsigned char *known_missing(const struct known *k, size_t *count);
/* Was there an object of this name, then? Only when that is not empty. */
bool known_was_there(const struct known *k, const unsigned char *id);

enum known_content {
	KNOWN_NEW,
	KNOWN_BARE,	   /* nothing in it */
	KNOWN_BARE_BEFORE, /* nothing but for the added rules */
};
struct hash128 known_key(const struct known *k, bytes content);
/* Any thread. */
enum known_content known_content(const struct known *k, struct hash128 key);

/* What a run saw, for the next state. */
struct known_seen {
	/* names of objects that are not clean: id_size bytes each, sorted */
	const unsigned char *ids;
	size_t count;
	bool is_closed; /* every name led to an object, but for these */
	const unsigned char *missing; /* names, ascending, that led to none */
	size_t missing_count;
	bool has_names; /* a name in a tree was a finding */
	const struct pack_sweep *sweep; /* of the first phase */
	bytes carried; /* kept as it is: known_carried */
};
/* Append the state to `out`; nothing when none can be had. Alone, at the end
 * of a run that was not stopped, with the repository still open. */
void known_put_state(const struct known *k, const struct known_seen *seen,
	struct buf *out);

#endif
