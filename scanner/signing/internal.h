/* internal: what the files of this room share. */
#ifndef STANCH_SIGNING_INTERNAL_H
#define STANCH_SIGNING_INTERNAL_H

#include "signing/signing.h"

/* All but A-Z a-z 0-9 - . _ ~ as %XX. */
void signing_escape(bytes in, struct buf *out);

/* rsa.c: PKCS#1 1.5 with SHA-256, by a key in DER. */
enum status signing_rsa_sha256(bytes der, bytes data, struct buf *out,
	struct error *err) MUST_USE;

#endif
