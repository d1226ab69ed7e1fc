/*
 * A loose object: the file as it comes (even first byte), or what it inflates
 * to (odd). Read whole, its head alone, in pieces, and swept.
 */
#include "pack/visitor.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define NAME "ab/cdefabcdefabcdefabcdefabcdefabcdefabcd"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static char directory[64];

static void remove_all(void)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, NAME);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/ab", directory);
	(void)rmdir(path);
	(void)rmdir(directory);
}

static void make_directory(void)
{
	char path[128];

	(void)snprintf(directory, sizeof(directory), "%s/stanch-fuzz.XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(directory) == NULL)
		exit(2);
	(void)snprintf(path, sizeof(path), "%s/ab", directory);
	(void)mkdir(path, 0700);
	(void)atexit(remove_all);
}

static void put(const unsigned char *data, size_t n)
{
	char path[128];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, NAME);
	out = fopen(path, "wb");
	if (out == NULL || fwrite(data, 1, n, out) != n || fclose(out) != 0)
		exit(2);
}

static void piece(void *context, bytes data)
{
	*(size_t *)context += data.n;
}

static void read_it(void)
{
	const unsigned char id[PACK_ID_MAX] = {0xab, 0xcd, 0xef, 0xab, 0xcd,
		0xef, 0xab, 0xcd, 0xef, 0xab, 0xcd, 0xef, 0xab, 0xcd, 0xef,
		0xab, 0xcd, 0xef, 0xab, 0xcd};
	struct pack_store *store = NULL;
	struct pack_worker *w = NULL;
	enum pack_problem problem;
	enum pack_type type;
	uint64_t claimed;
	size_t came = 0;
	bytes text;

	if (pack_store_open(&store, directory, NULL, NULL) != OK ||
		(w = pack_worker_new(store)) == NULL)
		exit(2);
	assert(pack_store_has(store, id));
	if (pack_read(w, id, &type, &text, &problem, NULL) == OK) {
		assert(pack_read_header(w, id, &type, &claimed, &problem,
			       NULL) == OK);
		assert(claimed == text.n);
		assert(pack_read_pieces(w, id, piece, &came, &problem,
			       NULL) == OK);
		assert(came == text.n);
	} else if (pack_read_pieces(w, id, piece, &came, &problem, NULL) ==
		   OK) {
		assert(problem == PACK_FINE);
	}
	pack_worker_free(w);
	pack_store_close(store);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	uLongf n = compressBound((uLong)size);
	unsigned char *deflated = malloc(n);

	if (directory[0] == '\0')
		make_directory();
	if (size && deflated) {
		if (data[0] & 1) {
			(void)compress2(deflated, &n, data + 1,
				(uLong)size - 1, 1);
			put(deflated, n);
		} else {
			put(data + 1, size - 1);
		}
		read_it();
	}
	free(deflated);
	return 0;
}
