#include "job/internal.h"

#include <stdio.h>

#include "base/banned.h"

static enum status choose(const struct job_rule_choice *choice,
	struct ruleset *set, struct error *err)
{
	enum status status = OK;

	if (!choice->no_defaults)
		status = ruleset_add_builtin(set, err);
	for (size_t i = 0; status == OK && i < choice->paths.n; i++)
		status = ruleset_add_path(set, choice->paths.at[i], err);
	if (status == OK && choice->only.n > 0)
		status = ruleset_keep(set, choice->only.at, choice->only.n,
			err);
	if (status == OK && choice->except.n > 0)
		status = ruleset_exclude(set, choice->except.at,
			choice->except.n, err);
	if (status == OK)
		status = ruleset_freeze(set, err);
	return status;
}

static void warn(const struct ruleset *set)
{
	struct buf line;

	buf_init(&line, (size_t)16 << 10);
	for (size_t i = 0; i < ruleset_warning_count(set); i++) {
		buf_clear(&line);
		report_escape_terminal(bytes_text(ruleset_warning(set, i)),
			&line);
		fprintf(stderr, "stanch: warning: %s\n", buf_text(&line));
	}
	buf_release(&line);
}

enum status job_rules_load(const struct job_rule_choice *choice,
	struct ruleset **out, struct error *err)
{
	struct ruleset *set = ruleset_new();
	enum status status;

	if (set == NULL)
		return error_set(err, ERR_MEMORY, "load the rules: out of "
			"memory");
	status = choose(choice, set, err);
	if (status) {
		ruleset_free(set);
		return status;
	}
	warn(set);
	*out = set;
	return OK;
}
