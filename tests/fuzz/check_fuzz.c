/*
 * Every check on any bytes: nothing is read outside. The first byte chooses
 * the check and its parameters; whatever check_fill then makes must be what
 * the check accepts.
 */
#include "check/check.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const char *const args[] = {"Default0", "k"};
static const char *const encodings[] = {"base62", "base36", "hex", "hex-le",
	"HEX", "other", NULL};

static void try_fill(const struct rule_check *check, bytes text)
{
	struct check_verdict v;
	struct buf token;

	buf_init(&token, 65536);
	buf_put(&token, text);
	if (check_fill(check, &token, 0)) {
		v = check_run(check, buf_bytes(&token), buf_bytes(&token));
		assert(!token.failed && (v.result != CHECK_FAIL ||
			v.reason != NULL));
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
