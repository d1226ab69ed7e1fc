/*
 * ignore: patterns as .gitignore has them, matched with paths. Also what
 * settings name paths with (suppress/). Frozen once made; any thread.
 */
#ifndef STANCH_SOURCE_IGNORE_H
#define STANCH_SOURCE_IGNORE_H

#include "base/bytes.h"

enum source_verdict { VERDICT_NONE, VERDICT_KEEP, VERDICT_IGNORE };
enum source_kind { KIND_FILE, KIND_DIRECTORY, KIND_LINK, KIND_OTHER };

struct source_ignore;
/* NULL when over a limit or out of memory. Frozen once made. */
struct source_ignore *source_ignore_new(bytes text);
void source_ignore_free(struct source_ignore *ignore);
size_t source_ignore_memory(const struct source_ignore *ignore);
/* path is relative to the directory of the file; the last match decides. */
enum source_verdict source_ignore_match(const struct source_ignore *ignore,
	bytes path, enum source_kind kind);

#endif
