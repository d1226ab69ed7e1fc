/*
 * target: what the user's text means, by the provider's table.
 */
#include "census/internal.h"

#include "net/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

static const struct census_provider *const providers[] = {&census_github,
	&census_gitlab, &census_azure, &census_bitbucket, &census_gitea};
#define PROVIDERS (sizeof(providers) / sizeof(providers[0]))

static const struct census_provider *find(const char *target, const char **rest)
{
	for (size_t i = 0; i < PROVIDERS; i++) {
		size_t n = strlen(providers[i]->kind);

		if (strncmp(target, providers[i]->kind, n) == 0 &&
			target[n] == ':') {
			*rest = target + n + 1;
			return providers[i];
		}
	}
	return NULL;
}

bool census_is_target(const char *target)
{
	const char *rest;

	return find(target, &rest) != NULL;
}

const char *census_kinds(void)
{
	return "github:ORG, gitlab:GROUP, azure:ORG[/PROJECT], "
	       "bitbucket:WORKSPACE, gitea:HOST/ORG";
}

/* Segments that are names: no empty one, no "." or "..", nothing that ends a
 * path. */
static bool is_path(bytes path, size_t most)
{
	bytes segment, rest = path;
	size_t n = 0;
	bool more;

	do {
		more = bytes_cut(rest, '/', &segment, &rest);
		if (segment.n == 0 || segment.at[0] == '.' || ++n > most)
			return false;
	} while (more);
	for (size_t i = 0; i < path.n; i++)
		if (path.at[i] < ' ' || path.at[i] == 0x7f ||
			memchr("\\?#%@:", path.at[i], 6) != NULL)
			return false;
	return true;
}

static enum status refuse(const char *text, const struct census_provider *p,
	const char *why, struct error *err)
{
	return error_set(err, ERR_USAGE, "audit %.200s: %s; it is %s:%s, or "
		"%s:https://HOST/... for a server of your own", text, why,
		p->kind, p->takes, p->kind);
}

/* "https://host[:port]", and what follows. */
static bool take_host(bytes rest, struct census_target *out, bytes *path)
{
	static const char scheme[] = "https://";
	struct net_url url;
	char text[300];
	bytes host;
	int n;

	if (bytes_starts(rest, bytes_text(scheme)))
		rest = bytes_drop(rest, sizeof(scheme) - 1);
	bytes_cut(rest, '/', &host, path);
	if (host.n >= sizeof(out->host))
		return false;
	n = snprintf(text, sizeof(text), "%s%.*s", scheme, (int)host.n,
		(const char *)host.at);
	if (n < 0 || (size_t)n >= sizeof(text) ||
		(size_t)n >= sizeof(out->web) ||
		!net_url_parse(bytes_text(text), &url))
		return false;
	memcpy(out->host, host.at, host.n);
	out->host[host.n] = '\0';
	memcpy(out->web, text, (size_t)n + 1);
	return true;
}

/* Azure DevOps Server keeps its collections below /tfs. */
static void take_prefix(struct census_target *out, bytes *path)
{
	static const char prefix[] = "tfs/";

	if (out->provider != &census_azure ||
		!bytes_starts(*path, bytes_text(prefix)))
		return;
	*path = bytes_drop(*path, sizeof(prefix) - 1);
	snprintf(out->web + strlen(out->web),
		sizeof(out->web) - strlen(out->web), "/tfs");
}

static void set_public(struct census_target *out)
{
	snprintf(out->api, sizeof(out->api), "%s", out->provider->api);
	snprintf(out->web, sizeof(out->web), "%s", out->provider->web);
	snprintf(out->host, sizeof(out->host), "%s",
		out->web + strlen("https://"));
}

enum status census_target_read(const char *text, struct census_target *out,
	struct error *err)
{
	const char *rest = NULL;
	const struct census_provider *p = find(text, &rest);
	bytes path;

	if (p == NULL)
		return error_set(err, ERR_USAGE, "audit %.200s: no such kind "
			"of target", text);
	*out = (struct census_target){.provider = p};
	path = bytes_text(rest);
	if (p->web && !bytes_starts(path, bytes_text("https://"))) {
		if (bytes_find(path, bytes_text("://")) != BYTES_NONE)
			return refuse(text, p, "only https:// is asked", err);
		set_public(out);
	} else if (p->web && p->api_path == NULL) {
		return refuse(text, p, "only the public service is known",
			err);
	} else {
		if (!take_host(path, out, &path))
			return refuse(text, p, "no host that is plainly one",
				err);
		take_prefix(out, &path);
		snprintf(out->api, sizeof(out->api), "%.*s%s",
			(int)(sizeof(out->api) - 64), out->web, p->api_path);
	}
	while (path.n && path.at[path.n - 1] == '/')
		path.n--;
	if (!is_path(path, p->segments_most) || path.n >= sizeof(out->path))
		return refuse(text, p, "no name that is plainly one", err);
	memcpy(out->path, path.at, path.n);
	return OK;
}

/* For git. */
static struct credential_binding bind(const struct census_provider *p,
	const char *host)
{
	const char *named = p->user_variable ? getenv(p->user_variable) : NULL;

	return (struct credential_binding){
		.host = host,
		.token_variable = p->token_variable,
		.user = named && *named && p->clone_user_named
				? p->clone_user_named
				: p->clone_user,
	};
}

enum status census_access(const char *target, struct census_access *out,
	struct error *err)
{
	struct census_target t;
	enum status status;

	out->count = 0;
	if (!census_is_target(target))
		return OK;
	status = census_target_read(target, &t, err);
	if (status != OK)
		return status;
	snprintf(out->hosts[0], sizeof(out->hosts[0]), "%s", t.host);
	out->bindings[out->count++] = bind(t.provider, out->hosts[0]);
	if (t.provider->second_host && strcmp(t.web, t.provider->web) == 0)
		out->bindings[out->count++] = bind(t.provider,
			t.provider->second_host);
	return OK;
}

size_t census_public(struct credential_binding out[CENSUS_PUBLIC])
{
	size_t n = 0;

	for (size_t i = 0; i < PROVIDERS; i++) {
		const struct census_provider *p = providers[i];

		if (p->web)
			out[n++] = bind(p, p->web + strlen("https://"));
		if (p->second_host)
			out[n++] = bind(p, p->second_host);
	}
	return n;
}
