/*
 * OpenPGP secret keys in ASCII armour, whose CRC-24 is a true checksum, and
 * PuTTY's key files.
 */
#include "check/internal.h"

#include "base/base64.h"
#include "base/banned.h"

/* RFC 9580, 6.1 */
#define CRC24_START 0xb704ce
#define CRC24_POLYNOMIAL 0x1864cfb

static uint32_t crc24(bytes data)
{
	uint32_t crc = CRC24_START;

	for (size_t i = 0; i < data.n; i++) {
		crc ^= (uint32_t)data.at[i] << 16;
		for (int bit = 0; bit < 8; bit++) {
			crc <<= 1;
			if (crc & 0x1000000)
				crc ^= CRC24_POLYNOMIAL;
		}
	}
	return crc & 0xffffff;
}

/* RFC 9580, 4.2: the body of a secret key packet (tag 5 or 7). */
static bool pgp_packet(bytes raw, bytes *body)
{
	size_t head, tag;

	if (raw.n < 8 || !(raw.at[0] & 0x80))
		return false;
	if (raw.at[0] & 0x40) {
		tag = raw.at[0] & 0x3f;
		head = raw.at[1] < 192 ? 2 : raw.at[1] == 255 ? 6 : 3;
	} else {
		tag = raw.at[0] >> 2 & 15;
		head = (raw.at[0] & 3) == 0 ? 2 : (raw.at[0] & 3) == 1 ? 3 : 5;
	}
	*body = bytes_drop(raw, head);
	return tag == 5 || tag == 7;
}

/* Past one multi-precision integer: its bits in two bytes, then they. */
static bool skip_integer(bytes *rest)
{
	size_t n;

	if (rest->n < 2)
		return false;
	n = (((size_t)rest->at[0] << 8 | rest->at[1]) + 7) / 8;
	if (n > rest->n - 2)
		return false;
	*rest = bytes_drop(*rest, 2 + n);
	return true;
}

/* How a version 4 key protects its secret part: 0 is not at all. */
static bool pgp_usage(bytes body, unsigned char *usage)
{
	bytes rest = bytes_drop(body, 6);
	unsigned integers, algorithm;
	bool curve;

	if (body.n < 8 || body.at[0] != 4)
		return false;
	algorithm = body.at[5];
	curve = algorithm == 18 || algorithm == 19 || algorithm == 22;
	if (curve)
		rest = bytes_drop(rest, 1 + (size_t)rest.at[0]);
	integers = algorithm <= 3 ? 2 : algorithm == 16 ? 3 :
		   algorithm == 17 ? 4 : curve ? 1 : 0;
	for (; integers > 0; integers--)
		if (!skip_integer(&rest))
			return false;
	if (algorithm == 18 && rest.n > 0) /* the parameters of its KDF */
		rest = bytes_drop(rest, 1 + (size_t)rest.at[0]);
	if (rest.n == 0)
		return false;
	*usage = rest.at[0];
	return true;
}

static struct check_verdict judge_pgp(const struct check_armour *armour)
{
	unsigned char raw[CHECK_DECODE_MAX], sum[3], usage;
	uint32_t crc;
	bytes body;
	size_t n, sum_n;

	if (!check_base64_decode(bytes_of(armour->digits, armour->n), raw,
		    sizeof(raw), &n) || !pgp_packet(bytes_of(raw, n), &body))
		return check_says(CHECK_FAIL, "its body does not parse");
	crc = crc24(bytes_of(raw, n));
	if (armour->has_sum && (!check_base64_decode(bytes_of(armour->sum, 4),
					sum, sizeof(sum), &sum_n) ||
		crc != ((uint32_t)sum[0] << 16 | (uint32_t)sum[1] << 8 |
			sum[2])))
		return check_says(CHECK_FAIL, "checksum does not match");
	if (pgp_usage(body, &usage) && usage != 0)
		return check_says(CHECK_WEAK, "encrypted with a passphrase");
	return armour->has_sum ? check_passes("CRC-24") :
				 check_is_well("OpenPGP");
}

struct check_verdict check_pgp(const struct check_input *in)
{
	struct check_armour armour;
	struct check_block block;
	bool clean;

	if (!check_find_block(in->match, &block) &&
		!check_find_block(in->secret, &block))
		return check_says(CHECK_NONE, "no private key block");
	clean = check_gather(block.body, 0, &armour);
	if (!block.ended && armour.n >= CHECK_CUT_OFF)
		return check_says(CHECK_NONE, "cut off before its end");
	if (!clean || !block.ended)
		return check_says(CHECK_FAIL, "its body is not base64");
	return judge_pgp(&armour);
}

/* The rest of the line after `name`. */
static bool putty_value(bytes text, const char *name, bytes *value)
{
	size_t at = bytes_find(text, bytes_text(name)), n = 0;
	bytes rest;

	if (at == BYTES_NONE)
		return false;
	rest = bytes_drop(text, at + strlen(name));
	while (n < rest.n && memchr("\r\n\\", rest.at[n], 3) == NULL)
		n++;
	*value = bytes_trim(bytes_take(rest, n));
	return true;
}

static size_t hex_prefix(bytes text)
{
	size_t n = 0;

	while (n < text.n &&
		(text.at[n] <= '9' ? text.at[n] >= '0' :
				     (text.at[n] | 0x20) >= 'a' &&
				(text.at[n] | 0x20) <= 'f'))
		n++;
	return n;
}

struct check_verdict check_putty(const struct check_input *in)
{
	bytes text = in->match.n > in->secret.n ? in->match : in->secret;
	bytes cipher, lines, mac;

	if (!putty_value(text, "Encryption: ", &cipher) ||
		!putty_value(text, "Private-Lines: ", &lines))
		return check_says(CHECK_NONE, "cut off before its end");
	if (!bytes_equal(cipher, bytes_text("none")))
		return check_says(CHECK_WEAK, "encrypted with a passphrase");
	if (!putty_value(text, "Private-MAC: ", &mac))
		return check_says(CHECK_NONE, "cut off before its end");
	/* SHA-1 in version 2, SHA-256 in version 3 */
	if (hex_prefix(mac) != 40 && hex_prefix(mac) != 64)
		return check_says(CHECK_FAIL, "its MAC is not hex");
	if (lines.n == 0 || lines.at[0] < '1' || lines.at[0] > '9')
		return check_says(CHECK_FAIL, "it has no private lines");
	return check_is_well("PuTTY");
}

/* A version 4 Ed25519 key without protection. */
static void fake_pgp(struct buf *raw, struct check_random *random)
{
	unsigned char noise[64];

	check_random_bytes(random, noise, sizeof(noise));
	noise[32] |= 0x80;
	buf_put(raw, bytes_of("\xc5\x58\x04\x60\0\0\0\x16\x09", 9));
	buf_put(raw, bytes_of("\x2b\x06\x01\x04\x01\xda\x47\x0f\x01", 9));
	buf_put(raw, bytes_of("\x01\x07\x40", 3));
	buf_put(raw, bytes_of(noise, 32));
	buf_put(raw, bytes_of("\0\x01\0", 3));
	buf_put(raw, bytes_of(noise + 32, 32));
	buf_put(raw, bytes_of("\0\0", 2));
}

bool check_fill_pgp(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	struct check_random random = check_random_from(buf_bytes(token));
	unsigned char sum[3];
	const char *line;
	struct buf raw;
	uint32_t crc;
	bytes label;

	(void)rule;
	if (!check_last_label(token, start, &label, &line))
		return false;
	buf_init(&raw, 256);
	fake_pgp(&raw, &random);
	crc = crc24(buf_bytes(&raw));
	for (unsigned i = 0; i < 3; i++)
		sum[i] = (unsigned char)(crc >> (16 - 8 * i));
	check_begin_body(token, line);
	buf_put_text(token, line);
	check_put_lines(token, buf_bytes(&raw), line);
	buf_put_byte(token, '=');
	base64_put(token, bytes_of(sum, 3));
	buf_put_text(token, line);
	buf_put_text(token, "-----END PGP PRIVATE KEY BLOCK-----");
	buf_release(&raw);
	return !token->failed;
}

bool check_fill_putty(const struct rule_check *rule, struct buf *token,
	size_t start)
{
	struct check_random random = check_random_from(buf_bytes(token));
	static const char hex[] = "0123456789abcdef";
	unsigned char noise[51];
	bytes text = check_so_far(token, start);

	(void)rule;
	if (bytes_find(text, bytes_text("PuTTY-User-Key-File-")) ==
			BYTES_NONE ||
		bytes_find(text, bytes_text("Encryption: ")) != BYTES_NONE)
		return false;
	check_random_bytes(&random, noise, sizeof(noise));
	check_begin_body(token, "\n");
	buf_put_text(token, "Encryption: none\nComment: key\n"
			    "Public-Lines: 2\n");
	check_put_lines(token, bytes_of(noise, 51), "\n");
	buf_put_text(token, "Private-Lines: 1\n");
	check_put_lines(token, bytes_of(noise, 36), "\n");
	buf_put_text(token, "Private-MAC: ");
	check_random_put(&random, token, hex, 64);
	return !token->failed;
}
