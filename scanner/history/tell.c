/*
 * tell: findings of objects become places of leaks.
 *
 * A blob is told once for each path it stood at, with the first commit that
 * has it there; a message with its own commit; the name of an entry with
 * the paths at which it stood; the name of a ref as itself. What no commit
 * reaches is told as unreachable.
 */
#include "history/internal.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

/* Commits already kept, by name: places share them. A table with open
 * addressing, at most half full. */
struct told {
	const struct leak_commit **slots;
	size_t n, room;
};

struct teller {
	struct history *h;
	struct leaks *leaks;
	struct pack_worker *pack;
	struct told told;
	struct told_refs *refs; /* NULL: not asked for */
	size_t hit; /* in work: its number */
	struct buf path;
	char object[2 * PACK_ID_MAX + 1];
	/* of the blob in work, by what rules make of its paths */
	struct keyed *keyed;
	size_t keyed_n;
	const struct leak_where *where;
	enum status status;
};

/* What a blob gives at paths that have this key. */
struct keyed {
	uint64_t key;
	struct leak_memo *memo;
};

static void hex(const unsigned char *id, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[id[i] >> 4];
		out[2 * i + 1] = digits[id[i] & 15];
	}
	out[2 * n] = '\0';
}

static size_t told_slot(const struct told *t, bytes id)
{
	size_t at = hash_64(id, 0) & (t->room - 1);

	while (t->slots[at] && !bytes_equal(t->slots[at]->id, id))
		at = (at + 1) & (t->room - 1);
	return at;
}

static const struct leak_commit *told_find(const struct told *t, bytes id)
{
	return t->room ? t->slots[told_slot(t, id)] : NULL;
}

/* Without memory for the table commits are only not shared. */
static void told_add(struct told *t, const struct leak_commit *commit)
{
	if (t->n * 2 >= t->room) {
		struct told wide = {.room = t->room ? t->room * 2 : 64};

		wide.slots = calloc(wide.room, sizeof(*wide.slots));
		if (wide.slots == NULL)
			return;
		for (size_t i = 0; i < t->room; i++)
			if (t->slots[i])
				wide.slots[told_slot(&wide,
					t->slots[i]->id)] = t->slots[i];
		wide.n = t->n;
		free(t->slots);
		*t = wide;
	}
	t->slots[told_slot(t, commit->id)] = commit;
	t->n++;
}

/* The commit's lines; what cannot be read is left empty. */
static const struct leak_commit *commit_of(struct teller *t,
	const unsigned char *id)
{
	size_t id_size = pack_store_id_size(t->h->store);
	char text[2 * PACK_ID_MAX + 1], date[40] = "";
	struct attribute_commit parsed = {.time = 0};
	struct leak_commit commit = {.id = bytes_of(text, 2 * id_size)};
	const struct leak_commit *known;
	enum pack_problem problem;
	enum pack_type type;
	bytes data;

	hex(id, id_size, text);
	known = told_find(&t->told, commit.id);
	if (known)
		return known;
	if (pack_read(t->pack, id, &type, &data, &problem, NULL) == OK &&
		type == PACK_COMMIT && attribute_parse_commit(data, &parsed))
		attribute_format_time(parsed.time, parsed.zone, date);
	commit.author = parsed.author;
	commit.email = parsed.email;
	commit.date = bytes_text(date);
	commit.subject = parsed.subject;
	known = leaks_keep_commit(t->leaks, &commit);
	if (known == NULL)
		t->status = ERR_MEMORY;
	else
		told_add(&t->told, known);
	return known;
}

static void tell_at(struct teller *t, const struct hit *hit,
	const struct leak_where *where)
{
	enum status status = leaks_add_memo_at(t->leaks, hit->memo, where);

	if (status != OK)
		t->status = status;
}

static bytes path_of(struct teller *t, bytes path)
{
	buf_clear(&t->path);
	buf_put_text(&t->path, t->h->options.prefix ? t->h->options.prefix
						    : "");
	buf_put(&t->path, path);
	return buf_bytes(&t->path);
}

/* ---- rules that look at paths ------------------------------------------- */

static void forget_keyed(struct teller *t)
{
	for (size_t i = 0; i < t->keyed_n; i++)
		leak_memo_free(t->keyed[i].memo);
	free(t->keyed);
	t->keyed = NULL;
	t->keyed_n = 0;
}

/* A file's own sighting, for its path, comes with its name. */
static void sink(void *memo, const struct sighting *s)
{
	if (s->rule->finder != RULE_BY_PATH)
		leak_memo_sink(memo, s);
}

/* The blob again, now that its path is known. NULL: not to be had. */
static struct leak_memo *scan_again(struct teller *t, const struct hit *hit,
	bytes path)
{
	struct leak_memo *memo = leak_memo_new();
	const struct detect_text text = {
		.path = path, .sink = sink, .context = memo};
	enum pack_problem problem;
	enum pack_type type;
	bytes data;

	if (memo && pack_read(t->pack, hit->id, &type, &data, &problem,
			    NULL) == OK &&
		scan_buffer(t->h->workers[0]->scan, &text, data, NULL) == OK)
		return memo;
	leak_memo_free(memo);
	return NULL;
}

/* What the blob gives at t->path. What cannot be scanned again is told as it
 * was found: rather too much. */
static const struct leak_memo *memo_at(struct teller *t,
	const struct hit *hit, bytes path)
{
	const struct detector *d = t->h->options.detector;
	struct keyed *keyed;
	uint64_t key;

	if (hit->kind != HIT_BLOB || !detector_looks_at_paths(d))
		return hit->memo;
	key = detector_path_key(d, path);
	for (size_t i = 0; i < t->keyed_n; i++)
		if (t->keyed[i].key == key)
			return t->keyed[i].memo ? t->keyed[i].memo : hit->memo;
	keyed = reallocarray(t->keyed, t->keyed_n + 1, sizeof(*keyed));
	if (keyed == NULL)
		return hit->memo;
	t->keyed = keyed;
	keyed[t->keyed_n] = (struct keyed){key, scan_again(t, hit, path)};
	return keyed[t->keyed_n++].memo ? keyed[t->keyed_n - 1].memo
					: hit->memo;
}

static void tell_file(void *context, const struct sighting *s)
{
	struct teller *t = context;

	if (s->rule->finder == RULE_BY_PATH &&
		leaks_add_at(t->leaks, s, t->where) != OK)
		t->status = ERR_MEMORY;
}

/* The path itself, for rules that look at nothing else. */
static void tell_path(struct teller *t, const struct leak_where *where)
{
	const struct detect_text text = {
		.path = where->path, .sink = tell_file, .context = t};

	t->where = where;
	if (t->h->has_path_rules &&
		scan_buffer(t->h->workers[0]->scan, &text, bytes_of("", 0),
			NULL) != OK)
		t->status = ERR_MEMORY;
}

/* ---- places ------------------------------------------------------------- */

static void tell_where(struct teller *t, const struct hit *hit,
	struct leak_where *where)
{
	enum status status = leaks_add_memo_at(t->leaks,
		memo_at(t, hit, where->path), where);

	if (status != OK)
		t->status = status;
	if (hit->kind == HIT_NAME || hit->kind == HIT_STAGED)
		tell_path(t, where);
}

/* The first of a blob's places in indexes: they are sorted. */
static size_t first_staged(const struct history *h, size_t wanted)
{
	size_t low = 0, high = h->staged_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (h->staged[middle].wanted < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Where indexes hold it; how many. */
static size_t tell_staged(struct teller *t, const struct hit *hit,
	size_t wanted)
{
	struct leak_where where = {
		.source = LEAK_INDEX, .object = bytes_text(t->object)};
	size_t told = 0;

	for (size_t i = first_staged(t->h, wanted);
		i < t->h->staged_count && t->h->staged[i].wanted == wanted;
		i++) {
		where.path = path_of(t, bytes_text(t->h->staged[i].path));
		tell_where(t, hit, &where);
		told++;
	}
	return told;
}

/* Objects found by their place in trees. */
static void tell_placed(struct teller *t, const struct hit *hit, size_t wanted)
{
	struct leak_where where = {.source = LEAK_HISTORY,
		.object = bytes_text(hit->name ? "" : t->object)};
	size_t count = history_place_count(t->h, wanted), reached = 0;

	for (size_t i = 0; i < count; i++) {
		const struct attribute_place *place =
			history_place_at(t->h, wanted, i);

		where.path = path_of(t,
			bytes_of(place->path, place->path_length));
		where.commit = commit_of(t, place->commit);
		where.in_head = place->in_head;
		where.unreachable = place->unreachable;
		where.refs = history_refs_of(t->refs, t->hit, i);
		tell_where(t, hit, &where);
		reached += !place->unreachable;
	}
	if (reached == 0)
		count += tell_staged(t, hit, wanted);
	if (count == 0) {
		where.path = path_of(t,
			bytes_text(hit->name ? hit->name : ""));
		where.unreachable = !history_is_tip(t->h, wanted);
		where.refs = NULL;
		tell_where(t, hit, &where);
	}
	forget_keyed(t);
}

static void tell_only_staged(struct teller *t, const struct hit *hit)
{
	struct leak_where where = {.source = LEAK_INDEX};

	where.path = path_of(t, bytes_text(hit->name));
	tell_where(t, hit, &where);
}

static void tell_message(struct teller *t, const struct hit *hit)
{
	struct leak_where where = {
		.source = LEAK_MESSAGE, .object = bytes_text(t->object),
		.refs = history_refs_of(t->refs, t->hit, 0)};

	where.path = path_of(t, bytes_of(NULL, 0));
	if (hit->type == PACK_COMMIT)
		where.commit = commit_of(t, hit->id);
	tell_at(t, hit, &where);
}

/* The place is the ref's own name. */
static void tell_ref(struct teller *t, const struct hit *hit)
{
	struct leak_where where = {
		.source = LEAK_MESSAGE, .object = bytes_text(t->object),
		.refs = history_refs_of(t->refs, t->hit, 0)};
	enum pack_problem problem;
	enum pack_type type;
	uint64_t size;

	where.path = path_of(t, bytes_text(hit->ref));
	if (pack_read_header(t->pack, hit->id, &type, &size, &problem, NULL) ==
			OK &&
		type == PACK_COMMIT)
		where.commit = commit_of(t, hit->id);
	tell_at(t, hit, &where);
}

enum status history_tell(struct history *h, struct leaks *leaks,
	struct error *err)
{
	struct teller t = {.h = h, .leaks = leaks, .status = OK};

	if (h->hits.cut)
		leaks_add_unlisted(leaks, h->hits.cut);
	if (h->hits.n == 0)
		return OK;
	t.pack = pack_worker_new(h->store);
	if (t.pack == NULL)
		return error_set(err, ERR_MEMORY, "tell findings");
	if (h->options.with_refs && h->attribute) {
		t.refs = history_refs_new(h, leaks);
		t.status = t.refs ? OK : ERR_MEMORY;
	}
	buf_init(&t.path, LIMIT_PATH * 2);
	for (size_t i = 0; i < h->hits.n; i++) {
		const struct hit *hit = &h->hits.at[i];

		t.hit = i;
		hex(hit->id, pack_store_id_size(h->store), t.object);
		if (hit->kind == HIT_BLOB || hit->kind == HIT_NAME)
			tell_placed(&t, hit, h->wanted_of[i]);
		else if (hit->kind == HIT_STAGED)
			tell_only_staged(&t, hit);
		else if (hit->kind == HIT_REF)
			tell_ref(&t, hit);
		else
			tell_message(&t, hit);
	}
	buf_release(&t.path);
	free(t.told.slots);
	history_refs_free(t.refs);
	pack_worker_free(t.pack);
	if (t.status != OK)
		return error_set(err, t.status, "tell findings: no memory");
	return OK;
}
