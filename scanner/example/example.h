/*
 * example: templates that are expanded to token-bearing text at test time,
 * so that no live-looking token is stored in a rule file.
 *
 *   {rand:CLASS:N}   N pseudo-random characters; deterministic, by rule id
 *		      and example number. CLASS: base62 alnum lower upper
 *		      digits hex HEX base32 base32lower base64 base64url
 *		      base36 word, or a set in brackets: [A-Lx]
 *   {checksum}	      what makes the rule's check pass for the secret so far
 *   {badchecksum}    the same with one character changed
 *   {enc:E:TEXT}     TEXT (a template itself) under encoding E: base64,
 *		      base64url, hex, HEX, percent, utf16le, utf16be
 *   {repeat:N:TEXT}  TEXT N times
 *   {split}	      nothing: breaks up a literal in the stored text
 *   « ... »	      marks the secret that must be reported, decoded; without
 *		      marks any finding of the rule will do. Several allowed:
 *		      each must be found.
 * Any other brace is itself. {checksum} covers the text since the last «;
 * without one, since the rule's anchor where matches begin with it, or else
 * since the last delimiter.
 */
#ifndef STANCH_EXAMPLE_EXAMPLE_H
#define STANCH_EXAMPLE_EXAMPLE_H

#include "base/buf.h"
#include "base/error.h"
#include "flow/rule.h"

#define EXAMPLE_SECRETS 8

struct example {
	struct buf text;	 /* expanded */
	struct buf secrets;	 /* the marked secrets, one after another */
	size_t ends[EXAMPLE_SECRETS]; /* end of each in `secrets` */
	size_t count;
};

enum status example_expand(const struct rule *rule, size_t index,
	struct example *out, struct error *err) MUST_USE;
/* The i-th marked secret. */
bytes example_secret(const struct example *e, size_t i);
void example_release(struct example *e);

#endif
