/*
 * internal: what receive/ and stanch-partner say to each other, in frames of
 * net/frame.h with kinds of their own, and the reading of two headers.
 */
#ifndef STANCH_RECEIVE_INTERNAL_H
#define STANCH_RECEIVE_INTERNAL_H

#include "base/buf.h"
#include "net/frame.h"
#include "receive/receive.h"

/* Both sides are built together; another version is refused. */
#define RECEIVE_VERSION 1u
#define RECEIVE_PROGRAM "stanch-partner"

enum receive_frame {
	RECEIVE_FRAME_CONFIG = 1, /* version, options; no path: READY */
	RECEIVE_FRAME_KEYS,	  /* unknown, count, ids and keys */
	RECEIVE_FRAME_ANSWER,	  /* id, status, body */
	RECEIVE_FRAME_STOP,
	RECEIVE_FRAME_READY,	  /* version; 1: it listens; libraries */
	RECEIVE_FRAME_SIGNED,	  /* id, key id, body */
	RECEIVE_FRAME_WANTED,	  /* key id */
	RECEIVE_FRAME_REFUSED,	  /* a count for each reason */
};

static inline size_t receive_frame_begin(struct buf *b,
	enum receive_frame kind)
{
	return frame_begin(b, (enum frame_kind)kind);
}

/*
 * head.c: the two headers of a request. Hostile texts.
 *
 * A key's id: 8 to RECEIVE_KEY_ID hex digits; `id` gets them in lower case.
 */
bool receive_head_id(bytes text, char id[RECEIVE_KEY_ID + 1]);
/* A signature in base64: DER of two numbers of 256 bits, 72 bytes at most;
 * its first and last byte are looked at, the rest is libcrypto's. */
#define RECEIVE_SIGNATURE 72
bool receive_head_signature(bytes text,
	unsigned char signature[RECEIVE_SIGNATURE], size_t *n);

#endif
