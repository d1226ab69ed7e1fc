/*
 * check: what can be known about a candidate without asking anyone.
 *
 * Named checksums and structure checks, entropy, placeholders. Pure
 * functions on a decoded secret; any thread; no allocation. Formats and
 * algorithms: shared notes on tokens, sections 1 and 2 and appendix A; each
 * implementation names its source.
 */
#ifndef STANCH_CHECK_CHECK_H
#define STANCH_CHECK_CHECK_H

#include "base/buf.h"
#include "flow/rule.h"

enum check_result {
	CHECK_NONE,  /* does not apply: says nothing */
	CHECK_PASS,  /* a checksum was verified: certain */
	CHECK_WELL,  /* the structure parses: no checksum in it */
	CHECK_WEAK,  /* it is one, and harmless or old: low (expired JWT) */
	CHECK_FAIL,  /* it is not what it looks like */
};

struct check_verdict {
	enum check_result result;
	const char *reason; /* static text for people, or NULL */
	const char *fact;   /* static: which variant passed, or NULL */
};

/* Is `name` a check that check_run knows? For the rule loader. */
bool check_is_known(const char *name);
/* The i-th known name, NULL past the last. For help and lint. */
const char *check_name(size_t i);

/*
 * Run the rule's check on a secret. `match` is the whole match around it
 * (some checks look at both, e.g. a PEM block with its header).
 */
struct check_verdict check_run(const struct rule_check *check, bytes secret,
	bytes match);

/*
 * The inverse, to assemble examples at test time: append to `token`, whose
 * bytes from `start` on are the secret so far, what makes the check pass.
 * Checks whose digits are not at the end (ado-legacy) rewrite the secret in
 * place. False when the check cannot be filled or the token is too short.
 */
bool check_fill(const struct rule_check *check, struct buf *token,
	size_t start);

/* Shannon entropy in bits per byte; 0 for nothing. */
float check_entropy(bytes data);

/*
 * Does it look like a placeholder and not like a secret: xxxx, changeme,
 * example, <token>, ${VAR}, repeated or sequential characters, ...?
 * Returns the reason (static text), or NULL when it looks real.
 */
const char *check_placeholder(bytes secret);

#endif
