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

enum revision_result module_clone(const struct revision_clone *clone,
	char text[REVISION_TEXT])
{
	char *all[] = {(char[]){"+refs/*:refs/*"}};
	git_strarray refspecs = {all, 1};
	git_repository *repository = NULL;
	git_remote *remote = NULL;
	git_fetch_options options;
	struct asked asked = {clone, 0};
	int error = git_fetch_options_init(&options,
		GIT_FETCH_OPTIONS_VERSION);

	options.callbacks.credentials = on_credentials;
	options.callbacks.payload = &asked;
	options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
	options.update_fetchhead = 0;
	options.prune = GIT_FETCH_PRUNE;
	options.proxy_opts.type = GIT_PROXY_AUTO;
	if (error == 0 && git_repository_open_bare(&repository,
				  clone->directory) != 0)
		error = git_repository_init(&repository, clone->directory, 1);
	if (error == 0)
		error = git_remote_create_anonymous(&remote, repository,
			clone->url);
	if (error == 0)
		error = git_remote_fetch(remote, &refspecs, &options, NULL);
	if (error == 0)
		set_head(repository, remote);
	else
		module_say(text);
	git_remote_free(remote);
	git_repository_free(repository);
	return error == 0 ? REVISION_OK : REVISION_FAILED;
}
