/*
 * internal: stanch-net, the process that talks to the network.
 *
 *	frames in -> job -> lane (pace) -> transfer (libcurl) -> frame out
 *
 * One thread, one curl multi handle. It ends when its standard input, the
 * socket to stanch, closes. It writes no file and reads none but the CAs.
 */
#ifndef STANCH_NET_HELPER_INTERNAL_H
#define STANCH_NET_HELPER_INTERNAL_H

#include "net/frame.h"
#include "net/net.h"

#include <curl/curl.h>

struct sockaddr;

/* Bytes of an answer's headers, and how many lines; more is no answer. */
#define HEAD_MOST ((size_t)64 << 10)
#define HEAD_LINES 100

struct connect_to {
	char *from; /* "host:port", or "*:port" for any host */
	char *to;
};

struct settings {
	char *ca_file, *proxy; /* or NULL */
	struct connect_to *connects;
	size_t connect_count;
};

/* How fast requests with one key may go. */
struct lane {
	struct lane *next;
	char *key;
	double room;	      /* requests that may start now */
	uint64_t filled;      /* when room was reckoned */
	double per_nanosecond;
	double burst;
	uint32_t parallel, active;
	uint32_t strikes;     /* 429, 5xx and silence in a row */
	uint32_t openings;    /* how often the breaker opened in a row */
	uint64_t paused_until; /* by Retry-After */
	uint64_t open_until;  /* the breaker; 0: closed */
};

struct job {
	struct job *next;
	uint64_t id;
	bool is_mail;
	bool private_ok;
	char *method, *url, *host;
	struct curl_slist *headers, *to, *connect;
	char *user, *password, *from; /* of mail */
	enum net_mail_security security;
	char *body;
	size_t body_n, body_at;
	uint32_t seconds, tries, tried;
	size_t max_body;
	struct lane *lane;
	uint64_t not_before; /* back-off */

	CURL *easy; /* while it runs */
	struct buf head, answer;
	uint32_t head_lines;
	bool cut, blocked, too_many_headers;
};

/* What is sent back. */
struct outcome {
	enum net_result result;
	const char *text;
	bool sent;
	int status;
	uint32_t retry_after;
	uint32_t milliseconds;
};

/* read.c: NULL when the frame is malformed or memory is out. */
bool read_settings(bytes fields, struct settings *out);
struct job *read_request(bytes fields, struct lane **lanes);
struct job *read_mail(bytes fields, struct lane **lanes);
void job_free(struct job *job);

/* lane.c */
struct lane *lane_get(struct lane **lanes, const char *key,
	uint32_t per_minute, uint32_t burst, uint32_t parallel);
/* When a request may start: now, or later; UINT64_MAX: the breaker is open. */
uint64_t lane_ready(struct lane *lane, uint64_t now);
void lane_start(struct lane *lane);
/* After a try. True: the host struggles, and the try may be repeated. */
bool lane_finish(struct lane *lane, const struct outcome *outcome,
	uint64_t now);
/* Nanoseconds before try `n` (from 1) is repeated, with jitter. */
uint64_t lane_back_off(uint32_t n);

/* transfer.c: NULL with *why when it may not or cannot be made. */
CURL *transfer_new(const struct settings *settings, struct job *job,
	const char **why);
void transfer_outcome(struct job *job, CURLcode code, struct outcome *out);
/* mail.c: the same for mail; the job's easy handle is set up. */
bool mail_set_up(const struct settings *settings, struct job *job);

/* address.c: may an address be connected to? */
bool address_is_public(const struct sockaddr *address);

/* staple.c: for CURLOPT_SSL_CTX_FUNCTION. */
CURLcode staple_ask(CURL *easy, void *context, void *unused);

/* write.c */
void write_answer(struct buf *out, const struct job *job,
	const struct outcome *outcome);

#endif
