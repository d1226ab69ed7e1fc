/*
 * policy: what may be done about a leak, and with which credentials.
 *
 * A policy is a TOML file of the user's own, from outside of what is scanned,
 * that nobody else can write. It is read strictly: an unknown key or provider
 * is an error, since a misspelt `revoke = false` would leave revoking on.
 * Credentials are never in it, only where they come from: an environment
 * variable or a program. The manual is scanner/manual/response.md; an example
 * that a test loads is scanner/manual/policy.toml. Frozen once loaded; any
 * thread may read it.
 */
#ifndef STANCH_POLICY_POLICY_H
#define STANCH_POLICY_POLICY_H

#include "flow/confidence.h"
#include "policy/channels.h"

#include <stdint.h>

/* What is said for all, for a provider, for an organization; the narrower
 * one counts. */
enum policy_choice { POLICY_UNSAID, POLICY_OFF, POLICY_ON };
struct policy_switches {
	enum policy_choice notify, revoke;
	int64_t grace;	    /* seconds between notice and revoking; -1 unsaid */
	int min_confidence; /* enum confidence; -1 unsaid */
};

struct policy_provider {
	const char *name;
	struct policy_switches switches;
};

/* An organization of the user's own. */
struct policy_organization {
	const char *provider, *name;
	struct policy_switches switches;
	struct policy_secret credential; /* of an administrator */
};

/* Of a policy's text: SHA-256 in hex. */
#define POLICY_DIGEST 65

/* Of `stanch partner`. */
struct policy_partner {
	const char *spool; /* a directory, for what is not handled yet */
	struct policy_secret key; /* that it is sealed with */
};

struct policy {
	char digest[POLICY_DIGEST];
	const char *log;	 /* the audit log */
	const char *head;	 /* file that the log's head is written to */
	const char *kill_switch; /* while it exists nothing is revoked */
	const char *operator_name; /* who answers for it; or NULL */
	struct policy_switches switches;
	uint32_t max_revocations; /* a run; default 20 */
	int64_t confirm_within;	  /* seconds to wait for dead; default 300 */
	struct policy_texts allow_owners, allow_organizations;
	struct policy_texts deny_owners, deny_organizations;
	struct policy_texts deny_fingerprints; /* or C3IDs */
	struct policy_texts deny_accounts; /* AWS: never even asked about */
	const struct policy_provider *providers;
	size_t provider_count;
	const struct policy_organization *organizations;
	size_t organization_count;
	struct policy_mail mail;
	const struct policy_webhook *webhooks;
	size_t webhook_count;
	const char *syslog; /* a socket, or NULL */
	struct policy_splunk splunk;
	struct policy_partner partner;
	const char *link; /* template of a link to a line, or NULL */
	struct policy_memory *memory; /* of policy/ */
};

/* ERR_USAGE names file, line, column and the mend. */
enum status policy_load(const char *path, struct policy **out,
	struct error *err) MUST_USE;
/* The same from a text; `name` stands in errors. */
enum status policy_parse(const char *name, bytes text, struct policy **out,
	struct error *err) MUST_USE;
void policy_free(struct policy *p); /* accepts NULL */

/*
 * Refuse a policy file that stands in a target, or in the repository that the
 * target is in. Targets that are no local directory are passed over.
 */
enum status policy_check_place(const char *path, const char *target,
	struct error *err) MUST_USE;
/* ERR_USAGE when it names a provider that `known` (n of them) lacks. */
enum status policy_check_providers(const struct policy *p,
	const char *const *known, size_t n, struct error *err) MUST_USE;

/* What holds for a leak; organization may be NULL. Nothing is unsaid. */
struct policy_switches policy_for(const struct policy *p,
	const char *provider, const char *organization);
/* The configured organization, or NULL. */
const struct policy_organization *policy_organization(const struct policy *p,
	const char *provider, const char *name);

/* Whose token is it, as the provider says; each may be NULL. */
struct policy_who {
	const char *provider, *organization;
	const char *owner, *email, *owner_id;
};
enum policy_owner {
	POLICY_OWNER_UNKNOWN, /* the provider did not tell */
	POLICY_OWNER_ALLOWED,
	POLICY_OWNER_OTHER,  /* on no allow list */
	POLICY_OWNER_DENIED, /* on a deny list */
};
/*
 * A deny list goes before an allow list. A configured organization, those of
 * allow.organizations and the owners of allow.owners are allowed; there `*`
 * stands for any characters, and "*" alone also for an unknown owner.
 */
enum policy_owner policy_owner(const struct policy *p,
	const struct policy_who *who);
bool policy_denies_token(const struct policy *p, const char *fingerprint,
	const char *c3id);
bool policy_denies_account(const struct policy *p, const char *account);

/* Is there a kill switch now? Also when that cannot be found out. */
bool policy_is_stopped(const struct policy *p);

#endif
