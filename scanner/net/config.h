/*
 * config: the user's own word on the network, from outside of what is scanned.
 *
 * Filled by cli/ from the file that --network or STANCH_NETWORK names; the
 * same for the whole run. See scanner/manual/response.md.
 */
#ifndef STANCH_NET_CONFIG_H
#define STANCH_NET_CONFIG_H

#include <stddef.h>
#include <stdint.h>

/* "api.github.com" -> "https://github.example.com/api/v3", or
 * "api.github.com:443" -> "127.0.0.1:8443". */
struct net_mapping {
	const char *from, *to;
};

struct net_config {
	const char *ca_file; /* PEM, instead of the system's; or NULL */
	const char *proxy;   /* "http://host:port", or NULL */
	/* Requests a minute to each host, for the rules' own; 0: theirs. */
	uint32_t per_minute;
	/* Hosts of servers of the user's own: "@configured" allows them, and
	 * their addresses may be private. */
	const char *const *hosts;
	size_t host_count;
	/* What stands in front of the path, for a provider's host. */
	const struct net_mapping *bases;
	size_t base_count;
	/* Where to connect instead; certificate and name stay the host's. */
	const struct net_mapping *connects;
	size_t connect_count;
};

#endif
