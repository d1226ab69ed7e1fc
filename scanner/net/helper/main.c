/*
 * stanch-net: the loop. Frames from standard input become jobs; jobs start
 * when their lanes let them; answers go back the same way.
 */
#include "net/helper/internal.h"

#include "base/clock.h"
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/banned.h"

#define READ_SIZE ((size_t)64 << 10)
#define OUT_MOST ((size_t)1 << 30)
#define IDLE_MILLISECONDS 60000

struct helper {
	struct settings settings;
	bool is_set; /* the configuration has come */
	CURLM *multi;
	struct lane *lanes;
	struct job *queue; /* waiting, in the order they came */
	struct job **queue_end;
	struct buf in, out;
	size_t out_at;
};

static void enqueue(struct helper *h, struct job *job)
{
	job->next = NULL;
	*h->queue_end = job;
	h->queue_end = &job->next;
}

static void answer(struct helper *h, struct job *job,
	const struct outcome *outcome)
{
	write_answer(&h->out, job, outcome);
	job_free(job);
}

static void answer_unsent(struct helper *h, struct job *job,
	enum net_result result, const char *text)
{
	const struct outcome outcome = {.result = result, .text = text};

	answer(h, job, &outcome);
}

/* False ends the process: stanch and we do not understand each other. */
static bool take_frame(void *context, enum frame_kind kind, bytes fields)
{
	struct helper *h = context;
	struct job *job = NULL;
	size_t begun;

	if (kind == FRAME_CONFIG && !h->is_set) {
		h->is_set = read_settings(fields, &h->settings);
		begun = frame_begin(&h->out, FRAME_READY);
		frame_put_u32(&h->out, FRAME_VERSION);
		frame_put_text(&h->out, curl_version());
		frame_end(&h->out, begun);
		return h->is_set;
	}
	if (!h->is_set)
		return false;
	if (kind == FRAME_REQUEST)
		job = read_request(fields, &h->lanes);
	else if (kind == FRAME_MAIL)
		job = read_mail(fields, &h->lanes);
	if (job == NULL)
		return false;
	enqueue(h, job);
	return true;
}

static bool receive(struct helper *h)
{
	ssize_t n;

	if (!buf_reserve(&h->in, READ_SIZE))
		return false;
	n = recv(STDIN_FILENO, h->in.at + h->in.n, READ_SIZE, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	h->in.n += (size_t)n;
	return n > 0 && frame_take_all(&h->in, take_frame, h);
}

static bool give(struct helper *h)
{
	while (h->out_at < h->out.n) {
		ssize_t n = send(STDIN_FILENO, h->out.at + h->out_at,
			h->out.n - h->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		h->out_at += (size_t)n;
	}
	if (h->out.failed)
		return false;
	if (h->out.n > 0)
		explicit_bzero(h->out.at, h->out.n);
	buf_clear(&h->out);
	h->out_at = 0;
	return true;
}

static void start(struct helper *h, struct job *job)
{
	const char *why;

	job->tried++;
	lane_start(job->lane);
	if (transfer_new(&h->settings, job, &why) != NULL &&
		curl_multi_add_handle(h->multi, job->easy) == CURLM_OK)
		return;
	job->lane->active--;
	answer_unsent(h, job, NET_REFUSED, why);
}

/* Start what may start; returns when the next may (UINT64_MAX: nothing). */
static uint64_t start_ready(struct helper *h)
{
	uint64_t now = clock_nanoseconds(), next = UINT64_MAX, ready;
	struct job *job = h->queue, *following;

	h->queue = NULL;
	h->queue_end = &h->queue;
	for (; job; job = following) {
		following = job->next;
		ready = lane_ready(job->lane, now);
		if (ready == UINT64_MAX) {
			answer_unsent(h, job, NET_THROTTLED,
				"the host asked for less, or fails");
			continue;
		}
		if (job->not_before > ready)
			ready = job->not_before;
		if (ready <= now) {
			start(h, job);
			continue;
		}
		if (ready < next)
			next = ready;
		enqueue(h, job);
	}
	return next;
}

static void finish(struct helper *h, struct job *job, CURLcode code)
{
	uint64_t now = clock_nanoseconds();
	struct outcome outcome;

	transfer_outcome(job, code, &outcome);
	curl_multi_remove_handle(h->multi, job->easy);
	curl_easy_cleanup(job->easy);
	job->easy = NULL;
	if (lane_finish(job->lane, &outcome, now) &&
		job->tried < job->tries &&
		lane_ready(job->lane, now) != UINT64_MAX) {
		job->not_before = now + lane_back_off(job->tried);
		enqueue(h, job);
		return;
	}
	answer(h, job, &outcome);
}

static void finish_done(struct helper *h)
{
	struct CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(h->multi, &left)) != NULL) {
		CURL *easy = message->easy_handle;
		CURLcode code = message->data.result;
		char *job = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &job);
		finish(h, (struct job *)(void *)job, code);
	}
}

static int milliseconds_until(uint64_t then)
{
	uint64_t now = clock_nanoseconds();

	if (then == UINT64_MAX || then > now + IDLE_MILLISECONDS * 1000000ull)
		return IDLE_MILLISECONDS;
	return then <= now ? 0 : (int)((then - now + 999999) / 1000000);
}

/* Until stanch hangs up or something is beyond mending. */
static void run(struct helper *h)
{
	struct curl_waitfd socket = {.fd = STDIN_FILENO};
	int running;

	for (;;) {
		uint64_t next = start_ready(h);

		if (curl_multi_perform(h->multi, &running) != CURLM_OK)
			return;
		finish_done(h);
		/* What has finished may let others start. */
		if (h->queue)
			next = start_ready(h);
		if (!give(h))
			return;
		socket.events = CURL_WAIT_POLLIN;
		if (h->out.n > 0)
			socket.events |= CURL_WAIT_POLLOUT;
		socket.revents = 0;
		if (curl_multi_poll(h->multi, &socket, 1,
			    milliseconds_until(next), NULL) != CURLM_OK)
			return;
		if (socket.revents & ~CURL_WAIT_POLLOUT && !receive(h))
			return;
	}
}

int main(void)
{
	struct helper h = {.is_set = false};

	secret_guard_process();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* A terminal's ^C is for stanch, which then hangs up. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	buf_init(&h.in, FRAME_MOST + READ_SIZE);
	buf_init(&h.out, OUT_MOST);
	h.queue_end = &h.queue;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 1;
	h.multi = curl_multi_init();
	if (h.multi == NULL)
		return 1;
	run(&h);
	return 0;
}
