/*
 * message: what notices say. Nothing of the token is in them.
 */
#ifndef STANCH_RESPOND_MESSAGE_H
#define STANCH_RESPOND_MESSAGE_H

#include "respond/internal.h"

void respond_message_subject(const struct respond_incident *in,
	struct buf *out);
void respond_message_text(const struct respond_run *r,
	const struct respond_incident *in, struct buf *out);
/* A mail with headers; lines end with CR LF. `owner` may be NULL. */
void respond_message_mail(const struct respond_run *r,
	const struct respond_incident *in, const char *owner,
	struct buf *out);
/* The body of a webhook. */
void respond_message_hook(const struct respond_run *r,
	const struct respond_incident *in, enum policy_webhook_kind kind,
	struct buf *out);
/* The path of a place, without the secret when that stands in it. */
void respond_put_path(const struct respond_incident *in,
	const struct leak_place *place, struct buf *out);
/* link.c: the address of the first place's line; nothing when there is none
 * (not in a commit), or nobody says where it would be. */
void respond_put_link(const struct respond_run *r,
	const struct respond_incident *in, struct buf *out);
/* An address that may stand in an envelope and a header as it is. */
bool respond_is_address(const char *text);

#endif
