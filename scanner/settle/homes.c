/*
 * homes: the repositories that have leaks: by name, since paths of an
 * audit's findings begin with it.
 */
#include "settle/internal.h"

#include <stdlib.h>

#include "base/banned.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct settle_home *)a)->name,
		((const struct settle_home *)b)->name);
}

/* Each repository with something due once. */
static void keep_home(void *context, const struct store_home *home)
{
	struct settling *s = context;
	struct settle_home *to;

	if (!column_grow(&s->homes, 1, sizeof(*to))) {
		s->status = ERR_MEMORY;
		return;
	}
	to = (struct settle_home *)s->homes.at + s->homes.n++;
	to->name = arena_copy_text(&s->arena, bytes_text(home->name));
	to->url = arena_copy_text(&s->arena, bytes_text(home->url));
	if (to->name == NULL || to->url == NULL)
		s->status = ERR_MEMORY;
}

/* A respond_find_home: the longest name that the path begins with. */
bool settle_find_home(void *context, bytes path, struct respond_home *out)
{
	const struct settling *s = context;

	for (size_t n = path.n; n > 0; n--) {
		struct settle_home key = {.name = NULL}, *found = NULL;

		if (path.at[n - 1] != '/')
			continue;
		key.name = strndup((const char *)path.at, n - 1);
		if (key.name && s->homes.n)
			found = bsearch(&key, s->homes.at, s->homes.n,
				sizeof(key), by_name);
		free(key.name);
		if (found) {
			*out = (struct respond_home){found->url, n,
				NULL};
			return true;
		}
	}
	return false;
}

/* A policy in one of the repositories is whose it is: nobody's of ours. */
enum status settle_read_homes(struct settling *s)
{
	enum status status = OK;
	struct settle_home *homes;

	if (s->settle->options.response == NULL)
		return OK;
	status = store_read_homes(s->hand->store, s->hand->target, keep_home,
		s, s->err);
	if (status == OK && s->status != OK)
		status = error_set(s->err, s->status, "start to respond");
	homes = s->homes.at;
	if (s->homes.n)
		qsort(homes, s->homes.n, sizeof(*homes), by_name);
	for (size_t i = 0; status == OK && i < s->homes.n; i++)
		if (homes[i].url[0] == '/' && (i == 0 ||
			strcmp(homes[i].name, homes[i - 1].name) != 0))
			status = policy_check_place(
				s->settle->options.policy, homes[i].url,
				s->err);
	return status;
}
