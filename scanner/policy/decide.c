/*
 * What a policy says of one leak. Pure, but for the kill switch.
 */
#include "policy/internal.h"

#include "place/place.h"

#include <errno.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/banned.h"

static void narrow(struct policy_switches *s, const struct policy_switches *by)
{
	if (by->notify != POLICY_UNSAID)
		s->notify = by->notify;
	if (by->revoke != POLICY_UNSAID)
		s->revoke = by->revoke;
	if (by->grace >= 0)
		s->grace = by->grace;
	if (by->min_confidence >= 0)
		s->min_confidence = by->min_confidence;
}

struct policy_switches policy_for(const struct policy *p,
	const char *provider, const char *organization)
{
	struct policy_switches s = p->switches;
	const struct policy_organization *o;

	for (size_t i = 0; i < p->provider_count; i++)
		if (strcmp(p->providers[i].name, provider) == 0)
			narrow(&s, &p->providers[i].switches);
	o = policy_organization(p, provider, organization);
	if (o)
		narrow(&s, &o->switches);
	return s;
}

const struct policy_organization *policy_organization(const struct policy *p,
	const char *provider, const char *name)
{
	if (name == NULL)
		return NULL;
	for (size_t i = 0; i < p->organization_count; i++)
		if (strcmp(p->organizations[i].provider, provider) == 0 &&
			strcasecmp(p->organizations[i].name, name) == 0)
			return &p->organizations[i];
	return NULL;
}

/* `*` is any characters; ASCII case does not matter. Linear: the last star
 * is the only one that is tried again. */
static bool is_like(const char *pattern, const char *text)
{
	const char *star = NULL, *from = text;

	while (*text != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			from = text;
		} else if (*pattern != '\0' &&
			strncasecmp(pattern, text, 1) == 0) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool has_like(const struct policy_texts *patterns, const char *text)
{
	for (size_t i = 0; text != NULL && i < patterns->n; i++)
		if (is_like(patterns->at[i], text))
			return true;
	return false;
}

static bool has_owner(const struct policy_texts *patterns,
	const struct policy_who *who)
{
	return has_like(patterns, who->owner) ||
	       has_like(patterns, who->email) ||
	       has_like(patterns, who->owner_id);
}

static bool allows_anyone(const struct policy *p)
{
	for (size_t i = 0; i < p->allow_owners.n; i++)
		if (strcmp(p->allow_owners.at[i], "*") == 0)
			return true;
	return false;
}

enum policy_owner policy_owner(const struct policy *p,
	const struct policy_who *who)
{
	const bool is_known = who->owner || who->email || who->owner_id;

	if (has_owner(&p->deny_owners, who) ||
		has_like(&p->deny_organizations, who->organization))
		return POLICY_OWNER_DENIED;
	if (policy_organization(p, who->provider, who->organization) ||
		has_like(&p->allow_organizations, who->organization) ||
		has_owner(&p->allow_owners, who) || allows_anyone(p))
		return POLICY_OWNER_ALLOWED;
	return is_known || who->organization ? POLICY_OWNER_OTHER :
		POLICY_OWNER_UNKNOWN;
}

static bool has_exact(const struct policy_texts *texts, const char *text)
{
	for (size_t i = 0; text != NULL && i < texts->n; i++)
		if (strcmp(texts->at[i], text) == 0)
			return true;
	return false;
}

bool policy_denies_token(const struct policy *p, const char *fingerprint,
	const char *c3id)
{
	return has_exact(&p->deny_fingerprints, fingerprint) ||
	       has_exact(&p->deny_fingerprints, c3id);
}

bool policy_denies_account(const struct policy *p, const char *account)
{
	return has_exact(&p->deny_accounts, account);
}

bool policy_is_stopped(const struct policy *p)
{
	struct stat st;

	return p->kill_switch != NULL &&
	       (lstat(p->kill_switch, &st) == 0 || errno != ENOENT);
}

static enum status check_name(const char *name, const char *const *known,
	size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(known[i], name) == 0)
			return OK;
	return error_set(err, ERR_USAGE, "read the policy: no rule is of a "
		"provider '%.60s'; `stanch rules list` names them", name);
}

enum status policy_check_providers(const struct policy *p,
	const char *const *known, size_t n, struct error *err)
{
	enum status status = OK;

	for (size_t i = 0; status == OK && i < p->provider_count; i++)
		status = check_name(p->providers[i].name, known, n, err);
	for (size_t i = 0; status == OK && i < p->organization_count; i++)
		status = check_name(p->organizations[i].provider, known, n,
			err);
	return status;
}

/* ---- where it stands ---------------------------------------------------- */

enum status policy_check_place(const char *path, const char *target,
	struct error *err)
{
	if (place_of(path, target) == PLACE_APART)
		return OK;
	return error_set(err, ERR_USAGE, "use the policy %.200s: it stands in "
		"what is scanned (%.200s), whose authors must not decide; keep "
		"it elsewhere", path, target);
}
