/*
 * diff: `stanch report diff OLD NEW`: what two reports say of the same thing at
 * different times. Leaks are compared by fingerprint, so that a moved line is
 * no new leak.
 */
#ifndef STANCH_DIFF_DIFF_H
#define STANCH_DIFF_DIFF_H

#include "args/args.h"

/* `report`, with `diff` below it. Its context is a struct console. */
extern const struct args_command diff_report_command;

#endif
