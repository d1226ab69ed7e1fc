/*
 * lint: why a block is not safe, for `rules lint` and the build.
 */
#ifndef STANCH_REQUEST_LINT_H
#define STANCH_REQUEST_LINT_H

#include "flow/request.h"

typedef void lint_say(void *context, const char *complaint);
/* `what` is "verify" or "revoke". Calls `say` for each complaint. */
void lint_request(const struct request_block *block, const char *what,
	lint_say *say, void *context);

#endif
