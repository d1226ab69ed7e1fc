/*
 * net: requests over HTTPS and mail over SMTP, made by a process of its own.
 *
 *	stanch (this room, no libcurl) -- socketpair -- stanch-net (libcurl)
 *
 * stanch-net stands beside the program, or in ../lib/stanch/. It is started
 * by the first send, with an empty environment and no arguments; secrets are
 * only in the frames between the two, and neither process can be dumped.
 *
 * What holds for every request:
 * - https only, TLS 1.2 or later, certificate and name always checked;
 * - redirects are not followed: a 3xx is an answer like any other;
 * - the URL's host is one that the request's own list allows, by a strict
 *   reading here and by libcurl's reading there, which must agree;
 * - the address connected to is public, unless the user's configuration
 *   names that host;
 * - a proxy only from the configuration, never from the environment;
 * - the whole of it ends within its time, and its body is cut at its cap.
 *
 * Pace: requests with the same key (by default the host) go through one token
 * bucket, a few at a time. Retry-After is obeyed, also on 200. 429 and 5xx are
 * tried again where the request says so, later each time; three in a row open
 * the key's breaker, and then what waits for it is answered NET_THROTTLED.
 *
 * One thread at a time. Answers come in any order; `id` tells which.
 */
#ifndef STANCH_NET_NET_H
#define STANCH_NET_NET_H

#include "base/bytes.h"
#include "base/error.h"
#include "net/config.h"

#include <stdint.h>

/* Bytes of a body that are kept unless the request says otherwise, and the
 * most it may say. */
#define NET_BODY ((size_t)64 << 10)
#define NET_BODY_MOST ((size_t)16 << 20)
/* Requests that may wait for their answers at a time; net_send refuses more. */
#define NET_IN_FLIGHT 1024

enum net_result {
	NET_ANSWERED,	 /* an answer, whatever its status */
	NET_REFUSED,	 /* not sent: URL, host or address is not allowed */
	NET_UNREACHABLE, /* no such name, or nobody listens */
	NET_UNTRUSTED,	 /* TLS: the peer is not who it should be */
	NET_TIMED_OUT,
	NET_BROKEN,	 /* the answer is not HTTP, or ended early */
	NET_THROTTLED,	 /* not sent: the host asked for less */
	NET_LOST,	 /* stanch-net ended */
};
/* "answered", "refused", ... */
const char *net_result_name(enum net_result result);

struct net_header {
	bytes name, value;
};

/* Everything is copied by net_send. Zero means the default. */
struct net_request {
	uint64_t id;	    /* the caller's; comes back with the answer */
	const char *method; /* default GET */
	bytes url;
	const struct net_header *headers;
	size_t header_count;
	bytes body;
	/*
	 * Hosts that the URL may name: "api.github.com", "*.myshopify.com"
	 * (one label for the star), or "@configured": those that the network
	 * configuration lists. Required.
	 */
	const char *const *hosts;
	size_t host_count;
	/* The host comes from the user's own policy: any address may be it. */
	bool trusted_host;
	const char *pace;   /* key of the bucket; default: the host */
	uint32_t per_minute; /* rate of the bucket; default 600 */
	uint32_t burst;	    /* default: a second's worth, at least 1 */
	uint32_t parallel;  /* at a time; default 2 */
	uint32_t tries;	    /* sent at most so often; default 1 */
	uint32_t seconds;   /* for each try; default 10, at most 120 */
	size_t max_body;    /* default NET_BODY */
};

/* Pointers are valid until the next call of net_next or net_close. */
struct net_answer {
	uint64_t id;
	enum net_result result;
	const char *text; /* why, for a person; never holds a secret */
	bool sent;	  /* the request may have reached the host */
	int status;	  /* of HTTP, 0 without an answer */
	const struct net_header *headers;
	size_t header_count;
	bytes body;
	bool cut;	  /* the body was longer */
	uint32_t tries;
	uint32_t retry_after; /* seconds that the host asked for, or 0 */
	uint32_t milliseconds; /* of the last try */
};
/* The value of the first header of that name (case ignored), or empty with a
 * NULL pointer. */
bytes net_answer_header(const struct net_answer *answer, const char *name);

enum net_mail_security {
	NET_MAIL_STARTTLS, /* refused when the server does not offer it */
	NET_MAIL_TLS,	   /* from the first byte (port 465) */
	NET_MAIL_PLAIN,	   /* only without a password */
};

struct net_mail {
	uint64_t id;
	const char *host; /* of the user's own policy */
	uint16_t port;
	enum net_mail_security security;
	bytes user, password; /* empty: no authentication */
	const char *from;     /* the envelope's: a bare address */
	const char *const *to;
	size_t to_count;
	bytes message; /* headers and body, lines end with CR LF */
	uint32_t seconds; /* default 30 */
};

struct net;

/* Starts nothing yet. The configuration is borrowed until net_close. */
enum status net_open(const struct net_config *config, struct net **out,
	struct error *err) MUST_USE;
/* Ends stanch-net; what has not been answered is given up. NULL is allowed. */
void net_close(struct net *net);

/*
 * Hand over one request. It fails (ERR_UNSUPPORTED) when stanch-net cannot be
 * started, ERR_LIMIT when too many are in flight. A URL or host that is not
 * allowed is an answer, NET_REFUSED.
 */
enum status net_send(struct net *net, const struct net_request *request,
	struct error *err) MUST_USE;
enum status net_send_mail(struct net *net, const struct net_mail *mail,
	struct error *err) MUST_USE;
/* Sent, and not yet answered. */
size_t net_waiting(const struct net *net);
/*
 * The next answer, waiting up to `milliseconds` (negative: until one comes).
 * False: none in that time, none is waited for, or a signal came. When
 * stanch-net ends, all that wait are answered NET_LOST.
 */
bool net_next(struct net *net, int milliseconds, struct net_answer *out);

#endif
