#include "repo/index_internal.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

static enum status map(bytes *out, int fd, const char *path,
	struct error *err)
{
	struct stat st;
	void *at;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return error_set(err, ERR_IO, "read %s: not a file", path);
	if (st.st_size == 0)
		return error_set(err, ERR_FORMAT, "read %s: it is empty", path);
	if ((uint64_t)st.st_size > LIMIT_GIT_INDEX)
		return error_set(err, ERR_LIMIT, "read %s: over %zu bytes",
			path, LIMIT_GIT_INDEX);
	/* Each entry is looked at: all pages at once cost less than a fault
	 * for every few. */
	at = mmap(NULL, (size_t)st.st_size, PROT_READ,
		MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (at == MAP_FAILED)
		return error_set_errno(err, ERR_MEMORY, "read %s", path);
	*out = bytes_of(at, (size_t)st.st_size);
	return OK;
}

enum status repo_index_map(bytes *out, const char *path, struct error *err)
{
	int fd = open(path,
		O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	enum status status;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return error_set(err, ERR_NOT_FOUND, "read %s: no such", path);
	if (fd < 0)
		return error_set_errno(err, ERR_IO, "read %s", path);
	status = map(out, fd, path, err);
	close(fd);
	return status;
}

void repo_index_unmap(bytes file)
{
	/* munmap takes a plain pointer, and the mapping is ours. */
	if (file.at)
		munmap((void *)(uintptr_t)file.at, file.n);
}

enum status repo_index_read(struct repo_index **out, const char *path,
	const char *git_dir, size_t id_size, struct error *err)
{
	struct repo_index *index = NULL;
	bytes file;
	enum status status = repo_index_map(&file, path, err);

	if (status != OK)
		return status;
	status = repo_index_open(&index, file, id_size, err);
	if (status != OK) {
		repo_index_unmap(file);
		return status;
	}
	index->map = file;
	if (index->link.n)
		status = repo_index_join(index, git_dir, err);
	if (status != OK)
		repo_index_free(index);
	else
		*out = index;
	return status;
}
