/*
 * archive_api: libarchive's functions as this room calls them. Included by
 * this room only.
 */
#ifndef STANCH_SOURCE_ARCHIVE_API_H
#define STANCH_SOURCE_ARCHIVE_API_H

#include "base/buf.h"
#include "source/source.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <sys/types.h>

/* Each is a function of the library and a member of the table. */
#define SOURCE_ARCHIVE_CALLS(X)                                              \
	X(archive_read_new)                                                  \
	X(archive_read_free)                                                 \
	X(archive_read_support_filter_bzip2)                                 \
	X(archive_read_support_filter_compress)                              \
	X(archive_read_support_filter_gzip)                                  \
	X(archive_read_support_filter_lz4)                                   \
	X(archive_read_support_filter_lzip)                                  \
	X(archive_read_support_filter_lzma)                                  \
	X(archive_read_support_filter_xz)                                    \
	X(archive_read_support_filter_zstd)                                  \
	X(archive_read_support_format_7zip)                                  \
	X(archive_read_support_format_empty)                                 \
	X(archive_read_support_format_raw)                                   \
	X(archive_read_support_format_tar)                                   \
	X(archive_read_support_format_zip)                                   \
	X(archive_read_set_format_option)                                    \
	X(archive_read_set_read_callback)                                    \
	X(archive_read_set_seek_callback)                                    \
	X(archive_read_set_skip_callback)                                    \
	X(archive_read_set_callback_data)                                    \
	X(archive_read_open1)                                                \
	X(archive_read_next_header2)                                         \
	X(archive_read_data_block)                                           \
	X(archive_read_has_encrypted_entries)                                \
	X(archive_filter_bytes)                                              \
	X(archive_filter_count)                                              \
	X(archive_format)                                                    \
	X(archive_entry_new)                                                 \
	X(archive_entry_free)                                                \
	X(archive_entry_filetype)                                            \
	X(archive_entry_is_encrypted)                                        \
	X(archive_entry_pathname)                                            \
	X(archive_entry_pathname_utf8)                                       \
	X(archive_entry_size)                                                \
	X(archive_entry_size_is_set)                                         \
	X(archive_entry_symlink)                                             \
	X(archive_entry_symlink_utf8)                                        \
	X(archive_version_string)

#define SOURCE_ARCHIVE_MEMBER(name) __typeof__(name) *name;

struct source_archive_api {
	void *library;
	/* which decompressors are built in: others would run programs */
	unsigned filters;
	SOURCE_ARCHIVE_CALLS(SOURCE_ARCHIVE_MEMBER)
};

/* NULL when the library or one of its functions is not there. */
struct source_archive_api *source_archive_api_open(void);
void source_archive_api_close(struct source_archive_api *api);
/* The calling thread's locale while names are read; 0: not to be had. */
locale_t source_archive_api_enter(void);
void source_archive_api_leave(locale_t utf8);
/* A reader for the formats that we open, and no others; NULL: no memory. */
enum source_archive_kinds { KINDS_ALL, KINDS_RAW };
struct archive *source_archive_api_begin(const struct source_archive_api *api,
	enum source_archive_kinds kinds);
/* Put "!" and the member's name behind path. A compressed file's only member
 * is called as the file without its suffix. */
void source_archive_api_put_name(const struct source_archive_api *api,
	struct archive *a, struct archive_entry *entry, struct buf *path);

/* ---- what libarchive is fed with ---------------------------------------- */

/* A file, standard input, or memory of the level above. */
struct source_feed {
	struct source_input *file; /* NULL: memory */
	bytes memory;
	size_t at; /* in memory */
	unsigned char *block;
	uint64_t stored; /* bytes that there can really be */
	uint64_t packed; /* bytes given so far */
};

/* False: no memory. */
bool source_feed_file(struct source_feed *feed, struct source_input *in);
void source_feed_memory(struct source_feed *feed, bytes memory);
void source_feed_release(struct source_feed *feed);
bool source_feed_can_seek(const struct source_feed *feed);
/* The next block, 0 at the end, -1 on failure. */
ssize_t source_feed_read(struct source_feed *feed, const void **out);
/* The new place, or -1. */
int64_t source_feed_seek(struct source_feed *feed, int64_t offset, int whence);
/* How far it got: n, or less at the end; -1 on failure. */
int64_t source_feed_skip(struct source_feed *feed, int64_t n);

#endif
