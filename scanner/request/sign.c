/*
 * sign: the signatures that templates cannot make.
 *
 * aws-sigv4: AWS Signature Version 4, over the headers host, x-amz-date,
 * content-type and x-amz-security-token where present, and the body.
 * azure-sharedkey: Azure Storage's Shared Key for the Blob service.
 * The others are signing/'s; here their texts are rendered and put in place.
 * Sources: AWS General Reference, "Create a signed AWS API request"; Azure
 * Storage REST, "Authorize with Shared Key".
 */
#include "request/internal.h"
#include "request/sign.h"

#include "base/base64.h"
#include "base/hash.h"
#include "signing/signing.h"

#include "base/banned.h"

#define TEXT_MOST ((size_t)64 << 10)

struct signing {
	const struct request_values *values;
	struct request_rendered *r;
	struct error *err;
	struct buf id, secret, session, service, region;
	bytes host, path, query; /* of the URL */
	struct buf time, date;	 /* 20240801T100000Z, 20240801 */
};

static void put_hex(struct buf *out, const unsigned char digest[SHA256_SIZE])
{
	for (size_t i = 0; i < SHA256_SIZE; i++)
		buf_printf(out, "%02x", digest[i]);
}

static void put_hash(struct buf *out, bytes data)
{
	unsigned char digest[SHA256_SIZE];

	hash_sha256(data, digest);
	put_hex(out, digest);
}

static void cut_url(struct signing *s)
{
	bytes url = buf_bytes(&s->r->url), rest;
	size_t start = bytes_find(url, bytes_text("://"));

	rest = bytes_drop(url, start == BYTES_NONE ? 0 : start + 3);
	bytes_cut(rest, '/', &s->host, &rest);
	bytes_cut(rest, '?', &s->path, &s->query);
}

static enum status add(struct signing *s, const char *name,
	const struct buf *text)
{
	struct buf *value = request_add_header(s->r, name, s->err);

	if (value == NULL)
		return ERR_LIMIT;
	buf_put(value, buf_bytes(text));
	return OK;
}

/* ---- AWS ---------------------------------------------------------------- */

/* "host:...\nx-amz-date:...\n" and their names, sorted as they stand here. */
static void put_aws_headers(struct signing *s, struct buf *canonical,
	struct buf *names)
{
	for (size_t i = 0; i < s->r->header_count; i++)
		if (bytes_equal_nocase(bytes_text(s->r->headers[i].name),
				bytes_text("content-type"))) {
			buf_put_text(canonical, "content-type:");
			buf_put(canonical,
				buf_bytes(&s->r->headers[i].value));
			buf_put_byte(canonical, '\n');
			buf_put_text(names, "content-type;");
		}
	buf_put_text(canonical, "host:");
	buf_put(canonical, s->host);
	buf_put_text(canonical, "\nx-amz-date:");
	buf_put(canonical, buf_bytes(&s->time));
	buf_put_byte(canonical, '\n');
	buf_put_text(names, "host;x-amz-date");
	if (s->session.n == 0)
		return;
	buf_put_text(canonical, "x-amz-security-token:");
	buf_put(canonical, buf_bytes(&s->session));
	buf_put_byte(canonical, '\n');
	buf_put_text(names, ";x-amz-security-token");
}

static void aws_key(struct signing *s, unsigned char key[SHA256_SIZE])
{
	struct buf first;
	bytes steps[] = {buf_bytes(&s->date), buf_bytes(&s->region),
		buf_bytes(&s->service), bytes_text("aws4_request")};
	bytes with;

	buf_init(&first, TEXT_MOST);
	buf_put_text(&first, "AWS4");
	buf_put(&first, buf_bytes(&s->secret));
	with = buf_bytes(&first);
	for (size_t i = 0; i < 4; i++) {
		unsigned char next[SHA256_SIZE];

		hash_hmac_sha256(with, steps[i], next);
		memcpy(key, next, SHA256_SIZE);
		with = bytes_of(key, SHA256_SIZE);
	}
	buf_release_wiped(&first);
}

static void put_scope(struct signing *s, struct buf *out)
{
	buf_put(out, buf_bytes(&s->date));
	buf_put_byte(out, '/');
	buf_put(out, buf_bytes(&s->region));
	buf_put_byte(out, '/');
	buf_put(out, buf_bytes(&s->service));
	buf_put_text(out, "/aws4_request");
}

static enum status sign_aws(struct signing *s)
{
	unsigned char key[SHA256_SIZE], signature[SHA256_SIZE];
	struct buf canonical, names, text, authorization;
	enum status status;

	buf_init(&canonical, TEXT_MOST);
	buf_init(&names, TEXT_MOST);
	buf_init(&text, TEXT_MOST);
	buf_init(&authorization, TEXT_MOST);
	buf_printf(&canonical, "%s\n/%.*s\n%.*s\n", s->r->method,
		(int)s->path.n, s->path.n ? (const char *)s->path.at : "",
		(int)s->query.n, s->query.n ? (const char *)s->query.at : "");
	put_aws_headers(s, &canonical, &names);
	buf_printf(&canonical, "\n%s\n", buf_text(&names));
	put_hash(&canonical, buf_bytes(&s->r->body));
	buf_printf(&text, "AWS4-HMAC-SHA256\n%s\n", buf_text(&s->time));
	put_scope(s, &text);
	buf_put_byte(&text, '\n');
	put_hash(&text, buf_bytes(&canonical));
	aws_key(s, key);
	hash_hmac_sha256(bytes_of(key, sizeof(key)), buf_bytes(&text),
		signature);
	buf_printf(&authorization, "AWS4-HMAC-SHA256 Credential=%s/",
		buf_text(&s->id));
	put_scope(s, &authorization);
	buf_printf(&authorization, ", SignedHeaders=%s, Signature=",
		buf_text(&names));
	put_hex(&authorization, signature);
	status = add(s, "Authorization", &authorization);
	if (status == OK)
		status = add(s, "X-Amz-Date", &s->time);
	if (status == OK && s->session.n > 0)
		status = add(s, "X-Amz-Security-Token", &s->session);
	buf_release_wiped(&canonical);
	buf_release_wiped(&names);
	buf_release_wiped(&text);
	buf_release_wiped(&authorization);
	return status;
}

/* ---- Azure Storage ------------------------------------------------------ */

/* What Azure wants of a signed request. */
static enum status add_ms(struct signing *s, const struct buf *authorization,
	const struct buf *date, const struct buf *version)
{
	enum status status = add(s, "Authorization", authorization);

	if (status == OK)
		status = add(s, "x-ms-date", date);
	if (status == OK)
		status = add(s, "x-ms-version", version);
	return status;
}

static enum status sign_azure(struct signing *s)
{
	unsigned char digest[SHA256_SIZE];
	struct buf key, text, header, date, version;
	bytes name, value;
	enum status status;

	buf_init(&key, TEXT_MOST);
	buf_init(&text, TEXT_MOST);
	buf_init(&header, TEXT_MOST);
	buf_init(&date, TEXT_MOST);
	buf_init(&version, TEXT_MOST);
	buf_put_text(&version, "2021-08-06");
	status = request_template("{{now | rfc1123}}", s->values, REQUEST_RAW,
		&date, s->err);
	if (status == OK && !base64_decode(buf_bytes(&s->secret), &key))
		status = error_set(s->err, ERR_FORMAT,
			"the account key is not base64");
	buf_printf(&text, "%s\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:%s\n"
		"x-ms-version:%s\n/%s/%.*s", s->r->method, buf_text(&date),
		buf_text(&version), buf_text(&s->id), (int)s->path.n,
		s->path.n ? (const char *)s->path.at : "");
	for (bytes rest = s->query; rest.n > 0;) {
		bytes pair;

		bytes_cut(rest, '&', &pair, &rest);
		bytes_cut(pair, '=', &name, &value);
		buf_printf(&text, "\n%.*s:%.*s", (int)name.n,
			(const char *)name.at, (int)value.n,
			(const char *)value.at);
	}
	hash_hmac_sha256(buf_bytes(&key), buf_bytes(&text), digest);
	buf_printf(&header, "SharedKey %s:", buf_text(&s->id));
	base64_put(&header, bytes_of(digest, sizeof(digest)));
	if (status == OK)
		status = add_ms(s, &header, &date, &version);
	buf_release_wiped(&key);
	buf_release_wiped(&text);
	buf_release_wiped(&header);
	buf_release(&date);
	buf_release(&version);
	return status;
}

/* ---- signing/'s --------------------------------------------------------- */

static enum status sign_cosmos(struct signing *s)
{
	struct buf date, header, version;
	enum status status;

	buf_init(&date, TEXT_MOST);
	buf_init(&header, TEXT_MOST);
	buf_init(&version, TEXT_MOST);
	buf_put_text(&version, "2018-12-31");
	status = request_template("{{now | rfc1123}}", s->values, REQUEST_RAW,
		&date, s->err);
	if (status == OK)
		status = signing_cosmos(s->r->method, s->path,
			buf_bytes(&s->secret), buf_bytes(&date), &header,
			s->err);
	if (status == OK)
		status = add_ms(s, &header, &date, &version);
	buf_release(&date);
	buf_release_wiped(&header);
	buf_release(&version);
	return status;
}

static enum status begin_form(struct signing *s, const char *grant)
{
	struct buf *type = request_add_header(s->r, "Content-Type", s->err);

	if (type == NULL)
		return ERR_LIMIT;
	buf_put_text(type, "application/x-www-form-urlencoded");
	buf_put_text(&s->r->body, "grant_type=");
	request_escape_url(bytes_text(grant), &s->r->body);
	return OK;
}

static enum status sign_client(struct signing *s)
{
	struct buf header;
	enum status status;

	buf_init(&header, TEXT_MOST);
	buf_put_text(&header, "Basic ");
	signing_client(buf_bytes(&s->id), buf_bytes(&s->secret), &header);
	status = add(s, "Authorization", &header);
	buf_release_wiped(&header);
	if (status == OK)
		status = begin_form(s, "client_credentials");
	if (status == OK && s->session.n > 0) {
		buf_put_text(&s->r->body, "&scope=");
		request_escape_url(buf_bytes(&s->session), &s->r->body);
	}
	return status;
}

static enum status sign_assertion(struct signing *s)
{
	const struct request_value *now =
		request_values_find(s->values, "now", 0);
	const struct signing_assertion a = {
		.issuer = buf_bytes(&s->id),
		.audience = buf_bytes(&s->service),
		.scope = buf_bytes(&s->session),
		.now = now ? now->value : bytes_text("")};
	enum status status = begin_form(s,
		"urn:ietf:params:oauth:grant-type:jwt-bearer");

	if (status != OK)
		return status;
	buf_put_text(&s->r->body, "&assertion=");
	return signing_assertion(&a, buf_bytes(&s->secret), &s->r->body,
		s->err);
}

/* ---- all ---------------------------------------------------------------- */

static const struct {
	const char *name;
	enum status (*sign)(struct signing *s);
} kinds[] = {
	{"aws-sigv4", sign_aws},
	{"azure-sharedkey", sign_azure},
	{"cosmos-master", sign_cosmos},
	{"jwt-rs256", sign_assertion},
	{"oauth-client-credentials", sign_client},
};

bool request_sign_is_known(const char *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, kind) == 0)
			return true;
	return false;
}

static enum status render(struct signing *s, const char *template,
	struct buf *out)
{
	return template ? request_template(template, s->values, REQUEST_RAW,
				 out, s->err)
			: OK;
}

static enum status prepare(struct signing *s,
	const struct request_signer *signer)
{
	enum status status = render(s, signer->id, &s->id);

	if (status == OK)
		status = render(s, signer->secret, &s->secret);
	if (status == OK)
		status = render(s, signer->session, &s->session);
	if (status == OK)
		status = render(s, signer->service, &s->service);
	if (status == OK)
		status = render(s, signer->region, &s->region);
	if (status == OK)
		status = render(s, "{{now | date}}", &s->date);
	if (status == OK)
		status = render(s, "{{now | rfc3339 | replace(\"-\", \"\") | "
				   "replace(\":\", \"\")}}", &s->time);
	return status;
}

enum status request_sign(const struct request_step *step,
	const struct request_values *values, struct request_rendered *r,
	struct error *err)
{
	struct signing s = {.values = values, .r = r, .err = err};
	struct buf *const texts[] = {&s.id, &s.secret, &s.session, &s.service,
		&s.region, &s.time, &s.date};
	enum status status;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		buf_init(texts[i], TEXT_MOST);
	cut_url(&s);
	status = prepare(&s, &step->sign);
	for (size_t i = 0; status == OK &&
		i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, step->sign.kind) == 0)
			status = kinds[i].sign(&s);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		buf_release_wiped(texts[i]);
	return status;
}
