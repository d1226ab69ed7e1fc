/*
 * walk: which commits a range means, resolved and walked by libgit2.
 */
#include "revision/module/internal.h"

#include <stdio.h>
#include <string.h>

#include "base/banned.h"

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
