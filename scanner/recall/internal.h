/* internal: what the files of this room share. */
#ifndef STANCH_RECALL_INTERNAL_H
#define STANCH_RECALL_INTERNAL_H

#include "json/json.h"
#include "recall/recall.h"

/* accept.c: what the record says of who accepts this place; false: no
 * memory. */
bool recall_keep_accepted(struct recall_kept *kept, const struct sighting *s,
	const struct leak_where *where, const struct json_value *record);

#endif
