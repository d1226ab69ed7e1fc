/*
 * links: where a target's repository says that it lives, for links to lines.
 * What its configuration says of that is hostile; see page/link.h.
 */
#ifndef STANCH_JOB_LINKS_H
#define STANCH_JOB_LINKS_H

#include "engine/engine.h"

/* Texts are malloc'd or NULL. A reported path that begins with `prefix` is
 * `below` and the rest, from the repository's root. */
struct job_links {
	char *remote, *head, *prefix, *below;
};

/* Never fails: what cannot be opened has no links. */
void job_links_find(struct job_links *l, const char *target,
	enum engine_selected selected);
void job_links_release(struct job_links *l);

#endif
