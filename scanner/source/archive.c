/*
 * archive: the members of an archive, and of the archives in it.
 *
 * libarchive does the formats; this file feeds it bytes, names the members,
 * and keeps the caps. Nothing is ever written to disk: a member streams to
 * the listener piece by piece, and only one whose first bytes are those of
 * an archive is also gathered in memory, to be opened when it has been told.
 * All gathered members on the way down share LIMIT_ARCHIVE_NESTED.
 *
 * Bombs. Every level counts what it was given (packed) and what came out of
 * it and of all below it (expanded); when the second is over
 * LIMIT_ARCHIVE_FREE and over LIMIT_ARCHIVE_RATIO times the first, that
 * level ends. So a nest of modest ratios ends at the outermost level. What
 * comes out is counted before members are cut, so headers count as well,
 * and members that are passed over are read through the same counter where
 * passing over means decompressing. A sparse file is packed for no more than
 * it takes on its device.
 */
#include "source/archive_api.h"
#include "source/internal.h"

#include "base/limits.h"

#include <sys/stat.h>

#include "base/banned.h"

/* Nesting that we follow however much is asked for: the stack's bound. */
#define DEPTH_MAX 16u
/* Headers that may be asked for again in a row. */
#define RETRY_MAX 3

/* One source_archive_scan. */
struct scan {
	const struct source_archive_api *api;
	const struct source_archive_limits *limits;
	const struct source_member_listener *listener;
	struct buf path;    /* of what is being told */
	size_t gather_left; /* of LIMIT_ARCHIVE_NESTED */
	bool is_stopped;
};

/* One archive that is open: a file, or memory of the level above. */
struct level {
	struct scan *scan;
	struct level *outer;
	struct source_feed feed;
	struct archive *a;
	unsigned depth;	   /* levels that may still be opened below */
	size_t path_n;	   /* of scan->path: this archive's name */
	unsigned members;
	uint64_t expanded; /* bytes that came out, also from below */
	enum source_skip trouble; /* what ended it early */
};

static void tell_skip(struct scan *s, enum source_skip why)
{
	s->listener->skipped(s->listener->context, buf_bytes(&s->path), why);
}

/* About the archive itself, whose name the path is cut back to. */
static void tell_level_skip(struct level *l, enum source_skip why)
{
	l->scan->path.n = l->path_n;
	tell_skip(l->scan, why);
}

static bool is_stopped(struct scan *s)
{
	if (!s->is_stopped && s->listener->is_stopped)
		s->is_stopped = s->listener->is_stopped(s->listener->context);
	return s->is_stopped;
}

static bool is_compressed(const struct level *l)
{
	return l->scan->api->archive_filter_count(l->a) > 1;
}

/* What came out: members, or all that a decompressor gave, with headers.
 * Without one libarchive's count is a place in the file. */
static uint64_t came_out(const struct level *l)
{
	la_int64_t out = 0;

	if (is_compressed(l))
		out = l->scan->api->archive_filter_bytes(l->a, 0);
	return out > 0 && (uint64_t)out > l->expanded ? (uint64_t)out :
							l->expanded;
}

static bool is_over_ratio(const struct level *l)
{
	uint64_t packed = l->feed.packed < l->feed.stored ? l->feed.packed :
							    l->feed.stored;
	uint64_t expanded = came_out(l);

	return expanded > LIMIT_ARCHIVE_FREE &&
		expanded / LIMIT_ARCHIVE_RATIO > packed;
}

/* ---- what libarchive calls ---------------------------------------------- */

static la_ssize_t give_bytes(struct archive *a, void *data, const void **out)
{
	struct level *l = data;
	bool is_first;
	ssize_t n;

	(void)a;
	if (is_stopped(l->scan))
		return -1;
	/* here as well, since passing over a member happens in one call */
	if (is_over_ratio(l))
		l->trouble = SKIP_ARCHIVE_RATIO;
	if (l->trouble != SKIP_NONE)
		return -1;
	is_first = l->feed.packed == 0;
	n = source_feed_read(&l->feed, out);
	if (n < 0)
		l->trouble = SKIP_UNREADABLE;
	else if (is_first && source_head_window(bytes_of(*out, (size_t)n)) >
			LIMIT_ARCHIVE_WINDOW)
		l->trouble = SKIP_LIMIT;
	/* a hole can be read for ever and holds nothing */
	if (l->feed.packed > LIMIT_ARCHIVE_FREE &&
		l->feed.packed / LIMIT_ARCHIVE_RATIO > l->feed.stored)
		l->trouble = SKIP_ARCHIVE_RATIO;
	return l->trouble == SKIP_NONE ? n : -1;
}

static la_int64_t seek_bytes(struct archive *a, void *data, la_int64_t offset,
	int whence)
{
	struct level *l = data;
	int64_t now = source_feed_seek(&l->feed, offset, whence);

	(void)a;
	return now < 0 ? ARCHIVE_FATAL : now;
}

static la_int64_t skip_bytes(struct archive *a, void *data, la_int64_t n)
{
	struct level *l = data;
	int64_t skipped = source_feed_skip(&l->feed, n);

	(void)a;
	return skipped < 0 ? ARCHIVE_FATAL : skipped;
}

/* ---- counting ----------------------------------------------------------- */

/* Count what came out; false when a level at or above ends here. */
static bool count_out(struct level *l, uint64_t n)
{
	bool is_over = false;

	for (struct level *at = l; at; at = at->outer) {
		at->expanded += n;
		if (at->trouble == SKIP_NONE && is_over_ratio(at))
			at->trouble = SKIP_ARCHIVE_RATIO;
		is_over |= at->trouble != SKIP_NONE;
	}
	return !is_over && !is_stopped(l->scan);
}

/* ---- a member ----------------------------------------------------------- */

struct member {
	struct level *level;
	bool is_told; /* begin said yes; end is owed */
	bool is_gathering;
	bool is_known; /* its head has been looked at */
	bool is_archive;
	uint64_t n;
	struct buf gathered;
	enum source_skip trouble;
};

/* Is it an archive, as far as its first bytes can say? */
static void look_at_head(struct member *m)
{
	m->is_known = true;
	m->is_archive = source_is_archive(buf_bytes(&m->gathered));
	if (!m->is_archive) {
		m->is_gathering = false;
		buf_release(&m->gathered);
	}
}

/* Keep the bytes of what is, or may turn out to be, an archive. */
static void gather(struct member *m, bytes piece)
{
	size_t n = 0;

	if (!m->is_known) {
		n = SOURCE_ARCHIVE_HEAD - m->gathered.n;
		buf_put(&m->gathered, bytes_take(piece, n));
		if (m->gathered.n == SOURCE_ARCHIVE_HEAD)
			look_at_head(m);
	}
	if (m->is_known && m->is_gathering)
		buf_put(&m->gathered, bytes_drop(piece, n));
	if (m->gathered.failed) {
		m->is_gathering = false;
		m->trouble = SKIP_LIMIT;
		buf_release(&m->gathered);
	}
}

/* Is the member within what is asked for? Else its trouble is set. */
static bool is_in_size(struct member *m, uint64_t n)
{
	uint64_t max = m->level->scan->limits->max_member;

	if (max == 0 || n <= max)
		return true;
	m->trouble = SKIP_TOO_LARGE;
	return false;
}

/* False: the member ends here. */
static bool take_piece(struct member *m, bytes piece)
{
	const struct source_member_listener *to = m->level->scan->listener;

	if (!count_out(m->level, piece.n))
		return false;
	m->n += piece.n;
	if (!is_in_size(m, m->n))
		return false;
	if (m->is_told && piece.n) {
		to->data(to->context, piece);
		if (m->is_gathering)
			gather(m, piece);
	}
	return true;
}

/* A hole of a sparse member, as the zeros that it stands for. */
static bool take_zeros(struct member *m, uint64_t n)
{
	static const unsigned char zeros[4096];

	while (n > 0) {
		size_t step = n < sizeof(zeros) ? (size_t)n : sizeof(zeros);

		if (!take_piece(m, bytes_of(zeros, step)))
			return false;
		n -= step;
	}
	return true;
}

/* The archive is lost with a fatal error, else only the member. */
static void fail_data(struct member *m, int got)
{
	struct level *l = m->level;

	if (l->trouble != SKIP_NONE || l->scan->is_stopped)
		return;
	if (got == ARCHIVE_FATAL)
		l->trouble = SKIP_ARCHIVE_BROKEN;
	else
		m->trouble = SKIP_ARCHIVE_BROKEN;
}

static void take_data(struct member *m)
{
	struct level *l = m->level;
	uint64_t at = 0;

	for (;;) {
		const void *block = NULL;
		size_t n = 0;
		la_int64_t offset = 0;
		int got = l->scan->api->archive_read_data_block(l->a, &block,
			&n, &offset);

		if (got == ARCHIVE_EOF)
			return;
		if (got < ARCHIVE_WARN || got == ARCHIVE_RETRY) {
			fail_data(m, got);
			return;
		}
		if (offset > 0 && (uint64_t)offset > at) {
			if (!take_zeros(m, (uint64_t)offset - at))
				return;
			at = (uint64_t)offset;
		}
		if (!take_piece(m, bytes_of(block, n)))
			return;
		at += n;
		if (got == ARCHIVE_WARN) {
			m->trouble = SKIP_ARCHIVE_BROKEN;
			return;
		}
	}
}

static void scan_level(struct level *l);

/* Open what was gathered. The path is the member's. */
static void descend(struct member *m)
{
	struct level *l = m->level;
	struct scan *s = l->scan;
	size_t held = m->gathered.room < s->gather_left ? m->gathered.room :
							  s->gather_left;
	struct level inner = {.scan = s, .outer = l,
		.path_n = s->path.n};

	if (l->depth == 0) {
		tell_skip(s, SKIP_ARCHIVE_DEPTH);
		return;
	}
	source_feed_memory(&inner.feed, buf_bytes(&m->gathered));
	inner.depth = l->depth - 1;
	s->gather_left -= held;
	scan_level(&inner);
	s->gather_left += held;
}

static void finish_member(struct member *m)
{
	struct scan *s = m->level->scan;

	if (m->is_told)
		s->listener->end(s->listener->context);
	if (m->is_gathering && !m->is_known)
		look_at_head(m);
	if (m->trouble != SKIP_NONE)
		tell_skip(s, m->trouble);
	if (m->is_gathering && !s->is_stopped)
		descend(m);
	buf_release(&m->gathered);
}

static void scan_member(struct level *l, struct archive_entry *entry)
{
	const struct source_archive_api *api = l->scan->api;
	struct scan *s = l->scan;
	struct member m = {.level = l};
	bool is_sized = api->archive_entry_size_is_set(entry) != 0;
	la_int64_t size = api->archive_entry_size(entry);

	if (api->archive_entry_is_encrypted(entry)) {
		tell_skip(s, SKIP_ARCHIVE_ENCRYPTED);
		return;
	}
	/* a head is always looked at, so that what is not opened is said */
	buf_init(&m.gathered, s->gather_left > SOURCE_ARCHIVE_HEAD ?
			s->gather_left :
			SOURCE_ARCHIVE_HEAD);
	if (is_sized && size > 0 && !is_in_size(&m, (uint64_t)size)) {
		finish_member(&m);
		return;
	}
	m.is_told = s->listener->begin(s->listener->context,
		buf_bytes(&s->path));
	m.is_gathering = m.is_told;
	/* without a decompressor libarchive passes over by seeking */
	if (m.is_told || is_compressed(l))
		take_data(&m);
	finish_member(&m);
}

/* A link's target is its content. */
static void scan_link(struct level *l, struct archive_entry *entry)
{
	const struct source_archive_api *api = l->scan->api;
	const struct source_member_listener *to = l->scan->listener;
	const char *target = api->archive_entry_symlink(entry);

	if (target == NULL)
		target = api->archive_entry_symlink_utf8(entry);
	if (target == NULL ||
		!to->begin(to->context, buf_bytes(&l->scan->path)))
		return;
	to->data(to->context, bytes_text(target));
	to->end(to->context);
}

/* Put "!name" behind the archive's path; false when it is too long. */
static bool put_name(struct level *l, struct archive_entry *entry)
{
	struct buf *path = &l->scan->path;

	path->n = l->path_n;
	source_archive_api_put_name(l->scan->api, l->a, entry, path);
	if (!path->failed)
		return true;
	buf_clear(path);
	return false;
}

/* ---- an archive --------------------------------------------------------- */

static void scan_entry(struct level *l, struct archive_entry *entry,
	const struct buf *own)
{
	struct scan *s = l->scan;

	if (!put_name(l, entry)) {
		buf_put(&s->path, buf_bytes(own));
		tell_skip(s, SKIP_LIMIT);
		return;
	}
	switch (s->api->archive_entry_filetype(entry)) {
	case AE_IFDIR:
	case AE_IFCHR:
	case AE_IFBLK:
	case AE_IFIFO:
	case AE_IFSOCK:
		return; /* no content */
	case AE_IFLNK:
		scan_link(l, entry);
		return;
	default:
		scan_member(l, entry);
	}
}

/* What to say when libarchive gives up. */
static enum source_skip why_broken(struct level *l)
{
	if (l->trouble != SKIP_NONE)
		return l->trouble;
	/* a 7z whose names are encrypted too shows no member at all */
	if (l->scan->api->archive_read_has_encrypted_entries(l->a) > 0)
		return SKIP_ARCHIVE_ENCRYPTED;
	return SKIP_ARCHIVE_BROKEN;
}

/*
 * Layers of compression over the first cost depth as nested archives do.
 * Raw without any is libarchive's word for "no kind that I know".
 */
static enum source_skip check_kind(struct level *l)
{
	int filters = l->scan->api->archive_filter_count(l->a) - 1;

	if (filters > 1) {
		if ((unsigned)filters - 1 > l->depth)
			return SKIP_ARCHIVE_DEPTH;
		l->depth -= (unsigned)filters - 1;
	}
	if (filters <= 0 &&
		l->scan->api->archive_format(l->a) == ARCHIVE_FORMAT_RAW)
		return SKIP_ARCHIVE_BROKEN;
	return SKIP_NONE;
}

static void scan_entries(struct level *l)
{
	struct scan *s = l->scan;
	/* libarchive's own is not there when memory was short */
	struct archive_entry *entry = s->api->archive_entry_new();
	unsigned retries = 0;
	struct buf own;

	buf_init(&own, LIMIT_PATH);
	buf_put(&own, bytes_take(buf_bytes(&s->path), l->path_n));
	if (entry == NULL)
		l->trouble = SKIP_UNREADABLE;
	while (entry && count_out(l, 0)) {
		int got = s->api->archive_read_next_header2(l->a, entry);

		if (got == ARCHIVE_EOF)
			break;
		if (got == ARCHIVE_RETRY && ++retries <= RETRY_MAX)
			continue;
		if (got < ARCHIVE_WARN || got == ARCHIVE_RETRY) {
			l->trouble = why_broken(l);
			break;
		}
		retries = 0;
		if (l->members == 0)
			l->trouble = check_kind(l);
		if (l->members++ >= LIMIT_ARCHIVE_MEMBERS)
			l->trouble = SKIP_ARCHIVE_MEMBERS;
		if (l->trouble != SKIP_NONE)
			break;
		scan_entry(l, entry, &own);
	}
	s->api->archive_entry_free(entry);
	buf_release(&own);
}

static bool open_level(struct level *l)
{
	const struct source_archive_api *api = l->scan->api;
	struct archive *a = l->a;

	api->archive_read_set_read_callback(a, give_bytes);
	if (source_feed_can_seek(&l->feed)) {
		api->archive_read_set_seek_callback(a, seek_bytes);
		api->archive_read_set_skip_callback(a, skip_bytes);
	}
	/* without memory for it, opening would follow a null pointer */
	return api->archive_read_set_callback_data(a, l) == ARCHIVE_OK &&
	       api->archive_read_open1(a) >= ARCHIVE_WARN;
}

/*
 * Compressed zeros look to libarchive like the end of a tar; what follows
 * (a disk image) is then to be read again as what it is.
 */
static bool is_no_tar(const struct level *l)
{
	int format = l->scan->api->archive_format(l->a) &
		ARCHIVE_FORMAT_BASE_MASK;

	return l->members == 0 && format == ARCHIVE_FORMAT_TAR &&
		is_compressed(l) && !l->scan->is_stopped;
}

/* True when it has to be read again, as one raw member. */
static bool scan_as(struct level *l, enum source_archive_kinds kinds)
{
	bool is_again;

	l->a = source_archive_api_begin(l->scan->api, kinds);
	if (l->a == NULL) {
		l->trouble = SKIP_UNREADABLE;
		return false;
	}
	if (open_level(l))
		scan_entries(l);
	else
		l->trouble = why_broken(l);
	/* the levels above also pay for what no member held */
	for (struct level *at = l->outer; at; at = at->outer)
		at->expanded += came_out(l) - l->expanded;
	is_again = is_no_tar(l);
	l->scan->api->archive_read_free(l->a);
	if (!is_again || source_feed_seek(&l->feed, 0, SEEK_SET) != 0)
		return false;
	l->feed.packed = 0;
	l->trouble = SKIP_NONE;
	return true;
}

/* Tells all of one archive, and what ended it. */
static void scan_level(struct level *l)
{
	struct scan *s = l->scan;

	if (scan_as(l, KINDS_ALL))
		(void)scan_as(l, KINDS_RAW);
	if (l->trouble != SKIP_NONE && !s->is_stopped)
		tell_level_skip(l, l->trouble);
	s->path.n = l->path_n;
}

enum status source_archive_scan(struct source_input *in, bytes name,
	const struct source_archive_limits *limits,
	const struct source_member_listener *listener, struct error *err)
{
	struct scan s = {.limits = limits, .listener = listener,
		.gather_left = LIMIT_ARCHIVE_NESTED};
	struct level top = {.scan = &s, .path_n = name.n};
	locale_t utf8;

	if (limits->depth == 0) {
		listener->skipped(listener->context, name, SKIP_ARCHIVE_DEPTH);
		return OK;
	}
	s.api = source_input_archive_api(in);
	if (s.api == NULL)
		return error_set(err, ERR_UNSUPPORTED,
			"open archive: libarchive.so.13 is not installed");
	if (source_input_is_file(in) && !source_rewind(in))
		return error_set_errno(err, ERR_IO, "open archive: seek");
	top.depth = (limits->depth < DEPTH_MAX ? limits->depth : DEPTH_MAX) - 1;
	buf_init(&s.path, LIMIT_PATH);
	buf_put(&s.path, name);
	if (!source_feed_file(&top.feed, in) || s.path.failed) {
		source_feed_release(&top.feed);
		buf_release(&s.path);
		return error_set(err, ERR_MEMORY, "open archive: no memory");
	}
	utf8 = source_archive_api_enter();
	scan_level(&top);
	source_archive_api_leave(utf8);
	source_feed_release(&top.feed);
	buf_release(&s.path);
	if (s.is_stopped)
		return error_set(err, ERR_INTERRUPTED,
			"open archive: interrupted");
	return OK;
}
