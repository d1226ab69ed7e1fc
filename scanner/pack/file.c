/*
 * file: one pack and its index.
 *
 * The index says which names a pack holds and where. It is checked in full
 * where a wrong value would lead us out of the file: the fan-out must rise,
 * and its last value fixes the size of the file to the byte, which also tells
 * SHA-1 from SHA-256, since the format does not say. Offsets are checked when
 * used. Checksums over whole files are not: a flipped bit shows when the
 * entry is inflated (Adler-32), and an attacker would fix the checksum.
 */
#include "pack/internal.h"

#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/banned.h"

#define V2_MAGIC 0xff744f63u /* "\377tOc" */
#define FANOUT_SIZE ((size_t)1024)
#define PACK_HEADER ((size_t)12)
/* An entry's head and the deflated form of nothing. */
#define ENTRY_MIN ((size_t)9)

/*
 * A link would lead out of the repository. Kernels without openat2, and
 * sandboxes that forbid it, refuse it in the last part of the name only.
 */
static int open_beneath(int directory, const char *name)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	struct open_how how = {
		.flags = (uint64_t)(unsigned)flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	long fd = -1;

	/* A rename somewhere makes the kernel say "again". */
	for (int tries = 16; tries && fd < 0; tries--) {
		fd = syscall(SYS_openat2, directory, name, &how, sizeof(how));
		if (fd < 0 && errno != EINTR && errno != EAGAIN)
			break;
	}
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = openat(directory, name, flags | O_NOFOLLOW);
	return (int)fd;
}

static uint64_t nanoseconds(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

struct pack_stamp pack_stamp_of(const struct stat *st)
{
	const uint64_t says[] = {st->st_dev, st->st_ino, (uint64_t)st->st_size,
		nanoseconds(&st->st_mtim), nanoseconds(&st->st_ctim)};
	uint64_t hash = hash_64(bytes_of(says, sizeof(says)), 0);

	return (struct pack_stamp){hash ? hash : 1, says[4]};
}

/*
 * O_NONBLOCK: a FIFO planted under an object's name must not hang the run
 * (git's own cat-file does); fstat on the opened file, not on its name.
 */
enum pack_problem pack_map_open(struct pack_map *map, int directory,
	const char *name)
{
	int fd = open_beneath(directory, name);
	enum pack_problem result = PACK_UNREADABLE;
	struct stat st;
	void *at;

	*map = (struct pack_map){.at = NULL};
	if (fd < 0)
		return PACK_UNREADABLE;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < 0)
		goto out;
	result = PACK_FINE;
	map->stamp = pack_stamp_of(&st);
	if (st.st_size == 0)
		goto out;
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		result = PACK_MEMORY;
	else
		*map = (struct pack_map){at, (size_t)st.st_size, map->stamp};
out:
	close(fd);
	return result;
}

void pack_map_close(struct pack_map *map)
{
	/* munmap takes a plain pointer, and the mapping is ours. */
	if (map->at)
		munmap((void *)(uintptr_t)map->at, map->n);
	*map = (struct pack_map){.at = NULL};
}

static bool fanout_rises(const unsigned char *fanout)
{
	uint32_t before = 0;

	for (size_t i = 0; i < 256; i++) {
		uint32_t now = pack_be32(fanout + i * 4);

		if (now < before)
			return false;
		before = now;
	}
	return true;
}

/* Version 1: a fan-out, then (offset, name) pairs, then two checksums. */
static bool index_v1(struct pack_file *f, size_t id_size)
{
	size_t step = 4 + id_size;

	if (f->index.n < FANOUT_SIZE + 2 * id_size ||
		!fanout_rises(f->index.at))
		return false;
	f->count = pack_be32(f->index.at + 255 * 4);
	if (f->index.n != FANOUT_SIZE + (size_t)f->count * step + 2 * id_size)
		return false;
	f->fanout = f->index.at;
	f->offsets = f->index.at + FANOUT_SIZE;
	f->ids = f->offsets + 4;
	f->id_step = step;
	f->id_size = (unsigned)id_size;
	return true;
}

/* Version 2: header, fan-out, names, CRCs, offsets, large offsets. */
static bool index_v2(struct pack_file *f, size_t id_size)
{
	const size_t head = 8 + FANOUT_SIZE;
	size_t count, fixed, rest;

	if (f->index.n < head + 2 * id_size || !fanout_rises(f->index.at + 8))
		return false;
	count = pack_be32(f->index.at + 8 + 255 * 4);
	fixed = head + count * (id_size + 8) + 2 * id_size;
	if (f->index.n < fixed)
		return false;
	rest = f->index.n - fixed;
	/* At most one large offset an object, and none by halves. */
	if (rest % 8 != 0 || rest / 8 > count)
		return false;
	f->count = (uint32_t)count;
	f->fanout = f->index.at + 8;
	f->ids = f->index.at + head;
	f->id_step = id_size;
	f->id_size = (unsigned)id_size;
	f->offsets = f->ids + count * id_size + count * 4;
	f->large = f->offsets + count * 4;
	f->large_count = rest / 8;
	return true;
}

/* Both sizes could fit a crafted v2 index: the pack's trailer, which repeats
 * in the index, decides. */
static bool trailer_agrees(const struct pack_file *f, size_t id_size)
{
	return f->data.n >= id_size && f->index.n >= 2 * id_size &&
	       memcmp(f->data.at + f->data.n - id_size,
		       f->index.at + f->index.n - 2 * id_size, id_size) == 0;
}

static bool index_parse(struct pack_file *f)
{
	static const size_t sizes[] = {20, 32};
	bool fits = false;

	if (f->index.n < 8)
		return false;
	if (pack_be32(f->index.at) != V2_MAGIC)
		return index_v1(f, 20) || index_v1(f, 32);
	if (pack_be32(f->index.at + 4) != 2)
		return false;
	for (size_t i = 0; i < 2; i++) {
		struct pack_file tried = *f;

		if (!index_v2(&tried, sizes[i]))
			continue;
		if (!fits || trailer_agrees(&tried, sizes[i]))
			*f = tried;
		fits = true;
	}
	return fits;
}

static bool pack_head_is_good(const struct pack_file *f)
{
	uint32_t version;

	if (f->data.n < PACK_HEADER + f->id_size ||
		memcmp(f->data.at, "PACK", 4) != 0)
		return false;
	version = pack_be32(f->data.at + 4);
	return version == 2 || version == 3;
}

/* `problem`: of the data. */
static enum pack_problem parse_both(struct pack_file *f,
	enum pack_problem problem)
{
	if (!index_parse(f)) {
		pack_file_close(f);
		return PACK_CORRUPT;
	}
	/* What the index names is then known to be missing: it counts. More
	 * names than there is room for entries would only cost memory. */
	f->is_broken = problem != PACK_FINE || !pack_head_is_good(f) ||
		       f->count > f->data.n / ENTRY_MIN;
	return PACK_FINE;
}

enum pack_problem pack_file_open(struct pack_file *f, int directory,
	const char *index_name, const char *pack_name)
{
	enum pack_problem problem;

	*f = (struct pack_file){.id_size = 20};
	problem = pack_map_open(&f->index, directory, index_name);
	if (problem != PACK_FINE)
		return problem;
	problem = pack_map_open(&f->data, directory, pack_name);
	return parse_both(f, problem);
}

enum pack_problem pack_file_of(struct pack_file *f, bytes pack, bytes index)
{
	*f = (struct pack_file){
		.id_size = 20,
		.is_borrowed = true,
		.index = {index.at, index.n},
		.data = {pack.at, pack.n},
	};
	return parse_both(f, PACK_FINE);
}

void pack_file_close(struct pack_file *f)
{
	if (f->is_borrowed)
		f->index.at = f->data.at = NULL;
	pack_map_close(&f->index);
	pack_map_close(&f->data);
}

const unsigned char *pack_file_id(const struct pack_file *f, uint32_t i)
{
	return f->ids + (size_t)i * f->id_step;
}

uint64_t pack_file_offset(const struct pack_file *f, uint32_t i)
{
	uint64_t offset;

	if (f->large == NULL)
		offset = pack_be32(f->offsets + (size_t)i * f->id_step);
	else
		offset = pack_be32(f->offsets + (size_t)i * 4);
	if (f->large && (offset & 0x80000000u)) {
		size_t at = (size_t)(offset & 0x7fffffffu);

		if (at >= f->large_count)
			return 0;
		offset = ((uint64_t)pack_be32(f->large + at * 8) << 32) |
			 pack_be32(f->large + at * 8 + 4);
	}
	if (offset < PACK_HEADER || offset >= f->data.n - f->id_size)
		return 0;
	return offset;
}

/*
 * A file with holes claims any number of objects at no cost, all with the
 * same name. Where names differ an attacker pays for each, as git does.
 */
bool pack_file_is_hollow(const struct pack_file *f)
{
	uint32_t same = 0;

	for (uint32_t i = 1; i < f->count && same <= 1000; i++)
		same += pack_id_order(pack_file_id(f, i - 1),
				pack_file_id(f, i), f->id_size) == 0;
	return same > 1000;
}

bool pack_file_is_sorted(const struct pack_file *f)
{
	for (uint32_t i = 1; i < f->count; i++)
		if (pack_id_order(pack_file_id(f, i - 1), pack_file_id(f, i),
			    f->id_size) > 0)
			return false;
	return true;
}

/* Four bytes of a name behind its first, which the fan-out has decided. */
static uint32_t name_part(const unsigned char *id)
{
	return pack_be32(id + 1);
}

/*
 * Names are hashes and lie evenly between the first and the last that start
 * with the same byte: so it is told from the name where it should be, and it is
 * looked for around there, at twice the distance each time. An index whose
 * names are not even costs a few steps more.
 */
static void narrow(const struct pack_file *f, const unsigned char *id,
	uint32_t *low, uint32_t *high)
{
	uint32_t want = name_part(id), step = 8, at, end = *high;

	at = *low + (uint32_t)((uint64_t)(*high - *low) * want >> 32);
	if (name_part(pack_file_id(f, at)) < want) {
		for (*low = at; end - at > step; step *= 2) {
			at += step;
			if (name_part(pack_file_id(f, at)) > want) {
				*high = at;
				break;
			}
			*low = at;
		}
		return;
	}
	for (*high = at + 1; at - *low > step; step *= 2) {
		at -= step;
		if (name_part(pack_file_id(f, at)) < want) {
			*low = at;
			break;
		}
		*high = at + 1;
	}
}

bool pack_file_find(const struct pack_file *f, const unsigned char *id,
	uint32_t *i)
{
	uint32_t low = id[0] ? pack_be32(f->fanout + (id[0] - 1) * 4) : 0;
	uint32_t high = pack_be32(f->fanout + id[0] * 4);

	if (low < high)
		narrow(f, id, &low, &high);
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = memcmp(pack_file_id(f, middle), id, f->id_size);

		if (order == 0) {
			*i = middle;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* The size: 4 bits in the first byte, then 7 in each, low ones first. */
static bool entry_size(bytes *in, struct pack_entry *entry)
{
	unsigned shift = 4;
	unsigned char c = in->at[0];

	entry->type = (enum pack_type)((c >> 4) & 7);
	entry->size = c & 15;
	*in = bytes_drop(*in, 1);
	while (c & 0x80) {
		if (in->n == 0 || shift > 57)
			return false;
		c = in->at[0];
		*in = bytes_drop(*in, 1);
		entry->size |= (uint64_t)(c & 0x7f) << shift;
		shift += 7;
	}
	return true;
}

/* The distance back to the base: 7 bits in each byte, high ones first, with
 * one added for each continuation. */
static bool entry_base(bytes *in, uint64_t offset, struct pack_entry *entry)
{
	uint64_t back;
	unsigned char c;

	if (in->n == 0)
		return false;
	c = in->at[0];
	*in = bytes_drop(*in, 1);
	back = c & 0x7f;
	while (c & 0x80) {
		if (in->n == 0 || back > (UINT64_MAX >> 8))
			return false;
		c = in->at[0];
		*in = bytes_drop(*in, 1);
		back = ((back + 1) << 7) | (c & 0x7f);
	}
	if (back == 0 || back > offset || offset - back < PACK_HEADER)
		return false;
	entry->base_offset = offset - back;
	return true;
}

bool pack_entry_parse(const struct pack_file *f, uint64_t offset,
	struct pack_entry *entry)
{
	bytes in;

	if (f->is_broken || offset < PACK_HEADER ||
		offset >= f->data.n - f->id_size)
		return false;
	in = bytes_of(f->data.at + offset, f->data.n - f->id_size - offset);
	if (!entry_size(&in, entry))
		return false;
	switch (entry->type) {
	case PACK_COMMIT:
	case PACK_TREE:
	case PACK_BLOB:
	case PACK_TAG:
		break;
	case PACK_OFS_DELTA:
		if (!entry_base(&in, offset, entry))
			return false;
		break;
	case PACK_REF_DELTA:
		if (in.n < f->id_size)
			return false;
		entry->base_id = in.at;
		in = bytes_drop(in, f->id_size);
		break;
	default:
		return false;
	}
	entry->data_at = (uint64_t)(in.at - f->data.at);
	return true;
}

void pack_walk(bytes pack, size_t id_size,
	bool (*each)(void *context, uint64_t offset), void *context)
{
	struct pack_file f = {
		.id_size = (unsigned)id_size, .data = {pack.at, pack.n}};
	struct pack_inflate *z = pack_inflate_new();
	uint64_t at = PACK_HEADER;
	struct pack_entry entry;
	size_t used = 1;

	f.is_broken = z == NULL || !pack_head_is_good(&f);
	while (used && pack_entry_parse(&f, at, &entry)) {
		used = pack_inflate_measure(z, bytes_of(
			pack.at + entry.data_at,
			pack.n - id_size - (size_t)entry.data_at), entry.size);
		if (used && !each(context, at))
			break;
		at = entry.data_at + used;
	}
	pack_inflate_free(z);
}
