/* read: frames to jobs. net/write.c writes them. */
#include "net/helper/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define LIST_MOST 100000

/* A terminated copy; NULL without memory or when a NUL is in it. */
static char *get_text(struct frame_reader *r)
{
	bytes b = frame_get_bytes(r);
	char *text;

	if (r->failed || bytes_find_byte(b, 0) != BYTES_NONE)
		return NULL;
	text = malloc(b.n + 1);
	if (text == NULL)
		return NULL;
	if (b.n > 0)
		memcpy(text, b.at, b.n);
	text[b.n] = '\0';
	return text;
}

bool read_settings(bytes fields, struct settings *out)
{
	struct frame_reader r = {.rest = fields};
	uint32_t n;

	if (frame_get_u32(&r) != FRAME_VERSION)
		return false;
	out->ca_file = get_text(&r);
	out->proxy = get_text(&r);
	n = frame_get_u32(&r);
	if (!out->ca_file || !out->proxy || n > LIST_MOST)
		return false;
	out->connects = calloc(n + 1, sizeof(*out->connects));
	if (out->connects == NULL)
		return false;
	for (; out->connect_count < n; out->connect_count++) {
		struct connect_to *c = &out->connects[out->connect_count];

		c->from = get_text(&r);
		c->to = get_text(&r);
		if (!c->from || !c->to)
			return false;
	}
	return !r.failed;
}

/* Curl copies the text. */
static bool add(struct curl_slist **list, const char *text)
{
	struct curl_slist *longer = curl_slist_append(*list, text);

	if (longer == NULL)
		return false;
	*list = longer;
	return true;
}

static bool read_headers(struct frame_reader *r, struct job *job)
{
	uint32_t n = frame_get_u32(r);
	bool has_type = false;

	/* What curl adds to a POST by itself. */
	if (n > LIST_MOST || !add(&job->headers, "Expect:"))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		bytes name = frame_get_bytes(r), value = frame_get_bytes(r);
		struct buf line;
		bool done;

		has_type |= bytes_equal_nocase(name,
			bytes_text("Content-Type"));
		buf_init(&line, (size_t)1 << 20);
		buf_put(&line, name);
		/* "Name;" is how curl is told of an empty value. */
		buf_put_text(&line, value.n > 0 ? ": " : ";");
		buf_put(&line, value);
		done = !line.failed && !r->failed &&
		       add(&job->headers, buf_text(&line));
		buf_release_wiped(&line);
		if (!done)
			return false;
	}
	return has_type || add(&job->headers, "Content-Type:");
}

static bool read_body(struct frame_reader *r, struct job *job)
{
	bytes b = frame_get_bytes(r);

	job->body = malloc(b.n + 1);
	if (job->body == NULL)
		return false;
	if (b.n > 0)
		memcpy(job->body, b.at, b.n);
	job->body_n = b.n;
	return true;
}

static struct job *job_new(void)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	buf_init(&job->head, HEAD_MOST);
	buf_init(&job->answer, NET_BODY_MOST);
	return job;
}

struct job *read_request(bytes fields, struct lane **lanes)
{
	struct frame_reader r = {.rest = fields};
	struct job *job = job_new();
	uint32_t rate, burst, parallel;
	char *pace;

	if (job == NULL)
		return NULL;
	job->id = frame_get_u64(&r);
	job->private_ok = (frame_get_u32(&r) & 1u) != 0;
	job->method = get_text(&r);
	job->url = get_text(&r);
	job->host = get_text(&r);
	pace = get_text(&r);
	rate = frame_get_u32(&r);
	burst = frame_get_u32(&r);
	parallel = frame_get_u32(&r);
	job->tries = frame_get_u32(&r);
	job->seconds = frame_get_u32(&r);
	job->max_body = frame_get_u32(&r);
	/* A lane of none would keep its requests for ever. */
	if (pace && rate > 0 && burst > 0 && parallel > 0)
		job->lane = lane_get(lanes, pace, rate, burst, parallel);
	free(pace);
	if (!job->method || !job->url || !job->host || !job->lane ||
		!read_headers(&r, job) || !read_body(&r, job) || r.failed) {
		job_free(job);
		return NULL;
	}
	return job;
}

static bool read_recipients(struct frame_reader *r, struct job *job)
{
	uint32_t n = frame_get_u32(r);

	for (uint32_t i = 0; i < n && i < LIST_MOST; i++) {
		char *to = get_text(r);
		bool done = to != NULL && add(&job->to, to);

		free(to);
		if (!done)
			return false;
	}
	return n > 0;
}

struct job *read_mail(bytes fields, struct lane **lanes)
{
	struct frame_reader r = {.rest = fields};
	struct job *job = job_new();
	uint32_t port;
	struct buf url;

	if (job == NULL)
		return NULL;
	job->is_mail = true;
	job->private_ok = true;
	job->id = frame_get_u64(&r);
	job->host = get_text(&r);
	port = frame_get_u32(&r);
	job->security = (enum net_mail_security)frame_get_u32(&r);
	job->user = get_text(&r);
	job->password = get_text(&r);
	job->from = get_text(&r);
	buf_init(&url, 4096);
	buf_printf(&url, "%s://%s:%u/stanch",
		job->security == NET_MAIL_TLS ? "smtps" : "smtp",
		job->host ? job->host : "", port);
	job->url = buf_detach(&url);
	if (job->url)
		job->lane = lane_get(lanes, job->url, 600, 10, 1);
	job->tries = 1;
	if (!job->host || !job->user || !job->password || !job->from ||
		!job->lane || !read_recipients(&r, job) ||
		!read_body(&r, job)) {
		job_free(job);
		return NULL;
	}
	job->seconds = frame_get_u32(&r);
	if (r.failed) {
		job_free(job);
		return NULL;
	}
	return job;
}

static void free_wiped(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void job_free(struct job *job)
{
	if (job->easy)
		curl_easy_cleanup(job->easy);
	for (struct curl_slist *h = job->headers; h; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	curl_slist_free_all(job->headers);
	curl_slist_free_all(job->to);
	curl_slist_free_all(job->connect);
	if (job->body)
		explicit_bzero(job->body, job->body_n);
	free(job->body);
	free_wiped(job->url);
	free_wiped(job->password);
	free(job->method);
	free(job->host);
	free(job->user);
	free(job->from);
	buf_release_wiped(&job->head);
	buf_release_wiped(&job->answer);
	free(job);
}
