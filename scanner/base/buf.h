/*
 * buf: a growing byte buffer with a maximum.
 *
 * Invariant: n <= room <= max. A failed append (no memory, or over max) sets
 * `failed` and changes nothing else; later appends do nothing, so that a
 * writer appends freely and asks once at the end. Always followed by a NUL
 * that n does not count, so buf_text() may be given to libc when the content
 * holds no NUL. Owned by one thread at a time.
 */
#ifndef STANCH_BASE_BUF_H
#define STANCH_BASE_BUF_H

#include "base/bytes.h"
#include "base/error.h"

struct buf {
	unsigned char *at;
	size_t n;
	size_t room;
	size_t max;
	bool failed;
};

/* An empty buffer that will never hold more than max bytes. */
void buf_init(struct buf *b, size_t max);
/* Frees the content; accepts a zeroed object; leaves an empty one. */
void buf_release(struct buf *b);
/* As release, after wiping what was held. For content with secrets. */
void buf_release_wiped(struct buf *b);
/* Empties without freeing; also clears `failed`. */
void buf_clear(struct buf *b);

void buf_put(struct buf *b, bytes data);
void buf_put_byte(struct buf *b, unsigned char c);
void buf_put_text(struct buf *b, const char *text);
void buf_printf(struct buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Make sure that `more` bytes can follow without growing; false on failure. */
bool buf_reserve(struct buf *b, size_t more);

/*
 * Memory that is written from end to end: the kernel is asked for pages of
 * 2 MiB, where it has some. Of the 10 ms that a hook has, a third went to the
 * faults of an index of 9 MB.
 */
void buf_hint_large(void *at, size_t n);

static inline bytes buf_bytes(const struct buf *b)
{
	return bytes_of(b->at, b->n);
}
/* Terminated view of the content; "" when empty. Valid until the next put. */
const char *buf_text(const struct buf *b);
/* Hand over the content (malloc'd, terminated) to the caller; b is empty. */
char *buf_detach(struct buf *b);

#endif
