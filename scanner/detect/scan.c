/*
 * Texts, cut into windows.
 *
 * Window k has the core [k * LIMIT_WINDOW, (k + 1) * LIMIT_WINDOW) of the text
 * and sees DETECT_MARGIN more on both sides. What is found belongs to the core
 * in which the bytes stand that led to it. A text in memory is looked at
 * where it lies; pieces are copied to a buffer of one window with its margins,
 * and what the next one needs moves to its front. So both see the same
 * windows, at the same places, however the text is cut; memory is constant.
 *
 * A UTF-16 text is narrowed to one byte a unit on its way into the buffer, so
 * everything behind it sees plain bytes; offsets are doubled at the end.
 */
#include "detect/internal.h"

#include <stdlib.h>

#include "base/banned.h"

#define WINDOW_ROOM (LIMIT_WINDOW + 2 * DETECT_MARGIN)

static bool set_levels(struct scan *s)
{
	size_t count = s->d->count + 1;

	for (unsigned i = 0; i <= s->d->options.decode_depth; i++) {
		s->levels[i].marks = calloc(count, sizeof(struct detect_mark));
		if (s->levels[i].marks == NULL)
			return false;
	}
	s->listed = calloc(count, sizeof(*s->listed));
	s->path_fits = calloc(count, sizeof(*s->path_fits));
	return s->listed && s->path_fits;
}

struct scan *scan_new(const struct detector *d, struct error *err)
{
	struct scan *s = calloc(1, sizeof(*s));

	if (s) {
		s->d = d;
		arena_init(&s->arenas[0], DETECT_ARENA);
		arena_init(&s->arenas[1], DETECT_ARENA);
		s->tools = detect_tools_new(d->patterns);
		if (s->tools && set_levels(s) && scan_set_runs(s))
			return s;
		scan_free(s);
	}
	(void)error_set(err, ERR_MEMORY, "set up a scan");
	return NULL;
}

void scan_free(struct scan *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i <= LIMIT_DECODE_DEPTH; i++) {
		free(s->levels[i].marks);
		for (unsigned e = 0; e < ENCODING_COUNT; e++)
			decode_region_release(&s->levels[i].regions[e]);
	}
	detect_tools_free(s->tools);
	literal_pieces_free(s->pieces);
	free(s->ranges);
	free(s->listed);
	free(s->path_fits);
	free(s->window);
	free(s->head);
	free(s->found);
	arena_release(&s->arenas[0]);
	arena_release(&s->arenas[1]);
	free(s);
}

void scan_remember(struct scan *s)
{
	if (s->pieces == NULL)
		s->pieces = literal_pieces_new(s->d->literals, scan_sees_run,
			s);
}

void scan_trace(struct scan *s, const struct trace *trace)
{
	s->trace = trace;
}

/* Where a part of a layer stands in the outer text. */
static uint64_t outer_span(const struct scan *s, const struct layer *l,
	struct span span, struct trace_event *event, uint64_t *length)
{
	uint64_t first, last;

	scan_place(s, l, &span.begin, &span.end, event->encodings,
		&event->encoding_count);
	while (l->depth)
		l = l->outer;
	first = scan_outer_offset(s, l->base + span.begin);
	last = scan_outer_offset(s, l->base + span.end);
	*length = last - first;
	return first;
}

void scan_tell(struct scan *s, const struct layer *l, struct span secret,
	struct span match, struct trace_event *event)
{
	event->match = outer_span(s, l, match, event, &event->match_length);
	event->offset = outer_span(s, l, secret, event, &event->length);
	s->trace->tell(s->trace->context, event);
}

const struct detect_ledger *scan_ledger(const struct scan *s)
{
	return &s->ledger;
}

static void find_by_path(struct scan *s, size_t rule)
{
	const struct rule *r = s->d->at[rule].rule;
	struct sighting seen = {
		.rule = r,
		.line = 1,
		.column = 1,
		.end_line = 1,
		.end_column = 1,
		.confidence = r->confidence,
	};

	if (s->text.path.n == 0 || r->helper || !r->path ||
		!scan_path_fits(s, rule))
		return;
	if (s->trace)
		s->trace->tell(s->trace->context, &(struct trace_event){
			.kind = TRACE_CANDIDATE, .rule = r,
			.confidence = r->confidence});
	if (r->confidence >= s->d->options.min_confidence)
		s->text.sink(s->text.context, &seen);
}

bool scan_finds_path(struct scan *s, bytes path)
{
	for (size_t i = 0; i < s->d->path_count; i++) {
		const struct detect_rule *r = &s->d->at[s->d->paths[i]];

		if (!r->rule->helper && r->path.source &&
			r->rule->confidence >= s->d->options.min_confidence &&
			detect_regex_is_in(s->tools,
				&s->d->at[s->d->paths[i]].path, path) ==
				REGEX_MATCH)
			return true;
	}
	return false;
}

static void begin_text(struct scan *s, const struct detect_text *text)
{
	s->text = *text;
	s->epoch++;
	s->text_epoch = s->epoch;
	s->window_n = s->head_n = s->core = 0;
	s->base = s->fed = 0;
	s->utf16 = ENCODING_PLAIN;
	s->mark = 0;
	s->has_odd = s->sniffed = false;
	s->found_count = s->settled = 0;
	s->lines = (struct detect_lines){.line = 1};
	arena_reset(&s->arenas[s->arena]);
	memset(s->listed, 0, s->d->count * sizeof(*s->listed));
	memset(s->path_fits, 0, s->d->count);
	for (size_t i = 0; i < s->d->path_count; i++)
		find_by_path(s, s->d->paths[i]);
}

/* Outer offset before which no later window will find anything. */
static uint64_t settled_before(const struct scan *s, uint64_t core_end)
{
	uint64_t unit = core_end > DETECT_MARGIN ? core_end - DETECT_MARGIN
						 : 0;

	return s->utf16 == ENCODING_PLAIN ? unit : 2 * unit + s->mark;
}

/*
 * One window. `text` starts at offset `base` of the units, the view is
 * text[from, to), the core text[core, core_end).
 */
struct window {
	bytes text;
	uint64_t base;
	size_t from, to, core, core_end;
	bool is_last; /* the view ends where the text does */
};

static void scan_window(struct scan *s, const struct window *w)
{
	uint64_t view = w->base + w->from;
	struct layer l = {
		.text = bytes_part(w->text, w->from, w->to),
		.base = view,
		.from = w->core - w->from,
		.to = w->core_end - w->from,
		.is_first = view == 0,
		.is_last = w->is_last,
		.epoch = ++s->epoch,
		.marks_epoch = s->text_epoch,
	};
	uint64_t retire = w->base + w->core;

	s->decoded = s->poisoned = 0;
	scan_layer(s, &l);
	retire = retire > DETECT_MARGIN ? retire - DETECT_MARGIN : 0;
	scan_locate(s, w->text, w->base, retire);
	if (s->found_count > DETECT_PENDING ||
		s->arenas[s->arena].used > DETECT_ARENA / 2)
		scan_settle(s, settled_before(s, w->base + w->core_end));
}

static size_t at_most(size_t n, size_t max)
{
	return n < max ? n : max;
}

/* All windows of a text that lies in memory. */
static void scan_whole(struct scan *s, bytes data)
{
	size_t step = s->naive ? data.n : LIMIT_WINDOW;

	for (size_t core = 0; core < data.n; core += step) {
		size_t end = core + at_most(step, data.n - core);
		struct window w = {
			.text = data,
			.from = core > DETECT_MARGIN ? core - DETECT_MARGIN
						     : 0,
			.to = end + at_most(DETECT_MARGIN, data.n - end),
			.core = core,
			.core_end = end,
		};

		w.is_last = w.to == data.n;
		scan_window(s, &w);
		if (step == data.n)
			break;
	}
}

/* Does the text go on behind what the buffer holds? */
enum rest { REST_FOLLOWS, REST_NONE };

static void scan_stream_window(struct scan *s, enum rest rest)
{
	size_t end = s->core + LIMIT_WINDOW;
	struct window w = {
		.text = bytes_of(s->window, s->window_n),
		.base = s->base,
		.to = s->window_n,
		.core = s->core,
		.core_end = at_most(end, s->window_n),
		.is_last = rest == REST_NONE,
	};

	scan_window(s, &w);
}

/* Make room for the next core. */
static void slide(struct scan *s)
{
	size_t next = s->core + LIMIT_WINDOW;
	size_t gone = next > DETECT_MARGIN ? next - DETECT_MARGIN : 0;

	scan_lines_to(&s->lines, bytes_of(s->window, s->window_n), s->base,
		s->base + gone);
	s->window_n -= gone;
	memmove(s->window, s->window + gone, s->window_n);
	s->base += gone;
	s->core = next - gone;
}

/* Units on their way to the window; each time it is full it is scanned. */
static void add_units(struct scan *s, bytes units)
{
	while (units.n) {
		size_t full = s->core + LIMIT_WINDOW + DETECT_MARGIN;
		size_t n = at_most(units.n, full - s->window_n);

		memcpy(s->window + s->window_n, units.at, n);
		s->window_n += n;
		units = bytes_drop(units, n);
		/* Only when more follows: the last window has no margin. */
		if (s->window_n == full && units.n) {
			scan_stream_window(s, REST_FOLLOWS);
			slide(s);
		}
	}
}

static void add_wide(struct scan *s, bytes data)
{
	unsigned char pair[2], units[4096];

	if (s->has_odd && data.n) {
		pair[0] = s->odd;
		pair[1] = data.at[0];
		data = bytes_drop(data, 1);
		s->has_odd = false;
		add_units(s, bytes_of(units, decode_narrow_utf16(s->utf16,
						     bytes_of(pair, 2),
						     units)));
	}
	while (data.n >= 2) {
		bytes some = bytes_take(data, 2 * sizeof(units));

		some.n &= ~(size_t)1;
		add_units(s, bytes_of(units,
				     decode_narrow_utf16(s->utf16, some,
					     units)));
		data = bytes_drop(data, some.n);
	}
	if (data.n) {
		s->odd = data.at[0];
		s->has_odd = true;
	}
}

static void add_data(struct scan *s, bytes data)
{
	if (s->utf16 == ENCODING_PLAIN)
		add_units(s, data);
	else
		add_wide(s, data);
}

/* What the text is written in shows in its first bytes. */
static void sniff(struct scan *s)
{
	bytes head = bytes_of(s->head, s->head_n);

	s->sniffed = true;
	s->utf16 = decode_sniff_utf16(head, &s->mark);
	if (s->utf16 == ENCODING_PLAIN)
		s->mark = 0;
	add_data(s, bytes_drop(head, s->mark));
}

enum status scan_begin(struct scan *s, const struct detect_text *text,
	struct error *err)
{
	if (s->window == NULL)
		s->window = malloc(WINDOW_ROOM);
	if (s->head == NULL)
		s->head = malloc(DETECT_HEAD);
	if (s->window == NULL || s->head == NULL)
		return error_set(err, ERR_MEMORY, "scan a text in pieces");
	begin_text(s, text);
	return OK;
}

enum status scan_feed(struct scan *s, bytes piece, struct error *err)
{
	(void)err;
	s->ledger.bytes += piece.n;
	if (!s->sniffed) {
		size_t n = at_most(piece.n, DETECT_HEAD - s->head_n);

		if (n)
			memcpy(s->head + s->head_n, piece.at, n);
		s->head_n += n;
		piece = bytes_drop(piece, n);
		if (s->head_n < DETECT_HEAD)
			return OK;
		sniff(s);
	}
	if (piece.n)
		add_data(s, piece);
	return OK;
}

enum status scan_end(struct scan *s, struct error *err)
{
	(void)err;
	if (!s->sniffed)
		sniff(s);
	while (s->core < s->window_n) {
		scan_stream_window(s, REST_NONE);
		if (s->window_n - s->core <= LIMIT_WINDOW)
			break;
		slide(s);
	}
	scan_settle(s, UINT64_MAX);
	return OK;
}

enum status scan_buffer(struct scan *s, const struct detect_text *text,
	bytes data, struct error *err)
{
	size_t skip = 0;
	enum status status;

	if (decode_sniff_utf16(bytes_take(data, DETECT_HEAD), &skip) !=
		ENCODING_PLAIN) {
		status = scan_begin(s, text, err);
		if (status == OK)
			status = scan_feed(s, data, err);
		return status == OK ? scan_end(s, err) : status;
	}
	begin_text(s, text);
	s->ledger.bytes += data.n;
	scan_whole(s, data);
	scan_settle(s, UINT64_MAX);
	return OK;
}
