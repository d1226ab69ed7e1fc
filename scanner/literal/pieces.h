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

/* Seven megabytes; NULL without memory. The set is borrowed. */
struct literal_pieces *literal_pieces_new(const struct literal_set *set);
void literal_pieces_free(struct literal_pieces *p);

/*
 * As literal_scan, but for this: where pieces or parts meet a literal may be
 * told twice, with `at` one apart. The sink must not call literal_pieces_scan.
 */
void literal_pieces_scan(struct literal_pieces *p, bytes text, size_t from,
	size_t to, literal_sink *sink, void *context);

#endif
