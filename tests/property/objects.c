/*
 * objects OBJECTS: every object of a store, by the sweep and again one by one;
 * objects -: what `git cat-file --batch-all-objects --batch` prints, from
 * standard input. Prints "<objects> <bytes> <digest>", where the digest is the
 * sum over all objects of XXH3 of name, type and bytes: who prints the same
 * three has read the same. The two ways of ours must agree, each object must
 * have the name that the store claims for it, and each has to be there.
 */
#include "base/hash.h"
#include "pack/visitor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct sum {
	uint64_t objects, bytes, digest, broken, misnamed;
	size_t id_size;
	struct hash_digest *named; /* NULL: names are not checked */
	struct pack_worker *reader; /* NULL: not read again */
};

static void check_name(struct sum *sum, const struct pack_object *o)
{
	static const char *const names[] = {"?", "commit", "tree", "blob",
		"tag"};
	unsigned char digest[HASH_DIGEST_MAX];
	char head[64];
	int n = snprintf(head, sizeof(head), "%s %zu", names[o->type],
		o->data.n);

	hash_digest_begin(sum->named, sum->id_size);
	hash_digest_add(sum->named, bytes_of(head, (size_t)n + 1));
	hash_digest_add(sum->named, o->data);
	hash_digest_end(sum->named, digest);
	sum->misnamed += memcmp(digest, o->id, sum->id_size) != 0;
}

static void add(struct sum *sum, const unsigned char *id, enum pack_type type,
	bytes data)
{
	uint64_t key = hash_64(bytes_of(id, sum->id_size), type);

	sum->objects++;
	sum->bytes += data.n;
	sum->digest += hash_64(data, key);
}

static void check_read(struct sum *sum, const struct pack_object *o)
{
	enum pack_problem problem;
	enum pack_type type;
	uint64_t size = 0;
	bytes data;

	sum->broken += pack_read_header(sum->reader, o->id, &type, &size,
			       &problem, NULL) != OK ||
		       size != o->data.n || type != o->type;
	sum->broken += pack_read(sum->reader, o->id, &type, &data, &problem,
			       NULL) != OK ||
		       type != o->type || !bytes_equal(data, o->data);
}

static void on_object(void *context, const struct pack_object *o)
{
	struct sum *sum = context;

	check_name(sum, o);
	check_read(sum, o);
	if (!o->is_copy)
		add(sum, o->id, o->type, o->data);
}

/* Over LIMIT_OBJECT: the scan reads it in pieces; not compared here. */
static void on_large(void *context, const struct pack_object *o)
{
	(void)o;
	((struct sum *)context)->broken++;
}

static void on_piece(void *context, bytes piece)
{
	(void)context;
	(void)piece;
}

static void on_end(void *context, enum pack_problem problem)
{
	(void)context;
	(void)problem;
}

static void on_problem(void *context, const unsigned char *id, bool is_copy,
	enum pack_problem problem)
{
	(void)id;
	(void)is_copy;
	(void)fprintf(stderr, "problem: %s\n", pack_problem_name(problem));
	((struct sum *)context)->broken++;
}

static bool never(void *context)
{
	(void)context;
	return false;
}

static void die(const char *what, const char *why)
{
	(void)fprintf(stderr, "objects: %s: %s\n", what, why);
	exit(2);
}

static void sweep(struct sum *sum, const char *objects)
{
	static const char *const anywhere[] = {"/"};
	const struct pack_store_options options = {
		.allowed = anywhere, .allowed_count = 1};
	const struct pack_visitor visitor = {
		.object = on_object,
		.large_begin = on_large,
		.large_piece = on_piece,
		.large_end = on_end,
		.problem = on_problem,
		.is_stopped = never,
		.context = sum,
	};
	struct error err = {.code = OK};
	struct pack_store *store = NULL;
	struct pack_sweep *plan = NULL;
	struct pack_worker *w;

	if (pack_store_open(&store, objects, &options, &err) != OK ||
		pack_sweep_new(&plan, store, PACK_SWEEP_ALL, &err) != OK)
		die(objects, err.text);
	sum->id_size = pack_store_id_size(store);
	w = pack_worker_new(store);
	sum->reader = pack_worker_new(store);
	sum->named = hash_digest_new();
	if (w == NULL || sum->reader == NULL || sum->named == NULL)
		die(objects, "no memory");
	for (size_t u = 0; u < pack_sweep_units(plan); u++)
		pack_sweep_run(plan, u, w, &visitor);
	if (sum->objects != pack_store_count(store))
		die(objects, "the store counts others");
	hash_digest_free(sum->named);
	pack_worker_free(sum->reader);
	pack_worker_free(w);
	pack_sweep_free(plan);
	pack_store_close(store);
}

/* ---- what git prints ---------------------------------------------------- */

static enum pack_type type_of(const char *name)
{
	static const char *const names[] = {"?", "commit", "tree", "blob",
		"tag"};

	for (unsigned i = 1; i < 5; i++)
		if (strcmp(names[i], name) == 0)
			return (enum pack_type)i;
	return PACK_NONE;
}

static unsigned digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void read_git(struct sum *sum)
{
	char line[256], hex[72], name[16];
	unsigned char id[PACK_ID_MAX], *data = NULL;
	size_t room = 0, size;

	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%71s %15s %zu", hex, name, &size) != 3)
			die("read", line);
		sum->id_size = strlen(hex) / 2;
		for (size_t i = 0; i < sum->id_size && i < sizeof(id); i++)
			id[i] = (unsigned char)(digit(hex[2 * i]) << 4 |
						digit(hex[2 * i + 1]));
		if (size + 1 > room) {
			room = size + size / 2 + 1;
			free(data);
			data = malloc(room);
		}
		if (data == NULL || fread(data, 1, size + 1, stdin) != size + 1)
			die("read", "it ends early");
		add(sum, id, type_of(name), bytes_of(data, size));
	}
	free(data);
}

int main(int argc, char **argv)
{
	struct sum sum = {.id_size = 20};

	if (argc != 2)
		die("objects OBJECTS", "or - for git cat-file's output");
	if (strcmp(argv[1], "-") == 0)
		read_git(&sum);
	else
		sweep(&sum, argv[1]);
	(void)printf("%" PRIu64 " %" PRIu64 " %016" PRIx64 "\n", sum.objects,
		sum.bytes, sum.digest);
	if (sum.broken || sum.misnamed)
		(void)fprintf(stderr, "%" PRIu64 " broken, %" PRIu64
			" misnamed\n", sum.broken, sum.misnamed);
	return sum.broken || sum.misnamed;
}
