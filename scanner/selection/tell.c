/*
 * tell: of what was found, what is new.
 *
 * For a change that replaces a blob, the old one is scanned as well, and what
 * it held already is left out. For a file that is new in its commit, the files
 * that the commit takes away are looked at: what was moved is not new. Both
 * cost only where something was found.
 */
#include "selection/internal.h"

#include "attribute/attribute.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

/* Files that a commit takes away and that are looked at for each that it
 * brings; beyond them a moved secret is reported. */
#define GONE_MAX 256

struct held {
	const struct rule *rule;
	struct hash128 secret;
};

struct teller {
	struct selection *s;
	struct leaks *leaks;
	struct selection_worker *w;
	struct buf path;
	char object[2 * PACK_ID_MAX + 1];
	const unsigned char *told_id; /* of `told`, the last one kept */
	const struct leak_commit *told;
	/* what the blobs held that a change replaces */
	struct held *old;
	size_t old_n;
	size_t gone_left;
	const struct change *change; /* in work */
	bool is_moved; /* the blob itself stood in a file taken away */
	const struct leak_where *where;
	enum status status;
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

/* Changes of one commit stand together: the last one is remembered. */
static const struct leak_commit *commit_of(struct teller *t,
	const unsigned char *id)
{
	size_t id_size = pack_store_id_size(t->s->store);
	char text[2 * PACK_ID_MAX + 1], date[40] = "";
	struct attribute_commit parsed = {.time = 0};
	struct leak_commit commit = {.id = bytes_of(text, 2 * id_size)};
	enum pack_problem problem;
	enum pack_type type;
	bytes data;

	if (id == NULL)
		return NULL;
	if (t->told && memcmp(t->told_id, id, id_size) == 0)
		return t->told;
	hex(id, id_size, text);
	if (pack_read(t->w->reader, id, &type, &data, &problem, NULL) == OK &&
		type == PACK_COMMIT && attribute_parse_commit(data, &parsed))
		attribute_format_time(parsed.time, parsed.zone, date);
	commit.author = parsed.author;
	commit.email = parsed.email;
	commit.date = bytes_text(date);
	commit.subject = parsed.subject;
	t->told = leaks_keep_commit(t->leaks, &commit);
	t->told_id = id;
	if (t->told == NULL)
		t->status = ERR_MEMORY;
	return t->told;
}

static bytes path_of(struct teller *t, bytes path)
{
	buf_clear(&t->path);
	if (t->s->options.prefix)
		buf_put_text(&t->path, t->s->options.prefix);
	buf_put(&t->path, path);
	if (t->path.failed)
		t->status = ERR_MEMORY;
	return buf_bytes(&t->path);
}

/* ---- what stood there before -------------------------------------------- */

static void keep_old(void *context, const struct sighting *seen)
{
	struct teller *t = context;
	struct held *old = t->old;

	if ((t->old_n & (t->old_n - 1)) == 0)
		old = reallocarray(t->old, t->old_n ? t->old_n * 2 : 1,
			sizeof(*old));
	if (old == NULL)
		return; /* it is reported again: no harm */
	t->old = old;
	old[t->old_n++] = (struct held){seen->rule, hash_128(seen->secret, 0)};
}

static void scan_old(void *context, const unsigned char *id)
{
	struct teller *t = context;
	const struct detect_text text = {
		.path = t->change->path, .sink = keep_old, .context = t};
	bool is_there;

	if (t->gone_left == 0)
		return;
	t->gone_left--;
	if (memcmp(id, t->change->id, pack_store_id_size(t->s->store)) == 0)
		t->is_moved = true;
	else
		(void)selection_scan_blob(t->w, id, &text, &is_there);
}

static void learn_old(struct teller *t, const struct change *c)
{
	size_t id_size = pack_store_id_size(t->s->store);

	t->change = c;
	t->old_n = 0;
	t->is_moved = false;
	t->gone_left = GONE_MAX;
	for (size_t i = 0; i < c->old_count; i++)
		scan_old(t, c->old + i * id_size);
	if (c->old_count)
		return;
	for (size_t i = 0; i < c->gone_count && t->gone_left; i++) {
		const struct change_gone *gone =
			change_gone_at(t->s->changes, c->gone_first + i);

		if (gone->is_tree)
			change_each_blob(t->s->changes, gone->id,
				t->gone_left, scan_old, t);
		else
			scan_old(t, gone->id);
	}
}

static bool is_old(const struct teller *t, const struct sighting *seen)
{
	struct hash128 secret = hash_128(seen->secret, 0);

	for (size_t i = 0; i < t->old_n; i++)
		if (t->old[i].rule == seen->rule &&
			hash_128_equal(t->old[i].secret, secret))
			return true;
	return false;
}

/* ---- telling ------------------------------------------------------------ */

static void tell_new(void *context, const struct sighting *seen)
{
	struct teller *t = context;

	if (!is_old(t, seen) && leaks_add_at(t->leaks, seen, t->where) != OK)
		t->status = ERR_MEMORY;
}

static void tell_change(struct teller *t, const struct pick *p,
	const struct change *c)
{
	const unsigned char *head = repo_head(t->s->repo), *at_head = NULL;
	size_t id_size = pack_store_id_size(t->s->store);
	struct leak_where where = {
		.source = t->s->is_index ? LEAK_INDEX : LEAK_HISTORY};

	learn_old(t, c);
	if (t->is_moved)
		return;
	if (head && c->commit)
		at_head = change_find(t->s->changes, head, c->path);
	where.in_head = at_head && memcmp(at_head, c->id, id_size) == 0;
	where.commit = commit_of(t, c->commit);
	hex(c->id, id_size, t->object);
	if (p->kind == PICK_BLOB)
		where.object = bytes_text(t->object);
	where.path = path_of(t, c->path);
	t->where = &where;
	leak_memo_each(p->memo, tell_new, t);
	leaks_add_unlisted(t->leaks, leak_memo_unlisted(p->memo));
}

static void tell_message(struct teller *t, const struct pick *p)
{
	struct leak_where where = {.source = LEAK_MESSAGE};

	hex(p->id, pack_store_id_size(t->s->store), t->object);
	where.object = bytes_text(t->object);
	where.path = path_of(t, bytes_of(NULL, 0));
	if (p->kind == PICK_COMMIT)
		where.commit = commit_of(t, p->id);
	if (p->memo && leaks_add_memo_at(t->leaks, p->memo, &where) != OK)
		t->status = ERR_MEMORY;
	if (p->people && leaks_add_memo_at(t->leaks, p->people, &where) != OK)
		t->status = ERR_MEMORY;
}

static void tell_pick(struct teller *t, const struct pick *p)
{
	uint32_t i = p->change;

	if (p->memo == NULL && p->people == NULL)
		return;
	if (i == NO_CHANGE) {
		tell_message(t, p);
		return;
	}
	for (; i != NO_CHANGE;
		i = p->kind == PICK_BLOB ? t->s->next[i] : NO_CHANGE)
		tell_change(t, p, change_at(t->s->changes, i));
}

static bool has_failed(const struct selection *s)
{
	for (size_t i = 0; i < s->worker_count; i++)
		if (s->workers[i]->failed)
			return true;
	return false;
}

enum status selection_tell(struct selection *s, struct leaks *leaks,
	struct error *err)
{
	struct teller t = {.s = s, .leaks = leaks, .status = OK};
	struct selection_ledger before;

	if (has_failed(s))
		return error_set(err, ERR_MEMORY, "scan: no memory");
	if (s->worker_count == 0)
		return OK;
	/* Looking at what is old is no part of the count. */
	t.w = s->workers[0];
	before = t.w->ledger;
	buf_init(&t.path, LIMIT_PATH * 2);
	for (size_t i = 0; i < s->pick_count; i++)
		tell_pick(&t, &s->picks[i]);
	t.w->ledger = before;
	buf_release(&t.path);
	free(t.old);
	if (t.status != OK)
		return error_set(err, t.status, "tell findings: no memory");
	return OK;
}
