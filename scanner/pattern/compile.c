/*
 * What PCRE2 says of a pattern: the only use of PCRE2 outside the matcher,
 * so that a rule file's mistake is told with its file and line when it is
 * read, not when the pattern is first needed.
 */
#include "pattern/pattern.h"

#include "base/limits.h"

#include <pcre2.h>

#include "base/banned.h"

bool pattern_compiles(const char *regex, size_t *offset, char text[128])
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *code = NULL;
	int problem = PCRE2_ERROR_NOMEMORY;
	PCRE2_SIZE at = 0;

	if (context) {
		pcre2_set_parens_nest_limit(context, LIMIT_PATTERN_NEST);
		pcre2_set_max_pattern_length(context, LIMIT_PATTERN_FOREIGN);
		code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
			PCRE2_NEVER_BACKSLASH_C, &problem, &at, context);
	}
	if (code == NULL) {
		*offset = at;
		if (pcre2_get_error_message(problem, (PCRE2_UCHAR *)text,
			    128) < 0)
			text[0] = '\0';
	}
	pcre2_code_free(code);
	pcre2_compile_context_free(context);
	return code != NULL;
}

void pattern_library(char text[PATTERN_LIBRARY])
{
	/* 24 bytes at most, by its manual */
	if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) >= PATTERN_LIBRARY ||
		pcre2_config(PCRE2_CONFIG_VERSION, text) < 0)
		text[0] = '\0';
}
