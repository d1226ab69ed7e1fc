#include "revision/internal.h"

#include "base/limits.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/banned.h"

/* libgit2 makes a few levels; refs' names make more. */
#define DEPTH_MAX 1000

static bool empty(int parent, const char *name, unsigned depth)
{
	int fd = openat(parent, name,
		O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	bool is_gone = true;

	if (dir == NULL || depth > DEPTH_MAX) {
		if (dir)
			closedir(dir);
		else if (fd >= 0)
			close(fd);
		return false;
	}
	while ((e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 ||
			strcmp(e->d_name, "..") == 0 ||
			unlinkat(fd, e->d_name, 0) == 0)
			continue;
		is_gone = empty(fd, e->d_name, depth + 1) &&
			  unlinkat(fd, e->d_name, AT_REMOVEDIR) == 0 &&
			  is_gone;
	}
	closedir(dir);
	return is_gone;
}

bool revision_remove(const char *directory)
{
	return empty(AT_FDCWD, directory, 0) && rmdir(directory) == 0;
}
