/*
 * page: the HTML report: one file that needs nothing else.
 *
 * Everything in it that was scanned is hostile. Texts are escaped; a link is
 * made only to a host that we know, of parts that we have checked (link.h);
 * the policy in its head forbids all but our own style and script, each by its
 * hash, so that nothing is loaded and nothing else can run. It can be read and
 * printed without its script, which only searches.
 */
#ifndef STANCH_PAGE_PAGE_H
#define STANCH_PAGE_PAGE_H

#include "render/render.h"

/* A format, as in render/render.h. */
void page_write(struct report *r);

#endif
