/*
 * The table of checks: what a rule file names, and what it runs.
 */
#include "check/internal.h"

#include "base/banned.h"

struct check {
	const char *name;
	check_run_fn *run;
	check_fill_fn *fill; /* NULL: cannot be filled */
};

static const struct check checks[] = {
	{"crc32", check_crc32, check_fill_crc32},
	{"github-fine-grained", check_github, check_fill_github},
	{"ado-legacy", check_ado_legacy, check_fill_ado_legacy},
	{"cask", check_cask, check_fill_cask},
	{"azure-key", check_azure_key, check_fill_azure_key},
	{"cask-open", check_cask_open, check_fill_cask_open},
	{"entra", check_entra, check_fill_entra},
	{"gitlab-routable", check_gitlab, check_fill_gitlab},
	{"bech32", check_bech32, check_fill_bech32},
	{"jwt", check_jwt, check_fill_jwt},
	{"pem", check_pem, check_fill_pem},
	{"pgp", check_pgp, check_fill_pgp},
	{"putty", check_putty, check_fill_putty},
	{"macaroon", check_macaroon, check_fill_macaroon},
	{"base64-json", check_base64_json, check_fill_base64_json},
	{"basic-auth", check_basic_auth, check_fill_basic_auth},
	{"url-password", check_url_password, NULL},
	{"aws-key-id", check_aws_key, check_fill_aws_key},
	{"discord-bot", check_discord, check_fill_discord},
	{"luhn", check_luhn, check_fill_luhn},
	{"hex-random", check_random_hex, NULL},
	{"random", check_random_text, NULL},
};

#define CHECKS (sizeof(checks) / sizeof(*checks))

static const struct check *find(const char *name)
{
	for (size_t i = 0; name != NULL && i < CHECKS; i++)
		if (strcmp(checks[i].name, name) == 0)
			return &checks[i];
	return NULL;
}

bool check_is_known(const char *name)
{
	return find(name) != NULL;
}

const char *check_name(size_t i)
{
	return i < CHECKS ? checks[i].name : NULL;
}

struct check_verdict check_run(const struct rule_check *rule, bytes secret,
	bytes match)
{
	const struct check *check = find(rule->name);
	struct check_input in = {rule, secret, match};

	return check ? check->run(&in) : check_says(CHECK_NONE, NULL);
}

bool check_fill(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	const struct check *check = find(rule->name);

	return check != NULL && check->fill != NULL && start <= token->n &&
	       check->fill(rule, token, start);
}
