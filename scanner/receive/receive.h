/*
 * receive: signed requests of GitHub's partner program, over HTTP.
 *
 *	stanch (this room) -- socketpair -- stanch-partner (libmicrohttpd)
 *
 * stanch-partner stands beside the program as stanch-net does, and is handed
 * the listening socket. It has no credential, no file and no environment. It
 * bounds what comes (connections, time, bytes, rate), and checks the signature
 * over the raw body: what is not signed by one of the keys that it was given
 * never reaches this side, and is parsed by nobody.
 *
 * A request waits until it is answered; after RECEIVE_WAIT seconds it gets a
 * 503. One thread at a time.
 */
#ifndef STANCH_RECEIVE_RECEIVE_H
#define STANCH_RECEIVE_RECEIVE_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdint.h>

/* Seconds; GitHub gives up after 30. */
#define RECEIVE_WAIT 20
/* Bytes that a body may have at most, whatever is asked. */
#define RECEIVE_BODY_MOST ((size_t)16 << 20)
#define RECEIVE_KEYS 64
/* Characters of a key's id, and of a key in PEM. */
#define RECEIVE_KEY_ID 128
#define RECEIVE_PEM ((size_t)4 << 10)

struct receive_options {
	const char *address; /* "127.0.0.1:8788", "[::1]:8788"; port 0: any */
	const char *path;    /* the only one that is served: "/" */
	bytes certificate, key; /* PEM; empty: plain HTTP */
	size_t max_body;     /* bytes */
	uint32_t connections; /* at a time */
	uint32_t seconds;    /* for a request to arrive whole */
	uint32_t per_second; /* requests */
};

/* Why a request was turned away without anybody here being asked. */
enum receive_reason {
	RECEIVE_NO_SUCH,   /* 404, 405: path or method */
	RECEIVE_NO_HEADER, /* 400: no key id or signature, or no such form */
	RECEIVE_TOO_LARGE, /* 413 */
	RECEIVE_TOO_MANY,  /* 429 */
	RECEIVE_NO_KEY,	   /* 401: no key has this id */
	RECEIVE_KEY_DOWN,  /* 503: it could not be found out */
	RECEIVE_NOT_SIGNED, /* 401: the signature is not of this body */
	RECEIVE_TOO_SLOW,  /* cut off */
	RECEIVE_LATE,	   /* 503: we did not answer in time */
	RECEIVE_REASON_COUNT,
};
/* "a signature that does not hold", ... */
const char *receive_reason_text(enum receive_reason reason);

enum receive_kind {
	RECEIVE_SIGNED,	    /* answer it, by its id */
	RECEIVE_KEY_WANTED, /* give the keys again, or say there are no more */
	RECEIVE_REFUSED,    /* how many since the last time */
	RECEIVE_ENDED,	    /* stanch-partner is gone */
};
/* Slices are valid until the next call. */
struct receive_event {
	enum receive_kind kind;
	uint64_t id;
	bytes body;   /* of a signed one */
	bytes key_id; /* hex */
	uint32_t refused[RECEIVE_REASON_COUNT];
};

struct receive;

/* Listen, and start stanch-partner. ERR_USAGE: the address cannot be had. */
enum status receive_open(const struct receive_options *options,
	struct receive **out, struct error *err) MUST_USE;
/* Ends it at once; accepts NULL. */
void receive_close(struct receive *r);
/* In a child that was forked: forget it without ending it. */
void receive_forget(struct receive *r);
/* The port that is listened at. */
unsigned receive_port(const struct receive *r);

/* The next event, waiting up to `milliseconds`; false: none, or a signal. */
bool receive_next(struct receive *r, int milliseconds,
	struct receive_event *out);
/* `body` is JSON, or empty. */
void receive_answer(struct receive *r, uint64_t id, unsigned status,
	bytes body);

struct receive_key {
	bytes id, pem;
};
/* What an unknown id means from now on. */
enum receive_unknown {
	RECEIVE_UNKNOWN_ASK,   /* RECEIVE_KEY_WANTED */
	RECEIVE_UNKNOWN_REFUSE, /* those are all that there are */
	RECEIVE_UNKNOWN_LATER, /* they could not be fetched */
};
/* All keys that count from now on, and the answer to those who wait. */
void receive_keys(struct receive *r, const struct receive_key *keys, size_t n,
	enum receive_unknown unknown);
/* Which libraries stanch-partner runs with: "libmicrohttpd/0.9.75 OpenSSL
 * 3.0.16 ...". It is started to say so, and ended. */
#define RECEIVE_LIBRARY 128
enum status receive_library(char text[RECEIVE_LIBRARY], struct error *err)
	MUST_USE;
/* No more connections; RECEIVE_ENDED comes when the last is answered. */
void receive_stop(struct receive *r);

#endif
