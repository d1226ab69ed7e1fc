/*
 * recheck: `stanch verify REPORT`: what an earlier report found, asked of its
 * providers again.
 *
 * A report does not hold secrets, so each is read again from its place: files
 * by their path, all else from the history of the named repository; and known
 * again by its fingerprint. A report made with --show-secrets gives them
 * itself. What cannot be had is said, one line each, and makes the run
 * incomplete.
 */
#ifndef STANCH_RECHECK_RECHECK_H
#define STANCH_RECHECK_RECHECK_H

#include "args/args.h"

/* Its context is a struct console. */
extern const struct args_command recheck_command;

#endif
