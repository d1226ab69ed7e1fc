/*
 * explain: `stanch explain FILE[:LINE]`: for everything in a text that came
 * near to being a finding, what was looked at and why it was kept or dropped.
 */
#ifndef STANCH_EXPLAIN_EXPLAIN_H
#define STANCH_EXPLAIN_EXPLAIN_H

#include "args/args.h"

/* Its context is a struct console. */
extern const struct args_command explain_command;

#endif
