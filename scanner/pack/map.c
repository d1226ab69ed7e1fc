#include "pack/internal.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

/*
 * O_NONBLOCK: a FIFO planted under an object's name must not hang the run
 * (git's own cat-file does); fstat on the opened file, not on its name.
 */
enum pack_problem pack_map_open(struct pack_map *map, int directory,
	const char *name)
{
	int fd = openat(directory, name,
		O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	enum pack_problem result = PACK_UNREADABLE;
	struct stat st;
	void *at;

	*map = (struct pack_map){NULL, 0};
	if (fd < 0)
		return PACK_UNREADABLE;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < 0)
		goto out;
	result = PACK_FINE;
	if (st.st_size == 0)
		goto out;
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		result = PACK_MEMORY;
	else
		*map = (struct pack_map){at, (size_t)st.st_size};
out:
	close(fd);
	return result;
}

void pack_map_close(struct pack_map *map)
{
	/* munmap takes a plain pointer, and the mapping is ours. */
	if (map->at)
		munmap((void *)(uintptr_t)map->at, map->n);
	*map = (struct pack_map){NULL, 0};
}
