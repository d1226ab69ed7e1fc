/*
 * Private keys in PEM: PKCS #1, PKCS #8, SEC 1, OpenSSH.
 *
 * Keys are pasted into JSON, YAML, source code and patches, so the body is
 * gathered from between line ends written in many ways, out of quoted and
 * concatenated pieces, with comment or patch marks before the lines. Then it
 * must parse: documentation is full of BEGIN lines with nothing behind them.
 */
#include "check/internal.h"

#include "base/base64.h"
#include "base/banned.h"

#define LABEL_MAX 64
#define HEADER_MAX 200

struct gather {
	bytes body;
	size_t at;
	unsigned char mark;  /* stands before each line, or 0 */
	unsigned char quote; /* that ends a piece, or 0 when none was seen */
	bool outside;	     /* between two quoted pieces */
	bool fresh;	     /* nothing of this line was seen */
};

bool check_find_block(bytes text, struct check_block *block)
{
	static const char begin[] = "-----BEGIN ";

	for (;;) {
		size_t at = bytes_find(text, bytes_text(begin)), dashes;

		if (at == BYTES_NONE)
			return false;
		text = bytes_drop(text, at + sizeof(begin) - 1);
		dashes = bytes_find(bytes_take(text, LABEL_MAX),
			bytes_text("-----"));
		if (dashes == BYTES_NONE)
			continue;
		block->label = bytes_take(text, dashes);
		text = bytes_drop(text, dashes + 5);
		if (bytes_find(block->label, bytes_text("PRIVATE KEY")) ==
			BYTES_NONE)
			continue;
		dashes = bytes_find(text, bytes_text("-----END "));
		block->ended = dashes != BYTES_NONE;
		block->body = bytes_take(text, dashes);
		return true;
	}
}

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* "Proc-Type: 4,ENCRYPTED" and its like: skips the line, keeps its news. */
static bool gather_header(struct gather *g, struct check_armour *out)
{
	bytes line = bytes_take(bytes_drop(g->body, g->at), HEADER_MAX);
	size_t n = 0;

	while (n < line.n && memchr("\n\r\\\"'`", line.at[n], 6) == NULL)
		n++;
	line = bytes_take(line, n);
	if (bytes_find_byte(line, ':') == BYTES_NONE)
		return false;
	if (bytes_find(line, bytes_text("ENCRYPTED")) != BYTES_NONE)
		out->encrypted = true;
	g->at += n;
	return true;
}

/* A backslash and what it escapes, as far as that is no digit. */
static void gather_escape(struct gather *g)
{
	bytes rest;

	while (g->at < g->body.n && g->body.at[g->at] == '\\')
		g->at++;
	rest = bytes_drop(g->body, g->at);
	if (rest.n > 0 && memchr("nrt", rest.at[0], 3) != NULL) {
		g->at++;
		g->fresh = true;
	} else if (bytes_starts(rest, bytes_text("u000")) && rest.n >= 5) {
		g->at += 5;
		g->fresh = true;
	}
}

/* Marks of comments, quotes and patches before a line's text. */
static bool gather_mark(struct gather *g)
{
	bytes rest = bytes_drop(g->body, g->at);

	if (memchr("#>*|", rest.at[0], 4) != NULL ||
		(g->mark && rest.at[0] == g->mark)) {
		g->at++;
		return true;
	}
	if (!bytes_starts(rest, bytes_text("// ")))
		return false;
	g->at += 3;
	return true;
}

static bool gather_digit(struct gather *g, struct check_armour *out)
{
	unsigned char c = g->body.at[g->at];
	bytes rest = bytes_drop(g->body, g->at + 1);

	if (c == '=' && g->fresh && rest.n >= 4 &&
		check_is_base64(rest.at[0])) {
		memcpy(out->sum, rest.at, 4);
		out->has_sum = true;
		g->at += 5;
	} else if (c == '=') {
		g->at++;
	} else if (c == '-' || c == '_' || !check_is_base64(c) ||
		   out->n == sizeof(out->digits)) {
		return false;
	} else {
		out->digits[out->n++] = c;
		g->at++;
	}
	g->fresh = false;
	return true;
}

/* False where something stands that no key has; out keeps what came before. */
bool check_gather(bytes body, unsigned char mark, struct check_armour *out)
{
	struct gather g = {.body = body, .mark = mark, .fresh = false};

	out->n = 0;
	out->has_sum = out->encrypted = false;
	while (g.at < body.n) {
		unsigned char c = body.at[g.at];

		if (c == '\\') {
			gather_escape(&g);
		} else if (c == '"' || c == '\'' || c == '`') {
			if (g.quote == 0)
				g.quote = c;
			g.outside = c == g.quote ? !g.outside : g.outside;
			g.fresh = true;
			g.at++;
		} else if (g.outside || is_blank(c)) {
			g.fresh |= c == '\n' || c == '\r';
			g.at++;
		} else if (g.fresh && (gather_mark(&g) ||
					      gather_header(&g, out))) {
			continue;
		} else if (!gather_digit(&g, out)) {
			return false;
		}
	}
	return true;
}

/* A SEQUENCE that is as long as the body; *inner is what it begins with. */
static bool der_fits(bytes raw, unsigned char *inner)
{
	size_t length = 0, head = 2, more;

	if (raw.n < 32 || raw.at[0] != 0x30)
		return false;
	length = raw.at[1];
	if (length & 0x80) {
		more = length & 0x7f;
		if (more == 0 || more > 3)
			return false;
		length = 0;
		while (more-- > 0)
			length = length << 8 | raw.at[head++];
	}
	*inner = raw.at[head];
	return head + length == raw.n;
}

/* RFC 4251's string: four bytes of length, then so many. */
static bool take_string(bytes *rest, bytes *out)
{
	size_t n;

	if (rest->n < 4)
		return false;
	n = (size_t)rest->at[0] << 24 | (size_t)rest->at[1] << 16 |
	    (size_t)rest->at[2] << 8 | rest->at[3];
	if (n > rest->n - 4)
		return false;
	*out = bytes_of(rest->at + 4, n);
	*rest = bytes_drop(*rest, 4 + n);
	return true;
}

static const char openssh_magic[] = "openssh-key-v1"; /* with its NUL */

static struct check_verdict judge_openssh(bytes raw)
{
	bytes rest = bytes_drop(raw, sizeof(openssh_magic)), cipher, skipped;

	if (!bytes_starts(raw, bytes_of(openssh_magic,
		    sizeof(openssh_magic))) ||
		!take_string(&rest, &cipher) || !take_string(&rest, &skipped) ||
		!take_string(&rest, &skipped) || rest.n < 4)
		return check_says(CHECK_FAIL, "its body does not parse");
	rest = bytes_drop(rest, 4);
	if (!take_string(&rest, &skipped) || !take_string(&rest, &skipped))
		return check_says(CHECK_FAIL, "its body does not parse");
	if (!bytes_equal(cipher, bytes_text("none")))
		return check_says(CHECK_WEAK, "encrypted with a passphrase");
	return check_is_well("OpenSSH");
}

static struct check_verdict judge_pem(bytes label, bytes raw)
{
	unsigned char inner;
	bool sealed = bytes_starts(label, bytes_text("ENCRYPTED"));

	if (bytes_starts(label, bytes_text("OPENSSH")))
		return judge_openssh(raw);
	if (!der_fits(raw, &inner) || inner != (sealed ? 0x30 : 0x02))
		return check_says(CHECK_FAIL, "its body does not parse");
	if (sealed)
		return check_says(CHECK_WEAK, "encrypted with a passphrase");
	return check_is_well("DER");
}

static struct check_verdict judge_body(const struct check_block *block,
	const struct check_armour *armour)
{
	unsigned char raw[CHECK_DECODE_MAX];
	size_t n;

	if (armour->encrypted && armour->n >= CHECK_CUT_OFF)
		return check_says(CHECK_WEAK, "encrypted with a passphrase");
	if (!check_base64_decode(bytes_of(armour->digits, armour->n), raw,
		    sizeof(raw), &n))
		return check_says(CHECK_FAIL, "its body is not base64");
	return judge_pem(block->label, bytes_of(raw, n));
}

struct check_verdict check_pem(const struct check_input *in)
{
	static const unsigned char marks[] = {0, '+', '-'};
	struct check_verdict verdict = {.result = CHECK_FAIL};
	struct check_armour armour;
	struct check_block block;
	size_t most = 0;

	if (!check_find_block(in->match, &block) &&
		!check_find_block(in->secret, &block))
		return check_says(CHECK_NONE, "no private key block");
	if (bytes_starts(block.label, bytes_text("PGP")))
		return check_pgp(in);
	for (size_t i = 0; i < sizeof(marks); i++) {
		bool clean = check_gather(block.body, marks[i], &armour);

		most = armour.n > most ? armour.n : most;
		if (!clean)
			continue;
		verdict = judge_body(&block, &armour);
		if (verdict.result != CHECK_FAIL)
			return verdict;
	}
	if (!block.ended && most >= CHECK_CUT_OFF)
		return check_says(CHECK_NONE, "cut off before its end");
	if (verdict.reason == NULL)
		verdict.reason = "its body is not base64";
	return verdict;
}

void check_put_lines(struct buf *token, bytes raw, const char *line)
{
	struct buf digits;

	buf_init(&digits, CHECK_DECODE_MAX);
	base64_put(&digits, raw);
	for (size_t i = 0; i < digits.n; i += 64) {
		buf_put(token, bytes_part(buf_bytes(&digits), i, i + 64));
		buf_put_text(token, line);
	}
	buf_release(&digits);
}

/* The label of the BEGIN line that the text ends with, and its line end. */
bool check_last_label(const struct buf *token, size_t start, bytes *label,
	const char **line)
{
	bytes text = check_so_far(token, start);
	struct check_block block;

	if (!check_find_block(text, &block) || block.ended)
		return false;
	*label = block.label;
	*line = bytes_ends(text, bytes_text("\\n")) ? "\\n" : "\n";
	return bytes_trim(block.body).n <= 2;
}

void check_begin_body(struct buf *token, const char *line)
{
	if (!bytes_ends(buf_bytes(token), bytes_text(line)))
		buf_put_text(token, line);
}

static void put_string(struct buf *out, bytes data)
{
	for (unsigned shift = 32; shift > 0; shift -= 8)
		buf_put_byte(out, (unsigned char)(data.n >> (shift - 8)));
	buf_put(out, data);
}

static void fake_openssh(struct buf *raw, struct check_random *random)
{
	unsigned char noise[136];

	check_random_bytes(random, noise, sizeof(noise));
	buf_put(raw, bytes_of(openssh_magic, sizeof(openssh_magic)));
	put_string(raw, bytes_text("none"));
	put_string(raw, bytes_text("none"));
	put_string(raw, bytes_text(""));
	buf_put(raw, bytes_of("\0\0\0\1", 4));
	put_string(raw, bytes_of(noise, 51));
	put_string(raw, bytes_of(noise, sizeof(noise)));
}

/* SEQUENCE { INTEGER 0 or an empty SEQUENCE, OCTET STRING of 300 bytes } */
static void fake_der(struct buf *raw, struct check_random *random, bytes label)
{
	unsigned char noise[300];

	check_random_bytes(random, noise, sizeof(noise));
	if (bytes_starts(label, bytes_text("ENCRYPTED")))
		buf_put(raw, bytes_of("\x30\x82\x01\x32\x30\x00", 6));
	else
		buf_put(raw, bytes_of("\x30\x82\x01\x33\x02\x01\x00", 7));
	buf_put(raw, bytes_of("\x04\x82\x01\x2c", 4));
	buf_put(raw, bytes_of(noise, sizeof(noise)));
}

bool check_fill_pem(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	struct check_random random = check_random_from(buf_bytes(token));
	const char *line;
	bytes label;
	struct buf raw, end;

	if (!check_last_label(token, start, &label, &line))
		return false;
	if (bytes_starts(label, bytes_text("PGP")))
		return check_fill_pgp(rule, token, start);
	buf_init(&raw, 1024);
	buf_init(&end, 128);
	buf_printf(&end, "-----END %.*s-----", (int)label.n,
		(const char *)label.at);
	if (bytes_starts(label, bytes_text("OPENSSH")))
		fake_openssh(&raw, &random);
	else
		fake_der(&raw, &random, label);
	check_begin_body(token, line);
	check_put_lines(token, buf_bytes(&raw), line);
	buf_put(token, buf_bytes(&end));
	buf_release(&raw);
	buf_release(&end);
	return !token->failed;
}

