/* OpenSSL's low-level SHA-256 is deprecated in favour of EVP, but EVP loads
 * providers at run time (milliseconds, and libcrypto whole); the plain
 * functions link statically and need no set-up. */
#define OPENSSL_SUPPRESS_DEPRECATED
#define XXH_INLINE_ALL
#include "base/hash.h"

#include "base/clock.h"

#include <openssl/md5.h>
#include <openssl/opensslv.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/banned.h"

struct hash128 hash_128(bytes data, uint64_t seed)
{
	XXH128_hash_t h = XXH3_128bits_withSeed(data.at, data.n, seed);

	return (struct hash128){h.low64, h.high64};
}

struct hash128 hash_128_secret(bytes data,
	const unsigned char secret[HASH_SECRET])
{
	XXH128_hash_t h = XXH3_128bits_withSecret(data.at, data.n, secret,
		HASH_SECRET);

	return (struct hash128){h.low64, h.high64};
}

uint64_t hash_64(bytes data, uint64_t seed)
{
	return XXH3_64bits_withSeed(data.at, data.n, seed);
}

struct hash_stream {
	XXH3_state_t state;
};

struct hash_stream *hash_stream_new(void)
{
	void *at = NULL;

	if (posix_memalign(&at, 64, sizeof(struct hash_stream)) != 0)
		return NULL;
	XXH3_128bits_reset(&((struct hash_stream *)at)->state);
	return at;
}

void hash_stream_free(struct hash_stream *s)
{
	free(s);
}

void hash_stream_begin(struct hash_stream *s, uint64_t seed)
{
	XXH3_128bits_reset_withSeed(&s->state, seed);
}

void hash_stream_add(struct hash_stream *s, bytes data)
{
	XXH3_128bits_update(&s->state, data.at, data.n);
}

struct hash128 hash_stream_end(const struct hash_stream *s)
{
	XXH128_hash_t h = XXH3_128bits_digest(&s->state);

	return (struct hash128){h.low64, h.high64};
}

uint64_t hash_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed))
		return seed;
	seed = clock_nanoseconds() ^ ((uint64_t)getpid() << 32);
	return hash_64(bytes_of(&seed, sizeof(seed)), 0);
}

void hash_sha256(bytes data, unsigned char digest[SHA256_SIZE])
{
	SHA256_CTX context;

	SHA256_Init(&context);
	SHA256_Update(&context, data.at, data.n);
	SHA256_Final(digest, &context);
}

/* RFC 2104 with SHA-256's block of 64 bytes. */
void hash_hmac_sha256(bytes key, bytes data, unsigned char digest[SHA256_SIZE])
{
	unsigned char pad[64] = {0}, inner[SHA256_SIZE];
	SHA256_CTX context;

	if (key.n > sizeof(pad))
		hash_sha256(key, pad);
	else if (key.n)
		memcpy(pad, key.at, key.n);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36;
	SHA256_Init(&context);
	SHA256_Update(&context, pad, sizeof(pad));
	SHA256_Update(&context, data.at, data.n);
	SHA256_Final(inner, &context);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	SHA256_Init(&context);
	SHA256_Update(&context, pad, sizeof(pad));
	SHA256_Update(&context, inner, sizeof(inner));
	SHA256_Final(digest, &context);
}

void hash_sha1(bytes data, unsigned char digest[SHA1_SIZE])
{
	SHA_CTX context;

	SHA1_Init(&context);
	SHA1_Update(&context, data.at, data.n);
	SHA1_Final(digest, &context);
}

void hash_md5(bytes data, unsigned char digest[MD5_SIZE])
{
	MD5_CTX context;

	MD5_Init(&context);
	MD5_Update(&context, data.at, data.n);
	MD5_Final(digest, &context);
}

void hash_hmac_sha1(bytes key, bytes data, unsigned char digest[SHA1_SIZE])
{
	unsigned char pad[64] = {0};
	SHA_CTX context;

	if (key.n > sizeof(pad))
		hash_sha1(key, pad);
	else if (key.n)
		memcpy(pad, key.at, key.n);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36;
	SHA1_Init(&context);
	SHA1_Update(&context, pad, sizeof(pad));
	SHA1_Update(&context, data.at, data.n);
	SHA1_Final(digest, &context);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	SHA1_Init(&context);
	SHA1_Update(&context, pad, sizeof(pad));
	SHA1_Update(&context, digest, SHA1_SIZE);
	SHA1_Final(digest, &context);
}

struct hash_digest {
	size_t size;
	SHA_CTX sha1;
	SHA256_CTX sha256;
};

struct hash_digest *hash_digest_new(void)
{
	return calloc(1, sizeof(struct hash_digest));
}

void hash_digest_free(struct hash_digest *d)
{
	free(d);
}

void hash_digest_begin(struct hash_digest *d, size_t size)
{
	d->size = size;
	if (size == SHA_DIGEST_LENGTH)
		SHA1_Init(&d->sha1);
	else
		SHA256_Init(&d->sha256);
}

void hash_digest_add(struct hash_digest *d, bytes data)
{
	if (d->size == SHA_DIGEST_LENGTH)
		SHA1_Update(&d->sha1, data.at, data.n);
	else
		SHA256_Update(&d->sha256, data.at, data.n);
}

void hash_digest_end(struct hash_digest *d,
	unsigned char digest[HASH_DIGEST_MAX])
{
	if (d->size == SHA_DIGEST_LENGTH)
		SHA1_Final(digest, &d->sha1);
	else
		SHA256_Final(digest, &d->sha256);
}

/* Bitwise, as the definition has it: inputs are tokens, tens of bytes. */
uint32_t hash_crc32(bytes data)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < data.n; i++) {
		crc ^= data.at[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (0xedb88320 & (0u - (crc & 1)));
	}
	return ~crc;
}

static void base64_15(const unsigned char in[15], char out[C3ID_LENGTH + 1])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";

	for (int group = 0; group < 5; group++) {
		const unsigned char *b = in + group * 3;
		uint32_t v = ((uint32_t)b[0] << 16) | ((uint32_t)b[1] << 8) |
			     b[2];

		for (int i = 0; i < 4; i++)
			out[group * 4 + i] = digits[(v >> (18 - 6 * i)) & 63];
	}
	out[C3ID_LENGTH] = '\0';
}

void hash_c3id(bytes token, char id[C3ID_LENGTH + 1])
{
	static const char hex[] = "0123456789ABCDEF";
	static const char prefix[] = "CrossMicrosoftCorrelatingId:";
	unsigned char text[sizeof(prefix) - 1 + 2 * SHA256_SIZE];
	unsigned char digest[SHA256_SIZE];
	size_t at = sizeof(prefix) - 1;

	memcpy(text, prefix, at);
	hash_sha256(token, digest);
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		text[at++] = (unsigned char)hex[digest[i] >> 4];
		text[at++] = (unsigned char)hex[digest[i] & 15];
	}
	hash_sha256(bytes_of(text, at), digest);
	base64_15(digest, id);
}

void hash_library_xxhash(char text[HASH_LIBRARY])
{
	unsigned v = XXH_versionNumber();

	snprintf(text, HASH_LIBRARY, "%u.%u.%u", v / 10000 % 100,
		v / 100 % 100, v % 100);
}

const char *hash_library_crypto(void)
{
	/* Asking OpenSSL itself would link in four megabytes of it; the
	 * archive that is linked in is that of the header. */
	return OPENSSL_VERSION_STR;
}
