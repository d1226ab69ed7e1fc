/*
 * rsa: libcrypto's RSA, loaded when the first key is met.
 *
 * The library is never unmapped, and its own initialization reads no
 * configuration file: that may name modules to load.
 */
#include "signing/internal.h"

#include <dlfcn.h>
#include <stdint.h>

#include "base/banned.h"

#define LIBRARY "libcrypto.so.3"
/* A key of 8,192 bits has 4.7 KB; longer ones take seconds to sign with. */
#define DER_MOST 5000
#define BITS_LEAST 1024
#define BITS_MOST 8192
#define RSA_KIND 6		     /* EVP_PKEY_RSA */
#define NO_CONFIG 0x80 /* OPENSSL_INIT_NO_LOAD_CONFIG */

/* Its types are opaque to us. */
struct api {
	int (*init)(uint64_t options, const void *settings);
	void *(*read_key)(void **key, const unsigned char **at, long n);
	void (*free_key)(void *key);
	int (*kind)(const void *key);
	int (*bits)(const void *key);
	void *(*new_context)(void);
	void (*free_context)(void *context);
	const void *(*sha256)(void);
	int (*begin)(void *context, void **key_context, const void *digest,
		void *engine, void *key);
	int (*sign)(void *context, unsigned char *out, size_t *n,
		const unsigned char *data, size_t size);
};

static bool load(struct api *api)
{
	static const char *const names[] = {"OPENSSL_init_crypto",
		"d2i_AutoPrivateKey", "EVP_PKEY_free", "EVP_PKEY_get_id",
		"EVP_PKEY_get_bits", "EVP_MD_CTX_new", "EVP_MD_CTX_free",
		"EVP_sha256", "EVP_DigestSignInit", "EVP_DigestSign"};
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL |
						RTLD_NODELETE);
	void *at[sizeof(names) / sizeof(names[0])];

	_Static_assert(sizeof(at) == sizeof(struct api), "a name each");
	if (library == NULL)
		return false;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		at[i] = dlsym(library, names[i]);
		if (at[i] == NULL)
			return false;
	}
	memcpy(api, at, sizeof(*api));
	return api->init(NO_CONFIG, NULL) == 1;
}

static enum status sign(const struct api *api, void *key, bytes data,
	struct buf *out, struct error *err)
{
	unsigned char signature[BITS_MOST / 8];
	size_t n = sizeof(signature);
	void *context = api->new_context();
	bool good = context &&
		api->begin(context, NULL, api->sha256(), NULL, key) == 1 &&
		api->sign(context, signature, &n, data.at, data.n) == 1;

	if (context)
		api->free_context(context);
	if (!good)
		return error_set(err, ERR_FORMAT, "the key signs nothing");
	buf_put(out, bytes_of(signature, n));
	return OK;
}

enum status signing_rsa_sha256(bytes der, bytes data, struct buf *out,
	struct error *err)
{
	const unsigned char *at = der.at;
	struct api api;
	enum status status = OK;
	void *key;

	if (der.n == 0 || der.n > DER_MOST)
		return error_set(err, ERR_FORMAT,
			"the private key is too long, or empty");
	if (!load(&api))
		return error_set(err, ERR_UNSUPPORTED,
			"no " LIBRARY " to sign with");
	key = api.read_key(NULL, &at, (long)der.n);
	if (key == NULL || api.kind(key) != RSA_KIND ||
		api.bits(key) < BITS_LEAST || api.bits(key) > BITS_MOST)
		status = error_set(err, ERR_FORMAT, "no RSA key");
	if (status == OK)
		status = sign(&api, key, data, out, err);
	if (key)
		api.free_key(key);
	return status;
}
