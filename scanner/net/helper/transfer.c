/*
 * transfer: a job as a libcurl handle, and what became of it.
 */
#include "net/helper/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/banned.h"

#define CONNECT_MILLISECONDS 5000L
#define RETRY_MOST 86400u
#define USER_AGENT "stanch/" STANCH_VERSION " (leaked-token scanner)"

static size_t take_head(char *at, size_t size, size_t count, void *context)
{
	struct job *job = context;
	size_t n = size * count;

	/* A new status line (after a 100) begins a new head. */
	if (n > 5 && memcmp(at, "HTTP/", 5) == 0) {
		buf_clear(&job->head);
		job->head_lines = 0;
	}
	buf_put(&job->head, bytes_of(at, n));
	if (job->head.failed || ++job->head_lines > HEAD_LINES) {
		job->too_many_headers = true;
		return 0;
	}
	return n;
}

static size_t take_body(char *at, size_t size, size_t count, void *context)
{
	struct job *job = context;
	size_t n = size * count, room = job->max_body - job->answer.n;

	buf_put(&job->answer, bytes_of(at, n < room ? n : room));
	if (n > room)
		job->cut = true;
	return job->cut || job->answer.failed ? 0 : n;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose,
	struct curl_sockaddr *address)
{
	struct job *job = context;

	if (purpose == CURLSOCKTYPE_IPCXN && !job->private_ok &&
		!address_is_public(&address->addr)) {
		job->blocked = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
		address->protocol);
}

/* libcurl must read the URL as stanch did. */
static bool agrees(const struct job *job, char **port)
{
	CURLU *url = curl_url();
	char *scheme = NULL, *host = NULL, *user = NULL;
	bool same = false;

	if (url != NULL &&
		curl_url_set(url, CURLUPART_URL, job->url, 0) == CURLUE_OK &&
		curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
		curl_url_get(url, CURLUPART_PORT, port, CURLU_DEFAULT_PORT) ==
			CURLUE_OK)
		same = strcmp(scheme, "https") == 0 &&
		       strcmp(host, job->host) == 0 &&
		       curl_url_get(url, CURLUPART_USER, &user, 0) ==
			       CURLUE_NO_USER;
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_url_cleanup(url);
	return same;
}

/* The user's word on where a host is: "HOST:PORT:ADDRESS:PORT" for curl. */
static bool map_connection(const struct settings *settings, struct job *job,
	const char *port)
{
	char name[300], any[16], line[700];

	snprintf(name, sizeof(name), "%s:%s", job->host, port);
	snprintf(any, sizeof(any), "*:%s", port);
	for (size_t i = 0; i < settings->connect_count; i++) {
		const struct connect_to *c = &settings->connects[i];

		if (strcmp(c->from, name) != 0 && strcmp(c->from, any) != 0)
			continue;
		snprintf(line, sizeof(line), "%s:%s", name, c->to);
		job->connect = curl_slist_append(NULL, line);
		job->private_ok = true;
		return job->connect != NULL;
	}
	return true;
}

/* An option that libcurl only has with some of its TLS libraries. */
static bool take_option(CURLcode code)
{
	return code == CURLE_OK || code == CURLE_NOT_BUILT_IN ||
	       code == CURLE_UNKNOWN_OPTION;
}

/* What holds for every transfer, whatever it carries. */
static bool set_safe(const struct settings *s, struct job *job, CURL *e)
{
	const char *proxy = job->is_mail ? "" : s->proxy;

	/* The proxy, and it alone, is connected to: it is the user's. */
	if (*proxy)
		job->private_ok = true;
	return curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR, "https") ==
		       CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_SSLVERSION,
		       (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
	       take_option(curl_easy_setopt(e, CURLOPT_SSL_CTX_FUNCTION,
		       staple_ask)) &&
	       (!*s->ca_file || curl_easy_setopt(e, CURLOPT_CAINFO,
					s->ca_file) == CURLE_OK) &&
	       (!*s->ca_file || curl_easy_setopt(e, CURLOPT_CAPATH, NULL) ==
					CURLE_OK) &&
	       curl_easy_setopt(e, CURLOPT_PROXY, proxy) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_NOPROXY, "") == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
		       CONNECT_MILLISECONDS) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_TIMEOUT_MS,
		       (long)job->seconds * 1000) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket) ==
		       CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, job) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_head) ==
		       CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_HEADERDATA, job) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body) ==
		       CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_WRITEDATA, job) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_URL, job->url) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_PRIVATE, job) == CURLE_OK;
}

static bool set_http(struct job *job, CURL *e)
{
	bool has_body = job->body_n > 0 || strcmp(job->method, "POST") == 0 ||
			strcmp(job->method, "PUT") == 0;
	/*
	 * libcurl sends a request again by itself when a connection that it
	 * used before ends without an answer. What does more than read must
	 * go out once: it gets a connection of its own.
	 */
	bool acts = strcmp(job->method, "GET") != 0 &&
		    strcmp(job->method, "HEAD") != 0;

	return curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "https") ==
		       CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, acts ? 1L : 0L) ==
		       CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_HTTP_VERSION,
		       (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_USERAGENT, USER_AGENT) ==
		       CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_HTTPHEADER, job->headers) ==
		       CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_CONNECT_TO, job->connect) ==
		       CURLE_OK &&
	       (!has_body ||
		       (curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE,
				(curl_off_t)job->body_n) == CURLE_OK &&
			       curl_easy_setopt(e, CURLOPT_POSTFIELDS,
				       job->body) == CURLE_OK)) &&
	       (strcmp(job->method, "HEAD") != 0 ||
		       curl_easy_setopt(e, CURLOPT_NOBODY, 1L) == CURLE_OK) &&
	       curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, job->method) ==
		       CURLE_OK;
}

CURL *transfer_new(const struct settings *settings, struct job *job,
	const char **why)
{
	char *port = NULL;
	bool ready;

	buf_clear(&job->head);
	buf_clear(&job->answer);
	job->head_lines = 0;
	job->cut = job->blocked = job->too_many_headers = false;
	*why = "stanch-net has no memory";
	if (!job->is_mail && job->connect == NULL) {
		ready = agrees(job, &port);
		if (!ready)
			*why = "the URL can be read in two ways";
		ready = ready && map_connection(settings, job, port);
		curl_free(port);
		if (!ready)
			return NULL;
	}
	job->easy = curl_easy_init();
	if (job->easy == NULL || !set_safe(settings, job, job->easy))
		return NULL;
	ready = job->is_mail ? mail_set_up(settings, job)
			     : set_http(job, job->easy);
	return ready ? job->easy : NULL;
}

/* ---- what became of it -------------------------------------------------- */

static bytes header(const struct job *job, const char *name)
{
	bytes rest = buf_bytes(&job->head), line, found, value;

	while (rest.n > 0) {
		bytes_cut(rest, '\n', &line, &rest);
		if (bytes_cut(line, ':', &found, &value) &&
			bytes_equal_nocase(found, bytes_text(name)))
			return bytes_trim(value);
	}
	return bytes_of(NULL, 0);
}

static bool number(bytes digits, uint64_t *value)
{
	*value = 0;
	if (digits.n == 0 || digits.n > 15)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.at[i] < '0' || digits.at[i] > '9')
			return false;
		*value = *value * 10 + (uint64_t)(digits.at[i] - '0');
	}
	return true;
}

static uint32_t seconds_until(int64_t then)
{
	int64_t now = (int64_t)time(NULL);

	if (then <= now)
		return 0;
	return then - now < RETRY_MOST ? (uint32_t)(then - now) : RETRY_MOST;
}

/* Retry-After in either form; else an exhausted X-RateLimit with its reset. */
static uint32_t retry_after(const struct job *job)
{
	bytes wait = header(job, "Retry-After");
	char date[64];
	uint64_t n;

	if (number(wait, &n))
		return n < RETRY_MOST ? (uint32_t)n : RETRY_MOST;
	if (wait.n > 0 && wait.n < sizeof(date)) {
		memcpy(date, wait.at, wait.n);
		date[wait.n] = '\0';
		return seconds_until((int64_t)curl_getdate(date, NULL));
	}
	if (number(header(job, "X-RateLimit-Remaining"), &n) && n == 0 &&
		number(header(job, "X-RateLimit-Reset"), &n) &&
		n > 1000000000)
		return seconds_until((int64_t)n);
	return 0;
}

static void name_failure(const struct job *job, CURLcode code,
	struct outcome *out)
{
	out->text = curl_easy_strerror(code);
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		out->result = NET_TIMED_OUT;
		break;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
		out->result = NET_UNREACHABLE;
		break;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CIPHER:
	case CURLE_USE_SSL_FAILED:
		out->result = NET_UNTRUSTED;
		break;
	default:
		out->result = NET_BROKEN;
	}
	if (job->blocked && out->result == NET_UNREACHABLE) {
		out->result = NET_REFUSED;
		out->text = "its address is not public";
	}
	if (job->too_many_headers)
		out->text = "more headers than any honest answer has";
}

void transfer_outcome(struct job *job, CURLcode code, struct outcome *out)
{
	long status = 0, size = 0;
	curl_off_t took = 0;

	*out = (struct outcome){.text = ""};
	curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(job->easy, CURLINFO_REQUEST_SIZE, &size);
	curl_easy_getinfo(job->easy, CURLINFO_TOTAL_TIME_T, &took);
	out->status = (int)status;
	out->sent = size > 0;
	out->milliseconds = (uint32_t)(took / 1000);
	if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && job->cut)) {
		name_failure(job, code, out);
		out->status = job->is_mail ? out->status : 0;
		return;
	}
	out->result = NET_ANSWERED;
	out->retry_after = retry_after(job);
}
