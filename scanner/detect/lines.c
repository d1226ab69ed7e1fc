/*
 * Line numbers, counted only when something was found. A line ends at LF, or
 * at a CR that no LF follows, so that CRLF is one end and old Mac files have
 * lines.
 */
#include "detect/internal.h"

#include <stdlib.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/banned.h"

/* Is there a line's end at text[i]? */
static bool is_break(bytes text, size_t i)
{
	return text.at[i] == '\n' ||
	       (text.at[i] == '\r' &&
		       (i + 1 >= text.n || text.at[i + 1] != '\n'));
}

#if defined(__SSE2__)
/*
 * LFs in 16 * n bytes, n at most 255; *has_cr: CRs are among them, and have
 * to be looked at one by one.
 */
static uint64_t count_blocks(const unsigned char *at, size_t n, bool *has_cr)
{
	const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
	__m128i lfs = _mm_setzero_si128(), crs = _mm_setzero_si128();

	for (size_t i = 0; i < n; i++) {
		__m128i v = _mm_loadu_si128(
			(const __m128i *)(const void *)(at + 16 * i));

		lfs = _mm_sub_epi8(lfs, _mm_cmpeq_epi8(v, lf));
		crs = _mm_or_si128(crs, _mm_cmpeq_epi8(v, cr));
	}
	*has_cr = _mm_movemask_epi8(crs) != 0;
	lfs = _mm_sad_epu8(lfs, _mm_setzero_si128());
	return (uint64_t)_mm_cvtsi128_si64(lfs) +
	       (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(lfs, lfs));
}
#endif

static uint64_t count_slowly(bytes text, size_t from, size_t to)
{
	uint64_t count = 0;

	for (size_t i = from; i < to; i++)
		count += is_break(text, i);
	return count;
}

/* Line ends in text[from, to). */
static uint64_t count_breaks(bytes text, size_t from, size_t to)
{
	uint64_t count = 0;
	size_t i = from;

#if defined(__SSE2__)
	while (to - i >= 16) {
		size_t n = (to - i) / 16 < 255 ? (to - i) / 16 : 255;
		bool has_cr;
		uint64_t lfs = count_blocks(text.at + i, n, &has_cr);

		count += has_cr ? count_slowly(text, i, i + 16 * n) : lfs;
		i += 16 * n;
	}
#endif
	return count + count_slowly(text, i, to);
}

/*
 * Advance to offset `to`. text[0] is at offset base; [lines->at, to] must lie
 * in it. Offsets are those of one-byte units.
 */
void scan_lines_to(struct detect_lines *lines, bytes text, uint64_t base,
	uint64_t to)
{
	size_t from, end;
	uint64_t breaks;

	if (to <= lines->at)
		return;
	from = (size_t)(lines->at - base);
	end = (size_t)(to - base);
	breaks = count_breaks(text, from, end);
	lines->at = to;
	if (breaks == 0)
		return;
	lines->line += breaks;
	while (!is_break(text, end - 1))
		end--;
	lines->start = base + end;
}

/* The line's part before and after [begin, end), as much as is shown. */
void scan_excerpt(struct scan *s, struct sighting *out, bytes text,
	size_t begin, size_t end)
{
	size_t n = end - begin, from = begin, to, room;

	if (n > SIGHTING_EXCERPT * 2 / 3)
		n = SIGHTING_EXCERPT * 2 / 3;
	room = (SIGHTING_EXCERPT - n) / 2;
	while (from && begin - from < room && !is_break(text, from - 1))
		from--;
	to = begin + n;
	room = SIGHTING_EXCERPT - (to - from);
	if (to == end)
		while (room-- && to < text.n && !is_break(text, to) &&
			text.at[to] != '\r')
			to++;
	out->excerpt = arena_copy(&s->arenas[s->arena],
		bytes_part(text, from, to));
	out->excerpt_at = out->excerpt.n ? (uint32_t)(begin - from) : 0;
	out->excerpt_n = out->excerpt.n ? (uint32_t)n : 0;
}

/* Bytes of a line, to each side of a match, in which a comment is seen. */
#define ALLOW_REACH 4096

static size_t line_begin(bytes text, size_t at)
{
	size_t from = at;

	while (from && at - from < ALLOW_REACH && !is_break(text, from - 1))
		from--;
	return from;
}

static size_t line_end(bytes text, size_t at)
{
	size_t to = at;

	while (to < text.n && to - at < ALLOW_REACH && !is_break(text, to))
		to++;
	return to;
}

#define NEXT_LINE "stanch:allow-next-line"

/* The first `mark` that is not about the next line. */
static size_t find_one(bytes lines, bytes mark)
{
	size_t from = 0, at;

	while ((at = bytes_find(bytes_drop(lines, from), mark)) != BYTES_NONE) {
		at += from;
		if (!bytes_starts(bytes_drop(lines, at),
			    bytes_text(NEXT_LINE)))
			return at;
		from = at + mark.n;
	}
	return BYTES_NONE;
}

/* Where the first mark stands, or BYTES_NONE. */
static size_t find_mark(bytes lines)
{
	static const char *const marks[] = {
		"stanch:allow", "gitleaks:allow", "trufflehog:ignore"};
	size_t first = BYTES_NONE;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t at = find_one(bytes_take(lines, first == BYTES_NONE
				? lines.n : first), bytes_text(marks[i]));

		first = at != BYTES_NONE ? at : first;
	}
	return first;
}

void scan_allow(struct scan *s, struct sighting *out, bytes text,
	size_t begin, size_t end)
{
	size_t from = line_begin(text, begin), to = line_end(text, end);
	bytes lines = bytes_part(text, from, to);
	size_t mark = find_mark(lines);
	bytes line;

	if (mark == BYTES_NONE && from > 0 && is_break(text, from - 1)) {
		to = from - 1;
		to -= to > 0 && !is_break(text, to - 1) &&
			text.at[to - 1] == '\r';
		from = line_begin(text, to);
		lines = bytes_part(text, from, to);
		mark = bytes_find(lines, bytes_text(NEXT_LINE));
	}
	if (mark == BYTES_NONE)
		return;
	line = bytes_take(bytes_drop(lines, mark), SIGHTING_ALLOW);
	for (size_t i = 0; i < line.n; i++)
		if (is_break(line, i))
			line.n = i;
	out->allow = arena_copy(&s->arenas[s->arena], line);
}

/* UTF-16 is scanned as one byte a unit; the user's offsets count both. */
uint64_t scan_outer_offset(const struct scan *s, uint64_t unit)
{
	return s->utf16 == ENCODING_PLAIN ? unit : 2 * unit + s->mark;
}

/* The start of the first line is the start of the text, mark included. */
static uint32_t column_of(const struct scan *s, const struct detect_lines *at,
	uint64_t offset)
{
	uint64_t start = at->line == 1 ? 0 : scan_outer_offset(s, at->start);
	uint64_t column = offset - start + 1;

	return column < UINT32_MAX ? (uint32_t)column : UINT32_MAX;
}

static uint32_t line_of(const struct detect_lines *at)
{
	return at->line < UINT32_MAX ? (uint32_t)at->line : UINT32_MAX;
}

static void locate(const struct scan *s, struct sighting *out,
	struct detect_lines *lines, bytes text, uint64_t base)
{
	uint64_t last = out->offset + (out->length ? out->length - 1 : 0);
	uint64_t end = scan_outer_offset(s, out->offset + out->length);
	struct detect_lines tail;

	scan_lines_to(lines, text, base, out->offset);
	tail = *lines;
	scan_lines_to(&tail, text, base, last);
	out->offset = scan_outer_offset(s, out->offset);
	out->length = end - out->offset;
	out->line = line_of(lines);
	out->column = column_of(s, lines, out->offset);
	out->end_line = line_of(&tail);
	out->end_column = column_of(s, &tail, end - (end > out->offset));
}

void scan_locate(struct scan *s, bytes text, uint64_t base, uint64_t retire)
{
	struct detect_lines lines;

	if (s->settled == s->found_count)
		return;
	scan_lines_to(&s->lines, text, base, retire);
	lines = s->lines;
	qsort(s->found + s->settled, s->found_count - s->settled,
		sizeof(*s->found), scan_found_order);
	for (; s->settled < s->found_count; s->settled++)
		locate(s, &s->found[s->settled].s, &lines, text, base);
}
