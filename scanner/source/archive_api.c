/*
 * archive_api: libarchive, loaded when the first archive is met.
 *
 * Linked at build it would cost every start 5 ms, for itself and the ten
 * libraries that it brings; most runs meet no archive. The table is filled
 * from one list, so that a name cannot be in it and not be loaded.
 *
 * Formats are a short list: those that people ship tokens in. The rest of
 * what libarchive reads (RAR, CAB, LHA, ISO, XAR, mtree...) is where most of
 * its memory errors were. A decompressor that the library was built without
 * answers with a warning and would run a program of that name; such a one is
 * not registered.
 *
 * Names are bytes. libarchive converts names that are marked as UTF-8 to the
 * locale's charset, which is C here and has only ASCII; then the unconverted
 * form is asked for, and what has none at all is called "(unnamed)".
 */
#include "source/archive_api.h"

#include "base/limits.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <wchar.h>

#include "base/banned.h"

#define LIBRARY "libarchive.so.13"

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

struct archive *source_archive_api_begin(const struct source_archive_api *api)
{
	struct archive *a = api->archive_read_new();
	support *filters[FILTERS];

	if (a == NULL)
		return NULL;
	list_filters(api, filters);
	for (unsigned i = 0; i < FILTERS; i++)
		if (api->filters & 1u << i)
			filters[i](a);
	api->archive_read_support_format_7zip(a);
	api->archive_read_support_format_ar(a);
	api->archive_read_support_format_cpio(a);
	api->archive_read_support_format_empty(a);
	api->archive_read_support_format_raw(a);
	api->archive_read_support_format_tar(a);
	api->archive_read_support_format_zip(a);
	/* tars one after another: what stands behind the first counts too */
	api->archive_read_set_format_option(a, "tar",
		"read_concatenated_archives", "1");
	return a;
}

/* ---- names -------------------------------------------------------------- */

static void put_utf8(struct buf *b, unsigned long c)
{
	if (c < 0x80) {
		buf_put_byte(b, (unsigned char)c);
	} else if (c < 0x800) {
		buf_put_byte(b, (unsigned char)(0xc0 | c >> 6));
		buf_put_byte(b, (unsigned char)(0x80 | (c & 63)));
	} else if (c < 0x10000) {
		buf_put_byte(b, (unsigned char)(0xe0 | c >> 12));
		buf_put_byte(b, (unsigned char)(0x80 | (c >> 6 & 63)));
		buf_put_byte(b, (unsigned char)(0x80 | (c & 63)));
	} else {
		buf_put_byte(b, (unsigned char)(0xf0 | (c >> 18 & 7)));
		buf_put_byte(b, (unsigned char)(0x80 | (c >> 12 & 63)));
		buf_put_byte(b, (unsigned char)(0x80 | (c >> 6 & 63)));
		buf_put_byte(b, (unsigned char)(0x80 | (c & 63)));
	}
}

static void put_wide(struct buf *b, const wchar_t *name)
{
	for (; *name; name++)
		put_utf8(b, (unsigned long)*name);
}

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

static void put_other_name(const struct source_archive_api *api,
	struct archive_entry *entry, struct buf *path)
{
	const wchar_t *wide = api->archive_entry_pathname_w(entry);

	if (wide)
		put_wide(path, wide);
	else
		buf_put_text(path, "(unnamed)");
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
		put_other_name(api, entry, path);
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
