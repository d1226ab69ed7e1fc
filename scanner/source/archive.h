/*
 * archive: what is inside archives and compressed files. A part of
 * source.h, which includes it.
 */
#ifndef STANCH_SOURCE_ARCHIVE_H
#define STANCH_SOURCE_ARCHIVE_H

#include "base/bytes.h"
#include "base/error.h"
#include "source/skip.h"

#include <stdint.h>

struct source_input;

/*
 * Is this the beginning of an archive or compressed file that we open? By
 * content, not by name, and strictly: fields and header checksums must be
 * right. 512 bytes are wanted (tar); fewer find fewer kinds.
 *
 * An archive's own bytes are to be scanned as well as its members: between,
 * before and behind members there is room to hide, and what only looks like
 * an archive stays covered. (A token in a stored member then shows up at
 * two places of one leak.) Members are told in the same way: a nested
 * archive's bytes first, then what is in it.
 */
#define SOURCE_ARCHIVE_HEAD 512
bool source_is_archive(bytes head);

struct source_archive_limits {
	unsigned depth;	      /* nesting, 0: do not open */
	uint64_t max_member;  /* bytes of one member; 0: no cap */
};

/* Members of an archive, told one after another; the data comes in pieces of
 * any size between begin and end. begin returns false to pass over it. */
struct source_member_listener {
	/* path: "outer.zip!inner/path", valid until end; a symbolic link's
	 * data is its target */
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
 * members; archives inside are opened down to limits->depth, where every
 * layer of compression over the first counts too. Begins at the first byte
 * of a file. `name` is the outer path. What is wrong with the archive is
 * told to `skipped`, and is OK; ERR_UNSUPPORTED when libarchive is not
 * installed, ERR_INTERRUPTED when is_stopped said so.
 */
enum status source_archive_scan(struct source_input *in, bytes name,
	const struct source_archive_limits *limits,
	const struct source_member_listener *listener, struct error *err)
	MUST_USE;

#endif
