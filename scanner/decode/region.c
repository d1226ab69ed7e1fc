/*
 * Decoding around a place.
 *
 * A literal that was found in its encoded form tells where the groups of the
 * encoding begin, so nothing depends on finding the start of the run: from the
 * hit it goes outwards in whole groups as far as there are digits. What is
 * glued to the encoded text (an identifier, a path) then decodes to noise
 * before or after it, and does no harm.
 */
#include "decode/internal.h"

#include <stdlib.h>

#include "base/banned.h"

#define GROUP_MAX 4

/* How an encoding groups its digits. */
struct grouping {
	const unsigned char *values;
	unsigned digits; /* of a group */
	unsigned bits;	 /* of a digit */
};

bool decode_region_init(struct decode_region *r, size_t room)
{
	*r = (struct decode_region){0};
	if (room == 0 || room >= UINT32_MAX / sizeof(*r->from))
		return false;
	r->text = malloc(room);
	r->from = malloc((room + 1) * sizeof(*r->from));
	r->room = room;
	if (r->text && r->from)
		return true;
	decode_region_release(r);
	return false;
}

void decode_region_release(struct decode_region *r)
{
	free(r->text);
	free(r->from);
	*r = (struct decode_region){0};
}

static void region_close(struct decode_region *r, size_t begin, size_t end)
{
	r->begin = begin;
	r->end = end;
	r->from[r->n] = (uint32_t)end;
}

/* Are all digits of a group here, side by side? */
static bool is_group(const struct decode_walk *w, const struct grouping *g,
	size_t at)
{
	unsigned all = 0;

	for (unsigned i = 0; i < g->digits; i++)
		all |= w->values[w->input.at[at + i]];
	return all < 64;
}

/* The same before `end`, where a letter may belong to an escape. */
static bool is_group_before(const struct decode_walk *w,
	const struct grouping *g, size_t end)
{
	size_t at = end - g->digits;

	return end - w->low > g->digits && is_group(w, g, at) &&
	       w->input.at[at - 1] != '\\';
}

/* From the group that holds `at` leftwards, while groups are whole. */
static bool find_start(const struct decode_walk *w, const struct grouping *g,
	size_t at, unsigned phase, size_t most, size_t *start)
{
	size_t begin = at;

	for (unsigned i = 0; i < phase; i++)
		if (!decode_walk_left(w, begin, &begin))
			return false;
	*start = begin;
	for (size_t groups = 0; groups < most; groups++) {
		if (is_group_before(w, g, begin)) {
			*start = begin -= g->digits;
			continue;
		}
		for (unsigned i = 0; i < g->digits; i++)
			if (!decode_walk_left(w, begin, &begin))
				return true;
		*start = begin;
	}
	return true;
}

/* Reads one group; returns how many digits there were. */
static unsigned read_group(const struct decode_walk *w,
	const struct grouping *g, size_t at, size_t place[GROUP_MAX],
	uint32_t *value)
{
	unsigned count = 0;

	*value = 0;
	while (count < g->digits &&
		decode_walk_right(w, at, &place[count])) {
		at = place[count] + 1;
		*value = (*value << g->bits) |
			 w->values[w->input.at[place[count]]];
		count++;
	}
	*value <<= g->bits * (g->digits - count);
	return count;
}

/* Whole groups side by side: most of any text. Returns where they end. */
static size_t decode_plain_groups(struct decode_region *r,
	const struct decode_walk *w, const struct grouping *g, size_t at)
{
	unsigned got = g->digits * g->bits / 8, top = got * 8 - 8;

	while (at + g->digits <= w->high && r->room - r->n >= got &&
		is_group(w, g, at)) {
		uint32_t value = 0;

		for (unsigned i = 0; i < g->digits; i++)
			value = value << g->bits |
				w->values[w->input.at[at + i]];
		for (unsigned i = 0; i < got; i++) {
			r->from[r->n] = (uint32_t)(at + i);
			r->text[r->n++] = (unsigned char)(value >>
							  (top - 8 * i));
		}
		at += g->digits;
	}
	return at;
}

static size_t decode_groups(struct decode_region *r,
	const struct decode_walk *w, const struct grouping *g, size_t at)
{
	unsigned count = g->digits, bits = g->digits * g->bits;
	size_t end = at;

	while (count == g->digits) {
		size_t place[GROUP_MAX];
		uint32_t value;
		unsigned got;

		end = decode_plain_groups(r, w, g, end);
		count = read_group(w, g, end, place, &value);
		got = count * g->bits / 8;
		if (got == 0 || got > r->room - r->n)
			return end;
		for (unsigned i = 0; i < got; i++) {
			r->from[r->n] = (uint32_t)place[i];
			r->text[r->n++] = (unsigned char)(
				value >> (bits - 8 - 8 * i));
		}
		end = place[count - 1] + 1;
	}
	return decode_walk_padding(w, end, g->digits - count);
}

static bool around_digits(struct decode_region *r, struct decode_walk *w,
	const struct grouping *g, size_t at, unsigned phase)
{
	unsigned bytes_of_group = g->digits * g->bits / 8;
	size_t start, end;

	w->values = g->values;
	if (at >= w->high || phase >= g->digits ||
		w->values[w->input.at[at]] == DECODE_NOT)
		return false;
	if (!find_start(w, g, at, phase, r->room / 2 / bytes_of_group, &start))
		return false;
	end = decode_groups(r, w, g, start);
	region_close(r, start, end);
	return r->n > 0 && end > at;
}

/* Bytes that stand unescaped or escaped in a URL, unlike what ends one. */
static bool is_url_byte(unsigned char c)
{
	return c > ' ' && c < 0x7f &&
	       memchr("\"'<>`\\", c, 6) == NULL;
}

static bool around_percent(struct decode_region *r,
	const struct decode_walk *w, size_t at)
{
	const unsigned char *hex = decode_hex_values, *in = w->input.at;
	size_t begin = at, i, escapes = 0;

	while (begin > w->low && at - begin < r->room / 2 &&
		is_url_byte(in[begin - 1]))
		begin--;
	for (i = begin; i < w->high && is_url_byte(in[i]) && r->n < r->room;
		r->n++) {
		r->from[r->n] = (uint32_t)i;
		r->text[r->n] = in[i++];
		if (in[i - 1] != '%' || i + 1 >= w->high ||
			hex[in[i]] == DECODE_NOT ||
			hex[in[i + 1]] == DECODE_NOT)
			continue;
		r->text[r->n] = (unsigned char)(hex[in[i]] << 4 |
						hex[in[i + 1]]);
		i += 2;
		escapes++;
	}
	region_close(r, begin, i);
	return escapes > 0 && i > at;
}

/* One unit of Latin text: the run ends at anything else. */
static bool is_latin_unit(const unsigned char *unit, size_t low_byte)
{
	unsigned char c = unit[low_byte];

	return unit[1 - low_byte] == 0 &&
	       (c >= ' ' || c == '\t' || c == '\n' || c == '\r') && c != 0x7f;
}

static bool around_units(struct decode_region *r, const struct decode_walk *w,
	size_t at, size_t low_byte)
{
	const unsigned char *in = w->input.at;
	size_t begin, i;

	if (at < low_byte || at - low_byte < w->low)
		return false;
	begin = i = at - low_byte;
	while (begin - w->low >= 2 && i - begin < r->room &&
		is_latin_unit(in + begin - 2, low_byte))
		begin -= 2;
	i = begin;
	for (; i + 2 <= w->high && r->n < r->room; i += 2) {
		unsigned char c = in[i + low_byte];

		if (!is_latin_unit(in + i, low_byte))
			break;
		r->from[r->n] = (uint32_t)i;
		r->text[r->n++] = c;
	}
	region_close(r, begin, i);
	return r->n > 0 && i > at;
}

bool decode_around(struct decode_region *r, enum encoding e, bytes input,
	size_t at, unsigned phase, size_t span)
{
	static const struct grouping base64 = {decode_base64_values, 4, 6};
	static const struct grouping hex = {decode_hex_values, 2, 4};
	struct decode_walk w = {.input = input};

	r->n = r->begin = r->end = 0;
	if (at >= input.n || input.n > UINT32_MAX || r->room == 0)
		return false;
	w.low = at > span ? at - span : 0;
	w.high = input.n - at > span ? at + span : input.n;
	switch (e) {
	case ENCODING_BASE64:
	case ENCODING_BASE64URL:
		return around_digits(r, &w, &base64, at, phase);
	case ENCODING_HEX:
		return around_digits(r, &w, &hex, at, phase);
	case ENCODING_PERCENT:
		return around_percent(r, &w, at);
	case ENCODING_UTF16LE:
		return around_units(r, &w, at, 0);
	case ENCODING_UTF16BE:
		return around_units(r, &w, at, 1);
	case ENCODING_PLAIN:
	case ENCODING_COUNT:
		break;
	}
	return false;
}

static bool is_run_byte(unsigned char c)
{
	return decode_base64_values[c] != DECODE_NOT;
}

bool decode_next_run(bytes input, size_t at, size_t end, size_t min,
	size_t max, size_t *begin, size_t *run_end)
{
	end = end < input.n ? end : input.n;
	for (; at < end; at++) {
		size_t stop = at;

		while (stop < input.n && stop - at <= max &&
			is_run_byte(input.at[stop]))
			stop++;
		if (stop > at && stop - at >= min && stop - at <= max) {
			*begin = at;
			for (int i = 0; i < 2 && stop < input.n &&
				input.at[stop] == '='; i++)
				stop++;
			*run_end = stop;
			return true;
		}
		/* A run that is too long is left here, at most by `end`. */
		at = stop;
		while (at < end && is_run_byte(input.at[at]))
			at++;
	}
	return false;
}
