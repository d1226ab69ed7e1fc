/*
 * clone: a URL into a directory of our own, by a process of its own.
 *
 *	stanch -- keeper -- cloner
 *
 * The keeper makes nothing but sure: it waits until the pipe from stanch
 * closes, which it does when the scan is over and when stanch dies, by
 * whatever signal; then it ends the cloner and removes the directory. The
 * cloner talks to the network; it can be ended in the midst of a read that
 * waits, which libgit2 inside our own process could not. Neither is reached
 * by a terminal's ^C: they are a session of their own.
 */
#include "revision/internal.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/banned.h"

/* Bytes that the cloner may allocate: libgit2 believes what a pack says. */
#define CLONER_MEMORY ((rlim_t)3 << 30)
#define POLL_MILLISECONDS 100

struct revision_clone_process {
	char directory[PATH_MAX];
	pid_t keeper;
	int leash; /* closing it tells the keeper to end */
};

/* What the cloner says through its pipe: this, then the text. */
struct report {
	int result;
	char text[REVISION_TEXT];
};

bool revision_is_url(const char *target)
{
	static const char *const schemes[] = {
		"https://", "http://", "ssh://", "file://", "git://"};
	bytes b = bytes_text(target);
	size_t colon = bytes_find_byte(b, ':');
	struct stat st;

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (bytes_starts(b, bytes_text(schemes[i])))
			return true;
	/* user@host:path, unless there is a file of that name */
	return colon != BYTES_NONE && colon > 0 &&
	       bytes_find_byte(bytes_take(b, colon), '/') == BYTES_NONE &&
	       bytes_find_byte(bytes_take(b, colon), '@') != BYTES_NONE &&
	       lstat(target, &st) != 0;
}

/* "https://user:password@host": it would stand in the list of processes. */
static bool has_password(const char *url)
{
	bytes b = bytes_text(url), host, user, rest;
	size_t at = bytes_find(b, bytes_text("://"));

	if (at == BYTES_NONE)
		return false;
	bytes_cut(bytes_drop(b, at + 3), '/', &host, &rest);
	at = BYTES_NONE;
	for (size_t i = 0; i < host.n; i++)
		if (host.at[i] == '@')
			at = i;
	user = bytes_take(host, at == BYTES_NONE ? 0 : at);
	return bytes_find_byte(user, ':') != BYTES_NONE;
}

/* ---- the cloner --------------------------------------------------------- */

/* As the module asks for them; the context is the binding, or NULL. */
static bool find_credentials(void *context, const char *url,
	const char *user_in_url, char *user, char *password, size_t n)
{
	struct credential c;
	bool is_found = n >= CREDENTIAL_SIZE &&
			credential_find(context, url, user_in_url, &c);

	if (is_found) {
		memcpy(user, c.user, CREDENTIAL_SIZE);
		memcpy(password, c.password, CREDENTIAL_SIZE);
	}
	secret_wipe(&c, sizeof(c));
	return is_found;
}

/* A redirect is followed by who has nothing to tell to another host. */
static struct revision_clone clone_of(const char *url, const char *directory,
	const struct credential_binding *binding)
{
	const char *key = getenv("STANCH_GIT_SSH_KEY");

	return (struct revision_clone){
		.url = url,
		.directory = directory,
		.credentials = find_credentials,
		.ssh_key = key && *key ? key : NULL,
		.follows = !credential_is_configured(binding),
		.with_requests = true,
		.context = (void *)(uintptr_t)binding,
	};
}

static void run_cloner(const char *url, const char *directory, int out)
{
	const struct revision_clone clone = clone_of(url, directory, NULL);
	const struct rlimit memory = {CLONER_MEMORY, CLONER_MEMORY};
	const struct revision_module *module;
	struct report report = {.result = REVISION_FAILED};
	struct error err = {.code = OK};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_DATA, &memory);
	if (revision_module_load(&module, &err) == OK)
		report.result = module->clone(&clone, report.text);
	else
		snprintf(report.text, sizeof(report.text), "%.*s",
			REVISION_TEXT - 1, err.text);
	(void)!write(out, &report, sizeof(report));
	_exit(0);
}

/* ---- the keeper --------------------------------------------------------- */

static void run_keeper(const char *url, const char *directory, int leash,
	int out)
{
	struct pollfd watched = {.fd = leash, .events = POLLIN};
	pid_t cloner;

	setsid();
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	cloner = fork();
	if (cloner == 0) {
		close(leash);
		run_cloner(url, directory, out);
	}
	close(out);
	/* Nothing is ever sent: what comes is the end. */
	while (poll(&watched, 1, -1) < 0 && errno == EINTR)
		;
	if (cloner > 0) {
		kill(cloner, SIGKILL);
		waitpid(cloner, NULL, 0);
	}
	(void)revision_remove(directory);
	_exit(0);
}

/* ---- this process ------------------------------------------------------- */

static enum status make_directory(struct revision_clone_process *c,
	struct error *err)
{
	const char *where = getenv("TMPDIR");
	int n = snprintf(c->directory, sizeof(c->directory),
		"%s/stanch-clone-XXXXXX", where && *where ? where : "/tmp");

	if (n < 0 || (size_t)n >= sizeof(c->directory))
		return error_set(err, ERR_USAGE, "clone: TMPDIR is too long");
	if (mkdtemp(c->directory) == NULL)
		return error_set_errno(err, ERR_IO,
			"clone: make a directory %s", c->directory);
	return OK;
}

/* The directory is the keeper's to remove once it runs. */
static enum status start(struct revision_clone_process *c, const char *url,
	int *from, struct error *err)
{
	int leash[2], out[2];

	if (pipe2(leash, O_CLOEXEC) != 0)
		return error_set_errno(err, ERR_IO, "clone");
	if (pipe2(out, O_CLOEXEC) != 0) {
		close(leash[0]);
		close(leash[1]);
		return error_set_errno(err, ERR_IO, "clone");
	}
	c->keeper = fork();
	if (c->keeper == 0) {
		close(leash[1]);
		close(out[0]);
		run_keeper(url, c->directory, leash[0], out[1]);
	}
	close(leash[0]);
	close(out[1]);
	c->leash = leash[1];
	*from = out[0];
	if (c->keeper < 0) {
		close(leash[1]);
		close(out[0]);
		return error_set_errno(err, ERR_IO, "clone: start a process");
	}
	return OK;
}

/* Until the cloner has spoken, or died. */
static enum status wait_for(const char *url, int from,
	const struct revision_clone_options *options, struct error *err)
{
	struct pollfd watched = {.fd = from, .events = POLLIN};
	struct report report = {.result = REVISION_FAILED};
	ssize_t n;

	for (;;) {
		if (options->is_stopped &&
			options->is_stopped(options->context))
			return error_set(err, ERR_INTERRUPTED,
				"clone %.200s: interrupted", url);
		if (poll(&watched, 1, POLL_MILLISECONDS) > 0)
			break;
	}
	do
		n = read(from, &report, sizeof(report));
	while (n < 0 && errno == EINTR);
	if (n != sizeof(report))
		return error_set(err, ERR_IO,
			"clone %.200s: the process that clones died", url);
	report.text[REVISION_TEXT - 1] = '\0';
	if (report.result != REVISION_OK)
		return error_set(err, ERR_USAGE, "clone %.200s: %s", url,
			report.text);
	return OK;
}

static enum status refuse_password(struct error *err)
{
	return error_set(err, ERR_USAGE,
		"clone: the URL holds a password; put it into "
		"STANCH_GIT_USERNAME and STANCH_GIT_PASSWORD, or a token into "
		"STANCH_GIT_TOKEN");
}

/* The same repository where the user's configuration has it. */
static const char *really(const char *url,
	const struct credential_binding *binding, struct buf *at)
{
	bytes b = bytes_text(url), host, path;

	if (binding == NULL || binding->base == NULL)
		return url;
	b = bytes_drop(b, bytes_find(b, bytes_text("://")) + 3);
	bytes_cut(b, '/', &host, &path);
	buf_put_text(at, binding->base);
	buf_put_byte(at, '/');
	buf_put(at, path);
	return buf_text(at);
}

enum status revision_mirror(const char *url, const char *directory,
	const struct revision_mirror_options *options, struct error *err)
{
	const struct credential_binding *binding = credential_bind(
		options->bindings, options->binding_count, url);
	struct revision_clone clone;
	const struct revision_module *module;
	char text[REVISION_TEXT] = "";
	struct buf at;
	enum status status;

	if (has_password(url))
		return refuse_password(err);
	status = revision_module_load(&module, err);
	if (status != OK)
		return status;
	buf_init(&at, LIMIT_PATH);
	clone = clone_of(really(url, binding, &at), directory, binding);
	clone.ca_file = options->ca_file;
	clone.with_requests = options->with_requests;
	if (module->clone(&clone, text) != REVISION_OK)
		status = error_set(err, strstr(text, "404") ? ERR_NOT_FOUND
							    : ERR_IO,
			"clone %.200s: %s", url, text);
	buf_release(&at);
	return status;
}

enum status revision_clone_begin(struct revision_clone_process **out,
	const char *url, const struct revision_clone_options *options,
	struct error *err)
{
	struct revision_clone_process *c;
	enum status status;
	int from = -1;

	if (has_password(url))
		return refuse_password(err);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return error_set(err, ERR_MEMORY, "clone: no memory");
	status = make_directory(c, err);
	if (status != OK) {
		free(c);
		return status;
	}
	status = start(c, url, &from, err);
	if (status != OK) {
		rmdir(c->directory);
		free(c);
		return status;
	}
	status = wait_for(url, from, options, err);
	close(from);
	if (status != OK)
		revision_clone_end(c);
	else
		*out = c;
	return status;
}

const char *revision_clone_path(const struct revision_clone_process *c)
{
	return c->directory;
}

void revision_clone_end(struct revision_clone_process *c)
{
	if (c == NULL)
		return;
	close(c->leash);
	while (waitpid(c->keeper, NULL, 0) < 0 && errno == EINTR)
		;
	free(c);
}
