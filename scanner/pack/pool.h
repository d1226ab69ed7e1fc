/*
 * pool: object buffers of one worker, counted against LIMIT_OBJECT_SUM over
 * all threads of a store. Included by this room only.
 */
#ifndef STANCH_PACK_POOL_H
#define STANCH_PACK_POOL_H

#include <stdatomic.h>
#include <stddef.h>

struct pack_pool;
struct pack_pool *pack_pool_new(_Atomic size_t *held);
void pack_pool_free(struct pack_pool *p);
/* NULL: over the limit, or no memory. The size is remembered. */
unsigned char *pack_pool_get(struct pack_pool *p, size_t n);
void pack_pool_put(struct pack_pool *p, unsigned char *at);

#endif
