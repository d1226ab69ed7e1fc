/*
 * internal: what revision/'s files share.
 */
#ifndef STANCH_REVISION_INTERNAL_H
#define STANCH_REVISION_INTERNAL_H

#include "revision/module.h"
#include "revision/revision.h"

/* Load the module: beside the program, or in ../lib/stanch. It stays. */
enum status revision_module_load(const struct revision_module **out,
	struct error *err) MUST_USE;

/* credentials.c: as the module asks for them; context is not used. */
bool revision_credentials(void *context, const char *url,
	const char *user_in_url, char *user, char *password, size_t n);

/* remove.c: a directory and all in it; true when it is gone. */
bool revision_remove(const char *directory);

#endif
