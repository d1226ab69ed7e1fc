/*
 * scan: the first phase, an object at a time.
 *
 * A blob's path is not known yet, so it is scanned under none; rules that
 * look at paths are settled when it is told where it stood. Copies of an
 * object in several packs are scanned too: a name is a claim, and only the
 * bytes count.
 */
#include "history/internal.h"

#include "base/clock.h"
#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

static void sink(void *context, const struct sighting *s)
{
	struct history_worker *w = context;

	if (w->memo == NULL)
		w->memo = leak_memo_new();
	if (w->memo == NULL)
		w->failed = true;
	else
		leak_memo_sink(w->memo, s);
}

static struct detect_text text_of(struct history_worker *w)
{
	return (struct detect_text){
		.path = bytes_of(NULL, 0), .sink = sink, .context = w};
}

/* Keep what the text gave, if it gave anything. */
static void keep_hit(struct history_worker *w, const unsigned char *id,
	struct hit *hit)
{
	hit->memo = w->memo;
	w->memo = NULL;
	if (hit->memo == NULL) {
		free(hit->name);
		return;
	}
	w->kept++;
	w->has_names |= hit->kind == HIT_NAME;
	memcpy(hit->id, id, pack_store_id_size(w->owner->store));
	if (!history_hits_add(&w->hits, hit))
		w->failed = true;
}

void history_keep(struct history_worker *w, const unsigned char *id,
	enum pack_type type, enum hit_kind kind, char *name)
{
	struct hit hit = {.kind = kind, .type = type, .name = name};

	keep_hit(w, id, &hit);
}

/* One text in memory; true when it gave something. */
bool history_scan_text(struct history_worker *w, bytes data)
{
	struct detect_text text = text_of(w);

	if (data.n && scan_buffer(w->scan, &text, data, NULL) != OK)
		w->failed = true;
	return w->memo != NULL;
}

/* A file that a rule finds by its path is kept without a sighting: those are
 * made when its paths are told. */
bool history_scan_name(struct history_worker *w, bytes name,
	enum history_named named)
{
	if (history_scan_text(w, name))
		return true;
	if (w->owner->has_path_rules && named == HISTORY_FILE &&
		scan_finds_path(w->scan, name))
		w->memo = leak_memo_new();
	return w->memo != NULL;
}

/* Of a blob it is not known yet where it stands. */
static bool scan_blob(struct history_worker *w, bytes data)
{
	struct detect_text text = text_of(w);

	text.path_is_unknown = true;
	if (data.n && scan_buffer(w->scan, &text, data, NULL) != OK)
		w->failed = true;
	return w->memo != NULL;
}

static bool is_lfs_pointer(bytes data)
{
	return data.n < 1024 && bytes_starts(data, bytes_text(
		"version https://git-lfs.github.com/spec/"));
}

/* "tree <name>", "parent <name>", "object <name>", and nothing else. */
static bool is_link(bytes line, size_t id_size)
{
	static const char *const words[] = {"tree ", "parent ", "object "};
	size_t word = 0;

	while (word < 3 && !bytes_starts(line, bytes_text(words[word])))
		word++;
	if (word == 3)
		return false;
	line = bytes_drop(line, strlen(words[word]));
	for (size_t i = 0; i < line.n; i++)
		if (!(line.at[i] >= '0' && line.at[i] <= '9') &&
			!(line.at[i] >= 'a' && line.at[i] <= 'f'))
			return false;
	return line.n == 2 * id_size;
}

/*
 * Headers that are only names of objects are left out; what remains (people,
 * signatures, extra headers) is one text, the message another, so that lines
 * count from the message's first.
 */
static void scan_commit(struct history_worker *w,
	const struct pack_object *object)
{
	bytes data = object->data, head = data, message;
	size_t split = bytes_find(data, bytes_text("\n\n"));
	bytes line, rest;

	message = split == BYTES_NONE ? bytes_drop(data, data.n)
				      : bytes_drop(data, split + 2);
	head.n = split == BYTES_NONE ? data.n : split + 1;
	while (bytes_cut(head, '\n', &line, &rest) &&
		is_link(line, pack_store_id_size(w->owner->store)))
		head = rest;
	if (history_scan_text(w, head))
		history_keep(w, object->id, object->type, HIT_PERSON, NULL);
	if (history_scan_text(w, message))
		history_keep(w, object->id, object->type, HIT_MESSAGE, NULL);
}

static void count(struct history_worker *w, const struct pack_object *object)
{
	if (!object->is_copy)
		w->ledger.scanned++;
	w->ledger.bytes += object->data.n;
}

/* What trees and commits say, written down. Blobs say nothing. */
static bytes visit(struct history_worker *w, const struct pack_object *object)
{
	uint64_t begun;
	bytes rest;

	if (object->type == PACK_BLOB)
		return bytes_of(NULL, 0);
	begun = clock_nanoseconds();
	rest = attribute_visit(w->attribute, object);
	w->trees_spent += clock_nanoseconds() - begun;
	return rest;
}

static void on_object(void *context, const struct pack_object *object)
{
	struct history_worker *w = context;
	uint64_t marks = history_marks(w);
	bytes rest = visit(w, object);

	count(w, object);
	if (object->type == PACK_COMMIT)
		history_carry_commit(w, object->id);
	else if (object->type == PACK_TREE)
		w->tree_bytes += object->data.n;
	if (object->type == PACK_BLOB) {
		if (is_lfs_pointer(object->data))
			w->ledger.lfs_pointers++;
		if (history_scan_content(w, object->data, scan_blob))
			history_keep(w, object->id, PACK_BLOB, HIT_BLOB, NULL);
	} else if (object->type != PACK_TREE) {
		scan_commit(w, object);
	} else if (rest.n) {
		history_scan_rest(w, object->id, rest);
	}
	if (history_marks(w) != marks)
		history_soil(w, object->id);
}

static void on_large_begin(void *context, const struct pack_object *object)
{
	struct history_worker *w = context;
	struct detect_text text = text_of(w);

	text.path_is_unknown = true;
	w->large_marks = history_marks(w);
	memcpy(w->large_id, object->id, pack_store_id_size(w->owner->store));
	w->is_large_copy = object->is_copy;
	w->is_stream_broken = scan_begin(w->scan, &text, NULL) != OK;
}

static void on_large_piece(void *context, bytes piece)
{
	struct history_worker *w = context;

	w->ledger.bytes += piece.n;
	if (!w->is_stream_broken)
		w->is_stream_broken = scan_feed(w->scan, piece, NULL) != OK;
}

static void on_large_end(void *context, enum pack_problem problem)
{
	struct history_worker *w = context;

	if (!w->is_stream_broken)
		w->is_stream_broken = scan_end(w->scan, NULL) != OK;
	if (w->is_stream_broken && problem == PACK_FINE)
		problem = PACK_MEMORY;
	if (!w->is_large_copy && problem == PACK_FINE)
		w->ledger.scanned++;
	else if (!w->is_large_copy)
		w->ledger.problems[problem]++;
	history_keep(w, w->large_id, PACK_BLOB, HIT_BLOB, NULL);
	if (problem != PACK_FINE || history_marks(w) != w->large_marks)
		history_soil(w, w->large_id);
}

static void on_problem(void *context, const unsigned char *id, bool is_copy,
	enum pack_problem problem)
{
	struct history_worker *w = context;

	if (!is_copy)
		w->ledger.problems[problem]++;
	history_soil(w, id);
}

static bool is_stopped(void *context)
{
	struct history_worker *w = context;
	const struct history_options *o = &w->owner->options;

	return o->is_stopped && o->is_stopped(o->context);
}

/* Names of branches and tags. */
static void scan_refs(struct history_worker *w)
{
	const struct repo *repo = w->owner->repo;

	for (size_t i = 0; i < repo->ref_count && !is_stopped(w); i++) {
		const struct repo_ref *ref = &repo->refs[i];
		struct hit hit = {.kind = HIT_REF, .ref = ref->name};

		if (history_scan_text(w, bytes_text(ref->name)))
			keep_hit(w, ref->id, &hit);
	}
}

void history_scan_unit(struct history_worker *w, size_t unit)
{
	struct pack_visitor visitor = {
		.object = on_object,
		.large_begin = on_large_begin,
		.large_piece = on_large_piece,
		.large_end = on_large_end,
		.problem = on_problem,
		.is_stopped = is_stopped,
		.context = w,
	};

	uint64_t begun = clock_nanoseconds();
	struct pack_times before = pack_worker_times(w->pack), now;

	if (!atomic_flag_test_and_set(&w->owner->has_refs_scanned))
		scan_refs(w);
	/* There is one unit at least, for the refs. */
	if (unit < pack_sweep_units(w->owner->sweep))
		pack_sweep_run(w->owner->sweep, unit, w->pack, &visitor);
	now = pack_worker_times(w->pack);
	w->pack_spent.inflate += now.inflate - before.inflate;
	w->pack_spent.delta += now.delta - before.delta;
	w->units_spent += clock_nanoseconds() - begun;
}
