/*
 * agent: a coding assistant's tool call, before it is made. It comes as JSON
 * on standard input, in the form of Claude Code, Gemini CLI or VS Code
 * (tool_name, tool_input), of Cursor (beforeShellExecution, ...), or of
 * Copilot (toolName, toolArgs).
 *
 * Refused are commands that go around git's hooks, and texts with tokens in
 * them. It is a guard rail for a helper that takes shortcuts, no fence against
 * an enemy: a program that is written first and run then is not looked into.
 * The fence is the server's hook or the gate.
 */
#ifndef STANCH_AGENT_AGENT_H
#define STANCH_AGENT_AGENT_H

#include "base/buf.h"
#include "job/console.h"
#include "job/job.h"
#include "suppress/suppress.h"

struct agent_options {
	struct job_rule_choice rules;
	enum confidence min_confidence;
	const atomic_int *signal;
};

/*
 * Read one call, answer, and return the exit code. Allowed: 0, and nothing is
 * said. Refused: 2 and the reason on standard error, which these assistants
 * take for "blocked"; for Cursor and Copilot their JSON on standard output,
 * and 0. What cannot be read is 2 with one line.
 */
int agent_run(const struct agent_options *options);

/*
 * command.c: why this shell command goes around hooks, as static text; NULL:
 * it does not, as far as can be seen. Pure.
 */
const char *agent_command_check(bytes command);

/*
 * accept.c: the file that a call names, seen from `directory` (the current
 * one when empty), as settings know it: its directories' real names. Nothing
 * is put where that cannot be told.
 */
void agent_place(bytes path, bytes directory, struct buf *out);
/*
 * Mark what settings and baselines of HEAD accept; `leaks` are finished. *out,
 * or NULL, has the texts that places then point to.
 */
enum status agent_accept(struct leaks *leaks, const struct ruleset *rules,
	struct suppress **out, struct error *err) MUST_USE;

#endif
