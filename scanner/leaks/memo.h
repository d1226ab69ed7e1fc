/*
 * memo: the sightings of one text, before it is known where it stands.
 */
#ifndef STANCH_LEAKS_MEMO_H
#define STANCH_LEAKS_MEMO_H

#include "flow/sighting.h"

/*
 * Sightings of one text, kept to be told again for each path with the same
 * content. Made by one thread, then frozen and shared. Holds at most
 * LIMIT_MEMO_BYTES; what is over is counted as unlisted at each telling, and
 * so is what found no memory, which makes each telling ERR_MEMORY.
 */
struct leak_memo;
struct leak_memo *leak_memo_new(void);
void leak_memo_free(struct leak_memo *m);
/* A detect_sink: context is the memo. Copies. */
void leak_memo_sink(void *context, const struct sighting *s);
size_t leak_memo_count(const struct leak_memo *m);
/* In the order in which they came; the context comes first. */
void leak_memo_each(const struct leak_memo *m,
	void (*each)(void *context, const struct sighting *s), void *context);
uint64_t leak_memo_unlisted(const struct leak_memo *m);

#endif
