#include "place/place.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/banned.h"

static bool is_within(const char *path, const char *directory)
{
	const size_t n = strlen(directory);

	return strncmp(path, directory, n) == 0 &&
	       (path[n] == '/' || path[n] == '\0');
}

/* Cut to the nearest directory above, itself included, that holds .git; a
 * link that leads nowhere is one, too. */
static bool find_repository(char path[PATH_MAX])
{
	char git[PATH_MAX + 8];
	struct stat st;

	for (;;) {
		char *slash;

		snprintf(git, sizeof(git), "%s/.git", path);
		if (lstat(git, &st) == 0)
			return true;
		slash = strrchr(path, '/');
		if (slash == NULL || slash == path)
			return false;
		*slash = '\0';
	}
}

enum place place_of(const char *file, const char *target)
{
	char path[PATH_MAX], place[PATH_MAX];

	if (realpath(file, path) == NULL || realpath(target, place) == NULL)
		return PLACE_APART;
	if (strcmp(place, "/") == 0)
		return PLACE_ROOT;
	if (is_within(path, place))
		return PLACE_SCANNED;
	return find_repository(place) && is_within(path, place) ?
		PLACE_SCANNED : PLACE_APART;
}
