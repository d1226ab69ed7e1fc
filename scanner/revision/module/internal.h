/*
 * internal: what the module's files share.
 */
#ifndef STANCH_REVISION_MODULE_INTERNAL_H
#define STANCH_REVISION_MODULE_INTERNAL_H

#include "revision/module.h"

#include <git2.h>

struct module_opened {
	const struct revision_host *host;
	git_repository *repository;
};

/* backend.c: owned by libgit2 once given to it; 0 or an error. */
int module_odb_new(git_odb **out, const struct revision_host *host);
int module_refdb_set(git_repository *repository,
	const struct revision_host *host);

/* walk.c */
enum revision_result module_range(void *opened, const char *expression,
	const struct revision_sink *sink, char text[REVISION_TEXT]);

/* clone.c */
enum revision_result module_clone(const struct revision_clone *clone,
	char text[REVISION_TEXT]);

/* stream.c: from now on this process talks to the server of this URL only. 0 or
 * an error. */
int module_stay_at(const char *url);

/* libgit2's last words. */
void module_say(char text[REVISION_TEXT]);

#endif
