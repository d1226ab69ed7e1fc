#include "audit/crew.h"

#include "nursery/wire.h"
#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/banned.h"

#define CREW_MOST 128
/* What is read from one child before the others have their turn. */
#define TURN ((size_t)1 << 20)
/* Seconds that a child has beyond its time to say what it found. */
#define GRACE 10.0

struct member {
	struct item *item;
	bool is_fetch;
	int fd;
	pid_t pid;
	struct buf in;
};

struct crew {
	struct nursery *nursery;
	const struct audit_options *options;
	struct member members[CREW_MOST];
	size_t n;
	struct item *ended;
};

struct crew *crew_new(struct nursery *nursery,
	const struct audit_options *options)
{
	struct crew *c = calloc(1, sizeof(*c));

	if (c) {
		c->nursery = nursery;
		c->options = options;
	}
	return c;
}

void crew_free(struct crew *c)
{
	if (c == NULL)
		return;
	crew_kill_all(c);
	while (c->ended)
		item_free(crew_take_ended(c));
	free(c);
}

/* ---- starting ------------------------------------------------------------ */

static enum status start(struct crew *c, struct item *item, bool is_fetch,
	const struct buf *request, struct error *err)
{
	struct member *m = &c->members[c->n];
	enum status status;

	if (request->failed || c->n == CREW_MOST)
		return error_set(err, ERR_MEMORY, "start a process");
	*m = (struct member){.item = item, .is_fetch = is_fetch};
	status = nursery_fork(c->nursery, &m->fd, &m->pid, err);
	if (status != OK)
		return status;
	buf_init(&m->in, FRAME_MOST * 2);
	item->started = clock_nanoseconds();
	c->n++;
	/* The child waits for it; one that died is seen when it is read. */
	(void)wire_write(m->fd, buf_bytes(request));
	return OK;
}

enum status crew_scan(struct crew *c, struct item *item, struct error *err)
{
	struct buf b;
	size_t begun;
	enum status status;

	buf_init(&b, FRAME_MOST * 2);
	begun = wire_begin(&b, WIRE_SCAN);
	frame_put_u32(&b, item->threads);
	frame_put_u32(&b, item->clone != NULL);
	frame_put_u32(&b, item->is_again);
	frame_put_text(&b, item->clone ? item->clone : item->url);
	frame_put_bytes(&b, buf_bytes(&item->known));
	frame_end(&b, begun);
	item->state = ITEM_SCANNING;
	status = start(c, item, false, &b, err);
	buf_release(&b);
	return status;
}

enum status crew_fetch(struct crew *c, struct item *item, uint64_t most,
	struct error *err)
{
	struct buf b;
	size_t begun;
	enum status status;

	buf_init(&b, FRAME_MOST);
	begun = wire_begin(&b, WIRE_FETCH);
	frame_put_text(&b, item->url);
	frame_put_text(&b, item->clone);
	frame_put_u64(&b, most);
	frame_end(&b, begun);
	item->state = ITEM_FETCHING;
	status = start(c, item, true, &b, err);
	buf_release(&b);
	return status;
}

/* ---- how many ------------------------------------------------------------ */

size_t crew_scans(const struct crew *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += !c->members[i].is_fetch;
	return n;
}

size_t crew_fetches(const struct crew *c)
{
	return c->n - crew_scans(c);
}

unsigned crew_threads(const struct crew *c)
{
	unsigned n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (!c->members[i].is_fetch)
			n += c->members[i].item->threads;
	return n;
}

/* ---- listening ----------------------------------------------------------- */

static void end(struct crew *c, size_t i, const char *reason)
{
	struct member *m = &c->members[i];
	struct item *item = m->item;

	nursery_kill(c->nursery, m->pid);
	close(m->fd);
	buf_release_wiped(&m->in);
	if (reason)
		item_fail(item, reason);
	else if (!m->is_fetch && item->kind == OUTCOME_SCANNED &&
		 !item->has_summary)
		item_fail(item, "crashed");
	item->milliseconds += (uint64_t)(clock_seconds(item->started,
		clock_nanoseconds()) * 1000);
	item->state = m->is_fetch && item->kind != OUTCOME_FAILED ? ITEM_READY
								  : ITEM_DONE;
	item->is_said = false;
	item->next = c->ended;
	c->ended = item;
	*m = c->members[--c->n];
}

/* Whole frames in what was read; false: nonsense. */
static bool parse(struct member *m)
{
	bytes rest = buf_bytes(&m->in);
	bool is_good = true;

	while (is_good && !m->item->is_said) {
		enum frame_kind kind;
		bytes fields;
		size_t n = frame_cut(rest, &kind, &fields);

		if (n == 0)
			break;
		is_good = n != BYTES_NONE &&
			  item_hear(m->item, (int)kind, fields);
		rest = bytes_drop(rest, n);
	}
	if (rest.n && rest.n < m->in.n)
		memmove(m->in.at, rest.at, rest.n);
	m->in.n = rest.n;
	return is_good;
}

enum heard { HEARD_SOME, HEARD_ALL, HEARD_NOTHING_MORE };

static enum heard listen(struct member *m)
{
	size_t got = 0;

	while (got < TURN) {
		struct pollfd ready = {.fd = m->fd, .events = POLLIN};
		ssize_t n;

		if (poll(&ready, 1, 0) <= 0)
			return HEARD_SOME;
		if (!buf_reserve(&m->in, 65536))
			return HEARD_NOTHING_MORE;
		n = read(m->fd, m->in.at + m->in.n, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return HEARD_NOTHING_MORE;
		m->in.n += (size_t)n;
		got += (size_t)n;
		if (!parse(m))
			return HEARD_NOTHING_MORE;
		if (m->item->is_said)
			return HEARD_ALL;
	}
	return HEARD_SOME;
}

static bool is_late(const struct crew *c, const struct member *m)
{
	double most = c->options->timeout;

	return most > 0 && clock_seconds(m->item->started,
				   clock_nanoseconds()) > most + GRACE;
}

void crew_wait(struct crew *c, int milliseconds)
{
	struct pollfd watched[CREW_MOST];

	for (size_t i = 0; i < c->n; i++)
		watched[i] = (struct pollfd){
			.fd = c->members[i].fd, .events = POLLIN};
	(void)poll(watched, c->n, milliseconds);
	/* From the end: one that ends is replaced by the last. */
	for (size_t i = c->n; i-- > 0;) {
		enum heard heard = HEARD_SOME;

		if (watched[i].revents)
			heard = listen(&c->members[i]);
		if (heard == HEARD_ALL)
			end(c, i, NULL);
		else if (heard == HEARD_NOTHING_MORE)
			end(c, i, "crashed");
		else if (is_late(c, &c->members[i]))
			end(c, i, "timeout");
	}
}

struct item *crew_take_ended(struct crew *c)
{
	struct item *item = c->ended;

	if (item) {
		c->ended = item->next;
		item->next = NULL;
	}
	return item;
}

void crew_kill_all(struct crew *c)
{
	while (c->n)
		end(c, c->n - 1, "interrupted");
}
