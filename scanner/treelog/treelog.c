#include "treelog/internal.h"

#include "base/hash.h"

#include "base/banned.h"

/* A span that goes on. */
#define SPAN_OPEN UINT32_MAX

uint64_t treelog_key(const unsigned char *id, size_t id_size, uint64_t seed)
{
	uint64_t key = hash_64(bytes_of(id, id_size), seed);

	return key ? key : 1;
}

static uint64_t key_of(const struct treelog *log, bytes text)
{
	return treelog_key(text.at, text.n, log->options.seed);
}

struct treelog *treelog_new(const struct treelog_options *options)
{
	struct treelog *log = calloc(1, sizeof(*log));

	if (log)
		log->options = *options;
	return log;
}

static size_t cost_of(const struct treelog *log)
{
	return log->trees.room * sizeof(uint64_t) +
	       log->entries.room * sizeof(struct treelog_entry) +
	       log->spans.room * sizeof(struct treelog_span) +
	       log->names.room + log->name_at.room * sizeof(uint32_t) +
	       keymap_cost(&log->entry_of) + keymap_cost(&log->name_of);
}

/* Count what the log takes up now. */
static size_t account(struct treelog *log, size_t cost)
{
	size_t held = atomic_fetch_add_explicit(log->options.held,
		cost - log->cost, memory_order_relaxed);

	held += cost - log->cost;
	log->cost = cost;
	return held;
}

static void forget(struct treelog *log)
{
	struct column *columns[] = {&log->trees, &log->entries, &log->spans,
		&log->names, &log->name_at};

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		free(columns[i]->at);
		*columns[i] = (struct column){.at = NULL};
	}
	keymap_release(&log->entry_of);
	keymap_release(&log->name_of);
	(void)account(log, 0);
}

void treelog_free(struct treelog *log)
{
	if (log == NULL)
		return;
	forget(log);
	free(log->edits.at);
	treelog_release(&log->last);
	treelog_release(&log->spare);
	free(log);
}

/* The number of a name; SPAN_NONE without memory. */
static uint32_t intern(struct treelog *log, bytes name)
{
	uint32_t next = (uint32_t)log->name_at.n;
	uint32_t *number = keymap_at(&log->name_of, key_of(log, name), next);

	if (number && *number != next)
		return *number;
	if (number == NULL || log->names.n > UINT32_MAX - name.n - 1 ||
		!column_grow(&log->names, name.n + 1, 1) ||
		!column_grow(&log->name_at, 1, sizeof(uint32_t)))
		return SPAN_NONE;
	((uint32_t *)log->name_at.at)[log->name_at.n++] =
		(uint32_t)log->names.n;
	memcpy((char *)log->names.at + log->names.n, name.at, name.n);
	((char *)log->names.at)[log->names.n + name.n] = '\0';
	log->names.n += name.n + 1;
	return next;
}

static unsigned marks_of(bytes raw, const struct pack_tree_entry *entry)
{
	if (entry->is_tree)
		return TREELOG_TREE;
	return raw.at[0] == '1' && raw.at[1] == '6' ? TREELOG_SUBMODULE : 0;
}

static unsigned tell(struct treelog *log, const unsigned char *id, bytes raw,
	const struct pack_tree_entry *entry)
{
	struct treelog_fresh fresh = {*entry, id, marks_of(raw, entry)};

	return fresh.marks |
	       log->options.fresh(log->options.context, &fresh);
}

/* False without memory. */
static bool add_entry(struct treelog *log, const unsigned char *id, bytes raw,
	const struct pack_tree_entry *entry)
{
	struct treelog_entry row = {
		.key = treelog_key(entry->id, log->options.id_size,
			log->options.seed),
		.name = intern(log, entry->name),
	};

	if (row.name == SPAN_NONE ||
		!column_grow(&log->entries, 1, sizeof(row)))
		return false;
	row.marks = tell(log, id, raw, entry);
	((struct treelog_entry *)log->entries.at)[log->entries.n++] = row;
	return true;
}

/* The number of an entry, told when it is the first; SPAN_NONE without
 * memory. */
static uint32_t number_of(struct treelog *log, const unsigned char *id,
	bytes raw, const struct pack_tree_entry *entry)
{
	uint64_t key = key_of(log, raw);
	struct log_recent *recent = &log->recent[key & (LOG_RECENT - 1)];
	uint32_t next = (uint32_t)log->entries.n, *number;

	if (recent->key == key)
		return recent->entry;
	number = keymap_at(&log->entry_of, key, next);
	if (number == NULL ||
		(*number == next && !add_entry(log, id, raw, entry)))
		return SPAN_NONE;
	*recent = (struct log_recent){key, *number};
	return *number;
}

uint32_t treelog_enter(struct treelog *log, const unsigned char *id, bytes raw,
	const struct pack_tree_entry *entry)
{
	uint32_t number;

	if (log->options.keeps &&
		!log->options.keeps(log->options.context, entry))
		return SPAN_NONE;
	if (log->is_full) {
		(void)tell(log, id, raw, entry);
		return SPAN_NONE;
	}
	number = number_of(log, id, raw, entry);
	if (number == SPAN_NONE || !column_grow(&log->spans, 1,
			sizeof(struct treelog_span))) {
		log->has_failed = true;
		return SPAN_NONE;
	}
	((struct treelog_span *)log->spans.at)[log->spans.n] =
		(struct treelog_span){number, (uint32_t)log->trees.n,
			SPAN_OPEN};
	return (uint32_t)log->spans.n++;
}

/* Spans of entries that the tree in work has not. */
static void close_left_out(struct treelog *log)
{
	const struct log_edit *edits = log->edits.at;
	struct treelog_span *spans = log->spans.at;

	for (size_t i = 0; i < log->edits.n; i++) {
		uint32_t span = edits[i].is_out
					? log->last.spans[edits[i].at]
					: SPAN_NONE;

		if (span != SPAN_NONE)
			spans[span].to = (uint32_t)log->trees.n;
	}
}

static void close_all(struct treelog *log)
{
	struct treelog_span *spans = log->spans.at;

	for (size_t i = 0; i < log->spans.n; i++)
		if (spans[i].to == SPAN_OPEN)
			spans[i].to = (uint32_t)log->trees.n;
}

static void write_tree(struct treelog *log, const unsigned char *id)
{
	if (!column_grow(&log->trees, 1, sizeof(uint64_t))) {
		log->has_failed = true;
		return;
	}
	((uint64_t *)log->trees.at)[log->trees.n++] =
		treelog_key(id, log->options.id_size, log->options.seed);
}

/* Entries, spans and trees have numbers of 32 bits. */
static bool is_over(struct treelog *log)
{
	size_t cost = cost_of(log);

	return (cost != log->cost && account(log, cost) > log->options.limit) ||
	       log->spans.n > UINT32_MAX / 2 || log->trees.n > UINT32_MAX / 2;
}

bytes treelog_add(struct treelog *log, const unsigned char *id, bytes tree)
{
	bytes rest = treelog_compare(log, id, tree);

	if (log->has_failed) {
		log->last.n = log->last.count = 0;
		return rest;
	}
	if (!log->is_full)
		close_left_out(log);
	if (!log->is_full)
		write_tree(log, id);
	if (!treelog_follow(&log->last, &log->spare,
		    bytes_take(tree, tree.n - rest.n), log->edits.at,
		    log->edits.n) && !log->is_full)
		close_all(log);
	if (!log->is_full && is_over(log)) {
		forget(log);
		log->is_full = true;
	}
	return rest;
}

void treelog_end(struct treelog *log)
{
	close_all(log);
	log->last.n = log->last.count = 0;
}

bool treelog_is_full(const struct treelog *log)
{
	return log->is_full;
}

bool treelog_has_failed(const struct treelog *log)
{
	return log->has_failed;
}

const uint64_t *treelog_trees(const struct treelog *log, size_t *count)
{
	*count = log->trees.n;
	return log->trees.at;
}

const struct treelog_entry *treelog_entries(const struct treelog *log,
	size_t *count)
{
	*count = log->entries.n;
	return log->entries.at;
}

const struct treelog_span *treelog_spans(const struct treelog *log,
	size_t *count)
{
	*count = log->spans.n;
	return log->spans.at;
}

const char *treelog_name(const struct treelog *log, uint32_t name)
{
	return (const char *)log->names.at +
	       ((const uint32_t *)log->name_at.at)[name];
}

size_t treelog_name_count(const struct treelog *log)
{
	return log->name_at.n;
}
