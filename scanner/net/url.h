/*
 * url: one strict reading of URLs, and which hosts a list allows.
 */
#ifndef STANCH_NET_URL_H
#define STANCH_NET_URL_H

#include "base/bytes.h"
#include "net/config.h"

#include <stdint.h>

/*
 * What `text` says, if a URL as we send them: "https://", a host name in lower
 * case, perhaps a port, a path. False for anything else: user info, addresses
 * in any spelling, control or non-ASCII bytes, back slashes, fragments.
 */
struct net_url {
	bytes host, path; /* path: with the query, "" or from its '/' */
	uint16_t port;	  /* 443 unless named */
};
bool net_url_parse(bytes text, struct net_url *out);
/* Does one of the patterns, as in net_request, allow the host? */
bool net_host_allowed(const struct net_config *config,
	const char *const *hosts, size_t count, bytes host);

#endif
