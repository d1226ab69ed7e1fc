/*
 * Every check on any bytes: nothing is read outside. The first byte chooses
 * the check and its parameters; whatever sum check_fill then writes must be one
 * that the check accepts.
 */
#include "check/check.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const char *const args[] = {"Default0", "k"};
static const char *const encodings[] = {"base62", "base36", "hex", "hex-le",
	"HEX", "other", NULL};

/* Those with a checksum, whose fill knows all that it needs. */
static bool must_pass(const struct rule_check *check)
{
	static const char *const names[] = {"crc32", "github-fine-grained",
		"cask", "azure-key", "entra", "gitlab-routable", "bech32"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(check->name, names[i]) == 0)
			return true;
	return strcmp(check->name, "ado-legacy") == 0 &&
	       check->arg_count == 0;
}

static void try_fill(const struct rule_check *check, bytes text)
{
	struct buf token;

	buf_init(&token, 65536);
	buf_put(&token, text);
	if (check_fill(check, &token, 0)) {
		bytes all = buf_bytes(&token);

		assert(!token.failed);
		assert(check_run(check, all, all).result == CHECK_PASS ||
			!must_pass(check));
	}
	buf_release(&token);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct rule_check check = {.args = args};
	size_t count = 0;
	bytes text;

	if (size < 2)
		return 0;
	while (check_name(count) != NULL)
		count++;
	check.name = check_name(data[0] % count);
	check.arg_count = data[1] & 1;
	check.skip = data[1] >> 1 & 7;
	check.gap = data[1] >> 4 & 1;
	check.width = data[1] >> 5;
	check.encoding = encodings[data[1] % 7];
	text = bytes_of(data + 2, size - 2);
	check_run(&check, text, text);
	check_run(&check, bytes_drop(text, text.n / 2), text);
	check_placeholder(text);
	check_entropy(text);
	try_fill(&check, text);
	return 0;
}
