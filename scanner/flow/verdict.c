#include "flow/verdict.h"

#include <string.h>

#include "base/banned.h"

static const char *const names[VERDICT_COUNT] = {
	[VERDICT_UNKNOWN] = "unknown",
	[VERDICT_LIVE] = "live",
	[VERDICT_DEAD] = "dead",
	[VERDICT_RESTRICTED] = "restricted",
	[VERDICT_RETRY] = "retry",
	[VERDICT_NEXT] = "next",
	[VERDICT_ELSEWHERE] = "elsewhere",
	[VERDICT_REVOKED] = "revoked",
	[VERDICT_ACCEPTED] = "accepted",
	[VERDICT_GONE] = "gone",
	[VERDICT_REFUSED] = "refused",
};

const char *verdict_name(enum verdict verdict)
{
	return names[verdict];
}

bool verdict_parse(const char *name, enum verdict *out)
{
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (strcmp(names[i], name) == 0) {
			*out = (enum verdict)i;
			return true;
		}
	return false;
}

bool verdict_is_live(enum verdict verdict)
{
	return verdict == VERDICT_LIVE || verdict == VERDICT_RESTRICTED;
}
