/* The innards of loop/. */
#ifndef STANCH_LOOP_INTERNAL_H
#define STANCH_LOOP_INTERNAL_H

#include "loop/loop.h"

extern const struct args_command loop_log_verify_command;
extern const struct args_command loop_log_show_command;
extern const struct args_command loop_log_head_command;

#endif
