/* Types by their names. */
#include "partner/types.h"

#include "base/banned.h"

#define ID_ROOM 128

/* Source: GitHub's documentation, "Supported secret scanning patterns". Those
 * are left out whose names are our ids with _ for -. */
static const struct {
	const char *type, *rules[4];
} known[] = {
	{"azure_devops_personal_access_token",
		{"azure-devops-pat", "azure-devops-pat-legacy"}},
	{"github_personal_access_token",
		{"github-pat", "github-pat-fine-grained"}},
	{"github_oauth_access_token", {"github-oauth-token"}},
	{"github_app_installation_access_token",
		{"github-installation-token",
			"github-installation-token-jwt"}},
	{"gitlab_access_token", {"gitlab-pat", "gitlab-pat-routable"}},
	{"npm_access_token", {"npm-token"}},
	{"pypi_api_token", {"pypi-token"}},
	{"rubygems_api_key", {"rubygems-token"}},
	{"slack_api_token", {"slack-bot-token", "slack-user-token",
		"slack-app-token"}},
	{"slack_incoming_webhook_url", {"slack-webhook"}},
	{"discord_bot_token", {"discord-bot-token"}},
	{"telegram_bot_token", {"telegram-bot-token"}},
	{"hugging_face_user_access_token", {"huggingface-token"}},
	{"digitalocean_personal_access_token", {"digitalocean-pat"}},
	{"digitalocean_oauth_token", {"digitalocean-oauth-token"}},
	{"doppler_personal_token", {"doppler-token"}},
	{"doppler_service_token", {"doppler-service-token"}},
	{"grafana_cloud_api_token", {"grafana-cloud-token"}},
	{"hashicorp_vault_service_token", {"vault-service-token"}},
	{"hashicorp_vault_batch_token", {"vault-batch-token"}},
	{"fastly_api_token", {"fastly-api-token"}},
	{"linear_api_key", {"linear-api-key"}},
	{"postman_api_key", {"postman-api-key"}},
	{"sendgrid_api_key", {"sendgrid-api-key"}},
	{"stripe_api_key", {"stripe-secret-key", "stripe-restricted-key"}},
	{"azure_storage_account_key", {"azure-storage-key",
		"azure-storage-account-key"}},
	{"atlassian_api_token", {"atlassian-api-token"}},
};

static size_t put(const struct types *t, const char *id,
	const struct rule *out[TYPES_RULES], size_t n)
{
	const struct rule *rule = ruleset_find(t->rules, id);

	if (rule && !rule->helper && n < TYPES_RULES)
		out[n++] = rule;
	return n;
}

static size_t find_own(const struct types *t, bytes type,
	const struct rule *out[TYPES_RULES])
{
	size_t n = 0;

	for (size_t i = 0; i < t->own->n; i++) {
		const char *equals = strchr(t->own->at[i], '=');

		if (equals && bytes_equal(type, bytes_of(t->own->at[i],
			(size_t)(equals - t->own->at[i]))))
			n = put(t, equals + 1, out, n);
	}
	return n;
}

static size_t find_known(const struct types *t, bytes type,
	const struct rule *out[TYPES_RULES])
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!bytes_equal_nocase(type, bytes_text(known[i].type)))
			continue;
		for (size_t k = 0; k < 4 && known[i].rules[k]; k++)
			n = put(t, known[i].rules[k], out, n);
	}
	return n;
}

static size_t find_id(const struct types *t, bytes type,
	const struct rule *out[TYPES_RULES])
{
	char id[ID_ROOM];

	if (type.n >= ID_ROOM)
		return 0;
	for (size_t i = 0; i < type.n; i++) {
		const unsigned char c = type.at[i];

		id[i] = (char)(c == '_' || c == ' ' ? '-' :
			c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	id[type.n] = '\0';
	return put(t, id, out, 0);
}

size_t types_find(const struct types *t, bytes type,
	const struct rule *out[TYPES_RULES])
{
	size_t n = find_own(t, type, out);

	if (n == 0)
		n = find_known(t, type, out);
	return n ? n : find_id(t, type, out);
}

enum status types_check(const struct types *t, struct error *err)
{
	for (size_t i = 0; i < t->own->n; i++) {
		const char *text = t->own->at[i];
		const char *equals = strchr(text, '=');

		if (equals == NULL || equals == text || equals[1] == '\0')
			return error_set(err, ERR_USAGE, "read the command "
				"line: --type %.100s is not TYPE=RULE", text);
		if (ruleset_find(t->rules, equals + 1) == NULL)
			return error_set(err, ERR_USAGE, "read the command "
				"line: --type %.100s names no rule; `stanch "
				"rules list` does", text);
	}
	return OK;
}
