/*
 * Keys and signatures: ECDSA over P-256 with SHA-256, by libcrypto. Its check
 * wants DER that it would write itself: nothing behind it, both numbers in
 * range.
 */
#include "receive/helper/internal.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/banned.h"

#define CURVE "prime256v1"
#define CURVE_ROOM 32

/* No password is ever asked for. */
static int no_password(char *to, int room, int is_writing, void *context)
{
	(void)to;
	(void)room;
	(void)is_writing;
	(void)context;
	return 0;
}

static bool is_right_curve(EVP_PKEY *key)
{
	char group[CURVE_ROOM];
	size_t n = 0;

	return EVP_PKEY_is_a(key, "EC") == 1 &&
	       EVP_PKEY_get_group_name(key, group, sizeof(group), &n) == 1 &&
	       strcmp(group, CURVE) == 0;
}

static EVP_PKEY *read_key(bytes pem)
{
	BIO *text = pem.n && pem.n <= RECEIVE_PEM ?
		BIO_new_mem_buf(pem.at, (int)pem.n) : NULL;
	EVP_PKEY *key = text ? PEM_read_bio_PUBKEY(text, NULL, no_password,
		NULL) : NULL;

	BIO_free(text);
	if (key && !is_right_curve(key)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

void sign_release(struct sign_keys *keys)
{
	for (size_t i = 0; i < keys->n; i++)
		EVP_PKEY_free(keys->at[i].key);
	keys->n = 0;
}

bool sign_read_keys(struct sign_keys *keys, bytes fields)
{
	struct frame_reader f = {.rest = fields};
	const uint32_t unknown = frame_get_u32(&f);
	const uint32_t n = frame_get_u32(&f);

	if (f.failed || n > RECEIVE_KEYS || unknown > RECEIVE_UNKNOWN_LATER)
		return false;
	sign_release(keys);
	keys->unknown = (enum receive_unknown)unknown;
	for (uint32_t i = 0; i < n; i++) {
		const bytes id = frame_get_bytes(&f);
		const bytes pem = frame_get_bytes(&f);
		struct sign_key *key = &keys->at[keys->n];

		if (f.failed || !receive_head_id(id, key->id))
			return false;
		key->key = read_key(pem);
		keys->n++;
	}
	return true;
}

const struct sign_key *sign_find(const struct sign_keys *keys,
	const char *id)
{
	for (size_t i = 0; i < keys->n; i++)
		if (strcmp(keys->at[i].id, id) == 0)
			return &keys->at[i];
	return NULL;
}

bool sign_holds(const struct sign_key *key, bytes body, bytes signature)
{
	EVP_MD_CTX *check = key->key ? EVP_MD_CTX_new() : NULL;
	bool holds;

	holds = check != NULL &&
		EVP_DigestVerifyInit(check, NULL, EVP_sha256(), NULL,
			key->key) == 1 &&
		EVP_DigestVerify(check, signature.at, signature.n, body.at,
			body.n) == 1;
	EVP_MD_CTX_free(check);
	ERR_clear_error();
	return holds;
}
