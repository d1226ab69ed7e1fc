/*
 * verify: which leaks are live, asked of their providers.
 *
 * One question per distinct secret, however many places it has, by the rule
 * that is most specific for it. What the answers said is kept for a day in
 * the user's cache directory, under a keyed hash, so that no run and no other
 * process asks again (cache.c). Nothing is asked of findings that are
 * unsure, of rules without a verify block, and of what the block marks as
 * unsafe, unless the options say so; their verdict is unknown and says why.
 *
 * The hosts of built-in rules are theirs; a rule from a file may only ask
 * hosts that the network configuration lists. One thread at a time.
 */
#ifndef STANCH_VERIFY_VERIFY_H
#define STANCH_VERIFY_VERIFY_H

#include "ask/ask.h"
#include "leaks/leaks.h"
#include "net/config.h"

#include <stdatomic.h>

enum verify_progress {
	VERIFY_PROGRESS_NEVER,
	VERIFY_PROGRESS_AUTO, /* on a terminal */
	VERIFY_PROGRESS_ALWAYS,
};

/* Of a leak whose secret another rule found, too, and is asked about it. */
#define VERIFY_SECOND "another rule is more specific for it, and is asked"

/* Who wants to know as it goes on; any may be NULL. On the caller's thread. */
struct verify_listener {
	/* Work goes on: every second or so. */
	void (*alive)(void *context);
	/* A leak has its verdict; also those that nobody was asked about. */
	void (*told)(void *context, const struct leak *leak,
		const struct verdict_facts *facts);
	void *context;
};

struct verify_options {
	const struct net_config *network;
	const char *cache; /* directory; NULL: nothing is remembered */
	bool fresh;	   /* ask whatever an earlier run heard */
	bool unsafe;	   /* also by requests that do more than read */
	/* Organizations of the user's own, for Azure DevOps. */
	const char *const *organizations;
	size_t organization_count;
	/* AWS accounts whose keys are bait: never asked about. */
	const char *const *canaries;
	size_t canary_count;
	enum verify_progress progress;
	const atomic_int *signal; /* not 0: stop; NULL: none */
	struct verify_listener listener;
};

struct verify_summary {
	size_t leaks;  /* all */
	size_t asked;  /* of providers, now */
	size_t cached; /* answered by an earlier run */
	size_t by_verdict[VERDICT_COUNT]; /* of leaks that have one */
	bool interrupted;
};

/*
 * Give every leak a verdict. Fails only for what stops all of it: no
 * stanch-net, no memory. Asking that fails is a verdict: retry or unknown.
 */
enum status verify_leaks(struct leaks *leaks,
	const struct verify_options *options, struct verify_summary *out,
	struct error *err) MUST_USE;

/*
 * What a rule's blocks may use of a leak: `secret`, each companion under its
 * rule's id, and for Azure DevOps `organization` candidates, those that stood
 * with the token first. Borrowed from the leak. For respond/ too.
 */
void verify_values(const struct leaks *leaks, const struct leak *leak,
	const struct verify_options *options, struct request_values *out);
/* NULL: it may be asked about, by its rule; else why not. That another rule
 * found the same secret is not looked at: see verify_best. */
const char *verify_forbids(const struct leak *leak,
	const struct verify_options *options);
/* Of those with the same secret: is it the leak of the most specific rule,
 * which alone is asked? Looks at all leaks. */
bool verify_best(const struct leaks *leaks, const struct leak *leak);
/* The rule's block with hosts as they may be asked: see above. *room is used
 * for the copy. NULL without a verify block. */
const struct request_block *verify_block(const struct rule *rule,
	const struct request_block *block, struct request_block *room);
/* The facts of an answer; texts are the answer's. */
struct verdict_facts verify_facts(const struct ask_answer *answer);

#endif
