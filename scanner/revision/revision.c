#include "revision/internal.h"

#include <stdlib.h>

#include "base/banned.h"

struct revision {
	const struct revision_module *module;
	struct revision_host host;
	const struct repo *repo;
	struct pack_store *store;
	struct pack_worker *reader;
	void *opened;
};

/* ---- what the module asks ----------------------------------------------- */

static enum revision_found host_read(void *context, const unsigned char *id,
	int *type, const void **data, size_t *n)
{
	struct revision *r = context;
	enum pack_problem problem;
	enum pack_type kind;
	bytes content;

	switch (pack_read(r->reader, id, &kind, &content, &problem, NULL)) {
	case OK:
		*type = (int)kind;
		*data = content.at;
		*n = content.n;
		return REVISION_FOUND;
	case ERR_NOT_FOUND:
		return REVISION_ABSENT;
	default:
		return REVISION_BROKEN;
	}
}

static enum revision_found host_find(void *context,
	const unsigned char *prefix, size_t digits,
	unsigned char id[REVISION_ID])
{
	struct revision *r = context;
	unsigned char found[PACK_ID_MAX];

	if (digits == REVISION_ID * 2) {
		memcpy(id, prefix, REVISION_ID);
		return pack_store_has(r->store, prefix) ? REVISION_FOUND
							: REVISION_ABSENT;
	}
	switch (pack_store_find_prefix(r->store, prefix, digits, found,
		NULL)) {
	case OK:
		memcpy(id, found, REVISION_ID);
		return REVISION_FOUND;
	case ERR_USAGE:
		return REVISION_AMBIGUOUS;
	default:
		return REVISION_ABSENT;
	}
}

static const char *host_ref(void *context, size_t i, const unsigned char **id)
{
	static const unsigned char none[REPO_ID_MAX];
	const struct repo_ref *ref =
		&((struct revision *)context)->repo->refs[i];

	*id = memcmp(ref->id, none, sizeof(none)) ? ref->id : NULL;
	return ref->name;
}

/* ---- lists -------------------------------------------------------------- */

static bool append(unsigned char **at, size_t *count, const unsigned char *id)
{
	unsigned char *made = *at;

	if ((*count & (*count - 1)) == 0)
		made = reallocarray(*at, *count ? *count * 2 : 1, REVISION_ID);
	if (made == NULL)
		return false;
	*at = made;
	memcpy(made + *count * REVISION_ID, id, REVISION_ID);
	++*count;
	return true;
}

static bool on_commit(void *context, const unsigned char *id)
{
	struct revision_list *list = context;

	return append(&list->commits, &list->commit_count, id);
}

static bool on_tag(void *context, const unsigned char *id)
{
	struct revision_list *list = context;

	return append(&list->tags, &list->tag_count, id);
}

void revision_list_release(struct revision_list *list)
{
	free(list->commits);
	free(list->tags);
	*list = (struct revision_list){.commits = NULL};
}

/* ---- asking ------------------------------------------------------------- */

enum status revision_open(struct revision **out, const struct repo *repo,
	struct pack_store *store, struct error *err)
{
	struct revision *r;
	char text[REVISION_TEXT];
	enum status status;

	if (repo->id_size != REVISION_ID)
		return error_set(err, ERR_UNSUPPORTED,
			"read a range: not supported in a SHA-256 repository "
			"(libgit2 cannot walk one); scan it whole");
	r = calloc(1, sizeof(*r));
	if (r)
		r->reader = pack_worker_new(store);
	if (r == NULL || r->reader == NULL) {
		revision_close(r);
		return error_set(err, ERR_MEMORY, "read a range: no memory");
	}
	r->repo = repo;
	r->store = store;
	r->host = (struct revision_host){
		.context = r,
		.read = host_read,
		.find = host_find,
		.hides_refs = repo->is_receiving,
		.ref_count = repo->ref_count,
		.ref = host_ref,
	};
	status = revision_module_load(&r->module, err);
	if (status == OK) {
		r->opened = r->module->open(&r->host, text);
		if (r->opened == NULL)
			status = error_set(err, ERR_IO,
				"read a range: libgit2: %s", text);
	}
	if (status != OK)
		revision_close(r);
	else
		*out = r;
	return status;
}

void revision_close(struct revision *r)
{
	if (r == NULL)
		return;
	if (r->opened)
		r->module->close(r->opened);
	pack_worker_free(r->reader);
	free(r);
}

static enum status told(struct revision *r, enum revision_result result,
	const char *what, const char *text, struct error *err)
{
	switch (result) {
	case REVISION_OK:
		return OK;
	case REVISION_NOT_A_RANGE:
		return error_set(err, ERR_USAGE,
			"read the range '%.100s': a range is A..B or A...B",
			what);
	case REVISION_UNKNOWN:
		return error_set(err, ERR_USAGE,
			"read the range '%.100s': %s%s", what, text,
			r->repo->is_shallow
				? "; the clone is shallow: git fetch "
				  "--unshallow"
				: "");
	case REVISION_STOPPED:
		return error_set(err, ERR_MEMORY,
			"read the range '%.100s': no memory", what);
	case REVISION_FAILED:
		break;
	}
	return error_set(err, ERR_FORMAT, "read the range '%.100s': %s", what,
		text);
}

enum status revision_range(struct revision *r, const char *expression,
	struct revision_list *out, struct error *err)
{
	struct revision_list list = {.commits = NULL};
	const struct revision_sink sink = {&list, on_commit, on_tag};
	char text[REVISION_TEXT];
	enum status status = told(r, r->module->range(r->opened, expression,
		&sink, text), expression, text, err);

	if (status != OK)
		revision_list_release(&list);
	else
		*out = list;
	return status;
}

enum status revision_since(struct revision *r, int64_t since,
	struct revision_list *out, struct error *err)
{
	struct revision_list list = {.commits = NULL};
	const struct revision_sink sink = {&list, on_commit, on_tag};
	char text[REVISION_TEXT];
	enum status status = told(r, r->module->since(r->opened, since, &sink,
		text), "--since", text, err);

	if (status != OK)
		revision_list_release(&list);
	else
		*out = list;
	return status;
}
