/*
 * Reading many records: from a place in the file to its end, a block at a
 * time, each line checked against the one before.
 */
#include "auditlog/internal.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/banned.h"

#define BLOCK ((size_t)64 << 10)

struct reader {
	struct auditlog_place *place;
	auditlog_visit *visit;
	void *context;
	struct buf held; /* the start of a line whose end is not read yet */
};

/* Check and tell the whole lines that are held; keep the rest. */
static enum status take_lines(struct reader *r, enum auditlog_fault *fault,
	struct error *err)
{
	bytes rest = buf_bytes(&r->held), line;
	enum status status = OK;

	while (status == OK && *fault == AUDITLOG_WHOLE &&
		bytes_find_byte(rest, '\n') != BYTES_NONE) {
		struct auditlog_record record;
		bytes after;

		bytes_cut(rest, '\n', &line, &after);
		*fault = auditlog_unframe(line, &r->place->head, &record);
		if (*fault != AUDITLOG_WHOLE)
			break;
		r->place->offset += line.n + 1;
		rest = after;
		if (r->visit)
			status = r->visit(r->context, &record, err);
	}
	memmove(r->held.at, rest.at, rest.n);
	r->held.n = rest.n;
	return status;
}

static enum status read_all(struct reader *r, int fd, const char *path,
	enum auditlog_fault *fault, struct error *err)
{
	uint64_t offset = r->place->offset;
	enum status status = OK;

	while (status == OK && *fault == AUDITLOG_WHOLE) {
		ssize_t n;

		if (!buf_reserve(&r->held, BLOCK)) {
			/* no line of ours is that long */
			*fault = AUDITLOG_NO_RECORD;
			break;
		}
		n = pread(fd, r->held.at + r->held.n, BLOCK, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set_errno(err, ERR_IO,
				"read the audit log %.300s", path);
		if (n == 0)
			break;
		r->held.n += (size_t)n;
		offset += (uint64_t)n;
		status = take_lines(r, fault, err);
	}
	if (status == OK && *fault == AUDITLOG_WHOLE && r->held.n)
		*fault = AUDITLOG_CUT;
	return status;
}

enum status auditlog_read_from(int fd, const char *path,
	struct auditlog_place *place, auditlog_visit *visit, void *context,
	enum auditlog_fault *fault, struct error *err)
{
	struct reader r = {place, visit, context, {0}};
	enum status status;

	*fault = AUDITLOG_WHOLE;
	buf_init(&r.held, LIMIT_AUDIT_RECORD + BLOCK);
	status = read_all(&r, fd, path, fault, err);
	buf_release(&r.held);
	return status;
}

static enum status open_for_reading(const char *path, int *out,
	struct error *err)
{
	*out = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*out < 0)
		return error_set_errno(err, ERR_IO, "open the audit log %.300s",
			path);
	return OK;
}

const char *auditlog_fault_text(enum auditlog_fault fault)
{
	static const char *const texts[] = {
		[AUDITLOG_WHOLE] = "whole",
		[AUDITLOG_NO_RECORD] = "no record of an audit log",
		[AUDITLOG_CUT] = "cut short",
		[AUDITLOG_LENGTH] = "not as long as it says",
		[AUDITLOG_SEQUENCE] =
			"out of order: a record is missing, moved or copied",
		[AUDITLOG_CHAIN] = "not what followed the record before it",
		[AUDITLOG_HASH_WRONG] = "changed: its hash is another",
		[AUDITLOG_SHORT] = "missing: the log ends before the head",
		[AUDITLOG_OTHER] = "not the record of the head",
	};

	return texts[fault];
}

enum status auditlog_read(const char *path, auditlog_visit *visit,
	void *context, struct error *err)
{
	struct auditlog_place place = {0};
	enum auditlog_fault fault;
	enum status status;
	int fd;

	status = open_for_reading(path, &fd, err);
	if (status)
		return status;
	status = auditlog_read_from(fd, path, &place, visit, context, &fault,
		err);
	close(fd);
	if (status == OK && fault != AUDITLOG_WHOLE)
		status = error_set(err, ERR_FORMAT, "read the audit log "
			"%.250s: record %llu is %s; see `stanch log verify`",
			path, (unsigned long long)place.head.sequence + 1,
			auditlog_fault_text(fault));
	return status;
}

/* Notes the head that was asked for when reading passes it. */
struct looking {
	const struct auditlog_head *for_head;
	bool is_other;
};

static enum status look(void *context, const struct auditlog_record *record,
	struct error *err)
{
	struct looking *l = context;

	(void)err;
	if (l->for_head && record->sequence == l->for_head->sequence)
		l->is_other = !bytes_equal(record->hash,
			bytes_text(l->for_head->hash));
	return OK;
}

enum status auditlog_verify(const char *path,
	const struct auditlog_head *head, struct auditlog_report *out,
	struct error *err)
{
	struct auditlog_place place = {0};
	struct looking looking = {head, false};
	enum auditlog_fault fault;
	enum status status;
	int fd;

	status = open_for_reading(path, &fd, err);
	if (status)
		return status;
	status = auditlog_read_from(fd, path, &place, look, &looking, &fault,
		err);
	close(fd);
	if (status)
		return status;
	*out = (struct auditlog_report){
		.fault = fault,
		.line = place.head.sequence + 1,
		.records = place.head.sequence,
		.head = place.head,
	};
	if (looking.is_other && fault == AUDITLOG_WHOLE) {
		out->fault = AUDITLOG_OTHER;
		out->line = head->sequence;
	} else if (fault == AUDITLOG_WHOLE && head &&
		head->sequence > place.head.sequence) {
		out->fault = AUDITLOG_SHORT;
	}
	return OK;
}
