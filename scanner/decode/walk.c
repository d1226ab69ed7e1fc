/*
 * The walk over wrapped digits.
 *
 * A run of base64 is cut into lines by mail, by PEM, by YAML and by people.
 * Gluing every next line to it would be wrong just as often: in
 *
 *	_password=QUJD...
 *	always-auth=true
 *
 * the second line, taken for digits, decodes to a byte that may be a letter,
 * and the token before it then fails its boundary. So a line end is stepped
 * over only where both lines look like lines of one wrapped text: the line
 * before is long but not longer than anybody wraps, and the next one is all
 * digits up to its end. A gap is judged by what stands on both sides of it,
 * so that walking left and walking right always agree.
 */
#include "decode/internal.h"

#include "base/banned.h"

/* Wrapped lines: mail 76, PEM 64, OpenSSH 70, others up to here. */
#define WRAP_MAX 100
/* A shorter line does not get wrapped; a short one may only be the last. */
#define WRAP_MIN 16
/* A line this long that is nothing but digits: any last line may follow. */
#define WRAP_SURE 40
/* Bytes of line ends and indent between two lines. */
#define GAP_MAX 256

enum gap {
	GAP_NONE,
	GAP_ESCAPE, /* the backslash of "\/" */
	GAP_LINE,
};

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

static bool is_digit(const struct decode_walk *w, size_t at)
{
	return w->values[w->input.at[at]] != DECODE_NOT;
}

/* The letter of "\n", "\r" or "\t" written out, which is not a digit. */
static bool is_escape_letter(bytes in, size_t at)
{
	unsigned char c = in.at[at];

	return (c == 'n' || c == 'r' || c == 't') && at > 0 &&
	       in.at[at - 1] == '\\';
}

/* What stands from `at` on between two digits, and where it ends. */
static enum gap gap_after(const struct decode_walk *w, size_t at, size_t *end)
{
	enum gap kind = GAP_NONE;
	size_t i = at;

	while (i < w->high && i - at < GAP_MAX) {
		unsigned char c = w->input.at[i];
		size_t letter = i;

		if (c == '\n' || c == '\r' ||
			(is_blank(c) && kind == GAP_LINE)) {
			kind = GAP_LINE;
			i++;
			continue;
		}
		while (letter < w->high && w->input.at[letter] == '\\')
			letter++;
		if (letter == i || letter >= w->high)
			break;
		c = w->input.at[letter];
		if (c == 'n' || c == 'r' || (c == 't' && kind == GAP_LINE)) {
			kind = GAP_LINE;
			i = letter + 1;
			continue;
		}
		if (c == '/') {
			i = letter;
			kind = kind == GAP_NONE ? GAP_ESCAPE : kind;
		}
		break;
	}
	*end = i;
	return kind;
}

/* Where a gap that ends at `end` would begin; `end` when there is none. */
static size_t gap_before(const struct decode_walk *w, size_t end)
{
	size_t i = end;

	while (i > w->low && end - i < GAP_MAX) {
		unsigned char c = w->input.at[i - 1];

		if (c == '\n' || c == '\r' || c == '\\' || is_blank(c))
			i--;
		else if (is_escape_letter(w->input, i - 1) && i - 1 > w->low)
			i -= 2;
		else
			break;
	}
	while (i < end && is_blank(w->input.at[i]))
		i++;
	return i;
}

static size_t run_before(const struct decode_walk *w, size_t end)
{
	size_t n = 0;

	while (n <= WRAP_MAX && end - n > w->low && is_digit(w, end - n - 1) &&
		!is_escape_letter(w->input, end - n - 1))
		n++;
	return n;
}

static size_t run_after(const struct decode_walk *w, size_t at)
{
	size_t n = 0;

	while (n <= WRAP_MAX && at + n < w->high && is_digit(w, at + n))
		n++;
	return n;
}

/* Is there nothing but indent or an opening quote before this place? */
static bool starts_line(const struct decode_walk *w, size_t at)
{
	bytes in = w->input;

	while (at > w->low && is_blank(in.at[at - 1]))
		at--;
	return at == w->low || is_escape_letter(in, at - 1) ||
	       memchr("\n\r\"'`|>", in.at[at - 1], 7) != NULL;
}

static bool ends_line(const struct decode_walk *w, size_t at)
{
	for (int i = 0; i < 2 && at < w->high && w->input.at[at] == '='; i++)
		at++;
	while (at < w->high && is_blank(w->input.at[at]))
		at++;
	return at >= w->high ||
	       memchr("\n\r\"'`<\\", w->input.at[at], 7) != NULL;
}

/* Are the lines on both sides of the gap [begin, end) one wrapped text? */
static bool is_wrap(const struct decode_walk *w, size_t begin, size_t end)
{
	size_t before = run_before(w, begin), after = run_after(w, end);
	bool whole;

	if (before < WRAP_MIN || before > WRAP_MAX || after == 0 ||
		after > WRAP_MAX || !ends_line(w, end + after))
		return false;
	whole = starts_line(w, begin - before);
	if (whole && after > before)
		return false;
	return after >= WRAP_MIN || (whole && before >= WRAP_SURE) ||
	       (end + after < w->high && w->input.at[end + after] == '=');
}

static bool is_passable(const struct decode_walk *w, size_t begin, size_t end,
	enum gap kind)
{
	return kind == GAP_ESCAPE ||
	       (kind == GAP_LINE && is_wrap(w, begin, end));
}

bool decode_walk_gap(const struct decode_walk *w, size_t at, size_t *digit)
{
	size_t end;
	enum gap kind = gap_after(w, at, &end);

	if (!is_passable(w, at, end, kind) || end >= w->high ||
		!is_digit(w, end))
		return false;
	*digit = end;
	return true;
}

/* The digit before `at`. */
bool decode_walk_left(const struct decode_walk *w, size_t at, size_t *digit)
{
	size_t begin, end;
	enum gap kind;

	if (at <= w->low)
		return false;
	if (is_digit(w, at - 1) && !is_escape_letter(w->input, at - 1)) {
		*digit = at - 1;
		return true;
	}
	begin = gap_before(w, at);
	if (begin >= at || begin <= w->low || !is_digit(w, begin - 1) ||
		is_escape_letter(w->input, begin - 1))
		return false;
	kind = gap_after(w, begin, &end);
	if (end != at || !is_passable(w, begin, end, kind))
		return false;
	*digit = begin - 1;
	return true;
}

/* A line end may stand before the padding too. */
size_t decode_walk_padding(const struct decode_walk *w, size_t at,
	unsigned most)
{
	size_t end = at;

	for (; most > 0; most--) {
		gap_after(w, end, &end);
		if (end >= w->high || w->input.at[end] != '=')
			break;
		at = ++end;
	}
	return at;
}
