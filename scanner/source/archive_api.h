/*
 * archive_api: libarchive's functions as this room calls them. Included by
 * this room only.
 */
#ifndef STANCH_SOURCE_ARCHIVE_API_H
#define STANCH_SOURCE_ARCHIVE_API_H

#include "base/buf.h"

#include <archive.h>
#include <archive_entry.h>

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
	X(archive_read_support_format_ar)                                    \
	X(archive_read_support_format_cpio)                                  \
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
	X(archive_read_next_header)                                          \
	X(archive_read_data_block)                                           \
	X(archive_read_has_encrypted_entries)                                \
	X(archive_filter_bytes)                                              \
	X(archive_filter_count)                                              \
	X(archive_format)                                                    \
	X(archive_entry_filetype)                                            \
	X(archive_entry_is_encrypted)                                        \
	X(archive_entry_pathname)                                            \
	X(archive_entry_pathname_utf8)                                       \
	X(archive_entry_pathname_w)                                          \
	X(archive_entry_size)                                                \
	X(archive_entry_size_is_set)                                         \
	X(archive_entry_symlink)                                             \
	X(archive_entry_symlink_utf8)

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
/* A reader for the formats that we open, and no others; NULL: no memory. */
struct archive *source_archive_api_begin(const struct source_archive_api *api);
/* Put "!" and the member's name behind path. A compressed file's only member
 * is called as the file without its suffix. */
void source_archive_api_put_name(const struct source_archive_api *api,
	struct archive *a, struct archive_entry *entry, struct buf *path);

#endif
