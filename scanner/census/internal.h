/*
 * internal: a listing at work.
 *
 *	ask.c	 one request at a time: pace, waits, what an answer means
 *	page.c	 what a page holds: entries, and its successor
 *	keep.c	 pages of earlier listings
 *	target.c what the user's text means
 *	github.c, gitlab.c, ...: one provider each: what to ask for first, and
 *		 how its answers are read
 */
#ifndef STANCH_CENSUS_INTERNAL_H
#define STANCH_CENSUS_INTERNAL_H

#include "census/census.h"
#include "census/provider.h"

#include "base/buf.h"
#include "base/keymap.h"

/* Requests that wait behind the current one; a page adds at most two for each
 * of its entries. */
#define CENSUS_WAITING 2048

struct census_request {
	enum census_part part;
	char *url;
	/* Asked instead when there is no such thing (404): "": nothing; NULL:
	 * then it is an error. */
	char *otherwise;
};

/* target.c */
enum status census_target_read(const char *text, struct census_target *out,
	struct error *err) MUST_USE;

struct census {
	struct census_target target;
	struct census_options options;
	const char *text; /* the target as it was named */
	char *text_kept;
	struct net *net;
	struct credential *credential; /* NULL: none */
	/* requests: the current one, and those behind it (a stack) */
	struct census_request current;
	struct census_request waiting[CENSUS_WAITING];
	size_t waiting_count;
	bool is_begun, is_asked, has_page;
	/* of the current request */
	unsigned tries;
	bool is_refreshed;   /* the credential, after it was refused */
	bool is_asked_plain; /* not conditionally */
	uint64_t until; /* clock, before which nothing is asked; 0: none */
	double waited;	/* seconds, of all waits together */
	char why[256];	/* of a long wait, not said yet */
	/* of the current page */
	struct buf entries, next, etag, cursor;
	bytes left; /* entries not given yet */
	struct buf texts; /* of the one that is given */
	/* what came before: addresses of pages, names of repositories */
	struct keymap pages, names;
	uint64_t page_count;
	unsigned stale_pages; /* in a row without anything new */
	bool is_over; /* no memory, or too many requests wait */
};

/* census.c: what to say to the forge; false: nothing. */
bool census_credential(const struct census *c, struct credential *out);

/* ---- ask.c --------------------------------------------------------------- */

/* One step: OK, and then there may be a page; err may say what is waited for.
 * ERR_NOT_FOUND: all was asked. */
enum status census_step(struct census *c, struct error *err) MUST_USE;
/* All of the page was given: on to its successor, or to what waits. */
void census_advance(struct census *c);
void census_request_release(struct census_request *r);

/* ---- page.c ------------------------------------------------------------- */

/* The next entry: false when there are no more. A request is pushed and
 * passed over. */
bool census_give(struct census *c, struct roster_repository *out);
/* May `url` be asked for: same host and port, below the same path? */
bool census_is_ours(const struct census *c, bytes url);

/* ---- keep.c -------------------------------------------------------------- */

/* The ETag of the current request's page, if one was kept. */
void census_keep_etag(struct census *c, struct buf *etag);
/* The entries and the successor, as then; false when they are gone. */
bool census_keep_read(struct census *c);
/* The page that was read now. Not being able to keep is no failure. */
void census_keep_write(struct census *c);

#endif
