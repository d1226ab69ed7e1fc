/*
 * Where records go besides the file: syslog, Splunk's HTTP event collector,
 * and the head to a file of its own. The file of records is what counts: a
 * sink that fails is said, and changes nothing. Splunk gets what it missed
 * with the next run: LOG.splunk holds the number of the last record that it
 * took.
 */
#include "respond/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/banned.h"

#define PATH_MOST ((size_t)4 << 10)
/* Bytes of one request; the collector's default bound is 1 MB or more. */
#define BODY_MOST ((size_t)512 << 10)
/* Facility 13 (log audit), severity 5 (notice): RFC 5424. */
#define SYSLOG_PRIORITY (13 * 8 + 5)
#define DATAGRAM_MOST ((size_t)80 << 10)

static void complain(const struct respond_run *r, const char *sink,
	const char *why)
{
	if (r->options->say)
		fprintf(r->options->say, "%s did not take the records: %s\n",
			sink, why);
}

/* A small file, replaced at once. */
static bool write_file(const char *path, const char *text)
{
	struct buf name;
	bool good = false;
	int fd;

	buf_init(&name, PATH_MOST);
	buf_printf(&name, "%s.new", path);
	(void)unlink(buf_text(&name));
	fd = open(buf_text(&name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
		O_CLOEXEC, 0600);
	if (fd >= 0) {
		good = write(fd, text, strlen(text)) == (ssize_t)strlen(text)
			&& fsync(fd) == 0;
		close(fd);
		good = good && rename(buf_text(&name), path) == 0;
	}
	buf_release(&name);
	return good;
}

/* ---- syslog ------------------------------------------------------------- */

struct syslog {
	int fd;
	uint64_t after; /* records up to this one were sent before */
	int failed;	/* errno of the first that was refused */
};

static void send_line(struct syslog *s, bytes text)
{
	char stamp[32];
	time_t now = time(NULL);
	struct tm local;
	struct buf line;

	localtime_r(&now, &local);
	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &local);
	buf_init(&line, DATAGRAM_MOST);
	buf_printf(&line, "<%d>%s stanch[%ld]: ", SYSLOG_PRIORITY, stamp,
		(long)getpid());
	buf_put(&line, text);
	if (send(s->fd, line.at, line.n, MSG_NOSIGNAL) < 0 && s->failed == 0)
		s->failed = errno;
	buf_release(&line);
}

static enum status send_record(void *context,
	const struct auditlog_record *record, struct error *err)
{
	struct syslog *s = context;

	(void)err;
	if (record->sequence > s->after)
		send_line(s, record->line);
	return OK;
}

static void to_syslog(struct respond_run *r, const char *head)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	struct syslog s = {
		.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0),
		.after = r->head_before,
	};
	const size_t n = strlen(r->policy->syslog);
	struct error err = {0};
	struct buf line;

	if (s.fd < 0 || n >= sizeof(to.sun_path)) {
		complain(r, "syslog", "its socket cannot be opened");
	} else {
		memcpy(to.sun_path, r->policy->syslog, n);
		if (connect(s.fd, (struct sockaddr *)&to, sizeof(to)) < 0)
			s.failed = errno;
		else if (auditlog_read(r->policy->log, send_record, &s, &err))
			s.failed = EIO;
		buf_init(&line, 200);
		buf_printf(&line, "audit log head %s", head);
		if (s.failed == 0)
			send_line(&s, buf_bytes(&line));
		buf_release(&line);
		if (s.failed)
			complain(r, "syslog", strerror(s.failed));
	}
	if (s.fd >= 0)
		close(s.fd);
}

/* ---- splunk ------------------------------------------------------------- */

struct splunk {
	struct respond_run *r;
	uint64_t taken; /* the last record that it has */
	uint64_t held;	/* the last in `body` */
	struct buf body, header;
	char host[200];
	bool is_failed;
};

static void splunk_name(const struct respond_run *r, struct buf *out)
{
	buf_init(out, PATH_MOST);
	buf_printf(out, "%s.splunk", r->policy->log);
}

static void splunk_post(struct splunk *s)
{
	const char *hosts[] = {s->host};
	const struct net_header headers[] = {
		{bytes_text("Authorization"), buf_bytes(&s->header)},
		{bytes_text("Content-Type"), bytes_text("application/json")},
	};
	const struct net_request request = {
		.method = "POST",
		.url = bytes_text(s->r->policy->splunk.url),
		.headers = headers,
		.header_count = 2,
		.body = buf_bytes(&s->body),
		.hosts = hosts,
		.host_count = 1,
		.trusted_host = true,
		.tries = 2,
	};
	struct net_answer answer;
	bool is_there = false;

	if (s->body.n == 0 || s->is_failed)
		return;
	if (net_send(s->r->mail_net, &request, s->r->err) == OK)
		while (!is_there && net_waiting(s->r->mail_net) > 0)
			is_there = net_next(s->r->mail_net, 1000, &answer);
	if (is_there && answer.result == NET_ANSWERED && answer.status == 200)
		s->taken = s->held;
	else
		s->is_failed = true;
	buf_clear(&s->body);
}

static enum status splunk_record(void *context,
	const struct auditlog_record *record, struct error *err)
{
	struct splunk *s = context;
	const char *index = s->r->policy->splunk.index;

	(void)err;
	if (record->sequence <= s->taken || s->is_failed)
		return OK;
	if (s->body.n + record->line.n + 256 > BODY_MOST)
		splunk_post(s);
	buf_put_text(&s->body, "{\"sourcetype\":\"stanch:audit\",");
	if (index)
		buf_printf(&s->body, "\"index\":\"%s\",", index);
	buf_put_text(&s->body, "\"event\":");
	buf_put(&s->body, record->line);
	buf_put_text(&s->body, "}\n");
	s->held = record->sequence;
	return OK;
}

static uint64_t splunk_taken(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

	if (fd >= 0)
		close(fd);
	if (n > 0)
		text[n] = '\0';
	return n > 0 ? strtoull(text, NULL, 10) : 0;
}

static bool splunk_open(struct splunk *s)
{
	const char *url = s->r->policy->splunk.url;
	const char *host = url + sizeof("https://") - 1;
	const size_t n = strcspn(host, ":/?");
	struct buf token;

	buf_init(&s->body, BODY_MOST);
	buf_init(&s->header, PATH_MOST);
	if (n == 0 || n >= sizeof(s->host) ||
		policy_read_secret(&s->r->policy->splunk.token,
			"Splunk's token", &token, s->r->err))
		return false;
	memcpy(s->host, host, n);
	s->host[n] = '\0';
	buf_put_text(&s->header, "Splunk ");
	buf_put(&s->header, buf_bytes(&token));
	buf_release_wiped(&token);
	return true;
}

static void to_splunk(struct respond_run *r)
{
	struct splunk s = {.r = r};
	struct error err = {0};
	struct buf name;
	char text[32];

	splunk_name(r, &name);
	s.taken = splunk_taken(buf_text(&name));
	if (!splunk_open(&s) || auditlog_read(r->policy->log, splunk_record,
		&s, &err))
		s.is_failed = true;
	splunk_post(&s);
	snprintf(text, sizeof(text), "%" PRIu64 "\n", s.taken);
	if (!write_file(buf_text(&name), text) || s.is_failed)
		complain(r, "Splunk", "it gets them with the next run");
	buf_release(&name);
	buf_release(&s.body);
	buf_release_wiped(&s.header);
}

void respond_sinks(struct respond_run *r)
{
	struct error kept = *r->err;
	struct auditlog_head head;
	char text[AUDITLOG_HEAD_TEXT + 1];

	if (r->log == NULL)
		return;
	head = auditlog_head(r->log);
	auditlog_head_text(&head, text);
	if (r->policy->syslog)
		to_syslog(r, text);
	if (r->policy->splunk.url)
		to_splunk(r);
	if (r->policy->head) {
		const size_t n = strlen(text);

		text[n] = '\n';
		text[n + 1] = '\0';
		if (!write_file(r->policy->head, text))
			complain(r, "the head's file", strerror(errno));
	}
	*r->err = kept;
}
