/* listen: inside receive/ only: the socket that stanch-partner is handed. */
#ifndef STANCH_RECEIVE_LISTEN_H
#define STANCH_RECEIVE_LISTEN_H

#include "base/error.h"

/* Numbers only: no name is looked up. *port is the one that was given. */
enum status listen_open(const char *address, int *fd, unsigned *port,
	struct error *err) MUST_USE;

#endif
