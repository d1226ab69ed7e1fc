#include "revision/internal.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/banned.h"

#define MODULE_FILE "stanch-git.so"

/* Absolute paths only: nothing in the environment chooses what is loaded. */
static void *open_beside(const char *where)
{
	char program[PATH_MAX], path[PATH_MAX + 64];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;

	if (n <= 0)
		return NULL;
	program[n] = '\0';
	slash = strrchr(program, '/');
	if (slash == NULL)
		return NULL;
	*slash = '\0';
	snprintf(path, sizeof(path), "%s/%s" MODULE_FILE, program, where);
	if (access(path, R_OK) != 0)
		return NULL;
	return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

enum status revision_module_load(const struct revision_module **out,
	struct error *err)
{
	void *file = open_beside("");
	const struct revision_module *module;
	const char *why;

	if (file == NULL)
		file = open_beside("../lib/stanch/");
	if (file == NULL) {
		why = dlerror();
		return error_set(err, ERR_UNSUPPORTED,
			"load " MODULE_FILE ": %s; ranges and URLs need it "
			"and libgit2", why ? why : "it is not installed");
	}
	module = dlsym(file, REVISION_MODULE_SYMBOL);
	if (module == NULL || module->version != REVISION_MODULE_VERSION)
		return error_set(err, ERR_UNSUPPORTED,
			"load " MODULE_FILE ": it is of another version");
	*out = module;
	return OK;
}

enum status revision_library(char text[REVISION_LIBRARY], struct error *err)
{
	const struct revision_module *module;
	enum status status = revision_module_load(&module, err);

	if (status == OK)
		module->library(text);
	return status;
}
