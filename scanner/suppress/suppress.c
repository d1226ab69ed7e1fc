/*
 * Entries from all files in one list, in order; those of baselines are found
 * by their fingerprint, the others are tried one after another. A place is
 * judged once: baseline, then another tool's file, then settings, then the
 * comment on its line. Expired entries speak for nobody, and are told.
 */
#include "suppress/internal.h"

#include "base/hash.h"
#include "base/limits.h"
#include "base/secret.h"

#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

#define TEXT_MAX ((size_t)4096)

struct suppress *suppress_new(struct error *err)
{
	struct suppress *s = calloc(1, sizeof(*s));

	if (s == NULL)
		(void)suppress_no_memory(err);
	else
		arena_init(&s->arena, LIMIT_SUPPRESS);
	return s;
}

/* Down to the first n entries. */
static void cut_entries(struct suppress *s, size_t n)
{
	for (; s->n > n; s->n--) {
		struct entry *last = &s->entries[s->n - 1];

		source_ignore_free(last->patterns);
		if (last->secret_n)
			secret_wipe(last->secret, last->secret_n);
	}
}

void suppress_free(struct suppress *s)
{
	if (s == NULL)
		return;
	cut_entries(s, 0);
	free(s->entries);
	free(s->by_fingerprint);
	free(s->wanted);
	free(s->problems);
	arena_release(&s->arena);
	free(s);
}

enum status suppress_no_memory(struct error *err)
{
	return error_set(err, ERR_MEMORY, "no memory for suppressions");
}

struct entry *suppress_entry_new(struct suppress *s, const char *name,
	struct error *err)
{
	struct entry *more = s->entries;

	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 64;

		more = reallocarray(s->entries, room, sizeof(*more));
		if (more == NULL) {
			(void)suppress_no_memory(err);
			return NULL;
		}
		s->entries = more;
		s->room = room;
	}
	s->is_sorted = false;
	s->entries[s->n] = (struct entry){.shown = {.file = name}};
	return &s->entries[s->n++];
}

const char *suppress_text(struct suppress *s, bytes text, bool *is_lost)
{
	char *kept = NULL;

	if (text.n == 0)
		return NULL;
	kept = arena_copy_text(&s->arena, text);
	*is_lost = *is_lost || kept == NULL;
	return kept;
}

const struct suppress_scope *suppress_scope(struct suppress *s,
	const struct suppress_scope *scope)
{
	struct suppress_scope *kept = arena_alloc(&s->arena, sizeof(*kept));

	if (kept == NULL)
		return NULL;
	kept->prefix = arena_copy_text(&s->arena, bytes_text(scope->prefix));
	kept->below = arena_copy_text(&s->arena, bytes_text(scope->below));
	return kept->prefix && kept->below ? kept : NULL;
}

/* One text more in a list of them. */
enum status suppress_list_add(struct suppress *s, const char ***list,
	size_t *n, bytes text, struct error *err)
{
	const char **more = reallocarray(*list, *n + 1, sizeof(*more));
	char *kept;

	if (more == NULL)
		return suppress_no_memory(err);
	*list = more;
	kept = arena_copy_text(&s->arena, text);
	if (kept == NULL)
		return suppress_no_memory(err);
	more[(*n)++] = kept;
	return OK;
}

void suppress_entry_says(struct suppress *s, struct entry *e,
	const char *reason, const char *owner, const char *expires,
	bool *is_lost)
{
	struct suppress_entry *shown = &e->shown;

	shown->reason = suppress_text(s, bytes_text(reason ? reason : ""),
		is_lost);
	shown->owner = suppress_text(s, bytes_text(owner ? owner : ""),
		is_lost);
	shown->expires = suppress_text(s, bytes_text(expires ? expires : ""),
		is_lost);
	if (shown->expires)
		(void)baseline_day_end(bytes_text(shown->expires), &e->end);
}

/* ---- adding ------------------------------------------------------------- */

static enum status add_own(struct suppress *s, const char *name, bytes text,
	const struct suppress_scope *scope, struct error *err)
{
	struct baseline b;
	enum status status;
	bool is_lost = false;

	(void)scope;
	baseline_init(&b);
	status = baseline_read(&b, name, text, err);
	for (size_t i = 0; status == OK && i < b.n; i++) {
		struct entry *e = suppress_entry_new(s, name, err);

		if (e == NULL) {
			status = ERR_MEMORY;
			break;
		}
		e->fingerprint = suppress_text(s,
			bytes_text(b.at[i].fingerprint), &is_lost);
		e->shown.line = b.at[i].line;
		e->shown.what = e->fingerprint;
		e->shown.kind = "baseline";
		suppress_entry_says(s, e, b.at[i].reason, b.at[i].owner,
			b.at[i].expires, &is_lost);
	}
	baseline_release(&b);
	return status == OK && is_lost ? suppress_no_memory(err) : status;
}

typedef enum status add_fn(struct suppress *s, const char *name, bytes text,
	const struct suppress_scope *scope, struct error *err);

/* Take back what a broken file of the judged repository has added. */
static enum status add(struct suppress *s, const char *name, bytes text,
	const struct suppress_scope *scope, enum suppress_trust trust,
	add_fn *fn, struct error *err)
{
	size_t n = s->n, wanted = s->wanted_count;
	bool allows = s->allows_comments;
	struct error why = {.code = OK};
	char *kept = arena_copy_text(&s->arena, bytes_text(name));
	enum status status;

	if (kept == NULL)
		return suppress_no_memory(err);
	status = fn(s, kept, text, scope, &why);
	if (status == OK)
		return OK;
	if (err && (trust == SUPPRESS_TRUSTED || status == ERR_MEMORY))
		*err = why;
	if (trust == SUPPRESS_TRUSTED || status == ERR_MEMORY)
		return status;
	cut_entries(s, n);
	s->wanted_count = wanted;
	s->allows_comments = allows;
	return suppress_list_add(s, &s->problems, &s->problem_count,
		bytes_text(why.text), err);
}

enum status suppress_add_baseline(struct suppress *s, const char *name,
	bytes text, const struct suppress_scope *scope,
	enum suppress_trust trust, struct error *err)
{
	return add(s, name, text, scope, trust, suppress_is_foreign(text)
		? suppress_add_foreign : add_own, err);
}

enum status suppress_add_settings(struct suppress *s, const char *name,
	bytes toml, const struct suppress_scope *scope,
	enum suppress_trust trust, struct error *err)
{
	return add(s, name, toml, scope, trust, suppress_read_settings, err);
}

const char *suppress_wanted_baseline(const struct suppress *s, size_t i)
{
	if (s->wanted_count == 0)
		return i == 0 ? SUPPRESS_BASELINE : NULL;
	return i < s->wanted_count ? s->wanted[i] : NULL;
}

bool suppress_names_baselines(const struct suppress *s)
{
	return s->wanted_count > 0;
}

const char *suppress_problem(const struct suppress *s, size_t i)
{
	return i < s->problem_count ? s->problems[i] : NULL;
}

/* ---- applying ----------------------------------------------------------- */

struct applying {
	struct suppress *s;
	const struct suppress_options *options;
	struct suppress_count *count;
	int64_t now;
	bool is_lost;
};

static int compare(const void *a, const void *b)
{
	const struct entry *const *x = a, *const *y = b;
	int order = strcmp((*x)->fingerprint, (*y)->fingerprint);

	return order ? order : (*x > *y) - (*x < *y);
}

/* Each kind of entries in a list of its own: a baseline may be long. */
static enum status sort(struct suppress *s, struct error *err)
{
	const struct entry **lists = calloc(s->n + 1, sizeof(*lists));
	size_t front = 0, back = s->n;

	if (lists == NULL)
		return suppress_no_memory(err);
	free(s->by_fingerprint);
	s->by_fingerprint = lists;
	for (size_t i = 0; i < s->n; i++)
		if (s->entries[i].fingerprint)
			lists[front++] = &s->entries[i];
	s->fingerprint_count = front;
	qsort(lists, front, sizeof(*lists), compare);
	s->foreign = lists + front;
	for (size_t i = 0; i < s->n; i++)
		if (suppress_is_of_leak(&s->entries[i]))
			lists[front++] = &s->entries[i];
	s->foreign_count = front - s->fingerprint_count;
	for (size_t i = s->n; i-- > 0;)
		if (!s->entries[i].fingerprint &&
			!suppress_is_of_leak(&s->entries[i]))
			lists[--back] = &s->entries[i];
	s->settings = lists + back;
	s->settings_count = s->n - back;
	s->is_sorted = true;
	return OK;
}

/* The first of those with this fingerprint, or how many there are. */
static size_t first_of(const struct suppress *s, bytes fingerprint)
{
	size_t low = 0, high = s->fingerprint_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bytes_compare(bytes_text(
				s->by_fingerprint[middle]->fingerprint),
			    fingerprint) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct entry *own(const struct applying *a, const struct entry *e)
{
	return &a->s->entries[e - a->s->entries];
}

/* Of two entries the one that holds. */
static struct entry *better(struct entry *best, struct entry *e)
{
	return best && !(best->shown.is_expired && !e->shown.is_expired)
		? best : e;
}

static struct entry *of_baseline(const struct applying *a, bytes fingerprint)
{
	const struct suppress *s = a->s;
	struct entry *best = NULL;

	for (size_t i = first_of(s, fingerprint); i < s->fingerprint_count &&
		bytes_equal(bytes_text(s->by_fingerprint[i]->fingerprint),
			fingerprint); i++)
		best = better(best, own(a, s->by_fingerprint[i]));
	return best;
}

/* An entry of another tool that means this leak by any of its places. */
static struct entry *of_foreign(const struct applying *a,
	const struct leak *leak)
{
	unsigned char sha1[SHA1_SIZE];

	if (a->s->foreign_count)
		hash_sha1(leak->secret, sha1);
	for (size_t i = 0; i < a->s->foreign_count; i++) {
		const struct entry *e = a->s->foreign[i];

		if (e->has_hash && memcmp(e->sha1, sha1, sizeof(sha1)) != 0)
			continue;
		for (size_t p = 0; p < leak->place_count; p++)
			if (suppress_entry_fits(e, leak, &leak->places[p]))
				return own(a, e);
	}
	return NULL;
}

static struct entry *of_settings(const struct applying *a,
	const struct leak *leak, const struct leak_place *place)
{
	struct entry *best = NULL;

	for (size_t i = 0; i < a->s->settings_count; i++)
		if (suppress_entry_fits(a->s->settings[i], leak, place))
			best = better(best, own(a, a->s->settings[i]));
	return best;
}

/* "baseline: reason (@web, until 2027-01-31)" */
static const char *say(struct applying *a, const struct leak_suppression *by)
{
	const char *text;
	struct buf b;

	buf_init(&b, TEXT_MAX);
	buf_put_text(&b, by->kind);
	if (by->from)
		buf_printf(&b, " %s", by->from);
	if (by->reason)
		buf_printf(&b, ": %s", by->reason);
	if (by->owner || by->expires)
		buf_printf(&b, " (%s%s%s%s)", by->owner ? by->owner : "",
			by->owner && by->expires ? ", " : "",
			by->expires ? "until " : "",
			by->expires ? by->expires : "");
	if (b.failed) {
		buf_clear(&b);
		buf_put_text(&b, by->kind);
	}
	text = suppress_text(a->s, buf_bytes(&b), &a->is_lost);
	buf_release(&b);
	return text;
}

static void prepare(struct applying *a, struct entry *e)
{
	struct buf from;

	if (e->text)
		return;
	buf_init(&from, TEXT_MAX);
	buf_printf(&from, "%.500s:%u", e->shown.file, e->shown.line);
	e->said = (struct leak_suppression){
		.kind = e->shown.kind,
		.from = suppress_text(a->s, buf_bytes(&from), &a->is_lost),
		.reason = e->shown.reason,
		.owner = e->shown.owner,
		.expires = e->shown.expires,
	};
	buf_release(&from);
	e->text = say(a, &e->said);
}

/* A comment on its line; NULL when none speaks for it. */
static const struct leak_suppression *by_comment(struct applying *a,
	const struct leak *leak, const struct leak_place *place)
{
	struct leak_suppression *by;
	const char *mark = NULL;
	bytes reason = {NULL, 0};

	if (a->options->comments == SUPPRESS_INLINE_IGNORE ||
		!suppress_comment(place->allow, leak->rule,
			a->options->rules, &reason, &mark))
		return NULL;
	by = arena_alloc(&a->s->arena, sizeof(*by));
	if (by == NULL) {
		a->is_lost = true;
		return NULL;
	}
	by->kind = "inline";
	by->reason = suppress_text(a->s, reason, &a->is_lost);
	by->is_held = a->options->comments == SUPPRESS_INLINE_HOLD &&
		      !a->s->allows_comments;
	return by;
}

static void refuse(struct applying *a, struct leak_place *place,
	const char *text, const char *why)
{
	struct buf b;

	buf_init(&b, TEXT_MAX + 64);
	buf_printf(&b, "%s: %s", why, text ? text : "");
	place->refused = suppress_text(a->s, buf_bytes(&b), &a->is_lost);
	buf_release(&b);
	a->count->refused++;
}

/* The entry that speaks for a place; one that is over only when no other. */
static struct entry *by_entry(const struct applying *a,
	const struct leak *leak, const struct leak_place *place,
	struct entry *known)
{
	struct entry *set;

	if (known && !known->shown.is_expired)
		return known;
	set = of_settings(a, leak, place);
	return set && (known == NULL || !set->shown.is_expired) ? set : known;
}

static void judge(struct applying *a, const struct leak *leak,
	struct leak_place *place, struct entry *known)
{
	bool is_live = leak->verdict &&
		       verdict_is_live(leak->verdict->verdict);
	struct entry *e = by_entry(a, leak, place, known);
	const struct leak_suppression *by = NULL;
	const char *text = NULL;

	if (e) {
		prepare(a, e);
		e->shown.used++;
		text = e->text;
	}
	if (e && !e->shown.is_expired)
		by = &e->said;
	else if ((by = by_comment(a, leak, place)) != NULL)
		text = say(a, by);
	if (by && is_live) {
		refuse(a, place, text, "verified live, so not suppressed");
	} else if (by) {
		place->suppression = by;
		place->suppressed = text;
		a->count->held += by->is_held;
	} else if (e) {
		refuse(a, place, text, "expired");
	}
}

static void judge_leak(struct applying *a, struct leak *leak)
{
	struct entry *known = of_baseline(a, bytes_text(leak->fingerprint));

	if (known == NULL || known->shown.is_expired) {
		struct entry *foreign = of_foreign(a, leak);

		known = foreign ? foreign : known;
	}
	for (size_t p = 0; p < leak->place_count; p++) {
		struct leak_place *place = &leak->places[p];

		place->suppressed = place->refused = NULL;
		place->suppression = NULL;
		judge(a, leak, place, known);
		if (place->suppressed == NULL)
			a->count->open++;
		else
			a->count->suppressed++;
	}
}

static void set_ends(struct applying *a)
{
	for (size_t i = 0; i < a->s->n; i++) {
		struct entry *e = &a->s->entries[i];

		e->shown.used = 0;
		e->shown.is_expired = e->end != 0 && a->now >= e->end;
	}
}

enum status suppress_apply(struct suppress *s, struct leaks *leaks,
	const struct suppress_options *options, struct suppress_count *count,
	struct error *err)
{
	struct suppress_count sum = {.open = 0};
	struct applying a = {.s = s, .options = options, .count = &sum,
		.now = options->now ? options->now : (int64_t)time(NULL)};

	if (!s->is_sorted && sort(s, err) != OK)
		return ERR_MEMORY;
	set_ends(&a);
	for (size_t i = 0; i < leaks_count(leaks); i++)
		judge_leak(&a, leaks_edit(leaks, i));
	if (a.is_lost)
		return suppress_no_memory(err);
	*count = sum;
	return OK;
}

const char *suppress_by_fingerprint(struct suppress *s, bytes fingerprint,
	int64_t now)
{
	struct applying a = {.s = s,
		.now = now ? now : (int64_t)time(NULL)};
	struct entry *e;

	if (!s->is_sorted) {
		if (sort(s, NULL) != OK)
			return NULL;
		set_ends(&a);
	}
	e = of_baseline(&a, fingerprint);
	if (e == NULL || e->shown.is_expired)
		return NULL;
	prepare(&a, e);
	e->shown.used++;
	return e->text;
}

const struct suppress_entry *suppress_entry(const struct suppress *s,
	size_t i)
{
	return i < s->n ? &s->entries[i].shown : NULL;
}
