/*
 * The members of an archive. One that fits the window is a text as a whole
 * (and so is shared with equal files); a longer one goes over to a stream
 * with its first byte too many. The window is free for this: source/ reads
 * the archive through buffers of its own.
 */
#include "engine/internal.h"
#include "engine/text.h"

#include "base/banned.h"

struct visit {
	struct engine_worker *w;
	bytes archive;
	unsigned archive_end;

	struct engine_text text; /* of the member in work */
	size_t n;		 /* of it in the window */
	unsigned end;
	bool is_open, is_stream, is_cut;
};

static bool begin_member(void *context, bytes path)
{
	struct visit *v = context;

	engine_text_init(&v->text, v->w, path, LEAK_ARCHIVE);
	v->n = 0;
	v->end = END_SCANNED;
	v->is_open = true;
	v->is_stream = false;
	return true;
}

static void member_data(void *context, bytes piece)
{
	struct visit *v = context;
	struct engine_worker *w = v->w;

	if (v->end != END_SCANNED || piece.n == 0)
		return;
	if (!v->is_stream && piece.n <= LIMIT_WINDOW - v->n) {
		memcpy(w->window + v->n, piece.at, piece.n);
		v->n += piece.n;
		return;
	}
	if (!v->is_stream) {
		v->is_stream = true;
		v->end = engine_text_begin(w, &v->text);
		if (v->end == END_SCANNED && v->n > 0)
			v->end = engine_text_feed(w,
				bytes_of(w->window, v->n));
	}
	if (v->end == END_SCANNED)
		v->end = engine_text_feed(w, piece);
}

static void end_member(void *context)
{
	struct visit *v = context;

	if (!v->is_open)
		return;
	v->is_open = false;
	if (v->is_cut && v->end == END_SCANNED)
		v->end = END_INTERRUPTED;
	if (!v->is_stream && v->end == END_SCANNED) {
		engine_text_whole(v->w, &v->text, bytes_of(v->w->window, v->n));
		return;
	}
	/* Cut short: what came is told, and it counts as cut. */
	if (!v->is_stream && engine_text_begin(v->w, &v->text) == END_SCANNED)
		(void)engine_text_feed(v->w, bytes_of(v->w->window, v->n));
	engine_text_finish(v->w, &v->text, v->end);
}

static void skipped(void *context, bytes path, enum source_skip why)
{
	struct visit *v = context;

	if (bytes_equal(path, v->archive))
		v->archive_end = why;
	else if (v->is_open && bytes_equal(path, v->text.path))
		v->end = v->end == END_SCANNED ? why : v->end;
	else
		engine_worker_end(v->w, path, why);
}

static bool is_stopped(void *context)
{
	struct visit *v = context;

	v->is_cut = v->is_cut || engine_is_stopped(v->w->engine);
	return v->is_cut;
}

unsigned engine_archive_scan(struct engine_worker *w, struct source_input *in,
	bytes path)
{
	struct visit v = {.w = w, .archive = path};
	const struct source_archive_limits limits = {
		.depth = w->engine->options.archive_depth,
		.max_member = w->engine->options.max_file_size,
	};
	const struct source_member_listener listener = {
		.begin = begin_member,
		.data = member_data,
		.end = end_member,
		.skipped = skipped,
		.is_stopped = is_stopped,
		.context = &v,
	};
	enum status status;

	status = source_archive_scan(in, path, &limits, &listener, NULL);
	if (v.is_open)
		end_member(&v);
	if (status == ERR_INTERRUPTED || v.is_cut)
		return END_INTERRUPTED;
	if (status == ERR_UNSUPPORTED)
		return END_NO_LIBRARY;
	if (v.archive_end != END_SCANNED)
		return v.archive_end;
	if (status == ERR_MEMORY)
		return END_MEMORY;
	return status == OK ? END_SCANNED : SKIP_ARCHIVE_BROKEN;
}
