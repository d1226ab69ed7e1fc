/*
 * place: is a file a part of what is scanned? By real paths: neither links
 * nor "..", neither a target inside a repository nor its git directory hide
 * it.
 */
#include "network/internal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/banned.h"

static bool is_within(const char *path, const char *directory)
{
	size_t n = strlen(directory);

	if (strcmp(directory, "/") == 0)
		return false; /* all is in it: nothing could be configured */
	return strncmp(path, directory, n) == 0 &&
	       (path[n] == '/' || path[n] == '\0');
}

/* Cut to the nearest directory above, itself included, that holds .git. */
static bool find_repository(char path[PATH_MAX])
{
	char git[PATH_MAX + 8];

	for (;;) {
		char *slash;

		snprintf(git, sizeof(git), "%s/.git", path);
		if (access(git, F_OK) == 0)
			return true;
		slash = strrchr(path, '/');
		if (slash == NULL || slash == path)
			return false;
		*slash = '\0';
	}
}

bool network_is_scanned(const char *path, const char *target)
{
	char file[PATH_MAX], place[PATH_MAX];

	if (realpath(path, file) == NULL || realpath(target, place) == NULL)
		return false;
	if (is_within(file, place))
		return true;
	return find_repository(place) && is_within(file, place);
}
