/*
 * Does an entry mean a place? Every kind of condition that the entry has must
 * hold. Paths are compared from the repository's root.
 */
#include "suppress/internal.h"

#include "base/banned.h"

/* The path from the root as head and tail; false when it is elsewhere. */
static bool from_root(const struct suppress_scope *scope, bytes path,
	bytes *head, bytes *tail)
{
	bytes prefix = bytes_text(scope->prefix);

	if (!bytes_starts(path, prefix))
		return false;
	*head = bytes_text(scope->below);
	*tail = bytes_drop(path, prefix.n);
	return true;
}

static bool is_at_path(const struct suppress_scope *scope, bytes path,
	const char *wanted)
{
	bytes head, tail, want = bytes_text(wanted);

	return from_root(scope, path, &head, &tail) &&
	       want.n == head.n + tail.n && bytes_starts(want, head) &&
	       bytes_equal(bytes_drop(want, head.n), tail);
}

/* As git: a pattern that takes a directory takes all below it. */
static bool is_in_patterns(const struct source_ignore *patterns, bytes path)
{
	for (size_t i = 1; i < path.n; i++) {
		bool is_part = path.at[i] == '/' || path.at[i] == '!';
		enum source_kind kind = path.at[i] == '/' ? KIND_DIRECTORY
							  : KIND_FILE;

		if (is_part && source_ignore_match(patterns,
				       bytes_take(path, i), kind) ==
				       VERDICT_IGNORE)
			return true;
	}
	return source_ignore_match(patterns, path, KIND_FILE) ==
	       VERDICT_IGNORE;
}

static bool is_below_patterns(const struct entry *e, bytes path)
{
	bytes head, tail;
	struct buf whole;
	bool is_in;

	if (!from_root(e->scope, path, &head, &tail))
		return false;
	if (head.n == 0)
		return is_in_patterns(e->patterns, tail);
	buf_init(&whole, head.n + tail.n);
	buf_put(&whole, head);
	buf_put(&whole, tail);
	/* Without memory it stays open. */
	is_in = !whole.failed && is_in_patterns(e->patterns,
		buf_bytes(&whole));
	buf_release(&whole);
	return is_in;
}

static bool has_rule(const struct entry *e, const char *id)
{
	for (size_t i = 0; i < e->rule_count; i++) {
		bytes want = bytes_text(e->rules[i]);

		if (want.n && want.at[want.n - 1] == '*'
				? bytes_starts(bytes_text(id),
					  bytes_take(want, want.n - 1))
				: bytes_equal(want, bytes_text(id)))
			return true;
	}
	return false;
}

static bool has_fingerprint(const struct entry *e, const char *fingerprint)
{
	for (size_t i = 0; i < e->fingerprint_count; i++)
		if (strcmp(e->fingerprints[i], fingerprint) == 0)
			return true;
	return false;
}

/* Tools cut a secret at other places: one may hold the other. */
static bool is_akin(bytes a, bytes b)
{
	return bytes_find(a, b) != BYTES_NONE || bytes_find(b, a) != BYTES_NONE;
}

static bool is_at_lines(const struct entry *e, const struct leak_place *place)
{
	return e->line == 0 ||
	       (place->line >= e->line && place->line <= e->end_line);
}

/* What another tool has written of this leak; hashes were compared. */
static bool fits_foreign(const struct entry *e, const struct leak *leak,
	const struct leak_place *place)
{
	bytes secret = bytes_of(e->secret, e->secret_n);

	/* The same secret anywhere; what is akin to it only at its place. */
	if (secret.n && bytes_equal(secret, leak->secret))
		return true;
	if (secret.n && !is_akin(secret, leak->secret))
		return false;
	if (e->path && !is_at_path(e->scope, place->path, e->path))
		return false;
	if (!e->has_hash && !is_at_lines(e, place))
		return false;
	return e->commit == NULL || (place->commit &&
		bytes_equal_nocase(place->commit->id, bytes_text(e->commit)));
}

bool suppress_entry_fits(const struct entry *e, const struct leak *leak,
	const struct leak_place *place)
{
	if (suppress_is_of_leak(e))
		return fits_foreign(e, leak, place);
	if (e->rule_count && !has_rule(e, leak->rule->id))
		return false;
	if (e->fingerprint_count && !has_fingerprint(e, leak->fingerprint))
		return false;
	if (e->has_below && place->confidence >= e->below)
		return false;
	return e->patterns == NULL || is_below_patterns(e, place->path);
}
