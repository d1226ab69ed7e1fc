/*
 * The form of one record. It is read by position, not by a JSON parser: only
 * the bytes that were written are accepted, so two texts with one meaning
 * cannot both be whole.
 */
#include "auditlog/internal.h"

#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/banned.h"

#define HEAD_START "{\"sequence\":"
#define HEAD_LENGTH ",\"length\":"
#define HEAD_PREVIOUS ",\"previous\":\""
#define TAIL_START ",\"hash\":\""
#define TAIL_END "\"}"
/* ,"hash":"<64>"} */
#define TAIL_SIZE \
	(sizeof(TAIL_START) - 1 + AUDITLOG_HASH + sizeof(TAIL_END) - 1)
#define NUMBER_TEXT 21

static const char zeros[AUDITLOG_HASH + 1] =
	"0000000000000000000000000000000000000000000000000000000000000000";

static void hex_of(bytes data, char text[AUDITLOG_HASH + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[SHA256_SIZE];

	hash_sha256(data, digest);
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	text[AUDITLOG_HASH] = '\0';
}

static bytes hash_before(const struct auditlog_head *head)
{
	return bytes_text(head->sequence == 0 ? zeros : head->hash);
}

static size_t digits_of(size_t n)
{
	size_t digits = 1;

	for (; n >= 10; n /= 10)
		digits++;
	return digits;
}

/* The line's length counts its own digits. */
static size_t whole_length(size_t rest)
{
	size_t length = rest + digits_of(rest);

	if (rest + digits_of(length) != length)
		length = rest + digits_of(length);
	return length;
}

void auditlog_frame(struct buf *line, struct auditlog_head *head, bytes body)
{
	const size_t start = line->n;
	char number[NUMBER_TEXT], hash[AUDITLOG_HASH + 1];
	size_t rest;

	snprintf(number, sizeof(number), "%" PRIu64, head->sequence + 1);
	rest = sizeof(HEAD_START) - 1 + strlen(number) +
	       sizeof(HEAD_LENGTH) - 1 + sizeof(HEAD_PREVIOUS) - 1 +
	       AUDITLOG_HASH + 1 + (body.n ? 1 : 0) + body.n + TAIL_SIZE + 1;
	buf_printf(line, HEAD_START "%s" HEAD_LENGTH "%zu" HEAD_PREVIOUS,
		number, whole_length(rest));
	buf_put(line, hash_before(head));
	buf_put_byte(line, '"');
	if (body.n)
		buf_put_byte(line, ',');
	buf_put(line, body);
	if (line->failed)
		return;
	hex_of(bytes_drop(buf_bytes(line), start), hash);
	buf_printf(line, TAIL_START "%s" TAIL_END "\n", hash);
	head->sequence++;
	memcpy(head->hash, hash, sizeof(hash));
}

/* Take a literal off the front. */
static bool skip(bytes *b, const char *text)
{
	bytes prefix = bytes_text(text);

	if (!bytes_starts(*b, prefix))
		return false;
	*b = bytes_drop(*b, prefix.n);
	return true;
}

/* A number as printf writes it: no sign, no zero in front. */
static bool skip_number(bytes *b, uint64_t *out)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < b->n && i < 19; i++) {
		if (b->at[i] < '0' || b->at[i] > '9')
			break;
		n = n * 10 + (uint64_t)(b->at[i] - '0');
	}
	if (i == 0 || b->at[0] == '0')
		return false;
	*b = bytes_drop(*b, i);
	*out = n;
	return true;
}

static bool is_hash(bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		if (!(b.at[i] >= '0' && b.at[i] <= '9') &&
			!(b.at[i] >= 'a' && b.at[i] <= 'f'))
			return false;
	return b.n == AUDITLOG_HASH;
}

struct parts {
	uint64_t sequence, length;
	bytes previous, body, hash;
};

static bool split(bytes line, struct parts *p)
{
	bytes tail;

	if (line.n < TAIL_SIZE)
		return false;
	tail = bytes_drop(line, line.n - TAIL_SIZE);
	line = bytes_take(line, line.n - TAIL_SIZE);
	if (!skip(&tail, TAIL_START))
		return false;
	p->hash = bytes_take(tail, AUDITLOG_HASH);
	tail = bytes_drop(tail, AUDITLOG_HASH);
	if (!is_hash(p->hash) || !skip(&tail, TAIL_END))
		return false;
	if (!skip(&line, HEAD_START) || !skip_number(&line, &p->sequence) ||
		!skip(&line, HEAD_LENGTH) || !skip_number(&line, &p->length) ||
		!skip(&line, HEAD_PREVIOUS))
		return false;
	p->previous = bytes_take(line, AUDITLOG_HASH);
	line = bytes_drop(line, AUDITLOG_HASH);
	if (!is_hash(p->previous) || !skip(&line, "\""))
		return false;
	if (line.n && !skip(&line, ","))
		return false;
	p->body = line;
	return true;
}

enum auditlog_fault auditlog_unframe(bytes line, struct auditlog_head *head,
	struct auditlog_record *record)
{
	char hash[AUDITLOG_HASH + 1];
	struct parts p;

	if (!split(line, &p))
		return AUDITLOG_NO_RECORD;
	if (p.length != line.n + 1)
		return AUDITLOG_LENGTH;
	hex_of(bytes_take(line, line.n - TAIL_SIZE), hash);
	if (!bytes_equal(p.hash, bytes_text(hash)))
		return AUDITLOG_HASH_WRONG;
	if (p.sequence != head->sequence + 1)
		return AUDITLOG_SEQUENCE;
	if (!bytes_equal(p.previous, hash_before(head)))
		return AUDITLOG_CHAIN;
	head->sequence = p.sequence;
	memcpy(head->hash, hash, sizeof(hash));
	*record = (struct auditlog_record){
		.sequence = p.sequence,
		.line = line,
		.body = p.body,
		.hash = p.hash,
	};
	return AUDITLOG_WHOLE;
}

void auditlog_head_text(const struct auditlog_head *head,
	char text[AUDITLOG_HEAD_TEXT])
{
	snprintf(text, AUDITLOG_HEAD_TEXT, "%" PRIu64 ":%.*s", head->sequence,
		AUDITLOG_HASH, (const char *)hash_before(head).at);
}

bool auditlog_head_parse(const char *text, struct auditlog_head *out)
{
	struct auditlog_head head = {0};
	bytes b = bytes_text(text);

	if (bytes_equal(b, bytes_text("0:")) ||
		(skip(&b, "0:") && bytes_equal(b, bytes_text(zeros)))) {
		*out = head;
		return true;
	}
	b = bytes_text(text);
	if (!skip_number(&b, &head.sequence) || !skip(&b, ":") || !is_hash(b))
		return false;
	memcpy(head.hash, b.at, b.n);
	*out = head;
	return true;
}
