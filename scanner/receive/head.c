/* The two headers, read strictly. */
#include "receive/internal.h"

#include "base/base64.h"

#include "base/banned.h"

#define ID_LEAST 8
/* 72 bytes in base64. */
#define SIGNATURE_TEXT 96

bool receive_head_id(bytes text, char id[RECEIVE_KEY_ID + 1])
{
	if (text.n < ID_LEAST || text.n > RECEIVE_KEY_ID)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = text.at[i];

		if (c >= 'A' && c <= 'F')
			c = (unsigned char)(c + ('a' - 'A'));
		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
			return false;
		id[i] = (char)c;
	}
	id[text.n] = '\0';
	return true;
}

/* SEQUENCE of just what follows. */
static bool is_sequence(bytes der)
{
	return der.n >= 8 && der.at[0] == 0x30 && der.at[1] == der.n - 2;
}

bool receive_head_signature(bytes text,
	unsigned char signature[RECEIVE_SIGNATURE], size_t *n)
{
	struct buf der;
	bool is_one;

	if (text.n == 0 || text.n > SIGNATURE_TEXT)
		return false;
	buf_init(&der, SIGNATURE_TEXT);
	is_one = base64_decode(text, &der) && !der.failed &&
		der.n <= RECEIVE_SIGNATURE && is_sequence(buf_bytes(&der));
	if (is_one) {
		memcpy(signature, der.at, der.n);
		*n = der.n;
	}
	buf_release(&der);
	return is_one;
}
