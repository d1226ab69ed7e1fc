/*
 * Bitbucket Cloud.
 * https://developer.atlassian.com/cloud/bitbucket/rest/: repositories of a
 * workspace, snippets; pages in the body (`values`, `next`). An access token
 * is a bearer's; an API token goes with the e-mail address of its user to the
 * API, and with a fixed name to git. Pull requests have no refs there.
 */
#include "census/internal.h"

#include <stdio.h>

#include "base/banned.h"

static void begin(struct census *c)
{
	const struct census_target *t = &c->target;
	char url[CENSUS_URL];

	if (c->options.extras & CENSUS_SNIPPETS) {
		snprintf(url, sizeof(url), "%s/snippets/%s?pagelen=100",
			t->api, t->path);
		census_push(c, PART_SNIPPETS, url, "");
	}
	snprintf(url, sizeof(url), "%s/repositories/%s?pagelen=100"
		"&sort=created_on", t->api, t->path);
	census_push(c, PART_REPOSITORIES, url, NULL);
}

static enum status read_repository(struct census *c,
	const struct json_value *v, struct error *err)
{
	struct census_found found = {
		.path = census_text(v, "full_name"),
		.suffix = ".git",
		.owner = census_text(json_value_get(v, "project"), "key"),
		.size = census_number(v, "size"),
		.pushed_at = census_date(census_text(v, "updated_on")),
		.flags = census_flag(v, "is_private") ? ROSTER_PRIVATE
						      : ROSTER_PUBLIC,
	};

	if (found.path.n == 0)
		return census_no_list(c, err);
	if (json_value_kind(json_value_get(v, "parent")) == JSON_KIND_OBJECT)
		found.flags |= ROSTER_FORK;
	census_put(c, &found);
	if ((c->options.extras & CENSUS_WIKIS) && census_flag(v, "has_wiki")) {
		found.suffix = ".git/wiki";
		found.size = 0;
		found.flags |= ROSTER_WIKI;
		census_put(c, &found);
	}
	return OK;
}

static enum status read_snippet(struct census *c, const struct json_value *v,
	struct error *err)
{
	char path[CENSUS_URL];
	bytes id = census_text(v, "id");
	struct census_found found = {
		.suffix = ".git",
		.pushed_at = census_date(census_text(v, "updated_on")),
		.flags = ROSTER_SNIPPET |
			 (census_flag(v, "is_private") ? ROSTER_PRIVATE
						       : ROSTER_PUBLIC),
	};

	if (id.n == 0 || bytes_find_byte(id, '/') != BYTES_NONE)
		return census_no_list(c, err);
	snprintf(path, sizeof(path), "snippets/%s/%.*s", c->target.path,
		(int)(id.n < 200 ? id.n : 200), (const char *)id.at);
	found.path = bytes_text(path);
	census_put(c, &found);
	return OK;
}

static enum status read_page(struct census *c, const struct census_page *page,
	struct error *err)
{
	enum status status = census_read_list(c,
		json_value_get(page->root, "values"),
		page->part == PART_SNIPPETS ? read_snippet : read_repository,
		err);

	buf_put(page->next, census_text(page->root, "next"));
	return status;
}

const struct census_provider census_bitbucket = {
	.kind = "bitbucket",
	.takes = "WORKSPACE",
	.token_variable = "STANCH_BITBUCKET_TOKEN",
	.user_variable = "STANCH_BITBUCKET_USERNAME",
	.clone_user = "x-token-auth",
	.clone_user_named = "x-bitbucket-api-token-auth",
	.api = "https://api.bitbucket.org/2.0",
	.web = "https://bitbucket.org",
	.auth = AUTH_BASIC_OR_BEARER,
	.segments_most = 1,
	.begin = begin,
	.read = read_page,
};
