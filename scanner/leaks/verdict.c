#include "leaks/internal.h"

#include <stdlib.h>

#include "base/banned.h"

/* The texts of a verdict, in one order for both passes. */
static void list(struct verdict_facts *f, const char **texts[8])
{
	texts[0] = &f->note;
	texts[1] = &f->owner;
	texts[2] = &f->email;
	texts[3] = &f->owner_id;
	texts[4] = &f->organization;
	texts[5] = &f->scopes;
	texts[6] = &f->expires;
	texts[7] = &f->checked;
}

struct verdict_facts *leak_verdict_new(const struct verdict_facts *facts)
{
	struct verdict_facts copy = *facts, *out;
	const char **texts[8];
	size_t n = 0;
	char *to;

	list(&copy, texts);
	for (size_t i = 0; i < 8; i++)
		n += *texts[i] ? strlen(*texts[i]) + 1 : 0;
	out = malloc(sizeof(*out) + n);
	if (out == NULL)
		return NULL;
	to = (char *)(out + 1);
	for (size_t i = 0; i < 8; i++) {
		size_t size = *texts[i] ? strlen(*texts[i]) + 1 : 0;

		if (size == 0)
			continue;
		memcpy(to, *texts[i], size);
		*texts[i] = to;
		to += size;
	}
	*out = copy;
	return out;
}
