/*
 * verdict: what formats say of a provider's answer. Texts of answers are
 * hostile: the formats escape them as they do all else.
 */
#ifndef STANCH_RENDER_VERDICT_H
#define STANCH_RENDER_VERDICT_H

#include "base/buf.h"
#include "leaks/leaks.h"

struct report_writer;

/* "live", ..., or NULL when nobody was asked. */
const char *report_verdict(const struct leak *leak);
/* Members of the object that is being written, except `verdict` itself:
 * owner, owner_email, ...; only those that are known. */
void report_verdict_fields(struct report_writer *w, const struct leak *leak);
/* "live: owner Ann <ann@example.com>, scopes a,b": for people; nothing when
 * nobody was asked. */
void report_verdict_words(const struct leak *leak, struct buf *out);

#endif
