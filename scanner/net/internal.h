/*
 * internal: what the files of this room share.
 */
#ifndef STANCH_NET_INTERNAL_H
#define STANCH_NET_INTERNAL_H

#include "net/frame.h"
#include "net/net.h"
#include "net/process.h"
#include "net/url.h"

#include <sys/types.h>

bool net_is_configured_host(const struct net_config *config, bytes host);

/* The frames of a request and of the configuration. */
void net_write_config(struct buf *out, const struct net_config *config);
/* `url` is where it goes, with the base applied; flags: NET_PRIVATE_OK. The
 * configuration may be NULL. */
#define NET_PRIVATE_OK 1u
void net_write_request(struct buf *out, const struct net_config *config,
	const struct net_request *request, bytes url, bytes host,
	uint32_t flags);
void net_write_mail(struct buf *out, const struct net_mail *mail);

#endif
