/*
 * index: the names in a .git/index, versions 2 to 4, SHA-1 or SHA-256.
 *
 * Read for one question only: does git track this path although .gitignore
 * names it? The answer must never hide a file, so an index that is not
 * understood to its last byte is no index at all, and the caller then takes
 * nothing for ignored. The trailing checksum is not computed: git can leave
 * it out, and it proves nothing about a file that an enemy wrote.
 *
 * The hash's width is not in the file (git keeps it in its config, which we
 * do not read). Both are tried; names in order, exact padding and extensions
 * that end where the checksum begins let only one fit.
 */
#include "source/internal.h"

#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

#define HEADER 12
/* Times, device, inode, mode, owner and size before the hash. */
#define STAT_PART 40
#define FLAGS_PART 2
#define FLAG_EXTENDED 0x4000u
#define FLAG_LENGTH 0x0fffu

struct source_index {
	struct buf names;
	uint32_t *ends; /* of name i in names */
	size_t n;
};

struct reader {
	bytes file; /* without the checksum */
	size_t at;
	uint32_t version;
	size_t hash;
};

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		(uint32_t)p[2] << 8 | p[3];
}

static uint32_t be16(const unsigned char *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

bytes source_index_name(const struct source_index *index, size_t at)
{
	size_t from = at ? index->ends[at - 1] : 0;

	return bytes_part(buf_bytes(&index->names), from, index->ends[at]);
}

/* git's variable width number, as in pack offsets. */
static bool read_number(struct reader *r, size_t *out)
{
	size_t value = 0;

	for (int i = 0; i < 5 && r->at < r->file.n; i++) {
		unsigned char c = r->file.at[r->at++];

		value = (value << 7) + (c & 127);
		if (!(c & 128)) {
			*out = value;
			return true;
		}
		value++;
	}
	return false;
}

/* The text up to a NUL, which is passed over too. */
static bool read_text(struct reader *r, bytes *out)
{
	bytes rest = bytes_drop(r->file, r->at);
	size_t n = bytes_find_byte(rest, '\0');

	if (n == BYTES_NONE || n > LIMIT_PATH)
		return false;
	*out = bytes_take(rest, n);
	r->at += n + 1;
	return true;
}

/* Versions 2 and 3 fill entries with NULs to a multiple of eight. */
static bool read_padding(struct reader *r, size_t start)
{
	size_t end = start + ((r->at - start + 7) & ~(size_t)7);

	if (end > r->file.n)
		return false;
	for (; r->at < end; r->at++)
		if (r->file.at[r->at])
			return false;
	return true;
}

/* Append the name of the entry that r stands in: kept bytes, then text. */
static bool add_name(struct source_index *index, bytes kept, bytes text)
{
	size_t n = kept.n + text.n, from = index->names.n;
	size_t kept_at = kept.n ? (size_t)(kept.at - index->names.at) : 0;

	if (n == 0 || n > LIMIT_PATH || !buf_reserve(&index->names, n))
		return false;
	memcpy(index->names.at + from, index->names.at + kept_at, kept.n);
	memcpy(index->names.at + from + kept.n, text.at, text.n);
	index->names.n += n;
	index->ends[index->n++] = (uint32_t)index->names.n;
	return true;
}

static bool read_entry(struct reader *r, struct source_index *index)
{
	size_t start = r->at, fixed = STAT_PART + r->hash + FLAGS_PART;
	bytes last = {0}, text;
	uint32_t flags;
	size_t strip;

	if (index->n)
		last = source_index_name(index, index->n - 1);
	if (r->file.n - start < fixed)
		return false;
	flags = be16(r->file.at + start + fixed - FLAGS_PART);
	r->at += fixed;
	if (flags & FLAG_EXTENDED) {
		if (r->version < 3 || r->file.n - r->at < FLAGS_PART)
			return false;
		r->at += FLAGS_PART;
	}
	if (r->version < 4) {
		last = bytes_take(last, 0);
	} else {
		if (!read_number(r, &strip) || strip > last.n)
			return false;
		last = bytes_take(last, last.n - strip);
	}
	if (!read_text(r, &text) || !add_name(index, last, text))
		return false;
	text = source_index_name(index, index->n - 1);
	if ((flags & FLAG_LENGTH) < FLAG_LENGTH &&
		(flags & FLAG_LENGTH) != text.n)
		return false;
	if (index->n > 1 &&
		bytes_compare(source_index_name(index, index->n - 2), text) > 0)
		return false;
	return r->version >= 4 || read_padding(r, start);
}

/*
 * Extensions to the end. A capital first letter means that a reader may pass
 * over it; any other changes what the entries mean (a split index).
 */
static bool read_extensions(struct reader *r)
{
	while (r->file.n - r->at >= 8) {
		const unsigned char *p = r->file.at + r->at;
		uint32_t n = be32(p + 4);

		if (p[0] < 'A' || p[0] > 'Z' || n > r->file.n - r->at - 8)
			return false;
		r->at += 8 + (size_t)n;
	}
	return r->at == r->file.n;
}

static struct source_index *parse(bytes file, size_t hash)
{
	struct reader r = {.at = HEADER, .hash = hash};
	struct source_index *index;
	size_t count;
	bool is_good = true;

	if (file.n < HEADER + hash)
		return NULL;
	r.file = bytes_take(file, file.n - hash);
	r.version = be32(file.at + 4);
	count = be32(file.at + 8);
	if (r.version < 2 || r.version > 4 ||
		count > r.file.n / (STAT_PART + hash + FLAGS_PART))
		return NULL;
	index = calloc(1, sizeof(*index));
	if (index == NULL)
		return NULL;
	buf_init(&index->names, LIMIT_GIT_INDEX);
	index->ends = calloc(count + 1, sizeof(*index->ends));
	if (index->ends == NULL)
		is_good = false;
	for (size_t i = 0; is_good && i < count; i++)
		is_good = read_entry(&r, index);
	if (!is_good || !read_extensions(&r)) {
		source_index_free(index);
		return NULL;
	}
	return index;
}

struct source_index *source_index_new(bytes file)
{
	struct source_index *index;

	if (!bytes_starts(file, bytes_text("DIRC")) ||
		file.n > LIMIT_GIT_INDEX)
		return NULL;
	index = parse(file, 20);
	return index ? index : parse(file, 32);
}

void source_index_free(struct source_index *index)
{
	if (index == NULL)
		return;
	buf_release(&index->names);
	free(index->ends);
	free(index);
}

size_t source_index_count(const struct source_index *index)
{
	return index->n;
}

/* The first name that is not below path in order. */
static size_t lower_bound(const struct source_index *index, bytes path)
{
	size_t low = 0, high = index->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bytes_compare(source_index_name(index, middle), path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool source_index_has(const struct source_index *index, bytes path)
{
	size_t at = lower_bound(index, path);

	return at < index->n &&
		bytes_equal(source_index_name(index, at), path);
}

bool source_index_has_below(const struct source_index *index, bytes path)
{
	struct buf text;
	size_t at;
	bool has = true; /* without memory: rather scanned than not */

	buf_init(&text, LIMIT_PATH + 1);
	buf_put(&text, path);
	buf_put_byte(&text, '/');
	if (!text.failed) {
		at = lower_bound(index, buf_bytes(&text));
		has = at < index->n &&
			bytes_starts(source_index_name(index, at),
				buf_bytes(&text));
	}
	buf_release(&text);
	return has;
}
