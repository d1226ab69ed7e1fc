#include "revision/internal.h"

#include <stdlib.h>

#include "base/banned.h"

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

bool revision_list_add(unsigned char **at, size_t *count,
	const unsigned char *id, size_t id_size)
{
	unsigned char *made = *at;

	if ((*count & (*count - 1)) == 0)
		made = reallocarray(*at, *count ? *count * 2 : 1, id_size);
	if (made == NULL)
		return false;
	*at = made;
	memcpy(made + *count * id_size, id, id_size);
	++*count;
	return true;
}

static bool on_commit(void *context, const unsigned char *id)
{
	struct revision_list *list = context;

	return revision_list_add(&list->commits, &list->commit_count, id,
		REVISION_ID);
}

static bool on_tag(void *context, const unsigned char *id)
{
	struct revision_list *list = context;

	return revision_list_add(&list->tags, &list->tag_count, id,
		REVISION_ID);
}

void revision_list_release(struct revision_list *list)
{
	free(list->commits);
	free(list->tags);
	free(list->others);
	*list = (struct revision_list){.commits = NULL};
}

/* ---- libgit2 ------------------------------------------------------------ */

static enum status open_library(struct revision *r, struct error *err)
{
	char text[REVISION_TEXT];
	enum status status;

	if (r->opened)
		return OK;
	if (r->id_size != REVISION_ID)
		return error_set(err, ERR_UNSUPPORTED,
			"read a range: such expressions are not supported in "
			"a SHA-256 repository (libgit2 cannot read one); "
			"write names of refs or commits");
	status = revision_module_load(&r->module, err);
	if (status != OK)
		return status;
	r->opened = r->module->open(&r->host, text);
	if (r->opened == NULL)
		return error_set(err, ERR_IO, "read a range: libgit2: %s",
			text);
	return OK;
}

static const char *hint(const struct revision *r)
{
	return r->repo->is_shallow ? "; the clone is shallow: git fetch "
				     "--unshallow"
				   : "";
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
			"read the range '%.100s': %s%s", what, text, hint(r));
	case REVISION_STOPPED:
		return error_set(err, ERR_MEMORY,
			"read the range '%.100s': no memory", what);
	case REVISION_FAILED:
		break;
	}
	return error_set(err, ERR_FORMAT, "read the range '%.100s': %s", what,
		text);
}

enum status revision_range_library(struct revision *r, const char *expression,
	struct revision_list *out, struct error *err)
{
	struct revision_list list = {.commits = NULL};
	const struct revision_sink sink = {&list, on_commit, on_tag};
	char text[REVISION_TEXT];
	enum status status = open_library(r, err);

	if (status == OK)
		status = told(r, r->module->range(r->opened, expression,
			&sink, text), expression, text, err);
	if (status != OK)
		revision_list_release(&list);
	else
		*out = list;
	return status;
}

/* ---- asking ------------------------------------------------------------- */

enum status revision_open(struct revision **out, const struct repo *repo,
	struct pack_store *store, struct error *err)
{
	struct revision *r = calloc(1, sizeof(*r));

	if (r)
		r->reader = pack_worker_new(store);
	if (r == NULL || r->reader == NULL) {
		free(r);
		return error_set(err, ERR_MEMORY, "read a range: no memory");
	}
	r->repo = repo;
	r->store = store;
	r->id_size = repo->id_size;
	r->host = (struct revision_host){
		.context = r,
		.read = host_read,
		.find = host_find,
		.ref_count = repo->ref_count,
		.ref = host_ref,
	};
	*out = r;
	return OK;
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

uint64_t revision_missing(const struct revision *r)
{
	return r->missing;
}

/* As hooks write "there was nothing before". */
static bool is_zero(const struct revision *r, bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.at[i] != '0')
			return false;
	return name.n == r->id_size * 2;
}

/* Both sides, through tags, to commits. */
static enum revision_name resolve_both(struct revision *r, bytes from,
	bytes to, unsigned char ids[2][PACK_ID_MAX],
	struct revision_list *list)
{
	enum revision_name result = revision_resolve(r, to, ids[1]);

	if (result != NAME_RESOLVED)
		return result;
	if (!revision_peel(r, ids[1], list))
		return NAME_UNKNOWN;
	if (is_zero(r, from))
		return NAME_RESOLVED;
	result = revision_resolve(r, from, ids[0]);
	if (result == NAME_RESOLVED && !revision_peel(r, ids[0], NULL))
		return NAME_UNKNOWN;
	return result;
}

static enum status walk_between(struct revision *r, bytes from, bytes to,
	const char *expression, struct revision_list *list, struct error *err)
{
	unsigned char ids[2][PACK_ID_MAX] = {{0}};
	struct revision_walk walk = {
		.to = ids[1],
		.to_count = 1,
		.from = ids[0],
		.from_count = !is_zero(r, from),
		.is_symmetric = bytes_starts(to, bytes_text(".")),
	};

	if (walk.from_count == 0 && r->repo->is_receiving)
		walk.hides_refs = "";
	walk.is_symmetric = walk.is_symmetric && walk.from_count;
	to = bytes_drop(to, bytes_starts(to, bytes_text(".")));
	/* A branch that goes: it brings nothing. */
	if (is_zero(r, to))
		return OK;
	switch (resolve_both(r, from, to, ids, list)) {
	case NAME_RESOLVED:
		return revision_walk_range(r, &walk, list, err);
	case NAME_TOO_RICH:
		revision_list_release(list);
		return revision_range_library(r, expression, list, err);
	case NAME_AMBIGUOUS:
		return told(r, REVISION_UNKNOWN, expression,
			"an abbreviation fits several objects", err);
	case NAME_UNKNOWN:
		break;
	}
	return told(r, REVISION_UNKNOWN, expression,
		"one of its sides names no commit here", err);
}

enum status revision_range(struct revision *r, const char *expression,
	struct revision_list *out, struct error *err)
{
	struct revision_list list = {.commits = NULL};
	bytes whole = bytes_text(expression);
	size_t dots = bytes_find(whole, bytes_text(".."));
	enum status status;

	if (dots == BYTES_NONE)
		return told(r, REVISION_NOT_A_RANGE, expression, "", err);
	status = walk_between(r, bytes_take(whole, dots),
		bytes_drop(whole, dots + 2), expression, &list, err);
	if (status != OK)
		revision_list_release(&list);
	else
		*out = list;
	return status;
}

/* ---- what is new -------------------------------------------------------- */

/* A tip to `ids`, or to what is no commit. */
static enum status add_tip(struct revision *r, const char *tip,
	struct revision_list *list, unsigned char *ids, size_t *count,
	struct error *err)
{
	unsigned char id[PACK_ID_MAX];

	if (is_zero(r, bytes_text(tip)))
		return OK;
	if (revision_resolve(r, bytes_text(tip), id) != NAME_RESOLVED ||
		!pack_store_has(r->store, id))
		return told(r, REVISION_UNKNOWN, tip,
			"it names no object here", err);
	if (revision_peel(r, id, list))
		memcpy(ids + r->id_size * (*count)++, id, r->id_size);
	else if (!pack_store_has(r->store, id))
		return told(r, REVISION_UNKNOWN, tip,
			"the object that a tag names is missing", err);
	else if (!revision_list_add(&list->others, &list->other_count, id,
			 r->id_size))
		return error_set(err, ERR_MEMORY, "walk commits: no memory");
	return OK;
}

bool revision_find_commit(struct revision *r, const char *name,
	unsigned char id[PACK_ID_MAX])
{
	return revision_resolve(r, bytes_text(name), id) == NAME_RESOLVED &&
	       revision_peel(r, id, NULL);
}

static void add_known(struct revision *r, const char *name,
	unsigned char *ids, size_t *count)
{
	unsigned char id[PACK_ID_MAX];

	if (revision_find_commit(r, name, id))
		memcpy(ids + r->id_size * (*count)++, id, r->id_size);
}

enum status revision_new(struct revision *r, const struct revision_ends *ends,
	struct revision_list *out, struct error *err)
{
	struct revision_list list = {.commits = NULL};
	unsigned char *tips = calloc(ends->tip_count + 1, r->id_size);
	unsigned char *known = calloc(ends->known_count + 1, r->id_size);
	struct revision_walk walk = {
		.to = tips, .from = known, .hides_refs = ends->known_refs};
	enum status status = tips && known
		? OK : error_set(err, ERR_MEMORY, "walk commits: no memory");

	for (size_t i = 0; status == OK && i < ends->tip_count; i++)
		status = add_tip(r, ends->tips[i], &list, tips,
			&walk.to_count, err);
	for (size_t i = 0; status == OK && i < ends->known_count; i++)
		add_known(r, ends->known[i], known, &walk.from_count);
	if (status == OK && walk.to_count)
		status = revision_walk_range(r, &walk, &list, err);
	free(tips);
	free(known);
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
	enum status status = revision_walk_since(r, since, &list, err);

	if (status != OK)
		revision_list_release(&list);
	else
		*out = list;
	return status;
}
