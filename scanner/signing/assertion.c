/*
 * assertion: a JSON Web Token of ours, signed with a key that was found.
 */
#include "signing/internal.h"

#include "base/base64.h"

#include <stdlib.h>

#include "base/banned.h"

#define TEXT_MOST ((size_t)16 << 10)
#define LIFE 300 /* seconds */

static void put_json(struct buf *out, const char *before, bytes text)
{
	buf_put_text(out, before);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = text.at[i];

		if (c == '"' || c == '\\' || c < ' ')
			buf_printf(out, "\\u%04x", c);
		else
			buf_put_byte(out, c);
	}
	buf_put_byte(out, '"');
}

/* The base64 between the first pair of armour lines, without what stands in
 * it: white space, and the two bytes \n or \r. */
static bool read_pem(bytes pem, struct buf *der)
{
	static const char begin[] = "PRIVATE KEY-----", end[] = "-----END ";
	size_t from = bytes_find(pem, bytes_text(begin)), to;
	struct buf text;
	bool good;

	if (from == BYTES_NONE)
		return false;
	pem = bytes_drop(pem, from + sizeof(begin) - 1);
	to = bytes_find(pem, bytes_text(end));
	if (to == BYTES_NONE)
		return false;
	buf_init(&text, TEXT_MOST);
	for (size_t i = 0; i < to; i++) {
		unsigned char c = pem.at[i];

		if (c == '\\')
			i++;
		else if (c > ' ')
			buf_put_byte(&text, c);
	}
	good = !text.failed && base64_decode(buf_bytes(&text), der);
	buf_release_wiped(&text);
	return good;
}

/* header.claims, each base64url of JSON. */
static enum status put_text(const struct signing_assertion *a,
	struct buf *out, struct error *err)
{
	struct buf json;
	char digits[24] = "";
	long long now;

	if (a->now.n == 0 || a->now.n >= sizeof(digits))
		return error_set(err, ERR_FORMAT, "an assertion needs a time");
	memcpy(digits, a->now.at, a->now.n);
	now = strtoll(digits, NULL, 10);
	buf_init(&json, TEXT_MOST);
	buf_put_text(&json, "{\"alg\":\"RS256\",\"typ\":\"JWT\"");
	if (a->key_id.n > 0)
		put_json(&json, ",\"kid\":\"", a->key_id);
	buf_put_byte(&json, '}');
	base64_put_url(out, buf_bytes(&json));
	buf_clear(&json);
	put_json(&json, "{\"iss\":\"", a->issuer);
	put_json(&json, ",\"aud\":\"", a->audience);
	if (a->scope.n > 0)
		put_json(&json, ",\"scope\":\"", a->scope);
	buf_printf(&json, ",\"iat\":%lld,\"exp\":%lld}", now, now + LIFE);
	buf_put_byte(out, '.');
	base64_put_url(out, buf_bytes(&json));
	buf_release(&json);
	return OK;
}

enum status signing_assertion(const struct signing_assertion *a, bytes pem,
	struct buf *out, struct error *err)
{
	struct buf der, text, signature;
	enum status status;

	buf_init(&der, TEXT_MOST);
	buf_init(&text, TEXT_MOST);
	buf_init(&signature, TEXT_MOST);
	status = put_text(a, &text, err);
	if (status == OK && !read_pem(pem, &der))
		status = error_set(err, ERR_FORMAT,
			"the private key is no PEM");
	if (status == OK)
		status = signing_rsa_sha256(buf_bytes(&der), buf_bytes(&text),
			&signature, err);
	if (status == OK) {
		buf_put(out, buf_bytes(&text));
		buf_put_byte(out, '.');
		base64_put_url(out, buf_bytes(&signature));
	}
	buf_release_wiped(&der);
	buf_release(&text);
	buf_release(&signature);
	return status;
}
