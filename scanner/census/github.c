/*
 * GitHub, and GitHub Enterprise Server (API below /api/v3).
 * https://docs.github.com/rest/repos/repos ("List organization repositories",
 * "for a user"), /rest/gists, /rest/using-the-rest-api (pagination by Link,
 * conditional requests, X-RateLimit-*), /rest/repos/repos ("List repositories
 * for the authenticated user").
 */
#include "census/internal.h"

#include <stdio.h>
#include <time.h>

#include "base/banned.h"

/* A push in the second of the listing may come after it. */
#define SETTLED_SECONDS 120

static void begin(struct census *c)
{
	const struct census_target *t = &c->target;
	char url[CENSUS_URL], otherwise[CENSUS_URL];

	if (c->options.extras & CENSUS_SNIPPETS) {
		snprintf(url, sizeof(url), "%s/users/%s/gists?per_page=100",
			t->api, t->path);
		census_push(c, PART_SNIPPETS, url, "");
	}
	snprintf(url, sizeof(url), "%s/orgs/%s/repos?per_page=100&type=all"
		"&sort=created&direction=asc", t->api, t->path);
	snprintf(otherwise, sizeof(otherwise), "%s/users/%s/repos?per_page=100"
		"&type=owner&sort=created&direction=asc", t->api, t->path);
	census_push(c, PART_REPOSITORIES, url, otherwise);
}

static unsigned flags_of(const struct json_value *v)
{
	bytes visibility = census_text(v, "visibility");
	unsigned flags = 0;

	if (bytes_equal(visibility, bytes_text("internal")))
		flags |= ROSTER_INTERNAL;
	else
		flags |= census_flag(v, "private") ? ROSTER_PRIVATE
						   : ROSTER_PUBLIC;
	flags |= census_flag(v, "archived") ? ROSTER_ARCHIVED : 0u;
	flags |= census_flag(v, "fork") ? ROSTER_FORK : 0u;
	flags |= census_flag(v, "disabled") ? ROSTER_DISABLED : 0u;
	flags |= json_value_get(v, "mirror_url") &&
			 census_text(v, "mirror_url").n ? ROSTER_MIRROR : 0u;
	return flags;
}

static enum status read_repository(struct census *c,
	const struct json_value *v, struct error *err)
{
	struct census_found found = {
		.path = census_text(v, "full_name"),
		.suffix = ".git",
		.owner = census_text(json_value_get(v, "owner"), "login"),
		.size = census_number(v, "size") * 1024,
		.pushed_at = census_date(census_text(v, "pushed_at")),
		.flags = flags_of(v),
	};

	if (found.path.n == 0)
		return census_no_list(c, err);
	if (!(c->options.extras & CENSUS_REQUESTS) && found.pushed_at &&
		found.pushed_at + SETTLED_SECONDS < (int64_t)time(NULL))
		found.flags |= ROSTER_PUSH_EXACT;
	census_put(c, &found);
	if ((c->options.extras & CENSUS_WIKIS) && census_flag(v, "has_wiki")) {
		found.suffix = ".wiki.git";
		found.size = 0;
		found.flags &= ~(unsigned)ROSTER_PUSH_EXACT;
		found.flags |= ROSTER_WIKI;
		census_put(c, &found);
	}
	return OK;
}

/* On the public service they are at a host of their own. */
static enum status read_gist(struct census *c, const struct json_value *v,
	struct error *err)
{
	struct census_found found = {
		.path = census_text(v, "id"),
		.web = "https://gist.github.com",
		.suffix = ".git",
		.owner = census_text(json_value_get(v, "owner"), "login"),
		.pushed_at = census_date(census_text(v, "updated_at")),
		.flags = ROSTER_SNIPPET | (census_flag(v, "public")
						? ROSTER_PUBLIC
						: ROSTER_PRIVATE),
	};
	char own[600];

	if (found.path.n == 0 ||
		bytes_find_byte(found.path, '/') != BYTES_NONE)
		return census_no_list(c, err);
	if (strcmp(c->target.web, c->target.provider->web) != 0) {
		snprintf(own, sizeof(own), "%s/gist", c->target.web);
		found.web = own;
	}
	census_put(c, &found);
	return OK;
}

/* A user's list has public ones only; private ones are in the list of whoever
 * the credential is, which may be that user. A token of an app's installation
 * (ghs_) is nobody's. */
static void lead_to_own(struct census *c)
{
	bytes url = bytes_text(c->current.url);
	char own[CENSUS_URL];

	if (c->credential == NULL ||
		bytes_find(url, bytes_text("/users/")) == BYTES_NONE ||
		bytes_find(url, bytes_text("&page=")) != BYTES_NONE ||
		bytes_starts(bytes_text(c->credential->password),
			bytes_text("ghs_")))
		return;
	snprintf(own, sizeof(own), "%s/user/repos?per_page=100"
		"&affiliation=owner&visibility=private&sort=created"
		"&direction=asc", c->target.api);
	census_lead(c, PART_OWN, own);
}

static enum status read_own(struct census *c, const struct json_value *v,
	struct error *err)
{
	bytes owner = census_text(json_value_get(v, "owner"), "login");

	return bytes_equal_nocase(owner, bytes_text(c->target.path))
		       ? read_repository(c, v, err) : OK;
}

static enum status read_page(struct census *c, const struct census_page *page,
	struct error *err)
{
	enum status status = census_read_list(c, page->root,
		page->part == PART_SNIPPETS ? read_gist
		: page->part == PART_OWN    ? read_own
					    : read_repository, err);

	if (status == OK && page->part == PART_REPOSITORIES)
		lead_to_own(c);
	census_next_link(page);
	return status;
}

const struct census_provider census_github = {
	.kind = "github",
	.takes = "ORG",
	.token_variable = "STANCH_GITHUB_TOKEN",
	.clone_user = "x-access-token",
	.api = "https://api.github.com",
	.web = "https://github.com",
	.api_path = "/api/v3",
	.accept = "application/vnd.github+json",
	.second_host = "gist.github.com",
	.auth = AUTH_BEARER,
	.segments_most = 1,
	.begin = begin,
	.read = read_page,
};
