/*
 * In the static program nothing is loaded: a library that were loaded into it
 * would need the very C library that it was linked with. So these stand in
 * for the C library's, and say so; who calls them reports what is then not
 * scanned, as where the library is not installed.
 */
#include <dlfcn.h>
#include <stddef.h>

void *dlopen(const char *file, int mode)
{
	(void)file;
	(void)mode;
	return NULL;
}

void *dlsym(void *restrict handle, const char *restrict name)
{
	(void)handle;
	(void)name;
	return NULL;
}

int dlclose(void *handle)
{
	(void)handle;
	return 0;
}

char *dlerror(void)
{
	static char text[] = "this is the static program, which loads nothing";

	return text;
}
