/* Shared inside auditlog/ only: the form of one record, and reading many. */
#ifndef STANCH_AUDITLOG_INTERNAL_H
#define STANCH_AUDITLOG_INTERNAL_H

#include "auditlog/auditlog.h"
#include "base/buf.h"

/* frame.c */
/* Append the line of the record after `head` to `line`, and step the head. */
void auditlog_frame(struct buf *line, struct auditlog_head *head, bytes body);
/*
 * Check a line (without line feed) against the head before it. On
 * AUDITLOG_WHOLE *record is set and the head stepped.
 */
enum auditlog_fault auditlog_unframe(bytes line, struct auditlog_head *head,
	struct auditlog_record *record);

/* read.c */
/* Where reading stands: behind the last good record. */
struct auditlog_place {
	uint64_t offset; /* bytes */
	struct auditlog_head head;
};
/*
 * Read records from `place` to the end of the file, and move it. A fault is
 * told by *fault and stops; AUDITLOG_CUT leaves the place before the cut
 * line. Only what reading itself meets, or the visitor says, is an error.
 */
enum status auditlog_read_from(int fd, const char *path,
	struct auditlog_place *place, auditlog_visit *visit, void *context,
	enum auditlog_fault *fault, struct error *err) MUST_USE;

#endif
