/* The innards of page/. */
#ifndef STANCH_PAGE_INTERNAL_H
#define STANCH_PAGE_INTERNAL_H

#include "page/link.h"
#include "page/page.h"

struct page {
	struct report *r;
	struct link link;
	struct buf address;
	int64_t now; /* seconds since 1970 */
};

/* style.c: what the policy allows, and nothing else. */
extern const char page_style[];
extern const char page_script[];

/* words.c: texts of others, escaped for HTML. */
void page_put(struct page *p, bytes text);
void page_put_shown(struct page *p, bytes text); /* terminal-escaped */
void page_put_text(struct page *p, const char *text);
/* 1,234 */
void page_number(struct page *p, uint64_t n);

/* groups.c: the tables by provider, age and author. */
void page_groups(struct page *p);
/* Its first place in time: the oldest commit of its places; NULL: none. */
const struct leak_commit *page_first_commit(const struct leak *leak);
bool page_is_open(const struct leak *leak);

/* leak.c: one leak with its places. */
void page_leak(struct page *p, const struct leak *leak, size_t number);

#endif
