/*
 * A delta put to a base: "<length of the base>", base, delta. All buffers are
 * of their exact size, so that a reach over an end is seen.
 */
#include "pack/inflate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define RESULT_MAX ((uint64_t)1 << 20)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static unsigned char *copy_of(const unsigned char *at, size_t n)
{
	unsigned char *copy = malloc(n ? n : 1);

	if (copy && n)
		memcpy(copy, at, n);
	return copy;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	unsigned char *base, *delta, *out;
	uint64_t base_size, result;
	size_t n;

	if (size == 0 || data[0] > size - 1)
		return 0;
	n = data[0];
	base = copy_of(data + 1, n);
	delta = copy_of(data + 1 + n, size - 1 - n);
	if (base && delta && pack_delta_sizes(bytes_of(delta, size - 1 - n),
				     &base_size, &result) &&
		result <= RESULT_MAX) {
		out = malloc(result ? (size_t)result : 1);
		if (out && pack_delta_apply(bytes_of(delta, size - 1 - n),
				   bytes_of(base, n), out, (size_t)result))
			assert(base_size == n);
		free(out);
	}
	free(base);
	free(delta);
	return 0;
}
