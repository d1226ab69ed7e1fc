/*
 * stream: sockets for libgit2 that lead to one server only.
 *
 * Told not to follow a redirect to another host, libgit2 1.5 still goes to
 * another port of the same host, with the credential. It asks for sockets by
 * host and port, so what it may talk to is decided here: the server of the
 * clone's URL, by its scheme, host and port; or a proxy, when the first that
 * is said to it is that server's name. Host names are compared as libgit2
 * gives them: what they resolve to is the system's word, as everywhere.
 *
 * libgit2 gives no context to who makes a socket, and nothing writable may be
 * global: the server stands in the environment of this process, which lives
 * for one clone.
 */
#include "revision/module/internal.h"

#include <errno.h>
#include <git2/sys/stream.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/banned.h"

#define SITE "STANCH_CLONE_SITE"
#define HOST_MAX 256
#define PORT_MAX 16
/* The first byte that a client of TLS says: a record of the handshake. */
#define TLS_HANDSHAKE 0x16

struct site {
	bool is_tls;
	char host[HOST_MAX], port[PORT_MAX];
};

/* ---- the server ---------------------------------------------------------- */

static bool copy(char *to, size_t room, const char *from, size_t n)
{
	if (n == 0 || n >= room)
		return false;
	memcpy(to, from, n);
	to[n] = '\0';
	return true;
}

/* "https://user@host:port/path", "http://[::1]/path"; false: another kind. */
static bool read_site(const char *url, struct site *s)
{
	const char *end, *at, *colon;

	s->is_tls = strncmp(url, "https://", 8) == 0;
	if (!s->is_tls && strncmp(url, "http://", 7) != 0)
		return false;
	url += s->is_tls ? 8 : 7;
	end = url + strcspn(url, "/?#");
	for (at = end; at > url && at[-1] != '@';)
		at--;
	colon = *at == '[' ? memchr(at, ']', (size_t)(end - at)) : at;
	if (colon == NULL)
		return false;
	colon = memchr(colon, ':', (size_t)(end - colon));
	if (colon == NULL)
		snprintf(s->port, sizeof(s->port), "%s",
			s->is_tls ? "443" : "80");
	else if (!copy(s->port, sizeof(s->port), colon + 1,
			 (size_t)(end - colon - 1)))
		return false;
	end = colon ? colon : end;
	if (*at == '[') {
		at++;
		end--;
	}
	return end > at && copy(s->host, sizeof(s->host), at,
				   (size_t)(end - at));
}

/* ---- what may be said ---------------------------------------------------- */

struct guarded {
	git_stream parent; /* first */
	int fd;
	bool is_heard; /* what is said first was looked at */
	char host[HOST_MAX], port[PORT_MAX];
};

/* Behind `verb` the server's name, as one says it to a proxy. */
static bool names_site(const char *data, size_t n, const char *verb,
	const struct site *s)
{
	char with[HOST_MAX * 2], without[HOST_MAX * 2];
	int a = snprintf(with, sizeof(with), "%s%s:%s", verb, s->host,
		s->port);
	int b = snprintf(without, sizeof(without), "%s%s/", verb, s->host);

	if (a > 0 && (size_t)a < n && strncasecmp(data, with, (size_t)a) == 0 &&
		(data[a] == ' ' || data[a] == '/'))
		return true;
	return !s->is_tls && strcmp(s->port, "80") == 0 && b > 0 &&
	       (size_t)b <= n && strncasecmp(data, without, (size_t)b) == 0;
}

static bool may_say(const struct guarded *g, const char *data, size_t n)
{
	const char *url = getenv(SITE);
	struct site s;

	if (url == NULL || !read_site(url, &s) || n == 0)
		return false;
	if (strcasecmp(g->host, s.host) == 0 && strcmp(g->port, s.port) == 0)
		return s.is_tls == (data[0] == TLS_HANDSHAKE);
	if (s.is_tls)
		return names_site(data, n, "CONNECT ", &s);
	return names_site(data, n, "GET http://", &s) ||
	       names_site(data, n, "POST http://", &s);
}

/* ---- a socket ------------------------------------------------------------ */

static int fail(const char *text)
{
	git_error_set_str(GIT_ERROR_NET, text);
	return -1;
}

static int guarded_connect(git_stream *stream)
{
	struct guarded *g = (struct guarded *)stream;
	const struct addrinfo wanted = {.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;

	if (getaddrinfo(g->host, g->port, &wanted, &found) != 0)
		return fail("the server's address cannot be found");
	for (struct addrinfo *a = found; a && g->fd < 0; a = a->ai_next) {
		g->fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC,
			a->ai_protocol);
		if (g->fd >= 0 &&
			connect(g->fd, a->ai_addr, a->ai_addrlen) != 0) {
			close(g->fd);
			g->fd = -1;
		}
	}
	freeaddrinfo(found);
	return g->fd < 0 ? fail("the server cannot be reached") : 0;
}

static ssize_t guarded_write(git_stream *stream, const char *data, size_t n,
	int flags)
{
	struct guarded *g = (struct guarded *)stream;
	ssize_t done;

	(void)flags;
	if (!g->is_heard && !may_say(g, data, n))
		return fail("the server leads to another one, or to another "
			    "port; with a credential nobody is led away");
	g->is_heard = true;
	do
		done = send(g->fd, data, n, MSG_NOSIGNAL);
	while (done < 0 && errno == EINTR);
	return done < 0 ? fail("the server hung up") : done;
}

static ssize_t guarded_read(git_stream *stream, void *data, size_t n)
{
	struct guarded *g = (struct guarded *)stream;
	ssize_t done;

	do
		done = recv(g->fd, data, n, 0);
	while (done < 0 && errno == EINTR);
	return done < 0 ? fail("the server hung up") : done;
}

static int guarded_close(git_stream *stream)
{
	struct guarded *g = (struct guarded *)stream;

	if (g->fd >= 0)
		close(g->fd);
	g->fd = -1;
	return 0;
}

static void guarded_free(git_stream *stream)
{
	(void)guarded_close(stream);
	free(stream);
}

static int make(git_stream **out, const char *host, const char *port)
{
	struct guarded *g = calloc(1, sizeof(*g));

	if (g == NULL || !copy(g->host, sizeof(g->host), host, strlen(host)) ||
		!copy(g->port, sizeof(g->port), port, strlen(port))) {
		free(g);
		return fail("no memory for a connection");
	}
	g->fd = -1;
	g->parent = (git_stream){
		.version = GIT_STREAM_VERSION,
		.connect = guarded_connect,
		.read = guarded_read,
		.write = guarded_write,
		.close = guarded_close,
		.free = guarded_free,
	};
	*out = &g->parent;
	return 0;
}

int module_stay_at(const char *url)
{
	git_stream_registration sockets = {
		.version = GIT_STREAM_VERSION, .init = make};
	struct site s;

	if (!read_site(url, &s))
		return 0; /* ssh and its like know no redirects */
	if (setenv(SITE, url, 1) != 0)
		return fail("no memory for a connection");
	return git_stream_register(GIT_STREAM_STANDARD, &sockets);
}
