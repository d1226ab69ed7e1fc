#include "selection/internal.h"

#include <stdlib.h>

#include "base/banned.h"

/* Picks that one unit holds. */
#define UNIT 32

static void sink(void *context, const struct sighting *seen)
{
	struct selection_worker *w = context;

	if (w->memo == NULL)
		w->memo = leak_memo_new();
	if (w->memo == NULL)
		w->failed = true;
	else
		leak_memo_sink(w->memo, seen);
}

static struct leak_memo *take(struct selection_worker *w)
{
	struct leak_memo *memo = w->memo;

	w->memo = NULL;
	return memo;
}

struct stream {
	struct selection_worker *w;
	bool is_broken;
};

static void feed(void *context, bytes piece)
{
	struct stream *s = context;

	s->w->ledger.bytes += piece.n;
	if (!s->is_broken)
		s->is_broken = scan_feed(s->w->scan, piece, NULL) != OK;
}

/* Larger than memory should hold. */
static enum pack_problem scan_pieces(struct selection_worker *w,
	const unsigned char *id, const struct detect_text *text)
{
	struct stream stream = {w, false};
	enum pack_problem problem = PACK_FINE;

	if (scan_begin(w->scan, text, NULL) != OK)
		return PACK_MEMORY;
	if (pack_read_pieces(w->reader, id, feed, &stream, &problem, NULL) !=
			OK &&
		problem == PACK_FINE)
		problem = PACK_UNREADABLE;
	if (scan_end(w->scan, NULL) != OK || stream.is_broken)
		problem = problem ? problem : PACK_MEMORY;
	return problem;
}

static bool is_lfs_pointer(bytes data)
{
	return data.n < 1024 && bytes_starts(data, bytes_text(
		"version https://git-lfs.github.com/spec/"));
}

enum pack_problem selection_scan_blob(struct selection_worker *w,
	const unsigned char *id, const struct detect_text *text,
	bool *is_there)
{
	enum pack_problem problem;
	enum pack_type type;
	enum status status;
	bytes data;

	status = pack_read(w->reader, id, &type, &data, &problem, NULL);
	*is_there = status != ERR_NOT_FOUND;
	if (!*is_there)
		return PACK_FINE;
	if (problem == PACK_TOO_LARGE)
		return scan_pieces(w, id, text);
	if (status != OK)
		return problem ? problem : PACK_UNREADABLE;
	w->ledger.bytes += data.n;
	w->ledger.lfs_pointers += is_lfs_pointer(data);
	return scan_buffer(w->scan, text, data, NULL) == OK ? PACK_FINE
							    : PACK_MEMORY;
}

static void count(struct selection_worker *w, enum pack_problem problem,
	bool is_there)
{
	if (!is_there)
		w->ledger.missing++;
	else if (problem == PACK_FINE)
		w->ledger.scanned++;
	else
		w->ledger.problems[problem]++;
}

static void run_blob(struct selection_worker *w, struct pick *p)
{
	const struct detect_text text = {
		.path = change_at(w->owner->changes, p->change)->path,
		.sink = sink,
		.context = w,
	};
	enum pack_problem problem;
	bool is_there;

	problem = selection_scan_blob(w, p->id, &text, &is_there);
	count(w, problem, is_there);
	p->memo = take(w);
}

static struct leak_memo *scan_text(struct selection_worker *w, bytes data)
{
	const struct detect_text text = {
		.path = bytes_of(NULL, 0), .sink = sink, .context = w};

	if (data.n && scan_buffer(w->scan, &text, data, NULL) != OK)
		w->failed = true;
	return take(w);
}

/* Headers without those that are names of objects, and the message. */
static void run_message(struct selection_worker *w, struct pick *p)
{
	enum pack_problem problem;
	enum pack_type type;
	bytes data, people, line, rest;
	enum status status = pack_read(w->reader, p->id, &type, &data,
		&problem, NULL);
	size_t split;

	if (status != OK && status != ERR_NOT_FOUND && problem == PACK_FINE)
		problem = PACK_UNREADABLE;
	count(w, problem, status != ERR_NOT_FOUND);
	if (status != OK)
		return;
	w->ledger.bytes += data.n;
	split = bytes_find(data, bytes_text("\n\n"));
	people = bytes_take(data, split == BYTES_NONE ? data.n : split + 1);
	while (bytes_cut(people, '\n', &line, &rest) &&
		(bytes_starts(line, bytes_text("tree ")) ||
			bytes_starts(line, bytes_text("parent ")) ||
			bytes_starts(line, bytes_text("object "))))
		people = rest;
	p->people = scan_text(w, people);
	if (split != BYTES_NONE)
		p->memo = scan_text(w, bytes_drop(data, split + 2));
}

static void run_pick(struct selection_worker *w, struct pick *p)
{
	switch (p->kind) {
	case PICK_BLOB:
		run_blob(w, p);
		break;
	case PICK_COMMIT:
	case PICK_TAG:
		run_message(w, p);
		break;
	case PICK_NAME:
		p->memo = scan_text(w,
			change_at(w->owner->changes, p->change)->path);
		break;
	}
}

size_t selection_units(const struct selection *s)
{
	return (s->pick_count + UNIT - 1) / UNIT;
}

void selection_run(struct selection_worker *w, size_t unit)
{
	struct selection *s = w->owner;
	const struct selection_options *o = &s->options;

	for (size_t i = unit * UNIT;
		i < (unit + 1) * UNIT && i < s->pick_count; i++) {
		if (o->is_stopped && o->is_stopped(o->context))
			return;
		run_pick(w, &s->picks[i]);
	}
}
