/*
 * attribute_bench OBJECTS THREADS HEAD BLOBS: attribute the blobs named (in
 * hex, one a line) in the file BLOBS; HEAD is a commit in hex, taken as the
 * only ref. Prints "<blob> <commit> <in head> <path>" lines, and on standard
 * error the seconds of each phase.
 */
#include "attribute/attribute.h"
#include "base/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct job {
	struct pack_store *store;
	struct pack_sweep *sweep;
	struct attribute *attribute;
	_Atomic size_t next;
};

struct thread {
	struct job *job;
	struct attribute_worker *worker;
};

static void on_object(void *context, const struct pack_object *o)
{
	(void)attribute_visit(((struct thread *)context)->worker, o);
}

static void on_begin(void *context, const struct pack_object *o)
{
	(void)context;
	(void)o;
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
	(void)context;
	(void)id;
	(void)is_copy;
	fprintf(stderr, "problem: %s\n", pack_problem_name(problem));
}

static bool never(void *context)
{
	(void)context;
	return false;
}

static void *work(void *context)
{
	struct thread thread = {context, NULL};
	struct job *job = context;
	struct pack_visitor visitor = {on_object, on_begin, on_piece, on_end,
		on_problem, never, &thread};
	struct pack_worker *w = pack_worker_new(job->store);
	size_t unit;

	thread.worker = attribute_worker_new(job->attribute, NULL, NULL);
	while (w && (unit = job->next++) < pack_sweep_units(job->sweep))
		pack_sweep_run(job->sweep, unit, w, &visitor);
	pack_worker_free(w);
	return NULL;
}

static bool from_hex(const char *text, unsigned char id[20])
{
	for (int i = 0; i < 20; i++) {
		unsigned value;

		if (sscanf(text + 2 * i, "%2x", &value) != 1)
			return false;
		id[i] = (unsigned char)value;
	}
	return true;
}

static void print_id(const unsigned char *id)
{
	for (int i = 0; i < 20; i++)
		printf("%02x", id[i]);
}

static size_t read_wanted(const char *path, unsigned char *ids, size_t room)
{
	FILE *in = fopen(path, "r");
	char line[128];
	size_t n = 0;

	while (in && n < room && fgets(line, sizeof(line), in))
		n += from_hex(line, ids + n * 20);
	if (in)
		fclose(in);
	return n;
}

static void print_places(const struct attribute *a, const unsigned char *ids,
	size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t p = 0; p < attribute_place_count(a, i); p++) {
			const struct attribute_place *at =
				attribute_place_at(a, i, p);

			print_id(ids + i * 20);
			putchar(' ');
			print_id(at->commit);
			printf(" %d %s\n", at->in_head, at->path);
		}
}

int main(int argc, char **argv)
{
	static unsigned char ids[20 * 10000];
	unsigned char head[20];
	struct job job = {.next = 0};
	struct error err;
	struct attribute_options options = {.limit = (size_t)1 << 30};
	struct attribute_question question = {
		.wanted = ids, .tips = head, .tip_count = 1, .head = head};
	pthread_t threads[64];
	uint64_t t0, t1, t2;
	int n;

	if (argc != 5 || !from_hex(argv[3], head))
		return 2;
	n = (int)strtol(argv[2], NULL, 10);
	question.wanted_count = read_wanted(argv[4], ids, 10000);
	if (n < 1 || n > 64 ||
		pack_store_open(&job.store, argv[1], NULL, &err) != OK)
		return 2;
	t0 = clock_nanoseconds();
	if (pack_sweep_new(&job.sweep, job.store, ATTRIBUTE_TYPES, &err) != OK)
		return 2;
	options.store = job.store;
	job.attribute = attribute_new(&options, &err);
	t1 = clock_nanoseconds();
	for (int i = 0; i < n; i++)
		pthread_create(&threads[i], NULL, work, &job);
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	t2 = clock_nanoseconds();
	if (attribute_finish(job.attribute, &question, &err) != OK)
		return 2;
	fprintf(stderr, "%zu blobs; plan %.3f s, sweep %.3f s, finish %.3f s\n",
		question.wanted_count, clock_seconds(t0, t1),
		clock_seconds(t1, t2), clock_seconds(t2, clock_nanoseconds()));
	print_places(job.attribute, ids, question.wanted_count);
	attribute_free(job.attribute);
	pack_sweep_free(job.sweep);
	pack_store_close(job.store);
	return 0;
}
