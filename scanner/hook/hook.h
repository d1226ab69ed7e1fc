/*
 * hook: git's hooks. `stanch hook install` puts them where git looks,
 * `uninstall` takes them away and leaves every byte as it was, and `run KIND`
 * is what they call:
 *
 *	pre-commit	what is staged
 *	pre-push	what the push would add to the remote
 *	pre-receive	what arrives at a server, still in quarantine
 *	agent		a coding assistant's tool call, before it is made
 *
 * All fail closed: what could not be looked at wholly stops as a finding does.
 * Inside a hook git's environment is believed, since git set it, and so is
 * git's own judgement of who owns the repository and where its objects are.
 */
#ifndef STANCH_HOOK_HOOK_H
#define STANCH_HOOK_HOOK_H

#include "args/args.h"

/* Its context is a struct console. */
extern const struct args_command hook_command;

#endif
