/*
 * network: the network configuration, a TOML file of the user's own that
 * --network or STANCH_NETWORK names. Described in scanner/manual/response.md.
 *
 * It says whom the process may trust, so it must not come from what is
 * scanned, nor be a file that anybody may write. Read strictly: an unknown
 * key, or a value that cannot be meant, is an error with its line.
 */
#ifndef STANCH_NETWORK_NETWORK_H
#define STANCH_NETWORK_NETWORK_H

#include "base/error.h"
#include "net/config.h"

struct network {
	struct net_config config;
	/* For verify/: see verify_options. */
	const char *const *organizations;
	size_t organization_count;
	const char *const *canaries;
	size_t canary_count;
	/* For audits: "github.com" -> "https://mirror.example.com/github":
	 * where repositories of that host are cloned from instead. */
	const struct net_mapping *clones;
	size_t clone_count;
	struct network_memory *memory; /* of network/ */
};

/*
 * `path` NULL: what STANCH_NETWORK names; neither: an empty configuration.
 * `targets` are what is scanned: a file that stands in one of them, or in its
 * repository, is refused. ERR_USAGE names the mend.
 */
enum status network_load(const char *path, const char *const *targets,
	size_t target_count, struct network **out, struct error *err) MUST_USE;
void network_free(struct network *n); /* accepts NULL */

#endif
