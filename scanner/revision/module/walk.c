/*
 * walk: which commits a range or a date means.
 *
 * A range is resolved and walked by libgit2. A date is walked here: commits
 * in order of their clocks, newest first, until all that wait are older; since
 * a clock may lie, some hundred older ones are still opened, to see newer ones
 * behind them (git looks behind five).
 */
#include "revision/module/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

/* Commits that are too old and yet looked behind. */
#define SLOP 512

/* ---- ranges ------------------------------------------------------------- */

/* Tags on the way to the commit: their messages belong to what is new. */
static int tell_tags(const git_object *end, const struct revision_sink *sink)
{
	git_object *at = NULL, *next = NULL;
	int error = git_object_dup(&at, (git_object *)(uintptr_t)end);

	while (error == 0 && git_object_type(at) == GIT_OBJECT_TAG) {
		if (!sink->tag(sink->context, git_object_id(at)->id)) {
			error = GIT_EUSER;
			break;
		}
		error = git_tag_target(&next, (const git_tag *)at);
		git_object_free(at);
		at = next;
		next = NULL;
	}
	git_object_free(at);
	return error;
}

static int peel(git_oid *out, const git_object *object)
{
	git_object *commit = NULL;
	int error = git_object_peel(&commit, object, GIT_OBJECT_COMMIT);

	if (error == 0)
		git_oid_cpy(out, git_object_id(commit));
	git_object_free(commit);
	return error;
}

static int hide_bases(git_revwalk *walk, git_repository *repository,
	const git_oid *a, const git_oid *b)
{
	git_oidarray bases = {NULL, 0};
	int error = git_merge_bases(&bases, repository, a, b);

	for (size_t i = 0; error == 0 && i < bases.count; i++)
		error = git_revwalk_hide(walk, &bases.ids[i]);
	git_oidarray_dispose(&bases);
	return error == GIT_ENOTFOUND ? 0 : error;
}

static int tell_walk(git_revwalk *walk, const struct revision_sink *sink)
{
	git_oid id;
	int error;

	while ((error = git_revwalk_next(&id, walk)) == 0)
		if (!sink->commit(sink->context, id.id))
			return GIT_EUSER;
	return error == GIT_ITEROVER ? 0 : error;
}

static int new_walk(git_revwalk **out, git_repository *repository)
{
	int error = git_revwalk_new(out, repository);

	if (error == 0)
		error = git_revwalk_sorting(*out, GIT_SORT_TOPOLOGICAL |
							  GIT_SORT_TIME |
							  GIT_SORT_REVERSE);
	return error;
}

static int walk_range(git_repository *repository, const git_revspec *spec,
	const struct revision_sink *sink)
{
	git_revwalk *walk = NULL;
	git_oid from, to;
	int error = new_walk(&walk, repository);

	if (error == 0)
		error = peel(&from, spec->from);
	if (error == 0)
		error = peel(&to, spec->to);
	if (error == 0)
		error = git_revwalk_push(walk, &to);
	if (error == 0 && (spec->flags & GIT_REVSPEC_MERGE_BASE)) {
		error = git_revwalk_push(walk, &from);
		if (error == 0)
			error = hide_bases(walk, repository, &from, &to);
	} else if (error == 0) {
		error = git_revwalk_hide(walk, &from);
	}
	if (error == 0)
		error = tell_walk(walk, sink);
	if (error == 0)
		error = tell_tags(spec->to, sink);
	git_revwalk_free(walk);
	return error;
}

/* "000...0..B", as hooks say for a branch that is new: all that B has and no
 * ref had before. */
static int walk_new(const struct module_opened *opened, const char *end,
	const struct revision_sink *sink)
{
	const struct revision_host *host = opened->host;
	git_object *object = NULL;
	git_revwalk *walk = NULL;
	git_oid to;
	int error = git_revparse_single(&object, opened->repository, end);

	if (error == 0)
		error = peel(&to, object);
	if (error == 0)
		error = new_walk(&walk, opened->repository);
	if (error == 0)
		error = git_revwalk_push(walk, &to);
	for (size_t i = 0; error == 0 && host->hides_refs &&
			   i < host->ref_count; i++) {
		const unsigned char *id;
		git_oid oid;

		host->ref(host->context, i, &id);
		if (id == NULL)
			continue;
		memcpy(oid.id, id, sizeof(oid.id));
		/* Refs to blobs and trees hide nothing. */
		(void)git_revwalk_hide(walk, &oid);
		git_error_clear();
	}
	if (error == 0)
		error = tell_walk(walk, sink);
	if (error == 0)
		error = tell_tags(object, sink);
	git_object_free(object);
	git_revwalk_free(walk);
	return error;
}

static bool starts_at_zero(const char *expression)
{
	return strspn(expression, "0") == GIT_OID_HEXSZ &&
	       strncmp(expression + GIT_OID_HEXSZ, "..", 2) == 0;
}

static enum revision_result result_of(int error, char text[REVISION_TEXT])
{
	if (error == 0)
		return REVISION_OK;
	module_say(text);
	if (error == GIT_EUSER)
		return REVISION_STOPPED;
	return error == GIT_ENOTFOUND || error == GIT_EAMBIGUOUS ||
				error == GIT_EINVALIDSPEC ||
				error == GIT_EPEEL
		       ? REVISION_UNKNOWN
		       : REVISION_FAILED;
}

enum revision_result module_range(void *at, const char *expression,
	const struct revision_sink *sink, char text[REVISION_TEXT])
{
	struct module_opened *opened = at;
	git_revspec spec = {NULL, NULL, 0};
	int error;

	text[0] = '\0';
	if (starts_at_zero(expression)) {
		const char *end = expression + GIT_OID_HEXSZ + 2;

		end += *end == '.';
		return result_of(walk_new(opened, *end ? end : "HEAD", sink),
			text);
	}
	if (strstr(expression, "..") == NULL)
		return REVISION_NOT_A_RANGE;
	error = git_revparse(&spec, opened->repository, expression);
	if (error == 0 && (spec.from == NULL || spec.to == NULL)) {
		git_object_free(spec.from);
		return REVISION_NOT_A_RANGE;
	}
	if (error == 0)
		error = walk_range(opened->repository, &spec, sink);
	git_object_free(spec.from);
	git_object_free(spec.to);
	return result_of(error, text);
}

/* ---- dates -------------------------------------------------------------- */

struct waiting {
	git_commit *commit;
	git_time_t time;
};

struct since {
	git_repository *repository;
	const struct revision_sink *sink;
	int64_t oldest;
	struct waiting *heap; /* the newest first */
	size_t n, room;
	git_oid *seen; /* open addressing; zero: free */
	size_t seen_n, seen_room;
	git_oid *kept;
	size_t kept_n, kept_room;
};

static size_t slot_of(const git_oid *table, size_t room, const git_oid *id)
{
	size_t at;

	memcpy(&at, id->id, sizeof(at));
	for (at &= room - 1; !git_oid_is_zero(&table[at]) &&
			     !git_oid_equal(&table[at], id);)
		at = (at + 1) & (room - 1);
	return at;
}

/* 1: seen before. 0: not; it is now. */
static int see(struct since *s, const git_oid *id)
{
	size_t at;

	if (s->seen_n * 2 >= s->seen_room) {
		size_t room = s->seen_room ? s->seen_room * 2 : 1024;
		git_oid *wide = calloc(room, sizeof(*wide));

		if (wide == NULL)
			return GIT_ERROR;
		for (size_t i = 0; i < s->seen_room; i++)
			if (!git_oid_is_zero(&s->seen[i]))
				wide[slot_of(wide, room, &s->seen[i])] =
					s->seen[i];
		free(s->seen);
		s->seen = wide;
		s->seen_room = room;
	}
	at = slot_of(s->seen, s->seen_room, id);
	if (!git_oid_is_zero(&s->seen[at]))
		return 1;
	s->seen[at] = *id;
	s->seen_n++;
	return 0;
}

static int push(struct since *s, const git_oid *id)
{
	struct waiting w;
	size_t i;
	int error = see(s, id);

	if (error)
		return error == 1 ? 0 : error;
	error = git_commit_lookup(&w.commit, s->repository, id);
	if (error)
		return error;
	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 64;
		struct waiting *heap =
			realloc(s->heap, room * sizeof(*heap));

		if (heap == NULL) {
			git_commit_free(w.commit);
			return GIT_ERROR;
		}
		s->heap = heap;
		s->room = room;
	}
	w.time = git_commit_time(w.commit);
	for (i = s->n++; i && s->heap[(i - 1) / 2].time < w.time;
		i = (i - 1) / 2)
		s->heap[i] = s->heap[(i - 1) / 2];
	s->heap[i] = w;
	return 0;
}

static struct waiting pop(struct since *s)
{
	struct waiting top = s->heap[0], last = s->heap[--s->n];
	size_t i = 0;

	while (2 * i + 1 < s->n) {
		size_t child = 2 * i + 1;

		if (child + 1 < s->n &&
			s->heap[child + 1].time > s->heap[child].time)
			child++;
		if (s->heap[child].time <= last.time)
			break;
		s->heap[i] = s->heap[child];
		i = child;
	}
	if (s->n)
		s->heap[i] = last;
	return top;
}

static int keep(struct since *s, const git_oid *id)
{
	if (s->kept_n == s->kept_room) {
		size_t room = s->kept_room ? s->kept_room * 2 : 64;
		git_oid *kept = realloc(s->kept, room * sizeof(*kept));

		if (kept == NULL)
			return GIT_ERROR;
		s->kept = kept;
		s->kept_room = room;
	}
	s->kept[s->kept_n++] = *id;
	return 0;
}

static int push_refs(struct since *s, const struct revision_host *host)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < host->ref_count; i++) {
		const unsigned char *id;
		git_object *object = NULL;
		git_oid oid, commit;

		host->ref(host->context, i, &id);
		if (id == NULL)
			continue;
		memcpy(oid.id, id, sizeof(oid.id));
		/* What is no commit, or not there, has no date. */
		if (git_object_lookup(&object, s->repository, &oid,
			    GIT_OBJECT_ANY) == 0 &&
			peel(&commit, object) == 0)
			error = push(s, &commit);
		git_object_free(object);
		git_error_clear();
	}
	return error;
}

static int gather(struct since *s)
{
	unsigned slop = 0;
	int error = 0;

	while (error == 0 && s->n && slop < SLOP) {
		struct waiting w = pop(s);
		unsigned parents = git_commit_parentcount(w.commit);

		if (w.time >= s->oldest) {
			error = keep(s, git_commit_id(w.commit));
			slop = 0;
		} else {
			slop++;
		}
		for (unsigned p = 0; error == 0 && p < parents; p++)
			error = push(s, git_commit_parent_id(w.commit, p));
		git_commit_free(w.commit);
	}
	while (s->n)
		git_commit_free(pop(s).commit);
	return error;
}

/* Oldest first: nearly parents first, which is what attribution wants. */
static int tell_kept(const struct since *s)
{
	for (size_t i = s->kept_n; i-- > 0;)
		if (!s->sink->commit(s->sink->context, s->kept[i].id))
			return GIT_EUSER;
	return 0;
}

enum revision_result module_since(void *at, int64_t oldest,
	const struct revision_sink *sink, char text[REVISION_TEXT])
{
	struct module_opened *opened = at;
	struct since s = {.repository = opened->repository, .sink = sink,
		.oldest = oldest};
	int error;

	text[0] = '\0';
	error = push_refs(&s, opened->host);
	if (error == 0)
		error = gather(&s);
	if (error == 0)
		error = tell_kept(&s);
	free(s.heap);
	free(s.seen);
	free(s.kept);
	return result_of(error, text);
}
