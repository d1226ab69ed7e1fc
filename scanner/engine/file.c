/*
 * One file: opened, its first window read, and then
 *	an archive		its members are scanned, each as a text
 *	all in the window	a text as a whole
 *	longer			a text in windows
 *
 * An archive's own bytes are not scanned: compressed ones say nothing, stored
 * ones are met again as members. When it cannot be opened as one (damaged, an
 * unknown kind, no libarchive), its bytes are scanned like any file's, and it
 * counts as failed all the same.
 */
#include "engine/internal.h"

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

static unsigned read_window(struct engine_worker *w, struct source_input *in,
	size_t *n)
{
	enum source_skip why = SKIP_NONE;

	*n = 0;
	if (source_read(in, w->window, LIMIT_WINDOW, n, &why, NULL) != OK)
		return why != SKIP_NONE ? why : SKIP_UNREADABLE;
	return END_SCANNED;
}

/*
 * Has a text of this length gone by? Then it is worth reading this one twice
 * at worst: hash it whole, and perhaps that is all. False: scan it, from its
 * first byte; the window is still the first when *is_rewound is false.
 */
static bool retell_long(struct engine_worker *w, struct source_input *in,
	const struct engine_text *t, size_t first, bool *is_rewound)
{
	uint64_t size = source_size(in), total = first;
	const struct engine_outcome none = {0};
	size_t n = first;

	*is_rewound = false;
	if (engine_seen_publish(w->engine->seen, length_mark(w, size), &none))
		return false;
	if (w->hash == NULL)
		w->hash = hash_stream_new();
	if (w->hash == NULL || !source_rewind(in))
		return false;
	*is_rewound = true;
	hash_stream_begin(w->hash, engine_text_seed(w, t));
	for (total = 0; !engine_is_stopped(w->engine); total += n) {
		if (read_window(w, in, &n) != END_SCANNED)
			return false;
		if (n == 0)
			break;
		hash_stream_add(w->hash, bytes_of(w->window, n));
	}
	return engine_text_retell(w, t,
		engine_text_key(hash_stream_end(w->hash), total), total);
}

static void scan_long(struct engine_worker *w, struct source_input *in,
	const struct engine_text *t, size_t first)
{
	unsigned end;
	size_t n = first;

	end = engine_text_begin(w, t);
	while (end == END_SCANNED && n > 0) {
		end = engine_text_feed(w, bytes_of(w->window, n));
		if (end == END_SCANNED && engine_is_stopped(w->engine))
			end = END_INTERRUPTED;
		if (end == END_SCANNED)
			end = read_window(w, in, &n);
	}
	engine_text_finish(w, t, end);
}

static void scan_text(struct engine_worker *w, struct source_input *in,
	const struct engine_text *t, size_t first)
{
	bool is_rewound = false;
	unsigned end = END_SCANNED;

	/* A full window of a file of just that size is all of it. */
	if (first < LIMIT_WINDOW || source_size(in) == LIMIT_WINDOW) {
		engine_text_whole(w, t, bytes_of(w->window, first));
		return;
	}
	if (source_size(in) > first &&
		retell_long(w, in, t, first, &is_rewound))
		return;
	if (is_rewound) {
		if (!source_rewind(in))
			end = SKIP_UNREADABLE;
		else
			end = read_window(w, in, &first);
	}
	if (end != END_SCANNED)
		engine_worker_end(w, t->path, end);
	else
		scan_long(w, in, t, first);
}

/* What an archive that was not opened holds is still looked at: its findings
 * are told, but its file has failed. */
static void scan_unopened(struct engine_worker *w, struct source_input *in,
	const struct engine_text *t, unsigned why)
{
	unsigned end = END_SCANNED;
	size_t n = 0;

	if (source_rewind(in))
		end = read_window(w, in, &n);
	if (end == END_SCANNED && n > 0)
		end = engine_text_begin(w, t);
	if (end != END_SCANNED || n == 0) {
		engine_worker_end(w, t->path, why);
		return;
	}
	while (end == END_SCANNED && n > 0) {
		end = engine_text_feed(w, bytes_of(w->window, n));
		if (end == END_SCANNED && engine_is_stopped(w->engine))
			end = END_INTERRUPTED;
		if (end == END_SCANNED)
			end = read_window(w, in, &n);
	}
	engine_text_finish(w, t, why);
}

static void scan_input(struct engine_worker *w, struct source_input *in,
	const struct engine_text *t)
{
	const struct engine_options *o = &w->engine->options;
	unsigned end;
	size_t n;

	if (o->max_file_size > 0 && source_size(in) > o->max_file_size) {
		engine_worker_end(w, t->path, SKIP_TOO_LARGE);
		return;
	}
	end = read_window(w, in, &n);
	if (end != END_SCANNED) {
		engine_worker_end(w, t->path, end);
		return;
	}
	if (o->archive_depth == 0 ||
		!source_is_archive(bytes_of(w->window, n))) {
		scan_text(w, in, t, n);
		return;
	}
	end = engine_archive_scan(w, in, t->path);
	if (end == SKIP_ARCHIVE_BROKEN)
		scan_unopened(w, in, t, end);
	else
		engine_worker_end(w, t->path, end);
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
		buf_bytes(&w->inner), &why, NULL);
	if (in == NULL) {
		engine_worker_end(w, t.path, why);
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
	bytes shown = bytes_text(path);

	while (bytes_starts(shown, bytes_text("./")))
		shown = bytes_drop(shown, 2);
	engine_text_init(&t, w, shown, LEAK_WORKTREE);
	in = source_open_file(w->reader, path, &why, NULL);
	if (in == NULL) {
		engine_worker_end(w, t.path, why);
		return;
	}
	scan_input(w, in, &t);
	source_close(in);
}

void engine_file_stdin(struct engine_worker *w)
{
	struct source_input *in = source_open_stdin(w->reader, NULL);
	struct engine_text t;

	engine_text_init(&t, w, bytes_text("-"), LEAK_STDIN);
	if (in == NULL) {
		engine_worker_end(w, t.path, SKIP_UNREADABLE);
		return;
	}
	scan_input(w, in, &t);
	source_close(in);
}
