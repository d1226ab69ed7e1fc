/* seal: inside spool/ only: one text made unreadable, and readable again. */
#ifndef STANCH_SPOOL_SEAL_H
#define STANCH_SPOOL_SEAL_H

#include "base/buf.h"
#include "base/hash.h"

#define SEAL_KEY SHA256_SIZE
#define SEAL_NONCE 12
#define SEAL_TAG 16

/*
 * Append nonce, sealed text and tag to `out`. `beside` is not sealed, and must
 * be the same to open it. False without memory or random bytes.
 */
bool seal_close(const unsigned char key[SEAL_KEY], bytes beside, bytes text,
	struct buf *out);
/* Append the text. False when it is not what was sealed with this key. */
bool seal_open(const unsigned char key[SEAL_KEY], bytes beside, bytes sealed,
	struct buf *out);

#endif
