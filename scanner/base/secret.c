#include "base/secret.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/banned.h"

void secret_guard_process(void)
{
	struct rlimit none = {0, 0};

	/* Each is best effort: a refusal leaves us no worse off. */
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)umask(077);
}

void secret_wipe(void *at, size_t n)
{
	explicit_bzero(at, n);
}
