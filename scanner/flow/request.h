/*
 * request: what a rule asks a provider, and what it makes of the answers.
 *
 * A block is a list of steps; a step is one request, from templates, and the
 * clauses that read its answer. Built by ruleset/ from [rules.verify] and
 * [rules.revoke], rendered and judged by request/, carried out by ask/. All
 * of it is frozen. Its grammar is described in rules/README.md.
 */
#ifndef STANCH_FLOW_REQUEST_H
#define STANCH_FLOW_REQUEST_H

#include "flow/verdict.h"

#include <stddef.h>
#include <stdint.h>

/* Where a condition or an extract looks. */
enum request_place {
	REQUEST_HEADER, /* `from` is its name */
	REQUEST_JSON,	/* a path: a.b[0].c */
	REQUEST_BODY,	/* the body as it is */
	REQUEST_VALUE,	/* a variable: for `when` */
};

enum request_test {
	REQUEST_PRESENT, /* "*": is there, not null, not empty */
	REQUEST_ABSENT,	 /* "!": none, null or empty */
	REQUEST_NULL,	 /* "null": there, and a JSON null */
	REQUEST_NUMBER,	 /* "#": a number, or digits alone */
	REQUEST_EQUALS,	 /* "=text" */
	REQUEST_STARTS,	 /* "^text" */
	REQUEST_MATCHES, /* "~regex" */
	REQUEST_INTEGER, /* 7: that number */
	REQUEST_FLAG,	 /* true, false */
};

struct request_condition {
	enum request_place place;
	enum request_test test;
	bool negated; /* of `unless` */
	const char *from;
	const char *text; /* may be a template in `where` */
	int64_t number;	  /* or 0 and 1 */
	/* Conditions of one key's list are joined by or: this one is an
	 * alternative to the one before it. */
	bool alternative;
};

/* All conditions hold -> the verdict. The first clause that holds counts. */
struct request_clause {
	uint16_t status_low, status_high; /* 0, 0: any */
	const uint16_t *statuses;	  /* or these */
	size_t status_count;
	const struct request_condition *conditions;
	size_t condition_count;
	enum verdict verdict;
	const char *note; /* what it means, for people; or NULL */
};

/* A value of the answer that is kept under a name. */
struct request_extract {
	const char *name; /* owner, email, owner_id, organization, scopes,
			     expires, token_id, ...: free for later steps */
	enum request_place place;
	const char *from;
	const char *regex; /* its first group, or NULL: all */
};

struct request_field {
	const char *name, *value; /* the value is a template */
};

/* Built-in signing of a request; its texts are templates. */
struct request_signer {
	const char *kind; /* NULL: none; see request/sign.h */
	const char *id, *secret, *session, *service, *region;
};

/* Exactly one element of a list, or the block ends in unknown. */
struct request_select {
	const char *list; /* JSON path; NULL: none. "" is the whole body */
	const struct request_condition *where;
	size_t where_count;
	const struct request_field *take; /* name -> path in the element */
	size_t take_count;
	/* Further pages: the header or JSON path that gives the value `page`,
	 * with which the step is asked again. */
	enum request_place next_place;
	const char *next; /* NULL: one page */
	uint32_t pages;	  /* at most; default 10 */
};

struct request_step {
	const char *name; /* for errors; may be NULL */
	const char *method, *url;
	const struct request_field *headers, *query, *form;
	size_t header_count, query_count, form_count;
	const char *body, *json; /* at most one of form, body and json */
	const char *content_type; /* of `body` */
	const char *each; /* repeated for each value of this name, in order */
	const struct request_condition *when; /* else the step is left out */
	size_t when_count;
	struct request_signer sign;
	const struct request_clause *answers;
	size_t answer_count;
	const struct request_extract *extracts;
	size_t extract_count;
	struct request_select select;
};

struct request_block {
	const char *const *hosts; /* as in net/net.h */
	size_t host_count;
	uint32_t per_minute, burst, parallel, tries; /* 0: net's defaults */
	bool unsafe;  /* the provider may notice more than a read */
	const struct request_step *steps;
	size_t step_count;
	/* Of revoke blocks; see respond/. */
	const char *kind;	/* self, report, admin */
	const char *credential; /* name of the policy's credential, or NULL */
	const char *effect;	/* what else dies, for people */
	bool reversible;
	uint32_t batch, per_hour; /* tokens a request, requests an hour */
};

#endif
