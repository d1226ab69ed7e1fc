/*
 * process: programs of ours that run apart and stand beside stanch, or in
 * ../lib/stanch: nothing in the environment chooses what runs.
 *
 * Such a program has no arguments and an empty environment; its standard input
 * is one end of a socket pair, over which both speak frames (net/frame.h). It
 * dies with the thread that started it.
 */
#ifndef STANCH_NET_PROCESS_H
#define STANCH_NET_PROCESS_H

#include "base/error.h"

#include <sys/types.h>

#define PROCESS_NET "stanch-net"

/* The number under which a program finds what it is handed. */
#define PROCESS_HANDED 3

struct process_program {
	const char *name; /* of the file */
	int handed;	  /* a descriptor that it gets too; 0: none */
};

/* *fd is our end of the socket: not blocking, closed at exec. */
enum status process_start(const struct process_program *program, pid_t *pid,
	int *fd, struct error *err) MUST_USE;
/* End it, whatever it does. */
void process_end(pid_t pid);

#endif
