/*
 * response: a policy's response to the leaks of a job, as `scan --respond`,
 * `respond`, `revoke` and `partner` ask for it.
 *
 *	loop_response_open (before anything is scanned) -> scan ->
 *		loop_response_run -> loop_response_close
 */
#ifndef STANCH_LOOP_RESPONSE_H
#define STANCH_LOOP_RESPONSE_H

#include "args/args.h"
#include "job/job.h"
#include "job/network.h"
#include "respond/respond.h"

struct loop_response_choice {
	const char *policy; /* file */
	int dry_run, many;
};

#define LOOP_DRY_OPTIONS(settings)                                           \
	{.name = "dry-run", .kind = ARGS_FLAG, .value = 1,                   \
		.help = "Print every request that a response would send, "   \
			"redacted, and send only those that ask whether a "  \
			"token is live.",                                    \
		.offset = offsetof(settings, response.dry_run)},             \
	{.name = "yes-many", .kind = ARGS_FLAG, .value = 1,                  \
		.help = "Revoke more tokens than the policy's "              \
			"maxRevocations.",                                   \
		.offset = offsetof(settings, response.many)}

struct loop_response;

/*
 * Load the policy and see that it can be carried out. `targets` are what is
 * scanned: a policy that stands there is refused.
 */
enum status loop_response_open(const struct loop_response_choice *choice,
	const struct args_list *targets, const struct job_network *network,
	struct loop_response **out, struct error *err) MUST_USE;
/* As it was read. */
const struct policy *loop_response_policy(const struct loop_response *r);
void loop_response_close(struct loop_response *r); /* accepts NULL */

struct loop_response_run {
	struct leaks *leaks; /* finished */
	enum respond_decider decider;
	const char *origin; /* what was scanned, or NULL */
	FILE *say;
	const atomic_int *signal;
	struct verify_listener listener; /* `alive` is heard of */
	respond_told *told; /* or NULL */
	respond_find_home *find_home; /* or NULL */
	int64_t cap_seconds; /* as in respond_options */
	void *context;
};
/* The leaks' verdicts are set; what was done is said. */
enum status loop_response_run(struct loop_response *r,
	const struct loop_response_run *run, struct respond_summary *summary,
	struct error *err) MUST_USE;

#endif
