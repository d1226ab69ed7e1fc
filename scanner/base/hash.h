/*
 * hash: content keys and digests.
 *
 * XXH3-128 keys content for deduplication inside one run (not an identity
 * that an attacker cannot forge: pass a random seed per run, hash_seed()).
 * SHA-256 makes C3IDs and checksums. Pure functions, any thread.
 */
#ifndef STANCH_BASE_HASH_H
#define STANCH_BASE_HASH_H

#include "base/bytes.h"

#include <stdint.h>

struct hash128 {
	uint64_t low, high;
};

#define SHA256_SIZE 32

struct hash128 hash_128(bytes data, uint64_t seed);
uint64_t hash_64(bytes data, uint64_t seed);
/* XXH3-128 under HASH_SECRET random bytes that nobody else knows: a key that
 * may be kept. */
#define HASH_SECRET 192
struct hash128 hash_128_secret(bytes data,
	const unsigned char secret[HASH_SECRET]);
static inline bool hash_128_equal(struct hash128 a, struct hash128 b)
{
	return a.low == b.low && a.high == b.high;
}

/* Streaming XXH3-128 for content that is read in windows. */
struct hash_stream;
struct hash_stream *hash_stream_new(void); /* NULL: no memory */
void hash_stream_free(struct hash_stream *s);
void hash_stream_begin(struct hash_stream *s, uint64_t seed);
void hash_stream_add(struct hash_stream *s, bytes data);
struct hash128 hash_stream_end(const struct hash_stream *s);

/* 64 random bits from the system; falls back to the clock and the pid. */
uint64_t hash_seed(void);

void hash_sha256(bytes data, unsigned char digest[SHA256_SIZE]);
void hash_hmac_sha256(bytes key, bytes data, unsigned char digest[SHA256_SIZE]);
/* For protocols that demand them, not for anything of ours. */
#define SHA1_SIZE 20
#define MD5_SIZE 16
void hash_sha1(bytes data, unsigned char digest[SHA1_SIZE]);
void hash_md5(bytes data, unsigned char digest[MD5_SIZE]);
void hash_hmac_sha1(bytes key, bytes data, unsigned char digest[SHA1_SIZE]);
/* SHA-1 or SHA-256 in pieces, for names of git objects: no secrets. */
#define HASH_DIGEST_MAX 32
struct hash_digest;
struct hash_digest *hash_digest_new(void); /* NULL: no memory */
void hash_digest_free(struct hash_digest *d);
void hash_digest_begin(struct hash_digest *d, size_t size); /* 20 or 32 */
void hash_digest_add(struct hash_digest *d, bytes data);
void hash_digest_end(struct hash_digest *d,
	unsigned char digest[HASH_DIGEST_MAX]);
/* IEEE 802.3 CRC-32, as zlib's crc32(). */
uint32_t hash_crc32(bytes data);

/*
 * Cross-company correlating id: base64 of the first 15 bytes of
 * SHA-256("CrossMicrosoftCorrelatingId:" + upper-case hex of SHA-256(token)).
 * Source: microsoft/security-utilities. "test" -> rPHgxCVAOw6CZsT9xXEw.
 */
#define C3ID_LENGTH 20
void hash_c3id(bytes token, char id[C3ID_LENGTH + 1]);

/* The versions of libraries that run here: "0.8.1", "3.0.16". */
#define HASH_LIBRARY 16
void hash_library_xxhash(char text[HASH_LIBRARY]);
const char *hash_library_crypto(void);
#endif
