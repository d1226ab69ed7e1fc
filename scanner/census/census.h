/*
 * census: the repositories of an organization, as its forge lists them.
 *
 *	github:ORG	github:https://github.example.com/ORG	(or a user)
 *	gitlab:GROUP/SUBGROUP	gitlab:https://git.example.com/GROUP
 *	azure:ORG[/PROJECT]	azure:https://ado.example.com/tfs/COLLECTION
 *	bitbucket:WORKSPACE
 *	gitea:HOST/ORG
 *
 * Page by page, at the pace that the forge asks for. Pages are asked for
 * conditionally (ETag): what has not changed comes from a file that an
 * earlier listing left, in which there is nothing but what a listing tells.
 *
 * What a forge says is believed about its own repositories and about nothing
 * else. A page's successor is asked for at the same host and below the same
 * path, or not at all; addresses to clone from are made here, of the name and
 * the target's host, whatever the answer says. So the credential goes to the
 * host that the user named. It is read when the listing is opened and wiped
 * when it is closed.
 *
 * Whatever ends a listing early (an answer that is no list, a page that comes
 * again, a credential that runs out, a limit that lasts too long) is an error
 * of the roster, whose cursor says where to go on. One thread.
 */
#ifndef STANCH_CENSUS_CENSUS_H
#define STANCH_CENSUS_CENSUS_H

#include "credential/credential.h"
#include "net/config.h"
#include "roster/roster.h"

/* "github:...": is it for this room? */
bool census_is_target(const char *target);
/* The kinds, for a message: "github:ORG, gitlab:GROUP, ...". */
const char *census_kinds(void);

enum census_extra {
	CENSUS_WIKIS = 1,
	CENSUS_SNIPPETS = 2, /* gists, too */
	/* The audit fetches pull requests: when a repository was pushed to
	 * says nothing about them. */
	CENSUS_REQUESTS = 4,
};
struct census_options {
	const struct net_config *network; /* borrowed until closed */
	const char *pages; /* directory for what is kept; NULL: nothing is */
	unsigned extras;   /* enum census_extra */
	struct roster_options roster;
};
/* ERR_USAGE: the target is none, with the mend. Asks nobody yet. */
enum status census_open(struct roster *out, const char *target,
	const struct census_options *options, struct error *err) MUST_USE;

/*
 * Which credential a clone from this target's hosts needs. `texts` holds what
 * the bindings point to. A target of another room has none.
 */
#define CENSUS_BINDINGS 2
struct census_access {
	struct credential_binding bindings[CENSUS_BINDINGS];
	size_t count;
	char hosts[CENSUS_BINDINGS][264];
};
enum status census_access(const char *target, struct census_access *out,
	struct error *err) MUST_USE;
/* Of the forges that everybody knows, for workers: they have no target. */
#define CENSUS_PUBLIC 8
size_t census_public(struct credential_binding out[CENSUS_PUBLIC]);

#endif
