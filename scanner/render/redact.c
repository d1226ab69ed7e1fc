/*
 * What may be seen of a secret, and of the text around it.
 *
 * A redacted secret must let its owner recognise it and nobody use it: the
 * literal that its format starts with (public knowledge, and it tells the
 * kind), the last four characters of a long one (what providers show on
 * their own pages), never more than a quarter in all. Guessable secrets show
 * nothing: every character of a password helps to guess it.
 *
 * The line around a secret may hold others that no rule knows, or that the
 * asked confidence leaves out. Hence three masks: the secrets of this leak
 * wherever they stand, the places of all leaks that reach into the excerpt,
 * and every run of token characters that does not read like words or a path.
 * The last is meant to err on the side of hiding.
 */
#include "render/render.h"

#include "base/limits.h"

#include <assert.h>
#include <stdlib.h>

#include "base/banned.h"

/* Secrets shorter than this are masked whole. */
#define SHORT_SECRET 12
/* Secrets at least this long show their last characters. */
#define LONG_SECRET 24
#define TAIL 4
/* Bytes of an anchor that are shown. */
#define PREFIX_MAX 12
/* The shortest run that may be a token; at a cut end less of it is seen. */
#define TOKEN_RUN 12
#define TOKEN_RUN_CUT 6
/* A secret shorter than this is not searched in other text: it would hide
 * half of it and tell where it matched. */
#define SEARCHED_SECRET 4
#define TAB_STOP 4

static bool is_printable(bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		if (b.at[i] <= 0x20 || b.at[i] >= 0x7f)
			return false;
	return true;
}

/* Length of the longest anchor, cut, that the secret starts with. */
static size_t prefix_length(bytes secret, const struct rule *rule)
{
	size_t best = 0;

	if (rule->finder != RULE_BY_ANCHOR)
		return 0;
	for (size_t i = 0; i < rule->anchor_count; i++) {
		bytes literal = rule->anchors[i].literal;
		bytes head = bytes_take(secret, literal.n);
		bool starts = rule->anchors[i].fold
				      ? bytes_equal_nocase(head, literal)
				      : bytes_equal(head, literal);

		if (starts && literal.n > best)
			best = literal.n;
	}
	if (best > PREFIX_MAX)
		best = PREFIX_MAX;
	if (best > secret.n / 4)
		best = secret.n / 4;
	return is_printable(bytes_take(secret, best)) ? best : 0;
}

/* The "-----BEGIN ... KEY-----" that a PEM text starts with, or nothing. */
static bytes pem_head(bytes secret)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----";
	bytes label = bytes_drop(secret, sizeof(begin) - 1);
	size_t n = 0;

	if (!bytes_starts(secret, bytes_text(begin)))
		return bytes_of("", 0);
	while (n < label.n && n < 48 &&
		((label.at[n] >= 'A' && label.at[n] <= 'Z') ||
			label.at[n] == ' '))
		n++;
	if (!bytes_starts(bytes_drop(label, n), bytes_text(end)))
		return bytes_of("", 0);
	return bytes_take(secret, sizeof(begin) - 1 + n + sizeof(end) - 1);
}

void report_redact(bytes secret, const struct rule *rule, struct buf *out)
{
	bytes head = pem_head(secret);
	bytes tail = bytes_drop(secret, secret.n > TAIL ? secret.n - TAIL : 0);
	size_t prefix;

	if (head.n) {
		buf_put(out, head);
		buf_put_text(out, "...");
		return;
	}
	if (rule == NULL || rule->guessable || secret.n < SHORT_SECRET) {
		buf_put_text(out, REPORT_MASK);
		return;
	}
	prefix = prefix_length(secret, rule);
	if (secret.n < LONG_SECRET || prefix + TAIL > secret.n / 4 ||
		!is_printable(tail))
		tail.n = 0;
	if (prefix + tail.n == 0) {
		buf_put_text(out, REPORT_MASK);
		return;
	}
	buf_put(out, bytes_take(secret, prefix));
	buf_put_text(out, "...");
	buf_put(out, tail);
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(unsigned char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(unsigned char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_token_byte(unsigned char c)
{
	return is_digit(c) || is_upper(c) || is_lower(c) ||
	       (c && strchr("_-+/.~%!@#$^&*", c));
}

static bool is_word_byte(unsigned char c)
{
	return is_digit(c) || is_upper(c) || is_lower(c);
}

static bool has_vowel(bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		if (memchr("aeiouyAEIOUY", b.at[i], 12))
			return true;
	return false;
}

/* Letters and digits without a separator, taken apart as camelCase is. */
struct word_shape {
	unsigned humps;	   /* capitals, then small letters */
	unsigned acronyms; /* humps that begin with more than one capital */
	unsigned numbers;
	size_t letters;
	bool odd; /* a part that no word has */
};

static void take_hump(struct word_shape *shape, bytes word, size_t *at)
{
	size_t from = *at, capitals;
	bytes hump;

	while (*at < word.n && is_upper(word.at[*at]))
		++*at;
	capitals = *at - from;
	while (*at < word.n && is_lower(word.at[*at]))
		++*at;
	hump = bytes_part(word, from, *at);
	shape->humps++;
	shape->acronyms += capitals > 1;
	shape->letters += hump.n;
	shape->odd |= hump.n > 14 || (hump.n > 4 && !has_vowel(hump));
}

static void take_number(struct word_shape *shape, bytes word, size_t *at)
{
	size_t from = *at;

	while (*at < word.n && is_digit(word.at[*at]))
		++*at;
	shape->numbers++;
	shape->odd |= *at - from > 4;
}

/*
 * Could it be a word, or a few, with a number? Random letters change their
 * case every other time: their humps are short. The longer the word, the
 * longer they have to be.
 */
static bool is_plain_word(bytes word)
{
	struct word_shape shape = {0};
	size_t i = 0;

	if (word.n <= 3)
		return true;
	while (i < word.n && !shape.odd) {
		if (is_digit(word.at[i]))
			take_number(&shape, word, &i);
		else
			take_hump(&shape, word, &i);
	}
	if (shape.odd || shape.numbers > 1 || shape.acronyms > 1)
		return false;
	if (shape.numbers && (shape.humps > 2 || word.n > 12))
		return false;
	return shape.letters >= shape.humps * (word.n < TOKEN_RUN ? 3u : 4u);
}

/* 0: no letter or digit; a capital before a small letter is no change. */
static unsigned byte_class(unsigned char c)
{
	return is_digit(c) ? 1 : is_upper(c) ? 2 : is_lower(c) ? 3 : 0;
}

static size_t class_changes(bytes run)
{
	size_t changes = 0;

	for (size_t i = 1; i < run.n; i++) {
		unsigned a = byte_class(run.at[i - 1]);
		unsigned b = byte_class(run.at[i]);

		changes += a && b && a != b && !(a == 2 && b == 3);
	}
	return changes;
}

/*
 * Words and short numbers between separators: a name or a path. In random
 * letters and digits every other one is of another class than the last.
 * Measured on 200,000 random base62 runs each: 0.15 % of 16 characters pass,
 * 0.04 % of 20, 0.001 % of 28, none of 36; of base64 two to seven times that.
 */
static bool is_plain_run(bytes run)
{
	size_t i = 0;

	if (class_changes(run) > run.n / 6)
		return false;
	while (i < run.n) {
		size_t from = i;

		while (i < run.n && is_word_byte(run.at[i]))
			i++;
		if (!is_plain_word(bytes_part(run, from, i)))
			return false;
		i++;
	}
	return true;
}

static void mask_runs(const struct report_known *known, bytes text,
	unsigned char *mask)
{
	size_t i = 0;

	while (i < text.n) {
		size_t from = i, least = TOKEN_RUN;

		while (i < text.n && is_token_byte(text.at[i]))
			i++;
		if (known->cut && (from == 0 || i == text.n))
			least = TOKEN_RUN_CUT;
		if (i - from >= least &&
			!is_plain_run(bytes_part(text, from, i)))
			memset(mask + from, 1, i - from);
		if (i == from)
			i++;
	}
}

static void mask_literal(bytes secret, bytes text, unsigned char *mask)
{
	size_t from = 0;

	if (secret.n < SEARCHED_SECRET)
		return;
	while (from < text.n) {
		size_t at = bytes_find(bytes_drop(text, from), secret);

		if (at == BYTES_NONE)
			return;
		memset(mask + from + at, 1, secret.n);
		from += at + secret.n;
	}
}

void report_mask(const struct report_known *known, bytes text,
	unsigned char *mask)
{
	const struct leak_place *place = known->place;

	mask_literal(known->leak->secret, text, mask);
	for (size_t i = 0; place && i < place->part_count; i++)
		mask_literal(place->parts[i].secret, text, mask);
	mask_runs(known, text, mask);
}

/* Places of the same text stand together, by offset. */
static int compare_text(const struct leak_place *a, const struct leak_place *b)
{
	int order = bytes_compare(a->path, b->path);

	if (order == 0)
		order = (a->source > b->source) - (a->source < b->source);
	return order ? order : bytes_compare(a->object, b->object);
}

static int compare_position(const void *a, const void *b)
{
	const struct leak_place *x = *(const struct leak_place *const *)a;
	const struct leak_place *y = *(const struct leak_place *const *)b;
	int order = compare_text(x, y);

	if (order == 0)
		order = (x->offset > y->offset) - (x->offset < y->offset);
	return order;
}

void report_index_build(struct report *r)
{
	size_t room = 0;

	for (size_t i = 0; i < leaks_count(r->leaks); i++)
		room += leaks_at(r->leaks, i)->place_count;
	if (room == 0)
		return;
	r->index = calloc(room, sizeof(r->index[0]));
	if (r->index == NULL) {
		r->no_memory = true;
		return;
	}
	for (size_t i = 0; i < leaks_count(r->leaks); i++) {
		const struct leak *leak = leaks_at(r->leaks, i);

		for (size_t p = 0; p < leak->place_count; p++)
			r->index[r->index_count++] = &leak->places[p];
	}
	qsort(r->index, r->index_count, sizeof(r->index[0]),
		compare_position);
}

/* The first in the index that is not before `place`. */
static size_t index_find(const struct report *r,
	const struct leak_place *place)
{
	size_t low = 0, high = r->index_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_position(&r->index[middle], &place) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How far before an excerpt a place may begin that still reaches it: an
 * encoded secret is longer than the secret, twice nested about four times. */
#define REACH (4 * (uint64_t)LIMIT_SECRET)

void report_mask_places(const struct report *r, const struct leak_place *place,
	unsigned char *mask)
{
	uint64_t begin = place->offset > place->excerpt_at
				 ? place->offset - place->excerpt_at
				 : 0;
	uint64_t end = begin + place->excerpt.n;
	struct leak_place probe = *place;

	probe.offset = begin > REACH ? begin - REACH : 0;
	for (size_t i = index_find(r, &probe); i < r->index_count; i++) {
		const struct leak_place *p = r->index[i];
		uint64_t from = p->offset, to = p->offset + p->length;

		if (compare_text(p, place) != 0 || from >= end)
			return;
		if (to <= begin)
			continue;
		from = from > begin ? from - begin : 0;
		to = to < end ? to - begin : end - begin;
		memset(mask + from, 1, (size_t)(to - from));
	}
}

/* text with its masked parts hidden and tabs expanded. */
static void render(struct buf *out, bytes text, const unsigned char *mask,
	enum encoding outer)
{
	bool wide = outer == ENCODING_UTF16LE || outer == ENCODING_UTF16BE;
	size_t i = 0;

	while (i < text.n) {
		size_t from = i;

		if (mask[i]) {
			while (i < text.n && mask[i])
				i++;
			buf_put_text(out, REPORT_MASK);
			continue;
		}
		if (text.at[i] == '\t') {
			do
				buf_put_byte(out, ' ');
			while (report_width(buf_bytes(out)) % TAB_STOP);
			i++;
			continue;
		}
		if (text.at[i] == '\r' || (wide && text.at[i] == 0)) {
			i++;
			continue;
		}
		while (i < text.n && !mask[i] && text.at[i] != '\t' &&
			text.at[i] != '\r' && !(wide && text.at[i] == 0))
			i++;
		report_escape_terminal(bytes_part(text, from, i), out);
	}
}

/* The secret's own piece: as the options allow it, on one line. */
static void render_secret(struct report *r, const struct leak *leak,
	const struct leak_place *place, bytes outer, struct buf *out)
{
	bytes line, rest;

	if (r->options->show_secrets) {
		(void)bytes_cut(outer, '\n', &line, &rest);
		report_escape_terminal(line, out);
	} else if (place->encoding_count) {
		buf_put_text(out, REPORT_MASK);
	} else {
		report_escape_terminal(report_secret(r, leak), out);
	}
}

/* What stands on the same line before and after the secret. */
static void split_excerpt(const struct leak_place *place, bytes *left,
	bytes *own, bytes *right)
{
	bytes rest, line;
	size_t at = place->excerpt_at;

	*left = bytes_take(place->excerpt, at);
	*own = bytes_part(place->excerpt, at, at + place->excerpt_n);
	rest = bytes_drop(place->excerpt, at + place->excerpt_n);
	for (size_t i = left->n; i > 0; i--) {
		if (left->at[i - 1] == '\n') {
			*left = bytes_drop(*left, i);
			break;
		}
	}
	(void)bytes_cut(rest, '\n', &line, &rest);
	*right = line;
	if (bytes_find_byte(*own, '\n') != BYTES_NONE)
		right->n = 0; /* it goes on below */
}

void report_pieces(struct report *r, const struct leak *leak,
	const struct leak_place *place, struct report_piece piece[3])
{
	unsigned char mask[SIGHTING_EXCERPT] = {0};
	struct report_known known = {leak, place, true};
	bytes left, own, right;
	enum encoding outer = place->encoding_count
				      ? (enum encoding)place->encodings[0]
				      : ENCODING_PLAIN;

	assert(place->excerpt.n <= sizeof(mask));
	if (!r->options->show_secrets) {
		report_mask(&known, place->excerpt, mask);
		report_mask_places(r, place, mask);
	}
	split_excerpt(place, &left, &own, &right);
	for (size_t i = 0; i < 3; i++) {
		piece[i] = (struct report_piece){0};
		buf_init(&piece[i].text, r->text.max);
	}
	/* Indentation says nothing here and costs width. */
	while (left.n && (left.at[0] == ' ' || left.at[0] == '\t'))
		left = bytes_drop(left, 1);
	render(&piece[0].text, left, mask + (left.at - place->excerpt.at),
		outer);
	render_secret(r, leak, place, own, &piece[1].text);
	render(&piece[2].text, right, mask + (right.at - place->excerpt.at),
		outer);
	for (size_t i = 0; i < 3; i++)
		piece[i].shown = report_take(r, &piece[i].text);
}
