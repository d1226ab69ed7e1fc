#include "nursery/wire.h"

#include <errno.h>
#include <unistd.h>

#include "base/banned.h"

bool wire_write(int fd, bytes data)
{
	while (data.n) {
		ssize_t n = write(fd, data.at, data.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data = bytes_drop(data, (size_t)n);
	}
	return true;
}

bool wire_read(int fd, struct buf *in, enum wire_kind *kind,
	struct buf *fields)
{
	for (;;) {
		enum frame_kind got;
		bytes content;
		size_t n = frame_cut(buf_bytes(in), &got, &content);
		ssize_t more;

		if (n == BYTES_NONE)
			return false;
		if (n > 0) {
			*kind = (enum wire_kind)got;
			buf_put(fields, content);
			memmove(in->at, in->at + n, in->n - n);
			in->n -= n;
			return !fields->failed;
		}
		if (!buf_reserve(in, 65536))
			return false;
		more = read(fd, in->at + in->n, 65536);
		if (more < 0 && errno == EINTR)
			continue;
		if (more <= 0)
			return false;
		in->n += (size_t)more;
	}
}
