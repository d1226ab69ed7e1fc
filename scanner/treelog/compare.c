/*
 * compare: what a tree has that the last one had not, and the other way round.
 *
 * Both are read from their starts. What they have in common is stepped over
 * by comparing bytes, then back to the end of an entry, which is one in both.
 * Where they differ an entry was replaced, put in or left out; the order of
 * their names (git's own) says which. A tree that is not in order only makes
 * for more differences, never for wrong ones: what is stepped over is equal,
 * and was read as the same entries.
 */
#include "treelog/internal.h"

#include "base/banned.h"

/* How many of the last tree's entries from number `from` on end within its
 * first n bytes. */
static size_t entries_within(const struct log_tree *last, size_t from,
	size_t n)
{
	size_t low = from, high = last->count;

	if (high > from && last->ends[high - 1] <= n)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (last->ends[middle] <= n)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* 64 bytes a turn, as far as all of them are equal. */
static size_t common_blocks(bytes a, bytes b, size_t n)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; i + 64 <= n; i += 64) {
		const __m128i *x = (const __m128i *)(const void *)(a.at + i);
		const __m128i *y = (const __m128i *)(const void *)(b.at + i);
		__m128i same = _mm_cmpeq_epi8(_mm_loadu_si128(x),
			_mm_loadu_si128(y));

		for (int k = 1; k < 4; k++)
			same = _mm_and_si128(same,
				_mm_cmpeq_epi8(_mm_loadu_si128(x + k),
					_mm_loadu_si128(y + k)));
		if (_mm_movemask_epi8(same) != 0xffff)
			break;
	}
#else
	(void)a, (void)b, (void)n;
#endif
	return i;
}

static size_t common_start(bytes a, bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n, i = common_blocks(a, b, n);

	for (; i + 8 <= n; i += 8) {
		uint64_t x, y;

		memcpy(&x, a.at + i, 8);
		memcpy(&y, b.at + i, 8);
		if (x != y)
			break;
	}
	while (i < n && a.at[i] == b.at[i])
		i++;
	return i;
}

/* git's order: a directory's name is compared as if it ended in '/'. */
static int name_order(const struct pack_tree_entry *a,
	const struct pack_tree_entry *b)
{
	size_t n = a->name.n < b->name.n ? a->name.n : b->name.n;
	int order = memcmp(a->name.at, b->name.at, n);
	int x = a->name.n > n ? a->name.at[n] : a->is_tree ? '/' : 0;
	int y = b->name.n > n ? b->name.at[n] : b->is_tree ? '/' : 0;

	return order ? order : x - y;
}

/* Where both trees are read up to. */
struct front {
	struct treelog *log;
	size_t at;	 /* entry of the last tree */
	bytes old, rest; /* from there on, of each */
	bytes whole;	 /* the new tree */
	const unsigned char *id;
};

static void add_edit(struct front *f, struct log_edit what)
{
	struct column *edits = &f->log->edits;

	if (!column_grow(edits, 1, sizeof(what))) {
		f->log->has_failed = true;
		return;
	}
	what.at = (uint32_t)f->at;
	((struct log_edit *)edits->at)[edits->n++] = what;
}

static void pass_old(struct front *f)
{
	const struct log_tree *last = &f->log->last;
	size_t end = last->ends[f->at++];

	f->old = bytes_of(last->data + end, last->n - end);
}

/* The entry that f->rest stands behind and that began at `raw`. */
static struct log_edit edit_in(struct front *f, const unsigned char *raw,
	const struct pack_tree_entry *entry)
{
	return (struct log_edit){
		.is_in = true,
		.span = treelog_enter(f->log, f->id,
			bytes_of(raw, (size_t)(f->rest.at - raw)), entry),
		.begin = (uint32_t)(raw - f->whole.at),
		.end = (uint32_t)(f->rest.at - f->whole.at),
	};
}

/* Entries differ at the front of both. False: the new one does not parse. */
static bool differ(struct front *f)
{
	size_t id_size = f->log->options.id_size;
	const unsigned char *raw = f->rest.at;
	struct pack_tree_entry had, has;
	bytes rest = f->rest, old = f->old;
	struct log_edit what = {.is_out = true};
	int order;

	/* The last tree was read by the same function: it parses. */
	if (!pack_tree_next(&rest, id_size, &has) ||
		!pack_tree_next(&old, id_size, &had))
		return false;
	order = name_order(&had, &has);
	if (order >= 0) {
		f->rest = rest;
		what = edit_in(f, raw, &has);
		what.is_out = order == 0;
	}
	add_edit(f, what);
	if (order <= 0)
		pass_old(f);
	return true;
}

static void step_over(struct front *f)
{
	const struct log_tree *last = &f->log->last;
	size_t here = last->n - f->old.n, n;
	size_t end = entries_within(last, f->at,
		here + common_start(f->old, f->rest));

	if (end == f->at)
		return;
	n = last->ends[end - 1] - here;
	f->at = end;
	f->old = bytes_drop(f->old, n);
	f->rest = bytes_drop(f->rest, n);
}

bytes treelog_compare(struct treelog *log, const unsigned char *id, bytes tree)
{
	const struct log_tree *last = &log->last;
	struct front f = {
		.log = log,
		.old = bytes_of(last->data, last->n),
		.rest = tree,
		.whole = tree,
		.id = id,
	};
	struct pack_tree_entry entry;
	const unsigned char *raw;
	bool parses = true;

	log->edits.n = 0;
	while (parses && f.at < last->count && f.rest.n) {
		step_over(&f);
		if (f.at < last->count && f.rest.n)
			parses = differ(&f);
	}
	while (f.at < last->count) {
		add_edit(&f, (struct log_edit){.is_out = true});
		pass_old(&f);
	}
	for (raw = f.rest.at; pack_tree_next(&f.rest, log->options.id_size,
			&entry); raw = f.rest.at)
		add_edit(&f, edit_in(&f, raw, &entry));
	return f.rest;
}
