/*
 * GitLab, its own and others' instances.
 * https://docs.gitlab.com/api/groups/ ("List projects": include_subgroups),
 * /api/project_snippets/, /api/rest/ (pagination: Link, and x-next-page where
 * a proxy drops it; RateLimit-*). When a project was last active is told with
 * up to an hour's delay, so it is no proof that nothing came.
 */
#include "census/internal.h"

#include <stdio.h>

#include "base/banned.h"

#define DELAY 3600

/* A list in an address of this API, with the path as one segment. */
static void list_url(const struct census *c, const char *what,
	const char *options, char url[CENSUS_URL])
{
	struct buf path;

	buf_init(&path, CENSUS_URL);
	census_encode(&path, bytes_text(c->target.path));
	snprintf(url, CENSUS_URL, "%s/%s/%s/projects?%sstatistics=true"
		"&order_by=id&sort=asc&per_page=100", c->target.api, what,
		buf_text(&path), options);
	buf_release(&path);
}

static void begin(struct census *c)
{
	char url[CENSUS_URL], otherwise[CENSUS_URL];
	bool may_be_user = strchr(c->target.path, '/') == NULL;

	list_url(c, "groups", "include_subgroups=true&with_shared=false&",
		url);
	list_url(c, "users", "", otherwise);
	census_push(c, PART_REPOSITORIES, url, may_be_user ? otherwise : NULL);
}

static unsigned flags_of(const struct json_value *v)
{
	bytes visibility = census_text(v, "visibility");
	unsigned flags = 0;

	if (bytes_equal(visibility, bytes_text("public")))
		flags |= ROSTER_PUBLIC;
	else if (bytes_equal(visibility, bytes_text("internal")))
		flags |= ROSTER_INTERNAL;
	else if (bytes_equal(visibility, bytes_text("private")))
		flags |= ROSTER_PRIVATE;
	flags |= census_flag(v, "archived") ? ROSTER_ARCHIVED : 0u;
	flags |= census_flag(v, "mirror") ? ROSTER_MIRROR : 0u;
	flags |= census_flag(v, "empty_repo") ? ROSTER_EMPTY : 0u;
	if (json_value_kind(json_value_get(v, "forked_from_project")) ==
		JSON_KIND_OBJECT)
		flags |= ROSTER_FORK;
	if (bytes_equal(census_text(v, "repository_access_level"),
		    bytes_text("disabled")))
		flags |= ROSTER_DISABLED;
	return flags;
}

static bool is_off(const struct json_value *v, const char *level)
{
	return bytes_equal(census_text(v, level), bytes_text("disabled"));
}

static void lead_to_snippets(struct census *c, const struct json_value *v)
{
	char url[CENSUS_URL];

	if (is_off(v, "snippets_access_level"))
		return;
	snprintf(url, sizeof(url), "%s/projects/%llu/snippets?per_page=100",
		c->target.api, (unsigned long long)census_number(v, "id"));
	census_lead(c, PART_SNIPPETS, url);
}

static enum status read_project(struct census *c, const struct json_value *v,
	struct error *err)
{
	int64_t active = census_date(census_text(v, "last_activity_at"));
	struct census_found found = {
		.path = census_text(v, "path_with_namespace"),
		.suffix = ".git",
		.owner = census_text(json_value_get(v, "namespace"),
			"full_path"),
		.size = census_number(json_value_get(v, "statistics"),
			"repository_size"),
		.pushed_at = active ? active + DELAY : 0,
		.flags = flags_of(v),
	};

	if (found.path.n == 0 || census_number(v, "id") == 0)
		return census_no_list(c, err);
	census_put(c, &found);
	if ((c->options.extras & CENSUS_WIKIS) &&
		!is_off(v, "wiki_access_level")) {
		found.suffix = ".wiki.git";
		found.size = 0;
		found.flags &= ~(unsigned)(ROSTER_DISABLED | ROSTER_EMPTY);
		found.flags |= ROSTER_WIKI;
		census_put(c, &found);
	}
	if (c->options.extras & CENSUS_SNIPPETS)
		lead_to_snippets(c, v);
	return OK;
}

/* "https://host/group/project/snippets/7.git": only its path is used. */
static enum status read_snippet(struct census *c, const struct json_value *v,
	struct error *err)
{
	bytes url = census_text(v, "http_url_to_repo");
	bytes web = bytes_text(c->target.web);
	struct census_found found = {.suffix = ".git",
		.flags = ROSTER_SNIPPET};

	if (url.n == 0) /* without a repository: an old one */
		return OK;
	if (!bytes_starts(url, web) || !bytes_ends(url, bytes_text(".git")))
		return census_no_list(c, err);
	url = bytes_drop(url, web.n + 1);
	found.path = bytes_take(url, url.n - 4);
	census_put(c, &found);
	return OK;
}

/* The page's number, where there is no Link. */
static void next_by_number(const struct census *c,
	const struct census_page *page)
{
	bytes number = net_answer_header(page->answer, "x-next-page");
	bytes url = bytes_text(c->current.url);
	size_t at = bytes_find(url, bytes_text("&page="));

	if (page->next->n || number.n == 0 || number.n > 9)
		return;
	for (size_t i = 0; i < number.n; i++)
		if (number.at[i] < '0' || number.at[i] > '9')
			return;
	buf_put(page->next, at == BYTES_NONE ? url : bytes_take(url, at));
	buf_put_text(page->next, "&page=");
	buf_put(page->next, number);
}

static enum status read_page(struct census *c, const struct census_page *page,
	struct error *err)
{
	enum status status = census_read_list(c, page->root,
		page->part == PART_SNIPPETS ? read_snippet : read_project, err);

	census_next_link(page);
	next_by_number(c, page);
	return status;
}

const struct census_provider census_gitlab = {
	.kind = "gitlab",
	.takes = "GROUP",
	.token_variable = "STANCH_GITLAB_TOKEN",
	.clone_user = "oauth2",
	.api = "https://gitlab.com/api/v4",
	.web = "https://gitlab.com",
	.api_path = "/api/v4",
	.auth = AUTH_PRIVATE_TOKEN,
	.segments_most = 20,
	.begin = begin,
	.read = read_page,
};
