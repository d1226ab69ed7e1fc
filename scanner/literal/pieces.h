/*
 * pieces: a literal pass over texts that resemble each other.
 *
 * The versions of a file are alike but for a few lines. A text is cut where
 * its own lines say so, into pieces of about a kilobyte; what the pass told of
 * a piece is remembered by the piece's bytes and those around it that a
 * literal may reach to. The same bytes again give the same literals, so what
 * is told equals a pass over all, whatever is remembered and forgotten.
 *
 * It knows nothing of deltas, versions or objects: only of bytes that it has
 * hashed itself, with XXH3-128 under a secret of this memory. One thread.
 */
#ifndef STANCH_LITERAL_PIECES_H
#define STANCH_LITERAL_PIECES_H

#include "literal/literal.h"

struct literal_pieces;

/*
 * What else may stand in a piece: true makes the piece itself told, too. It
 * must depend on nothing but text[begin, end + LITERAL_EYE_REACH), or where
 * the text ends.
 */
typedef bool literal_eye(void *context, bytes text, size_t begin, size_t end);
#define LITERAL_EYE_REACH 16

/* Five megabytes; NULL without memory. The set and the context are borrowed. */
struct literal_pieces *literal_pieces_new(const struct literal_set *set,
	literal_eye *eye, void *eye_context);
void literal_pieces_free(struct literal_pieces *p);

struct literal_pieces_sink {
	literal_sink *hit;
	/* After its hits, a piece of which the eye said true; short texts are
	 * told without having been looked at. */
	void (*piece)(void *context, size_t begin, size_t end);
	void *context;
};

/*
 * As literal_scan, but for this: where pieces or parts meet a literal may be
 * told twice, with `at` one apart. The sink must not call literal_pieces_scan.
 */
void literal_pieces_scan(struct literal_pieces *p, bytes text, size_t from,
	size_t to, const struct literal_pieces_sink *sink);

#endif
