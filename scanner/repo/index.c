/*
 * index: entries are read where they lie; only version 4, which stores names
 * as differences, has the name of the one in hand rebuilt.
 *
 * Opening measures each entry: two numbers of it are read, and what stands
 * where its name must end. So a walk can pass over the thousands that nobody
 * asked for. What it reads is checked in full.
 *
 * The trailing checksum is not computed: git reads an index without it, and
 * it proves nothing about a file that an enemy wrote.
 */
#include "repo/index_internal.h"

#include "base/limits.h"

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
/* Entries between two places that are written down. */
#define STRIDE 16

/* Where the parts of an entry are. */
struct place {
	uint32_t flags, extended;
	size_t kept; /* bytes of the name before; version 4 */
	size_t text, text_n;
	size_t end; /* of the entry */
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
static bool read_number(bytes file, size_t *at, size_t *out)
{
	size_t value = 0;

	for (int i = 0; i < 4 && *at < file.n; i++) {
		unsigned char c = file.at[(*at)++];

		value = (value << 7) + (c & 127);
		if (!(c & 128)) {
			*out = value;
			return true;
		}
		value++;
	}
	return false;
}

/* The name's text, whose length the flags tell unless it is long. */
static bool locate_text(bytes file, size_t length, struct place *p)
{
	bytes rest = bytes_drop(file, p->text);

	if (length == FLAG_LENGTH)
		p->text_n = bytes_find_byte(rest, '\0');
	else if (length >= p->kept)
		p->text_n = length - p->kept;
	else
		return false;
	return p->text_n < rest.n && rest.at[p->text_n] == '\0' &&
	       p->kept + p->text_n <= LIMIT_PATH;
}

/* `before` is the length of the name before it, for version 4. */
static bool locate(const struct repo_index *index, size_t at, size_t before,
	struct place *p)
{
	bytes file = index->file;
	size_t fixed = STAT_PART + index->id_size + FLAGS_PART, strip;

	if (file.n - at < fixed)
		return false;
	p->flags = be16(file.at + at + fixed - FLAGS_PART);
	p->text = at + fixed;
	p->extended = 0;
	p->kept = 0;
	if (p->flags & FLAG_EXTENDED) {
		if (index->version < 3 || file.n - p->text < FLAGS_PART)
			return false;
		p->extended = be16(file.at + p->text);
		p->text += FLAGS_PART;
	}
	if (index->version >= 4) {
		if (!read_number(file, &p->text, &strip) || strip > before)
			return false;
		p->kept = before - strip;
	}
	if (!locate_text(file, p->flags & FLAG_LENGTH, p))
		return false;
	p->end = p->text + p->text_n + 1;
	/* Versions 2 and 3 fill up with NULs to a multiple of eight. */
	if (index->version < 4)
		p->end = at + ((p->end - at + 7) & ~(size_t)7);
	return p->end <= file.n;
}

/* The same for what nearly all entries are, of which there may be a hundred
 * thousand: the end, or 0 for locate to tell. */
static size_t end_of_plain(const struct repo_index *index, size_t at)
{
	size_t text = at + STAT_PART + index->id_size + FLAGS_PART, n;
	const unsigned char *file = index->file.at;
	uint32_t flags;

	if (index->version >= 4 || text >= index->file.n)
		return 0;
	flags = be16(file + text - FLAGS_PART);
	n = flags & FLAG_LENGTH;
	if ((flags & FLAG_EXTENDED) || n == 0 || n == FLAG_LENGTH ||
		index->file.n - text < n + 8 || file[text + n])
		return 0;
	return at + ((text - at + n + 8) & ~(size_t)7);
}

/* ---- opening ------------------------------------------------------------ */

/*
 * Extensions to the end. A capital first letter means that a reader may pass
 * over it; of the others a sparse index only says that entries may be
 * directories, and a split index needs a second file.
 */
static enum status read_extensions(struct repo_index *index, size_t at,
	struct error *err)
{
	bytes file = index->file;

	while (file.n - at >= 8) {
		const unsigned char *p = file.at + at;
		uint32_t n = be32(p + 4);

		if (n > file.n - at - 8)
			break;
		if (memcmp(p, "TREE", 4) == 0)
			repo_index_read_trees(index, bytes_of(p + 8, n));
		else if (memcmp(p, "link", 4) == 0)
			index->link = bytes_of(p + 8, n);
		else if ((p[0] < 'A' || p[0] > 'Z') &&
			 memcmp(p, "sdir", 4) != 0)
			return error_set(err, ERR_UNSUPPORTED,
				"read index: extension \"%.4s\" is not "
				"supported", (const char *)p);
		at += 8 + (size_t)n;
	}
	if (at != file.n)
		return error_set(err, ERR_FORMAT,
			"read index: its extensions do not parse");
	if (index->is_nameless && index->link.n == 0)
		return error_set(err, ERR_FORMAT,
			"read index: an entry has no name");
	return OK;
}

static enum status measure(struct repo_index *index, struct error *err)
{
	size_t at = HEADER, before = 0, end;
	struct place p;

	if (index->version < 4) {
		index->stops = malloc((index->count / STRIDE + 1) *
				      sizeof(*index->stops));
		if (index->stops == NULL)
			return error_set(err, ERR_MEMORY,
				"read index: no memory");
	}
	for (size_t i = 0; i < index->count; i++) {
		if (index->stops && i % STRIDE == 0)
			index->stops[i / STRIDE] = (uint32_t)at;
		end = end_of_plain(index, at);
		if (end) {
			at = end;
			continue;
		}
		if (!locate(index, at, before, &p))
			return error_set(err, ERR_FORMAT,
				"read index: entry %zu does not parse", i);
		before = p.kept + p.text_n;
		index->is_nameless = index->is_nameless || before == 0;
		at = p.end;
	}
	return read_extensions(index, at, err);
}

static enum status read_header(struct repo_index *index, bytes file,
	struct error *err)
{
	if (!bytes_starts(file, bytes_text("DIRC")) ||
		file.n < HEADER + index->id_size || file.n > LIMIT_GIT_INDEX)
		return error_set(err, ERR_FORMAT, "read index: it is none");
	index->file = bytes_take(file, file.n - index->id_size);
	index->version = be32(file.at + 4);
	index->count = be32(file.at + 8);
	if (index->version < 2 || index->version > 4)
		return error_set(err, ERR_UNSUPPORTED, "read index: version "
			"%u is not supported", index->version);
	if (index->count > index->file.n / (STAT_PART + index->id_size +
		    FLAGS_PART))
		return error_set(err, ERR_FORMAT,
			"read index: it is cut short");
	return OK;
}

enum status repo_index_open(struct repo_index **out, bytes file,
	size_t id_size, struct error *err)
{
	struct repo_index *index = calloc(1, sizeof(*index));
	enum status status;

	if (index == NULL)
		return error_set(err, ERR_MEMORY, "read index: no memory");
	arena_init(&index->names, LIMIT_GIT_INDEX);
	index->id_size = id_size;
	status = read_header(index, file, err);
	if (status == OK)
		status = measure(index, err);
	if (status != OK)
		repo_index_free(index);
	else
		*out = index;
	return status;
}

enum status repo_index_parse(struct repo_index **out, bytes file,
	size_t id_size, repo_index_other *other, void *context,
	struct error *err)
{
	struct repo_index *index;
	enum status status = repo_index_open(&index, file, id_size, err);

	if (status != OK)
		return status;
	if (index->link.n && other)
		status = repo_index_join(index, other, context, err);
	else if (index->link.n)
		status = error_set(err, ERR_UNSUPPORTED, "read index: it is "
			"split, and its other part is not here");
	if (status != OK)
		repo_index_free(index);
	else
		*out = index;
	return status;
}

void repo_index_free(struct repo_index *index)
{
	if (index == NULL)
		return;
	repo_index_free(index->shared);
	arena_release(&index->names);
	repo_index_unmap(index->maps[0]);
	repo_index_unmap(index->maps[1]);
	free(index->stops);
	free(index->entries);
	free(index->trees);
	free(index);
}

size_t repo_index_count(const struct repo_index *index)
{
	return index->count;
}

/* ---- walking ------------------------------------------------------------ */

static void fail(struct repo_index_walk *w, enum status code)
{
	w->has_entry = false;
	if (code == ERR_MEMORY)
		w->status = error_set(w->err, code, "read index: no memory");
	else
		w->status = error_set(w->err, code,
			"read index: entry %zu does not parse", w->next);
}

/* Version 4: the name becomes that of the entry at `p`. */
static bool roll(struct repo_index_walk *w, const struct place *p)
{
	w->name.n = p->kept;
	buf_put(&w->name, bytes_part(w->index->file, p->text,
		p->text + p->text_n));
	return !w->name.failed;
}

static bool is_padded(bytes file, const struct place *p)
{
	for (size_t i = p->text + p->text_n; i < p->end; i++)
		if (file.at[i])
			return false;
	return true;
}

static uint8_t stage_of(const struct place *p)
{
	return (uint8_t)((p->flags & FLAG_STAGE) >> 12);
}

/* Is it after the one before? Only what differs is looked at. */
static bool ascends(const struct repo_index_walk *w, const struct place *p,
	bytes text)
{
	bool is_rolled = w->index->version >= 4;
	bytes old = is_rolled ? buf_bytes(&w->name) : w->entry.path;
	int order = bytes_compare(bytes_drop(old, p->kept), text);

	/* Those without a name are a split index's, and stand first. */
	return w->next == 0 || p->kept + text.n == 0 || order < 0 ||
	       (order == 0 && w->entry.stage < stage_of(p));
}

/* The entry at `p`, which begins at w->at. */
static enum status take(struct repo_index_walk *w, const struct place *p)
{
	const struct repo_index *index = w->index;
	const unsigned char *at = index->file.at + w->at;
	bytes text = bytes_part(index->file, p->text, p->text + p->text_n);

	if (bytes_find_byte(text, '\0') != BYTES_NONE ||
		!is_padded(index->file, p) || !ascends(w, p, text))
		return ERR_FORMAT;
	if (index->version >= 4 && !roll(w, p))
		return ERR_MEMORY;
	w->entry = (struct repo_index_entry){
		.path = index->version >= 4 ? buf_bytes(&w->name) : text,
		.id = at + STAT_PART,
		.mode = be32(at + MODE_AT),
		.stage = stage_of(p),
		.is_intended = p->extended & FLAG_INTENDED,
	};
	return OK;
}

void repo_index_next(struct repo_index_walk *w)
{
	const struct repo_index *index = w->index;
	enum status status = ERR_FORMAT;
	struct place p;

	if (w->next == index->count || w->status != OK) {
		w->has_entry = false;
		return;
	}
	if (index->entries) {
		w->entry = index->entries[w->next++];
		return;
	}
	if (locate(index, w->at, w->name.n, &p))
		status = take(w, &p);
	if (status != OK) {
		fail(w, status);
		return;
	}
	w->at = p.end;
	w->next++;
}

/* Towards the entry of that number, or the end. */
static void jump(struct repo_index_walk *w, size_t number)
{
	size_t stop = (number - (number == w->index->count)) / STRIDE;

	if (w->index->stops && stop * STRIDE > w->next) {
		w->next = stop * STRIDE;
		w->at = w->index->stops[stop];
	}
}

void repo_index_skip(struct repo_index_walk *w, size_t n)
{
	const struct repo_index *index = w->index;
	struct place p;

	if (w->status == OK && n > repo_index_left(w))
		fail(w, ERR_FORMAT);
	if (w->status != OK)
		return;
	n += w->next - 1;
	if (index->entries)
		w->next = n;
	jump(w, n);
	for (; w->next < n; w->next++, w->at = p.end) {
		if (!locate(index, w->at, w->name.n, &p)) {
			fail(w, ERR_FORMAT);
			return;
		}
		if (index->version < 4)
			continue;
		if (!roll(w, &p)) {
			fail(w, ERR_MEMORY);
			return;
		}
		w->entry.stage = stage_of(&p);
	}
	repo_index_next(w);
}

void repo_index_begin(struct repo_index_walk *w,
	const struct repo_index *index, struct error *err)
{
	*w = (struct repo_index_walk){
		.index = index, .err = err, .at = HEADER, .has_entry = true};
	buf_init(&w->name, LIMIT_PATH);
	repo_index_next(w);
}

size_t repo_index_left(const struct repo_index_walk *w)
{
	return w->index->count - w->next + w->has_entry;
}

void repo_index_end(struct repo_index_walk *w)
{
	buf_release(&w->name);
}
