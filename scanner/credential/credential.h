/*
 * credential: who we are to a server, from the environment or from a program
 * that the user named there. Never from a URL, a repository, or git's own
 * configuration.
 *
 * Without a binding: STANCH_GIT_TOKEN, or STANCH_GIT_USERNAME and
 * STANCH_GIT_PASSWORD, or what the program named by
 * STANCH_GIT_CREDENTIAL_COMMAND prints. It speaks git's credential protocol:
 * it is started with the word "get", reads protocol= and host= lines, and
 * prints username= and password= lines. It is started without a shell: the
 * variable is cut at blanks.
 *
 * A binding ties a host to variables of its own. For such a host those of
 * STANCH_GIT_ are not read, so that a token for one forge is never shown to
 * another; the program is asked still, and told the host. Any thread.
 */
#ifndef STANCH_CREDENTIAL_CREDENTIAL_H
#define STANCH_CREDENTIAL_CREDENTIAL_H

#include "base/bytes.h"

/* Bytes of a user name or a secret, with the terminator. */
#define CREDENTIAL_SIZE 4096

/* All are borrowed. */
struct credential_binding {
	const char *host; /* "github.com", "git.example.com:8443" */
	const char *token_variable; /* "STANCH_GITHUB_TOKEN" */
	const char *user_variable;  /* or NULL */
	const char *user; /* beside a token when that is not set */
	/* Where repositories of this host are cloned from instead, by the
	 * user's own configuration ("https://mirror.example.com"); or NULL */
	const char *base;
};

/* That of the URL's host, or NULL. */
const struct credential_binding *credential_bind(
	const struct credential_binding *bindings, size_t count,
	const char *url);

struct credential {
	char user[CREDENTIAL_SIZE], password[CREDENTIAL_SIZE];
};
/*
 * What to say to the server of the URL; false when there is nothing, or when
 * it would be sent in the clear (http:// elsewhere than on this machine).
 * `binding` and `user_in_url` may be NULL. Wipe it with secret_wipe.
 */
bool credential_find(const struct credential_binding *binding,
	const char *url, const char *user_in_url, struct credential *out);
/* Would there be anything to say to anybody? */
bool credential_is_configured(const struct credential_binding *binding);

#endif
