/*
 * signing: proofs that a key is held, which requests carry.
 *
 * Pure functions of texts; what they make goes into headers and bodies of
 * request/. RSA is libcrypto's, loaded when the first such key is met: linked,
 * it would add four megabytes to the program. Where the library is not there
 * (the static program) nothing is signed, and so nothing is asked.
 *
 * Keys come from scanned files and are hostile: sizes are bounded, and a key
 * that is none gives ERR_FORMAT. Copies of them are wiped. Any thread.
 *
 * Sources: Azure Cosmos DB REST, "Access control on Cosmos DB resources"; RFC
 * 6749 2.3.1 (client authentication); RFC 7515, RFC 7518 3.3 (RS256), RFC 7523
 * (assertions).
 */
#ifndef STANCH_SIGNING_SIGNING_H
#define STANCH_SIGNING_SIGNING_H

#include "base/buf.h"
#include "base/error.h"

/* Puts the value of an Authorization header, URL-encoded, by an account's
 * master key (base64). `path` is the resource's, without a slash before it;
 * `date` is what x-ms-date says. */
enum status signing_cosmos(const char *method, bytes path, bytes key,
	bytes date, struct buf *out, struct error *err) MUST_USE;

/* Puts base64 of "id:secret", both form-encoded before. */
void signing_client(bytes id, bytes secret, struct buf *out);

struct signing_assertion {
	bytes issuer, audience, scope, key_id; /* the last two may be empty */
	bytes now;			       /* Unix seconds, digits */
};

/* Puts a signed JWT that lives for five minutes. `pem` is a private RSA key,
 * PKCS#8 or PKCS#1; its newlines may be the two bytes \n, as in JSON. */
enum status signing_assertion(const struct signing_assertion *a, bytes pem,
	struct buf *out, struct error *err) MUST_USE;

#endif
