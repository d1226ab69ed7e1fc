/*
 * frame: what stanch and stanch-net say to each other.
 *
 * A frame is a length (4 bytes, little-endian, of what follows), a kind (1
 * byte), and fields in a fixed order: numbers of 4 or 8 bytes, little-endian,
 * and byte strings behind their length. Both sides are built together; the
 * first frame carries the version, and another is refused.
 */
#ifndef STANCH_NET_FRAME_H
#define STANCH_NET_FRAME_H

#include "base/buf.h"

#include <stdint.h>

#define FRAME_VERSION 2u
/* Bytes of one frame: a body of NET_BODY_MOST with its headers fits. */
#define FRAME_MOST ((size_t)20 << 20)

enum frame_kind {
	FRAME_CONFIG = 1, /* version, then net_config */
	FRAME_REQUEST,
	FRAME_MAIL,
	FRAME_ANSWER,
	FRAME_READY, /* version, and the text of libcurl's */
};

/* Begin a frame in b; returns where, for frame_end. */
size_t frame_begin(struct buf *b, enum frame_kind kind);
void frame_end(struct buf *b, size_t begun);
void frame_put_u32(struct buf *b, uint32_t value);
void frame_put_u64(struct buf *b, uint64_t value);
void frame_put_bytes(struct buf *b, bytes value);
void frame_put_text(struct buf *b, const char *text); /* NULL: "" */

/*
 * The first whole frame of `data`, if there is one: its kind, its fields and
 * how many bytes it took. 0: more is needed; BYTES_NONE: not a frame.
 */
size_t frame_cut(bytes data, enum frame_kind *kind, bytes *fields);

/*
 * Hand on every whole frame of `in`, drop them from it and wipe where they
 * stood. False, with `in` as it was: one is none, or `take` said no.
 */
typedef bool frame_taker(void *context, enum frame_kind kind, bytes fields);
bool frame_take_all(struct buf *in, frame_taker *take, void *context);

/* Reading fields: past the end `failed` is set and values are empty. */
struct frame_reader {
	bytes rest;
	bool failed;
};
uint32_t frame_get_u32(struct frame_reader *r);
uint64_t frame_get_u64(struct frame_reader *r);
bytes frame_get_bytes(struct frame_reader *r);

#endif
