/*
 * commits: those that may bring a place: new ones, and, when the order of all
 * is at hand, old ones that refs lead to again.
 *
 * New commits hang on old ones, never the other way round: so what reaches a
 * new one is told from the new ones alone. That old ones are reached as before
 * is told from where the new ones and the refs meet them.
 */
#include "carry/internal.h"

#include "base/limits.h"
#include "header/header.h"

#include <stdlib.h>

#include "base/banned.h"

/* Over so many commits a sweep over all trees costs less than comparing
 * each: in a large store, and in any. */
#define COMMITS_PART 64
#define COMMITS_LEAST 1024

static int by_id(const void *a, const void *b)
{
	return memcmp(((const struct carry_commit *)a)->id,
		((const struct carry_commit *)b)->id, PACK_ID_MAX);
}

uint32_t carry_commit_find(const struct carry *r, const unsigned char *id)
{
	struct carry_commit key = {.parents = 0};
	const struct carry_commit *at;

	memcpy(key.id, id, r->id_size);
	at = r->commits.n ? bsearch(&key, r->commits.at, r->commits.n,
				    sizeof(key), by_id)
			  : NULL;
	return at ? (uint32_t)(at - carry_commit_at(r, 0)) : CARRY_NONE;
}

/* ---- which they are ------------------------------------------------------ */

static bool add_commit(struct carry *r, const unsigned char *id)
{
	struct carry_commit *c;

	if (!column_grow(&r->commits, 1, sizeof(*c)))
		return false;
	c = carry_commit_at(r, r->commits.n++);
	*c = (struct carry_commit){.parents = 0};
	memcpy(c->id, id, r->id_size);
	return true;
}

static bool add_reached(void *carry, const unsigned char *id)
{
	return add_commit(carry, id);
}

/* What the last run's refs led to, as names one after another. */
static unsigned char *old_ends(const struct carry *r, size_t *count)
{
	const struct carry_tips *t = &r->memory.tips;
	unsigned char *ids = calloc(t->n + 1, r->id_size);

	*count = 0;
	for (size_t i = 0; ids && i < t->n; i++)
		if (t->at[i].is_commit)
			memcpy(ids + (*count)++ * r->id_size, t->at[i].target,
				r->id_size);
	return ids;
}

/* Does it matter which old commits are reached? */
static bool hangs_on_old(const struct carry *r)
{
	return r->memory.blob_count > 0 || r->question.needs_reach;
}

static bool list_commits(struct carry *r)
{
	const struct carry_question *q = &r->question;
	unsigned char *ends;
	enum status status;
	size_t count;

	r->commits.n = r->parents.n = 0;
	for (size_t i = 0; i < q->commit_count; i++) {
		const unsigned char *id = q->commits + i * r->id_size;

		if (!q->was_there(q->context, id) && !add_commit(r, id))
			return false;
	}
	if (r->order == NULL || !hangs_on_old(r))
		return true;
	ends = old_ends(r, &count);
	status = ends ? attribute_each_reached(r->order, ends, count,
				add_reached, r)
		      : ERR_MEMORY;
	free(ends);
	return status == OK;
}

/* By name, each once; few enough. */
static bool settle(struct carry *r)
{
	uint64_t most = pack_store_count(r->question.store) / COMMITS_PART;
	size_t kept = 0;

	if (r->commits.n)
		qsort(r->commits.at, r->commits.n,
			sizeof(struct carry_commit), by_id);
	for (size_t i = 0; i < r->commits.n; i++)
		if (kept == 0 || by_id(carry_commit_at(r, i),
					 carry_commit_at(r, kept - 1)))
			*carry_commit_at(r, kept++) = *carry_commit_at(r, i);
	r->commits.n = kept;
	return kept <= (most > COMMITS_LEAST ? most : COMMITS_LEAST);
}

static bool read_parents(struct carry *r, struct carry_commit *c)
{
	unsigned char id[PACK_ID_MAX];
	enum pack_problem problem;
	enum pack_type type;
	bytes text;

	if (pack_read(r->reader, c->id, &type, &text, &problem, NULL) != OK ||
		type != PACK_COMMIT ||
		!header_take_link(&text, r->id_size, "tree ", id))
		return false;
	c->parents = (uint32_t)r->parents.n;
	while (header_take_link(&text, r->id_size, "parent ", id)) {
		if (!column_grow(&r->parents, 1, r->id_size))
			return false;
		memcpy((unsigned char *)r->parents.at +
				r->parents.n++ * r->id_size,
			id, r->id_size);
		c->parent_count++;
	}
	return true;
}

/* ---- that none comes before its parents ---------------------------------- */

/* Numbers of commits, taken from the end. */
struct stack {
	uint32_t *at;
	size_t n;
};

/* From each commit to those that have it as a parent. */
struct children {
	uint32_t *first, *at;
};

static bool list_children(const struct carry *r, struct children *c)
{
	size_t n = r->commits.n;

	c->first = calloc(n + 2, sizeof(*c->first));
	c->at = calloc(r->parents.n + 1, sizeof(*c->at));
	if (!c->first || !c->at)
		return false;
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n; i++) {
			struct carry_commit *own = carry_commit_at(r, i);

			for (uint32_t p = 0; p < own->parent_count; p++) {
				uint32_t parent = carry_commit_find(r,
					carry_parent(r, own, p));

				if (parent == CARRY_NONE)
					continue;
				if (pass)
					c->at[c->first[parent + 1]++] =
						(uint32_t)i;
				else
					c->first[parent + 2]++;
				own->waits += !pass;
			}
		}
		for (size_t i = 2; !pass && i < n + 2; i++)
			c->first[i] += c->first[i - 1];
	}
	return true;
}

/* Only forged names lead round in a circle. */
static bool has_no_circle(struct carry *r)
{
	struct children c = {NULL, NULL};
	struct stack s = {calloc(r->commits.n + 1, sizeof(*s.at)), 0};
	bool is_made = s.at && list_children(r, &c);
	size_t done = 0;

	for (size_t i = 0; is_made && i < r->commits.n; i++)
		if (carry_commit_at(r, i)->waits == 0)
			s.at[s.n++] = (uint32_t)i;
	while (is_made && s.n) {
		uint32_t i = s.at[--s.n];

		done++;
		for (uint32_t k = c.first[i]; k < c.first[i + 1]; k++)
			if (--carry_commit_at(r, c.at[k])->waits == 0)
				s.at[s.n++] = c.at[k];
	}
	free(s.at);
	free(c.first);
	free(c.at);
	return is_made && done == r->commits.n;
}

/* ---- what reaches them --------------------------------------------------- */

static void reach(const struct carry *r, struct stack *s,
	const unsigned char *id)
{
	uint32_t i = carry_commit_find(r, id);

	if (i == CARRY_NONE || carry_commit_at(r, i)->is_reachable)
		return;
	carry_commit_at(r, i)->is_reachable = true;
	s->at[s->n++] = i;
}

static bool reach_all(struct carry *r)
{
	struct stack s = {calloc(r->commits.n + 1, sizeof(*s.at)), 0};

	for (size_t i = 0; s.at && i < r->tips.n; i++)
		if (r->tips.at[i].is_commit)
			reach(r, &s, r->tips.at[i].target);
	while (s.at && s.n) {
		const struct carry_commit *c =
			carry_commit_at(r, s.at[--s.n]);

		for (uint32_t p = 0; p < c->parent_count; p++)
			reach(r, &s, carry_parent(r, c, p));
	}
	free(s.at);
	return s.at != NULL;
}

bool carry_is_before(struct carry *r, uint32_t x, uint32_t y)
{
	struct stack s = {calloc(r->commits.n + 1, sizeof(*s.at)), 0};
	uint32_t mark = ++r->mark;
	bool is_met = false;

	if (s.at)
		s.at[s.n++] = y;
	while (s.n && !is_met) {
		const struct carry_commit *c =
			carry_commit_at(r, s.at[--s.n]);

		for (uint32_t p = 0; p < c->parent_count; p++) {
			uint32_t i = carry_commit_find(r,
				carry_parent(r, c, p));

			if (i == CARRY_NONE ||
				carry_commit_at(r, i)->mark == mark)
				continue;
			carry_commit_at(r, i)->mark = mark;
			s.at[s.n++] = i;
			is_met |= i == x;
		}
	}
	free(s.at);
	return is_met;
}

/* ---- that old ones are reached as before --------------------------------- */

/* Names of old commits, sorted. */
struct ends {
	unsigned char *at;
	size_t n;
	size_t id_size;
};

static int by_name(const void *a, const void *b, void *id_size)
{
	return memcmp(a, b, *(const size_t *)id_size);
}

static void add_end(struct ends *e, const unsigned char *id)
{
	memcpy(e->at + e->n++ * e->id_size, id, e->id_size);
}

static bool has_end(const struct ends *e, const unsigned char *id)
{
	return bytes_find_row(e->at, e->n, e->id_size,
		       bytes_of(id, e->id_size)) != BYTES_NONE;
}

static bool has_all(const struct ends *e, const struct ends *of)
{
	for (size_t i = 0; i < of->n; i++)
		if (!has_end(e, of->at + i * of->id_size))
			return false;
	return true;
}

static void sort_ends(struct ends *e)
{
	if (e->n)
		qsort_r(e->at, e->n, e->id_size, by_name, &e->id_size);
}

/* Where refs, and new commits that they reach, meet old ones. */
static bool list_ends(const struct carry *r, struct ends *now)
{
	*now = (struct ends){calloc(r->tips.n + r->parents.n + 1, r->id_size),
		0, r->id_size};
	if (now->at == NULL)
		return false;
	for (size_t i = 0; i < r->tips.n; i++)
		if (r->tips.at[i].is_commit &&
			carry_commit_find(r, r->tips.at[i].target) ==
				CARRY_NONE)
			add_end(now, r->tips.at[i].target);
	for (size_t i = 0; i < r->commits.n; i++) {
		const struct carry_commit *c = carry_commit_at(r, i);

		for (uint32_t p = 0; c->is_reachable && p < c->parent_count;
			p++)
			if (carry_commit_find(r, carry_parent(r, c, p)) ==
				CARRY_NONE)
				add_end(now, carry_parent(r, c, p));
	}
	sort_ends(now);
	return true;
}

static enum carry_answer compare_ends(struct carry *r)
{
	struct ends now = {NULL, 0, 0}, then = {NULL, 0, r->id_size};
	enum carry_answer answer = CARRY_UNABLE;

	then.at = old_ends(r, &then.n);
	if (then.at && list_ends(r, &now)) {
		sort_ends(&then);
		/* No old one is lost, and none is found. */
		answer = has_all(&now, &then) && (r->memory.is_all_reachable ||
					has_all(&then, &now))
				 ? CARRY_TOLD
				 : CARRY_UNSURE;
	}
	free(now.at);
	free(then.at);
	return answer;
}

/* What refs led to is reached still. */
static bool is_reach_kept(const struct carry *r)
{
	const struct carry_tips *t = &r->memory.tips;

	for (size_t i = 0; i < t->n; i++) {
		bool is_reachable = false;

		if (t->at[i].is_commit &&
			(attribute_rank(r->order, t->at[i].target,
				 &is_reachable) == ATTRIBUTE_NO_RANK ||
				!is_reachable))
			return false;
	}
	return true;
}

/* With an order that is known for each of them. */
static enum carry_answer ask_order(const struct carry *r)
{
	if (r->question.needs_reach && !is_reach_kept(r))
		return CARRY_UNABLE;
	for (size_t i = 0; i < r->commits.n; i++) {
		struct carry_commit *c = carry_commit_at(r, i);
		uint32_t own = attribute_rank(r->order, c->id,
			&c->is_reachable);

		if (own == ATTRIBUTE_NO_RANK)
			return CARRY_UNABLE;
		for (uint32_t p = 0; p < c->parent_count; p++) {
			bool is_reachable;
			uint32_t rank = attribute_rank(r->order,
				carry_parent(r, c, p), &is_reachable);

			if (rank == ATTRIBUTE_NO_RANK || rank >= own)
				return CARRY_UNABLE;
		}
	}
	return CARRY_TOLD;
}

static bool is_all_reachable(const struct carry *r)
{
	if (r->order)
		return attribute_is_all_reachable(r->order);
	for (size_t i = 0; i < r->commits.n; i++)
		if (!carry_commit_at(r, i)->is_reachable)
			return false;
	return r->memory.is_all_reachable;
}

enum carry_answer carry_commits_take(struct carry *r)
{
	enum carry_answer answer;

	if (!list_commits(r) || !settle(r))
		return CARRY_UNABLE;
	for (size_t i = 0; i < r->commits.n; i++)
		if (!read_parents(r, carry_commit_at(r, i)))
			return CARRY_UNABLE;
	if (!has_no_circle(r) || !reach_all(r))
		return CARRY_UNABLE;
	if (r->order)
		answer = ask_order(r);
	else if (!hangs_on_old(r))
		answer = CARRY_TOLD;
	else
		answer = compare_ends(r);
	r->is_all_reachable = answer == CARRY_TOLD && is_all_reachable(r);
	return answer;
}
