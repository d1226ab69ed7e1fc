/* internal: what the files of this room share. */
#ifndef STANCH_NETWORK_INTERNAL_H
#define STANCH_NETWORK_INTERNAL_H

#include "network/network.h"

#include <stdbool.h>

/* Does the file stand in the target, or in the target's repository? */
bool network_is_scanned(const char *path, const char *target);

#endif
