/*
 * source: where bytes come from. Directory trees, files, standard input and
 * archives; no threads, no detection. The engine drives: it lists trees and
 * opens what was listed, from any of its threads.
 *
 * Everything here is hostile: names, links, special files, sizes. Nothing is
 * followed out of the root that the user named; only regular files are read;
 * what is passed over is said to the listener with a reason.
 */
#ifndef STANCH_SOURCE_SOURCE_H
#define STANCH_SOURCE_SOURCE_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdint.h>

/* Why a file was not (wholly) scanned. `source_skip_name` gives the key of
 * the ledger ("too_large", ...). */
enum source_skip {
	SKIP_NONE,
	SKIP_SPECIAL,	    /* fifo, socket, device */
	SKIP_UNREADABLE,    /* open, read or readdir refused: failed */
	SKIP_TOO_LARGE,	    /* over --max-file-size */
	SKIP_VANISHED,	    /* gone, or shrunk while being read: failed */
	SKIP_OTHER_DEVICE,  /* a mount point below the root */
	SKIP_DEPTH,	    /* directories nested over LIMIT_TREE_DEPTH */
	SKIP_ARCHIVE_DEPTH, /* archives nested over the cap */
	SKIP_ARCHIVE_RATIO, /* expands too much: scanned in part */
	SKIP_ARCHIVE_MEMBERS, /* too many members: scanned in part */
	SKIP_ARCHIVE_BROKEN, /* damaged or an unknown kind: failed */
	SKIP_ARCHIVE_ENCRYPTED, /* needs a password */
	SKIP_LINK_LOOP,	    /* a symbolic link that cannot be read */
	SKIP_LIMIT,	    /* another cap of base/limits.h */
	SKIP_COUNT,
};
const char *source_skip_name(enum source_skip why);
/* Failed (true) or skipped by rule (false), for the ledger. */
bool source_skip_is_failure(enum source_skip why);

/* ---- directory trees ---------------------------------------------------- */

struct source_tree;

struct source_tree_options {
	bool ignored;	/* also what .gitignore leaves out */
	bool other_devices; /* cross mount points */
};

/*
 * Open a root directory. Inside a git repository (found by a `.git` at the
 * root or above it) untracked files that .gitignore names are left out
 * unless `ignored`; `.git` itself is always left out. Reads no git config.
 */
enum status source_tree_open(struct source_tree **out, const char *root,
	const struct source_tree_options *options, struct error *err) MUST_USE;
void source_tree_close(struct source_tree *tree);

/* What a directory holds, told entry by entry. `path` is relative to the
 * root, '/'-separated, valid during the call. */
struct source_listener {
	void (*file)(void *context, bytes path, uint64_t size_hint);
	void (*link)(void *context, bytes path, bytes target);
	void (*directory)(void *context, bytes path);
	void (*skipped)(void *context, bytes path, enum source_skip why);
	/* left out by .gitignore: not a skip, counted apart */
	void (*ignored)(void *context, bytes path);
	void *context;
};
/* List one directory ("" is the root). Entries come sorted by name. Any
 * thread; several at once. Fails only when the directory cannot be listed;
 * that has also been said to `skipped`. */
enum status source_tree_list(struct source_tree *tree, bytes path,
	const struct source_listener *listener, struct error *err) MUST_USE;
/*
 * Open one listed file for reading: O_NOFOLLOW, O_NONBLOCK, regular files
 * only, beneath the root (openat2). A descriptor, or -1 with *why.
 * `directory` handles are cached per thread by struct source_reader.
 */

/* ---- reading ------------------------------------------------------------ */

/* Per-thread state for opening and reading: a cached directory handle. */
struct source_reader;
struct source_reader *source_reader_new(void);
void source_reader_free(struct source_reader *r);

/* An open input. */
struct source_input;

/* NULL with *why and err when it cannot be opened. size is from fstat. */
struct source_input *source_open_in_tree(struct source_reader *r,
	struct source_tree *tree, bytes path, enum source_skip *why,
	struct error *err);
/* A file that the user named: links are followed here, and only here. */
struct source_input *source_open_file(struct source_reader *r,
	const char *path, enum source_skip *why, struct error *err);
struct source_input *source_open_stdin(struct source_reader *r,
	struct error *err);
uint64_t source_size(const struct source_input *in);
/*
 * Up to room bytes into at; *n is 0 at the end. EINTR and short reads are
 * handled inside: fewer than room means that the end is near.
 * SKIP_VANISHED through *why when the file shrank below its size.
 */
enum status source_read(struct source_input *in, void *at, size_t room,
	size_t *n, enum source_skip *why, struct error *err) MUST_USE;
/* Back to the first byte; false when it is not a file. */
bool source_rewind(struct source_input *in);
void source_close(struct source_input *in);

/* ---- archives ----------------------------------------------------------- */

/* Is this the beginning of an archive or compressed file that we open? By
 * content, not by name. 264 bytes or more are wanted (tar). */
bool source_is_archive(bytes head);

struct source_archive_limits {
	unsigned depth;	      /* nesting, 0: do not open */
	uint64_t max_member;  /* bytes of one member; 0: no cap */
};

/* Members of an archive, told one after another; the data comes in pieces of
 * any size between begin and end. begin returns false to pass over it. */
struct source_member_listener {
	/* path: "outer.zip!inner/path", valid until end */
	bool (*begin)(void *context, bytes path);
	void (*data)(void *context, bytes piece);
	void (*end)(void *context);
	/* a member, or the archive itself, not scanned or in part */
	void (*skipped)(void *context, bytes path, enum source_skip why);
	/* asked now and then: true stops (a signal came) */
	bool (*is_stopped)(void *context);
	void *context;
};
/*
 * Open an archive through libarchive (loaded when first needed) and tell its
 * members; archives inside are opened down to limits->depth. `name` is the
 * outer path. ERR_UNSUPPORTED when libarchive is not installed.
 */
enum status source_archive_scan(struct source_input *in, bytes name,
	const struct source_archive_limits *limits,
	const struct source_member_listener *listener, struct error *err)
	MUST_USE;

#endif
