#include "net/frame.h"

#include "base/banned.h"

#define LENGTH_SIZE 4

static void store(unsigned char *at, uint64_t value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t fetch(const unsigned char *at, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

size_t frame_begin(struct buf *b, enum frame_kind kind)
{
	size_t begun = b->n;

	frame_put_u32(b, 0);
	buf_put_byte(b, (unsigned char)kind);
	return begun;
}

void frame_end(struct buf *b, size_t begun)
{
	if (!b->failed)
		store(b->at + begun, b->n - begun - LENGTH_SIZE, LENGTH_SIZE);
}

void frame_put_u32(struct buf *b, uint32_t value)
{
	unsigned char at[4];

	store(at, value, sizeof(at));
	buf_put(b, bytes_of(at, sizeof(at)));
}

void frame_put_u64(struct buf *b, uint64_t value)
{
	unsigned char at[8];

	store(at, value, sizeof(at));
	buf_put(b, bytes_of(at, sizeof(at)));
}

void frame_put_bytes(struct buf *b, bytes value)
{
	frame_put_u32(b, (uint32_t)value.n);
	buf_put(b, value);
}

void frame_put_text(struct buf *b, const char *text)
{
	frame_put_bytes(b, bytes_text(text ? text : ""));
}

size_t frame_cut(bytes data, enum frame_kind *kind, bytes *fields)
{
	size_t n;

	if (data.n < LENGTH_SIZE)
		return 0;
	n = (size_t)fetch(data.at, LENGTH_SIZE);
	if (n < 1 || n > FRAME_MOST)
		return BYTES_NONE;
	if (data.n - LENGTH_SIZE < n)
		return 0;
	*kind = (enum frame_kind)data.at[LENGTH_SIZE];
	*fields = bytes_part(data, LENGTH_SIZE + 1, LENGTH_SIZE + n);
	return LENGTH_SIZE + n;
}

bool frame_take_all(struct buf *in, frame_taker *take, void *context)
{
	size_t used = 0, n;
	enum frame_kind kind;
	bytes fields;

	while ((n = frame_cut(bytes_drop(buf_bytes(in), used), &kind,
			&fields)) != 0) {
		if (n == BYTES_NONE || !take(context, kind, fields))
			return false;
		used += n;
	}
	if (used > 0) {
		memmove(in->at, in->at + used, in->n - used);
		explicit_bzero(in->at + (in->n - used), used);
		in->n -= used;
	}
	return true;
}

static const unsigned char *take(struct frame_reader *r, size_t n)
{
	const unsigned char *at = r->rest.at;

	if (r->failed || r->rest.n < n) {
		r->failed = true;
		return NULL;
	}
	r->rest = bytes_drop(r->rest, n);
	return at;
}

uint32_t frame_get_u32(struct frame_reader *r)
{
	const unsigned char *at = take(r, 4);

	return at ? (uint32_t)fetch(at, 4) : 0;
}

uint64_t frame_get_u64(struct frame_reader *r)
{
	const unsigned char *at = take(r, 8);

	return at ? fetch(at, 8) : 0;
}

bytes frame_get_bytes(struct frame_reader *r)
{
	size_t n = frame_get_u32(r);
	const unsigned char *at = take(r, n);

	return at ? bytes_of(at, n) : bytes_of(NULL, 0);
}
