/*
 * head: is this the beginning of an archive?
 *
 * Two magic bytes are met by chance in any large tree, and a file called an
 * archive that is none costs the user an "incomplete". So each kind is held
 * to what its format says about the fields that follow its magic: reserved
 * bits, versions, method numbers, header checksums.
 */
#include "source/internal.h"

#include "base/hash.h"

#include "base/banned.h"

static uint32_t le32(const unsigned char *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
		(uint32_t)p[1] << 8 | p[0];
}

static uint32_t le16(const unsigned char *p)
{
	return (uint32_t)p[1] << 8 | p[0];
}

static bool starts(bytes b, const void *magic, size_t n)
{
	return b.n >= n && memcmp(b.at, magic, n) == 0;
}

/* APPNOTE 4.3.7: version at 4, method at 8, length of the name at 26. */
static bool is_zip(bytes b)
{
	uint32_t method, version;

	/* split over several files once: a mark stands before the first */
	if (starts(b, "PK00PK\3\4", 8) || starts(b, "PK\7\10PK\3\4", 8))
		b = bytes_drop(b, 4);
	if (b.n < 30 || !starts(b, "PK\3\4", 4))
		return false;
	version = b.at[4];
	method = le16(b.at + 8);
	if (version > 63 || le16(b.at + 26) == 0)
		return false;
	return method <= 20 || (method >= 93 && method <= 99);
}

/* RFC 1952: method 8, three reserved flags. */
static bool is_gzip(bytes b)
{
	return b.n >= 18 && starts(b, "\x1f\x8b\x08", 3) &&
		(b.at[3] & 0xe0) == 0;
}

static bool is_bzip2(bytes b)
{
	return b.n >= 14 && starts(b, "BZh", 3) && b.at[3] >= '1' &&
		b.at[3] <= '9' &&
		(memcmp(b.at + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 ||
			memcmp(b.at + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

/* The two flag bytes have a CRC of their own. */
static bool is_xz(bytes b)
{
	return b.n >= 12 && starts(b, "\xfd" "7zXZ\0", 6) &&
		hash_crc32(bytes_of(b.at + 6, 2)) == le32(b.at + 8);
}

/* LZMA alone has no magic: lc=3 lp=0 pb=2, a usual dictionary, a size. */
static bool is_lzma(bytes b)
{
	uint32_t dictionary, high;

	if (b.n < 18 || b.at[0] != 0x5d || b.at[13] != 0)
		return false;
	dictionary = le32(b.at + 1);
	high = le32(b.at + 9);
	if (dictionary < 4096 || (dictionary & (dictionary - 1)) != 0)
		return false;
	if (high == UINT32_MAX)
		return le32(b.at + 5) == UINT32_MAX;
	return high < 256;
}

static bool is_lzip(bytes b)
{
	return b.n >= 26 && starts(b, "LZIP\1", 5) &&
		(b.at[5] & 0x1f) >= 12 && (b.at[5] & 0x1f) <= 29;
}

/* RFC 8878: a reserved bit; skippable frames may stand before the first. */
static bool is_zstd(bytes b)
{
	while (b.n >= 8 && (b.at[0] & 0xf0) == 0x50 &&
		memcmp(b.at + 1, "\x2a\x4d\x18", 3) == 0)
		b = bytes_drop(b, 8 + (size_t)le32(b.at + 4));
	return b.n >= 6 && starts(b, "\x28\xb5\x2f\xfd", 4) &&
		(b.at[4] & 0x08) == 0;
}

/* Version 01, a reserved bit, block sizes 4 to 7. */
static bool is_lz4(bytes b)
{
	return b.n >= 11 && starts(b, "\x04\x22\x4d\x18", 4) &&
		(b.at[4] & 0xc2) == 0x40 && (b.at[5] & 0x8f) == 0 &&
		(b.at[5] >> 4) >= 4;
}

/* compress(1): 9 to 16 bits, two reserved flags. */
static bool is_compress(bytes b)
{
	return b.n >= 6 && starts(b, "\x1f\x9d", 2) &&
		(b.at[2] & 0x60) == 0 && (b.at[2] & 0x1f) >= 9 &&
		(b.at[2] & 0x1f) <= 16;
}

/* The start header (20 bytes at 12) has a CRC at 8. */
static bool is_7zip(bytes b)
{
	return b.n >= 32 && starts(b, "7z\xbc\xaf\x27\x1c\0", 7) &&
		hash_crc32(bytes_of(b.at + 12, 20)) == le32(b.at + 8);
}

/* The checksum counts its own eight bytes as blanks. */
static bool is_tar(bytes b)
{
	uint32_t want = 0, sum = 8 * ' ';
	int32_t signed_sum = 8 * ' ';
	size_t i = 148;

	if (b.n < 512 || b.at[0] == '\0')
		return false;
	while (i < 156 && b.at[i] == ' ')
		i++;
	if (i == 156 || b.at[i] < '0' || b.at[i] > '7')
		return false;
	for (; i < 156 && b.at[i] >= '0' && b.at[i] <= '7'; i++)
		want = want * 8 + (b.at[i] - '0');
	if (i < 156 && b.at[i] != ' ' && b.at[i] != '\0')
		return false;
	for (i = 0; i < 512; i++) {
		if (i >= 148 && i < 156)
			continue;
		sum += b.at[i];
		signed_sum += (signed char)b.at[i];
	}
	return want == sum || (signed_sum > 0 && want == (uint32_t)signed_sum);
}

static uint64_t power_of_two(unsigned n)
{
	return n < 63 ? (uint64_t)1 << n : UINT64_MAX;
}

/* The block header at 12: flags, sizes (each present one a number of up to
 * nine bytes), then the filters; 0x21 is LZMA2 with one byte for its size. */
static uint64_t xz_window(bytes b)
{
	size_t at = 14, sizes;

	if (b.n < 40)
		return 0;
	sizes = (b.at[13] >> 6 & 1u) + (b.at[13] >> 7 & 1u);
	for (; sizes && at < 36; at++)
		sizes -= b.at[at] < 0x80;
	for (; at + 2 < b.n && at < 37 && b.at[at] != 0x21; at++)
		;
	if (b.at[at] != 0x21 || b.at[at + 1] != 1)
		return 0;
	return (2 | (uint64_t)(b.at[at + 2] & 1))
		<< (b.at[at + 2] / 2 % 32 + 11);
}

/* RFC 8878 3.1.1.1: no window byte in a frame of a single segment. */
static uint64_t zstd_window(bytes b)
{
	uint64_t base;

	if (b.n < 6 || b.at[4] & 0x20)
		return 0;
	base = power_of_two(10u + (b.at[5] >> 3));
	return base + base / 8 * (b.at[5] & 7);
}

uint64_t source_head_window(bytes head)
{
	if (is_xz(head))
		return xz_window(head);
	if (is_zstd(head) && !(head.at[0] & 0x50))
		return zstd_window(head);
	if (is_lzma(head))
		return le32(head.at + 1);
	return is_lzip(head) ? power_of_two(head.at[5] & 0x1f) : 0;
}

typedef bool is_kind(bytes head);

static is_kind *const kinds[] = {is_zip, is_gzip, is_bzip2, is_xz, is_lzma,
	is_lzip, is_zstd, is_lz4, is_compress, is_7zip, is_tar};

bool source_is_archive(bytes head)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i](head))
			return true;
	return false;
}
