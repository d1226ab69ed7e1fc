/* write: answers as frames. net/client.c reads them. */
#include "net/helper/internal.h"

#include "base/banned.h"

/* The header lines that were received, as name and value. */
static uint32_t write_headers(struct buf *out, bytes head, bool count_only)
{
	bytes line, name, value;
	uint32_t n = 0;

	while (head.n > 0) {
		bytes_cut(head, '\n', &line, &head);
		if (!bytes_cut(line, ':', &name, &value) || name.n == 0)
			continue;
		n++;
		if (count_only)
			continue;
		frame_put_bytes(out, bytes_trim(name));
		frame_put_bytes(out, bytes_trim(value));
	}
	return n;
}

void write_answer(struct buf *out, const struct job *job,
	const struct outcome *outcome)
{
	size_t begun = frame_begin(out, FRAME_ANSWER);
	bool answered = outcome->result == NET_ANSWERED;
	bytes head = answered ? buf_bytes(&job->head) : bytes_of(NULL, 0);

	frame_put_u64(out, job->id);
	frame_put_u32(out, (uint32_t)outcome->result);
	frame_put_u32(out, outcome->sent);
	frame_put_u32(out, (uint32_t)outcome->status);
	frame_put_u32(out, job->cut);
	frame_put_u32(out, job->tried);
	frame_put_u32(out, outcome->retry_after);
	frame_put_u32(out, outcome->milliseconds);
	frame_put_bytes(out,
		bytes_of(outcome->text, strlen(outcome->text) + 1));
	frame_put_u32(out, write_headers(out, head, true));
	write_headers(out, head, false);
	frame_put_bytes(out,
		answered ? buf_bytes(&job->answer) : bytes_of(NULL, 0));
	frame_end(out, begun);
}
