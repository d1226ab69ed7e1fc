/*
 * head: "# v2 git bundle", then in version 3 "@<capability>" lines, then
 * "-<name> <comment>" for what must be there already, then "<name> <ref>",
 * then an empty line and the pack.
 */
#include "bundle/internal.h"

#include <stdlib.h>

#include "base/banned.h"

#define REFS_MAX ((size_t)1 << 20)

static enum status broken(struct error *err, const char *what)
{
	return error_set(err, ERR_FORMAT, "open bundle: %s", what);
}

/* What a version 3 asks of its reader. A filter only says that objects are
 * left out on purpose; that they are missing is seen anyway. */
static enum status read_capability(struct bundle *b, bytes line,
	struct error *err)
{
	if (bytes_equal(line, bytes_text("@object-format=sha1")))
		b->repo->id_size = 20;
	else if (bytes_equal(line, bytes_text("@object-format=sha256")))
		b->repo->id_size = 32;
	else if (bytes_starts(line, bytes_text("@filter=")))
		b->repo->is_partial = true;
	else
		return error_set(err, ERR_UNSUPPORTED,
			"open bundle: it asks for %.*s, which is not known",
			(int)(line.n < 60 ? line.n : 60),
			(const char *)line.at);
	return OK;
}

static enum status add_ref(struct repo *r, bytes name,
	const unsigned char *id, struct error *err)
{
	struct repo_ref *refs = r->refs;

	if (r->ref_count >= REFS_MAX)
		return broken(err, "too many refs");
	if ((r->ref_count & (r->ref_count - 1)) == 0)
		refs = reallocarray(refs, r->ref_count ? r->ref_count * 2 : 1,
			sizeof(*refs));
	if (refs == NULL)
		return error_set(err, ERR_MEMORY, "open bundle");
	r->refs = refs;
	refs[r->ref_count] = (struct repo_ref){
		.name = strndup((const char *)name.at, name.n)};
	if (refs[r->ref_count].name == NULL)
		return error_set(err, ERR_MEMORY, "open bundle");
	memcpy(refs[r->ref_count++].id, id, REPO_ID_MAX);
	return OK;
}

static enum status read_line(struct bundle *b, bytes line, struct error *err)
{
	unsigned char id[REPO_ID_MAX];
	bytes name, rest;

	if (line.at[0] == '@')
		return read_capability(b, line, err);
	/* Which objects are not here shows in what names them. */
	if (line.at[0] == '-')
		return OK;
	if (bytes_cut(line, ' ', &name, &rest) && rest.n &&
		name.n == 2 * b->repo->id_size && repo_parse_name(name, id))
		return add_ref(b->repo, rest, id, err);
	b->repo->broken_refs++;
	return OK;
}

/* HEAD first, as in any repository. */
static int by_name(const void *a, const void *b)
{
	const struct repo_ref *x = a, *y = b;
	int head = (strcmp(y->name, "HEAD") == 0) -
		   (strcmp(x->name, "HEAD") == 0);

	return head ? head : strcmp(x->name, y->name);
}

enum status bundle_read_head(struct bundle *b, struct error *err)
{
	struct repo *r = b->repo;
	enum status status = OK;
	bytes line, rest;

	r->id_size = 20;
	if (!bytes_cut(b->file, '\n', &line, &rest))
		return broken(err, "its head has no end");
	while (status == OK) {
		if (!bytes_cut(rest, '\n', &line, &rest))
			return broken(err, "its head has no end");
		if (line.n == 0)
			break;
		status = read_line(b, line, err);
	}
	b->pack = rest;
	if (r->ref_count)
		qsort(r->refs, r->ref_count, sizeof(*r->refs), by_name);
	return status;
}
