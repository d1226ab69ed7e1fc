/*
 * parser: the state of a pattern's parser, shared by its two files.
 */
#ifndef STANCH_PATTERN_PARSER_H
#define STANCH_PATTERN_PARSER_H

#include "pattern/internal.h"

struct parser {
	struct arena *arena;
	bytes regex;
	size_t at;
	uint32_t groups;
	unsigned depth;
	struct pattern_problem *problem;
};

/* Inline flags in force. */
struct flags {
	bool fold, dot_all;
};

/* Note the first problem; always false. */
bool pattern_refuse(struct parser *p, size_t offset, const char *text);

static inline bool more(const struct parser *p)
{
	return p->at < p->regex.n;
}

/* The byte i places on, or 0 past the end. */
static inline unsigned char peek(const struct parser *p, size_t i)
{
	return p->at + i < p->regex.n ? p->regex.at[p->at + i] : 0;
}

/* Bytes first to last. */
void pattern_set_add(struct charset *set, unsigned first, unsigned last);
/* The other case of each ASCII letter. */
void pattern_set_fold(struct charset *set);

enum escape { ESCAPE_BAD, ESCAPE_BYTE, ESCAPE_CLASS };
/*
 * What stands after a backslash, inside a class or out of it, as far as both
 * share it: a byte (*value) or a class (set).
 */
enum escape pattern_parse_escape(struct parser *p, struct charset *set,
	unsigned *value);
/* A class in brackets, after its '['. */
bool pattern_parse_class(struct parser *p, struct flags flags,
	struct charset *set);

#endif
