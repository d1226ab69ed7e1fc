/*
 * encoding: what may stand around a token. Pure functions, any thread.
 */
#ifndef STANCH_FLOW_ENCODING_H
#define STANCH_FLOW_ENCODING_H

#include "base/bytes.h"

/* How text may be encoded around a token; ENCODING_PLAIN is "not". */
enum encoding {
	ENCODING_PLAIN,
	ENCODING_BASE64,
	ENCODING_BASE64URL,
	ENCODING_HEX,
	ENCODING_PERCENT,
	ENCODING_UTF16LE,
	ENCODING_UTF16BE,
	ENCODING_COUNT,
};
#define ENCODING_BIT(e) (1u << (e))
#define ENCODING_ALL ((1u << ENCODING_COUNT) - 1)

/* "plain", "base64", "base64url", "hex", "percent", "utf16le", "utf16be". */
const char *encoding_name(enum encoding e);
bool encoding_parse(bytes text, enum encoding *out);

#endif
