/*
 * clone: a bare mirror of a URL, by libgit2's transports; one that is there is
 * brought up to date. Runs in a process
 * of its own (see revision/clone.c), which is killed when it is to stop.
 */
#include "revision/module/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define SECRET_MAX 4096
/* Asked again, a server did not like the first answer. */
#define ASKED_MAX 3

struct asked {
	const struct revision_clone *clone;
	unsigned times;
};

static int from_password(git_credential **out, const struct revision_clone *c,
	const char *url, const char *user_in_url)
{
	char user[SECRET_MAX], password[SECRET_MAX];
	int error = GIT_EAUTH;

	if (c->credentials(c->context, url, user_in_url, user, password,
		    SECRET_MAX))
		error = git_credential_userpass_plaintext_new(out, user,
			password);
	else
		git_error_set_str(GIT_ERROR_NET,
			"the server asks for credentials");
	explicit_bzero(password, sizeof(password));
	return error;
}

static int from_key(git_credential **out, const struct revision_clone *c,
	const char *user)
{
	char unused[SECRET_MAX], password[SECRET_MAX] = "";
	int error;

	if (c->ssh_key == NULL)
		return git_credential_ssh_key_from_agent(out, user);
	if (!c->credentials(c->context, "ssh://", user, unused, password,
		    SECRET_MAX))
		password[0] = '\0';
	error = git_credential_ssh_key_new(out, user, NULL, c->ssh_key,
		password);
	explicit_bzero(password, sizeof(password));
	return error;
}

static int on_credentials(git_credential **out, const char *url,
	const char *user_in_url, unsigned allowed, void *payload)
{
	struct asked *a = payload;
	const char *user = user_in_url ? user_in_url : "git";

	if (a->times++ >= ASKED_MAX) {
		git_error_set_str(GIT_ERROR_NET, "credentials are refused");
		return GIT_EAUTH;
	}
	if (allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT)
		return from_password(out, a->clone, url, user_in_url);
	if (allowed & GIT_CREDENTIAL_SSH_KEY)
		return from_key(out, a->clone, user);
	if (allowed & GIT_CREDENTIAL_USERNAME)
		return git_credential_username_new(out, user);
	return GIT_PASSTHROUGH;
}

/* HEAD as the server has it, when it says so. */
static void set_head(git_repository *repository, git_remote *remote)
{
	git_buf name = {NULL, 0, 0};

	if (git_remote_default_branch(&name, remote) == 0)
		(void)git_repository_set_head(repository, name.ptr);
	git_buf_dispose(&name);
}

/* ---- which refs --------------------------------------------------------- */

/* Namespaces of a server, as refspecs. */
#define NAMESPACES_MOST 64
#define SPEC_MAX 600
struct specs {
	char *at[NAMESPACES_MOST];
	size_t n;
};

/* What servers keep of requests to merge, and for themselves. */
static bool is_of_requests(const char *name)
{
	static const char *const of[] = {"refs/pull/", "refs/merge-requests/",
		"refs/pull-requests/", "refs/changes/", "refs/keep-around/",
		"refs/pipelines/", "refs/environments/"};

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		if (strncmp(name, of[i], strlen(of[i])) == 0)
			return true;
	return false;
}

/* "refs/heads/main" -> all of refs/heads, forced. */
static bool spec_of(const char *name, char spec[SPEC_MAX])
{
	const char *slash = strncmp(name, "refs/", 5) == 0
				    ? strchr(name + 5, '/') : NULL;
	int n;

	if (strncmp(name, "refs/", 5) != 0)
		return false; /* HEAD */
	if (slash)
		n = snprintf(spec, SPEC_MAX, "+%.*s/*:%.*s/*",
			(int)(slash - name), name, (int)(slash - name), name);
	else
		n = snprintf(spec, SPEC_MAX, "+%s:%s", name, name);
	return n > 0 && n < SPEC_MAX;
}

static bool has_spec(const struct specs *s, const char *spec)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->at[i], spec) == 0)
			return true;
	return false;
}

/* All that the server shows but requests; nothing: heads and tags. False when
 * they are too many: all are fetched then. */
static bool list_specs(git_remote *remote, struct specs *s)
{
	const git_remote_head **heads = NULL;
	char spec[SPEC_MAX];
	size_t n = 0;

	if (git_remote_ls(&heads, &n, remote) != 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (is_of_requests(heads[i]->name) ||
			!spec_of(heads[i]->name, spec) || has_spec(s, spec))
			continue;
		if (s->n == NAMESPACES_MOST)
			return false;
		s->at[s->n] = strdup(spec);
		if (s->at[s->n] == NULL)
			return false;
		s->n++;
	}
	if (s->n == 0 && (s->at[0] = strdup("+refs/heads/*:refs/heads/*")))
		s->n = 1;
	return s->n > 0;
}

static int fetch(git_remote *remote, const struct revision_clone *clone,
	git_fetch_options *options)
{
	char *all[] = {(char[]){"+refs/*:refs/*"}};
	git_strarray refspecs = {all, 1};
	struct specs chosen = {.n = 0};
	git_remote_connect_options connect;
	int error = git_remote_connect_options_init(&connect,
		GIT_REMOTE_CONNECT_OPTIONS_VERSION);

	if (!clone->with_requests && error == 0) {
		connect.callbacks = options->callbacks;
		connect.proxy_opts = options->proxy_opts;
		connect.follow_redirects = options->follow_redirects;
		error = git_remote_connect_ext(remote, GIT_DIRECTION_FETCH,
			&connect);
		if (error == 0 && list_specs(remote, &chosen))
			refspecs = (git_strarray){chosen.at, chosen.n};
	}
	if (error == 0)
		error = git_remote_fetch(remote, &refspecs, options, NULL);
	for (size_t i = 0; i < chosen.n; i++)
		free(chosen.at[i]);
	return error;
}

static int set_options(git_fetch_options *options,
	const struct revision_clone *clone, struct asked *asked)
{
	int error = git_fetch_options_init(options,
		GIT_FETCH_OPTIONS_VERSION);

	options->callbacks.credentials = on_credentials;
	options->callbacks.payload = asked;
	options->download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
	options->update_fetchhead = 0;
	options->prune = GIT_FETCH_PRUNE;
	options->proxy_opts.type = GIT_PROXY_AUTO;
	options->follow_redirects = clone->follows ? GIT_REMOTE_REDIRECT_INITIAL
						   : GIT_REMOTE_REDIRECT_NONE;
	if (error == 0 && clone->ca_file)
		error = git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS,
			clone->ca_file, NULL);
	return error;
}

enum revision_result module_clone(const struct revision_clone *clone,
	char text[REVISION_TEXT])
{
	git_repository *repository = NULL;
	git_remote *remote = NULL;
	git_fetch_options options;
	struct asked asked = {clone, 0};
	int error = set_options(&options, clone, &asked);

	if (error == 0 && !clone->follows)
		error = module_stay_at(clone->url);
	if (error == 0 && git_repository_open_bare(&repository,
				  clone->directory) != 0)
		error = git_repository_init(&repository, clone->directory, 1);
	if (error == 0)
		error = git_remote_create_anonymous(&remote, repository,
			clone->url);
	if (error == 0)
		error = fetch(remote, clone, &options);
	if (error == 0)
		set_head(repository, remote);
	else
		module_say(text);
	git_remote_free(remote);
	git_repository_free(repository);
	return error == 0 ? REVISION_OK : REVISION_FAILED;
}
