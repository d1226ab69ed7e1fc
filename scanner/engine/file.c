/*
 * One file: opened, its first window read, and then
 *	all in the window	a text as a whole
 *	longer			a text in windows
 *	with holes		a text in segments, the holes passed over
 * An archive is that, and before it the members in it, each a text.
 *
 * An archive's own bytes are scanned too: between and behind members there is
 * room to hide, and what only looks like an archive, or is damaged, stays
 * covered. A token in a stored member is then seen twice; leaks/ keeps the
 * member's place. (Not on a pipe, where the bytes pass but once.)
 */
#include "engine/internal.h"
#include "engine/text.h"

#include "base/secret.h"

#include <stdlib.h>

#include "base/banned.h"

/* Same content is recognised for longer texts by length first. The mark's
 * key stands apart from any content's: its halves are related. */
static struct hash128 length_mark(const struct engine_worker *w, uint64_t size)
{
	struct hash128 key = {hash_64(bytes_of(&size, sizeof(size)),
		w->engine->seed), 0};

	key.high = ~key.low;
	return key;
}

/* The next piece into the window; w->hole is what was passed over before.
 * When it fails, n bytes came before it did. */
static unsigned read_window(struct engine_worker *w, struct source_input *in,
	size_t *n, struct error *err)
{
	enum source_skip why = SKIP_NONE;
	enum status status;

	*n = 0;
	status = source_read(in, w->window, LIMIT_WINDOW, n, &why, err);
	w->hole = source_hole(in);
	if (status == ERR_INTERRUPTED)
		return END_INTERRUPTED;
	if (status != OK)
		return why != SKIP_NONE ? why : SKIP_UNREADABLE;
	return END_SCANNED;
}

static unsigned read_first(struct engine_worker *w, struct source_input *in,
	size_t *n)
{
	*n = 0;
	if (!source_rewind(in))
		return SKIP_UNREADABLE;
	return read_window(w, in, n, NULL);
}

/* ---- long texts --------------------------------------------------------- */

/*
 * Has a text of this length gone by? Then it is worth reading this one twice
 * at worst: hash it whole, and perhaps that is all. False: it is to be scanned
 * from its first byte, by reading anew.
 */
static bool retell_long(struct engine_worker *w, struct source_input *in,
	const struct engine_text *t)
{
	uint64_t total = 0;
	size_t n;

	if (w->hash == NULL)
		w->hash = hash_stream_new();
	if (w->hash == NULL || !source_rewind(in))
		return false;
	hash_stream_begin(w->hash, engine_text_seed(w, t));
	while (!engine_is_stopped(w->engine)) {
		if (read_window(w, in, &n, NULL) != END_SCANNED)
			return false;
		if (w->hole > 0)
			hash_stream_add(w->hash,
				bytes_of(&w->hole, sizeof(w->hole)));
		hash_stream_add(w->hash, bytes_of(w->window, n));
		total += w->hole + n;
		if (n == 0)
			break;
	}
	return engine_text_retell(w, t,
		engine_text_key(hash_stream_end(w->hash), total), total);
}

/*
 * The window holds the first n bytes. A hole, once met, needs the lines before
 * it counted, which is too dear to do for all: *is_sparse is then set and
 * nothing told, and the caller begins again with is_sparse set.
 */
static unsigned feed_all(struct engine_worker *w, struct source_input *in,
	const struct engine_text *t, size_t n, bool *is_sparse)
{
	bool is_counted = *is_sparse;
	unsigned end = engine_text_begin(w, t);

	while (end == END_SCANNED && (n > 0 || w->hole > 0)) {
		bytes piece = bytes_of(w->window, n);

		*is_sparse = *is_sparse || w->hole > 0;
		if (*is_sparse && !is_counted)
			break;
		if (w->hole > 0)
			end = engine_text_pass(w, t, w->hole);
		if (end == END_SCANNED)
			end = engine_text_feed(w, piece);
		if (is_counted)
			engine_text_count(w, piece);
		if (end == END_SCANNED && engine_is_stopped(w->engine))
			end = END_INTERRUPTED;
		if (end != END_SCANNED)
			break;
		end = read_window(w, in, &n, NULL);
		/* What came before it failed is still looked at. */
		if (end != END_SCANNED && n > 0 && w->hole == 0)
			(void)engine_text_feed(w, bytes_of(w->window, n));
	}
	return end;
}

/* `as` other than END_SCANNED: how the file counts, whatever is found. */
static void scan_long(struct engine_worker *w, struct source_input *in,
	const struct engine_text *t, size_t first, unsigned as)
{
	bool is_sparse = false;
	unsigned end;

	end = feed_all(w, in, t, first, &is_sparse);
	if (is_sparse) {
		engine_text_drop(w);
		end = read_first(w, in, &first);
		if (end != END_SCANNED) {
			engine_worker_end(w, t->path, end);
			return;
		}
		end = feed_all(w, in, t, first, &is_sparse);
	}
	engine_text_finish(w, t, as != END_SCANNED ? as : end);
}

static void scan_text(struct engine_worker *w, struct source_input *in,
	const struct engine_text *t, size_t first)
{
	const struct seen_outcome none = {0};
	uint64_t size = source_size(in);
	unsigned end = END_SCANNED;

	/* A full window of a file of just that size is all of it. */
	if (w->hole == 0 && first >= size &&
		(first < LIMIT_WINDOW || first == size)) {
		engine_text_whole(w, t, bytes_of(w->window, first));
		return;
	}
	/* The first of this length is scanned; others are hashed before. */
	if (size > 0 && !seen_publish(w->engine->seen,
		length_mark(w, size), &none)) {
		if (retell_long(w, in, t))
			return;
		end = read_first(w, in, &first);
	}
	if (end != END_SCANNED)
		engine_worker_end(w, t->path, end);
	else
		scan_long(w, in, t, first, END_SCANNED);
}

/* ---- archives ----------------------------------------------------------- */

/* Members, from a pipe: what was read of it is put back first. */
static unsigned scan_piped(struct engine_worker *w, struct source_input *in,
	const struct engine_text *t, size_t n)
{
	unsigned char *head = malloc(n);
	unsigned end;

	if (head == NULL)
		return END_MEMORY;
	memcpy(head, w->window, n);
	source_unread(in, bytes_of(head, n));
	end = engine_archive_scan(w, in, t->path);
	secret_wipe(head, n);
	free(head);
	return end;
}

static void scan_archive(struct engine_worker *w, struct source_input *in,
	const struct engine_text *t, size_t n)
{
	unsigned end;

	if (!source_rewind(in)) {
		engine_worker_end(w, t->path, scan_piped(w, in, t, n));
		return;
	}
	end = engine_archive_scan(w, in, t->path);
	if (end == END_INTERRUPTED || read_first(w, in, &n) != END_SCANNED)
		engine_worker_end(w, t->path,
			end == END_SCANNED ? SKIP_VANISHED : end);
	else if (end == END_SCANNED)
		scan_text(w, in, t, n);
	else
		scan_long(w, in, t, n, end);
}

/* ---- opening ------------------------------------------------------------ */

static void scan_input(struct engine_worker *w, struct source_input *in,
	const struct engine_text *t)
{
	const struct engine_options *o = &w->engine->options;
	struct error err = {0};
	unsigned end;
	size_t n;

	if (o->max_file_size > 0 && source_size(in) > o->max_file_size) {
		engine_worker_end(w, t->path, SKIP_TOO_LARGE);
		return;
	}
	end = read_window(w, in, &n, &err);
	if (end != END_SCANNED && n > 0)
		scan_long(w, in, t, n, end);
	else if (end != END_SCANNED)
		engine_worker_end_because(w, t->path, end, &err);
	else if (o->archive_depth > 0 &&
		source_is_archive(bytes_of(w->window, n)))
		scan_archive(w, in, t, n);
	else
		scan_text(w, in, t, n);
}

/* target, a slash where one is needed, and the path below it. */
static bytes join(struct engine_worker *w, bytes below)
{
	const struct engine *e = w->engine;

	buf_clear(&w->path);
	buf_put(&w->path, bytes_of(e->prefix, e->prefix_n));
	buf_put(&w->path, below);
	return buf_bytes(&w->path);
}

void engine_file_in_tree(struct engine_worker *w, bytes directory, bytes name)
{
	enum source_skip why = SKIP_UNREADABLE;
	struct source_input *in;
	struct engine_text t;
	struct error err = {0};

	buf_clear(&w->inner);
	buf_put(&w->inner, directory);
	if (directory.n > 0)
		buf_put_byte(&w->inner, '/');
	buf_put(&w->inner, name);
	engine_text_init(&t, w, join(w, buf_bytes(&w->inner)), LEAK_WORKTREE);
	if (w->inner.failed || w->path.failed) {
		engine_worker_end(w, t.path, SKIP_LIMIT);
		return;
	}
	in = source_open_in_tree(w->reader, w->engine->tree,
		buf_bytes(&w->inner), &why, &err);
	if (in == NULL) {
		engine_worker_end_because(w, t.path, why, &err);
		return;
	}
	scan_input(w, in, &t);
	source_close(in);
}

void engine_file_named(struct engine_worker *w, const char *path)
{
	enum source_skip why = SKIP_UNREADABLE;
	struct source_input *in;
	struct engine_text t;
	struct error err = {0};
	bytes shown = bytes_text(path);

	while (bytes_starts(shown, bytes_text("./")))
		shown = bytes_drop(shown, 2);
	engine_text_init(&t, w, shown, LEAK_WORKTREE);
	in = source_open_file(w->reader, path, &why, &err);
	if (in == NULL) {
		engine_worker_end_because(w, t.path, why, &err);
		return;
	}
	scan_input(w, in, &t);
	source_close(in);
}

void engine_file_stdin(struct engine_worker *w)
{
	struct error err = {0};
	struct source_input *in = source_open_stdin(w->reader, &err);
	struct engine_text t;

	engine_text_init(&t, w, bytes_text("-"), LEAK_STDIN);
	if (in == NULL) {
		engine_worker_end_because(w, t.path, SKIP_UNREADABLE, &err);
		return;
	}
	scan_input(w, in, &t);
	source_close(in);
}
