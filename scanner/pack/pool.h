/*
 * pool: object buffers of one worker, counted against LIMIT_OBJECT_SUM over
 * all threads of a store. Included by this room only.
 */
#ifndef STANCH_PACK_POOL_H
#define STANCH_PACK_POOL_H

#include "pack/pack.h"

#include <stdatomic.h>
#include <stddef.h>

struct pack_pool;
struct pack_pool *pack_pool_new(_Atomic size_t *held);
void pack_pool_free(struct pack_pool *p);
/* NULL: over the limit, or no memory. The size is remembered. */
unsigned char *pack_pool_get(struct pack_pool *p, size_t n);
void pack_pool_put(struct pack_pool *p, unsigned char *at);

/*
 * Objects that pack_read built lately: the next one is mostly another version
 * of the same, a few deltas away. A slot by pack and offset; all are emptied
 * when they are too much together. Contents are the pool's.
 */
#define PACK_BUILT_SLOTS 256
struct pack_built {
	size_t pack;
	uint64_t offset; /* 0: empty, where no entry is */
	enum pack_type type;
	unsigned char *data;
	size_t n;
};

#endif
