/*
 * internal: stanch-partner, the process that faces the network.
 *
 *	HTTP (libmicrohttpd) -> visit -> signature (libcrypto) -> frame to
 *		stanch -> its answer -> HTTP
 *
 * One thread. It has a socket to stanch (standard input) and the listening
 * socket; it opens no file and makes no connection. It ends when stanch does.
 */
#ifndef STANCH_RECEIVE_HELPER_INTERNAL_H
#define STANCH_RECEIVE_HELPER_INTERNAL_H

#include "receive/internal.h"

#include <microhttpd.h>
#include <openssl/evp.h>

/* Bytes of a request's line and headers, and of an answer's. */
#define HEAD_MOST ((size_t)16 << 10)

/* ---- sign.c: keys, and what they say of a body -------------------------- */

struct sign_key {
	char id[RECEIVE_KEY_ID + 1];
	EVP_PKEY *key; /* P-256; NULL: the text is no such key */
};
struct sign_keys {
	struct sign_key at[RECEIVE_KEYS];
	size_t n;
	enum receive_unknown unknown;
};
/* Instead of those that were; false: the frame is malformed. */
bool sign_read_keys(struct sign_keys *keys, bytes fields);
void sign_release(struct sign_keys *keys);
/* NULL: there is none. */
const struct sign_key *sign_find(const struct sign_keys *keys,
	const char *id);
bool sign_holds(const struct sign_key *key, bytes body, bytes signature);

/* ---- http.c: connections and requests ----------------------------------- */

enum visit_state {
	VISIT_ARRIVES,	/* its body does */
	VISIT_WANTS_KEY, /* suspended */
	VISIT_ASKS,	/* suspended: stanch is to answer */
	VISIT_ANSWERED, /* status and body are known */
};
struct visit {
	struct visit *next;
	struct MHD_Connection *connection;
	enum visit_state state;
	uint64_t id, since; /* clock */
	struct buf body;
	char key_id[RECEIVE_KEY_ID + 1];
	unsigned char signature[RECEIVE_SIGNATURE];
	size_t signature_n;
	unsigned status;
	struct buf answer;
};
/* A connection: it may be slow before it is a request. */
struct peer {
	struct peer *next;
	struct MHD_Connection *connection;
	uint64_t since; /* clock: connected, or answered last */
	bool is_visit_open;
};

struct server {
	struct MHD_Daemon *daemon;
	char *path;
	struct buf certificate, key; /* terminated */
	size_t max_body;
	uint32_t connections, seconds, per_second;
	struct sign_keys keys;
	struct visit *visits;
	struct peer *peers;
	uint64_t last_id;
	double room; /* requests that may come now */
	uint64_t filled;
	uint32_t refused[RECEIVE_REASON_COUNT];
	bool is_stopping;
	struct buf in, out;
	size_t out_at;
};

/* Serve at PROCESS_HANDED; false: it cannot. */
bool http_start(struct server *s);
/* No more connections. */
void http_stop(struct server *s);
/* No more of anything. */
void http_end(struct server *s);
/* New keys have come: who waited for them goes on. */
void http_keys_came(struct server *s);
void http_answer(struct server *s, uint64_t id, unsigned status, bytes body);
/* Cut off what is too slow, and answer what waits too long. */
void http_tick(struct server *s);

/* ---- main.c: frames to stanch ------------------------------------------- */

void main_send_signed(struct server *s, const struct visit *v);
void main_send_wanted(struct server *s, const char *key_id);

#endif
