/*
 * delta: a list of "copy from the base" and "insert these bytes", behind two
 * sizes. Every reach is checked against the base and against the result, and
 * the result must be filled to the byte.
 */
#include "pack/internal.h"

#include "base/banned.h"

static bool take_size(bytes *in, uint64_t *size)
{
	unsigned shift = 0;
	unsigned char c;

	*size = 0;
	do {
		if (in->n == 0 || shift > 56)
			return false;
		c = in->at[0];
		*in = bytes_drop(*in, 1);
		*size |= (uint64_t)(c & 0x7f) << shift;
		shift += 7;
	} while (c & 0x80);
	return true;
}

bool pack_delta_sizes(bytes delta, uint64_t *base, uint64_t *result)
{
	return take_size(&delta, base) && take_size(&delta, result);
}

/* Offset and length of a copy: the command's bits say which bytes follow. */
static const unsigned char *take_copy(const unsigned char *in,
	const unsigned char *end, unsigned command, size_t *from, size_t *n)
{
	*from = *n = 0;
	if (end - in < __builtin_popcount(command & 0x7f))
		return NULL;
	for (unsigned i = 0; i < 4; i++)
		if (command & (1u << i))
			*from |= (size_t)*in++ << (8 * i);
	for (unsigned i = 0; i < 3; i++)
		if (command & (0x10u << i))
			*n |= (size_t)*in++ << (8 * i);
	if (*n == 0)
		*n = 0x10000;
	return in;
}

bool pack_delta_apply(bytes delta, bytes base, unsigned char *out, size_t n)
{
	uint64_t base_size, result_size;
	const unsigned char *in, *end;
	size_t room = n;

	if (!take_size(&delta, &base_size) ||
		!take_size(&delta, &result_size) ||
		base_size != base.n || result_size != n)
		return false;
	in = delta.at;
	end = delta.at + delta.n;
	while (in < end) {
		unsigned command = *in++;
		size_t from, length;

		if (command & 0x80) {
			in = take_copy(in, end, command, &from, &length);
			if (in == NULL || from > base.n ||
				length > base.n - from || length > room)
				return false;
			memcpy(out, base.at + from, length);
		} else {
			length = command;
			if (length == 0 || length > (size_t)(end - in) ||
				length > room)
				return false;
			memcpy(out, in, length);
			in += length;
		}
		out += length;
		room -= length;
	}
	return room == 0;
}
