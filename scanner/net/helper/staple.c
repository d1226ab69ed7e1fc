/*
 * staple: what a server brings along about its own certificate (OCSP).
 *
 * It is asked for in every handshake; a server that brings nothing is no
 * worse for it, but one whose certificate is said to be revoked gets nothing
 * of ours. libcurl's own option would refuse all servers that bring nothing,
 * which are most. The answer's signature is not looked at: whoever could
 * forge it could as well break the connection.
 *
 * libcurl has loaded libssl and libcrypto; they are found through it, so that
 * this program is linked with neither. Where it uses another library, nothing
 * is asked for.
 */
#include "net/helper/internal.h"

#include <dlfcn.h>

#include "base/banned.h"

/* openssl/tls1.h, openssl/ssl.h, openssl/ocsp.h */
#define SET_CALLBACK 63
#define SET_KIND 65
#define GET_ANSWER 70
#define KIND_OCSP 1L
#define REVOKED 1
#define GOES_ON 1
#define REFUSED 0

/* libssl's and libcrypto's, whose types are opaque to us. */
struct api {
	long (*context_control)(void *context, int what, long n, void *at);
	long (*context_callback)(void *context, int what, void (*at)(void));
	long (*control)(void *connection, int what, long n, void *at);
	void *(*read)(void **out, const unsigned char **at, long n);
	void *(*basic)(void *answer);
	int (*count)(void *basic);
	void *(*single)(void *basic, int i);
	int (*status)(void *single, int *reason, void **revoked,
		void **from, void **until);
	void (*free_basic)(void *basic);
	void (*free)(void *answer);
};

static bool find(struct api *api)
{
	static const char *const names[] = {"SSL_CTX_ctrl",
		"SSL_CTX_callback_ctrl", "SSL_ctrl", "d2i_OCSP_RESPONSE",
		"OCSP_response_get1_basic", "OCSP_resp_count",
		"OCSP_resp_get0", "OCSP_single_get0_status",
		"OCSP_BASICRESP_free", "OCSP_RESPONSE_free"};
	void *at[sizeof(names) / sizeof(names[0])];

	_Static_assert(sizeof(at) == sizeof(struct api), "a name each");
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		at[i] = dlsym(RTLD_DEFAULT, names[i]);
		if (at[i] == NULL)
			return false;
	}
	memcpy(api, at, sizeof(*api));
	return true;
}

static bool says_revoked(const struct api *api, const unsigned char *at,
	long n)
{
	void *answer = api->read(NULL, &at, n);
	void *basic = answer ? api->basic(answer) : NULL;
	int count = basic ? api->count(basic) : 0;
	bool revoked = false;

	for (int i = 0; i < count; i++)
		revoked |= api->status(api->single(basic, i), NULL, NULL, NULL,
				   NULL) == REVOKED;
	if (basic)
		api->free_basic(basic);
	if (answer)
		api->free(answer);
	return revoked;
}

static int look(void *connection, void *unused)
{
	unsigned char *at = NULL;
	struct api api;
	long n;

	(void)unused;
	if (!find(&api))
		return GOES_ON;
	n = api.control(connection, GET_ANSWER, 0, &at);
	if (at == NULL || n <= 0)
		return GOES_ON;
	return says_revoked(&api, at, n) ? REFUSED : GOES_ON;
}

CURLcode staple_ask(CURL *easy, void *context, void *unused)
{
	struct api api;
	void (*callback)(void);
	int (*const typed)(void *, void *) = look;

	(void)easy;
	(void)unused;
	if (!find(&api))
		return CURLE_OK;
	memcpy(&callback, &typed, sizeof(callback));
	api.context_control(context, SET_KIND, KIND_OCSP, NULL);
	api.context_callback(context, SET_CALLBACK, callback);
	return CURLE_OK;
}
