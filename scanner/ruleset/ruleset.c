/*
 * The set: what was added, what was dropped, and the order.
 *
 * Rules are only pointed at. While the set grows it is searched one by one,
 * since the built-in ones come sorted and files are few; freezing sorts.
 *
 * A rule that was dropped but is a companion of one that was kept stays, as
 * a helper: it is found and not reported. So `--rule X` finds of X what a
 * whole run would have found.
 */
#include "ruleset/internal.h"

#include "ruleset/builtin.h"

#include "base/hash.h"
#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

/* Names differing in more places than this are not offered as a mend. */
#define DISTANCE_MAX 4
#define NAME_MAX_COMPARED 64
#define WARNINGS_MAX 200

struct ruleset *ruleset_new(void)
{
	struct ruleset *set = calloc(1, sizeof(*set));

	if (set)
		arena_init(&set->arena, LIMIT_RULESET);
	return set;
}

void ruleset_free(struct ruleset *set)
{
	if (set == NULL)
		return;
	arena_release(&set->arena);
	free(set);
}

static enum status no_memory(struct error *err)
{
	return error_set(err, ERR_MEMORY,
		"rules: no memory, or over %zu MiB of rules",
		LIMIT_RULESET >> 20);
}

/* Edit distance, capped: a and b are names of at most 64 bytes. */
static size_t distance(bytes a, bytes b)
{
	size_t row[NAME_MAX_COMPARED + 1];

	if (a.n > NAME_MAX_COMPARED || b.n > NAME_MAX_COMPARED)
		return NAME_MAX_COMPARED;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t best = diagonal;

			if (!bytes_equal_nocase(bytes_part(a, i - 1, i),
				    bytes_part(b, j - 1, j)))
				best++;
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[b.n];
}

void ruleset_nearest_offer(struct ruleset_nearest *n, const char *name)
{
	size_t limit = n->wanted.n / 2 < DISTANCE_MAX ? n->wanted.n / 2
						      : DISTANCE_MAX;
	size_t d = distance(n->wanted, bytes_text(name));

	if (d <= limit && (n->best == NULL || d < n->distance)) {
		n->best = name;
		n->distance = d;
	}
}

const char *ruleset_nearest_id(const struct ruleset *set, const char *id)
{
	struct ruleset_nearest n = {.wanted = bytes_text(id)};

	for (size_t i = 0; i < set->count; i++)
		ruleset_nearest_offer(&n, set->entries[i].rule->id);
	return n.best;
}

/* Are the entries in order already? The built-in ones are. */
static bool is_sorted(const struct ruleset *set)
{
	for (size_t i = 1; i < set->count; i++)
		if (strcmp(set->entries[i - 1].rule->id,
			    set->entries[i].rule->id) >= 0)
			return false;
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct ruleset_entry *left = a, *right = b;

	return strcmp(left->rule->id, right->rule->id);
}

struct ruleset_entry *ruleset_entry(const struct ruleset *set, const char *id)
{
	struct rule rule = {.id = id};
	struct ruleset_entry key = {.rule = &rule};

	if (set->frozen)
		return bsearch(&key, set->entries, set->count,
			sizeof(*set->entries), compare);
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->entries[i].rule->id, id) == 0)
			return &set->entries[i];
	return NULL;
}

enum status ruleset_append(struct ruleset *set, const struct rule *rule,
	uint64_t digest, struct error *err)
{
	if (set->count == LIMIT_RULES)
		return error_set(err, ERR_LIMIT, "more than %d rules",
			LIMIT_RULES);
	if (set->count == set->room) {
		size_t room = set->room ? set->room * 2 : 256;
		struct ruleset_entry *grown =
			arena_array(&set->arena, room, sizeof(*grown));

		if (grown == NULL)
			return no_memory(err);
		if (set->count)
			memcpy(grown, set->entries,
				set->count * sizeof(*grown));
		set->entries = grown;
		set->room = room;
	}
	set->entries[set->count++] = (struct ruleset_entry){rule, digest,
		false};
	return OK;
}

enum status ruleset_put(struct ruleset *set, const struct rule *rule,
	uint64_t digest, struct error *err)
{
	struct ruleset_entry *old = ruleset_entry(set, rule->id);

	if (old == NULL)
		return ruleset_append(set, rule, digest, err);
	*old = (struct ruleset_entry){rule, digest, false};
	return OK;
}

/* `old` and then `added`, in the arena; NULL without memory. */
static void *append(struct arena *arena, const void *old, size_t old_size,
	const void *added, size_t added_size)
{
	unsigned char *both = arena_alloc(arena, old_size + added_size);

	if (both) {
		memcpy(both, old, old_size);
		memcpy(both + old_size, added, added_size);
	}
	return both;
}

enum status ruleset_put_decodes(struct ruleset *set,
	const struct rule_decode *decodes, size_t count, struct error *err)
{
	if (count && set->decode_count)
		decodes = append(&set->arena, set->decodes,
			set->decode_count * sizeof(*decodes), decodes,
			count * sizeof(*decodes));
	if (count == 0)
		return OK;
	if (decodes == NULL)
		return no_memory(err);
	set->decodes = decodes;
	set->decode_count += count;
	return OK;
}

enum status ruleset_put_allowlists(struct ruleset *set,
	const struct rule_allowlist *lists, size_t count, struct error *err)
{
	if (count && set->allowlist_count)
		lists = append(&set->arena, set->allowlists,
			set->allowlist_count * sizeof(*lists), lists,
			count * sizeof(*lists));
	if (count == 0)
		return OK;
	if (lists == NULL)
		return no_memory(err);
	set->allowlists = lists;
	set->allowlist_count += count;
	return OK;
}

void ruleset_warn(struct ruleset *set, const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list args;
	int n;

	if (set->warnings == NULL)
		set->warnings = arena_array(&set->arena, WARNINGS_MAX,
			sizeof(*set->warnings));
	if (set->warnings == NULL || set->warning_count == WARNINGS_MAX)
		return;
	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0)
		return;
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	set->warnings[set->warning_count] =
		arena_copy_text(&set->arena, bytes_text(text));
	set->warning_count += set->warnings[set->warning_count] != NULL;
}

/* Is the id the pattern, or does it begin as a pattern with '*' says? */
static bool is_named(const char *id, bytes pattern)
{
	if (bytes_ends(pattern, bytes_text("*")))
		return bytes_starts(bytes_text(id),
			bytes_take(pattern, pattern.n - 1));
	return bytes_equal(bytes_text(id), pattern);
}

static enum status no_such_rule(const struct ruleset *set, const char *id,
	struct error *err)
{
	const char *near = ruleset_nearest_id(set, id);

	if (near)
		return error_set(err, ERR_USAGE,
			"no rule '%s'; did you mean '%s'?", id, near);
	return error_set(err, ERR_USAGE,
		"no rule '%s'; `stanch rules list` shows them", id);
}

/* Every name must fit a rule that is still there. */
static enum status check_names(const struct ruleset *set,
	const char *const *ids, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		bool found = false;

		for (size_t j = 0; j < set->count && !found; j++)
			found = is_named(set->entries[j].rule->id,
				bytes_text(ids[i]));
		if (!found)
			return no_such_rule(set, ids[i], err);
	}
	return OK;
}

enum named { DROP_NAMED, DROP_OTHERS };

static enum status drop(struct ruleset *set, const char *const *ids,
	size_t count, enum named which, struct error *err)
{
	enum status status = check_names(set, ids, count, err);

	if (status != OK)
		return status;
	for (size_t i = 0; i < set->count; i++) {
		bool named = false;

		for (size_t j = 0; j < count && !named; j++)
			named = is_named(set->entries[i].rule->id,
				bytes_text(ids[j]));
		set->entries[i].dropped |= named == (which == DROP_NAMED);
	}
	return OK;
}

enum status ruleset_keep(struct ruleset *set, const char *const *ids,
	size_t count, struct error *err)
{
	return drop(set, ids, count, DROP_OTHERS, err);
}

enum status ruleset_exclude(struct ruleset *set, const char *const *ids,
	size_t count, struct error *err)
{
	return drop(set, ids, count, DROP_NAMED, err);
}

/* A dropped companion of a kept rule comes back as a helper. */
static enum status revive(struct ruleset *set, struct ruleset_entry *entry,
	struct error *err)
{
	struct rule *helper = arena_alloc(&set->arena, sizeof(*helper));

	if (helper == NULL)
		return no_memory(err);
	*helper = *entry->rule;
	helper->helper = true;
	*entry = (struct ruleset_entry){helper, ruleset_rule_digest(helper),
		false};
	return OK;
}

static enum status resolve(struct ruleset *set, const struct rule *rule,
	bool *revived, struct error *err)
{
	for (size_t i = 0; i < rule->companion_count; i++) {
		const char *id = rule->companions[i].rule;
		struct ruleset_entry *entry = ruleset_entry(set, id);
		enum status status;

		if (entry == NULL) {
			const char *near = ruleset_nearest_id(set, id);

			return error_set(err, ERR_RULES,
				"%s:%u: rule '%s': no rule '%s' for its "
				"companion%s%s%s", rule->file, rule->line,
				rule->id, id, near ? "; did you mean '" : "",
				near ? near : "", near ? "'?" : "");
		}
		if (!entry->dropped)
			continue;
		status = revive(set, entry, err);
		if (status != OK)
			return status;
		*revived = true;
	}
	return OK;
}

/* All rules' companions, until no more come back. */
static enum status resolve_all(struct ruleset *set, struct error *err)
{
	bool revived = true;

	while (revived) {
		revived = false;
		for (size_t i = 0; i < set->count; i++) {
			enum status status;

			if (set->entries[i].dropped)
				continue;
			status = resolve(set, set->entries[i].rule, &revived,
				err);
			if (status != OK)
				return status;
		}
	}
	return OK;
}

enum status ruleset_freeze(struct ruleset *set, struct error *err)
{
	enum status status;
	size_t kept = 0, reported = 0;

	if (!is_sorted(set))
		qsort(set->entries, set->count, sizeof(*set->entries),
			compare);
	set->frozen = true;
	status = resolve_all(set, err);
	if (status != OK)
		return status;
	for (size_t i = 0; i < set->count; i++) {
		if (set->entries[i].dropped)
			continue;
		reported += !set->entries[i].rule->helper;
		set->entries[kept++] = set->entries[i];
	}
	set->count = kept;
	if (reported == 0)
		return error_set(err, ERR_RULES, "no rule is active: add "
			"rules, or exclude fewer");
	return OK;
}

size_t ruleset_count(const struct ruleset *set)
{
	return set->count;
}

const struct rule *ruleset_rule(const struct ruleset *set, size_t i)
{
	return set->entries[i].rule;
}

const struct rule *ruleset_find(const struct ruleset *set, const char *id)
{
	const struct ruleset_entry *entry = ruleset_entry(set, id);

	return entry ? entry->rule : NULL;
}

size_t ruleset_index(const struct ruleset *set, const struct rule *rule)
{
	const struct ruleset_entry *entry = ruleset_entry(set, rule->id);

	return entry ? (size_t)(entry - set->entries) : set->count;
}

const struct rule_decode *ruleset_decodes(const struct ruleset *set,
	size_t *count)
{
	*count = set->decode_count;
	return set->decodes;
}

const struct rule_allowlist *ruleset_allowlists(const struct ruleset *set,
	size_t *count)
{
	*count = set->allowlist_count;
	return set->allowlists;
}

size_t ruleset_warning_count(const struct ruleset *set)
{
	return set->warning_count;
}

const char *ruleset_warning(const struct ruleset *set, size_t i)
{
	return set->warnings[i];
}

enum status ruleset_add_builtin(struct ruleset *set, struct error *err)
{
	const struct ruleset_builtin *data = &ruleset_builtin_data;
	bool alone = set->count == 0;
	enum status status = OK;

	if (set->has_builtin)
		return OK;
	/* At start there is nothing to look through: their ids differ. */
	for (size_t i = 0; status == OK && i < data->rule_count; i++)
		status = (alone ? ruleset_append : ruleset_put)(set,
			&data->rules[i], data->digests[i], err);
	if (status == OK)
		status = ruleset_put_decodes(set, data->decodes,
			data->decode_count, err);
	if (status == OK)
		status = ruleset_put_allowlists(set, data->allowlists,
			data->allowlist_count, err);
	set->has_builtin = status == OK;
	return status;
}
