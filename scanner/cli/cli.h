/*
 * cli: the command line. One file per command; what each accepts is a table
 * (args/). Exit codes are those of the contract:
 *
 *	0	complete, nothing found
 *	1	complete, with findings; or tests or lint with complaints
 *	2	could not run
 *	3, 4	incomplete, without and with findings
 *	130, 143  a signal came
 */
#ifndef STANCH_CLI_CLI_H
#define STANCH_CLI_CLI_H

#include <stdatomic.h>

/* Runs one command; `signal` is set to its number by main's handler. The
 * result is the exit code. */
int cli_run(int argc, char **argv, const atomic_int *signal);

#endif
