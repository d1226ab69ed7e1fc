/*
 * base64: RFC 4648, both alphabets. Pure functions, any thread.
 */
#ifndef STANCH_BASE_BASE64_H
#define STANCH_BASE_BASE64_H

#include "base/buf.h"

/* The standard alphabet, padded. */
void base64_put(struct buf *out, bytes data);
/* The URL alphabet, not padded. */
void base64_put_url(struct buf *out, bytes data);
/* Either alphabet, padded or not; false, with something put, when it is
 * neither. */
bool base64_decode(bytes text, struct buf *out);

#endif
