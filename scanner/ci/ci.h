/*
 * ci: the gate, `stanch ci`. It finds out from the environment which build
 * server it runs on and what was pushed or proposed, scans what that brings,
 * writes what the server shows, and fails when something was found or not all
 * could be looked at. No network, no secret, nothing of the server's API: the
 * same for a fork's pull request.
 *
 * What suppresses is read from the base branch, never from what is judged.
 */
#ifndef STANCH_CI_CI_H
#define STANCH_CI_CI_H

#include "args/args.h"

/* Its context is a struct console. */
extern const struct args_command ci_command;

#endif
