/* The network configuration and the cache of verdicts, as options ask. */
#include "job/internal.h"
#include "job/network.h"

#include "network/network.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

struct job_network {
	struct job_network_choice choice;
	struct network *network;
	char cache[PATH_MAX]; /* "": none */
};

/* $XDG_CACHE_HOME, or $HOME/.cache, then "/stanch/verdicts". */
static void find_cache(char path[PATH_MAX])
{
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	int n = -1;

	if (cache != NULL && cache[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/stanch/verdicts", cache);
	else if (home != NULL && home[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/.cache/stanch/verdicts",
			home);
	if (n < 0 || n >= PATH_MAX)
		path[0] = '\0';
}

enum status job_network_open(const struct job_network_choice *choice,
	const struct args_list *targets, struct job_network **out,
	struct error *err)
{
	struct job_network *n = calloc(1, sizeof(*n));
	enum status status;

	if (n == NULL)
		return error_set(err, ERR_MEMORY, "start: out of memory");
	n->choice = *choice;
	find_cache(n->cache);
	status = network_load(choice->network, targets->at, targets->n,
		&n->network, err);
	if (status != OK)
		job_network_close(n);
	else
		*out = n;
	return status;
}

void job_network_close(struct job_network *n)
{
	if (n == NULL)
		return;
	network_free(n->network);
	free(n);
}

struct verify_options job_network_options(const struct job_network *n)
{
	return (struct verify_options){
		.network = &n->network->config,
		.cache = n->cache[0] ? n->cache : NULL,
		.fresh = n->choice.fresh,
		.unsafe = n->choice.unsafe,
		.organizations = n->network->organizations,
		.organization_count = n->network->organization_count,
		.canaries = n->network->canaries,
		.canary_count = n->network->canary_count,
	};
}
