/*
 * What git's files say, of any bytes: a .gitignore (even first byte) put to
 * paths made of its own text, or a .git/index (odd).
 */
#include "source/internal.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void try_patterns(bytes text)
{
	struct source_ignore *ignore = source_ignore_new(text);
	bytes line, rest = text;

	for (int i = 0; ignore && rest.n && i < 20; i++) {
		bytes_cut(rest, '\n', &line, &rest);
		(void)source_ignore_match(ignore, line, KIND_FILE);
		(void)source_ignore_match(ignore, line, KIND_DIRECTORY);
	}
	source_ignore_free(ignore);
}

static void try_index(bytes file)
{
	struct source_index *index = source_index_new(file, NULL, NULL);

	for (size_t i = 0; index && i < source_index_count(index); i++) {
		bytes name = source_index_name(index, i);

		assert(name.n > 0);
		assert(source_index_has(index, name));
		(void)source_index_has_below(index, name);
	}
	source_index_free(index);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] & 1)
		try_index(bytes_of(data + 1, size - 1));
	else
		try_patterns(bytes_of(data + 1, size - 1));
	return 0;
}
