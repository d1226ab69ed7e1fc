/*
 * name: the common part of gitrevisions(7): refs in their short forms, names
 * of objects and their abbreviations, then any number of ~N, ^N and ^{...} for
 * commits.
 */
#include "revision/internal.h"

#include "header/header.h"

#include <stdio.h>

#include "base/banned.h"

#define TAG_DEPTH 16
#define REF_MAX 1024

static int hex_value(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Digits from the high one on; false when one is none. */
static bool parse_hex(bytes hex, unsigned char id[PACK_ID_MAX])
{
	memset(id, 0, PACK_ID_MAX);
	if (hex.n > 2 * PACK_ID_MAX)
		return false;
	for (size_t i = 0; i < hex.n; i++) {
		int value = hex_value(hex.at[i]);

		if (value < 0)
			return false;
		id[i / 2] |= (unsigned char)(i % 2 ? value : value << 4);
	}
	return true;
}

/* ---- objects ------------------------------------------------------------ */

bool revision_parent_next(const struct revision *r, bytes *parents,
	unsigned char id[PACK_ID_MAX])
{
	memset(id, 0, PACK_ID_MAX);
	return header_take_link(parents, r->id_size, "parent ", id);
}

bool revision_commit_read(struct revision *r, const unsigned char *id,
	struct revision_commit *out)
{
	unsigned char unused[PACK_ID_MAX];
	enum pack_problem problem;
	enum pack_type type;
	bytes text;

	if (pack_read(r->reader, id, &type, &text, &problem, NULL) != OK ||
		type != PACK_COMMIT ||
		!header_take_link(&text, r->id_size, "tree ", unused))
		return false;
	out->time = header_committer_time(text);
	out->parents = text;
	return true;
}

bool revision_peel(struct revision *r, unsigned char id[PACK_ID_MAX],
	struct revision_list *tags)
{
	for (int depth = 0; depth < TAG_DEPTH; depth++) {
		enum pack_problem problem;
		enum pack_type type;
		bytes text;

		if (pack_read(r->reader, id, &type, &text, &problem, NULL) !=
			OK)
			return false;
		if (type != PACK_TAG)
			return type == PACK_COMMIT;
		if (tags && !revision_list_add(&tags->tags, &tags->tag_count,
				    id, r->id_size))
			return false;
		if (!header_take_link(&text, r->id_size, "object ", id))
			return false;
	}
	return false;
}

/* ---- names -------------------------------------------------------------- */

static bool find_ref(const struct revision *r, bytes name,
	unsigned char id[PACK_ID_MAX])
{
	static const struct {
		const char *before, *after;
	} forms[] = {
		{"", ""}, {"refs/", ""}, {"refs/tags/", ""},
		{"refs/heads/", ""}, {"refs/remotes/", ""},
		{"refs/remotes/", "/HEAD"},
	};
	static const unsigned char none[REPO_ID_MAX];
	char full[REF_MAX];

	if (name.n == 0 || name.n > REF_MAX - 32)
		return false;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const struct repo_ref *ref;

		snprintf(full, sizeof(full), "%s%.*s%s", forms[i].before,
			(int)name.n, (const char *)name.at, forms[i].after);
		ref = repo_find_ref(r->repo, full);
		if (ref && memcmp(ref->id, none, sizeof(none)) != 0) {
			memcpy(id, ref->id, PACK_ID_MAX);
			return true;
		}
	}
	return false;
}

static enum revision_name find_base(struct revision *r, bytes name,
	unsigned char id[PACK_ID_MAX])
{
	unsigned char prefix[PACK_ID_MAX];
	bool is_hex = parse_hex(name, prefix);

	if (name.n == 0 || bytes_equal(name, bytes_text("@")))
		name = bytes_text("HEAD");
	else if (is_hex && name.n == r->id_size * 2) {
		memcpy(id, prefix, PACK_ID_MAX);
		return pack_store_has(r->store, id) ? NAME_RESOLVED
						    : NAME_UNKNOWN;
	}
	if (find_ref(r, name, id))
		return NAME_RESOLVED;
	if (!is_hex || name.n < 4)
		/* "@{...}", ":/text", and "v1-3-gabcdef". */
		return bytes_find_byte(name, '@') != BYTES_NONE ||
				       bytes_find_byte(name, ':') !=
					       BYTES_NONE ||
				       bytes_find(name, bytes_text("-g")) !=
					       BYTES_NONE
			       ? NAME_TOO_RICH
			       : NAME_UNKNOWN;
	switch (pack_store_find_prefix(r->store, prefix, name.n, id, NULL)) {
	case OK:
		return NAME_RESOLVED;
	case ERR_USAGE:
		return NAME_AMBIGUOUS;
	default:
		return NAME_UNKNOWN;
	}
}

/* The n-th parent, from 1; 0 is the commit itself. */
static bool step_parent(struct revision *r, unsigned char id[PACK_ID_MAX],
	size_t n)
{
	struct revision_commit commit;

	if (!revision_peel(r, id, NULL))
		return false;
	if (n == 0)
		return true;
	if (!revision_commit_read(r, id, &commit))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!revision_parent_next(r, &commit.parents, id))
			return false;
	return pack_store_has(r->store, id);
}

/* One suffix at the front of *rest, which is cut off. */
static enum revision_name apply_suffix(struct revision *r, bytes *rest,
	unsigned char id[PACK_ID_MAX])
{
	unsigned char kind = rest->at[0];
	size_t n = 0, at = 1;
	bool has_number = false, is_good = true;

	if (bytes_starts(*rest, bytes_text("^{commit}")) ||
		bytes_starts(*rest, bytes_text("^{}"))) {
		*rest = bytes_drop(*rest, rest->at[2] == '}' ? 3 : 9);
		return revision_peel(r, id, NULL) ? NAME_RESOLVED
						  : NAME_UNKNOWN;
	}
	for (; at < rest->n && rest->at[at] >= '0' && rest->at[at] <= '9' &&
		n < 100000000; at++) {
		n = n * 10 + (size_t)(rest->at[at] - '0');
		has_number = true;
	}
	if (at < rest->n && rest->at[at] != '~' && rest->at[at] != '^')
		return NAME_TOO_RICH;
	*rest = bytes_drop(*rest, at);
	n = has_number ? n : 1;
	if (kind == '^')
		is_good = step_parent(r, id, n);
	else if (n == 0)
		is_good = step_parent(r, id, 0);
	for (size_t i = 0; kind == '~' && is_good && i < n; i++)
		is_good = step_parent(r, id, 1);
	return is_good ? NAME_RESOLVED : NAME_UNKNOWN;
}

enum revision_name revision_resolve(struct revision *r, bytes expression,
	unsigned char id[PACK_ID_MAX])
{
	enum revision_name result;
	size_t n = 0;
	bytes rest;

	while (n < expression.n && expression.at[n] != '~' &&
		expression.at[n] != '^')
		n++;
	rest = bytes_drop(expression, n);
	result = find_base(r, bytes_take(expression, n), id);
	while (result == NAME_RESOLVED && rest.n)
		result = apply_suffix(r, &rest, id);
	return result;
}
