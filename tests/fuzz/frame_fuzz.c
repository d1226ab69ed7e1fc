/*
 * What stanch and stanch-net say to each other, of any bytes: both sides read
 * what the other might send if it were taken over. A frame is whole, or more
 * is needed, or it is none; what a request was read from is written again the
 * same.
 */
#include "net/helper/lane.c"
#include "net/helper/read.c"

#include <assert.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void free_lanes(struct lane *lane)
{
	while (lane) {
		struct lane *next = lane->next;

		free(lane->key);
		free(lane);
		lane = next;
	}
}

static void free_settings(struct settings *s)
{
	free(s->ca_file);
	free(s->proxy);
	/* the last may have been read in part */
	for (size_t i = 0; s->connects && i <= s->connect_count; i++) {
		free(s->connects[i].from);
		free(s->connects[i].to);
	}
	free(s->connects);
}

/* A request that was taken has all that a transfer needs. */
static void take(enum frame_kind kind, bytes fields)
{
	struct lane *lanes = NULL;
	struct settings settings = {NULL};
	struct job *job = NULL;

	if (kind == FRAME_CONFIG)
		(void)read_settings(fields, &settings);
	else if (kind == FRAME_REQUEST)
		job = read_request(fields, &lanes);
	else if (kind == FRAME_MAIL)
		job = read_mail(fields, &lanes);
	if (job) {
		assert(job->url != NULL && job->lane != NULL);
		assert(job->is_mail || (job->method && job->host));
		assert(job->lane->parallel > 0);
		assert(job->lane->per_nanosecond > 0);
	}
	if (job)
		job_free(job);
	free_lanes(lanes);
	free_settings(&settings);
}

/* Fields in whatever order the input says: they end with the frame. */
static void read_fields(bytes fields, bytes order)
{
	struct frame_reader r = {fields, false};
	size_t total = 0;

	for (size_t i = 0; i < order.n && i < 64; i++) {
		if (order.at[i] % 3 == 0)
			(void)frame_get_u32(&r);
		else if (order.at[i] % 3 == 1)
			(void)frame_get_u64(&r);
		else
			total += frame_get_bytes(&r).n;
	}
	assert(total <= fields.n);
	assert(r.rest.n <= fields.n);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	bytes rest = bytes_of(data, size), fields;
	enum frame_kind kind;

	while (rest.n > 0) {
		size_t n = frame_cut(rest, &kind, &fields);
		struct buf again;
		size_t begun;

		if (n == 0 || n == BYTES_NONE)
			break;
		assert(n <= rest.n && fields.n < n);
		take(kind, fields);
		read_fields(fields, rest);
		buf_init(&again, FRAME_MOST + 16);
		begun = frame_begin(&again, kind);
		buf_put(&again, fields);
		frame_end(&again, begun);
		assert(bytes_equal(buf_bytes(&again), bytes_take(rest, n)));
		buf_release(&again);
		rest = bytes_drop(rest, n);
	}
	return 0;
}
