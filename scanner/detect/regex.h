/*
 * regex: PCRE2, for detect/ alone. A pattern is compiled when it is first
 * needed, once, by whichever thread comes first; a thread that uses it often
 * gets it as machine code.
 */
#ifndef STANCH_DETECT_REGEX_H
#define STANCH_DETECT_REGEX_H

#include "base/bytes.h"
#include "base/charset.h"

#include <stdatomic.h>

/* Shared. */
struct detect_regex {
	const char *source; /* NULL: none [frozen] */
	const struct charset *not_before, *not_after; /* or NULL [frozen] */
	bool foreign;	    /* [frozen] */
	uint32_t index;	    /* [frozen] */
	_Atomic(void *) code; /* [atomic: release by its maker] */
	_Atomic(void *) fast; /* [atomic: release by its maker] */
	atomic_bool broken;   /* [atomic: relaxed, only ever set] */
};

struct detect_regexes;
struct detect_regexes *detect_regexes_new(bool no_jit);
void detect_regexes_free(struct detect_regexes *p);
/* Set up before any thread uses it; `source` is borrowed. */
void detect_regex_init(struct detect_regexes *p, struct detect_regex *x,
	const char *source);
/* Frees what was compiled. */
void detect_regex_release(struct detect_regex *x);

/* What one thread needs to match. */
struct detect_tools;
struct detect_tools *detect_tools_new(struct detect_regexes *p);
/* The same for a few short texts: neither captures nor machine code. */
struct detect_tools *detect_tools_new_small(struct detect_regexes *p);
void detect_tools_free(struct detect_tools *t);

enum regex_result {
	REGEX_MATCH,
	REGEX_NONE,
	REGEX_LIMIT,	/* PCRE2 gave up */
	REGEX_BROKEN, /* it does not compile; told once, then NONE */
};

/* A match: where, and the capture that was asked for. */
struct regex_match {
	size_t begin, end;
	size_t group, group_end; /* the whole match where it did not match */
};

/* What is searched. */
struct regex_subject {
	bytes text;
	size_t from, limit; /* the match starts in [from, limit] */
	uint32_t group; /* capture to tell; 0: the first that matched */
	bool cut_front, cut_back; /* text goes on before, after */
};

/* The first match. */
enum regex_result detect_regex_search(struct detect_tools *t,
	struct detect_regex *x, const struct regex_subject *subject,
	struct regex_match *m);
/* The match that starts at `from`, if any, by the interpreter. */
enum regex_result detect_regex_at(struct detect_tools *t,
	struct detect_regex *x, const struct regex_subject *subject,
	struct regex_match *m);
/* Does it match anywhere? */
enum regex_result detect_regex_is_in(struct detect_tools *t,
	struct detect_regex *x, bytes text);

#endif
