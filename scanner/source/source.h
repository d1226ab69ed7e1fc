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
#include "source/archive.h"
#include "source/skip.h"

#include <stdint.h>

/* ---- directory trees ---------------------------------------------------- */

struct source_tree;

struct source_tree_options {
	bool ignored;	/* also what .gitignore leaves out */
	bool other_devices; /* cross mount points */
};

/*
 * Open a root directory, which may be named through a link. Inside a git
 * repository (found by a `.git` at the root, above it, or in a directory
 * below) untracked files that .gitignore names are left out unless
 * `ignored`; `.git` itself is always left out. Reads no git config. A root
 * that is itself ignored is listed whole: whoever names it wants it.
 */
enum status source_tree_open(struct source_tree **out, const char *root,
	const struct source_tree_options *options, struct error *err) MUST_USE;
void source_tree_close(struct source_tree *tree);

/* What a directory holds, told entry by entry. `path` is relative to the
 * root, '/'-separated, valid during the call. */
struct source_listener {
	/* size_hint is 0: unknown, since asking costs a call for each file */
	void (*file)(void *context, bytes path, uint64_t size_hint);
	void (*link)(void *context, bytes path, bytes target);
	void (*directory)(void *context, bytes path);
	void (*skipped)(void *context, bytes path, enum source_skip why);
	/* left out by .gitignore: not a skip, counted apart; a directory is
	 * told once, what is in it is not looked at */
	void (*ignored)(void *context, bytes path);
	/* below the root: this directory is a repository, or its working
	 * tree. Its `.git` is left out as any. NULL: nobody asks. */
	void (*repository)(void *context, bytes path);
	void *context;
};
/*
 * List one directory ("" is the root). Entries come sorted by name. Any
 * thread; several at once; a directory after the one it is in, since rules
 * pass from one to the other (else more is told, not less). Fails only when
 * it cannot be listed; that, too, has been said to `skipped`.
 */
enum status source_tree_list(struct source_tree *tree, bytes path,
	const struct source_listener *listener, struct error *err) MUST_USE;

/* ---- reading ------------------------------------------------------------ */

/* Per-thread state for opening and reading: a cached directory handle, and
 * libarchive once it was needed. It outlives its inputs. */
struct source_reader;
struct source_reader *source_reader_new(void);
void source_reader_free(struct source_reader *r);
/* Asked while a pipe or a terminal has nothing to say, ten times a second;
 * true makes source_read fail with ERR_INTERRUPTED. */
void source_reader_set_stop(struct source_reader *r,
	bool (*is_stopped)(void *context), void *context);

/* An open input. A regular file, or what standard input is. */
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
 * handled inside: fewer than room means that the end or a hole is near.
 * On failure *why is SKIP_VANISHED when the file shrank below its size,
 * SKIP_LIMIT when it grows without end, else SKIP_UNREADABLE.
 */
enum status source_read(struct source_input *in, void *at, size_t room,
	size_t *n, enum source_skip *why, struct error *err) MUST_USE;
/*
 * Bytes of a sparse file's hole (over 1 MiB, all zero) that were passed over
 * just before what the last source_read gave: add them to offsets, and let
 * no match reach across. 0 nearly always.
 */
uint64_t source_hole(const struct source_input *in);
/* Back to the first byte; false when it is not a file. */
bool source_rewind(struct source_input *in);
/*
 * Put back what was read from the beginning of an input that cannot be
 * rewound (an archive on a pipe); head is borrowed until it was read again.
 */
void source_unread(struct source_input *in, bytes head);
void source_close(struct source_input *in);

/* The version of libarchive, loaded for it; false: it is not there. */
#define SOURCE_LIBRARY 32
bool source_library(char text[SOURCE_LIBRARY]);
#endif
