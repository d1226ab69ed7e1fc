/*
 * Sealing: libcrypto's plain AES and GCM, as base/hash.c takes its plain
 * SHA-256: EVP would bring providers, and all of libcrypto, into the program.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "spool/seal.h"

#include "base/secret.h"

#include <openssl/aes.h>
#include <openssl/modes.h>
#include <sys/random.h>

#include "base/banned.h"

/* The form of a block cipher that GCM calls. */
static void encrypt_block(const unsigned char in[16], unsigned char out[16],
	const void *key)
{
	AES_encrypt(in, out, key);
}

/* NULL without memory. */
static GCM128_CONTEXT *begin(const unsigned char key[SEAL_KEY],
	const unsigned char *nonce, bytes beside, AES_KEY *schedule)
{
	GCM128_CONTEXT *gcm;

	if (AES_set_encrypt_key(key, 8 * SEAL_KEY, schedule) != 0)
		return NULL;
	gcm = CRYPTO_gcm128_new(schedule, encrypt_block);
	if (gcm == NULL)
		return NULL;
	CRYPTO_gcm128_setiv(gcm, nonce, SEAL_NONCE);
	if (CRYPTO_gcm128_aad(gcm, beside.at, beside.n) == 0)
		return gcm;
	CRYPTO_gcm128_release(gcm);
	return NULL;
}

bool seal_close(const unsigned char key[SEAL_KEY], bytes beside, bytes text,
	struct buf *out)
{
	unsigned char nonce[SEAL_NONCE], tag[SEAL_TAG];
	AES_KEY schedule;
	GCM128_CONTEXT *gcm = NULL;
	bool is_sealed = false;

	if (getrandom(nonce, sizeof(nonce), 0) == sizeof(nonce) &&
		buf_reserve(out, SEAL_NONCE + text.n + SEAL_TAG))
		gcm = begin(key, nonce, beside, &schedule);
	if (gcm != NULL) {
		buf_put(out, bytes_of(nonce, sizeof(nonce)));
		is_sealed = CRYPTO_gcm128_encrypt(gcm, text.at,
			out->at + out->n, text.n) == 0;
		out->n += text.n;
		CRYPTO_gcm128_tag(gcm, tag, sizeof(tag));
		buf_put(out, bytes_of(tag, sizeof(tag)));
		CRYPTO_gcm128_release(gcm);
	}
	secret_wipe(&schedule, sizeof(schedule));
	return is_sealed && !out->failed;
}

bool seal_open(const unsigned char key[SEAL_KEY], bytes beside, bytes sealed,
	struct buf *out)
{
	const size_t n = sealed.n - SEAL_NONCE - SEAL_TAG;
	AES_KEY schedule;
	GCM128_CONTEXT *gcm = NULL;
	bool is_it = false;

	if (sealed.n < SEAL_NONCE + SEAL_TAG)
		return false;
	if (buf_reserve(out, n))
		gcm = begin(key, sealed.at, beside, &schedule);
	if (gcm != NULL) {
		is_it = CRYPTO_gcm128_decrypt(gcm, sealed.at + SEAL_NONCE,
				out->at + out->n, n) == 0 &&
			CRYPTO_gcm128_finish(gcm, sealed.at + SEAL_NONCE + n,
				SEAL_TAG) == 0;
		if (is_it)
			out->n += n;
		else
			secret_wipe(out->at + out->n, n);
		CRYPTO_gcm128_release(gcm);
	}
	secret_wipe(&schedule, sizeof(schedule));
	return is_it;
}
