/*
 * channels: where credentials come from, and where notices and records go.
 */
#ifndef STANCH_POLICY_CHANNELS_H
#define STANCH_POLICY_CHANNELS_H

#include "base/buf.h"
#include "base/error.h"

#include <stdint.h>

/* Where a credential comes from; both NULL: none is configured. */
struct policy_secret {
	const char *env;
	const char *const *command; /* argv, ends with NULL; no shell */
};

/* Is there anything to read? */
bool policy_has_secret(const struct policy_secret *s);
/*
 * Read it: the variable, or the first line that the program prints; it gets
 * no shell, no input, and 60 seconds. Release `out` wiped. `what` stands in
 * the error: "the administrator's credential of contoso".
 */
enum status policy_read_secret(const struct policy_secret *s,
	const char *what, struct buf *out, struct error *err) MUST_USE;

struct policy_texts {
	const char *const *at;
	size_t n;
};

enum policy_mail_security {
	POLICY_MAIL_STARTTLS,
	POLICY_MAIL_TLS,
	POLICY_MAIL_PLAIN,
};
struct policy_mail {
	const char *server; /* NULL: no mail */
	uint16_t port;
	int security; /* enum policy_mail_security */
	const char *user;
	struct policy_secret password;
	const char *from;
	struct policy_texts to; /* the security team */
	bool to_owner;	/* also to whom the provider names; default true */
};

enum policy_webhook_kind {
	POLICY_WEBHOOK_GENERIC, /* JSON, signed with `key` */
	POLICY_WEBHOOK_SLACK,
	POLICY_WEBHOOK_TEAMS,
};
struct policy_webhook {
	int kind; /* enum policy_webhook_kind */
	const char *url; /* or from a secret, since some URLs are one */
	struct policy_secret url_secret, key;
};

struct policy_splunk {
	const char *url; /* NULL: none */
	struct policy_secret token;
	const char *index;
};

#endif
