/*
 * account: signatures that need a hash alone.
 */
#include "signing/internal.h"

#include "base/base64.h"
#include "base/hash.h"

#include "base/banned.h"

#define TEXT_MOST ((size_t)16 << 10)

void signing_escape(bytes in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++) {
		unsigned char c = in.at[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '.' ||
			c == '_' || c == '~')
			buf_put_byte(out, c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

static void put_lower(struct buf *out, bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		buf_put_byte(out, text.at[i] >= 'A' && text.at[i] <= 'Z'
			? (unsigned char)(text.at[i] + 32) : text.at[i]);
}

/* dbs/a/colls: the type is colls, the link dbs/a; of dbs/a they are dbs and
 * dbs/a; of the account itself both are empty. */
static void cut_path(bytes path, bytes *type, bytes *link)
{
	size_t last = BYTES_NONE, before = BYTES_NONE, segments = path.n > 0;

	for (size_t i = 0; i < path.n; i++)
		if (path.at[i] == '/') {
			before = last;
			last = i;
			segments++;
		}
	*link = path;
	*type = path;
	if (segments == 0)
		return;
	if (segments % 2 == 1) {
		*type = bytes_drop(path, last == BYTES_NONE ? 0 : last + 1);
		*link = bytes_of(path.at, last == BYTES_NONE ? 0 : last);
	} else {
		size_t start = before == BYTES_NONE ? 0 : before + 1;

		*type = bytes_of(path.at + start, last - start);
	}
}

enum status signing_cosmos(const char *method, bytes path, bytes key,
	bytes date, struct buf *out, struct error *err)
{
	unsigned char digest[SHA256_SIZE];
	struct buf raw, text, value;
	bytes type, link;
	enum status status = OK;

	buf_init(&raw, TEXT_MOST);
	buf_init(&text, TEXT_MOST);
	buf_init(&value, TEXT_MOST);
	cut_path(path, &type, &link);
	if (!base64_decode(key, &raw))
		status = error_set(err, ERR_FORMAT,
			"the account key is not base64");
	put_lower(&text, bytes_text(method));
	buf_put_byte(&text, '\n');
	put_lower(&text, type);
	buf_put_byte(&text, '\n');
	buf_put(&text, link);
	buf_put_byte(&text, '\n');
	put_lower(&text, date);
	buf_put_text(&text, "\n\n");
	hash_hmac_sha256(buf_bytes(&raw), buf_bytes(&text), digest);
	buf_put_text(&value, "type=master&ver=1.0&sig=");
	base64_put(&value, bytes_of(digest, sizeof(digest)));
	if (status == OK)
		signing_escape(buf_bytes(&value), out);
	buf_release_wiped(&raw);
	buf_release_wiped(&text);
	buf_release_wiped(&value);
	return status;
}

void signing_client(bytes id, bytes secret, struct buf *out)
{
	struct buf pair;

	buf_init(&pair, TEXT_MOST);
	signing_escape(id, &pair);
	buf_put_byte(&pair, ':');
	signing_escape(secret, &pair);
	base64_put(out, buf_bytes(&pair));
	buf_release_wiped(&pair);
}
