/*
 * find: an object by its name, or by the start of it.
 */
#include "pack/internal.h"

#include "base/hash.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

/* Two digits of the directory and the rest from the name; size or 0. */
size_t pack_loose_id(unsigned fan, const char *name, unsigned char *id)
{
	bytes rest = bytes_text(name);

	if (rest.n != 38 && rest.n != 62)
		return 0;
	id[0] = (unsigned char)fan;
	return bytes_from_hex(rest, id + 1) ? rest.n / 2 + 1 : 0;
}

int pack_loose_order(const void *a, const void *b)
{
	return memcmp(((const struct pack_loose *)a)->id,
		((const struct pack_loose *)b)->id, PACK_ID_MAX);
}

/* The first directory that has a file of this name. */
static bool find_by_name(const struct pack_store *store,
	const unsigned char *id, struct pack_loose *found)
{
	char name[PACK_ID_MAX * 2 + 2];

	pack_loose_name(id, store->id_size, name);
	for (size_t i = 0; i < store->directory_count; i++)
		if (faccessat(store->directories[i], name, F_OK,
			    AT_SYMLINK_NOFOLLOW) == 0) {
			*found = (struct pack_loose){
				.directory = (uint32_t)i};
			memcpy(found->id, id, store->id_size);
			return true;
		}
	return false;
}

bool pack_store_find_loose(const struct pack_store *store,
	const unsigned char *id, struct pack_loose *found)
{
	struct pack_loose key = {.directory = 0};
	const struct pack_loose *hit;

	if (store->is_by_name)
		return find_by_name(store, id, found);
	memcpy(key.id, id, store->id_size);
	hit = store->loose_count ? bsearch(&key, store->loose,
					   store->loose_count, sizeof(key),
					   pack_loose_order)
				 : NULL;
	if (hit)
		*found = *hit;
	return hit != NULL;
}

bool pack_store_find(const struct pack_store *store, const unsigned char *id,
	size_t first, size_t *pack, uint32_t *entry)
{
	for (size_t i = first; i < store->pack_count; i++)
		if (pack_file_find(&store->packs[i], id, entry)) {
			*pack = i;
			return true;
		}
	return false;
}

bool pack_store_has(const struct pack_store *store, const unsigned char *id)
{
	struct pack_loose loose;
	size_t pack;
	uint32_t entry;

	return store->id_size &&
	       (pack_store_find(store, id, 0, &pack, &entry) ||
		       pack_store_find_loose(store, id, &loose));
}

/* ---- parts --------------------------------------------------------------- */

size_t pack_parts(const struct pack_store *store)
{
	return store->pack_count;
}

bool pack_part_at(const struct pack_store *store, size_t pack,
	struct pack_part *out)
{
	const struct pack_file *f = &store->packs[pack];
	const uint64_t both[] = {f->index.stamp.hash, f->data.stamp.hash};
	struct pack_stamp stamp = {
		.hash = hash_64(bytes_of(both, sizeof(both)), 0),
		.changed = f->index.stamp.changed,
	};

	if (f->is_broken || f->data.n < f->id_size)
		return false;
	if (f->data.stamp.changed > stamp.changed)
		stamp.changed = f->data.stamp.changed;
	*out = (struct pack_part){
		.stamp = stamp,
		.checksum = f->data.at + f->data.n - f->id_size,
		.count = f->count,
		.is_sorted = pack_file_is_sorted(f),
	};
	return true;
}

const unsigned char *pack_part_id(const struct pack_store *store, size_t pack,
	uint32_t entry)
{
	return pack_file_id(&store->packs[pack], entry);
}

uint32_t pack_part_find(const struct pack_store *store, size_t pack,
	const unsigned char *id, uint32_t *first)
{
	const struct pack_file *f = &store->packs[pack];
	uint32_t at, end;

	if (!pack_file_find(f, id, &at))
		return 0;
	end = at + 1;
	while (at > 0 && memcmp(pack_file_id(f, at - 1), id, f->id_size) == 0)
		at--;
	while (end < f->count &&
		memcmp(pack_file_id(f, end), id, f->id_size) == 0)
		end++;
	*first = at;
	return end - at;
}

/* What the first copy was, to compare others with. */
struct copy {
	bool is_read;
	enum pack_type type;
	struct hash128 hash;
};

/* Gives the data back. False: it is another than the first. */
static bool compare_copy(struct pack_worker *w, struct copy *first,
	enum pack_problem problem, enum pack_type type, unsigned char *data,
	size_t n)
{
	struct copy own = {.is_read = true, .type = type};

	if (problem != PACK_FINE)
		return false;
	own.hash = hash_128(bytes_of(data, n), (uint64_t)(uintptr_t)first);
	pack_pool_put(w->pool, data);
	if (!first->is_read)
		*first = own;
	return own.type == first->type &&
	       hash_128_equal(own.hash, first->hash);
}

bool pack_part_agree(struct pack_worker *w, const unsigned char *id)
{
	const struct pack_store *store = w->store;
	struct copy first = {.is_read = false};
	struct pack_loose loose;
	enum pack_type type = PACK_NONE;
	unsigned char *data = NULL;
	size_t n = 0;

	for (size_t i = 0; i < store->pack_count; i++) {
		uint32_t at, same = pack_part_find(store, i, id, &at);

		for (uint32_t e = at; same && e < at + same; e++) {
			enum pack_problem problem = pack_entry_read(w, i,
				pack_file_offset(&store->packs[i], e), &type,
				&data, &n);

			if (!compare_copy(w, &first, problem, type, data, n))
				return false;
		}
	}
	if (!pack_store_find_loose(store, id, &loose))
		return first.is_read;
	return compare_copy(w, &first,
		pack_loose_read(w, &loose, &type, &data, &n), type, data, n);
}

size_t pack_loose_parts(const struct pack_store *store)
{
	return store->loose_count;
}

const unsigned char *pack_loose_part(const struct pack_store *store,
	size_t i, struct pack_stamp *stamp)
{
	const struct pack_loose *loose = &store->loose[i];
	char name[PACK_ID_MAX * 2 + 2];
	struct stat st;

	if (stamp == NULL)
		return loose->id;
	pack_loose_name(loose->id, store->id_size, name);
	*stamp = (struct pack_stamp){.hash = 0};
	if (fstatat(store->directories[loose->directory], name, &st,
		    AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISREG(st.st_mode))
		*stamp = pack_stamp_of(&st);
	return loose->id;
}

/* ---- abbreviations ------------------------------------------------------- */

/* What an abbreviation has led to so far. */
struct abbreviation {
	const unsigned char *prefix;
	size_t digits;
	unsigned char id[PACK_ID_MAX];
	size_t hits; /* of different names */
};

static bool has_prefix(const struct abbreviation *a, const unsigned char *id)
{
	size_t whole = a->digits / 2;

	return memcmp(id, a->prefix, whole) == 0 &&
	       (a->digits % 2 == 0 || id[whole] >> 4 == a->prefix[whole] >> 4);
}

static void meet(struct abbreviation *a, const unsigned char *id, size_t n)
{
	if (!has_prefix(a, id) || (a->hits && memcmp(a->id, id, n) == 0))
		return;
	memcpy(a->id, id, n);
	a->hits++;
}

static void meet_packed(struct abbreviation *a, const struct pack_file *f)
{
	uint32_t end = pack_be32(f->fanout + a->prefix[0] * 4);
	uint32_t low = 0, high = end;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (memcmp(pack_file_id(f, middle), a->prefix,
			    a->digits / 2) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < end && a->hits < 2 &&
		memcmp(pack_file_id(f, low), a->prefix, a->digits / 2) == 0;
		low++)
		meet(a, pack_file_id(f, low), f->id_size);
}

/* One directory of loose objects, listed for this question. */
static void meet_fan(struct abbreviation *a, const struct pack_store *store,
	int objects)
{
	unsigned char id[PACK_ID_MAX];
	struct dirent *entry;
	char name[3];
	DIR *dir;
	int fd;

	snprintf(name, sizeof(name), "%02x", a->prefix[0]);
	fd = openat(objects, name,
		O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL && fd >= 0)
		close(fd);
	while (dir && (entry = readdir(dir)) != NULL)
		if (pack_loose_id(a->prefix[0], entry->d_name, id) ==
			store->id_size)
			meet(a, id, store->id_size);
	if (dir)
		closedir(dir);
}

enum status pack_store_find_prefix(const struct pack_store *store,
	const unsigned char *prefix, size_t digits,
	unsigned char id[PACK_ID_MAX], struct error *err)
{
	struct abbreviation a = {.prefix = prefix, .digits = digits};

	if (digits < 4 || digits > store->id_size * 2)
		return error_set(err, ERR_NOT_FOUND, "find object: no such");
	for (size_t i = 0; i < store->pack_count; i++)
		meet_packed(&a, &store->packs[i]);
	for (size_t i = 0; i < store->loose_count; i++)
		meet(&a, store->loose[i].id, store->id_size);
	for (size_t i = 0; store->is_by_name && i < store->directory_count;
		i++)
		meet_fan(&a, store, store->directories[i]);
	if (a.hits == 0)
		return error_set(err, ERR_NOT_FOUND, "find object: no such");
	if (a.hits > 1)
		return error_set(err, ERR_USAGE,
			"find object: the abbreviation fits several");
	memset(id, 0, PACK_ID_MAX);
	memcpy(id, a.id, store->id_size);
	return OK;
}
