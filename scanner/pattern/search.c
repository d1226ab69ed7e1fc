/*
 * search: one pattern over one short text, compiled for that and forgotten:
 * for answers of providers, a few a second. The scanner's own matcher, which
 * compiles once and runs over everything, is detect/regex.c.
 */
#include "pattern/pattern.h"

#include "base/limits.h"

#include <pcre2.h>

#include "base/banned.h"

static bool match(pcre2_code *code, bytes subject, bytes *group)
{
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(code,
		NULL);
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	const PCRE2_SIZE *at;
	int found = 0;

	if (data && context) {
		pcre2_set_match_limit(context, LIMIT_PCRE_MATCH);
		found = pcre2_match(code, subject.at ? subject.at
			: (PCRE2_SPTR)"", subject.n, 0, 0, data, context);
	}
	if (found > 0 && group) {
		at = pcre2_get_ovector_pointer(data);
		at += found > 1 && at[2] != PCRE2_UNSET ? 2 : 0;
		*group = bytes_part(subject, at[0], at[1]);
	}
	pcre2_match_context_free(context);
	pcre2_match_data_free(data);
	return found > 0;
}

bool pattern_search(const char *regex, bytes subject, bytes *group)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *code = NULL;
	int problem;
	PCRE2_SIZE at;
	bool found;

	if (context) {
		pcre2_set_parens_nest_limit(context, LIMIT_PATTERN_NEST);
		code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
			PCRE2_NEVER_BACKSLASH_C, &problem, &at, context);
	}
	found = code && match(code, subject, group);
	pcre2_code_free(code);
	pcre2_compile_context_free(context);
	return found;
}
