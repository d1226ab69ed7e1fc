/*
 * One text, to its end. A text that fits the window is hashed first: equal
 * content is scanned by whoever comes first and told again at each other
 * place, so that a vendored tree costs its hashing only. A longer one streams
 * through the scan and a hash at once, and is remembered afterwards; a later
 * file of the same length is hashed before it is scanned (file.c).
 *
 * What could not be matched inside a text (unscanned regions, capped lists)
 * is remembered with its sightings and counted at each place: counts must not
 * depend on which of two equal files a thread reached first.
 */
#include "engine/internal.h"
#include "engine/text.h"

#include <stdlib.h>

#include "base/banned.h"

void engine_text_init(struct engine_text *t, struct engine_worker *w,
	bytes path, enum leak_source source)
{
	t->path = path;
	t->source = source;
	t->path_key = detector_path_key(w->engine->detector, path);
}

struct hash128 engine_text_key(struct hash128 h, uint64_t size)
{
	h.high ^= size * 0x9e3779b97f4a7c15u;
	return h;
}

uint64_t engine_text_seed(const struct engine_worker *w,
	const struct engine_text *t)
{
	return w->engine->seed ^ t->path_key;
}

static void move_line(const struct engine_worker *w, uint32_t *line,
	uint32_t *column)
{
	if (*line == 1 && column != NULL) {
		uint64_t moved = *column + w->base_column;

		*column = moved > UINT32_MAX ? UINT32_MAX : (uint32_t)moved;
	}
	*line += w->base_line;
}

/* From places in a segment to places in the text. */
static void move_sighting(const struct engine_worker *w, struct sighting *s)
{
	s->offset += w->base_offset;
	move_line(w, &s->line, &s->column);
	move_line(w, &s->end_line, &s->end_column);
	for (size_t i = 0; i < s->part_count; i++) {
		s->parts[i].offset += w->base_offset;
		move_line(w, &s->parts[i].line, NULL);
	}
}

/* Sightings are kept first and told when the text is done; most texts have
 * none and need no memo. */
static void keep_sighting(void *context, const struct sighting *s)
{
	struct engine_worker *w = context;
	struct sighting moved;

	if (w->base_offset > 0) {
		moved = *s;
		move_sighting(w, &moved);
		s = &moved;
	}
	if (w->memo == NULL)
		w->memo = leak_memo_new();
	if (w->memo == NULL)
		w->is_memo_lost = true;
	else
		leak_memo_sink(w->memo, s);
}

static struct detect_text to_scan(struct engine_worker *w,
	const struct engine_text *t)
{
	return (struct detect_text){
		.path = t->path,
		.sink = keep_sighting,
		.context = w,
	};
}

static unsigned end_of(enum status status)
{
	return status == OK ? END_SCANNED :
		status == ERR_MEMORY ? END_MEMORY : END_MATCHING;
}

static unsigned make_scan(struct engine_worker *w)
{
	if (w->scan == NULL)
		w->scan = scan_new(w->engine->detector, NULL);
	if (w->scan == NULL)
		return END_MEMORY;
	w->before = *scan_ledger(w->scan);
	w->is_memo_lost = false;
	w->base_offset = w->base_column = w->base_line = 0;
	return END_SCANNED;
}

/* What the scan gave since make_scan; takes the memo out of the worker. */
static void take_outcome(struct engine_worker *w, struct seen_outcome *out)
{
	const struct detect_ledger *now = scan_ledger(w->scan);

	out->unscanned = now->unscanned - w->before.unscanned;
	out->decode_cut = now->decode_cut - w->before.decode_cut;
	out->unlisted = now->unlisted - w->before.unlisted;
	out->memo = w->memo;
	w->memo = NULL;
}

/* One place of a text: its findings, its counts, its file's end. */
static void settle(struct engine_worker *w, bytes path,
	enum leak_source source, uint64_t size, unsigned end,
	const struct seen_outcome *o)
{
	struct engine_tally *t = &w->tally;
	const struct leak_where where = {
		.path = path,
		.source = source,
		.is_partial = end != END_SCANNED,
	};

	if (o->memo != NULL && leaks_add_memo_at(w->engine->leaks, o->memo,
		&where) == ERR_MEMORY && end == END_SCANNED)
		end = END_MEMORY;
	t->unscanned += o->unscanned;
	t->decode_cut += o->decode_cut;
	if (o->unlisted > 0)
		leaks_add_unlisted(w->engine->leaks, o->unlisted);
	engine_tally_bytes(t, size);
	engine_worker_end(w, path, end);
	if (end == END_SCANNED && o->unscanned + o->decode_cut > 0)
		engine_problem(w->engine, path,
			"matching gave up on a part of it");
}

static void settle_waiters(struct engine_worker *w,
	struct seen_waiter *waiters, uint64_t size, unsigned end,
	const struct seen_outcome *o)
{
	while (waiters != NULL) {
		struct seen_waiter *waiter = waiters;

		waiters = waiter->next;
		settle(w, bytes_of(waiter->path, waiter->n), waiter->source,
			size, end, o);
		free(waiter);
	}
}

static unsigned scan_whole(struct engine_worker *w,
	const struct engine_text *t, bytes data, struct seen_outcome *out)
{
	struct detect_text text = to_scan(w, t);
	unsigned end = make_scan(w);

	if (end != END_SCANNED)
		return end;
	end = end_of(scan_buffer(w->scan, &text, data, NULL));
	take_outcome(w, out);
	return w->is_memo_lost ? END_MEMORY : end;
}

void engine_text_whole(struct engine_worker *w, const struct engine_text *t,
	bytes data)
{
	struct seen *seen = w->engine->seen;
	struct hash128 key = engine_text_key(
		hash_128(data, engine_text_seed(w, t)), data.n);
	struct seen_outcome o;
	struct seen_waiter *waiters = NULL;
	enum seen_answer answer;
	unsigned end = END_SCANNED;

	answer = seen_enter(seen, key, t->path, t->source, &o);
	if (answer == SEEN_WAITS)
		return;
	if (answer != SEEN_KNOWN) {
		o = (struct seen_outcome){0};
		end = scan_whole(w, t, data, &o);
	}
	settle(w, t->path, t->source, data.n, end, &o);
	/* After finishing, the memo is the table's, and lives as long. */
	if (answer == SEEN_MINE)
		waiters = seen_finish(seen, key,
			end == END_SCANNED ? &o : NULL);
	settle_waiters(w, waiters, data.n, end, &o);
	if (answer == SEEN_UNSHARED || (answer == SEEN_MINE && end))
		leak_memo_free(o.memo);
}

bool engine_text_retell(struct engine_worker *w, const struct engine_text *t,
	struct hash128 key, uint64_t size)
{
	struct seen_outcome o;

	if (!seen_look(w->engine->seen, key, &o))
		return false;
	settle(w, t->path, t->source, size, END_SCANNED, &o);
	return true;
}

/* ---- in pieces ---------------------------------------------------------- */

unsigned engine_text_begin(struct engine_worker *w,
	const struct engine_text *t)
{
	struct detect_text text = to_scan(w, t);
	unsigned end = make_scan(w);

	if (w->hash == NULL)
		w->hash = hash_stream_new();
	if (w->hash == NULL)
		end = END_MEMORY;
	if (end != END_SCANNED)
		return end;
	w->stream_size = w->next_column = w->next_line = 0;
	hash_stream_begin(w->hash, engine_text_seed(w, t));
	end = end_of(scan_begin(w->scan, &text, NULL));
	w->is_begun = end == END_SCANNED;
	return end;
}

unsigned engine_text_feed(struct engine_worker *w, bytes piece)
{
	hash_stream_add(w->hash, piece);
	w->stream_size += piece.n;
	return end_of(scan_feed(w->scan, piece, NULL));
}

void engine_text_count(struct engine_worker *w, bytes piece)
{
	const unsigned char *last = memrchr(piece.at, '\n', piece.n);
	uint32_t lines = 0;

	for (size_t i = 0; i < piece.n; i++)
		lines += piece.at[i] == '\n';
	w->next_line += lines;
	if (last != NULL)
		w->next_column = piece.n - 1 - (size_t)(last - piece.at);
	else
		w->next_column += piece.n;
}

unsigned engine_text_pass(struct engine_worker *w, const struct engine_text *t,
	uint64_t hole)
{
	struct detect_text text = to_scan(w, t);
	unsigned end = end_of(scan_end(w->scan, NULL));

	hash_stream_add(w->hash, bytes_of(&hole, sizeof(hole)));
	w->stream_size += hole;
	w->next_column += hole;
	w->base_offset = w->stream_size;
	w->base_line = w->next_line;
	w->base_column = w->next_column;
	if (end != END_SCANNED)
		return end;
	return end_of(scan_begin(w->scan, &text, NULL));
}

void engine_text_drop(struct engine_worker *w)
{
	struct seen_outcome o;

	if (!w->is_begun)
		return;
	w->is_begun = false;
	(void)end_of(scan_end(w->scan, NULL));
	take_outcome(w, &o);
	leak_memo_free(o.memo);
}

void engine_text_finish(struct engine_worker *w, const struct engine_text *t,
	unsigned end)
{
	struct seen_outcome o = {0};
	bool is_shared = false;
	unsigned last;

	if (!w->is_begun) {
		engine_worker_end(w, t->path, END_MEMORY);
		return;
	}
	w->is_begun = false;
	last = end_of(scan_end(w->scan, NULL));
	take_outcome(w, &o);
	if (end == END_SCANNED)
		end = w->is_memo_lost ? END_MEMORY : last;
	settle(w, t->path, t->source, w->stream_size, end, &o);
	if (end == END_SCANNED)
		is_shared = seen_publish(w->engine->seen,
			engine_text_key(hash_stream_end(w->hash),
				w->stream_size), &o);
	if (!is_shared)
		leak_memo_free(o.memo);
}
