/* The innards of cli/. */
#ifndef STANCH_CLI_INTERNAL_H
#define STANCH_CLI_INTERNAL_H

#include "job/console.h"
#include "job/job.h"

extern const struct args_command cli_scan_command;
extern const struct args_command cli_baseline_command;
extern const struct args_command cli_rules_command;
extern const struct args_command cli_rules_list_command;
extern const struct args_command cli_rules_show_command;
extern const struct args_command cli_rules_test_command;
extern const struct args_command cli_rules_lint_command;
extern const struct args_command cli_version_command;

#endif
