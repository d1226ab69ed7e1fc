/*
 * ask: carries out the request blocks of rules (flow/request.h), many at a
 * time, over one net/. `verify` and `revoke` blocks are carried out the same
 * way: respond/ uses this room for both.
 *
 * A question is one block with its values. Its steps follow each other; a
 * clause's verdict ends it, except `next` and `elsewhere`, which go on to the
 * step's next candidate (`each`) or the next step. Without candidates left:
 * `elsewhere` becomes dead when one of those asked was trusted (it stood with
 * the token itself), else unknown. No clause, no verdict: unknown, or retry
 * for 408, 429 and 5xx. A host that does not answer, or asks for less, is
 * retry; one that is not who it should be is unknown.
 *
 * A block's requests that write (anything but GET and HEAD, unless the block
 * says `tries`) are sent once. One thread at a time.
 */
#ifndef STANCH_ASK_ASK_H
#define STANCH_ASK_ASK_H

#include "flow/request.h"
#include "net/net.h"
#include "request/request.h"

/* Questions under way at a time; ask_begin refuses more. */
#define ASK_MOST 256

struct ask_question {
	const struct request_block *block; /* borrowed until answered */
	/* Copied, with what they point to. `now` (Unix seconds) is added. */
	const struct request_values *values;
	void *context; /* the caller's; comes back */
};

/* Pointers are valid until the next call of ask_next or ask_free. */
struct ask_answer {
	void *context;
	enum verdict verdict;
	const char *note; /* why, for people; hostile text is not in it */
	int status;	  /* of the last answer; 0: none */
	bool sent;	  /* some request may have reached the provider */
	bool acted;	  /* one that is more than reading may have */
	uint32_t retry_after; /* seconds that the host asked for */
	/* Those given, then what the answers told; secrets are among them. */
	const struct request_values *values;
	/* The value at which `each` was when the verdict came, or NULL. */
	const struct request_value *candidate;
};

struct ask;

/* Borrows net, and is the only reader of its answers until freed. */
enum status ask_new(struct net *net, struct ask **out, struct error *err)
	MUST_USE;
void ask_free(struct ask *ask); /* NULL is allowed */

enum status ask_begin(struct ask *ask, const struct ask_question *question,
	struct error *err) MUST_USE;
/* Questions begun and not yet answered. */
size_t ask_waiting(const struct ask *ask);
/* The next answer, waiting up to `milliseconds` (negative: until one comes);
 * false: none in that time, none is waited for, or a signal came. */
bool ask_next(struct ask *ask, int milliseconds, struct ask_answer *out);

/* The value of that name that the answers told, or NULL; a text. */
const char *ask_told(const struct ask_answer *answer, const char *name);

#endif
