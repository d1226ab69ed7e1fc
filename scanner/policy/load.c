/*
 * The keys of a policy, and what they must be together.
 */
#include "policy/internal.h"

#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define POLICY_FILE_MOST ((size_t)1 << 20)
#define POLICY_MEMORY ((size_t)16 << 20)

#define SWITCH_KEYS(at)                                                      \
	{"notify", policy_read_choice, (at) +                                \
		offsetof(struct policy_switches, notify)},                   \
	{"revoke", policy_read_choice, (at) +                                \
		offsetof(struct policy_switches, revoke)},                   \
	{"grace", policy_read_seconds, (at) +                                \
		offsetof(struct policy_switches, grace)},                    \
	{"minConfidence", policy_read_confidence, (at) +                     \
		offsetof(struct policy_switches, min_confidence)}

#define UNSAID {POLICY_UNSAID, POLICY_UNSAID, -1, -1}

/* ---- parts -------------------------------------------------------------- */

static enum status read_providers(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	static const struct policy_key keys[] = {
		{"name", policy_read_text,
			offsetof(struct policy_provider, name)},
		SWITCH_KEYS(offsetof(struct policy_provider, switches)),
	};
	static const struct policy_keys table = POLICY_KEYS(keys,
		"a provider");
	static const struct policy_provider fresh = {.switches = UNSAID};
	static const struct policy_list list = {&table, sizeof(fresh), &fresh};
	struct policy *p = field;
	enum status status = policy_read_list(r, entry, &list, &p->providers,
		&p->provider_count);

	for (size_t i = 0; status == OK && i < p->provider_count; i++)
		if (p->providers[i].name == NULL)
			return policy_fail(r, entry, "has an entry without a "
				"name");
	return status;
}

static enum status read_organizations(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	static const struct policy_key keys[] = {
		{"provider", policy_read_text,
			offsetof(struct policy_organization, provider)},
		{"name", policy_read_text,
			offsetof(struct policy_organization, name)},
		{"credential", policy_read_secret_source,
			offsetof(struct policy_organization, credential)},
		SWITCH_KEYS(offsetof(struct policy_organization, switches)),
	};
	static const struct policy_keys table = POLICY_KEYS(keys,
		"an organization");
	static const struct policy_organization fresh = {.switches = UNSAID};
	static const struct policy_list list = {&table, sizeof(fresh), &fresh};
	struct policy *p = field;
	enum status status = policy_read_list(r, entry, &list,
		&p->organizations, &p->organization_count);

	for (size_t i = 0; status == OK && i < p->organization_count; i++)
		if (p->organizations[i].name == NULL ||
			p->organizations[i].provider == NULL)
			return policy_fail(r, entry, "has an entry without "
				"provider and name");
	return status;
}

static enum status read_kind(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	static const char *const names[] = {"generic", "slack", "teams", NULL};

	return policy_read_name(r, entry, names, field);
}

static enum status read_webhooks(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	static const struct policy_key keys[] = {
		{"kind", read_kind, offsetof(struct policy_webhook, kind)},
		{"url", policy_read_url, offsetof(struct policy_webhook, url)},
		{"urlFrom", policy_read_secret_source,
			offsetof(struct policy_webhook, url_secret)},
		{"key", policy_read_secret_source,
			offsetof(struct policy_webhook, key)},
	};
	static const struct policy_keys table = POLICY_KEYS(keys, "a webhook");
	static const struct policy_webhook fresh = {.kind = -1};
	static const struct policy_list list = {&table, sizeof(fresh), &fresh};
	struct policy *p = field;
	enum status status = policy_read_list(r, entry, &list, &p->webhooks,
		&p->webhook_count);

	for (size_t i = 0; status == OK && i < p->webhook_count; i++) {
		const struct policy_webhook *w = &p->webhooks[i];

		if (w->kind < 0)
			return policy_fail(r, entry, "has an entry without a "
				"kind: generic, slack or teams");
		if ((w->url != NULL) == policy_has_secret(&w->url_secret))
			return policy_fail(r, entry, "has an entry without "
				"either url or urlFrom");
		if (w->kind == POLICY_WEBHOOK_GENERIC &&
			!policy_has_secret(&w->key))
			return policy_fail(r, entry, "has a generic entry "
				"without a key to sign with");
	}
	return status;
}

static enum status read_security(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	static const char *const names[] = {"starttls", "tls", "plain", NULL};

	return policy_read_name(r, entry, names, field);
}

static enum status read_mail(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	static const struct policy_key keys[] = {
		{"server", policy_read_text,
			offsetof(struct policy_mail, server)},
		{"port", policy_read_port, offsetof(struct policy_mail, port)},
		{"security", read_security,
			offsetof(struct policy_mail, security)},
		{"user", policy_read_text, offsetof(struct policy_mail, user)},
		{"password", policy_read_secret_source,
			offsetof(struct policy_mail, password)},
		{"from", policy_read_text, offsetof(struct policy_mail, from)},
		{"to", policy_read_texts, offsetof(struct policy_mail, to)},
		{"toOwner", policy_read_flag,
			offsetof(struct policy_mail, to_owner)},
	};
	static const struct policy_keys table = POLICY_KEYS(keys, "mail");
	struct policy_mail *m = field;
	enum status status;

	if (ruleset_toml_kind(entry->value) != TOML_TABLE)
		return policy_fail(r, entry, "must be a table");
	status = policy_read_table(r, &table, entry->value, m);
	if (status)
		return status;
	if (m->server == NULL || m->from == NULL)
		return policy_fail(r, entry, "needs server and from");
	if (m->to.n == 0)
		return policy_fail(r, entry, "needs an address of the "
			"security team: to = [\"...\"]");
	if ((m->user != NULL) != policy_has_secret(&m->password))
		return policy_fail(r, entry, "needs user and password, or "
			"neither");
	if (m->user && m->security == POLICY_MAIL_PLAIN)
		return policy_fail(r, entry, "would send its password in the "
			"clear: security = \"starttls\" or \"tls\"");
	return OK;
}

static enum status read_splunk(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	static const struct policy_key keys[] = {
		{"url", policy_read_url, offsetof(struct policy_splunk, url)},
		{"token", policy_read_secret_source,
			offsetof(struct policy_splunk, token)},
		{"index", policy_read_text,
			offsetof(struct policy_splunk, index)},
	};
	static const struct policy_keys table = POLICY_KEYS(keys, "splunk");
	struct policy_splunk *s = field;
	enum status status;

	if (ruleset_toml_kind(entry->value) != TOML_TABLE)
		return policy_fail(r, entry, "must be a table");
	status = policy_read_table(r, &table, entry->value, s);
	if (status == OK && (s->url == NULL || !policy_has_secret(&s->token)))
		return policy_fail(r, entry, "needs url and token");
	return status;
}

static enum status read_partner(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	static const struct policy_key keys[] = {
		{"spool", policy_read_path,
			offsetof(struct policy_partner, spool)},
		{"key", policy_read_secret_source,
			offsetof(struct policy_partner, key)},
	};
	static const struct policy_keys table = POLICY_KEYS(keys, "partner");
	struct policy_partner *p = field;
	enum status status;

	if (ruleset_toml_kind(entry->value) != TOML_TABLE)
		return policy_fail(r, entry, "must be a table");
	status = policy_read_table(r, &table, entry->value, p);
	if (status == OK && (p->spool == NULL || !policy_has_secret(&p->key)))
		return policy_fail(r, entry, "needs spool and key");
	return status;
}

static enum status read_allow(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	static const struct policy_key keys[] = {
		{"owners", policy_read_texts,
			offsetof(struct policy, allow_owners)},
		{"organizations", policy_read_texts,
			offsetof(struct policy, allow_organizations)},
	};
	static const struct policy_keys table = POLICY_KEYS(keys, "allow");

	if (ruleset_toml_kind(entry->value) != TOML_TABLE)
		return policy_fail(r, entry, "must be a table");
	return policy_read_table(r, &table, entry->value, field);
}

static enum status read_deny(struct policy_reading *r,
	const struct toml_entry *entry, void *field)
{
	static const struct policy_key keys[] = {
		{"owners", policy_read_texts,
			offsetof(struct policy, deny_owners)},
		{"organizations", policy_read_texts,
			offsetof(struct policy, deny_organizations)},
		{"fingerprints", policy_read_texts,
			offsetof(struct policy, deny_fingerprints)},
		{"awsAccounts", policy_read_texts,
			offsetof(struct policy, deny_accounts)},
	};
	static const struct policy_keys table = POLICY_KEYS(keys, "deny");

	if (ruleset_toml_kind(entry->value) != TOML_TABLE)
		return policy_fail(r, entry, "must be a table");
	return policy_read_table(r, &table, entry->value, field);
}

/* ---- the whole ---------------------------------------------------------- */

static const struct policy_key top_keys[] = {
	{"log", policy_read_path, offsetof(struct policy, log)},
	{"head", policy_read_path, offsetof(struct policy, head)},
	{"killSwitch", policy_read_path, offsetof(struct policy, kill_switch)},
	{"operator", policy_read_text, offsetof(struct policy, operator_name)},
	{"maxRevocations", policy_read_count,
		offsetof(struct policy, max_revocations)},
	{"confirmWithin", policy_read_seconds,
		offsetof(struct policy, confirm_within)},
	{"link", policy_read_url, offsetof(struct policy, link)},
	{"syslog", policy_read_path, offsetof(struct policy, syslog)},
	{"allow", read_allow, 0},
	{"deny", read_deny, 0},
	{"providers", read_providers, 0},
	{"organizations", read_organizations, 0},
	{"webhooks", read_webhooks, 0},
	{"mail", read_mail, offsetof(struct policy, mail)},
	{"splunk", read_splunk, offsetof(struct policy, splunk)},
	{"partner", read_partner, offsetof(struct policy, partner)},
	SWITCH_KEYS(offsetof(struct policy, switches)),
};
static const struct policy_keys top_table = POLICY_KEYS(top_keys,
	"a policy");

/* Grace begins with the notice: without anybody to tell it never ends. */
static bool has_grace(const struct policy *p)
{
	bool has = p->switches.grace > 0;

	for (size_t i = 0; i < p->provider_count; i++)
		has |= p->providers[i].switches.grace > 0;
	for (size_t i = 0; i < p->organization_count; i++)
		has |= p->organizations[i].switches.grace > 0;
	return has;
}

static enum status read_all(struct policy_reading *r, bytes text,
	struct policy *p)
{
	struct toml_document *document = ruleset_toml_parse(r->name, text,
		r->err);
	enum status status;

	if (document == NULL) {
		r->err->code = ERR_USAGE;
		return ERR_USAGE;
	}
	status = policy_read_table(r, &top_table,
		ruleset_toml_root(document), p);
	ruleset_toml_free(document);
	if (status == OK && p->log == NULL)
		return error_set(r->err, ERR_USAGE, "read the policy %.200s: "
			"it names no audit log: log = \"/path\"", r->name);
	if (status == OK && has_grace(p) && p->mail.server == NULL &&
		p->webhook_count == 0)
		return error_set(r->err, ERR_USAGE, "read the policy %.200s: "
			"a grace period begins with the notice, and nobody is "
			"told: [mail] or [[webhooks]] is missing", r->name);
	return status;
}

static void put_digest(bytes text, char hex[POLICY_DIGEST])
{
	unsigned char digest[SHA256_SIZE];

	hash_sha256(text, digest);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

enum status policy_parse(const char *name, bytes text, struct policy **out,
	struct error *err)
{
	struct policy_memory *memory = calloc(1, sizeof(*memory));
	struct policy *p = calloc(1, sizeof(*p));
	struct policy_reading r = {name, NULL, err};
	enum status status;

	if (memory == NULL || p == NULL) {
		free(memory);
		free(p);
		return error_set(err, ERR_MEMORY, "read the policy: out of "
			"memory");
	}
	arena_init(&memory->arena, POLICY_MEMORY);
	r.arena = &memory->arena;
	*p = (struct policy){
		.memory = memory,
		.switches = {POLICY_ON, POLICY_ON, 0, CONFIDENCE_HIGH},
		.max_revocations = 20,
		.confirm_within = 300,
		.mail = {.port = 587, .to_owner = true},
	};
	put_digest(text, p->digest);
	status = read_all(&r, text, p);
	if (status) {
		policy_free(p);
		return status;
	}
	*out = p;
	return OK;
}

void policy_free(struct policy *p)
{
	if (p == NULL)
		return;
	arena_release(&p->memory->arena);
	free(p->memory);
	free(p);
}

/* Nobody but its user and root may have written it. */
static enum status check_file(int fd, const char *path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_set_errno(err, ERR_USAGE, "read the policy "
			"%.300s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERR_USAGE, "read the policy %.300s: it "
			"is not a regular file", path);
	if ((st.st_uid != geteuid() && st.st_uid != 0) || (st.st_mode & 022))
		return error_set(err, ERR_USAGE, "read the policy %.300s: "
			"others may write it; it must be yours or root's, and "
			"chmod go-w", path);
	return OK;
}

static enum status read_file(const char *path, struct buf *out,
	struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	enum status status;
	ssize_t n = 1;

	if (fd < 0)
		return error_set_errno(err, ERR_USAGE, "read the policy "
			"%.300s", path);
	status = check_file(fd, path, err);
	while (status == OK && n > 0) {
		if (!buf_reserve(out, 4096)) {
			status = error_set(err, ERR_USAGE, "read the policy "
				"%.300s: it is over %zu KiB", path,
				POLICY_FILE_MOST >> 10);
			break;
		}
		n = read(fd, out->at + out->n, 4096);
		if (n < 0)
			status = error_set_errno(err, ERR_USAGE, "read the "
				"policy %.300s", path);
		else
			out->n += (size_t)n;
	}
	close(fd);
	return status;
}

enum status policy_load(const char *path, struct policy **out,
	struct error *err)
{
	enum status status;
	struct buf text;

	buf_init(&text, POLICY_FILE_MOST);
	status = read_file(path, &text, err);
	if (status == OK)
		status = policy_parse(path, buf_bytes(&text), out, err);
	buf_release(&text);
	return status;
}
