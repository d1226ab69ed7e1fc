/*
 * budget: how many requests a provider takes in an hour (`perHour` of a revoke
 * block), from all processes of this user: GitHub takes 60 reports of leaks
 * from an address that has no account, and refuses more.
 *
 * A file for each such address in $XDG_STATE_HOME/stanch (or
 * $HOME/.local/state/stanch; with neither, beside the audit log): the times of
 * the requests of the last hour, under a lock. They are counted before they are
 * sent, so a crash costs one. Where no file can be had nothing is counted: to
 * be refused is better than not to revoke.
 */
#ifndef STANCH_RESPOND_BUDGET_H
#define STANCH_RESPOND_BUDGET_H

#include "flow/request.h"

#include <stdbool.h>

/* Is there one left now? `log` is the audit log's path. */
bool budget_is_left(const struct request_block *block, const char *log);
/* Take one; false: none is left. */
bool budget_take(const struct request_block *block, const char *log);

#endif
