/* The listening socket, from an address as a person writes it. */
#include "receive/listen.h"

#include "base/bytes.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/banned.h"

#define BACKLOG 128
#define HOST_ROOM 64

/* "127.0.0.1:8788", "[::1]:8788": numbers only, no names. */
static bool cut_address(const char *address, char host[HOST_ROOM],
	const char **port)
{
	const char *colon = strrchr(address, ':');
	size_t n = colon ? (size_t)(colon - address) : 0;

	/* getaddrinfo takes 99999 for a port. */
	if (colon == NULL || colon[1] == '\0' || strlen(colon + 1) > 5 ||
		strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
		strtoul(colon + 1, NULL, 10) > UINT16_MAX)
		return false;
	if (n > 2 && address[0] == '[' && address[n - 1] == ']') {
		address++;
		n -= 2;
	} else if (memchr(address, ':', n) != NULL) {
		return false;
	}
	if (n == 0 || n >= HOST_ROOM)
		return false;
	memcpy(host, address, n);
	host[n] = '\0';
	*port = colon + 1;
	return true;
}

static bool bind_to(int fd, const struct addrinfo *a)
{
	const int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return bind(fd, a->ai_addr, a->ai_addrlen) == 0 &&
	       listen(fd, BACKLOG) == 0;
}

static unsigned port_of(int fd)
{
	struct sockaddr_storage at = {0};
	socklen_t n = sizeof(at);
	const void *where = &at;

	if (getsockname(fd, (struct sockaddr *)&at, &n) != 0)
		return 0;
	return ntohs(at.ss_family == AF_INET6 ?
		((const struct sockaddr_in6 *)where)->sin6_port :
		((const struct sockaddr_in *)where)->sin_port);
}

enum status listen_open(const char *address, int *fd, unsigned *port,
	struct error *err)
{
	const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
	char host[HOST_ROOM];
	struct addrinfo *found = NULL;
	const char *number;
	enum status status = OK;

	if (!cut_address(address, host, &number) ||
		getaddrinfo(host, number, &wanted, &found) != 0)
		return error_set(err, ERR_USAGE, "listen at %.100s: it is no "
			"address with a port, such as 127.0.0.1:8788 or "
			"[::1]:8788", address);
	*fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC |
		SOCK_NONBLOCK, 0);
	if (*fd < 0 || !bind_to(*fd, found))
		status = error_set_errno(err, ERR_USAGE, "listen at %.100s",
			address);
	else
		*port = port_of(*fd);
	freeaddrinfo(found);
	if (status && *fd >= 0)
		close(*fd);
	return status;
}
