/*
 * inflate: zlib streams, whole by libdeflate (2-3 times zlib's speed, but it
 * needs the whole output at once), in pieces by zlib for what is too large
 * to hold. Both verify the stream's Adler-32.
 */
#include "pack/internal.h"

#include "base/clock.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/banned.h"

#define PIECE ((size_t)256 << 10)

struct pack_inflate {
	struct libdeflate_decompressor *d;
	unsigned char *away; /* PIECE * 16, of pack_inflate_measure */
	uint64_t spent; /* nanoseconds, of pack_inflate_all */
};

static void drop(void *context, bytes piece)
{
	(void)context;
	(void)piece;
}

struct pack_inflate *pack_inflate_new(void)
{
	struct pack_inflate *z = calloc(1, sizeof(*z));

	if (z == NULL)
		return NULL;
	z->d = libdeflate_alloc_decompressor();
	if (z->d == NULL) {
		free(z);
		return NULL;
	}
	return z;
}

void pack_inflate_free(struct pack_inflate *z)
{
	if (z == NULL)
		return;
	libdeflate_free_decompressor(z->d);
	free(z->away);
	free(z);
}

bool pack_inflate_all(struct pack_inflate *z, bytes in, unsigned char *out,
	size_t n)
{
	uint64_t begun = clock_nanoseconds();
	size_t made = 0;
	unsigned char none;
	/* An empty object still has a stream to check. */
	bool is_good = libdeflate_zlib_decompress_ex(z->d, in.at, in.n,
			       n ? out : &none, n, NULL, &made) ==
			       LIBDEFLATE_SUCCESS &&
		       made == n;

	z->spent += clock_nanoseconds() - begun;
	return is_good;
}

uint64_t pack_inflate_spent(const struct pack_inflate *z)
{
	return z->spent;
}

/* One turn of zlib: fills `out`, gives away what lies past the skipped head. */
static bool stream_turn(z_stream *z, bytes *in, unsigned char *out,
	uint64_t *skip, uint64_t *total, pack_piece *piece, void *context,
	bool *is_end)
{
	size_t feed = in->n < (1u << 30) ? in->n : (1u << 30);
	size_t got;
	int code;

	z->next_in = (Bytef *)(uintptr_t)in->at;
	z->avail_in = (uInt)feed;
	z->next_out = out;
	z->avail_out = (uInt)PIECE;
	code = inflate(z, Z_NO_FLUSH);
	if (code != Z_OK && code != Z_STREAM_END)
		return false;
	*in = bytes_drop(*in, feed - z->avail_in);
	got = PIECE - z->avail_out;
	if (*skip >= got) {
		*skip -= got;
	} else {
		bytes now = bytes_drop(bytes_of(out, got), (size_t)*skip);

		*skip = 0;
		*total += now.n;
		piece(context, now);
	}
	*is_end = code == Z_STREAM_END;
	return *is_end || got > 0 || feed > z->avail_in;
}

static bool inflate_stream(bytes *in, uint64_t skip, uint64_t size,
	pack_piece *piece, void *context)
{
	z_stream z = {0};
	unsigned char *out = malloc(PIECE);
	uint64_t total = 0;
	bool is_end = false, is_good = false;

	if (out == NULL || inflateInit(&z) != Z_OK)
		goto out;
	is_good = true;
	while (is_good && !is_end && total <= size)
		is_good = stream_turn(&z, in, out, &skip, &total, piece,
			context, &is_end);
	is_good = is_good && is_end && total == size;
	inflateEnd(&z);
out:
	free(out);
	return is_good;
}

bool pack_inflate_stream(bytes in, uint64_t skip, uint64_t size,
	pack_piece *piece, void *context)
{
	return inflate_stream(&in, skip, size, piece, context);
}

/* Small ones whole, into a buffer that is kept: libdeflate is the faster. */
size_t pack_inflate_measure(struct pack_inflate *z, bytes in, uint64_t size)
{
	size_t used = 0, made = 0, all = in.n;

	if (size > PIECE * 16)
		return inflate_stream(&in, 0, size, drop, NULL) ? all - in.n
								 : 0;
	if (z->away == NULL) {
		z->away = malloc(PIECE * 16);
		if (z->away == NULL)
			return 0;
	}
	return libdeflate_zlib_decompress_ex(z->d, in.at, in.n, z->away,
		       (size_t)size, &used, &made) == LIBDEFLATE_SUCCESS &&
			       made == size
		       ? used
		       : 0;
}

const char *pack_library_deflate(void)
{
	/* It has no call for it; the archive is linked in whole. */
	return LIBDEFLATE_VERSION_STRING;
}

const char *pack_library_zlib(void)
{
	return zlibVersion();
}
