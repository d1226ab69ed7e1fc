#include "ruleset/internal.h"

#include "ruleset/builtin.h"

#include "base/banned.h"

enum status ruleset_add_builtin(struct ruleset *set, struct error *err)
{
	const struct ruleset_builtin *data = &ruleset_builtin_data;
	bool alone = set->count == 0;
	enum status status = OK;

	if (set->has_builtin)
		return OK;
	/* At start there is nothing to look through: their ids differ. */
	for (size_t i = 0; status == OK && i < data->rule_count; i++)
		status = (alone ? ruleset_append : ruleset_put)(set,
			&data->rules[i], data->digests[i], err);
	if (status == OK)
		status = ruleset_put_decodes(set, data->decodes,
			data->decode_count, err);
	if (status == OK)
		status = ruleset_put_allowlists(set, data->allowlists,
			data->allowlist_count, err);
	set->has_builtin = status == OK;
	return status;
}
