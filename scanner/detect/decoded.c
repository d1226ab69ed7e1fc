/*
 * Encoded regions: decoded where an encoded anchor shows one, then scanned as
 * a layer of its own.
 *
 * An anchor needs LIMIT_DECODE_SPAN to each side of it. Half as much again is
 * decoded, and the last region is kept, so that the anchors that follow in
 * the same run need no decoding of their own: the cost of a wall of encoded
 * anchors stays within a few times its size. Where the run goes on behind the
 * piece, a match that touches the piece's edge is left to the piece around
 * its own anchor.
 *
 * Regions overlap, so a secret may be seen twice; overlap.c keeps one.
 */
#include "detect/internal.h"

#include "base/banned.h"

/* A decoder looks no further than this behind its literal. */
#define DECODER_REACH ((size_t)8 << 10)
/* Encoded forms from this length on are no accident. */
#define SURE_FORM 9
/* Encoded bytes to each side for a first look: more than an anchor has whose
 * form is shorter than that. */
#define PROBE 48

/* Both alphabets are one thing to the decoder. */
static enum encoding class_of(enum encoding e)
{
	return e == ENCODING_BASE64URL ? ENCODING_BASE64 : e;
}

/* The last decoded byte whose first encoded byte is at or before `at`. */
static size_t byte_at(const struct decode_region *r, size_t at)
{
	size_t low = 0, high = r->n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (r->from[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Was the place decoded with this alignment, with enough behind it? */
static bool is_covered(const struct decode_region *r, bool cut,
	enum encoding e, size_t at, unsigned phase)
{
	size_t i;

	if (r->n == 0 || at < r->from[0] || at >= r->end)
		return false;
	if (cut && r->end - at < LIMIT_DECODE_SPAN)
		return false;
	i = byte_at(r, at);
	if (e == ENCODING_BASE64)
		return phase < 3 ? r->from[i] == at && i % 3 == phase
				 : r->from[i] < at && i % 3 == 2;
	if (e == ENCODING_UTF16BE)
		return at - r->from[i] <= 1;
	return r->from[i] == at;
}

/* The other order of bytes, for UTF-16. */
static enum encoding other_order(enum encoding e)
{
	if (e == ENCODING_UTF16LE)
		return ENCODING_UTF16BE;
	return e == ENCODING_UTF16BE ? ENCODING_UTF16LE : ENCODING_PLAIN;
}

/*
 * Inside a UTF-16 run the two orders look the same, one byte apart; the true
 * one mostly has one character more at the run's end.
 */
static bool is_false_order(struct scan *s, const struct layer *l,
	enum encoding e, size_t at, unsigned phase)
{
	struct detect_level *level = &s->levels[l->depth];
	enum encoding other = other_order(e);
	struct decode_region *r = &level->regions[other];
	size_t n = level->regions[e].n;

	if (other == ENCODING_PLAIN ||
		(r->room == 0 && !decode_region_init(r, 2 * DETECT_DECODE)))
		return false;
	level->epochs[other] = 0;
	s->decoded += n;
	return decode_around(r, other, l->text, at, phase, DETECT_DECODE) &&
	       (r->n > n || (r->n == n && e == ENCODING_UTF16BE));
}

static void scan_region(struct scan *s, const struct layer *l,
	enum encoding e, size_t at);

static void decode_at(struct scan *s, const struct layer *l, enum encoding e,
	size_t at, unsigned phase)
{
	struct detect_level *level = &s->levels[l->depth];
	enum encoding c = class_of(e);
	struct decode_region *r = &level->regions[c];

	if (level->epochs[c] == l->epoch &&
		is_covered(r, level->cut[c], c, at, phase))
		return;
	if (s->decoded >= LIMIT_DECODE_BUDGET ||
		(r->room == 0 && !decode_region_init(r, 2 * DETECT_DECODE))) {
		s->ledger.decode_cut++;
		return;
	}
	level->epochs[c] = 0;
	s->decoded += LIMIT_DECODE_SPAN / 16;
	if (!decode_around(r, e, l->text, at, phase, DETECT_DECODE))
		return;
	level->epochs[c] = l->epoch;
	s->decoded += r->n;
	if (!is_false_order(s, l, e, at, phase))
		scan_region(s, l, e, at);
}

/* A decoded region as a layer. */
static void scan_region(struct scan *s, const struct layer *l,
	enum encoding e, size_t at)
{
	struct detect_level *level = &s->levels[l->depth];
	enum encoding c = class_of(e);
	struct decode_region *r = &level->regions[c];
	struct layer inner = {
		.text = bytes_of(r->text, r->n),
		.to = r->n,
		.depth = l->depth + 1,
		.outer = l,
		.region = r,
		.encoding = e,
		.epoch = ++s->epoch,
	};
	size_t skip = 0;
	enum encoding wide;

	inner.marks_epoch = inner.epoch;
	inner.is_first = at < DETECT_DECODE - 16 + r->begin &&
			 (l->is_first || r->begin > 0);
	level->cut[c] = r->end - at > DETECT_DECODE - 16 ||
			(r->end == l->text.n && !l->is_last);
	inner.is_last = !level->cut[c];
	scan_layer(s, &inner);
	if (inner.depth >= s->d->options.decode_depth)
		return;
	/* PowerShell's -EncodedCommand is base64 of UTF-16. */
	wide = decode_sniff_utf16(inner.text, &skip);
	if (wide != ENCODING_PLAIN && skip < r->n)
		decode_at(s, &inner, wide,
			skip + (wide == ENCODING_UTF16BE), 0);
}

static void on_any(void *context, const struct literal_hit *hit)
{
	bool *seen = context;

	*seen = *seen || (hit->tag & 3) != LEAD_KEYWORD;
}

/*
 * A short form leaves out the anchor's outermost bits, so in a wall of base64
 * it is often seen where no anchor is: look at the few bytes around it before
 * kilobytes are decoded.
 */
static bool holds_anchor(struct scan *s, const struct layer *l,
	enum encoding e, const struct literal_hit *hit, unsigned phase)
{
	struct detect_level *level = &s->levels[l->depth];
	struct decode_region *r = &level->regions[e];
	bool seen = false;

	if (hit->n >= SURE_FORM ||
		(r->room == 0 && !decode_region_init(r, 2 * DETECT_DECODE)))
		return true;
	level->epochs[e] = 0;
	if (decode_around(r, e, l->text, hit->start, phase, PROBE))
		literal_scan(s->d->literals, bytes_of(r->text, r->n), 0, r->n,
			on_any, &seen);
	return seen;
}

void scan_encoded(struct scan *s, const struct layer *l,
	const struct literal_hit *hit)
{
	enum encoding e = (enum encoding)(hit->tag >> 2 & 7);
	unsigned phase = hit->tag >> 5 & 7;
	struct detect_level *level = &s->levels[l->depth];
	enum encoding c = class_of(e);

	if (level->epochs[c] == l->epoch &&
		is_covered(&level->regions[c], level->cut[c], c, hit->start,
			phase))
		return;
	if (holds_anchor(s, l, c, hit, phase))
		decode_at(s, l, e, hit->start, phase);
}

void scan_decoder(struct scan *s, const struct layer *l, size_t index,
	size_t end)
{
	const struct rule_decode *d = &s->d->decodes[index];
	size_t within = d->within < DECODER_REACH ? d->within : DECODER_REACH;
	size_t longest = d->max_length < DECODER_REACH ? d->max_length
						       : DECODER_REACH;
	size_t reach = end + within + d->min_length;
	size_t begin, run_end;

	if (reach > l->text.n)
		reach = l->text.n;
	if (decode_next_run(l->text, end, reach, d->min_length, longest,
		    &begin, &run_end) &&
		begin - end <= within)
		decode_at(s, l, ENCODING_BASE64, begin, 0);
}
