/*
 * Gitea and Forgejo, wherever they are: gitea:HOST/ORG.
 * https://docs.gitea.com/api: /orgs/{org}/repos, /users/{user}/repos; pages by
 * Link, 50 entries at most unless the server is told otherwise.
 */
#include "census/internal.h"

#include <stdio.h>

#include "base/banned.h"

static void begin(struct census *c)
{
	const struct census_target *t = &c->target;
	char url[CENSUS_URL], otherwise[CENSUS_URL];

	snprintf(url, sizeof(url), "%s/orgs/%s/repos?limit=50&page=1", t->api,
		t->path);
	snprintf(otherwise, sizeof(otherwise),
		"%s/users/%s/repos?limit=50&page=1", t->api, t->path);
	census_push(c, PART_REPOSITORIES, url, otherwise);
}

static enum status read_repository(struct census *c,
	const struct json_value *v, struct error *err)
{
	struct census_found found = {
		.path = census_text(v, "full_name"),
		.suffix = ".git",
		.owner = census_text(json_value_get(v, "owner"), "login"),
		.size = census_number(v, "size") * 1024,
		.pushed_at = census_date(census_text(v, "updated_at")),
	};

	if (found.path.n == 0)
		return census_no_list(c, err);
	if (census_flag(v, "internal"))
		found.flags |= ROSTER_INTERNAL;
	else
		found.flags |= census_flag(v, "private") ? ROSTER_PRIVATE
							 : ROSTER_PUBLIC;
	found.flags |= census_flag(v, "archived") ? ROSTER_ARCHIVED : 0u;
	found.flags |= census_flag(v, "fork") ? ROSTER_FORK : 0u;
	found.flags |= census_flag(v, "mirror") ? ROSTER_MIRROR : 0u;
	found.flags |= census_flag(v, "empty") ? ROSTER_EMPTY : 0u;
	census_put(c, &found);
	if ((c->options.extras & CENSUS_WIKIS) && census_flag(v, "has_wiki")) {
		found.suffix = ".wiki.git";
		found.size = 0;
		found.flags |= ROSTER_WIKI;
		census_put(c, &found);
	}
	return OK;
}

static enum status read_page(struct census *c, const struct census_page *page,
	struct error *err)
{
	enum status status = census_read_list(c, page->root, read_repository,
		err);

	census_next_link(page);
	return status;
}

const struct census_provider census_gitea = {
	.kind = "gitea",
	.takes = "HOST/ORG",
	.token_variable = "STANCH_GITEA_TOKEN",
	.clone_user = "token",
	.api_path = "/api/v1",
	.auth = AUTH_TOKEN,
	.segments_most = 1,
	.begin = begin,
	.read = read_page,
};
