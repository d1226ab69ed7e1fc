/*
 * alerts: what a body says. Only a body whose signature holds comes here, and
 * even so it is read as if it were hostile.
 */
#ifndef STANCH_PARTNER_ALERTS_H
#define STANCH_PARTNER_ALERTS_H

#include "base/bytes.h"
#include "base/error.h"

/* Alerts of one body; more is ERR_LIMIT. */
#define ALERTS_MOST 2000
#define ALERTS_TOKEN ((size_t)16 << 10)
#define ALERTS_TYPE 200
#define ALERTS_URL 2000

struct alert {
	bytes token, type;
	bytes url;    /* may be empty */
	bytes source; /* "content", "commit", ...; may be empty */
};
/* Slices point into the document. */
struct alerts {
	struct json_document *document;
	struct alert *at;
	size_t n;
	size_t malformed; /* without a token or a type, or over a limit */
};

/* ERR_FORMAT: it is no list of objects in JSON. Release in any case. */
enum status alerts_read(bytes body, struct alerts *out, struct error *err)
	MUST_USE;
void alerts_release(struct alerts *a); /* wiped */

#endif
