/*
 * loop: the commands that close the loop: what was done (`log`), doing it
 * (`respond`, `revoke`), and being told of leaks (`partner`).
 */
#ifndef STANCH_LOOP_LOOP_H
#define STANCH_LOOP_LOOP_H

#include "args/args.h"

extern const struct args_command loop_log_command;
extern const struct args_command loop_respond_command;
extern const struct args_command loop_revoke_command;

#endif
