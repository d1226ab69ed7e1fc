/*
 * An audit log, of any bytes: each line is the next record or a fault, and
 * after a fault nothing counts. What is a record of its own is framed, read
 * as the same, and found when any byte of it is another. A line's members are
 * read as respond/ reads them.
 */
#include "auditlog/internal.h"
#include "respond/internal.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void read_lines(bytes text)
{
	struct auditlog_head head = {0}, before;
	struct respond_knowns *knowns = respond_knowns_new();
	struct auditlog_record record;
	struct error err = {.code = OK};
	bytes line;

	assert(knowns != NULL);
	while (bytes_cut(text, '\n', &line, &text)) {
		before = head;
		if (auditlog_unframe(line, &head, &record) != AUDITLOG_WHOLE) {
			assert(memcmp(&before, &head, sizeof(head)) == 0);
			break;
		}
		assert(head.sequence == before.sequence + 1);
		assert(record.body.n < line.n);
		(void)respond_knowns_visit(knowns, &record, &err);
	}
	respond_knowns_free(knowns);
}

/* A body of one line, framed; one byte of it changed. */
static void frame(bytes body, size_t at, unsigned char by)
{
	struct auditlog_head head = {0}, read = {0};
	struct auditlog_record record;
	struct respond_knowns *knowns;
	struct error err = {.code = OK};
	struct buf line;

	if (bytes_find_byte(body, '\n') != BYTES_NONE)
		return;
	buf_init(&line, (size_t)1 << 20);
	auditlog_frame(&line, &head, body);
	if (line.failed || line.n == 0) {
		buf_release(&line);
		return;
	}
	line.n--; /* its line feed */
	assert(auditlog_unframe(buf_bytes(&line), &read, &record) ==
		AUDITLOG_WHOLE);
	assert(memcmp(&read, &head, sizeof(head)) == 0);
	assert(bytes_equal(record.body, body));
	knowns = respond_knowns_new();
	assert(knowns != NULL);
	(void)respond_knowns_visit(knowns, &record, &err);
	respond_knowns_free(knowns);
	if (by != 0) {
		memset(&read, 0, sizeof(read));
		line.at[at % line.n] ^= by;
		assert(auditlog_unframe(buf_bytes(&line), &read, &record) !=
			AUDITLOG_WHOLE);
	}
	buf_release(&line);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	if (size < 4)
		return 0;
	if (data[0] & 1)
		read_lines(bytes_of(data + 4, size - 4));
	else
		frame(bytes_of(data + 4, size - 4),
			(size_t)(data[1] << 8 | data[2]), data[3]);
	return 0;
}
