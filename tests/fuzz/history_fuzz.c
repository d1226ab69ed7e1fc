/*
 * A whole repository in memory: objects of any type and bytes, some of them
 * deltas, through both sweeps, attribution and telling. Each object is
 * "<type 0-7> <base> <length, 2 bytes>" and its bytes, which are deflated here,
 * so that what is changed is not caught by a checksum; types 6 and 7 are deltas
 * on the object that many before. The n-th is named by 20 bytes n, so that
 * trees and commits can name what is there.
 */
#include "history/history.h"
#include "record.h"

#include <assert.h>
#include <string.h>
#include <zlib.h>

#define OBJECTS 200
#define ID_SIZE ((size_t)20)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

struct built {
	struct buf pack;
	uint64_t at[OBJECTS];
	size_t count;
};

static void put_be32(struct buf *b, uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_put_byte(b, (unsigned char)(value >> shift));
}

/* Type and size; 4 bits, then 7 in each byte. */
static void put_head(struct buf *b, unsigned type, size_t n)
{
	unsigned char c = (unsigned char)(type << 4 | (n & 15));

	for (n >>= 4; n; n >>= 7) {
		buf_put_byte(b, c | 0x80);
		c = n & 0x7f;
	}
	buf_put_byte(b, c);
}

static void put_distance(struct buf *b, uint64_t n)
{
	unsigned char digits[10];
	int at = 0;

	digits[at] = n & 0x7f;
	while (n >>= 7)
		digits[++at] = 0x80 | (--n & 0x7f);
	for (; at >= 0; at--)
		buf_put_byte(b, digits[at]);
}

static void put_object(struct built *p, unsigned type, unsigned base,
	bytes text)
{
	uLongf n = compressBound((uLong)text.n);
	unsigned char *deflated = malloc(n);
	uint64_t at = p->pack.n;

	if (deflated == NULL)
		exit(2);
	(void)compress2(deflated, &n, text.at, (uLong)text.n, 1);
	base = base % 32 + 1;
	if (type == 6 && base > p->count)
		type = 3;
	p->at[p->count] = at;
	put_head(&p->pack, type, text.n);
	if (type == 6)
		put_distance(&p->pack, at - p->at[p->count - base]);
	for (size_t i = 0; type == 7 && i < ID_SIZE; i++)
		buf_put_byte(&p->pack, (unsigned char)base);
	buf_put(&p->pack, bytes_of(deflated, n));
	p->count++;
	free(deflated);
}

static void build(struct built *p, const unsigned char *data, size_t size)
{
	buf_init(&p->pack, (size_t)16 << 20);
	p->count = 0;
	buf_put_text(&p->pack, "PACK");
	put_be32(&p->pack, 2);
	put_be32(&p->pack, 0);
	while (size >= 4 && p->count < OBJECTS) {
		size_t n = (size_t)data[2] << 8 | data[3];

		n = n < size - 4 ? n : size - 4;
		put_object(p, data[0] & 7, data[1], bytes_of(data + 4, n));
		data += 4 + n;
		size -= 4 + n;
	}
	for (size_t i = 0; i < ID_SIZE; i++)
		buf_put_byte(&p->pack, 0);
}

static void make_index(const struct built *p, struct buf *index)
{
	buf_init(index, (size_t)1 << 20);
	put_be32(index, 0xff744f63u);
	put_be32(index, 2);
	for (uint32_t byte = 0; byte < 256; byte++)
		put_be32(index, byte < p->count ? byte : (uint32_t)p->count);
	for (size_t i = 0; i < p->count; i++)
		for (size_t b = 0; b < ID_SIZE; b++)
			buf_put_byte(index, (unsigned char)(i + 1));
	for (size_t i = 0; i < p->count; i++)
		put_be32(index, 0);
	for (size_t i = 0; i < p->count; i++)
		put_be32(index, (uint32_t)p->at[i]);
	for (size_t i = 0; i < 2 * ID_SIZE; i++)
		buf_put_byte(index, 0);
}

/* Refs lead to the last objects. */
static void name_refs(struct repo *repo, struct repo_ref *refs, size_t count)
{
	static char names[3][16] = {"HEAD", "refs/heads/a", "refs/tags/b"};

	for (size_t i = 0; i < 3 && i < count; i++) {
		refs[i].name = names[i];
		memset(refs[i].id, (int)(count - i), ID_SIZE);
	}
	repo->refs = refs;
	repo->ref_count = count < 3 ? count : 3;
}

static void check_ledger(const struct history *h)
{
	struct history_ledger ledger;
	uint64_t told = 0;

	history_ledger(h, &ledger);
	for (int p = 0; p < PACK_PROBLEM_COUNT; p++)
		told += ledger.problems[p];
	assert(ledger.total == ledger.scanned + told + ledger.interrupted);
	assert(ledger.interrupted == 0);
}

static void scan_all(struct pack_store *store, const struct repo *repo,
	const struct detector *d, struct scan *scan)
{
	const struct history_options options = {
		.detector = d, .store = store, .with_refs = true};
	const struct leaks_options none = {.fingerprint_key = {
		(const unsigned char *)"k", 1}};
	struct leaks *leaks = leaks_new(&none, NULL);
	struct history *h = NULL;
	struct history_worker *w;

	if (leaks == NULL || history_open(&h, repo, &options, NULL) != OK)
		exit(2);
	w = history_worker_new(h, scan);
	do {
		for (size_t u = 0; u < history_units(h); u++)
			history_run(w, u);
		assert(history_next_phase(h, NULL) == OK);
	} while (history_units(h));
	check_ledger(h);
	assert(history_tell(h, leaks, NULL) == OK);
	assert(leaks_finish(leaks, NULL) == OK);
	history_close(h);
	leaks_free(leaks);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct detector *d;
	static struct scan *scan;
	static char nowhere[] = "/nonexistent";
	struct repo repo = {.root = nowhere, .git_dir = nowhere,
		.common_dir = nowhere, .objects = nowhere, .index = nowhere,
		.id_size = ID_SIZE};
	struct repo_ref refs[3] = {{.name = NULL}};
	struct pack_store *store = NULL;
	struct built built;
	struct buf index;

	if (d == NULL) {
		d = record_detector(record_rules(), false);
		scan = record_scan(d);
	}
	build(&built, data, size);
	make_index(&built, &index);
	name_refs(&repo, refs, built.count);
	if (pack_store_open_memory(&store, buf_bytes(&built.pack),
		    buf_bytes(&index), NULL) == OK)
		scan_all(store, &repo, d, scan);
	pack_store_close(store);
	buf_release(&built.pack);
	buf_release(&index);
	return 0;
}
