/*
 * link: addresses of lines at the hosts of repositories.
 *
 * The remote's URL comes from the repository and is hostile: only its host and
 * the names in its path are taken, the host must be one of those known, and an
 * address is put together anew. User names and passwords in it are dropped.
 * Pure functions, any thread.
 */
#ifndef STANCH_PAGE_LINK_H
#define STANCH_PAGE_LINK_H

#include "base/buf.h"

#include <stdint.h>

enum link_host {
	LINK_NONE,
	LINK_GITHUB,
	LINK_GITLAB,
	LINK_AZURE,
	LINK_GITEA, /* Gitea, Forgejo, Codeberg */
	LINK_BITBUCKET,
};

struct link {
	enum link_host host;
	struct buf base; /* "https://github.com/owner/name" */
};

/* Of "https://...", "ssh://...", "git@host:path"; LINK_NONE for all others. */
void link_init(struct link *link, bytes remote);
void link_release(struct link *link);

/* What is linked to: a path from the root, as a commit has it. */
struct link_target {
	bytes commit; /* hex */
	bytes path;
	uint32_t line, end_line; /* from 1; 0: none */
};
/* An address without anything to escape in it. False: there is none. */
bool link_line(const struct link *link, const struct link_target *target,
	struct buf *out);
bool link_commit(const struct link *link, bytes commit, struct buf *out);

#endif
