/*
 * filter: what a template may do with a value. Each is a pure function of
 * bytes; a filter that cannot take its input says so and nothing is sent.
 */
#include "request/internal.h"

#include "base/base64.h"
#include "base/hash.h"
#include "pattern/pattern.h"

#include <time.h>

#include "base/banned.h"

typedef bool filter_run(bytes in, const bytes *arguments, struct buf *out);

struct request_filter {
	const char *name;
	size_t arguments;
	filter_run *run; /* NULL: raw */
};

static bool number(bytes text, uint64_t *value)
{
	*value = 0;
	if (text.n == 0 || text.n > 15)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		*value = *value * 10 + (uint64_t)(text.at[i] - '0');
	}
	return true;
}

static void put_hex(bytes in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++)
		buf_printf(out, "%02x", in.at[i]);
}

static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

void request_escape_url(bytes in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++)
		if (is_unreserved(in.at[i]))
			buf_put_byte(out, in.at[i]);
		else
			buf_printf(out, "%%%02X", in.at[i]);
}

void request_escape_json(bytes in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++) {
		unsigned char c = in.at[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\u%04x", c);
		else
			buf_put_byte(out, c);
	}
}

static bool run_b64(bytes in, const bytes *arguments, struct buf *out)
{
	(void)arguments;
	base64_put(out, in);
	return true;
}

static bool run_b64url(bytes in, const bytes *arguments, struct buf *out)
{
	(void)arguments;
	base64_put_url(out, in);
	return true;
}

static bool run_b64decode(bytes in, const bytes *arguments, struct buf *out)
{
	(void)arguments;
	return base64_decode(in, out);
}

static bool run_hex(bytes in, const bytes *arguments, struct buf *out)
{
	(void)arguments;
	put_hex(in, out);
	return true;
}

static bool run_url(bytes in, const bytes *arguments, struct buf *out)
{
	(void)arguments;
	request_escape_url(in, out);
	return true;
}

static bool run_json(bytes in, const bytes *arguments, struct buf *out)
{
	(void)arguments;
	request_escape_json(in, out);
	return true;
}

static bool run_lower(bytes in, const bytes *arguments, struct buf *out)
{
	(void)arguments;
	for (size_t i = 0; i < in.n; i++)
		buf_put_byte(out, in.at[i] >= 'A' && in.at[i] <= 'Z'
			? (unsigned char)(in.at[i] + 32) : in.at[i]);
	return true;
}

static bool run_upper(bytes in, const bytes *arguments, struct buf *out)
{
	(void)arguments;
	for (size_t i = 0; i < in.n; i++)
		buf_put_byte(out, in.at[i] >= 'a' && in.at[i] <= 'z'
			? (unsigned char)(in.at[i] - 32) : in.at[i]);
	return true;
}

static bool run_prefix(bytes in, const bytes *arguments, struct buf *out)
{
	uint64_t n;

	if (!number(arguments[0], &n) || n > in.n)
		return false;
	buf_put(out, bytes_take(in, (size_t)n));
	return true;
}

static bool run_suffix(bytes in, const bytes *arguments, struct buf *out)
{
	uint64_t n;

	if (!number(arguments[0], &n) || n > in.n)
		return false;
	buf_put(out, bytes_drop(in, in.n - (size_t)n));
	return true;
}

static bool run_drop(bytes in, const bytes *arguments, struct buf *out)
{
	uint64_t n;

	if (!number(arguments[0], &n) || n > in.n)
		return false;
	buf_put(out, bytes_drop(in, (size_t)n));
	return true;
}

static bool run_append(bytes in, const bytes *arguments, struct buf *out)
{
	buf_put(out, in);
	buf_put(out, arguments[0]);
	return true;
}

static bool run_prepend(bytes in, const bytes *arguments, struct buf *out)
{
	buf_put(out, arguments[0]);
	buf_put(out, in);
	return true;
}

/* The n-th part, from 0, between separators. */
static bool run_split(bytes in, const bytes *arguments, struct buf *out)
{
	uint64_t n;

	if (arguments[0].n == 0 || !number(arguments[1], &n))
		return false;
	for (;;) {
		size_t at = bytes_find(in, arguments[0]);

		if (n-- == 0) {
			buf_put(out, bytes_take(in, at));
			return true;
		}
		if (at == BYTES_NONE)
			return false;
		in = bytes_drop(in, at + arguments[0].n);
	}
}

static bool run_replace(bytes in, const bytes *arguments, struct buf *out)
{
	if (arguments[0].n == 0)
		return false;
	for (;;) {
		size_t at = bytes_find(in, arguments[0]);

		buf_put(out, bytes_take(in, at));
		if (at == BYTES_NONE)
			return true;
		buf_put(out, arguments[1]);
		in = bytes_drop(in, at + arguments[0].n);
	}
}

/* The first group of the first match. */
static bool run_group(bytes in, const bytes *arguments, struct buf *out)
{
	char regex[512];
	bytes group;

	if (arguments[0].n >= sizeof(regex))
		return false;
	memcpy(regex, arguments[0].at, arguments[0].n);
	regex[arguments[0].n] = '\0';
	if (!pattern_search(regex, in, &group))
		return false;
	buf_put(out, group);
	return true;
}

static bool run_sha1(bytes in, const bytes *arguments, struct buf *out)
{
	unsigned char digest[SHA1_SIZE];

	(void)arguments;
	hash_sha1(in, digest);
	put_hex(bytes_of(digest, sizeof(digest)), out);
	return true;
}

static bool run_sha256(bytes in, const bytes *arguments, struct buf *out)
{
	unsigned char digest[SHA256_SIZE];

	(void)arguments;
	hash_sha256(in, digest);
	put_hex(bytes_of(digest, sizeof(digest)), out);
	return true;
}

static bool run_md5(bytes in, const bytes *arguments, struct buf *out)
{
	unsigned char digest[MD5_SIZE];

	(void)arguments;
	hash_md5(in, digest);
	put_hex(bytes_of(digest, sizeof(digest)), out);
	return true;
}

/* Raw: follow it with hex or b64. */
static bool run_hmac_sha1(bytes in, const bytes *arguments, struct buf *out)
{
	unsigned char digest[SHA1_SIZE];

	hash_hmac_sha1(arguments[0], in, digest);
	buf_put(out, bytes_of(digest, sizeof(digest)));
	return true;
}

static bool run_hmac_sha256(bytes in, const bytes *arguments, struct buf *out)
{
	unsigned char digest[SHA256_SIZE];

	hash_hmac_sha256(arguments[0], in, digest);
	buf_put(out, bytes_of(digest, sizeof(digest)));
	return true;
}

static bool run_hmac_sha256_b64(bytes in, const bytes *arguments,
	struct buf *out)
{
	struct buf key;
	bytes given[1];
	bool done;

	buf_init(&key, 4096);
	done = base64_decode(arguments[0], &key);
	given[0] = buf_bytes(&key);
	done = done && run_hmac_sha256(in, given, out);
	buf_release_wiped(&key);
	return done;
}

static bool run_crc32(bytes in, const bytes *arguments, struct buf *out)
{
	(void)arguments;
	buf_printf(out, "%08x", hash_crc32(in));
	return true;
}

static bool run_c3id(bytes in, const bytes *arguments, struct buf *out)
{
	char id[C3ID_LENGTH + 1];

	(void)arguments;
	hash_c3id(in, id);
	buf_put_text(out, id);
	return true;
}

static bool to_time(bytes in, struct tm *tm)
{
	uint64_t seconds;
	time_t then;

	if (!number(in, &seconds))
		return false;
	then = (time_t)seconds;
	return gmtime_r(&then, tm) != NULL;
}

static bool run_rfc3339(bytes in, const bytes *arguments, struct buf *out)
{
	struct tm tm;

	(void)arguments;
	if (!to_time(in, &tm))
		return false;
	buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return true;
}

/* Its names are English whatever the locale. */
static bool run_rfc1123(bytes in, const bytes *arguments, struct buf *out)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm;

	(void)arguments;
	if (!to_time(in, &tm))
		return false;
	buf_printf(out, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
		days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
		tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return true;
}

static bool run_date(bytes in, const bytes *arguments, struct buf *out)
{
	struct tm tm;

	(void)arguments;
	if (!to_time(in, &tm))
		return false;
	buf_printf(out, "%04d%02d%02d", tm.tm_year + 1900, tm.tm_mon + 1,
		tm.tm_mday);
	return true;
}

static const struct request_filter filters[] = {
	{"raw", 0, NULL},
	{"b64", 0, run_b64},
	{"b64url", 0, run_b64url},
	{"b64decode", 0, run_b64decode}, /* of both alphabets */
	{"hex", 0, run_hex},
	{"url", 0, run_url},
	{"json", 0, run_json},
	{"lower", 0, run_lower},
	{"upper", 0, run_upper},
	{"prefix", 1, run_prefix},
	{"suffix", 1, run_suffix},
	{"drop", 1, run_drop},
	{"append", 1, run_append},
	{"prepend", 1, run_prepend},
	{"split", 2, run_split},
	{"replace", 2, run_replace},
	{"group", 1, run_group},
	{"sha1", 0, run_sha1},
	{"sha256", 0, run_sha256},
	{"md5", 0, run_md5},
	{"hmac-sha1", 1, run_hmac_sha1},
	{"hmac-sha256", 1, run_hmac_sha256},
	{"hmac-sha256-b64", 1, run_hmac_sha256_b64},
	{"crc32", 0, run_crc32},
	{"c3id", 0, run_c3id},
	{"rfc3339", 0, run_rfc3339},
	{"rfc1123", 0, run_rfc1123},
	{"date", 0, run_date},
};

const struct request_filter *request_filter_find(bytes name)
{
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (bytes_equal(bytes_text(filters[i].name), name))
			return &filters[i];
	return NULL;
}

size_t request_filter_arguments(const struct request_filter *f)
{
	return f->arguments;
}

bool request_filter_is_raw(const struct request_filter *f)
{
	return f->run == NULL;
}

bool request_filter_run(const struct request_filter *f, bytes in,
	const bytes arguments[REQUEST_ARGUMENTS], struct buf *out)
{
	return f->run(in, arguments, out);
}
