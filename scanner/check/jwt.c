/*
 * Tokens that carry a structure in base64: JSON web tokens, macaroons, and
 * keys that are a JSON object.
 *
 * The JSON reader validates as it skips, keeps its nesting in the bits of one
 * word instead of on the stack, and finds members of the outermost object
 * only. Names are compared as written: nobody escapes "alg".
 */
#include "check/internal.h"

#include <time.h>

#include "base/base64.h"
#include "base/banned.h"

#define NEST_MAX 64
#define JWT_PARTS 5

struct json {
	bytes text;
	size_t at;
};

static int json_peek(struct json *j)
{
	while (j->at < j->text.n &&
		memchr(" \t\r\n", j->text.at[j->at], 4) != NULL)
		j->at++;
	return j->at < j->text.n ? j->text.at[j->at] : -1;
}

static bool json_take(struct json *j, unsigned char c)
{
	if (json_peek(j) != c)
		return false;
	j->at++;
	return true;
}

static bool json_string(struct json *j)
{
	if (!json_take(j, '"'))
		return false;
	while (j->at < j->text.n) {
		unsigned char c = j->text.at[j->at++];

		if (c == '"')
			return true;
		if (c < ' ')
			return false;
		if (c == '\\')
			j->at++;
	}
	return false;
}

static bool json_name(struct json *j)
{
	return json_string(j) && json_take(j, ':');
}

static bool is_number_byte(unsigned char c)
{
	return (c >= '0' && c <= '9') || memchr("+-.eE", c, 5) != NULL;
}

/* A number, true, false or null. */
static bool json_scalar(struct json *j)
{
	static const char *const words[] = {"true", "false", "null"};
	bytes rest = bytes_drop(j->text, j->at);
	size_t n = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (bytes_starts(rest, bytes_text(words[i]))) {
			j->at += strlen(words[i]);
			return true;
		}
	while (n < rest.n && is_number_byte(rest.at[n]))
		n++;
	j->at += n;
	return n > 0 && (rest.at[0] == '-' || rest.at[0] <= '9');
}

/* Closes what ends here; true when another value must follow. */
static bool json_next(struct json *j, uint64_t kinds, unsigned *depth,
	bool *good)
{
	*good = true;
	while (*depth > 0) {
		bool object = kinds >> (*depth - 1) & 1;

		if (json_take(j, object ? '}' : ']')) {
			(*depth)--;
			continue;
		}
		*good = json_take(j, ',') && (!object || json_name(j));
		return *good;
	}
	return false;
}

static bool json_value(struct json *j)
{
	uint64_t kinds = 0;
	unsigned depth = 0;
	bool good;

	do {
		int c = json_peek(j);

		if (c == '{' || c == '[') {
			uint64_t bit;

			if (depth == NEST_MAX)
				return false;
			bit = (uint64_t)1 << depth++;
			kinds = c == '{' ? kinds | bit : kinds & ~bit;
			j->at++;
			if (json_peek(j) != (c == '{' ? '}' : ']')) {
				good = c == '[' || json_name(j);
				if (!good)
					return false;
				continue;
			}
		} else if (c == '"' ? !json_string(j) : !json_scalar(j)) {
			return false;
		}
		if (!json_next(j, kinds, &depth, &good))
			return good;
	} while (true);
}

enum check_json check_json_member(bytes text, const char *key, bytes *value,
	size_t *end)
{
	struct json j = {.text = text};
	enum check_json found = CHECK_JSON_ABSENT;

	if (!json_take(&j, '{'))
		return CHECK_JSON_BAD;
	if (json_peek(&j) != '}') {
		do {
			bytes name, here;
			size_t begin;

			json_peek(&j);
			begin = j.at;
			if (!json_string(&j))
				return CHECK_JSON_BAD;
			name = bytes_part(text, begin + 1, j.at - 1);
			if (!json_take(&j, ':'))
				return CHECK_JSON_BAD;
			json_peek(&j);
			begin = j.at;
			if (!json_value(&j))
				return CHECK_JSON_BAD;
			here = bytes_part(text, begin, j.at);
			if (bytes_equal(name, bytes_text(key))) {
				*value = here;
				found = CHECK_JSON_FOUND;
			}
		} while (json_take(&j, ','));
	}
	if (!json_take(&j, '}'))
		return CHECK_JSON_BAD;
	if (end != NULL)
		*end = j.at;
	return found;
}

/* Seconds, from a JSON number's whole part; false on anything fancier. */
static bool json_seconds(bytes value, uint64_t *seconds)
{
	*seconds = 0;
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = value.at[i];

		if (c == '.' && i > 0)
			return memchr(value.at, 'e', value.n) == NULL &&
			       memchr(value.at, 'E', value.n) == NULL;
		if (c < '0' || c > '9' || *seconds > UINT64_MAX / 10 - 1)
			return false;
		*seconds = *seconds * 10 + (c - '0' + 0u);
	}
	return value.n > 0;
}

/* One part's object; the parts are base64url. */
static enum check_json part_member(bytes part, const char *key,
	unsigned char plain[CHECK_DECODE_MAX], bytes *value)
{
	size_t n, end = 0;
	enum check_json found;

	if (!check_base64_decode(part, plain, CHECK_DECODE_MAX, &n))
		return CHECK_JSON_BAD;
	found = check_json_member(bytes_of(plain, n), key, value, &end);
	while (found != CHECK_JSON_BAD && end < n)
		if (memchr(" \t\r\n", plain[end++], 4) == NULL)
			return CHECK_JSON_BAD;
	return found;
}

/* Splits at dots; more parts than there is room for give 0. */
static size_t jwt_split(bytes secret, bytes parts[JWT_PARTS])
{
	size_t count = 0, glued;
	bytes rest = secret;
	bool more = true;

	while (more) {
		if (count == JWT_PARTS)
			return 0;
		more = bytes_cut(rest, '.', &parts[count], &rest);
		count++;
	}
	/* GitHub's ghs_ and others glue a prefix before the header. */
	glued = bytes_find(parts[0], bytes_text("ey"));
	if (glued != BYTES_NONE)
		parts[0] = bytes_drop(parts[0], glued);
	return count;
}

static struct check_verdict jwt_payload(bytes payload,
	unsigned char plain[CHECK_DECODE_MAX])
{
	bytes value;
	uint64_t expires;
	time_t now = time(NULL);

	switch (part_member(payload, "exp", plain, &value)) {
	case CHECK_JSON_BAD:
		return check_says(CHECK_FAIL, "its payload is no JSON");
	case CHECK_JSON_ABSENT:
		return check_is_well("never expires");
	case CHECK_JSON_FOUND:
		break;
	}
	if (!json_seconds(value, &expires))
		return check_is_well(NULL);
	if (now > 0 && expires < (uint64_t)now)
		return check_says(CHECK_WEAK, "expired");
	return check_is_well("not expired");
}

struct check_verdict check_jwt(const struct check_input *in)
{
	unsigned char plain[CHECK_DECODE_MAX];
	bytes parts[JWT_PARTS], value;
	size_t count = jwt_split(in->secret, parts);

	if (count != 3 && count != 5)
		return check_says(CHECK_FAIL, "neither three parts nor five");
	if (part_member(parts[0], "alg", plain, &value) != CHECK_JSON_FOUND ||
		value.n < 3 || value.at[0] != '"')
		return check_says(CHECK_FAIL, "its header names no algorithm");
	if (count == 5) {
		if (part_member(parts[0], "enc", plain, &value) !=
			CHECK_JSON_FOUND)
			return check_says(CHECK_FAIL,
				"its header names no encryption");
		return check_is_well("encrypted (JWE)");
	}
	if (bytes_equal_nocase(value, bytes_text("\"none\"")))
		return check_says(CHECK_WEAK, "unsigned: its alg is none");
	if (parts[2].n == 0)
		return check_says(CHECK_FAIL, "it has no signature");
	return jwt_payload(parts[1], plain);
}

bool check_fill_jwt(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	struct check_random random = check_random_from(buf_bytes(token));
	unsigned char signature[32], subject[8];
	struct buf payload;

	(void)rule;
	if (bytes_find(check_so_far(token, start), bytes_text(".")) !=
		BYTES_NONE)
		return false;
	buf_init(&payload, 256);
	check_random_bytes(&random, signature, sizeof(signature));
	check_random_bytes(&random, subject, sizeof(subject));
	buf_put_text(&payload, "{\"sub\":\"");
	base64_put_url(&payload, bytes_of(subject, sizeof(subject)));
	/* the first second of 2099 */
	buf_put_text(&payload, "\",\"iat\":1700000000,\"exp\":4070908800}");
	base64_put_url(token,
		bytes_text("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"));
	buf_put_byte(token, '.');
	base64_put_url(token, buf_bytes(&payload));
	buf_put_byte(token, '.');
	base64_put_url(token, bytes_of(signature, sizeof(signature)));
	buf_release(&payload);
	return !token->failed;
}

/*
 * libmacaroons' binary format 2: version 2, then sections of fields (type,
 * length, data), each section ended by a 0: the head with location and
 * identifier, any number of caveats, an empty one, and the signature.
 */
enum macaroon_field {
	MACAROON_END,
	MACAROON_LOCATION,
	MACAROON_IDENTIFIER,
	MACAROON_KEY = 4,
	MACAROON_SIGNATURE = 6,
};

struct macaroon {
	bytes rest;
	bytes data; /* of the last field */
};

static bool macaroon_varint(struct macaroon *m, size_t *value)
{
	*value = 0;
	for (unsigned shift = 0; shift < 21 && m->rest.n > 0; shift += 7) {
		unsigned char c = m->rest.at[0];

		m->rest = bytes_drop(m->rest, 1);
		*value |= (size_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return true;
	}
	return false;
}

/* The next field's type, or -1 where it does not fit. */
static int macaroon_next(struct macaroon *m)
{
	size_t type, n;

	if (!macaroon_varint(m, &type) || type > MACAROON_SIGNATURE)
		return -1;
	if (type == MACAROON_END)
		return MACAROON_END;
	if (!macaroon_varint(m, &n) || n > m->rest.n)
		return -1;
	m->data = bytes_take(m->rest, n);
	m->rest = bytes_drop(m->rest, n);
	return (int)type;
}

/* [location] identifier [key] END; or END alone. */
static bool macaroon_section(struct macaroon *m, bytes *location, bool *empty)
{
	int type = macaroon_next(m);

	*empty = type == MACAROON_END;
	if (*empty)
		return true;
	if (type == MACAROON_LOCATION) {
		*location = m->data;
		type = macaroon_next(m);
	}
	if (type != MACAROON_IDENTIFIER)
		return false;
	type = macaroon_next(m);
	if (type == MACAROON_KEY)
		type = macaroon_next(m);
	return type == MACAROON_END;
}

static bool is_host(bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.at[i] <= ' ' || text.at[i] >= 0x7f)
			return false;
	return text.n > 0;
}

#define MACAROON_START "AgE" /* version 2, a location follows */

struct check_verdict check_macaroon(const struct check_input *in)
{
	unsigned char raw[CHECK_DECODE_MAX];
	size_t at = bytes_find(in->secret, bytes_text(MACAROON_START)), n;
	struct macaroon m;
	bytes location = {0}, other;
	bool empty;

	if (at == BYTES_NONE || !check_base64_decode(bytes_drop(in->secret,
		    at), raw, sizeof(raw), &n) || n < 4)
		return check_says(CHECK_FAIL, "not a macaroon");
	m = (struct macaroon){.rest = bytes_of(raw + 1, n - 1)};
	if (!macaroon_section(&m, &location, &empty) || empty ||
		!is_host(location))
		return check_says(CHECK_FAIL, "not a macaroon");
	do {
		if (!macaroon_section(&m, &other, &empty))
			return check_says(CHECK_FAIL, "its caveats end early");
	} while (!empty);
	if (macaroon_next(&m) != MACAROON_SIGNATURE || m.data.n != 32 ||
		m.rest.n != 0)
		return check_says(CHECK_FAIL, "it ends without a signature");
	if (bytes_equal(location, bytes_text("pypi.org")))
		return check_is_well("PyPI");
	if (bytes_equal(location, bytes_text("test.pypi.org")))
		return check_is_well("TestPyPI");
	return check_is_well("macaroon");
}

static void macaroon_put(struct buf *out, enum macaroon_field type,
	bytes data)
{
	buf_put_byte(out, (unsigned char)type);
	buf_put_byte(out, (unsigned char)(data.n & 0x7f));
	buf_put(out, bytes_take(data, 0x7f));
}

bool check_fill_macaroon(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	struct check_random random = check_random_from(buf_bytes(token));
	bytes secret = check_so_far(token, start);
	size_t at = bytes_find(secret, bytes_text(MACAROON_START));
	bool test = bytes_find(secret, bytes_text("AgENdGVzdC5")) !=
		    BYTES_NONE;
	const char *host = test ? "test.pypi.org" : "pypi.org";
	unsigned char signature[32];
	struct buf raw, id;

	if (rule->arg_count > 0)
		host = rule->args[0];
	token->n = at == BYTES_NONE ? token->n : start + at;
	buf_init(&raw, 1024);
	buf_init(&id, 64);
	check_random_put(&random, &id, "0123456789abcdef", 36);
	check_random_bytes(&random, signature, sizeof(signature));
	buf_put_byte(&raw, 2);
	macaroon_put(&raw, MACAROON_LOCATION, bytes_text(host));
	macaroon_put(&raw, MACAROON_IDENTIFIER, buf_bytes(&id));
	buf_put_byte(&raw, MACAROON_END);
	macaroon_put(&raw, MACAROON_IDENTIFIER, bytes_text("[3, \"user\"]"));
	buf_put_byte(&raw, MACAROON_END);
	buf_put_byte(&raw, MACAROON_END);
	macaroon_put(&raw, MACAROON_SIGNATURE,
		bytes_of(signature, sizeof(signature)));
	base64_put_url(token, buf_bytes(&raw));
	buf_release(&raw);
	buf_release(&id);
	return !token->failed;
}

/* Where base64 of a JSON object begins: "ey" is {", "ew" is { and a break. */
static size_t json_start(bytes secret, size_t skip)
{
	bytes rest = bytes_drop(secret, skip);

	for (size_t i = 0; i + 1 < rest.n; i++)
		if (rest.at[i] == 'e' &&
			(rest.at[i + 1] == 'y' || rest.at[i + 1] == 'w'))
			return skip + i;
	return BYTES_NONE;
}

/* What follows the object, a signature for one, is not looked at. */
struct check_verdict check_base64_json(const struct check_input *in)
{
	unsigned char plain[CHECK_DECODE_MAX];
	size_t at = json_start(in->secret, in->rule->skip), stop, n;
	bytes value, run;

	if (at == BYTES_NONE)
		return check_says(CHECK_FAIL, "not base64 of JSON");
	for (stop = at; stop < in->secret.n; stop++)
		if (!check_is_base64(in->secret.at[stop]))
			break;
	run = bytes_part(in->secret, at, stop);
	run.n -= run.n % 4 == 1;
	if (!check_base64_decode(run, plain, sizeof(plain), &n) ||
		check_json_member(bytes_of(plain, n), "", &value, NULL) ==
			CHECK_JSON_BAD)
		return check_says(CHECK_FAIL, "not base64 of JSON");
	for (size_t i = 0; i < in->rule->arg_count; i++)
		if (check_json_member(bytes_of(plain, n), in->rule->args[i],
			    &value, NULL) != CHECK_JSON_FOUND)
			return check_says(CHECK_FAIL,
				"a member is missing in its JSON");
	return check_is_well("JSON inside");
}

bool check_fill_base64_json(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	struct check_random random = check_random_from(buf_bytes(token));
	size_t at = json_start(check_so_far(token, start), rule->skip);
	struct buf json;

	token->n = at == BYTES_NONE ? token->n : start + at;
	buf_init(&json, 4096);
	buf_put_byte(&json, '{');
	for (size_t i = 0; i < rule->arg_count; i++) {
		buf_put_text(&json, i ? ",\"" : "\"");
		buf_put_text(&json, rule->args[i]);
		buf_put_text(&json, "\":\"");
		check_random_put(&random, &json, check_base62_digits, 16);
		buf_put_byte(&json, '"');
	}
	if (rule->arg_count == 0)
		buf_put_text(&json, "\"k\":1");
	buf_put_byte(&json, '}');
	base64_put(token, buf_bytes(&json));
	buf_release(&json);
	return !token->failed;
}
