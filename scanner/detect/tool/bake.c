/*
 * bake: the literals of the built-in rules as C source on standard output.
 * Run by the build; see struct detect_baked.
 */
#include "detect/internal.h"

#include <stdio.h>

#include "base/banned.h"

static void write_baked(const struct detector *d)
{
	char digest[17];

	ruleset_digest(d->rules, digest);
	literal_set_write(d->literals, "baked_literals", stdout);
	(void)printf("#include \"detect/internal.h\"\n"
		     "static const uint16_t baked_reach[] = {");
	for (size_t i = 0; i < d->count; i++)
		(void)printf("%s%u,", i % 16 ? "" : "\n", d->reach[i]);
	(void)printf("0};\n"
		     "const struct detect_baked detect_baked_data = {\n"
		     ".digest = \"%s\", .literals = &baked_literals,\n"
		     ".reach = baked_reach};\n",
		digest);
}

int main(void)
{
	struct detect_options options = {.decode_depth = LIMIT_DECODE_DEPTH};
	struct error err = {.code = OK};
	struct ruleset *rules = ruleset_new();
	struct detector *d = NULL;

	if (rules == NULL || ruleset_add_builtin(rules, &err) ||
		ruleset_freeze(rules, &err)) {
		(void)fprintf(stderr, "bake: %s\n", err.text);
		return 2;
	}
	d = detector_new(rules, &options, &err);
	if (d == NULL) {
		(void)fprintf(stderr, "bake: %s\n", err.text);
		return 2;
	}
	write_baked(d);
	detector_free(d);
	ruleset_free(rules);
	return fflush(stdout) ? 2 : 0;
}
