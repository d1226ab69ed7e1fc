/* json: rules as JSON, for `rules list` and `rules show`. */
#ifndef STANCH_CLI_JSON_H
#define STANCH_CLI_JSON_H

#include "base/buf.h"
#include "ruleset/ruleset.h"

/* One rule as an object, without a newline. */
void cli_json_rule(struct buf *out, const struct rule *rule);
/* All as an array, one rule a line. */
void cli_json_rules(struct buf *out, const struct ruleset *rules);

#endif
