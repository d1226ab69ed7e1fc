/*
 * stanch revoke: one credential, from standard input, never from argv.
 */
#include "loop/internal.h"

#include "base/limits.h"
#include "job/console.h"
#include "loop/response.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/banned.h"

struct settings {
	struct loop_response_choice response;
	struct job_network_choice network;
	struct job_rule_choice rules;
};

static const struct args_option options[] = {
	{.name = "policy", .kind = ARGS_TEXT, .takes = "POLICY",
		.help = "The policy: audit log, credentials, whose tokens may "
			"be revoked. Its grace period does not count.",
		.offset = offsetof(struct settings, response.policy)},
	LOOP_DRY_OPTIONS(struct settings),
	{.name = "network", .kind = ARGS_TEXT, .takes = "FILE",
		.help = "The network configuration. Default: what "
			"STANCH_NETWORK names.",
		.offset = offsetof(struct settings, network.network)},
	JOB_RULE_OPTIONS(struct settings),
};

/* The different secrets that were found. */
static size_t count_secrets(const struct leaks *leaks)
{
	size_t n = 0;

	for (size_t i = 0; i < leaks_count(leaks); i++)
		n += verify_best(leaks, leaks_at(leaks, i));
	return n;
}

static enum status scan_input(struct job *j, struct error *err)
{
	enum status status = job_scan(j, "-", err);
	size_t n;

	if (status == OK)
		status = job_finish(j, err);
	if (status)
		return status;
	n = count_secrets(job_leaks(j));
	if (n == 1)
		return OK;
	return error_set(err, ERR_USAGE, n == 0 ?
		"revoke what standard input holds: no rule knows it; give the "
		"token as it was found, with what belongs to it (organization, "
		"key id) on lines of their own" :
		"revoke what standard input holds: it is more than one token; "
		"give one");
}

static int exit_of(const struct respond_summary *s)
{
	if (s->interrupted)
		return EXIT_PARTIAL_FOUND;
	return s->revoked || (s->dead && !s->live) ? EXIT_CLEAN : EXIT_FOUND;
}

static int run(const struct settings *settings, const atomic_int *signal)
{
	const struct job_options asked = {
		.rules = settings->rules,
		.detect = {.decode_depth = LIMIT_DECODE_DEPTH,
			.min_confidence = CONFIDENCE_LOW},
		.engine = {.jobs = 1, .progress = PROGRESS_NEVER,
			.signal = signal},
	};
	const struct args_list targets = {.n = 0};
	struct loop_response_run response = {.decider = RESPOND_BY_PERSON,
		.say = stdout, .signal = signal};
	struct respond_summary summary = {0};
	struct loop_response *r = NULL;
	struct job_network *network = NULL;
	struct error err = {0};
	struct job *j = NULL;
	enum status status;

	status = job_network_open(&settings->network, &targets, &network,
		&err);
	if (status == OK)
		status = loop_response_open(&settings->response, &targets,
			network, &r, &err);
	if (status == OK)
		status = job_open(&j, &asked, &err);
	if (status == OK)
		status = scan_input(j, &err);
	if (status == OK) {
		response.leaks = job_found(j);
		status = loop_response_run(r, &response, &summary, &err);
	}
	loop_response_close(r);
	job_network_close(network);
	job_close(j);
	return status == OK ? exit_of(&summary) : console_fail(&err);
}

static int run_revoke(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct settings settings = {.response = {.policy = NULL}};
	struct args_list words = {.n = 0};
	struct error err = {0};

	if (console_parse(self, argc, argv, &settings, &words, 0, &err))
		return console_fail(&err);
	if (settings.response.policy == NULL) {
		error_set(&err, ERR_USAGE, "read the command line: --policy "
			"is missing: it names the audit log and says whose "
			"tokens may be revoked");
		return console_fail(&err);
	}
	return run(&settings, ((const struct console *)context)->signal);
}

const struct args_command loop_revoke_command = {
	.name = "revoke",
	.summary = "Revoke one credential, read from standard input: proved "
		"live, recorded, revoked, confirmed dead.",
	.about =
"What belongs to the credential (organization, key id, host) may stand on "
"lines of its own beside it. You decide, so a grace period does not count, and "
"a revocation that was refused or not confirmed earlier is sent again; all "
"else of the policy holds.\n"
"\n"
"Exit codes: 0 it is dead; 1 it is not, or not known to be; 2 could not run.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run_revoke,
};
