/*
 * known: a state against a store.
 *
 * Packs are matched by stamp, checksum and count; loose objects by name and
 * stamp. Whatever the state has and the store has not (a pack removed by a
 * repack, an object pruned) may be what a tree that would be left out names:
 * then nothing is left out. A pack whose deltas stand on other packs' objects
 * holds what those say; it is visited each time.
 */
#include "known/internal.h"

#include "pack/visitor.h"

#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

/*
 * A file changed within this time before we read it may change once more
 * without its times telling (the kernel's clock ticks each 4 to 10 ms): it is
 * not left out next time. Nanoseconds.
 */
#define RACY 12000000u

struct known {
	struct known_options options;
	struct known_state old; /* packs: NULL: none */
	enum known_extent extent;
	struct pack_store *store;
	size_t id_size, pack_count;
	uint64_t refs, looked; /* looked: nanoseconds since 1970 */
	struct pack_part *parts; /* one a pack */
	struct known_pack **was; /* what the state says of it, or NULL */
	struct pack_entries *entries;
	struct pack_stamp *stamps; /* one a loose object */
	bool *left_out, *is_same_loose;
	struct pack_choice choice;
	bool is_recordable;
	bool is_compared, is_grown; /* known_carried: and it only grew */
	struct pack_worker *reader; /* in known_carried */
	size_t copies; /* names of new parts that were there */
};

struct known *known_new(const struct known_options *options)
{
	struct known *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->options = *options;
	if (!known_state_read(&k->old, options->state, options->secret) ||
		k->old.rules != options->rules)
		known_state_release(&k->old);
	return k;
}

void known_free(struct known *k)
{
	if (k == NULL)
		return;
	/* The store may be closed by now. */
	for (size_t i = 0; k->entries && i < k->pack_count; i++)
		free(k->entries[i].at);
	known_state_release(&k->old);
	free(k->parts);
	free(k->was);
	free(k->entries);
	free(k->stamps);
	free(k->left_out);
	free(k->is_same_loose);
	free(k);
}

/* ---- what is there ------------------------------------------------------- */

static uint64_t digest_refs(const struct repo *repo)
{
	uint64_t sum = hash_64(bytes_of(&repo->is_shallow, 1), 0);

	for (size_t i = 0; i < repo->ref_count; i++) {
		sum = hash_64(bytes_text(repo->refs[i].name), sum);
		sum = hash_64(bytes_of(repo->refs[i].id, REPO_ID_MAX), sum);
	}
	return sum;
}

static bool look_at_parts(struct known *k)
{
	size_t packs = pack_parts(k->store), n = pack_loose_parts(k->store);

	k->pack_count = packs;
	k->parts = calloc(packs + 1, sizeof(*k->parts));
	k->was = calloc(packs + 1, sizeof(*k->was));
	k->entries = calloc(packs + 1, sizeof(*k->entries));
	k->stamps = calloc(n + 1, sizeof(*k->stamps));
	k->left_out = calloc(n + 1, sizeof(*k->left_out));
	k->is_same_loose = calloc(n + 1, sizeof(*k->is_same_loose));
	if (!k->parts || !k->was || !k->entries || !k->stamps ||
		!k->left_out || !k->is_same_loose)
		return false;
	for (size_t i = 0; i < packs; i++)
		k->is_recordable &=
			pack_part_at(k->store, i, &k->parts[i]);
	for (size_t i = 0; i < n; i++)
		(void)pack_loose_part(k->store, i, &k->stamps[i]);
	return true;
}

static bool is_same(const struct known *k, const struct known_pack *old,
	const struct pack_part *now)
{
	return old->stamp == now->stamp.hash && old->count == now->count &&
	       memcmp(old->checksum, now->checksum, k->id_size) == 0;
}

/* Each pack's old self. Few: a repository has some dozens of packs. */
static size_t match_packs(struct known *k)
{
	size_t matched = 0;

	for (size_t i = 0; i < pack_parts(k->store); i++)
		for (size_t j = 0; j < k->old.pack_count; j++) {
			struct known_pack *old = &k->old.packs[j];

			if (old->is_found || !is_same(k, old, &k->parts[i]))
				continue;
			old->is_found = true;
			k->was[i] = old;
			matched++;
			break;
		}
	return matched;
}

/* What a walk over both lists of loose objects, by name, gives. */
struct loose_match {
	size_t same;	/* with the stamp that they had */
	size_t vanished; /* and in no pack either */
};

static void match_loose_one(struct known *k, size_t now,
	const unsigned char *old, struct loose_match *m)
{
	uint64_t stamp = known_u64(old + k->id_size);

	if (stamp == 0 || stamp != k->stamps[now].hash)
		return;
	m->same++;
	k->is_same_loose[now] = true;
	k->left_out[now] = old[k->id_size + 8] == 0;
}

static struct loose_match match_loose(struct known *k)
{
	size_t n = pack_loose_parts(k->store), now = 0;
	size_t size = KNOWN_LOOSE(k->id_size);
	struct loose_match m = {0, 0};

	for (size_t i = 0; i < k->old.loose_count; i++) {
		const unsigned char *old = k->old.loose + i * size;
		int order = 1;

		for (; now < n; now++) {
			order = memcmp(pack_loose_part(k->store, now, NULL),
				old, k->id_size);
			if (order >= 0)
				break;
		}
		if (now < n && order == 0)
			match_loose_one(k, now, old, &m);
		else if (!pack_store_has(k->store, old))
			m.vanished++;
	}
	return m;
}

/* ---- what is to be visited ----------------------------------------------- */

static bool choose_pack(struct known *k, size_t pack)
{
	const struct known_pack *was = k->was[pack];
	struct pack_entries *e = &k->entries[pack];

	if (was == NULL || !was->is_usable)
		return true;
	e->at = calloc((size_t)was->dirty_count + 1, sizeof(*e->at));
	if (e->at == NULL)
		return false;
	for (uint32_t i = 0; i < was->dirty_count; i++)
		e->at[i] = known_u32(was->dirty + (size_t)i * 4);
	e->n = was->dirty_count;
	e->is_some = true;
	return true;
}

/* Is something there that old objects name, and that was missing? What is
 * left out may lead to it. */
static bool has_come(const struct known *k)
{
	for (size_t i = 0; i < k->old.missing_count; i++)
		if (pack_store_has(k->store,
			    k->old.missing + i * k->id_size))
			return true;
	return false;
}

static bool compare(struct known *k)
{
	size_t packs = match_packs(k);
	struct loose_match loose = match_loose(k);
	bool is_whole = packs == k->old.pack_count && loose.vanished == 0;

	if (!k->options.is_again && is_whole &&
		packs == pack_parts(k->store) &&
		loose.same == k->old.loose_count &&
		loose.same == pack_loose_parts(k->store) &&
		k->refs == k->old.refs) {
		k->extent = KNOWN_ALL;
		return true;
	}
	if (!is_whole || !k->old.is_closed || k->old.has_names ||
		has_come(k))
		return true;
	for (size_t i = 0; i < pack_parts(k->store); i++)
		if (!choose_pack(k, i))
			return false;
	k->extent = KNOWN_PARTS;
	k->choice = (struct pack_choice){k->entries, k->left_out};
	return true;
}

enum status known_look(struct known *k, const struct repo *repo,
	struct pack_store *store, struct error *err)
{
	const struct pack_store_report *report = pack_store_report(store);
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	k->looked = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	k->store = store;
	k->id_size = pack_store_id_size(store);
	k->refs = digest_refs(repo);
	/* What cannot be read has no stamp that would tell of its mending. */
	k->is_recordable = report->broken_packs == 0 &&
			   report->refused_alternates == 0 &&
			   report->strange_files == 0 &&
			   repo->broken_refs == 0 && k->id_size != 0;
	if (!look_at_parts(k))
		return error_set(err, ERR_MEMORY, "compare with the last run");
	if (!k->is_recordable || k->old.packs == NULL ||
		k->old.id_size != k->id_size)
		return OK;
	return compare(k) ? OK : error_set(err, ERR_MEMORY,
					 "compare with the last run");
}

enum known_extent known_extent(const struct known *k)
{
	return k->extent;
}

const struct pack_choice *known_choice(const struct known *k)
{
	return k->extent == KNOWN_PARTS ? &k->choice : NULL;
}

/* ---- what only grew ------------------------------------------------------ */

static bool is_old_loose(const struct known *k, const unsigned char *id)
{
	return bytes_find_row(k->old.loose, k->old.loose_count,
		       KNOWN_LOOSE(k->id_size), bytes_of(id, k->id_size)) !=
	       BYTES_NONE;
}

const unsigned char *known_missing(const struct known *k, size_t *count)
{
	*count = k->old.missing_count;
	return k->old.missing;
}

bool known_was_there(const struct known *k, const unsigned char *id)
{
	uint32_t first;

	for (size_t i = 0; i < k->pack_count; i++)
		if (k->was[i] && pack_part_find(k->store, i, id, &first))
			return true;
	return is_old_loose(k, id);
}

/* Is what was there under this name there still, as it was? */
static bool is_there_still(const struct known *k, const unsigned char *id)
{
	size_t low = 0, high = pack_loose_parts(k->store);
	uint32_t first;

	for (size_t i = 0; i < k->pack_count; i++)
		if (k->was[i] && pack_part_find(k->store, i, id, &first))
			return true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(pack_loose_part(k->store, middle, NULL), id,
			k->id_size);

		if (order == 0)
			return k->is_same_loose[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/*
 * Nothing of this name was there, or it is the same now as then. git puts what
 * deltas stand on into each pack once more; a pack of many such is looked at
 * wholly instead.
 */
#define COPIES_MOST 4096

static bool has_grown_by(struct known *k, const unsigned char *id)
{
	if (!known_was_there(k, id))
		return true;
	return ++k->copies <= COPIES_MOST && is_there_still(k, id) &&
	       pack_part_agree(k->reader, id);
}

/* Every pack that was there stands on itself, and what a new one has of it is
 * the same. */
static bool has_grown_pack(struct known *k, size_t pack)
{
	if (k->was[pack])
		return k->was[pack]->is_usable;
	for (uint32_t i = 0; i < k->parts[pack].count; i++)
		if (!has_grown_by(k, pack_part_id(k->store, pack, i)))
			return false;
	return true;
}

static bool has_grown_loose(struct known *k, size_t i)
{
	return k->is_same_loose[i] ||
	       has_grown_by(k, pack_loose_part(k->store, i, NULL));
}

static bool has_grown(struct known *k)
{
	bool is_grown;

	k->reader = pack_worker_new(k->store);
	is_grown = k->reader != NULL;
	for (size_t i = 0; is_grown && i < k->pack_count; i++)
		is_grown = has_grown_pack(k, i);
	for (size_t i = 0; is_grown && i < pack_loose_parts(k->store); i++)
		is_grown = has_grown_loose(k, i);
	pack_worker_free(k->reader);
	k->reader = NULL;
	return is_grown;
}

bytes known_carried(struct known *k)
{
	if (k->extent == KNOWN_PARTS && k->old.carried.n && !k->is_compared) {
		k->is_compared = true;
		k->is_grown = has_grown(k);
	}
	return k->is_grown ? k->old.carried : bytes_of(NULL, 0);
}

struct hash128 known_key(const struct known *k, bytes content)
{
	return hash_128_secret(content, k->options.secret);
}

enum known_content known_content(const struct known *k, struct hash128 key)
{
	const struct known_contents *c = k->options.contents;

	if (c == NULL)
		return KNOWN_NEW;
	if (known_contents_has(c, key, k->options.rules))
		return KNOWN_BARE;
	if (k->options.rules_before &&
		known_contents_has(c, key, k->options.rules_before))
		return KNOWN_BARE_BEFORE;
	return KNOWN_NEW;
}

/* ---- the next state ------------------------------------------------------ */

static bool is_racy(const struct known *k, uint64_t changed)
{
	return !k->options.is_private && changed + RACY > k->looked;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Entries with a name that is not clean, and those that were not before.
 * NULL: no memory. */
static uint32_t *dirty_of(const struct known *k, size_t pack,
	const struct known_seen *seen, size_t *count)
{
	const struct pack_entries *old = &k->entries[pack];
	size_t n = 0, room = seen->count * 2 + old->n + 16, kept = 0;
	uint32_t *at = calloc(room, sizeof(*at));

	for (size_t i = 0; at && i < old->n; i++)
		at[n++] = old->at[i];
	for (size_t i = 0; at && i < seen->count; i++) {
		uint32_t first, same = pack_part_find(k->store, pack,
			seen->ids + i * k->id_size, &first);

		if (n + same + seen->count > room) {
			uint32_t *wide;

			room = n + same + seen->count + room;
			wide = reallocarray(at, room, sizeof(*at));
			if (wide == NULL)
				free(at);
			at = wide;
		}
		for (uint32_t s = 0; at && s < same; s++)
			at[n++] = first + s;
	}
	if (at && n)
		qsort(at, n, sizeof(*at), by_number);
	for (size_t i = 0; at && i < n; i++)
		if (kept == 0 || at[i] != at[kept - 1])
			at[kept++] = at[i];
	*count = kept;
	return at;
}

/* False: no memory. */
static bool put_pack(const struct known *k, size_t pack,
	const struct known_seen *seen, struct buf *out)
{
	const struct pack_part *part = &k->parts[pack];
	bool is_known = k->was[pack] && k->was[pack]->is_usable;
	bool is_usable = part->is_sorted &&
			 (is_known || (!is_racy(k, part->stamp.changed) &&
					      !pack_sweep_leans(seen->sweep,
						      pack)));
	unsigned char checksum[PACK_ID_MAX] = {0};
	size_t count = 0;
	uint32_t *dirty = dirty_of(k, pack, seen, &count);

	if (dirty == NULL)
		return false;
	memcpy(checksum, part->checksum, k->id_size);
	/* A stamp that may lie is none: the pack is a new one next time. */
	known_put_u64(out, is_known || !is_racy(k, part->stamp.changed)
				   ? part->stamp.hash
				   : 0);
	buf_put(out, bytes_of(checksum, sizeof(checksum)));
	known_put_u32(out, part->count);
	buf_put_byte(out, is_usable);
	known_put_u32(out, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		known_put_u32(out, dirty[i]);
	free(dirty);
	return true;
}

static bool is_dirty(const struct known *k, const struct known_seen *seen,
	const unsigned char *id)
{
	return bytes_find_row(seen->ids, seen->count, k->id_size,
		       bytes_of(id, k->id_size)) != BYTES_NONE;
}

static void put_loose(const struct known *k, size_t i,
	const struct known_seen *seen, struct buf *out)
{
	const unsigned char *id = pack_loose_part(k->store, i, NULL);
	struct pack_stamp stamp = k->stamps[i];

	buf_put(out, bytes_of(id, k->id_size));
	known_put_u64(out, is_racy(k, stamp.changed) ? 0 : stamp.hash);
	buf_put_byte(out, is_dirty(k, seen, id));
}

void known_put_state(const struct known *k, const struct known_seen *seen,
	struct buf *out)
{
	const struct known_head head = {
		.rules = k->options.rules,
		.refs = k->refs,
		.is_closed = seen->is_closed,
		.has_names = seen->has_names,
		.id_size = k->id_size,
		.pack_count = pack_parts(k->store),
		.loose_count = pack_loose_parts(k->store),
		.missing_count = seen->is_closed ? seen->missing_count : 0,
		.carried_size = seen->carried.n,
	};

	const size_t begin = out->n;

	if (!k->is_recordable)
		return;
	known_put_head(out, &head);
	for (size_t i = 0; i < head.pack_count; i++)
		if (!put_pack(k, i, seen, out)) {
			out->failed = true;
			return;
		}
	for (size_t i = 0; i < head.loose_count; i++)
		put_loose(k, i, seen, out);
	buf_put(out, bytes_of(seen->missing, head.missing_count * k->id_size));
	buf_put(out, seen->carried);
	known_put_sum(out, begin, k->options.secret);
}
