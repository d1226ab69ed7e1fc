/*
 * What stands in a .git as text: packed-refs, HEAD, config, a loose ref, a
 * worktree's commondir, info/alternates; which, the first byte says.
 */
#include "pack/pack.h"
#include "repo/repo.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const char *const names[] = {"packed-refs", "HEAD", "config",
	"refs/heads/x", "objects/info/alternates", "shallow"};
#define NAMES (sizeof(names) / sizeof(names[0]))
static const char *const directories[] = {"", "refs", "refs/heads", "objects",
	"objects/info"};
#define DIRECTORIES (sizeof(directories) / sizeof(directories[0]))
static char root[64];

static void path_of(char out[128], const char *name)
{
	(void)snprintf(out, 128, "%s/%s", root, name);
}

static void remove_all(void)
{
	char path[128];

	for (size_t i = 0; i < NAMES; i++) {
		path_of(path, names[i]);
		(void)unlink(path);
	}
	for (size_t i = DIRECTORIES; i-- > 0;) {
		path_of(path, directories[i]);
		(void)rmdir(path);
	}
}

static void make_all(void)
{
	char path[128];

	(void)snprintf(root, sizeof(root), "%s/stanch-fuzz.XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(root) == NULL)
		exit(2);
	for (size_t i = 1; i < DIRECTORIES; i++) {
		path_of(path, directories[i]);
		(void)mkdir(path, 0700);
	}
	(void)atexit(remove_all);
}

static void put(const char *name, bytes text)
{
	char path[128];
	FILE *out;

	path_of(path, name);
	out = fopen(path, "wb");
	if (out == NULL || fwrite(text.at, 1, text.n, out) != text.n ||
		fclose(out) != 0)
		exit(2);
}

static void open_it(void)
{
	const struct repo_options options = {.allow_owner = true};
	struct pack_store *store = NULL;
	struct repo *repo = NULL;

	if (repo_open(&repo, root, &options, NULL) != OK)
		return;
	for (size_t i = 0; i < repo->ref_count; i++)
		assert(repo_find_ref(repo, repo->refs[i].name) != NULL);
	(void)repo_head(repo);
	if (pack_store_open(&store, repo->objects, NULL, NULL) == OK)
		pack_store_close(store);
	repo_close(repo);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	if (root[0] == '\0')
		make_all();
	if (size == 0)
		return 0;
	put("HEAD", bytes_text("ref: refs/heads/x\n"));
	put(names[data[0] % NAMES], bytes_of(data + 1, size - 1));
	open_it();
	put(names[data[0] % NAMES], bytes_of("", 0));
	return 0;
}
