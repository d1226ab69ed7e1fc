/*
 * auditlog: an append-only file of records that shows when it was changed.
 *
 * One record is one line of JSON, written by one write(2) to a file of mode
 * 0600:
 *
 *	{"sequence":N,"length":L,"previous":"H","...":...,"hash":"H"}
 *
 * `sequence` counts from 1; `length` is the bytes of the line with its line
 * feed; `previous` is the hash of the record before (64 zeros for the first);
 * `hash` is the SHA-256, in hex, of the line's bytes before `,"hash":`. So an
 * edit, a deletion, a change of order, a copy and a splice all break the
 * chain. What a chain alone cannot show is that its end is missing, or that
 * all of it was made anew: for that the head, "N:HASH" of the last record, is
 * kept elsewhere (syslog, a CI artefact) and given to auditlog_verify.
 *
 * What stands between the head and the hash is the caller's (respond/ gives
 * it Azure DevOps' field names). This room knows bytes, not meanings.
 *
 * Several processes may append: each append holds a lock, reads what others
 * wrote in between, and goes on from there. Nothing is durable before
 * auditlog_sync; a network action must come after it. A line that a crash
 * cut short was never acknowledged: the next open takes it away and writes a
 * record that says so. Any other damage makes open fail. One thread at a time.
 */
#ifndef STANCH_AUDITLOG_AUDITLOG_H
#define STANCH_AUDITLOG_AUDITLOG_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdint.h>

#define AUDITLOG_HASH 64 /* hex digits */

/* The last record: how many there are, and its hash. Zeroed: no record. */
struct auditlog_head {
	uint64_t sequence;
	char hash[AUDITLOG_HASH + 1];
};

/* "N:HASH". Parse: false when the text is not one. */
#define AUDITLOG_HEAD_TEXT (20 + 1 + AUDITLOG_HASH + 1)
void auditlog_head_text(const struct auditlog_head *head,
	char text[AUDITLOG_HEAD_TEXT]);
bool auditlog_head_parse(const char *text, struct auditlog_head *out);

/* A whole record; slices are valid during the visit. */
struct auditlog_record {
	uint64_t sequence;
	bytes line; /* without the line feed */
	bytes body; /* the caller's members: "a":1,"b":2 */
	bytes hash;
};
typedef enum status auditlog_visit(void *context,
	const struct auditlog_record *record, struct error *err);

struct auditlog;

/*
 * Open for appending; made when it is not there. Checks every record and
 * hands each to `visit` (may be NULL), and later those that other processes
 * add. Refused: a link, no regular file, another's file, a file that others
 * may read or write, a broken chain (ERR_FORMAT).
 */
enum status auditlog_open(const char *path, auditlog_visit *visit,
	void *context, struct auditlog **out, struct error *err) MUST_USE;
/* Accepts NULL. Does not sync. */
void auditlog_close(struct auditlog *log);

/*
 * Append one record: `body` is its members, a JSON object without braces and
 * without line feeds. When it fails nothing was written.
 */
enum status auditlog_append(struct auditlog *log, bytes body,
	struct error *err) MUST_USE;
/* All that was appended is on the disk when this returns OK. */
enum status auditlog_sync(struct auditlog *log, struct error *err) MUST_USE;
/* Read what other processes have appended; their records go to `visit`. */
enum status auditlog_refresh(struct auditlog *log, struct error *err) MUST_USE;
struct auditlog_head auditlog_head(const struct auditlog *log);

/*
 * A claim keeps other processes from acting on the same thing: it is a lock
 * that dies with its process, so a crash leaves nothing behind. `key` is any
 * number that both processes compute alike. Waits until it is free; with
 * several claims take them in ascending order of key & AUDITLOG_CLAIM_MASK,
 * or two processes wait for each other for ever. ERR_INTERRUPTED when a
 * signal came.
 */
#define AUDITLOG_CLAIM_MASK ((UINT64_C(1) << 48) - 1)
enum status auditlog_claim(struct auditlog *log, uint64_t key,
	struct error *err) MUST_USE;
/* False at once when another process holds it. */
bool auditlog_try_claim(struct auditlog *log, uint64_t key);
void auditlog_disclaim(struct auditlog *log, uint64_t key);

/* Read all records of a file without opening it for writing or locking it. */
enum status auditlog_read(const char *path, auditlog_visit *visit,
	void *context, struct error *err) MUST_USE;

enum auditlog_fault {
	AUDITLOG_WHOLE,
	AUDITLOG_NO_RECORD, /* a line is no record of this form */
	AUDITLOG_CUT,	    /* the last line has no end */
	AUDITLOG_LENGTH,    /* a line is longer or shorter than it says */
	AUDITLOG_SEQUENCE,  /* a record is missing, moved, or there twice */
	AUDITLOG_CHAIN,	    /* `previous` is not the hash before */
	AUDITLOG_HASH_WRONG, /* content and hash differ */
	AUDITLOG_SHORT,	    /* fewer records than the head says */
	AUDITLOG_OTHER,	    /* the head's record has another hash */
};
struct auditlog_report {
	enum auditlog_fault fault;
	uint64_t line; /* of the fault, from 1 */
	uint64_t records; /* good ones before it */
	struct auditlog_head head; /* of the last good record */
};
/* A sentence without an end: "record 7 was changed". */
const char *auditlog_fault_text(enum auditlog_fault fault);
/*
 * Check a file. `head` may be NULL. OK means that it could be read; the
 * report says what it is worth.
 */
enum status auditlog_verify(const char *path,
	const struct auditlog_head *head, struct auditlog_report *out,
	struct error *err) MUST_USE;

#endif
