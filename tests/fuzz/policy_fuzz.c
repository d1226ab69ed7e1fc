/*
 * A policy file, of any bytes: it is refused with a place, or what it says can
 * be asked for. Whatever it says, a denied owner is never an allowed one.
 */
#include "policy/policy.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void ask(const struct policy *p)
{
	static const struct policy_who who[] = {
		{"github", NULL, NULL, NULL, NULL},
		{"github", "corp", "ann", "ann@corp.example", "7"},
		{"azure-devops", "contoso", NULL, "ann@corp.example", NULL},
		{"x", "y", "*", "", "?"}};

	assert(p->log != NULL && p->log[0] == '/');
	for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++) {
		struct policy_switches s =
			policy_for(p, who[i].provider, who[i].organization);
		enum policy_owner owner = policy_owner(p, &who[i]);

		assert(s.notify == POLICY_ON || s.notify == POLICY_OFF);
		assert(s.revoke == POLICY_ON || s.revoke == POLICY_OFF);
		assert(s.grace >= 0);
		for (size_t k = 0; who[i].email && k < p->deny_owners.n; k++)
			if (strcmp(p->deny_owners.at[k], who[i].email) == 0)
				assert(owner == POLICY_OWNER_DENIED);
	}
	(void)policy_denies_token(p, "a:b", "c");
	(void)policy_denies_account(p, "123456789012");
	(void)policy_organization(p, "github", "corp");
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct policy *p = NULL;
	struct error err = {.code = OK};
	enum status status = policy_parse("p", bytes_of(data, size), &p, &err);

	if (status == OK)
		ask(p);
	else
		assert(err.text[0] != '\0');
	policy_free(p);
	return 0;
}
