/*
 * verdict: what a provider's answer says of a token. Pure functions, any
 * thread.
 */
#ifndef STANCH_FLOW_VERDICT_H
#define STANCH_FLOW_VERDICT_H

#include <stdbool.h>

/* What a clause concludes. The first of all is what nobody concluded. */
enum verdict {
	VERDICT_UNKNOWN,
	VERDICT_LIVE,
	VERDICT_DEAD,
	VERDICT_RESTRICTED, /* live, and its use is limited here */
	VERDICT_RETRY,	    /* the host would not say now */
	/* not of a token, but of a step */
	VERDICT_NEXT,	   /* go on to the next candidate, or step */
	VERDICT_ELSEWHERE, /* not live at this candidate; go on */
	/* of revoke blocks */
	VERDICT_REVOKED,  /* the provider says it is done */
	VERDICT_ACCEPTED, /* taken in; whether it was done must be asked */
	VERDICT_GONE,	  /* it was dead already */
	VERDICT_REFUSED,  /* the provider will not */
	VERDICT_COUNT,
};
/* "live", "dead", ...; as in rule files and reports. */
const char *verdict_name(enum verdict verdict);
/* False: no verdict of that name. */
bool verdict_parse(const char *name, enum verdict *out);
/* Live or restricted: the token lets someone in. */
bool verdict_is_live(enum verdict verdict);

/* What is known of one leak after it was asked for. Texts are those of the
 * provider's answer, hostile like all input; NULL where it told nothing. */
struct verdict_facts {
	enum verdict verdict;
	const char *note; /* why, for people */
	const char *owner, *email, *owner_id, *organization;
	const char *scopes; /* joined by commas */
	const char *expires;
	const char *checked; /* RFC 3339, UTC: when the provider was asked */
	bool cached;	     /* an earlier run asked */
};

#endif
