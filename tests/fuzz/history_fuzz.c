/*
 * A whole repository in memory: objects of any type and bytes, some of them
 * deltas, through both sweeps, attribution and telling. Each object is
 * "<type 0-7> <base> <length, 2 bytes>" and its bytes, which are deflated here,
 * so that what is changed is not caught by a checksum; types 6 and 7 are deltas
 * on the object that many before. The n-th is named by 20 bytes n, so that
 * trees and commits can name what is there.
 */
#include "history/history.h"
#include "made_pack.h"
#include "record.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void build(struct built *p, const unsigned char *data, size_t size)
{
	begin_pack(p);
	while (size >= 4 && p->count < OBJECTS) {
		size_t n = (size_t)data[2] << 8 | data[3];

		n = n < size - 4 ? n : size - 4;
		put_object(p, data[0] & 7, data[1], bytes_of(data + 4, n));
		data += 4 + n;
		size -= 4 + n;
	}
	end_pack(p);
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
