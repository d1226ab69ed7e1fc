/*
 * baseline: the file of accepted findings.
 *
 *	# stanch baseline 1
 *	# FINGERPRINT EXPIRES OWNER REASON, sorted; "-" where there is none.
 *	github-pat:TnE0cPLMxxxxxxxxxxxx 2027-01-31 @web made up for the tests
 *	npm-access-token:h1HJhpbpxxxxxxxxxxxx - - -
 *
 * The first line names the format. Other lines that begin with '#' and empty
 * ones mean nothing. Four words, the last to the end of the line; an entry
 * holds through its last day, UTC. Neither order nor repeats matter when it is
 * read, so that `merge=union` in .gitattributes joins what branches add: of
 * two lines with one fingerprint the one that ends sooner counts. It is
 * written sorted by fingerprint, each once. A line that is not understood is
 * an error with its number, and so is an empty file: it might have been more.
 *
 * A baseline object belongs to one thread; texts are its own.
 */
#ifndef STANCH_SUPPRESS_BASELINE_H
#define STANCH_SUPPRESS_BASELINE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#include <stdint.h>

#define BASELINE_REASON_MAX 1000

struct baseline_entry {
	const char *fingerprint;
	const char *expires; /* "2027-01-31", or NULL */
	const char *owner;   /* one word, or NULL */
	const char *reason;  /* or NULL */
	uint32_t line;	     /* 0: not read from a file */
};

struct baseline {
	struct arena arena;
	struct baseline_entry *at; /* sorted by fingerprint */
	size_t n, room;
};

void baseline_init(struct baseline *b);
void baseline_release(struct baseline *b);

/* Does it say that it is one? */
bool baseline_is(bytes text);
/* Add what a text holds. On failure `b` is to be released. */
enum status baseline_read(struct baseline *b, const char *name, bytes text,
	struct error *err) MUST_USE;
/*
 * Add one entry, copied; what is known of the same fingerprint is replaced.
 * ERR_USAGE when a part of it could not be read back.
 */
enum status baseline_put(struct baseline *b, const struct baseline_entry *e,
	struct error *err) MUST_USE;
const struct baseline_entry *baseline_find(const struct baseline *b,
	bytes fingerprint);
void baseline_remove(struct baseline *b, size_t i);
void baseline_write(const struct baseline *b, struct buf *out);

/* "<rule>:<20 letters>" or "<rule>:k<20 letters>". */
bool baseline_is_fingerprint(bytes text);

/* "2027-01-31" to the first second after that day; false: no such day. */
bool baseline_day_end(bytes date, int64_t *end);

/* The content of a regular file up to `most` bytes, for the caller to release
 * when it is OK; ERR_NOT_FOUND when absent. */
enum status baseline_load_file(const char *path, size_t most,
	struct buf *text, struct error *err) MUST_USE;
/* Written beside its name and renamed. */
enum status baseline_save_file(const char *path, const struct baseline *b,
	struct error *err) MUST_USE;

#endif
