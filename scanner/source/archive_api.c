/*
 * archive_api: libarchive, loaded when the first archive is met.
 *
 * Linked at build it would cost every start 5 ms, for itself and the ten
 * libraries that it brings; most runs meet no archive. The table is filled
 * from one list, so that a name cannot be in it and not be loaded.
 *
 * Formats are a short list: those that people ship tokens in. The rest of
 * what libarchive reads (RAR, CAB, LHA, ISO, XAR, mtree...) is where most of
 * its memory errors were; and cpio and ar let a header of a few bytes ask
 * for a gigabyte of contiguous memory for a name. A decompressor that the
 * library was built without answers with a warning and would run a program
 * of that name; such a one is not registered.
 *
 * Names are bytes. libarchive converts names that are marked as UTF-8 to the
 * locale's charset and forgets those that it cannot, and we never leave the C
 * locale; so the thread reads archives in C.UTF-8, where there is nothing to
 * convert. What still has no name is called "(unnamed)".
 */
#include "source/archive_api.h"

#include "base/limits.h"
#include "source/internal.h"

#include <dlfcn.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/banned.h"

#define LIBRARY "libarchive.so.13"
/* Bytes given to libarchive at once. */
#define BLOCK ((size_t)64 << 10)

struct call {
	const char *name;
	size_t at; /* of its pointer in the table */
};

#define CALL(name) {#name, offsetof(struct source_archive_api, name)},

static const struct call calls[] = {SOURCE_ARCHIVE_CALLS(CALL)};

typedef int support(struct archive *a);

#define FILTERS 8

static void list_filters(const struct source_archive_api *api,
	support *out[FILTERS])
{
	out[0] = api->archive_read_support_filter_bzip2;
	out[1] = api->archive_read_support_filter_compress;
	out[2] = api->archive_read_support_filter_gzip;
	out[3] = api->archive_read_support_filter_lz4;
	out[4] = api->archive_read_support_filter_lzip;
	out[5] = api->archive_read_support_filter_lzma;
	out[6] = api->archive_read_support_filter_xz;
	out[7] = api->archive_read_support_filter_zstd;
}

/* Ask on an archive that is thrown away which are built in. */
static bool find_filters(struct source_archive_api *api)
{
	struct archive *a = api->archive_read_new();
	support *filters[FILTERS];

	if (a == NULL)
		return false;
	list_filters(api, filters);
	for (unsigned i = 0; i < FILTERS; i++)
		if (filters[i](a) == ARCHIVE_OK)
			api->filters |= 1u << i;
	api->archive_read_free(a);
	return true;
}

struct source_archive_api *source_archive_api_open(void)
{
	struct source_archive_api *api = calloc(1, sizeof(*api));
	bool is_whole = true;

	if (api == NULL)
		return NULL;
	/* never unmapped: libraries below it hold thread-local data */
	api->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	is_whole = api->library != NULL;
	for (size_t i = 0; is_whole && i < sizeof(calls) / sizeof(calls[0]);
		i++) {
		void *call = dlsym(api->library, calls[i].name);

		memcpy((char *)api + calls[i].at, &call, sizeof(call));
		is_whole = call != NULL;
	}
	if (!is_whole || !find_filters(api)) {
		source_archive_api_close(api);
		return NULL;
	}
	return api;
}

void source_archive_api_close(struct source_archive_api *api)
{
	if (api == NULL)
		return;
	if (api->library)
		dlclose(api->library);
	free(api);
}

locale_t source_archive_api_enter(void)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);

	if (utf8)
		uselocale(utf8);
	return utf8;
}

void source_archive_api_leave(locale_t utf8)
{
	if (utf8 == (locale_t)0)
		return;
	uselocale(LC_GLOBAL_LOCALE);
	freelocale(utf8);
}

struct archive *source_archive_api_begin(const struct source_archive_api *api,
	enum source_archive_kinds kinds)
{
	struct archive *a = api->archive_read_new();
	support *filters[FILTERS];

	if (a == NULL)
		return NULL;
	list_filters(api, filters);
	for (unsigned i = 0; i < FILTERS; i++)
		if (api->filters & 1u << i)
			filters[i](a);
	api->archive_read_support_format_raw(a);
	if (kinds == KINDS_RAW)
		return a;
	api->archive_read_support_format_7zip(a);
	api->archive_read_support_format_empty(a);
	api->archive_read_support_format_tar(a);
	api->archive_read_support_format_zip(a);
	/* tars one after another: what stands behind the first counts too */
	api->archive_read_set_format_option(a, "tar",
		"read_concatenated_archives", "1");
	return a;
}

/* ---- names -------------------------------------------------------------- */

/* "dir/dump.sql.gz" holds "dump.sql". */
static bytes name_of_only_member(bytes archive)
{
	const unsigned char *slash = memrchr(archive.at, '/', archive.n);
	const unsigned char *mark = memrchr(archive.at, '!', archive.n);
	const unsigned char *dot;
	bytes name = archive;

	if (mark && (slash == NULL || mark > slash))
		slash = mark;
	if (slash)
		name = bytes_drop(name, (size_t)(slash - archive.at) + 1);
	dot = memrchr(name.at, '.', name.n);
	if (dot && dot > name.at)
		name = bytes_take(name, (size_t)(dot - name.at));
	return name;
}

void source_archive_api_put_name(const struct source_archive_api *api,
	struct archive *a, struct archive_entry *entry, struct buf *path)
{
	const char *name = api->archive_entry_pathname(entry);
	size_t n = path->n;
	struct buf own;

	if (name == NULL)
		name = api->archive_entry_pathname_utf8(entry);
	buf_put_byte(path, '!');
	if (name == NULL) {
		buf_put_text(path, "(unnamed)");
	} else if (strcmp(name, "data") != 0 ||
		api->archive_format(a) != ARCHIVE_FORMAT_RAW) {
		buf_put_text(path, name);
	} else {
		/* a copy: the path may move while it grows */
		buf_init(&own, LIMIT_PATH);
		buf_put(&own, name_of_only_member(bytes_of(path->at, n)));
		buf_put(path, buf_bytes(&own));
		buf_release(&own);
	}
}

/* ---- what libarchive is fed with ---------------------------------------- */

bool source_feed_file(struct source_feed *feed, struct source_input *in)
{
	*feed = (struct source_feed){.file = in,
		.stored = source_input_stored(in)};
	feed->block = malloc(BLOCK);
	return feed->block != NULL;
}

void source_feed_memory(struct source_feed *feed, bytes memory)
{
	*feed = (struct source_feed){.memory = memory, .stored = UINT64_MAX};
}

void source_feed_release(struct source_feed *feed)
{
	free(feed->block);
	*feed = (struct source_feed){0};
}

bool source_feed_can_seek(const struct source_feed *feed)
{
	return feed->file == NULL || source_input_is_file(feed->file);
}

ssize_t source_feed_read(struct source_feed *feed, const void **out)
{
	ssize_t n;

	if (feed->file == NULL) {
		bytes piece = bytes_take(bytes_drop(feed->memory, feed->at),
			BLOCK);

		*out = piece.at;
		feed->at += piece.n;
		n = (ssize_t)piece.n;
	} else {
		*out = feed->block;
		n = source_input_read(feed->file, feed->block, BLOCK);
	}
	if (n > 0)
		feed->packed += (uint64_t)n;
	return n;
}

int64_t source_feed_seek(struct source_feed *feed, int64_t offset, int whence)
{
	int64_t base = 0, size = (int64_t)feed->memory.n;

	if (feed->file)
		return source_input_seek(feed->file, offset, whence);
	if (whence == SEEK_CUR)
		base = (int64_t)feed->at;
	else if (whence == SEEK_END)
		base = size;
	if (offset < -base || offset > size - base)
		return -1;
	feed->at = (size_t)(base + offset);
	return base + offset;
}

int64_t source_feed_skip(struct source_feed *feed, int64_t n)
{
	int64_t here = source_feed_seek(feed, 0, SEEK_CUR);
	int64_t end = source_feed_seek(feed, 0, SEEK_END);

	if (here < 0 || end < here)
		return -1;
	if (n > end - here)
		n = end - here;
	return source_feed_seek(feed, here + n, SEEK_SET) < 0 ? -1 : n;
}

bool source_library(char text[SOURCE_LIBRARY])
{
	struct source_archive_api *api = source_archive_api_open();

	if (api == NULL)
		return false;
	snprintf(text, SOURCE_LIBRARY, "%s", api->archive_version_string());
	source_archive_api_close(api);
	return true;
}
