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
	CHECK_LIKELY, /* nothing speaks against it: as sure as before */
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
 * Deterministic by what the token holds. False, with the token's content
 * undefined, when the secret so far is not what the check needs:
 *
 *   crc32		skip, body, gap: appends the digits
 *   github-fine-grained  77 characters or more: made 93
 *   ado-legacy		0 to 52 of [a-z2-7]: made 52, some are rewritten
 *   cask		80 characters or more: made 84
 *   azure-key		base64 up to the signature (37, 46, 48 or 80
 *			characters) or a whole key: seed args[0]. With
 *			AzFu, '-' or '_' in it the key is base64url
 *   cask-open		up to 42 characters: made 64
 *   entra		xxx8Q~ and 31 more: appends 3
 *   gitlab-routable	"glpat-" or its like; what follows is replaced
 *   bech32		readable part, '1', digits: appends 6
 *   jwt		anything without a dot: appends three parts, exp 2099
 *   pem, pgp		ends with a BEGIN line: appends a body of noise that
 *			parses and the END line; line ends as that line's,
 *			real or "\n" written out
 *   putty		"PuTTY-User-Key-File-3: ssh-ed25519": appends the rest
 *   macaroon		"pypi-": appends, location args[0] or pypi.org; from
 *			"AgEN..." on it is rewritten, for test.pypi.org
 *   base64-json	appends an object with the members args; what begins
 *			like one is replaced
 *   basic-auth		appends user:password in base64
 *   aws-key-id		AKIA or its like; what follows is replaced
 *   discord-bot	anything: replaced
 *   luhn		digits: appends one
 *
 * url-password, hex-random and random cannot be filled.
 */
bool check_fill(const struct rule_check *check, struct buf *token,
	size_t start);

/* The account number that a newer AWS key id holds; false without one. */
#define CHECK_AWS_ACCOUNT 12
bool check_aws_account(bytes id, char account[CHECK_AWS_ACCOUNT + 1]);

/* Shannon entropy in bits per byte; 0 for nothing. */
float check_entropy(bytes data);

/*
 * Does it look like a placeholder and not like a secret: xxxx, changeme,
 * example, <token>, ${VAR}, repeated or sequential characters, ...?
 * Returns the reason (static text), or NULL when it looks real.
 */
const char *check_placeholder(bytes secret);

#endif
