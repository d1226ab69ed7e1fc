#include "base/buf.h"

#include "base/secret.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/banned.h"

#define FIRST_ROOM 64
#define LARGE ((size_t)2 << 20) /* a large page */

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max};
}

void buf_release(struct buf *b)
{
	free(b->at);
	*b = (struct buf){.max = b->max};
}

void buf_release_wiped(struct buf *b)
{
	if (b->at)
		secret_wipe(b->at, b->room);
	buf_release(b);
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->failed = false;
	if (b->at)
		b->at[0] = '\0';
}

void buf_hint_large(void *at, size_t n)
{
	uintptr_t from = ((uintptr_t)at + LARGE - 1) & ~(uintptr_t)(LARGE - 1);
	uintptr_t end = ((uintptr_t)at + n) & ~(uintptr_t)(LARGE - 1);

	/* Refused without harm. */
	if (end > from)
		(void)!madvise((void *)from, end - from, MADV_HUGEPAGE);
}

/* Room counts content only; one byte more is allocated for the NUL. */
bool buf_reserve(struct buf *b, size_t more)
{
	size_t room = b->room ? b->room : FIRST_ROOM;
	unsigned char *at;

	if (b->failed || more > b->max || b->n > b->max - more) {
		b->failed = true;
		return false;
	}
	if (b->at && b->n + more <= b->room)
		return true;
	while (room < b->n + more)
		room = room <= b->max / 2 ? room * 2 : b->max;
	if (room > b->max)
		room = b->max;
	at = realloc(b->at, room + 1);
	if (at == NULL) {
		b->failed = true;
		return false;
	}
	b->at = at;
	b->room = room;
	b->at[b->n] = '\0';
	return true;
}

void buf_put(struct buf *b, bytes data)
{
	if (data.n == 0 || !buf_reserve(b, data.n))
		return;
	memcpy(b->at + b->n, data.at, data.n);
	b->n += data.n;
	b->at[b->n] = '\0';
}

void buf_put_byte(struct buf *b, unsigned char c)
{
	buf_put(b, bytes_of(&c, 1));
}

void buf_put_text(struct buf *b, const char *text)
{
	buf_put(b, bytes_text(text));
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list args, again;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		b->failed = true;
	else if (buf_reserve(b, (size_t)n)) {
		vsnprintf((char *)b->at + b->n, (size_t)n + 1, format, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

const char *buf_text(const struct buf *b)
{
	return b->at ? (const char *)b->at : "";
}

char *buf_detach(struct buf *b)
{
	char *text;

	if (b->at == NULL && !buf_reserve(b, 1))
		return NULL;
	text = (char *)b->at;
	*b = (struct buf){.max = b->max};
	return text;
}
