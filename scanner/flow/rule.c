#include "flow/rule.h"

#include "base/banned.h"

static const char *const confidences[] = {
	[CONFIDENCE_LOW] = "low",
	[CONFIDENCE_MEDIUM] = "medium",
	[CONFIDENCE_HIGH] = "high",
	[CONFIDENCE_CERTAIN] = "certain",
};

static const char *const encodings[ENCODING_COUNT] = {
	[ENCODING_PLAIN] = "plain",
	[ENCODING_BASE64] = "base64",
	[ENCODING_BASE64URL] = "base64url",
	[ENCODING_HEX] = "hex",
	[ENCODING_PERCENT] = "percent",
	[ENCODING_UTF16LE] = "utf16le",
	[ENCODING_UTF16BE] = "utf16be",
};

/* Index of the name, or count when there is none. */
static size_t lookup(const char *const *names, size_t count, bytes text)
{
	size_t i = 0;

	while (i < count && !bytes_equal(bytes_text(names[i]), text))
		i++;
	return i;
}

const char *confidence_name(enum confidence c)
{
	return confidences[c];
}

bool confidence_parse(bytes text, enum confidence *out)
{
	size_t i = lookup(confidences, CONFIDENCE_CERTAIN + 1, text);

	if (i > CONFIDENCE_CERTAIN)
		return false;
	*out = (enum confidence)i;
	return true;
}

const char *encoding_name(enum encoding e)
{
	return encodings[e];
}

bool encoding_parse(bytes text, enum encoding *out)
{
	size_t i = lookup(encodings, ENCODING_COUNT, text);

	if (i == ENCODING_COUNT)
		return false;
	*out = (enum encoding)i;
	return true;
}
