/*
 * ignore: the patterns of one .gitignore, with git's meaning.
 *
 * Our own matcher: loading libgit2 costs 4 ms at start, and its check costs
 * more for each path than reading a small file does. Patterns are cut into
 * a literal beginning and the rest when they are read, so that nearly all of
 * them are refused by one memcmp.
 *
 * The glob keeps one place to go back to for the last `*` and one for the
 * last double star, instead of recursing: a `*` stays within its component,
 * so an earlier one never helps once a `/` has been matched, and what stands
 * before a double star may as well end as early as it can. That makes a
 * match at most quadratic; a count of steps caps it.
 *
 * Anything that we cannot keep (too long, too many) makes us obey less, so
 * that more is scanned, never less.
 */
#include "source/internal.h"

#include "base/limits.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/banned.h"

struct pattern {
	const unsigned char *at;
	uint32_t n;
	uint32_t literal; /* bytes before the first special one */
	bool is_negative;
	bool is_directory; /* matches directories only */
	bool is_name;	   /* no slash: matches the last component */
	bool is_ending;	   /* a star, then literal */
};

struct source_ignore {
	struct pattern *patterns;
	size_t n;
	size_t memory;
	unsigned char *text; /* what the patterns point into */
};

enum match { MATCH_NO, MATCH_YES, MATCH_NEVER };

/* ---- the glob ----------------------------------------------------------- */

static const struct {
	const char *name;
	int (*has)(int c);
} classes[] = {
	{"alnum", isalnum},
	{"alpha", isalpha},
	{"blank", isblank},
	{"cntrl", iscntrl},
	{"digit", isdigit},
	{"graph", isgraph},
	{"lower", islower},
	{"print", isprint},
	{"punct", ispunct},
	{"space", isspace},
	{"upper", isupper},
	{"xdigit", isxdigit},
};

static enum match named_class_has(bytes name, unsigned char c)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (!bytes_equal(name, bytes_text(classes[i].name)))
			continue;
		/* C locale semantics whatever the locale is */
		if (c >= 0x80)
			return MATCH_NO;
		return classes[i].has(c) ? MATCH_YES : MATCH_NO;
	}
	return MATCH_NEVER;
}

/*
 * "[:name:]" at p[*i], which stands at its '['. Moves *i past it. When it is
 * no such thing, MATCH_NO with *i unmoved: the '[' is then itself.
 */
static enum match bracket_name(bytes p, size_t *i, unsigned char c)
{
	bytes rest = bytes_drop(p, *i + 2);
	size_t end = bytes_find_byte(rest, ']');
	enum match got;

	if (end == BYTES_NONE)
		return MATCH_NEVER;
	if (end == 0 || rest.at[end - 1] != ':')
		return MATCH_NO;
	got = named_class_has(bytes_take(rest, end - 1), c);
	*i += 2 + end + 1;
	return got;
}

/* One byte of a bracket's list, a backslash taking the next; false at end. */
static bool bracket_byte(bytes p, size_t *i, unsigned char *out)
{
	if (*i < p.n && p.at[*i] == '\\')
		++*i;
	if (*i >= p.n)
		return false;
	*out = p.at[(*i)++];
	return true;
}

/* A bracket expression at p[*i], past its '['. Moves *i past its ']'. */
static enum match bracket_has(bytes p, size_t *i, unsigned char c)
{
	bool is_negated = false, has = false, is_first = true;
	int last = -1; /* where a range may begin */

	if (*i < p.n && (p.at[*i] == '!' || p.at[*i] == '^')) {
		is_negated = true;
		++*i;
	}
	for (; *i < p.n && (is_first || p.at[*i] != ']'); is_first = false) {
		unsigned char one;
		size_t before = *i;

		if (p.at[*i] == '[' && *i + 1 < p.n && p.at[*i + 1] == ':') {
			enum match got = bracket_name(p, i, c);

			if (got == MATCH_NEVER)
				return MATCH_NEVER;
			has |= got == MATCH_YES;
			last = -1;
			if (*i != before)
				continue;
		}
		if (p.at[*i] == '-' && last > 0 && *i + 1 < p.n &&
			p.at[*i + 1] != ']') {
			++*i;
			if (!bracket_byte(p, i, &one))
				return MATCH_NEVER;
			has |= c >= last && c <= one;
			last = -1;
			continue;
		}
		if (!bracket_byte(p, i, &one))
			return MATCH_NEVER;
		has |= c == one;
		last = one;
	}
	if (*i >= p.n)
		return MATCH_NEVER;
	++*i;
	return has != is_negated && c != '/' ? MATCH_YES : MATCH_NO;
}

/* One element of the pattern that is no star against one byte. */
static enum match element(bytes p, size_t *i, unsigned char c)
{
	unsigned char e = p.at[(*i)++];

	if (e == '?')
		return c != '/' ? MATCH_YES : MATCH_NO;
	if (e == '[')
		return bracket_has(p, i, c);
	if (e == '\\') {
		if (*i >= p.n)
			return MATCH_NEVER;
		e = p.at[(*i)++];
	}
	return e == c ? MATCH_YES : MATCH_NO;
}

/* Where matching stands, and where it may go back to. */
struct glob {
	bytes p, t;
	size_t i, j;
	size_t star_i, star_j; /* after the last star; BYTES_NONE: none */
	size_t deep_i, deep_j; /* after the last double star and its slash */
};

/* Try the last star one byte longer, else the last double star. */
static bool go_back(struct glob *g)
{
	const unsigned char *slash;

	if (g->star_i != BYTES_NONE && g->star_j < g->t.n &&
		g->t.at[g->star_j] != '/') {
		g->i = g->star_i;
		g->j = ++g->star_j;
		return true;
	}
	if (g->deep_i == BYTES_NONE || g->deep_j >= g->t.n)
		return false;
	slash = memchr(g->t.at + g->deep_j, '/', g->t.n - g->deep_j);
	if (slash == NULL)
		return false;
	g->deep_j = (size_t)(slash - g->t.at) + 1;
	g->i = g->deep_i;
	g->j = g->deep_j;
	g->star_i = BYTES_NONE;
	return true;
}

/* At a star: MATCH_YES when the rest is matched whatever it is. */
static enum match take_star(struct glob *g)
{
	bytes p = g->p;
	size_t from = g->i, to = from;
	bool is_escaped;

	while (to < p.n && p.at[to] == '*')
		to++;
	is_escaped = to + 1 < p.n && p.at[to] == '\\' && p.at[to + 1] == '/';
	if (to - from >= 2 && (from == 0 || p.at[from - 1] == '/') &&
		(to == p.n || p.at[to] == '/' || is_escaped)) {
		if (to == p.n)
			return MATCH_YES;
		g->deep_i = to + 1 + is_escaped;
		g->deep_j = g->j;
		g->star_i = BYTES_NONE;
		g->i = g->deep_i;
		/* an escaped slash is not left out with the star */
		return is_escaped && !go_back(g) ? MATCH_NEVER : MATCH_NO;
	}
	g->star_i = to;
	g->star_j = g->j;
	g->i = to;
	return MATCH_NO;
}

static bool glob(bytes p, bytes t)
{
	struct glob g = {.p = p, .t = t, .star_i = BYTES_NONE,
		.deep_i = BYTES_NONE};

	for (int steps = 0; steps < LIMIT_IGNORE_STEPS; steps++) {
		enum match got = MATCH_NO;

		if (g.i < p.n && p.at[g.i] == '*') {
			got = take_star(&g);
			if (got != MATCH_NO)
				return got == MATCH_YES;
			continue;
		}
		if (g.i == p.n && g.j == t.n)
			return true;
		if (g.i < p.n && g.j < t.n)
			got = element(p, &g.i, t.at[g.j]);
		if (got == MATCH_NEVER)
			return false;
		if (got == MATCH_YES)
			g.j++;
		else if (!go_back(&g))
			return false;
	}
	return false;
}

/* ---- patterns ----------------------------------------------------------- */

static bool matches(const struct pattern *one, bytes text)
{
	if (one->is_ending)
		return bytes_ends(text, bytes_of(one->at + 1, one->n - 1u));
	if (text.n < one->literal ||
		memcmp(text.at, one->at, one->literal) != 0)
		return false;
	if (one->literal == one->n)
		return text.n == one->n;
	/* git too matches the rest as if it began there */
	return glob(bytes_of(one->at + one->literal, one->n - one->literal),
		bytes_drop(text, one->literal));
}

static bytes last_component(bytes path)
{
	const unsigned char *slash = memrchr(path.at, '/', path.n);

	if (slash == NULL)
		return path;
	return bytes_drop(path, (size_t)(slash - path.at) + 1);
}

enum source_verdict source_ignore_match(const struct source_ignore *ignore,
	bytes path, enum source_kind kind)
{
	bytes name = last_component(path);

	for (size_t i = ignore->n; i-- > 0;) {
		const struct pattern *one = &ignore->patterns[i];

		if (one->is_directory && kind != KIND_DIRECTORY)
			continue;
		if (matches(one, one->is_name ? name : path))
			return one->is_negative ? VERDICT_KEEP :
						  VERDICT_IGNORE;
	}
	return VERDICT_NONE;
}

static bool is_special(unsigned char c)
{
	return c == '*' || c == '?' || c == '[' || c == '\\';
}

static uint32_t literal_length(bytes text)
{
	size_t n = 0;

	while (n < text.n && !is_special(text.at[n]))
		n++;
	return (uint32_t)n;
}

/* Blanks at the end count only after a backslash. */
static bytes without_trailing_blanks(bytes line)
{
	size_t blank = BYTES_NONE;

	for (size_t i = 0; i < line.n; i++) {
		if (line.at[i] == ' ') {
			if (blank == BYTES_NONE)
				blank = i;
			continue;
		}
		blank = BYTES_NONE;
		if (line.at[i] == '\\')
			i++;
	}
	return blank == BYTES_NONE ? line : bytes_take(line, blank);
}

static void pattern_set(struct pattern *one, bytes line)
{
	*one = (struct pattern){0};
	if (line.n && line.at[0] == '!') {
		one->is_negative = true;
		line = bytes_drop(line, 1);
	}
	if (line.n && line.at[line.n - 1] == '/') {
		one->is_directory = true;
		line = bytes_take(line, line.n - 1);
	}
	one->is_name = line.n == 0 || memchr(line.at, '/', line.n) == NULL;
	if (line.n && line.at[0] == '/')
		line = bytes_drop(line, 1);
	one->at = line.at;
	one->n = (uint32_t)line.n;
	one->literal = literal_length(line);
	one->is_ending = one->is_name && line.n && line.at[0] == '*' &&
		literal_length(bytes_drop(line, 1)) == line.n - 1;
}

/* The pattern of a line, empty when it has none. */
static bytes line_pattern(bytes line)
{
	bytes head, tail;

	if (line.n && line.at[line.n - 1] == '\r')
		line = bytes_take(line, line.n - 1);
	if (line.n && line.at[0] == '#')
		return bytes_take(line, 0);
	if (bytes_cut(line, '\0', &head, &tail))
		line = head;
	return without_trailing_blanks(line);
}

struct source_ignore *source_ignore_new(bytes text)
{
	struct source_ignore *ignore;
	size_t lines = 1;
	bytes line, tail;

	if (bytes_starts(text, bytes_text("\xef\xbb\xbf")))
		text = bytes_drop(text, 3);
	for (size_t i = 0; i < text.n; i++)
		lines += text.at[i] == '\n';
	if (text.n > LIMIT_IGNORE_FILE || lines > LIMIT_IGNORE_PATTERNS)
		return NULL;
	ignore = calloc(1, sizeof(*ignore));
	if (ignore == NULL)
		return NULL;
	ignore->text = malloc(text.n + 1);
	ignore->patterns = calloc(lines, sizeof(*ignore->patterns));
	if (ignore->text == NULL || ignore->patterns == NULL) {
		source_ignore_free(ignore);
		return NULL;
	}
	if (text.n)
		memcpy(ignore->text, text.at, text.n);
	ignore->memory = sizeof(*ignore) + text.n + 1 +
		lines * sizeof(*ignore->patterns);
	tail = bytes_of(ignore->text, text.n);
	while (tail.n) {
		bytes_cut(tail, '\n', &line, &tail);
		line = line_pattern(line);
		if (line.n)
			pattern_set(&ignore->patterns[ignore->n++], line);
	}
	return ignore;
}

void source_ignore_free(struct source_ignore *ignore)
{
	if (ignore == NULL)
		return;
	free(ignore->patterns);
	free(ignore->text);
	free(ignore);
}

size_t source_ignore_memory(const struct source_ignore *ignore)
{
	return ignore->memory;
}
