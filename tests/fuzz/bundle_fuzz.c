/* A git bundle of any bytes. */
#include "bundle/bundle.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const struct bundle_options options = {.is_stopped = NULL};
	int fd = memfd_create("bundle", MFD_CLOEXEC);
	struct bundle *bundle = NULL;
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		exit(2);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (size && bundle_open(&bundle, path, &options, NULL) == OK) {
		assert(bundle_repo(bundle) != NULL);
		assert(pack_store_count(bundle_store(bundle)) < size);
	}
	bundle_close(bundle);
	(void)close(fd);
	return 0;
}
