/*
 * wire: what coordinator, nursery, fetchers and scanners say to each other.
 * Frames are those of net/frame.h, with kinds of our own. What a scanner says
 * was made from hostile bytes by a process that may have been taken over: it
 * is bounded, parsed with care, and can say no more than what was found in
 * the one repository that it was given.
 */
#ifndef STANCH_NURSERY_WIRE_H
#define STANCH_NURSERY_WIRE_H

#include "net/frame.h"

/* What a fetcher says of a wiki without a repository: a skip. */
#define WIRE_NO_WIKI "no_wiki"

enum wire_kind {
	/* to a child, the first and only one */
	WIRE_SCAN = 64, /* threads, is private, is again, path, state */
	WIRE_FETCH,	/* url, directory, most bytes of one file */
	/* from a child */
	WIRE_PLACE,   /* see nursery/child.c: put_place */
	WIRE_SECRET,  /* when asked for: see nursery/child.c: put_secret */
	WIRE_KEYS,    /* of bare contents, 16 bytes each */
	WIRE_STATE,   /* the next state */
	WIRE_SUMMARY, /* numbers, then the record */
	WIRE_SAME,    /* nothing has changed */
	WIRE_FAILED,  /* a word for the ledger, a text */
	WIRE_END,     /* all was said */
};

static inline size_t wire_begin(struct buf *b, enum wire_kind kind)
{
	return frame_begin(b, (enum frame_kind)kind);
}

/* All of it, or false. */
bool wire_write(int fd, bytes data);
/* The next whole frame, waiting for it; `in` keeps what came behind it. False
 * at the end and on what is no frame. */
bool wire_read(int fd, struct buf *in, enum wire_kind *kind,
	struct buf *fields);

#endif
