/*
 * check/internal: what the checks share: small codecs, a JSON member reader,
 * the generator behind check_fill, and the table of checks.
 */
#ifndef STANCH_CHECK_INTERNAL_H
#define STANCH_CHECK_INTERNAL_H

#include "check/check.h"

#include <stdint.h>

/* Most bytes that a check decodes; LIMIT_MATCH holds no more. */
#define CHECK_DECODE_MAX ((size_t)16 << 10)

struct check_input {
	const struct rule_check *rule;
	bytes secret;
	bytes match;
};

typedef struct check_verdict check_run_fn(const struct check_input *in);
typedef bool check_fill_fn(const struct rule_check *rule, struct buf *token,
	size_t start);

static inline struct check_verdict check_says(enum check_result result,
	const char *reason)
{
	return (struct check_verdict){.result = result, .reason = reason};
}
static inline struct check_verdict check_passes(const char *fact)
{
	return (struct check_verdict){.result = CHECK_PASS, .fact = fact};
}
static inline struct check_verdict check_is_well(const char *fact)
{
	return (struct check_verdict){.result = CHECK_WELL, .fact = fact};
}

/* codec.c. Digits: both base64 alphabets at once, padding optional, leftover
 * bits ignored; base32 in both cases, unpadded. False on anything else or
 * when `room` is too small; then *n is 0. */
bool check_base64_decode(bytes text, unsigned char *out, size_t room,
	size_t *n);
bool check_base32_decode(bytes text, unsigned char *out, size_t room,
	size_t *n);
bool check_is_base64(unsigned char c);
/* Padded; the URL alphabet is not padded. */
/* The digits of RFC 4648's base32, `width` of them, in lower case. */
void check_base32_write(bytes data, char *out, size_t width);
/* Most significant digit first, left-padded; false when it does not fit. */
bool check_number_write(uint64_t value, bytes digits, char *out, size_t width);
extern const char check_base62_digits[63];

/* A deterministic stream that begins from the text. */
struct check_random {
	uint64_t state;
};
struct check_random check_random_from(bytes text);
uint64_t check_random_next(struct check_random *random);
void check_random_bytes(struct check_random *random, unsigned char *out,
	size_t n);
/* n characters out of `set`, appended. */
void check_random_put(struct check_random *random, struct buf *out,
	const char *set, size_t n);

/* The secret so far, and cutting or filling it to a length. */
static inline bytes check_so_far(const struct buf *token, size_t start)
{
	return bytes_drop(buf_bytes(token), start);
}
void check_resize(struct buf *token, size_t start, size_t n, const char *set);

/* Marvin32; and both halves folded, as Microsoft's keys use it. azure.c */
uint64_t check_marvin_wide(bytes data, uint64_t seed);
uint32_t check_marvin(bytes data, uint64_t seed);

/* jwt.c: a member of the object that `text` begins with. */
enum check_json {
	CHECK_JSON_BAD,	   /* no complete object there */
	CHECK_JSON_ABSENT, /* an object without that member */
	CHECK_JSON_FOUND,
};
/* *value is the raw value: a string with its quotes, a number, ...
 * *end, when not NULL, is the offset after the object. */
enum check_json check_json_member(bytes text, const char *key, bytes *value,
	size_t *end);

/* pem.c: a private key block and what is gathered of its body. */
struct check_block {
	bytes label; /* "RSA PRIVATE KEY" */
	bytes body;
	bool ended; /* by an END line */
};

/* What was gathered of a block's body. */
struct check_armour {
	unsigned char digits[CHECK_DECODE_MAX];
	size_t n;
	unsigned char sum[4]; /* after a '=' that begins a line */
	bool has_sum;
	bool encrypted; /* a header says so */
};

/* A block without an END line: from here on it may be a cut-off key. */
#define CHECK_CUT_OFF 64
bool check_find_block(bytes text, struct check_block *block);
/* `mark` stands before each line, or 0. False where something stands that no
 * key has; out keeps what came before. */
bool check_gather(bytes body, unsigned char mark, struct check_armour *out);
/* For check_fill: the label of the BEGIN line that the text ends with, and
 * how that text writes line ends; such a line end; base64 in lines. */
bool check_last_label(const struct buf *token, size_t start, bytes *label,
	const char **line);
void check_begin_body(struct buf *token, const char *line);
void check_put_lines(struct buf *token, bytes raw, const char *line);

/* placeholder.c: the longest run of one byte; of bytes that count up or down
 * by one; and whether the text is a piece of at most a third, repeated. */
size_t check_longest_run(bytes text);
size_t check_longest_sequence(bytes text);
bool check_is_periodic(bytes text);
size_t check_distinct(bytes text);

check_run_fn check_crc32, check_github, check_gitlab, check_bech32, check_luhn;
check_run_fn check_ado_legacy, check_cask, check_cask_open;
check_run_fn check_azure_key, check_entra;
check_run_fn check_jwt, check_macaroon, check_base64_json;
check_run_fn check_pem, check_pgp, check_putty;
check_run_fn check_basic_auth, check_url_password, check_aws_key,
	check_discord, check_random_hex, check_random_text;

check_fill_fn check_fill_crc32, check_fill_github, check_fill_gitlab,
	check_fill_bech32, check_fill_luhn;
check_fill_fn check_fill_ado_legacy, check_fill_cask, check_fill_cask_open;
check_fill_fn check_fill_azure_key, check_fill_entra;
check_fill_fn check_fill_jwt, check_fill_macaroon, check_fill_base64_json;
check_fill_fn check_fill_pem, check_fill_pgp, check_fill_putty;
check_fill_fn check_fill_basic_auth, check_fill_aws_key, check_fill_discord;

#endif
