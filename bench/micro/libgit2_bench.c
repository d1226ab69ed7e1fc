/*
 * libgit2_bench REPOSITORY [digest]: every object through libgit2, the plain
 * way: git_odb_foreach and git_odb_read, one thread, nothing done with the
 * bytes. Prints "<objects> <bytes> <seconds>"; with "digest" also the sum over
 * all objects of XXH3 of name, type and bytes, as tests/property/objects
 * prints it for our own reader.
 */
#include "base/clock.h"
#include "base/hash.h"

#include <git2.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct loop {
	git_odb *odb;
	bool with_digest;
	uint64_t objects, bytes, broken, digest;
};

static int each(const git_oid *id, void *context)
{
	struct loop *loop = context;
	git_odb_object *object;
	uint64_t key;

	if (git_odb_read(&object, loop->odb, id) != 0) {
		loop->broken++;
		return 0;
	}
	loop->objects++;
	loop->bytes += git_odb_object_size(object);
	if (loop->with_digest) {
		key = hash_64(bytes_of(id->id, GIT_OID_RAWSZ),
			(uint64_t)git_odb_object_type(object));
		loop->digest += hash_64(
			bytes_of(git_odb_object_data(object),
				git_odb_object_size(object)), key);
	}
	git_odb_object_free(object);
	return 0;
}

/* What is loose and packed is listed twice. */
struct list {
	git_oid *at;
	size_t n, room;
};

static int keep(const git_oid *id, void *context)
{
	struct list *list = context;

	if (list->n == list->room) {
		list->room = list->room ? list->room * 2 : 1024;
		list->at = reallocarray(list->at, list->room, sizeof(*id));
		if (list->at == NULL)
			return -1;
	}
	list->at[list->n++] = *id;
	return 0;
}

static int by_id(const void *a, const void *b)
{
	return git_oid_cmp(a, b);
}

static int each_once(struct loop *loop)
{
	struct list list = {NULL, 0, 0};
	int status = git_odb_foreach(loop->odb, keep, &list);

	if (list.n)
		qsort(list.at, list.n, sizeof(*list.at), by_id);
	for (size_t i = 0; status == 0 && i < list.n; i++)
		if (i == 0 || by_id(&list.at[i], &list.at[i - 1]) != 0)
			each(&list.at[i], loop);
	free(list.at);
	return status;
}

static void die(const char *what)
{
	const git_error *e = git_error_last();

	(void)fprintf(stderr, "libgit2_bench: %s: %s\n", what,
		e ? e->message : "");
	exit(2);
}

int main(int argc, char **argv)
{
	struct loop loop = {.with_digest = argc > 2 &&
		strcmp(argv[2], "digest") == 0};
	uint64_t start = clock_nanoseconds();
	git_repository *repository;

	if (argc < 2) {
		(void)fprintf(stderr, "libgit2_bench REPOSITORY [digest]\n");
		return 2;
	}
	(void)git_libgit2_init();
	/* Repositories of others are what this is for. */
	(void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	if (git_repository_open(&repository, argv[1]) != 0)
		die(argv[1]);
	if (git_repository_odb(&loop.odb, repository) != 0)
		die("objects");
	if ((loop.with_digest ? each_once(&loop)
			      : git_odb_foreach(loop.odb, each, &loop)) != 0)
		die("list objects");
	(void)printf("%" PRIu64 " %" PRIu64 " %.3f", loop.objects, loop.bytes,
		clock_seconds(start, clock_nanoseconds()));
	if (loop.with_digest)
		(void)printf(" %016" PRIx64, loop.digest);
	(void)printf("\n");
	if (loop.broken)
		(void)fprintf(stderr, "%" PRIu64 " objects cannot be read\n",
			loop.broken);
	git_odb_free(loop.odb);
	git_repository_free(repository);
	(void)git_libgit2_shutdown();
	return loop.broken > 0;
}
