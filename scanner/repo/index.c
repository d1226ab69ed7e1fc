/*
 * index: entries are taken where they lie; only version 4, which stores names
 * as differences, has them rebuilt in a buffer beside.
 *
 * The trailing checksum is not computed: git may leave it out, and it proves
 * nothing about a file that an enemy wrote. A cache-tree that does not fit its
 * entries is dropped, since it only saves work; what it says of a directory
 * is believed, as git does when it commits.
 */
#include "repo/index.h"

#include "base/arena.h"
#include "base/limits.h"
#include "repo/internal.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/banned.h"

#define HEADER 12
/* Times, device, inode, then the mode. */
#define MODE_AT 24
/* With mode, owner and size: before the name of the object. */
#define STAT_PART 40
#define FLAGS_PART 2
#define FLAG_EXTENDED 0x4000u
#define FLAG_STAGE 0x3000u
#define FLAG_LENGTH 0x0fffu
#define FLAG_INTENDED 0x2000u /* of the extended flags */

struct repo_index {
	struct repo_index_entry *entries;
	size_t count;
	struct repo_index_tree *trees;
	size_t tree_count, tree_room;
	struct arena names; /* version 4 */
	struct buf file;  /* when read here */
};

struct reader {
	bytes file; /* without the checksum */
	size_t at;
	uint32_t version;
	size_t id_size;
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

/* git's variable width number, as in pack offsets. */
static bool read_number(struct reader *r, size_t *out)
{
	size_t value = 0;

	for (int i = 0; i < 4 && r->at < r->file.n; i++) {
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

/* The text up to a NUL, which is passed over too. The length that the flags
 * tell spares the search. */
static bool read_text(struct reader *r, size_t hint, bytes *out)
{
	bytes rest = bytes_drop(r->file, r->at);
	size_t n = hint;

	if (hint >= rest.n || rest.at[hint] != '\0' ||
		memchr(rest.at, '\0', hint) != NULL)
		n = bytes_find_byte(rest, '\0');
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

/* Version 4: what is kept of the name before, then the text. */
static bool join_name(struct repo_index *index, bytes last, size_t strip,
	bytes *path)
{
	unsigned char *name;
	bytes kept;

	if (strip > last.n)
		return false;
	kept = bytes_take(last, last.n - strip);
	if (kept.n + path->n > LIMIT_PATH)
		return false;
	name = arena_alloc(&index->names, kept.n + path->n + 1);
	if (name == NULL)
		return false;
	if (kept.n)
		memcpy(name, kept.at, kept.n);
	if (path->n)
		memcpy(name + kept.n, path->at, path->n);
	*path = bytes_of(name, kept.n + path->n);
	return true;
}

static bool read_flags(struct reader *r, uint32_t flags,
	struct repo_index_entry *e)
{
	e->stage = (uint8_t)((flags & FLAG_STAGE) >> 12);
	if (!(flags & FLAG_EXTENDED))
		return true;
	if (r->version < 3 || r->file.n - r->at < FLAGS_PART)
		return false;
	e->is_intended = be16(r->file.at + r->at) & FLAG_INTENDED;
	r->at += FLAGS_PART;
	return true;
}

static bool ascends(const struct repo_index_entry *a,
	const struct repo_index_entry *b)
{
	int order = bytes_compare(a->path, b->path);

	return order < 0 || (order == 0 && a->stage < b->stage);
}

static bool read_entry(struct reader *r, struct repo_index *index)
{
	size_t start = r->at, fixed = STAT_PART + r->id_size + FLAGS_PART;
	struct repo_index_entry *e = &index->entries[index->count];
	const unsigned char *at = r->file.at + start;
	size_t strip = 0, known;
	uint32_t flags;

	if (r->file.n - start < fixed)
		return false;
	e->mode = be32(at + MODE_AT);
	e->id = at + STAT_PART;
	flags = be16(at + fixed - FLAGS_PART);
	known = flags & FLAG_LENGTH;
	r->at += fixed;
	if (!read_flags(r, flags, e) ||
		(r->version >= 4 && !read_number(r, &strip)) ||
		!read_text(r, r->version < 4 ? known : SIZE_MAX, &e->path))
		return false;
	if (r->version >= 4 &&
		!join_name(index, index->count ? e[-1].path
					       : bytes_of(NULL, 0),
			strip, &e->path))
		return false;
	if (e->path.n == 0 || e->path.n > LIMIT_PATH ||
		(known < FLAG_LENGTH && known != e->path.n) ||
		(index->count && !ascends(&e[-1], e)))
		return false;
	index->count++;
	return r->version >= 4 || read_padding(r, start);
}

/* ---- the cache-tree extension ------------------------------------------- */

struct tree_reader {
	struct repo_index *index;
	bytes rest;
	size_t id_size;
};

/* Digits up to `end`; -1 stands for a directory that changed. */
static bool read_decimal(bytes *rest, unsigned char end, int64_t *out)
{
	bytes digits;
	bool is_negative;
	int64_t value = 0;

	if (!bytes_cut(*rest, end, &digits, rest))
		return false;
	is_negative = digits.n && digits.at[0] == '-';
	digits = bytes_drop(digits, is_negative);
	if (digits.n == 0 || digits.n > 10)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.at[i] < '0' || digits.at[i] > '9')
			return false;
		value = value * 10 + (digits.at[i] - '0');
	}
	*out = is_negative ? -value : value;
	return true;
}

static bool read_tree(struct tree_reader *r)
{
	struct repo_index *index = r->index;
	struct repo_index_tree *trees = index->trees, *t;
	int64_t entries, subtrees;
	bytes name;

	if (index->tree_count == index->tree_room) {
		index->tree_room = index->tree_room ? index->tree_room * 2 : 64;
		trees = reallocarray(index->trees, index->tree_room,
			sizeof(*trees));
		if (trees == NULL)
			return false;
		index->trees = trees;
	}
	if (!bytes_cut(r->rest, '\0', &name, &r->rest) ||
		!read_decimal(&r->rest, ' ', &entries) ||
		!read_decimal(&r->rest, '\n', &subtrees) ||
		entries > (int64_t)index->count || subtrees < 0 ||
		subtrees > (int64_t)r->rest.n)
		return false;
	t = &trees[index->tree_count++];
	*t = (struct repo_index_tree){
		.name = name, .subtrees = (uint32_t)subtrees};
	if (entries < 0)
		return true;
	if (r->rest.n < r->id_size)
		return false;
	t->is_known = true;
	t->entries = (uint32_t)entries;
	t->id = r->rest.at;
	r->rest = bytes_drop(r->rest, r->id_size);
	return true;
}

/* Where each directory's own part ends, from the last one back. */
static bool link_trees(struct repo_index *index)
{
	for (size_t i = index->tree_count; i-- > 0;) {
		size_t next = i + 1;

		for (uint32_t k = 0; k < index->trees[i].subtrees; k++) {
			if (next >= index->tree_count)
				return false;
			next = index->trees[next].next;
		}
		index->trees[i].next = (uint32_t)next;
	}
	return index->tree_count == 0 ||
	       index->trees[0].next == index->tree_count;
}

static void read_trees(struct repo_index *index, bytes text, size_t id_size)
{
	struct tree_reader r = {index, text, id_size};
	bool is_good = true;

	index->tree_count = 0;
	while (is_good && r.rest.n)
		is_good = read_tree(&r);
	if (!is_good || !link_trees(index))
		index->tree_count = 0;
}

/* ---- the file ----------------------------------------------------------- */

static enum status refuse_split(struct error *err)
{
	return error_set(err, ERR_UNSUPPORTED,
		"read index: a split index is not supported; git update-index "
		"--no-split-index");
}

/*
 * Extensions to the end. A capital first letter means that a reader may pass
 * over it; of the others a sparse index only says that entries may be
 * directories, and a split index needs a second file.
 */
static enum status read_extensions(struct reader *r, struct repo_index *index,
	struct error *err)
{
	while (r->file.n - r->at >= 8) {
		const unsigned char *p = r->file.at + r->at;
		uint32_t n = be32(p + 4);

		if (n > r->file.n - r->at - 8)
			break;
		if (memcmp(p, "TREE", 4) == 0)
			read_trees(index, bytes_of(p + 8, n), r->id_size);
		else if (memcmp(p, "link", 4) == 0 && n > 0)
			return refuse_split(err);
		else if ((p[0] < 'A' || p[0] > 'Z') &&
			 memcmp(p, "sdir", 4) != 0 &&
			 memcmp(p, "link", 4) != 0)
			return error_set(err, ERR_UNSUPPORTED,
				"read index: extension \"%.4s\" is not "
				"supported", (const char *)p);
		r->at += 8 + (size_t)n;
	}
	if (r->at != r->file.n)
		return error_set(err, ERR_FORMAT,
			"read index: its extensions do not parse");
	return OK;
}

static enum status parse(struct repo_index *index, bytes file, size_t id_size,
	struct error *err)
{
	struct reader r = {.at = HEADER, .id_size = id_size};
	size_t count;

	if (!bytes_starts(file, bytes_text("DIRC")) ||
		file.n < HEADER + id_size || file.n > LIMIT_GIT_INDEX)
		return error_set(err, ERR_FORMAT, "read index: it is none");
	r.file = bytes_take(file, file.n - id_size);
	r.version = be32(file.at + 4);
	count = be32(file.at + 8);
	if (r.version < 2 || r.version > 4)
		return error_set(err, ERR_UNSUPPORTED,
			"read index: version %u is not supported", r.version);
	if (count > r.file.n / (STAT_PART + id_size + FLAGS_PART))
		return error_set(err, ERR_FORMAT,
			"read index: it is cut short");
	index->entries = calloc(count + 1, sizeof(*index->entries));
	if (index->entries == NULL)
		return error_set(err, ERR_MEMORY, "read index: no memory");
	buf_hint_large(index->entries, (count + 1) * sizeof(*index->entries));
	while (index->count < count) {
		if (read_entry(&r, index))
			continue;
		/* Entries of a split index may leave out their names. */
		if (index->entries[index->count].path.n == 0)
			return refuse_split(err);
		return error_set(err, ERR_FORMAT,
			"read index: entry %zu does not parse", index->count);
	}
	return read_extensions(&r, index, err);
}

enum status repo_index_parse(struct repo_index **out, bytes file,
	size_t id_size, struct error *err)
{
	struct repo_index *index = calloc(1, sizeof(*index));
	enum status status;

	if (index == NULL)
		return error_set(err, ERR_MEMORY, "read index: no memory");
	arena_init(&index->names, LIMIT_GIT_INDEX);
	status = parse(index, file, id_size, err);
	if (status != OK)
		repo_index_free(index);
	else
		*out = index;
	return status;
}

enum status repo_index_read(struct repo_index **out, const char *path,
	size_t id_size, struct error *err)
{
	struct buf file = {.max = 0};
	enum status status;

	status = repo_read_file(AT_FDCWD, path, LIMIT_GIT_INDEX, &file, err);
	if (status == OK)
		status = repo_index_parse(out, buf_bytes(&file), id_size, err);
	if (status == OK)
		(*out)->file = file;
	else
		buf_release(&file);
	return status;
}

void repo_index_free(struct repo_index *index)
{
	if (index == NULL)
		return;
	arena_release(&index->names);
	buf_release(&index->file);
	free(index->entries);
	free(index->trees);
	free(index);
}

size_t repo_index_count(const struct repo_index *index)
{
	return index->count;
}

const struct repo_index_entry *repo_index_at(const struct repo_index *index,
	size_t i)
{
	return &index->entries[i];
}

size_t repo_index_tree_count(const struct repo_index *index)
{
	return index->tree_count;
}

const struct repo_index_tree *repo_index_tree_at(
	const struct repo_index *index, size_t i)
{
	return &index->trees[i];
}
