/* put: what rulec's files share to write C. */
#ifndef STANCH_RULESET_TOOL_PUT_H
#define STANCH_RULESET_TOOL_PUT_H

#include "flow/rule.h"

/* A C string literal; NULL as NULL. */
void put_text(const char *text);
/* The parts of a block, then `static const struct request_block NAME`;
 * nothing for NULL. */
void put_block(const char *name, const struct request_block *block);

#endif
