/*
 * sweep_bench OBJECTS [THREADS [verify]]: rebuild every object of a store.
 *
 * Prints objects, bytes, problems and seconds, for each stage; with "verify"
 * each object is hashed and must have the name that the store claims for it
 * (SHA-1 or SHA-256 of "type size\0content"): a mismatch is a problem.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/clock.h"
#include "pack/visitor.h"

#include <openssl/sha.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct job {
	struct pack_store *store;
	struct pack_sweep *sweep;
	_Atomic size_t next;
	_Atomic uint64_t objects, bytes, problems;
	bool verify;
};

static bool has_its_name(const struct pack_object *o, size_t id_size)
{
	static const char *const names[] = {
		"?", "commit", "tree", "blob", "tag"};
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char head[64];
	size_t n = (size_t)snprintf(head, sizeof(head), "%s %zu",
			   names[o->type], o->data.n) + 1;

	if (id_size == 20) {
		SHA_CTX c;

		SHA1_Init(&c);
		SHA1_Update(&c, head, n);
		SHA1_Update(&c, o->data.at, o->data.n);
		SHA1_Final(digest, &c);
	} else {
		SHA256_CTX c;

		SHA256_Init(&c);
		SHA256_Update(&c, head, n);
		SHA256_Update(&c, o->data.at, o->data.n);
		SHA256_Final(digest, &c);
	}
	return memcmp(digest, o->id, id_size) == 0;
}

static void on_object(void *context, const struct pack_object *o)
{
	struct job *job = context;

	if (!o->is_copy)
		job->objects++;
	job->bytes += o->data.n;
	if (job->verify && !has_its_name(o, pack_store_id_size(job->store)))
		job->problems++;
}

static void on_piece(void *context, bytes piece)
{
	((struct job *)context)->bytes += piece.n;
}

static void on_begin(void *context, const struct pack_object *o)
{
	(void)o;
	((struct job *)context)->objects++;
}

static void on_end(void *context, enum pack_problem problem)
{
	((struct job *)context)->problems += problem != PACK_FINE;
}

static void on_problem(void *context, const unsigned char *id, bool is_copy,
	enum pack_problem problem)
{
	(void)id;
	(void)is_copy;
	fprintf(stderr, "problem: %s\n", pack_problem_name(problem));
	((struct job *)context)->problems++;
}

static bool never(void *context)
{
	(void)context;
	return false;
}

static void *work(void *context)
{
	struct job *job = context;
	struct pack_visitor visitor = {on_object, on_begin, on_piece, on_end,
		on_problem, never, job};
	struct pack_worker *w = pack_worker_new(job->store);
	size_t unit;

	while (w && (unit = job->next++) < pack_sweep_units(job->sweep))
		pack_sweep_run(job->sweep, unit, w, &visitor);
	pack_worker_free(w);
	return NULL;
}

int main(int argc, char **argv)
{
	struct job job = {.verify = argc > 3};
	int threads = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 1;
	pthread_t ids[64];
	struct error err;
	uint64_t start = clock_nanoseconds(), opened, planned;

	if (argc < 2 || threads < 1 || threads > 64)
		return 2;
	if (pack_store_open(&job.store, argv[1], NULL, &err) != OK) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	opened = clock_nanoseconds();
	if (pack_sweep_new(&job.sweep, job.store, PACK_SWEEP_ALL, &err) != OK)
		return 2;
	planned = clock_nanoseconds();
	for (int i = 0; i < threads; i++)
		pthread_create(&ids[i], NULL, work, &job);
	for (int i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	fprintf(stderr,
		"%llu objects of %llu, %.2f GB, %llu problems, %zu units; "
		"open %.3f s, plan %.3f s, sweep %.3f s\n",
		(unsigned long long)job.objects,
		(unsigned long long)pack_store_count(job.store),
		(double)job.bytes / 1e9, (unsigned long long)job.problems,
		pack_sweep_units(job.sweep), clock_seconds(start, opened),
		clock_seconds(opened, planned),
		clock_seconds(planned, clock_nanoseconds()));
	pack_sweep_free(job.sweep);
	pack_store_close(job.store);
	return job.problems != 0;
}
