/*
 * stanch partner: its options, and what is opened before the first request.
 */
#include "partner/internal.h"

#include "base/secret.h"
#include "job/console.h"
#include "policy/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define PEM_MOST ((size_t)256 << 10)
#define ADDRESS "127.0.0.1:8788"
#define CONNECTIONS_MOST 1000u
#define SECONDS_MOST 120u
#define PER_SECOND_MOST 10000u

static const char *const feedbacks[] = {"hex", "base64", "none", NULL};

static const struct args_option options[] = {
	{.name = "policy", .kind = ARGS_TEXT, .takes = "POLICY",
		.help = "The policy; its [partner] table names the spool and "
			"the key that seals it.",
		.offset = offsetof(struct partner_settings, response.policy)},
	{.name = "dry-run", .kind = ARGS_FLAG, .value = 1,
		.help = "Print every request that a response would send, "
			"redacted, and send only those that ask whether a "
			"token is live. What was accepted stays in the spool.",
		.offset = offsetof(struct partner_settings,
			response.dry_run)},
	{.name = "listen", .kind = ARGS_TEXT, .takes = "ADDRESS:PORT",
		.group = "Endpoint",
		.help = "Where to listen. Default: " ADDRESS "; port 0 is "
			"any that is free, which is said.",
		.offset = offsetof(struct partner_settings, address)},
	{.name = "path", .kind = ARGS_TEXT, .takes = "PLACE",
		.help = "The only path that is served. Default: /.",
		.offset = offsetof(struct partner_settings, path)},
	{.name = "tls-cert", .kind = ARGS_TEXT, .takes = "FILE",
		.help = "Serve HTTPS with this certificate (PEM, with its "
			"chain). Default: plain HTTP, for a proxy in front.",
		.offset = offsetof(struct partner_settings, tls_cert)},
	{.name = "tls-key", .kind = ARGS_TEXT, .takes = "FILE",
		.help = "The certificate's key (PEM); yours alone to read.",
		.offset = offsetof(struct partner_settings, tls_key)},
	{.name = "type", .kind = ARGS_LIST, .takes = "TYPE=RULE",
		.group = "Alerts",
		.help = "Alerts of this type are for this rule. May be "
			"repeated, for one type too. Default: GitHub's own "
			"names, and the ids of rules with _ for -.",
		.offset = offsetof(struct partner_settings, types)},
	{.name = "feedback", .kind = ARGS_CHOICE, .takes = "FORM",
		.choices = feedbacks,
		.help = "How the SHA-256 of a token is written in the answer: "
			"hex (default), base64; none: no feedback.",
		.offset = offsetof(struct partner_settings, feedback)},
	{.name = "max-body", .kind = ARGS_SIZE, .takes = "SIZE",
		.group = "Limits",
		.help = "A larger body is refused. Default: 1M, at most 16M.",
		.offset = offsetof(struct partner_settings, max_body)},
	{.name = "connections", .kind = ARGS_NUMBER, .takes = "N",
		.max = CONNECTIONS_MOST,
		.help = "Connections at a time; others wait. Default: 64.",
		.offset = offsetof(struct partner_settings, connections)},
	{.name = "seconds", .kind = ARGS_NUMBER, .takes = "N",
		.max = SECONDS_MOST,
		.help = "A request that has not arrived by then is cut off. "
			"Default: 10.",
		.offset = offsetof(struct partner_settings, seconds)},
	{.name = "rate", .kind = ARGS_NUMBER, .takes = "N",
		.max = PER_SECOND_MOST,
		.help = "Requests a second; more are told to come again. "
			"Default: 100.",
		.offset = offsetof(struct partner_settings, per_second)},
	{.name = "keys-every", .kind = ARGS_NUMBER, .takes = "SECONDS",
		.max = 86400,
		.help = "GitHub's keys are never fetched more often. "
			"Default: 120.",
		.offset = offsetof(struct partner_settings, keys_every)},
	{.name = "network", .kind = ARGS_TEXT, .takes = "FILE",
		.group = "Network",
		.help = "The network configuration. Default: what "
			"STANCH_NETWORK names.",
		.offset = offsetof(struct partner_settings, network.network)},
	JOB_RULE_OPTIONS(struct partner_settings),
};

/* ---- opening ------------------------------------------------------------ */

static enum status read_pem(const char *path, struct buf *out,
	struct error *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = 1;

	if (fd < 0)
		return error_set_errno(err, ERR_USAGE, "read %.300s", path);
	while (n > 0 && buf_reserve(out, 4096)) {
		n = read(fd, out->at + out->n, 4096);
		if (n > 0)
			out->n += (size_t)n;
	}
	close(fd);
	if (n == 0 && out->n > 0)
		return OK;
	return error_set(err, ERR_USAGE, "read %.300s: it is no certificate "
		"or key", path);
}

/* Nobody but its user and root may read it. */
static enum status check_key_file(const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return error_set_errno(err, ERR_USAGE, "read %.300s", path);
	if (st.st_mode & 077)
		return error_set(err, ERR_USAGE, "read the key %.300s: others "
			"may read it; chmod 600 mends that", path);
	return OK;
}

static enum status open_receive(struct partner *p, struct error *err)
{
	const struct partner_settings *s = p->settings;
	struct receive_options o = {
		.address = s->address,
		.path = s->path,
		.max_body = (size_t)s->max_body,
		.connections = s->connections,
		.seconds = s->seconds,
		.per_second = s->per_second,
	};
	struct buf cert, key;
	enum status status = OK;

	buf_init(&cert, PEM_MOST);
	buf_init(&key, PEM_MOST);
	if (s->tls_cert) {
		status = check_key_file(s->tls_key, err);
		if (status == OK)
			status = read_pem(s->tls_cert, &cert, err);
		if (status == OK)
			status = read_pem(s->tls_key, &key, err);
		o.certificate = buf_bytes(&cert);
		o.key = buf_bytes(&key);
	}
	if (status == OK)
		status = receive_open(&o, &p->receive, err);
	buf_release(&cert);
	buf_release_wiped(&key);
	return status;
}

static enum status open_spool(struct partner *p, struct error *err)
{
	const struct policy_partner *from =
		&loop_response_policy(p->response)->partner;
	enum status status;
	struct buf key;

	if (from->spool == NULL)
		return error_set(err, ERR_USAGE, "read the policy %.200s: it "
			"has no [partner] table with spool and key: what was "
			"accepted could not survive a crash",
			p->settings->response.policy);
	status = policy_read_secret(&from->key, "the key of the spool", &key,
		err);
	if (status)
		return status;
	status = spool_open(from->spool, buf_bytes(&key), &p->spool, err);
	buf_release_wiped(&key);
	return status;
}

static enum status open_partner(struct partner *p, struct error *err)
{
	const struct partner_settings *s = p->settings;
	const struct args_list none = {.n = 0};
	struct verify_options network;
	enum status status = job_network_open(&s->network, &none, &p->network,
		err);

	if (status == OK)
		status = loop_response_open(&s->response, &none, p->network,
			&p->response, err);
	if (status == OK)
		status = job_rules_load(&s->rules, &p->rules, err);
	if (status)
		return status;
	p->types = (struct types){p->rules, &s->types};
	network = job_network_options(p->network);
	status = types_check(&p->types, err);
	if (status == OK)
		status = judge_new(&p->types, &p->judge, err);
	if (status == OK)
		status = open_spool(p, err);
	if (status == OK)
		status = keys_new(network.network, s->keys_every, &p->keys,
			err);
	return status == OK ? open_receive(p, err) : status;
}

static void close_partner(struct partner *p)
{
	receive_close(p->receive);
	keys_free(p->keys);
	spool_close(p->spool);
	judge_free(p->judge);
	ruleset_free(p->rules);
	loop_response_close(p->response);
	job_network_close(p->network);
}

/* ---- the command -------------------------------------------------------- */

static enum status check(const struct partner_settings *s, struct error *err)
{
	if (s->response.policy == NULL)
		return error_set(err, ERR_USAGE, "read the command line: "
			"--policy is missing");
	if ((s->tls_cert == NULL) != (s->tls_key == NULL))
		return error_set(err, ERR_USAGE, "read the command line: "
			"--tls-cert and --tls-key belong together");
	if (s->path[0] != '/')
		return error_set(err, ERR_USAGE, "read the command line: "
			"--path %.100s does not begin with /", s->path);
	if (s->max_body == 0 || s->max_body > RECEIVE_BODY_MOST)
		return error_set(err, ERR_USAGE, "read the command line: "
			"--max-body is 0, or over 16M");
	if (s->connections == 0 || s->seconds == 0 || s->per_second == 0 ||
		s->keys_every == 0)
		return error_set(err, ERR_USAGE, "read the command line: "
			"--connections, --seconds, --rate and --keys-every "
			"must not be 0");
	return OK;
}

static int run_partner(void *context, const struct args_command *self,
	int argc, char **argv)
{
	struct partner_settings settings = {
		.address = ADDRESS, .path = "/",
		.max_body = (uint64_t)1 << 20,
		.connections = 64, .seconds = 10, .per_second = 100,
		.keys_every = 120,
	};
	struct args_list words = {.n = 0};
	struct error err = {0};
	struct partner p = {.settings = &settings,
		.signal = ((const struct console *)context)->signal};
	int code;

	if (console_parse(self, argc, argv, &settings, &words, 0, &err) ||
		check(&settings, &err))
		return console_fail(&err);
	/* A line is whole when it is read; workers write too. */
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (open_partner(&p, &err) != OK) {
		code = console_fail(&err);
	} else {
		printf("listening at port %u\n", receive_port(p.receive));
		code = partner_serve(&p);
	}
	close_partner(&p);
	return code;
}

const struct args_command partner_command = {
	.name = "partner",
	.summary = "Receive GitHub's secret-scanning partner alerts, and run "
		"the response policy over them.",
	.about =
"GitHub sends alerts of leaked tokens to its partners. Each request's "
"signature is checked over its raw body before anything is read; alerts are "
"judged by the rules of their type, kept sealed until they are handled, and "
"answered with feedback. Then the same happens as in `scan --respond`. The "
"manual is partner.md.\n"
"\n"
"Exit codes: 0 stopped by a signal, and nothing waits; 2 could not start; 3 "
"stopped, and something waits in the spool for the next start.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run_partner,
};
