/*
 * The engine against the naive search over real files: every file below
 * DIRECTORY, whole and in pieces, must give what naive_scan gives. Two
 * differences at most are shown for each rule; all are counted.
 *
 *   differential [-m MEGABYTES] [-p PART/PARTS] DIRECTORY...
 *
 * -m stops after so much text; -p takes every PARTS-th file, so that several
 * processes share the work. What is found is not printed, only where.
 */
#include "detect/naive.h"
#include "record.h"

#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((size_t)64 << 20)

struct work {
	struct detector *d;
	struct scan *whole, *pieces;
	struct buf text, want, got;
	unsigned long long files, bytes, same, differ, sightings;
	unsigned long long part, parts, seen, most;
};

static bool read_file(const char *path, struct buf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	ssize_t n = 1;

	buf_clear(text);
	while (fd >= 0 && n > 0 && buf_reserve(text, 65536)) {
		n = read(fd, text->at + text->n, 65536);
		if (n > 0)
			text->n += (size_t)n;
	}
	if (fd >= 0)
		(void)close(fd);
	return fd >= 0 && n == 0;
}

/* The lines of one that the other has not, up to their secrets. */
static void print_missing(const char *side, bytes of, bytes in)
{
	bytes line;
	unsigned shown = 0;

	while (of.n && shown < 4) {
		bytes_cut(of, '\n', &line, &of);
		if (bytes_find(in, line) == BYTES_NONE) {
			printf("  %s: %.*s\n", side,
				(int)bytes_take(line,
					bytes_find_byte(line, '[') == BYTES_NONE
						? 0
						: bytes_find_byte(line, '['))
					.n,
				(const char *)line.at);
			shown++;
		}
	}
}

static void compare(struct work *w, const char *path, const char *how)
{
	bytes want = buf_bytes(&w->want), got = buf_bytes(&w->got);

	if (!w->got.failed && bytes_equal(want, got)) {
		w->same++;
		return;
	}
	w->differ++;
	printf("%s: %s differs from the naive search\n", path, how);
	print_missing("naive only", want, got);
	print_missing("engine only", got, want);
}

static void try_file(struct work *w, const char *path)
{
	const struct detect_text text = {.path = bytes_text(path),
		.sink = record_sighting, .context = &w->want};
	size_t size = 1 + (size_t)((w->files * 7919) % 300000);
	struct error err = {.code = OK};
	bytes data;

	if (!read_file(path, &w->text))
		return;
	data = buf_bytes(&w->text);
	buf_clear(&w->want);
	if (naive_scan(w->d, &text, data, &err))
		record_die(path, err.text);
	record_whole(w->whole, text.path, data, &w->got);
	compare(w, path, "whole");
	record_pieces(w->pieces, text.path, data, size, size, &w->got);
	compare(w, path, "in pieces");
	for (bytes rest = buf_bytes(&w->want), line; rest.n; w->sightings++)
		bytes_cut(rest, '\n', &line, &rest);
	w->files++;
	w->bytes += data.n;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void walk(struct work *w, char **roots)
{
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	FTSENT *e;

	if (fts == NULL)
		record_die("walk", "no memory");
	while ((e = fts_read(fts)) != NULL && w->bytes < w->most) {
		if (e->fts_info != FTS_F || e->fts_statp->st_size == 0 ||
			(size_t)e->fts_statp->st_size > FILE_MAX ||
			w->seen++ % w->parts != w->part)
			continue;
		try_file(w, e->fts_path);
	}
	(void)fts_close(fts);
}

int main(int argc, char **argv)
{
	struct ruleset *rules = record_rules();
	struct work w = {.d = record_detector(rules, false), .parts = 1,
		.most = ~0ull};
	int option;

	while ((option = getopt(argc, argv, "m:p:")) != -1) {
		if (option == 'm')
			w.most = strtoull(optarg, NULL, 10) << 20;
		else if (option != 'p' || sscanf(optarg, "%llu/%llu", &w.part,
						  &w.parts) != 2 || !w.parts)
			return 2;
	}
	if (optind == argc)
		return 2;
	w.most /= w.parts;
	w.whole = record_scan(w.d);
	w.pieces = record_scan(w.d);
	buf_init(&w.text, FILE_MAX + 65536);
	buf_init(&w.want, (size_t)256 << 20);
	buf_init(&w.got, (size_t)256 << 20);
	walk(&w, argv + optind);
	printf("differential: %llu files, %.1f MB, %llu sightings\n", w.files,
		(double)w.bytes / 1e6, w.sightings);
	printf("%llu passed, %llu failed\n", w.same, w.differ);
	buf_release(&w.text);
	buf_release(&w.want);
	buf_release(&w.got);
	scan_free(w.whole);
	scan_free(w.pieces);
	detector_free(w.d);
	ruleset_free(rules);
	return w.differ || w.files == 0;
}
