/*
 * spool: texts that must survive a crash and hold secrets: each a file of its
 * own in a directory, sealed with a key that is not on the disk.
 *
 * AES-256 in GCM (NIST SP 800-38D) with a random nonce; both keys, that for
 * contents and that for names, are HMACs of the given one. A file's name is a
 * keyed hash of its content, so the same content is there once, and nobody
 * without the key can try contents against names. What was changed, cut,
 * renamed or sealed with another key is told and never given out.
 *
 * The directory is 0700 and ours, files are 0600; links are not followed. One
 * process holds it at a time (a lock that dies with its process), and its
 * children may read and remove. One thread at a time.
 */
#ifndef STANCH_SPOOL_SPOOL_H
#define STANCH_SPOOL_SPOOL_H

#include "base/buf.h"
#include "base/error.h"

#include <stdint.h>

/* Characters of a key, at least: 32 hex digits are 128 bits. */
#define SPOOL_KEY_LEAST 32
/* Bytes of one content; files of one directory. More is ERR_LIMIT. */
#define SPOOL_CONTENT ((size_t)16 << 20)
#define SPOOL_FILES 10000
/* A name: hex digits of 128 bits. */
#define SPOOL_NAME 33

struct spool;

/*
 * Made when it is not there (its parent must be). ERR_USAGE names the mend:
 * a key that is too short, another's directory, one that others may enter,
 * another process that holds it.
 */
enum status spool_open(const char *directory, bytes key, struct spool **out,
	struct error *err) MUST_USE;
void spool_close(struct spool *s); /* accepts NULL */
/* In a child that was forked: the lock is the parent's alone, and is free when
 * that one ends, whatever the child still does. */
void spool_leave_lock(struct spool *s);

/* On the disk, with its name, when this returns OK; also when it was there
 * already. */
enum status spool_put(struct spool *s, bytes content, char name[SPOOL_NAME],
	struct error *err) MUST_USE;
/* What was put; release `out` wiped, in any case. ERR_NOT_FOUND: not there;
 * ERR_FORMAT: not what was put, or another key's. */
enum status spool_get(struct spool *s, const char *name, struct buf *out,
	struct error *err) MUST_USE;
/* OK also when it is not there any more. */
enum status spool_remove(struct spool *s, const char *name,
	struct error *err) MUST_USE;
bool spool_has(const struct spool *s, const char *name);
/* When it was put, in Unix seconds; 0: it is not there. */
int64_t spool_put_at(const struct spool *s, const char *name);

/* Each that is there. NULL: they are only counted. */
typedef void spool_visit(void *context, const char *name);
enum status spool_each(struct spool *s, spool_visit *visit, void *context,
	struct error *err) MUST_USE;

#endif
