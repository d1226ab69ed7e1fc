/*
 * vault: secrets that an audit's scanners found, in memory, until their
 * providers were asked about them. By fingerprint, each once, however many
 * repositories have it. Nothing of it is ever written anywhere; it is wiped
 * when it is freed. One thread.
 */
#ifndef STANCH_VAULT_VAULT_H
#define STANCH_VAULT_VAULT_H

#include "base/bytes.h"
#include "base/error.h"

struct vault;

/* Companions of one secret, at most: as many as a sighting has. */
#define VAULT_PARTS 4
struct vault_part {
	bytes rule, secret;
	bool is_near; /* it stood within a few lines */
};
struct vault_secret {
	bytes secret;
	struct vault_part parts[VAULT_PARTS];
	size_t part_count;
};

struct vault *vault_new(void); /* NULL: no memory */
void vault_free(struct vault *v); /* accepts NULL */

enum vault_kept {
	VAULT_KEPT, /* or there already; parts are added to it */
	VAULT_FULL, /* no memory, or over VAULT_MOST bytes */
	VAULT_FALSE, /* the fingerprint is not this secret's */
};
/* Bytes of all secrets together. */
#define VAULT_MOST ((size_t)256 << 20)
/* Copied. Who says it may have been taken over by what it scanned: where a
 * fingerprint can be computed from the secret, it must be right. */
enum vault_kept vault_put(struct vault *v, bytes fingerprint,
	const struct vault_secret *secret);
bool vault_has(const struct vault *v, bytes fingerprint);
/* False: it is not there. Slices into the vault. */
bool vault_find(const struct vault *v, bytes fingerprint,
	struct vault_secret *out);

#endif
