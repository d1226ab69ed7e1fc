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

struct revision {
	const struct repo *repo;
	struct pack_store *store;
	struct pack_worker *reader;
	size_t id_size;
	uint64_t missing;
	/* libgit2, once it is needed */
	const struct revision_module *module;
	struct revision_host host;
	void *opened;
};

bool revision_list_add(unsigned char **at, size_t *count,
	const unsigned char *id, size_t id_size);

/* name.c: what an expression names: an object, not peeled. */
enum revision_name {
	NAME_RESOLVED,
	NAME_UNKNOWN,  /* of a form that is known, and names nothing */
	NAME_TOO_RICH, /* of a form that libgit2 may know */
	NAME_AMBIGUOUS,
};
enum revision_name revision_resolve(struct revision *r, bytes expression,
	unsigned char id[PACK_ID_MAX]);
/* Through tags to a commit; each tag is told to `tags`, if there. */
bool revision_peel(struct revision *r, unsigned char id[PACK_ID_MAX],
	struct revision_list *tags);
/* What walks need of a commit. */
struct revision_commit {
	int64_t time; /* the committer's */
	bytes parents; /* "parent <hex>\n" lines */
};
bool revision_commit_read(struct revision *r, const unsigned char *id,
	struct revision_commit *out);
/* The name in the first line, which is cut off. */
bool revision_parent_next(const struct revision *r, bytes *parents,
	unsigned char id[PACK_ID_MAX]);

/* walk.c: what one of `to` reaches and none of `from` does, or what just one
 * side does. Names one after another. */
struct revision_walk {
	const unsigned char *to, *from;
	size_t to_count, from_count;
	bool is_symmetric;
	const char *hides_refs; /* refs that begin so are as `from`; or NULL */
};
enum status revision_walk_range(struct revision *r,
	const struct revision_walk *walk, struct revision_list *out,
	struct error *err) MUST_USE;
enum status revision_walk_since(struct revision *r, int64_t since,
	struct revision_list *out, struct error *err) MUST_USE;

/* remove.c: a directory and all in it; true when it is gone. */
bool revision_remove(const char *directory);

#endif
