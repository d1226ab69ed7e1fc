#include "revision/module/internal.h"

#include <git2/sys/repository.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

void module_say(char text[REVISION_TEXT])
{
	const git_error *last = git_error_last();

	snprintf(text, REVISION_TEXT, "%s",
		last && last->message ? last->message : "no reason given");
}

/* No config of the system or user is read, on any path. */
static void close_search_paths(void)
{
	static const int levels[] = {GIT_CONFIG_LEVEL_PROGRAMDATA,
		GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
		GIT_CONFIG_LEVEL_GLOBAL};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
}

static int open_repository(struct module_opened *opened)
{
	git_config *config = NULL;
	git_odb *odb = NULL;
	int error = module_odb_new(&odb, opened->host);

	if (error == 0)
		error = git_repository_wrap_odb(&opened->repository, odb);
	if (error == 0)
		error = git_config_new(&config);
	if (error == 0)
		error = git_repository_set_config(opened->repository, config);
	if (error == 0)
		error = module_refdb_set(opened->repository, opened->host);
	git_config_free(config);
	git_odb_free(odb);
	return error;
}

static void module_close(void *at)
{
	struct module_opened *opened = at;

	git_repository_free(opened->repository);
	free(opened);
	git_libgit2_shutdown();
}

static void *module_open(const struct revision_host *host,
	char text[REVISION_TEXT])
{
	struct module_opened *opened = calloc(1, sizeof(*opened));

	if (opened == NULL) {
		snprintf(text, REVISION_TEXT, "no memory");
		return NULL;
	}
	opened->host = host;
	git_libgit2_init();
	close_search_paths();
	/* Objects come from pack/, and a commit at the edge of a shallow
	 * clone is given without the parents that are not there. */
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	if (open_repository(opened) != 0) {
		module_say(text);
		module_close(opened);
		return NULL;
	}
	return opened;
}

static enum revision_result clone_alone(const struct revision_clone *clone,
	char text[REVISION_TEXT])
{
	enum revision_result result;

	git_libgit2_init();
	close_search_paths();
	result = module_clone(clone, text);
	git_libgit2_shutdown();
	return result;
}

/* As it was loaded, which need not be what it was built with. */
static void module_library(char text[REVISION_TEXT])
{
	int major, minor, revision;

	git_libgit2_version(&major, &minor, &revision);
	snprintf(text, REVISION_TEXT, "%d.%d.%d", major, minor, revision);
}

__attribute__((visibility("default")))
extern const struct revision_module stanch_git_module;

const struct revision_module stanch_git_module = {
	.version = REVISION_MODULE_VERSION,
	.library = module_library,
	.open = module_open,
	.close = module_close,
	.range = module_range,
	.clone = clone_alone,
};
