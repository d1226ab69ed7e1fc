/*
 * secret: process-wide care for what we hold.
 *
 * The scanner holds found tokens in memory only. Memory is kept out of core
 * files and from other processes of the user by secret_guard_process, called
 * once by main before anything is read.
 */
#ifndef STANCH_BASE_SECRET_H
#define STANCH_BASE_SECRET_H

#include <stddef.h>

/* No core file, not dumpable, umask 077. Never fails loudly. */
void secret_guard_process(void);
/* Overwrite in a way that the compiler keeps. */
void secret_wipe(void *at, size_t n);

#endif
