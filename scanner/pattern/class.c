/*
 * Sets of bytes in a pattern: escapes and bracketed classes.
 *
 * A set whose exact bytes depend on Unicode tables counts as all bytes,
 * negated or not, so that every later answer stays safe.
 */
#include "pattern/parser.h"

#include "base/banned.h"

void pattern_set_add(struct charset *set, unsigned first, unsigned last)
{
	for (unsigned c = first; c <= last && c < 256; c++)
		set->word[c >> 6] |= (uint64_t)1 << (c & 63);
}

static void set_join(struct charset *set, const struct charset *other)
{
	for (size_t i = 0; i < 4; i++)
		set->word[i] |= other->word[i];
}

static void set_invert(struct charset *set)
{
	for (size_t i = 0; i < 4; i++)
		set->word[i] = ~set->word[i];
}

/* Add the other case of each ASCII letter. */
void pattern_set_fold(struct charset *set)
{
	for (unsigned c = 'a'; c <= 'z'; c++) {
		unsigned char lower = (unsigned char)c;
		unsigned char upper = (unsigned char)(c - 32);

		if (charset_has(set, lower) || charset_has(set, upper)) {
			pattern_set_add(set, lower, lower);
			pattern_set_add(set, upper, upper);
		}
	}
}

bool pattern_set_letter(const struct charset *set, unsigned char *lower)
{
	if (pattern_set_size(set) != 2)
		return false;
	for (unsigned c = 'a'; c <= 'z'; c++)
		if (charset_has(set, (unsigned char)c)) {
			*lower = (unsigned char)c;
			return charset_has(set, (unsigned char)(c - 32));
		}
	return false;
}

/* A named class, POSIX's or a Perl escape's; false: no such name. */
static bool set_named(struct charset *set, bytes name)
{
	static const struct {
		const char *name, *members;
	} classes[] = {
		{"alnum", "A-Za-z0-9"}, {"alpha", "A-Za-z"},
		{"ascii", "\x01-\x7f"}, {"blank", " \t"},
		{"cntrl", "\x01-\x1f\x7f"}, {"digit", "0-9"},
		{"graph", "!-~"}, {"lower", "a-z"}, {"print", " -~"},
		{"punct", "!-/:-@\\[-`{-~"}, {"space", "\t-\r "},
		{"upper", "A-Z"}, {"word", "A-Za-z0-9_"},
		{"xdigit", "0-9A-Fa-f"},
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (!bytes_equal(name, bytes_text(classes[i].name)))
			continue;
		charset_parse(set, bytes_text(classes[i].members));
		if (name.at[0] == 'a' && name.n == 5 && name.at[1] == 's')
			pattern_set_add(set, 0, 0);
		if (name.at[0] == 'c')
			pattern_set_add(set, 0, 0);
		return true;
	}
	return false;
}

static unsigned hex_value(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10u;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10u;
	return 16;
}

/* After "\x": two digits at most, or any number in braces. */
static bool parse_hex(struct parser *p, unsigned *value)
{
	size_t start = p->at;
	bool braces = peek(p, 0) == '{';
	size_t digits = 0;

	*value = 0;
	p->at += braces;
	while (hex_value(peek(p, 0)) < 16 && (braces || digits < 2)) {
		*value = *value * 16 + hex_value(peek(p, 0));
		if (*value > 255)
			return pattern_refuse(p, start,
				"a character over \\xff: matching is by bytes");
		p->at++;
		digits++;
	}
	if (braces && (peek(p, 0) != '}' || digits == 0))
		return pattern_refuse(p, start, "\\x{...} is not closed");
	p->at += braces;
	return true;
}

/* \pL, \p{Greek}: after the 'p'. Which bytes those are is not known here. */
static bool parse_property(struct parser *p, struct charset *set)
{
	if (peek(p, 0) == '{') {
		size_t close = bytes_find_byte(
			bytes_drop(p->regex, p->at), '}');

		if (close == BYTES_NONE)
			return pattern_refuse(p, p->at,
				"\\p{...} is not closed");
		p->at += close;
	}
	if (!more(p))
		return pattern_refuse(p, p->at, "\\p without a property");
	p->at++;
	pattern_set_add(set, 0, 255);
	return true;
}

/* \d \w \s and their opposites; false when c is none of them. */
static bool perl_class(unsigned char c, struct charset *set)
{
	static const char letters[] = "dwshv", opposites[] = "DWSHV";
	static const char *const members[] = {
		"0-9", "A-Za-z0-9_", "\t-\r ", "\t \xa0", "\n-\r\x85",
	};
	const char *found = c ? strchr(letters, c) : NULL;
	const char *opposite = c ? strchr(opposites, c) : NULL;

	if (found)
		charset_parse(set, bytes_text(members[found - letters]));
	else if (opposite)
		charset_parse(set, bytes_text(members[opposite - opposites]));
	if (opposite)
		set_invert(set);
	return found || opposite;
}

/* The control character that an escape letter names, or 256. */
static unsigned control_escape(unsigned char c)
{
	static const char letters[] = "aefnrt", values[] = "\a\x1b\f\n\r\t";
	const char *found = c ? strchr(letters, c) : NULL;

	return found ? (unsigned char)values[found - letters] : 256;
}

/* Octal digits, the first not yet taken; at most three. */
static unsigned parse_octal(struct parser *p)
{
	unsigned value = 0;

	for (unsigned i = 0; i < 3 && peek(p, 0) >= '0' && peek(p, 0) <= '7';
		i++)
		value = value * 8 + p->regex.at[p->at++] - '0';
	return value & 255;
}

enum escape pattern_parse_escape(struct parser *p, struct charset *set,
	unsigned *value)
{
	size_t start = p->at;
	unsigned char c = peek(p, 0);

	if (!more(p)) {
		pattern_refuse(p, start, "a backslash at the end");
		return ESCAPE_BAD;
	}
	if (c == '0') {
		*value = parse_octal(p);
		return ESCAPE_BYTE;
	}
	p->at++;
	if (perl_class(c, set))
		return ESCAPE_CLASS;
	if (c == 'p' || c == 'P')
		return parse_property(p, set) ? ESCAPE_CLASS : ESCAPE_BAD;
	if (c == 'x')
		return parse_hex(p, value) ? ESCAPE_BYTE : ESCAPE_BAD;
	*value = control_escape(c);
	if (*value < 256)
		return ESCAPE_BYTE;
	*value = c;
	if ((c | 32) >= 'a' && (c | 32) <= 'z') {
		pattern_refuse(p, start, c == 'C' ? "\\C is not allowed"
					  : "an escape outside the subset");
		return ESCAPE_BAD;
	}
	if (c >= '1' && c <= '9') {
		pattern_refuse(p, start, "back-references are not allowed");
		return ESCAPE_BAD;
	}
	return ESCAPE_BYTE;
}

/* [:name:] at the cursor, inside a class. */
static bool parse_posix(struct parser *p, struct charset *set)
{
	bytes rest = bytes_drop(p->regex, p->at + 2);
	size_t close = bytes_find(bytes_take(rest, 16), bytes_text(":]"));
	bool opposite = rest.n && rest.at[0] == '^';
	bytes name;

	if (close == BYTES_NONE)
		return pattern_refuse(p, p->at, "[: without :]");
	name = bytes_part(rest, opposite, close);
	if (!set_named(set, name))
		return pattern_refuse(p, p->at,
			"no such class between [: and :]");
	if (opposite)
		set_invert(set);
	p->at += 2 + close + 2;
	return true;
}

/* One member of a class: a byte or a class of its own. */
static enum escape parse_member(struct parser *p, struct charset *set,
	unsigned *value)
{
	unsigned char c = peek(p, 0);

	if (c == '[' && peek(p, 1) == ':')
		return parse_posix(p, set) ? ESCAPE_CLASS : ESCAPE_BAD;
	if (c == '[' && (peek(p, 1) == '.' || peek(p, 1) == '=')) {
		pattern_refuse(p, p->at, "collating elements are not allowed");
		return ESCAPE_BAD;
	}
	p->at++;
	*value = c;
	if (c != '\\')
		return ESCAPE_BYTE;
	if (peek(p, 0) == 'b') {
		p->at++;
		*value = '\b';
		return ESCAPE_BYTE;
	}
	return pattern_parse_escape(p, set, value);
}

/* Is a '-' at the cursor the middle of a range? */
static bool is_range(const struct parser *p)
{
	return peek(p, 0) == '-' && p->at + 1 < p->regex.n &&
	       peek(p, 1) != ']';
}

/* A member or a range, added to the class. */
static bool parse_item(struct parser *p, struct charset *set, bool *vague)
{
	struct charset one = {{0}}, end = {{0}};
	unsigned first = 0, last = 0;
	size_t start = p->at;
	enum escape kind = parse_member(p, &one, &first);

	if (kind == ESCAPE_BAD)
		return false;
	if (kind == ESCAPE_CLASS) {
		*vague |= pattern_set_size(&one) == 256;
		set_join(set, &one);
		return true;
	}
	pattern_set_add(set, first, first);
	if (!is_range(p))
		return true;
	p->at++;
	kind = parse_member(p, &end, &last);
	if (kind == ESCAPE_BAD)
		return false;
	if (kind == ESCAPE_CLASS) {
		set_join(set, &end);
		pattern_set_add(set, '-', '-');
		*vague |= pattern_set_size(&end) == 256;
		return true;
	}
	if (last < first)
		return pattern_refuse(p, start, "a range that runs backwards");
	pattern_set_add(set, first, last);
	return true;
}

bool pattern_parse_class(struct parser *p, struct flags flags,
	struct charset *set)
{
	size_t start = p->at;
	bool opposite = peek(p, 0) == '^';
	bool vague = false, first = true;

	p->at += opposite;
	while (more(p) && (peek(p, 0) != ']' || first)) {
		if (!parse_item(p, set, &vague))
			return false;
		first = false;
	}
	if (!more(p))
		return pattern_refuse(p, start - 1, "[ without ]");
	p->at++;
	if (flags.fold)
		pattern_set_fold(set);
	if (opposite)
		set_invert(set);
	if (vague)
		pattern_set_add(set, 0, 255);
	return true;
}

