#include "roster/roster.h"

#include <fnmatch.h>

#include "base/banned.h"

static const char *behind_slash(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash ? slash + 1 : NULL;
}

static bool is_among(const char *name, const char *const *globs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (const char *at = name; at; at = behind_slash(at))
			if (fnmatch(globs[i], at, FNM_CASEFOLD) == 0)
				return true;
	return false;
}

static const char *by_flags(const struct roster_filter *f,
	const struct roster_repository *r)
{
	unsigned hit = f->without & r->flags;

	if (hit & ROSTER_ARCHIVED)
		return "archived";
	if (hit & ROSTER_FORK)
		return "fork";
	if (hit || (f->only && !(f->only & r->flags)))
		return "filtered";
	if (f->visibility && (r->flags & ROSTER_VISIBILITY) &&
		!(f->visibility & r->flags))
		return "visibility";
	return NULL;
}

const char *roster_filter_reason(const struct roster_filter *f,
	const struct roster_repository *r)
{
	const char *reason = by_flags(f, r);

	if (reason)
		return reason;
	if (f->include_count &&
		!is_among(r->name, f->include, f->include_count))
		return "not_included";
	if (is_among(r->name, f->exclude, f->exclude_count))
		return "excluded";
	if (f->size_most && r->size > f->size_most)
		return "too_large";
	if (f->pushed_since && r->pushed_at &&
		r->pushed_at < f->pushed_since)
		return "not_pushed_since";
	return NULL;
}
