/*
 * loose: one object a file, "type size\0content" deflated.
 *
 * The head is inflated alone first (zlib, a few bytes), because the size in
 * it decides how much memory the rest gets; then the whole by libdeflate.
 */
#include "pack/internal.h"

#include "base/limits.h"

#include <stdio.h>
#include <zlib.h>

#include "base/banned.h"

/* "commit " and 20 digits and NUL fit; git's own limit is 32. */
#define HEAD_MAX 40

struct loose_head {
	enum pack_type type;
	uint64_t size;
	size_t length; /* of the head with its NUL */
};

static bool type_parse(bytes name, enum pack_type *type)
{
	static const struct {
		const char *name;
		enum pack_type type;
	} types[] = {
		{"blob", PACK_BLOB},
		{"tree", PACK_TREE},
		{"commit", PACK_COMMIT},
		{"tag", PACK_TAG},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (bytes_equal(name, bytes_text(types[i].name))) {
			*type = types[i].type;
			return true;
		}
	return false;
}

static bool size_parse(bytes digits, uint64_t *size)
{
	uint64_t value = 0;

	if (digits.n == 0 || digits.n > 19)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.at[i] < '0' || digits.at[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(digits.at[i] - '0');
	}
	*size = value;
	return true;
}

static bool head_parse(bytes text, struct loose_head *head)
{
	bytes line, rest, type, digits;

	if (!bytes_cut(text, '\0', &line, &rest) ||
		!bytes_cut(line, ' ', &type, &digits))
		return false;
	head->length = line.n + 1;
	return type_parse(type, &head->type) &&
	       size_parse(digits, &head->size);
}

static bool head_inflate(bytes in, struct loose_head *head)
{
	unsigned char out[HEAD_MAX];
	z_stream z = {0};
	int code;

	if (in.n == 0 || inflateInit(&z) != Z_OK)
		return false;
	z.next_in = (Bytef *)(uintptr_t)in.at;
	z.avail_in = (uInt)(in.n < 4096 ? in.n : 4096);
	z.next_out = out;
	z.avail_out = sizeof(out);
	code = inflate(&z, Z_SYNC_FLUSH);
	inflateEnd(&z);
	if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
		return false;
	return head_parse(bytes_of(out, sizeof(out) - z.avail_out), head);
}

void pack_loose_name(const unsigned char *id, size_t id_size,
	char name[PACK_ID_MAX * 2 + 2])
{
	static const char hex[] = "0123456789abcdef";
	size_t at = 0;

	for (size_t i = 0; i < id_size; i++) {
		name[at++] = hex[id[i] >> 4];
		name[at++] = hex[id[i] & 15];
		if (i == 0)
			name[at++] = '/';
	}
	name[at] = '\0';
}

static enum pack_problem loose_open(const struct pack_store *store,
	const struct pack_loose *loose, struct pack_map *map,
	struct loose_head *head)
{
	char name[PACK_ID_MAX * 2 + 2];
	enum pack_problem problem;

	pack_loose_name(loose->id, store->id_size, name);
	problem = pack_map_open(map, store->directories[loose->directory],
		name);
	if (problem != PACK_FINE)
		return problem;
	if (!head_inflate(bytes_of(map->at, map->n), head)) {
		pack_map_close(map);
		return PACK_CORRUPT;
	}
	return PACK_FINE;
}

enum pack_problem pack_loose_header(struct pack_worker *w,
	const struct pack_loose *loose, enum pack_type *type, uint64_t *size)
{
	struct loose_head head;
	struct pack_map map;
	enum pack_problem problem = loose_open(w->store, loose, &map, &head);

	if (problem != PACK_FINE)
		return problem;
	*type = head.type;
	*size = head.size;
	pack_map_close(&map);
	return PACK_FINE;
}

enum pack_problem pack_loose_read(struct pack_worker *w,
	const struct pack_loose *loose, enum pack_type *type,
	unsigned char **data, size_t *n)
{
	struct loose_head head;
	struct pack_map map;
	unsigned char *out = NULL;
	enum pack_problem problem = loose_open(w->store, loose, &map, &head);

	if (problem != PACK_FINE)
		return problem;
	problem = PACK_TOO_LARGE;
	if (head.size > LIMIT_OBJECT - HEAD_MAX)
		goto out;
	out = pack_pool_get(w->pool, head.length + (size_t)head.size);
	problem = PACK_MEMORY;
	if (out == NULL)
		goto out;
	problem = PACK_CORRUPT;
	if (!pack_inflate_all(w->inflate, bytes_of(map.at, map.n), out,
		    head.length + (size_t)head.size))
		goto out;
	memmove(out, out + head.length, (size_t)head.size);
	problem = PACK_FINE;
	*type = head.type;
	*n = (size_t)head.size;
	*data = out;
	out = NULL;
out:
	pack_pool_put(w->pool, out);
	pack_map_close(&map);
	return problem;
}

enum pack_problem pack_loose_stream(struct pack_worker *w,
	const struct pack_loose *loose, uint64_t size, pack_piece *piece,
	void *context)
{
	struct loose_head head;
	struct pack_map map;
	enum pack_problem problem = loose_open(w->store, loose, &map, &head);

	if (problem != PACK_FINE)
		return problem;
	if (head.size != size ||
		!pack_inflate_stream(bytes_of(map.at, map.n), head.length,
			size, piece, context))
		problem = PACK_CORRUPT;
	pack_map_close(&map);
	return problem;
}
