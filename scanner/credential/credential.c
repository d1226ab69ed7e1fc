#include "credential/credential.h"

#include "base/buf.h"
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/banned.h"

#define WORDS_MAX 32
#define ANSWER_MAX ((size_t)64 << 10)

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static bool put(char *to, size_t n, const char *text)
{
	return (size_t)snprintf(to, n, "%s", text) < n;
}

/* A host that no wire leads to. */
static bool is_here(bytes host)
{
	size_t end = 0;

	while (end < host.n && host.at[end] != ':' && host.at[end] != '/')
		end++;
	host = bytes_take(host, end);
	return bytes_equal(host, bytes_text("localhost")) ||
	       bytes_equal(host, bytes_text("127.0.0.1"));
}

/* Plain HTTP would show them to anyone on the way. */
static bool is_safe(const char *url)
{
	bytes b = bytes_text(url);

	return !bytes_starts(b, bytes_text("http://")) ||
	       is_here(bytes_drop(b, strlen("http://")));
}

/* "protocol=https\nhost=example.org\n\n" */
static void write_question(int fd, const char *url)
{
	bytes b = bytes_text(url), host;
	size_t colon = bytes_find(b, bytes_text("://"));
	struct buf text;

	buf_init(&text, 4096);
	if (colon != BYTES_NONE) {
		bytes rest = bytes_drop(b, colon + 3);
		size_t at;

		bytes_cut(rest, '/', &host, &rest);
		at = bytes_find_byte(host, '@');
		if (at != BYTES_NONE)
			host = bytes_drop(host, at + 1);
		buf_put_text(&text, "protocol=");
		buf_put(&text, bytes_take(b, colon));
		buf_put_text(&text, "\nhost=");
		buf_put(&text, host);
		buf_put_text(&text, "\n\n");
	}
	if (text.n)
		(void)!write(fd, text.at, text.n);
	buf_release(&text);
}

static void start_helper(int in, int out, char *words)
{
	char *argv[WORDS_MAX + 2], *rest = words;
	size_t n = 0;

	while (n < WORDS_MAX) {
		rest += strspn(rest, " \t");
		if (*rest == '\0')
			break;
		argv[n++] = rest;
		rest += strcspn(rest, " \t");
		if (*rest)
			*rest++ = '\0';
	}
	argv[n] = (char[]){"get"};
	argv[n + 1] = NULL;
	if (n == 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0)
		_exit(126);
	execvp(argv[0], argv);
	_exit(127);
}

/* All that it prints; false when it fails. */
static bool ask_helper(const char *command, const char *url, struct buf *out)
{
	int to[2] = {-1, -1}, from[2] = {-1, -1}, code = -1;
	char *words = strdup(command);
	pid_t child = -1;
	ssize_t n = 1;

	if (words == NULL || pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		goto out;
	child = fork();
	if (child == 0)
		start_helper(to[0], from[1], words);
	close(to[0]);
	close(from[1]);
	to[0] = from[1] = -1;
	if (child < 0)
		goto out;
	write_question(to[1], url);
	close(to[1]);
	to[1] = -1;
	while (n > 0 && buf_reserve(out, 1024)) {
		n = read(from[0], out->at + out->n, 1024);
		out->n += n > 0 ? (size_t)n : 0;
	}
	while (waitpid(child, &code, 0) < 0 && errno == EINTR)
		;
out:
	for (int i = 0; i < 2; i++) {
		if (to[i] >= 0)
			close(to[i]);
		if (from[i] >= 0)
			close(from[i]);
	}
	free(words);
	return child > 0 && WIFEXITED(code) && WEXITSTATUS(code) == 0;
}

/* The value of a line "<key>=<value>". */
static bool take_answer(bytes answer, const char *key, char *to, size_t n)
{
	bytes line, name, value;

	while (answer.n) {
		bytes_cut(answer, '\n', &line, &answer);
		if (!bytes_cut(line, '=', &name, &value) ||
			!bytes_equal(name, bytes_text(key)) || value.n >= n)
			continue;
		memcpy(to, value.at, value.n);
		to[value.n] = '\0';
		return true;
	}
	return false;
}

static bool from_helper(const char *command, const char *url, char *user,
	char *password, size_t n)
{
	struct buf answer;
	bool is_good;

	buf_init(&answer, ANSWER_MAX);
	is_good = ask_helper(command, url, &answer) &&
		  take_answer(buf_bytes(&answer), "password", password, n);
	(void)take_answer(buf_bytes(&answer), "username", user, n);
	buf_release_wiped(&answer);
	return is_good;
}

/* Without scheme and user, up to the path. */
static bytes host_of(const char *url)
{
	bytes b = bytes_text(url), host, rest;
	size_t at = bytes_find(b, bytes_text("://"));

	if (at == BYTES_NONE)
		return bytes_of(NULL, 0);
	bytes_cut(bytes_drop(b, at + 3), '/', &host, &rest);
	while ((at = bytes_find_byte(host, '@')) != BYTES_NONE)
		host = bytes_drop(host, at + 1);
	return host;
}

const struct credential_binding *credential_bind(
	const struct credential_binding *bindings, size_t count,
	const char *url)
{
	bytes host = host_of(url);

	for (size_t i = 0; i < count; i++)
		if (host.n && bytes_equal_nocase(host,
				      bytes_text(bindings[i].host)))
			return &bindings[i];
	return NULL;
}

static const char *token_of(const struct credential_binding *b)
{
	const char *token;

	if (b)
		return variable(b->token_variable);
	token = variable("STANCH_GIT_TOKEN");
	return token ? token : variable("STANCH_GIT_PASSWORD");
}

/* Servers that take a token ask for any name beside it. */
static const char *user_of(const struct credential_binding *b,
	const char *user_in_url)
{
	const char *name = NULL;

	if (b == NULL)
		name = variable("STANCH_GIT_USERNAME");
	else if (b->user_variable)
		name = variable(b->user_variable);
	if (name == NULL && b)
		name = b->user;
	if (name == NULL)
		name = user_in_url;
	return name ? name : "x-access-token";
}

bool credential_find(const struct credential_binding *binding,
	const char *url, const char *user_in_url, struct credential *out)
{
	const char *command = variable("STANCH_GIT_CREDENTIAL_COMMAND");
	const char *token = token_of(binding);

	if (!is_safe(url) || !put(out->user, sizeof(out->user),
				     user_of(binding, user_in_url)))
		return false;
	if (token)
		return put(out->password, sizeof(out->password), token);
	return command && from_helper(command, url, out->user, out->password,
				  sizeof(out->password));
}

bool credential_is_configured(const struct credential_binding *binding)
{
	return token_of(binding) || variable("STANCH_GIT_CREDENTIAL_COMMAND");
}
