/*
 * Azure DevOps Services and Server.
 * https://learn.microsoft.com/rest/api/azure/devops/: core/projects/list
 * (paged: x-ms-continuationtoken), git/repositories/list (whole, so it is
 * asked for project by project), wiki/wikis/list. A sign-in page instead of an
 * answer (203, 302) is what a bad token gets.
 */
#include "census/internal.h"

#include <stdio.h>

#include "base/banned.h"

#define VERSION "api-version=6.0"

static void put_repositories(const struct census *c, bytes project,
	struct buf *url)
{
	bytes organization, rest;

	bytes_cut(bytes_text(c->target.path), '/', &organization, &rest);
	buf_put_text(url, c->target.api);
	buf_put_byte(url, '/');
	census_encode(url, organization);
	buf_put_byte(url, '/');
	census_encode(url, project);
}

static void begin(struct census *c)
{
	bytes organization, project;
	struct buf url;

	buf_init(&url, CENSUS_URL);
	bytes_cut(bytes_text(c->target.path), '/', &organization, &project);
	if (project.n) {
		if (c->options.extras & CENSUS_WIKIS) {
			put_repositories(c, project, &url);
			buf_put_text(&url, "/_apis/wiki/wikis?" VERSION);
			census_push(c, PART_WIKIS, buf_text(&url), NULL);
			buf_clear(&url);
		}
		put_repositories(c, project, &url);
		buf_put_text(&url, "/_apis/git/repositories?" VERSION);
		census_push(c, PART_REPOSITORIES, buf_text(&url), NULL);
	} else {
		buf_put_text(&url, c->target.api);
		buf_put_byte(&url, '/');
		census_encode(&url, organization);
		buf_put_text(&url, "/_apis/projects?$top=100&" VERSION);
		census_push(c, PART_PROJECTS, buf_text(&url), NULL);
	}
	buf_release(&url);
}

static enum status read_project(struct census *c, const struct json_value *v,
	struct error *err)
{
	bytes id = census_text(v, "id");
	struct buf url;

	if (id.n == 0)
		return census_no_list(c, err);
	buf_init(&url, CENSUS_URL);
	put_repositories(c, id, &url);
	buf_put_text(&url, "/_apis/git/repositories?" VERSION);
	census_lead(c, PART_REPOSITORIES, buf_text(&url));
	if (c->options.extras & CENSUS_WIKIS) {
		buf_clear(&url);
		put_repositories(c, id, &url);
		buf_put_text(&url, "/_apis/wiki/wikis?" VERSION);
		census_lead(c, PART_WIKIS, buf_text(&url));
	}
	buf_release(&url);
	return OK;
}

/* "ORG/PROJECT/REPOSITORY", at ORG/PROJECT/_git/REPOSITORY. */
static void put_found(struct census *c, bytes project, bytes name,
	struct census_found *found)
{
	struct buf path, address;
	bytes organization, rest;

	buf_init(&path, CENSUS_URL);
	buf_init(&address, CENSUS_URL);
	bytes_cut(bytes_text(c->target.path), '/', &organization, &rest);
	buf_put(&path, organization);
	buf_put_byte(&path, '/');
	buf_put(&path, project);
	buf_put(&address, buf_bytes(&path));
	buf_put_byte(&path, '/');
	buf_put(&path, name);
	buf_put_text(&address, "/_git/");
	buf_put(&address, name);
	found->path = buf_bytes(&path);
	found->address = buf_text(&address);
	found->owner = project;
	census_put(c, found);
	buf_release(&path);
	buf_release(&address);
}

static enum status read_repository(struct census *c,
	const struct json_value *v, struct error *err)
{
	const struct json_value *project = json_value_get(v, "project");
	bytes visibility = census_text(project, "visibility");
	struct census_found found = {.size = census_number(v, "size")};
	bytes name = census_text(v, "name");

	if (name.n == 0 || census_text(project, "name").n == 0)
		return census_no_list(c, err);
	if (bytes_equal(visibility, bytes_text("public")))
		found.flags |= ROSTER_PUBLIC;
	else if (bytes_equal(visibility, bytes_text("private")))
		found.flags |= ROSTER_PRIVATE;
	found.flags |= census_flag(v, "isDisabled") ? ROSTER_DISABLED : 0u;
	found.flags |= census_flag(v, "isFork") ? ROSTER_FORK : 0u;
	put_found(c, census_text(project, "name"), name, &found);
	return OK;
}

/* Of the project itself; one made of code is in its repository. The project
 * is told by its id, which an address may have. */
static enum status read_wiki(struct census *c, const struct json_value *v,
	struct error *err)
{
	struct census_found found = {.flags = ROSTER_WIKI};
	bytes project = census_text(v, "projectId");

	if (project.n == 0 || census_text(v, "name").n == 0)
		return census_no_list(c, err);
	if (bytes_equal(census_text(v, "type"), bytes_text("projectWiki")))
		put_found(c, project, census_text(v, "name"), &found);
	return OK;
}

static void next_by_token(const struct census *c,
	const struct census_page *page)
{
	bytes token = net_answer_header(page->answer,
		"x-ms-continuationtoken");
	bytes url = bytes_text(c->current.url);
	size_t at = bytes_find(url, bytes_text("&continuationToken="));

	if (token.n == 0)
		return;
	buf_put(page->next, at == BYTES_NONE ? url : bytes_take(url, at));
	buf_put_text(page->next, "&continuationToken=");
	census_encode(page->next, token);
}

static enum status read_page(struct census *c, const struct census_page *page,
	struct error *err)
{
	enum status status = census_read_list(c,
		json_value_get(page->root, "value"),
		page->part == PART_PROJECTS ? read_project
		: page->part == PART_WIKIS  ? read_wiki
					    : read_repository, err);

	next_by_token(c, page);
	return status;
}

const struct census_provider census_azure = {
	.kind = "azure",
	.takes = "ORG[/PROJECT]",
	.token_variable = "STANCH_AZURE_TOKEN",
	.clone_user = "token",
	.api = "https://dev.azure.com",
	.web = "https://dev.azure.com",
	.api_path = "",
	.auth = AUTH_BASIC,
	.segments_most = 2,
	.begin = begin,
	.read = read_page,
};
