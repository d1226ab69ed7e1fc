/*
 * stanch respond: the response policy over the findings of reports.
 */
#include "loop/findings.h"
#include "loop/internal.h"
#include "job/console.h"
#include "loop/response.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

struct settings {
	struct loop_response_choice response;
	struct job_network_choice network;
	struct job_rule_choice rules;
	const char *origin;
};

static const struct args_option options[] = {
	{.name = "policy", .kind = ARGS_TEXT, .takes = "POLICY",
		.help = "The policy; see the manual's response.md.",
		.offset = offsetof(struct settings, response.policy)},
	LOOP_DRY_OPTIONS(struct settings),
	{.name = "origin", .kind = ARGS_TEXT, .takes = "URL",
		.help = "Where what was scanned stands, for links in notices.",
		.offset = offsetof(struct settings, origin)},
	{.name = "network", .kind = ARGS_TEXT, .takes = "FILE",
		.help = "The network configuration. Default: what "
			"STANCH_NETWORK names.",
		.offset = offsetof(struct settings, network.network)},
	JOB_RULE_OPTIONS(struct settings),
};

static enum status read_report(const char *path, const struct ruleset *rules,
	struct leaks *leaks, size_t *passed, struct error *err)
{
	const bool is_stdin = strcmp(path, "-") == 0;
	FILE *from = is_stdin ? stdin : fopen(path, "re");
	enum status status;

	if (from == NULL)
		return error_set_errno(err, ERR_USAGE, "read the report "
			"%.300s", path);
	status = loop_findings_read(from, is_stdin ? "standard input" : path,
		rules, leaks, passed, err);
	if (!is_stdin)
		fclose(from);
	return status;
}

struct work {
	struct ruleset *rules;
	struct leaks *leaks;
	struct loop_response *response;
	struct job_network *network;
};

static enum status open_work(struct work *w, const struct settings *s,
	struct error *err)
{
	const struct args_list none = {.n = 0};
	const struct leaks_options fresh_key = {{NULL, 0}};
	enum status status = job_network_open(&s->network, &none, &w->network,
		err);

	if (status == OK)
		status = loop_response_open(&s->response, &none, w->network,
			&w->response, err);
	if (status == OK)
		status = job_rules_load(&s->rules, &w->rules, err);
	if (status == OK) {
		w->leaks = leaks_new(&fresh_key, err);
		if (w->leaks == NULL)
			status = err->code;
	}
	return status;
}

static void close_work(struct work *w)
{
	leaks_free(w->leaks);
	ruleset_free(w->rules);
	loop_response_close(w->response);
	job_network_close(w->network);
}

static int run(const struct settings *s, const struct args_list *reports,
	const atomic_int *signal)
{
	struct loop_response_run what = {.decider = RESPOND_BY_POLICY,
		.origin = s->origin, .say = stdout, .signal = signal};
	struct respond_summary summary = {0};
	struct error err = {0};
	struct work w = {0};
	size_t passed = 0;
	enum status status = open_work(&w, s, &err);

	for (size_t i = 0; status == OK && i < reports->n; i++)
		status = read_report(reports->at[i], w.rules, w.leaks, &passed,
			&err);
	if (status == OK)
		status = leaks_finish(w.leaks, &err);
	if (status == OK) {
		what.leaks = w.leaks;
		status = loop_response_run(w.response, &what, &summary, &err);
	}
	close_work(&w);
	if (status)
		return console_fail(&err);
	if (passed)
		fprintf(stderr, "stanch: %zu findings of rules that are not "
			"known here were passed over\n", passed);
	if (summary.interrupted || passed)
		return summary.live > summary.revoked ? EXIT_PARTIAL_FOUND :
			EXIT_PARTIAL;
	return summary.live > summary.revoked ? EXIT_FOUND : EXIT_CLEAN;
}

static int run_respond(void *context, const struct args_command *self,
	int argc, char **argv)
{
	struct settings settings = {.origin = NULL};
	struct args_list reports = {.n = 0};
	struct error err = {0};

	if (console_parse(self, argc, argv, &settings, &reports, ARGS_LIST_MAX,
		&err))
		return console_fail(&err);
	if (settings.response.policy == NULL) {
		error_set(&err, ERR_USAGE, "read the command line: --policy "
			"is missing");
		return console_fail(&err);
	}
	if (reports.n == 0)
		reports.at[reports.n++] = "-";
	return run(&settings, &reports,
		((const struct console *)context)->signal);
}

const struct args_command loop_respond_command = {
	.name = "respond",
	.takes = "[REPORT...]",
	.summary = "Run the response policy over the findings of reports: "
		"prove live, notify, record, revoke, confirm.",
	.about =
"A report is what `scan -f jsonl --show-secrets` wrote; - or none is standard "
"input. `scan --respond POLICY` does both at once and writes no secret "
"anywhere.\n"
"\n"
"Exit codes: 0 no token is live; 1 some are, and were not revoked; 2 could "
"not run; 3, 4 the same, interrupted or not complete.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run_respond,
};
