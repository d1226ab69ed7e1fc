/*
 * inflate: deflated data, and deltas. Included by this room only.
 */
#ifndef STANCH_PACK_INFLATE_H
#define STANCH_PACK_INFLATE_H

#include "base/bytes.h"

#include <stdint.h>

struct pack_inflate; /* one thread's decompressor */
struct pack_inflate *pack_inflate_new(void);
void pack_inflate_free(struct pack_inflate *z);
/* Exactly n bytes, or false. */
bool pack_inflate_all(struct pack_inflate *z, bytes in, unsigned char *out,
	size_t n);
/* Nanoseconds in it since the start. */
uint64_t pack_inflate_spent(const struct pack_inflate *z);
/* The deflated size of what inflates to `size` bytes; 0: it does not. */
size_t pack_inflate_measure(struct pack_inflate *z, bytes in, uint64_t size);
/* In pieces, for what is too large to hold: false when it breaks or is not
 * exactly `size` bytes long. */
typedef void pack_piece(void *context, bytes piece);
bool pack_inflate_stream(bytes in, uint64_t skip, uint64_t size,
	pack_piece *piece, void *context);

/* The two sizes at the start of a delta; false when they do not parse. */
bool pack_delta_sizes(bytes delta, uint64_t *base, uint64_t *result);
/* Apply; out has room for the result's size, as pack_delta_sizes said. */
bool pack_delta_apply(bytes delta, bytes base, unsigned char *out, size_t n);

#endif
