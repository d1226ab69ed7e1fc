/*
 * skip: why something was not (wholly) scanned. Pure functions, any thread.
 */
#ifndef STANCH_SOURCE_SKIP_H
#define STANCH_SOURCE_SKIP_H

#include <stdbool.h>

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
	SKIP_LIMIT,	    /* another cap of base/limits.h: in part */
	SKIP_COUNT,
};
const char *source_skip_name(enum source_skip why);
/* Failed (true) or skipped by rule (false), for the ledger. */
bool source_skip_is_failure(enum source_skip why);

#endif
