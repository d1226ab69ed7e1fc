#include "repo/internal.h"

#include "base/limits.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/banned.h"

/* An octopus of a thousand heads. */
#define MERGE_HEAD_MAX ((size_t)65 * 1000)

static enum status parse(const struct repo *r, bytes text,
	unsigned char **ids, size_t *count, struct error *err)
{
	unsigned char id[REPO_ID_MAX];
	size_t most = text.n / (r->id_size * 2) + 1, n = 0;
	unsigned char *all = calloc(most, r->id_size);
	bytes line;

	if (all == NULL)
		return error_set(err, ERR_MEMORY, "read MERGE_HEAD");
	while (text.n && n < most) {
		bytes_cut(text, '\n', &line, &text);
		line = bytes_trim(line);
		if (line.n == r->id_size * 2 && repo_parse_name(line, id))
			memcpy(all + n++ * r->id_size, id, r->id_size);
	}
	*ids = all;
	*count = n;
	return OK;
}

enum status repo_read_merge_heads(const struct repo *r, unsigned char **ids,
	size_t *count, struct error *err)
{
	char *path = repo_join(r->git_dir, "MERGE_HEAD");
	struct buf text = {.max = 0};
	enum status status;

	if (path == NULL)
		return error_set(err, ERR_MEMORY, "read MERGE_HEAD");
	status = repo_read_file(AT_FDCWD, path, MERGE_HEAD_MAX, &text, err);
	if (status == OK)
		status = parse(r, buf_bytes(&text), ids, count, err);
	else if (status == ERR_NOT_FOUND)
		status = OK;
	buf_release(&text);
	free(path);
	return status;
}
