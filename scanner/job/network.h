/*
 * network: what a job asks of providers, and how: options, the network
 * configuration, the cache of verdicts.
 */
#ifndef STANCH_JOB_NETWORK_H
#define STANCH_JOB_NETWORK_H

#include "args/args.h"
#include "verify/verify.h"

struct job;

/* A part of several commands' settings. */
struct job_network_choice {
	const char *network; /* file, or NULL */
	int verify, fresh, unsafe;
};
#define JOB_NETWORK_OPTIONS(settings)                                        \
	{.name = "verify", .kind = ARGS_FLAG, .value = 1,                    \
		.group = "Network",                                          \
		.help = "Ask each token's provider whether it is live. "     \
			"Without it nothing is ever sent.",                  \
		.offset = offsetof(settings, network.verify)},               \
	{.name = "verify-fresh", .kind = ARGS_FLAG, .value = 1,              \
		.help = "Ask again what an earlier run was told within the " \
			"last day.",                                         \
		.offset = offsetof(settings, network.fresh)},                \
	{.name = "verify-unsafe", .kind = ARGS_FLAG, .value = 1,             \
		.help = "Also ask where asking is more than reading.",       \
		.offset = offsetof(settings, network.unsafe)},               \
	{.name = "network", .kind = ARGS_TEXT, .takes = "FILE",              \
		.help = "The network configuration: CA, proxy, servers of "  \
			"your own. Default: what STANCH_NETWORK names.",     \
		.offset = offsetof(settings, network.network)}

/*
 * Between job_finish and job_report: ask the providers. The configuration is
 * read first, before anything is scanned, by job_network_open.
 */
struct job_network;
enum status job_network_open(const struct job_network_choice *choice,
	const struct args_list *targets, struct job_network **out,
	struct error *err) MUST_USE;
void job_network_close(struct job_network *n); /* accepts NULL */
/* For verify_leaks and its like; borrowed from n. */
struct verify_options job_network_options(const struct job_network *n);
enum status job_verify(struct job *j, const struct job_network *n,
	struct error *err) MUST_USE;
#endif
