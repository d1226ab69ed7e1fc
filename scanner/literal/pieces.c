/*
 * Pieces are cut behind lines whose last bytes hash to a certain value, so
 * that an insertion changes the pieces it touches and no others. A literal is
 * told by a gram in its piece; to compare it in full, the pass reads a little
 * before and behind the piece. Those bytes are hashed with it, and so is how
 * many there are. Any way to cut is right: where is a matter of speed alone.
 *
 * What followed a piece the last time mostly follows it now. So its length is
 * tried first, and where a piece ends is looked for only in what is new.
 */
#include "literal/internal.h"
#include "literal/pieces.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/banned.h"

/* Bytes of a piece. Shorter ones cost a look-up each, longer ones are all new
 * for one changed line; both were tried by halves and doubles. */
#define PIECE_MIN ((size_t)512)
#define PIECE_MAX ((size_t)4096)
/* One line in so many ends a piece, as a power of two. */
#define PIECE_LINES_LOG 4
/* Texts that are not worth it: most commits, names. */
#define WORTH ((size_t)1024)

#define CACHE_LINE 64

/* Pieces and hits that are remembered, as powers of two. The older ones give
 * way; files stand close to their other versions in a sweep. */
#define SLOTS_LOG 16
#define SLOTS ((uint32_t)1 << SLOTS_LOG)
#define HITS ((uint64_t)1 << 18)
/* More of them in one piece are not remembered. */
#define PIECE_HITS UINT16_MAX

struct kept_hit {
	uint32_t tag;
	uint16_t at;	 /* from the piece's begin */
	int16_t before; /* at - start */
	uint16_t n;
};

/* Half a cache line: they are met in no order. */
struct slot {
	struct hash128 key;
	uint64_t hits;	/* number of the first, of all that ever were */
	uint16_t count; /* of hits */
	uint16_t n;	/* bytes of the piece; 0: empty */
	uint16_t next;	/* the slot of what followed */
	bool is_seen;	/* what the eye said */
};
_Static_assert(sizeof(struct slot) == 32, "two in a cache line");
_Static_assert(LITERAL_EYE_REACH <= LITERAL_BLOCK, "keys reach as far");
_Static_assert(SLOTS <= UINT16_MAX + 1, "struct slot's next");

struct literal_pieces {
	const struct literal_set *set;
	literal_eye *eye;
	void *eye_context;
	size_t before, behind; /* bytes around a piece that matter */
	literal_key *key;
	unsigned char secret[HASH_SECRET];
	struct slot *slots;
	struct kept_hit *hits; /* a ring of HITS */
	uint64_t hit_count;    /* of all that ever were */
};

/* How far from a gram the pass may read. */
static void set_reach(struct literal_pieces *p)
{
	const struct literal_tables *t = &p->set->t;

	p->before = 0;
	p->behind = LITERAL_BLOCK;
	for (size_t i = 1; i <= t->entry_count; i++) {
		const struct literal_entry *e = &t->entries[i];
		size_t behind = (size_t)(e->n - e->gram);

		if (e->gram > 0 && (size_t)e->gram > p->before)
			p->before = (size_t)e->gram;
		if (behind > p->behind)
			p->behind = behind;
	}
}

struct literal_pieces *literal_pieces_new(const struct literal_set *set,
	literal_eye *eye, void *eye_context)
{
	struct literal_pieces *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->set = set;
	p->eye = eye;
	p->eye_context = eye_context;
	p->key = literal_key_fastest();
	p->slots = aligned_alloc(CACHE_LINE, SLOTS * sizeof(*p->slots));
	p->hits = calloc(HITS, sizeof(*p->hits));
	if (p->slots == NULL || p->hits == NULL ||
		getrandom(p->secret, sizeof(p->secret), 0) !=
			(ssize_t)sizeof(p->secret)) {
		literal_pieces_free(p);
		return NULL;
	}
	memset(p->slots, 0, SLOTS * sizeof(*p->slots));
	set_reach(p);
	return p;
}

void literal_pieces_free(struct literal_pieces *p)
{
	if (p == NULL)
		return;
	free(p->slots);
	free(p->hits);
	free(p);
}

/* The last eight bytes of a line decide whether a piece ends with it. */
static bool ends_piece(const unsigned char *newline)
{
	uint64_t v;

	memcpy(&v, newline - sizeof(v), sizeof(v));
	return (v * 0x9e3779b97f4a7c15u) >> (64 - PIECE_LINES_LOG) == 0;
}

static size_t find_end(bytes text, size_t begin, size_t to)
{
	size_t last = to - begin > PIECE_MAX ? begin + PIECE_MAX : to;
	size_t at = begin + PIECE_MIN;

	while (at < last) {
		const unsigned char *newline =
			memchr(text.at + at, '\n', last - at);

		if (newline == NULL)
			break;
		at = (size_t)(newline - text.at) + 1;
		if (ends_piece(newline))
			return at;
	}
	return last;
}

static struct hash128 key_of(const struct literal_pieces *p, bytes text,
	size_t begin, size_t end)
{
	size_t before = begin < p->before ? begin : p->before;
	size_t behind = text.n - end < p->behind ? text.n - end : p->behind;
	struct hash128 key = p->key(
		bytes_part(text, begin - before, end + behind), p->secret);

	/* The same bytes around another piece are not the same. */
	key.high ^= (uint64_t)before << 32 | behind;
	return key;
}

/* The hits of one piece on their way into the ring. */
struct catch {
	struct literal_pieces *p;
	size_t begin;
	uint64_t count; /* those over PIECE_HITS are not in the ring */
};

static void keep(void *context, const struct literal_hit *hit)
{
	struct catch *c = context;
	uint64_t place = c->p->hit_count + c->count;

	if (c->count++ >= PIECE_HITS)
		return;
	c->p->hits[place & (HITS - 1)] = (struct kept_hit){
		.tag = hit->tag,
		.at = (uint16_t)(hit->at - c->begin),
		.before = (int16_t)((ptrdiff_t)hit->at -
				    (ptrdiff_t)hit->start),
		.n = (uint16_t)hit->n,
	};
}

static void tell(const struct literal_pieces *p, const struct slot *s,
	size_t begin, const struct literal_pieces_sink *sink)
{
	for (uint64_t i = 0; i < s->count; i++) {
		const struct kept_hit *k =
			&p->hits[(s->hits + i) & (HITS - 1)];
		size_t at = begin + k->at;
		struct literal_hit hit = {
			.at = at,
			.start = (size_t)((ptrdiff_t)at - k->before),
			.n = k->n,
			.tag = k->tag,
		};

		sink->hit(sink->context, &hit);
	}
	if (s->is_seen)
		sink->piece(sink->context, begin, begin + s->n);
}

/* Do the slot's bytes stand there, with its hits still in the ring? */
static bool is_kept(const struct literal_pieces *p, const struct slot *s,
	struct hash128 key)
{
	return s->n && hash_128_equal(s->key, key) &&
	       p->hit_count - s->hits <= HITS;
}

/* Puts back what was left out in front of a text. */
struct shifted {
	literal_sink *sink;
	void *context;
	size_t shift;
};

static void tell_shifted(void *context, const struct literal_hit *hit)
{
	const struct shifted *s = context;
	struct literal_hit moved = *hit;

	moved.at += s->shift;
	moved.start += s->shift;
	s->sink(s->context, &moved);
}

/* literal_scan looks at even places; here they count from the piece's begin,
 * so that it says the same of a piece wherever that stands. */
static void scan_piece(const struct literal_pieces *p, bytes text, size_t begin,
	size_t end, literal_sink *sink, void *context)
{
	struct shifted s = {sink, context, begin & (LITERAL_STRIDE - 1)};

	literal_scan(p->set, bytes_drop(text, s.shift), begin - s.shift,
		end - s.shift, tell_shifted, &s);
}

/* A pass over a piece, into its slot; false: it has too many hits. */
static bool learn(struct literal_pieces *p, struct slot *s, bytes text,
	size_t begin, size_t end)
{
	struct catch c = {.p = p, .begin = begin};

	s->n = 0;
	s->hits = p->hit_count;
	scan_piece(p, text, begin, end, keep, &c);
	/* What the ring has of too many is of no use, but is there. */
	p->hit_count += c.count < PIECE_HITS ? c.count : PIECE_HITS;
	if (c.count > PIECE_HITS)
		return false;
	s->n = (uint16_t)(end - begin);
	s->count = (uint16_t)c.count;
	return true;
}

static const struct slot *slot_of_new(struct literal_pieces *p, bytes text,
	size_t begin, size_t end, struct hash128 key)
{
	struct slot *s = &p->slots[key.low & (SLOTS - 1)];

	if (is_kept(p, s, key))
		return s;
	if (!learn(p, s, text, begin, end))
		return NULL;
	s->is_seen = p->eye(p->eye_context, text, begin, end);
	s->key = key;
	s->next = 0;
	return s;
}

/* The piece that begins there: as it was when it last came, or a new one.
 * NULL: it is to be passed over as if nothing were remembered. */
static const struct slot *piece_at(struct literal_pieces *p, bytes text,
	size_t begin, size_t to, uint16_t expected, size_t *end)
{
	const struct slot *s = &p->slots[expected];
	struct hash128 key = {0};

	*end = begin + s->n;
	if (s->n && s->n <= to - begin) {
		/* Their memory is slow, and is asked while we hash. */
		__builtin_prefetch(&p->slots[s->next]);
		__builtin_prefetch(&p->hits[s->hits & (HITS - 1)]);
		key = key_of(p, text, begin, *end);
		if (is_kept(p, s, key))
			return s;
	}
	*end = find_end(text, begin, to);
	if (s->n == 0 || *end != begin + s->n)
		key = key_of(p, text, begin, *end);
	return slot_of_new(p, text, begin, *end, key);
}

void literal_pieces_scan(struct literal_pieces *p, bytes text, size_t from,
	size_t to, const struct literal_pieces_sink *sink)
{
	uint16_t last = 0;

	from += from & (LITERAL_STRIDE - 1);
	if (to > text.n)
		to = text.n;
	if (to < from + WORTH) {
		literal_scan(p->set, text, from, to, sink->hit, sink->context);
		sink->piece(sink->context, from, to);
		return;
	}
	while (from < to) {
		size_t end;
		const struct slot *s = piece_at(p, text, from, to,
			p->slots[last].next, &end);

		if (s) {
			uint16_t place = (uint16_t)(s - p->slots);

			if (p->slots[last].next != place)
				p->slots[last].next = place;
			last = place;
			tell(p, s, from, sink);
		} else {
			scan_piece(p, text, from, end, sink->hit,
				sink->context);
			sink->piece(sink->context, from, end);
		}
		from = end;
	}
}
