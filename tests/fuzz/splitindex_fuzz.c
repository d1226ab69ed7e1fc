/*
 * A split index and its shared file: a byte that is odd for SHA-256, two bytes
 * with the length of the index, the index, the shared file. That the one names
 * the other is mended here, or hardly any input would get past it.
 */
#include "repo/index.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static char root[64], index_path[96], shared_path[192];

static void remove_all(void)
{
	(void)unlink(index_path);
	(void)unlink(shared_path);
	(void)rmdir(root);
}

static void make_root(void)
{
	(void)snprintf(root, sizeof(root), "%s/stanch-fuzz.XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(root) == NULL)
		exit(2);
	(void)snprintf(index_path, sizeof(index_path), "%s/index", root);
	(void)atexit(remove_all);
}

static void put(const char *path, bytes text, bytes end)
{
	FILE *out = fopen(path, "wb");

	if (out == NULL || fwrite(text.at, 1, text.n, out) != text.n ||
		fwrite(end.at, 1, end.n, out) != end.n || fclose(out) != 0)
		exit(2);
}

/* The shared file, under the name that the index has for it, and with that at
 * its end. */
static void put_shared(bytes index, bytes shared, size_t id_size)
{
	size_t at = bytes_find(index, bytes_text("link"));
	bytes id = bytes_take(bytes_drop(index,
		at == BYTES_NONE ? index.n : at + 8), id_size);
	int n = snprintf(shared_path, sizeof(shared_path), "%s/sharedindex.",
		root);

	if (id.n < id_size || shared.n < id_size)
		return;
	for (size_t i = 0; i < id.n; i++)
		n += snprintf(shared_path + n, sizeof(shared_path) - (size_t)n,
			"%02x", id.at[i]);
	put(shared_path, bytes_take(shared, shared.n - id_size), id);
}

static void walk(const struct repo_index *index, size_t step)
{
	struct repo_index_walk w;
	static unsigned char name[1 << 16];
	bytes last = {NULL, 0};
	unsigned stage = 0;

	repo_index_begin(&w, index, NULL);
	while (w.has_entry) {
		size_t left = repo_index_left(&w);

		assert(w.entry.path.n > 0 && w.entry.stage <= 3);
		assert(bytes_find_byte(w.entry.path, 0) == BYTES_NONE);
		assert(w.entry.id[0] <= 0xff);
		if (last.n) {
			int order = bytes_compare(last, w.entry.path);

			assert(order < 0 || (order == 0 &&
				stage < w.entry.stage));
		}
		memcpy(name, w.entry.path.at, w.entry.path.n);
		last = bytes_of(name, w.entry.path.n);
		stage = w.entry.stage;
		if (step < left)
			repo_index_skip(&w, step);
		else
			repo_index_next(&w);
	}
	repo_index_end(&w);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct repo_index *index = NULL;
	size_t id_size, n;
	bytes rest;

	if (root[0] == '\0')
		make_root();
	if (size < 3)
		return 0;
	id_size = data[0] & 1 ? 32 : 20;
	n = (size_t)data[1] << 8 | data[2];
	rest = bytes_of(data + 3, size - 3);
	put(index_path, bytes_take(rest, n), bytes_of("", 0));
	put_shared(bytes_take(rest, n), bytes_drop(rest, n), id_size);
	if (repo_index_read(&index, index_path, root, id_size, NULL) == OK) {
		walk(index, 1);
		walk(index, 3);
		repo_index_free(index);
	}
	if (shared_path[0])
		(void)unlink(shared_path);
	shared_path[0] = '\0';
	return 0;
}
