/* The innards of cli/. */
#ifndef STANCH_CLI_INTERNAL_H
#define STANCH_CLI_INTERNAL_H

#include "args/args.h"
#include "leaks/leaks.h"
#include "report/report.h"
#include "ruleset/ruleset.h"

#include <stdatomic.h>

enum cli_exit {
	EXIT_CLEAN = 0,
	EXIT_FOUND = 1,
	EXIT_UNABLE = 2,
	EXIT_PARTIAL = 3,
	EXIT_PARTIAL_FOUND = 4,
};

/* The context of every command. */
struct cli {
	const atomic_int *signal;
};

/* cli.c: one line on standard error, "stanch: ..."; EXIT_UNABLE. */
int cli_fail(const struct error *err);
/* Write text to standard output; EXIT_CLEAN, or EXIT_PARTIAL with a line on
 * standard error when it does not take it. Releases the text. */
int cli_print(struct buf *text);
/* Columns of the terminal that is this descriptor, or COLUMNS; 0: unknown. */
unsigned cli_columns(int fd);
/* Parse for a command without a word too many: words is at most `most`. */
enum status cli_parse(const struct args_command *self, int argc, char **argv,
	void *settings, struct args_list *words, size_t most,
	struct error *err) MUST_USE;

extern const struct args_command cli_scan_command;
extern const struct args_command cli_rules_command;
extern const struct args_command cli_rules_list_command;
extern const struct args_command cli_rules_show_command;
extern const struct args_command cli_rules_test_command;
extern const struct args_command cli_rules_lint_command;

/* rule_choice.c: which rules; a part of several commands' settings. */
struct cli_rule_choice {
	struct args_list paths, only, except;
	int no_defaults;
};
/* Frozen, and not empty. Warnings go to standard error. */
enum status cli_rules_load(const struct cli_rule_choice *choice,
	struct ruleset **out, struct error *err) MUST_USE;
/* The options for it, for a table whose settings hold it as `rules`. */
#define CLI_RULE_OPTIONS(settings)                                           \
	{.name = "rules", .kind = ARGS_LIST, .takes = "PATH",                \
		.group = "Rules",                                            \
		.help = "Add the rules of this TOML file, or of each in "    \
			"this directory; ours or gitleaks format. May be "   \
			"repeated.",                                         \
		.offset = offsetof(settings, rules.paths)},                  \
	{.name = "no-default-rules", .kind = ARGS_FLAG, .value = 1,          \
		.help = "Leave out the built-in rules.",                     \
		.offset = offsetof(settings, rules.no_defaults)},            \
	{.name = "rule", .kind = ARGS_LIST, .takes = "ID",                   \
		.help = "Use only this rule; a trailing * matches the rest "  \
			"of an id. May be repeated.",                        \
		.offset = offsetof(settings, rules.only)},                   \
	{.name = "exclude-rule", .kind = ARGS_LIST, .takes = "ID",           \
		.help = "Leave out this rule. May be repeated.",             \
		.offset = offsetof(settings, rules.except)}

/* output.c: the reports of one scan. */
#define CLI_OUTPUTS 16
struct cli_output {
	enum report_format format;
	const char *path; /* NULL: standard output */
	bool has_format;
	bool is_closed;	  /* a file was named for it */
};
struct cli_outputs {
	struct cli_output at[CLI_OUTPUTS];
	size_t n;
};
/* -f starts an output, -o names its file. */
enum status cli_outputs_format(struct cli_outputs *o, const char *name,
	struct error *err) MUST_USE;
enum status cli_outputs_file(struct cli_outputs *o, const char *path,
	struct error *err) MUST_USE;
/* After the last option: text to standard output when nothing was asked. */
enum status cli_outputs_close(struct cli_outputs *o, struct error *err)
	MUST_USE;
/*
 * Write all. What fails is said on standard error; then the findings follow
 * there, redacted. True when every report was written. `common` gives all
 * but format, colour and width.
 */
bool cli_outputs_write(const struct cli_outputs *o,
	const struct report_options *common, const struct leaks *leaks,
	struct report_summary *summary);

/* fingerprint_key.c */
#define CLI_KEY_SIZE 256
struct cli_key {
	unsigned char at[CLI_KEY_SIZE];
	size_t n;
	bool is_fresh; /* made now, written nowhere */
};
/* From STANCH_FINGERPRINT_KEY, the user's key file, or fresh. */
void cli_key_load(struct cli_key *key);
/* Write a fresh key to the user's file if a finding was made with it. */
void cli_key_keep(const struct cli_key *key, const struct leaks *leaks);

#endif
