/*
 * Decoders on any bytes: nothing is read outside, and what comes back keeps
 * the promises of decode/decode.h. The first bytes choose encoding and place.
 */
#include "decode/decode.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_region(const struct decode_region *r, bytes input, size_t at)
{
	assert(r->n > 0 && r->n <= r->room);
	assert(r->begin <= at && at < r->end && r->end <= input.n);
	assert(r->from[0] >= r->begin && r->from[r->n] == r->end);
	for (size_t i = 0; i < r->n; i++)
		assert(r->from[i] < r->from[i + 1]);
}

static void try_around(bytes input, size_t at, unsigned phase, size_t span,
	size_t room)
{
	struct decode_region r;

	if (!decode_region_init(&r, room))
		return;
	for (int e = 0; e < ENCODING_COUNT; e++)
		if (decode_around(&r, (enum encoding)e, input, at, phase,
			    span))
			check_region(&r, input, at);
	decode_region_release(&r);
}

static void try_runs(bytes input, size_t min, size_t max)
{
	size_t begin, end;

	for (size_t at = 0;
		decode_next_run(input, at, input.n, min, max, &begin, &end);
		at = end) {
		assert(begin >= at && begin < end && end <= input.n);
		assert(end - begin >= min && end - begin <= max + 2);
	}
}

static void try_utf16(bytes input)
{
	unsigned char *out = malloc(input.n / 2 + 1);
	size_t skip;
	enum encoding e = decode_sniff_utf16(input, &skip);

	assert(skip == 0 || (skip == 2 && e != ENCODING_PLAIN));
	if (out != NULL) {
		assert(decode_narrow_utf16(ENCODING_UTF16LE, input, out) ==
			input.n / 2);
		assert(decode_narrow_utf16(ENCODING_UTF16BE, input, out) ==
			input.n / 2);
	}
	free(out);
}

static void try_forms(bytes input)
{
	struct decode_form forms[DECODE_FORMS];

	for (int e = 0; e < ENCODING_COUNT; e++) {
		size_t count = decode_forms(input, (enum encoding)e, forms);

		assert(count <= DECODE_FORMS);
		for (size_t i = 0; i < count; i++)
			assert(forms[i].n >= 3 && forms[i].n <=
				DECODE_FORM_MAX && forms[i].phase < 4);
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	bytes input;
	size_t at;

	if (size < 5)
		return 0;
	input = bytes_of(data + 4, size - 4);
	at = ((size_t)data[0] << 8 | data[1]) % input.n;
	try_around(input, at, data[2] & 3, (size_t)data[3] * 16 + 1,
		(size_t)(data[2] >> 2) * 64 + 1);
	try_around(input, at, data[2] & 3, 8192, 16384);
	try_runs(input, data[3] % 40 + 1, (size_t)data[2] + 40);
	try_utf16(input);
	try_forms(input);
	return 0;
}
