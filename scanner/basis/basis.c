#include "basis/basis.h"

#include "base/limits.h"
#include "change/change.h"
#include "pack/pack.h"
#include "repo/repo.h"
#include "revision/revision.h"

#include "base/banned.h"

struct reader {
	struct repo *repo;
	struct pack_store *store;
	struct pack_worker *worker;
	struct revision *revision;
	struct change_set *trees;
	unsigned char commit[PACK_ID_MAX];
	struct suppress *suppress;
	struct suppress_scope scope;
};

static enum status open_store(struct reader *r, struct error *err)
{
	static const struct repo_options trusting = {true, true};
	static const char *const anywhere[] = {"/"};
	struct pack_store_options options = {
		.allowed = anywhere, .allowed_count = 1, .is_by_name = true};
	enum status status = repo_open_environment(&r->repo, &trusting, err);

	if (status != OK)
		return status;
	options.id_size = r->repo->id_size;
	status = pack_store_open(&r->store, r->repo->objects, &options, err);
	for (size_t i = 0; status == OK && i < r->repo->alternate_count; i++)
		status = pack_store_add(r->store, r->repo->alternates[i], err);
	if (status == OK)
		status = revision_open(&r->revision, r->repo, r->store, err);
	if (status != OK)
		return status;
	r->worker = pack_worker_new(r->store);
	r->trees = change_set_new(r->store, err);
	return r->worker && r->trees ? OK : error_set(err, ERR_MEMORY,
		"read settings");
}

static void close_store(struct reader *r)
{
	change_set_free(r->trees);
	pack_worker_free(r->worker);
	revision_close(r->revision);
	pack_store_close(r->store);
	repo_close(r->repo);
}

/* ERR_NOT_FOUND: the commit has no file there. The bytes are the worker's,
 * until it reads again. */
static enum status read_file(struct reader *r, const char *path, bytes *out,
	struct error *err)
{
	const unsigned char *id = change_find(r->trees, r->commit,
		bytes_text(path));
	enum pack_problem problem;
	enum pack_type type;
	enum status status;

	if (id == NULL)
		return error_set(err, ERR_NOT_FOUND, "read %.200s: no "
			"such file in that commit", path);
	status = pack_read(r->worker, id, &type, out, &problem, NULL);
	if (status != OK || type != PACK_BLOB)
		return error_set(err, ERR_IO, "read %.200s of a commit: "
			"its object cannot be read, or is no file", path);
	return OK;
}

static enum status add_baselines(struct reader *r, struct error *err)
{
	bool is_named = suppress_names_baselines(r->suppress);
	enum status status = OK;
	const char *name;
	bytes text;

	for (size_t i = 0; status == OK &&
		(name = suppress_wanted_baseline(r->suppress, i)); i++) {
		status = read_file(r, name, &text, err);
		if (status == ERR_NOT_FOUND && !is_named)
			return OK;
		if (status == OK)
			status = suppress_add_baseline(r->suppress, name, text,
				&r->scope, SUPPRESS_REPOSITORY, err);
	}
	return status;
}

static enum status add_all(struct reader *r, struct error *err)
{
	enum status status;
	bytes text;

	status = read_file(r, SUPPRESS_SETTINGS, &text, err);
	if (status == OK)
		status = suppress_add_settings(r->suppress, SUPPRESS_SETTINGS,
			text, &r->scope, SUPPRESS_REPOSITORY, err);
	else if (status == ERR_NOT_FOUND)
		status = OK;
	return status == OK ? add_baselines(r, err) : status;
}

/* As it is scanned: alternates only where it points to itself. */
static enum status open_hostile(struct reader *r, const char *path,
	const struct repo_options *options, struct error *err)
{
	const char *allowed[2];
	struct pack_store_options store = {.allowed = allowed,
		.allowed_count = 2, .is_by_name = true};
	enum status status = repo_open(&r->repo, path, options, err);

	if (status != OK)
		return status;
	allowed[0] = r->repo->root;
	allowed[1] = r->repo->common_dir;
	store.id_size = r->repo->id_size;
	status = pack_store_open(&r->store, r->repo->objects, &store, err);
	if (status != OK)
		return status;
	r->worker = pack_worker_new(r->store);
	r->trees = change_set_new(r->store, err);
	return r->worker && r->trees ? OK : error_set(err, ERR_MEMORY,
		"read settings");
}

enum status basis_load_head(const char *path,
	const struct repo_options *options, struct suppress **out, bool *used,
	struct error *err)
{
	struct reader r = {.scope = {"", ""}};
	enum status status;

	r.suppress = suppress_new(err);
	if (r.suppress == NULL)
		return ERR_MEMORY;
	status = open_hostile(&r, path, options, err);
	*used = status == OK && r.repo->ref_count &&
		strcmp(r.repo->refs[0].name, "HEAD") == 0;
	if (*used) {
		memcpy(r.commit, r.repo->refs[0].id, sizeof(r.commit));
		status = add_all(&r, err);
	}
	close_store(&r);
	if (status == OK)
		*out = r.suppress;
	else
		suppress_free(r.suppress);
	return status;
}

static const char *choose(struct reader *r,
	const struct basis_options *options)
{
	for (size_t i = 0; i < options->commit_count; i++)
		if (options->commits[i] &&
			revision_find_commit(r->revision, options->commits[i],
				r->commit))
			return options->commits[i];
	return NULL;
}

enum status basis_load(const struct basis_options *options,
	struct suppress **out, const char **used, struct error *err)
{
	struct reader r = {
		.scope = {options->prefix ? options->prefix : "", ""}};
	enum status status = OK;

	r.suppress = suppress_new(err);
	if (r.suppress == NULL)
		return ERR_MEMORY;
	status = open_store(&r, err);
	*used = status == OK ? choose(&r, options) : NULL;
	if (*used)
		status = add_all(&r, err);
	close_store(&r);
	if (status == OK)
		*out = r.suppress;
	else
		suppress_free(r.suppress);
	return status;
}

static enum status keep_file(struct reader *r, const char *path, size_t most,
	struct buf *text, struct error *err)
{
	bytes data;
	enum status status = read_file(r, path, &data, err);

	if (status != OK)
		return status;
	if (data.n > most)
		return error_set(err, ERR_LIMIT, "read %.200s: over %zu KiB",
			path, most >> 10);
	buf_init(text, data.n + 1);
	buf_put(text, data);
	return text->failed ? error_set(err, ERR_MEMORY, "read %.200s", path)
			    : OK;
}

enum status basis_file(const char *commit, const char *path, size_t most,
	struct buf *text, struct error *err)
{
	struct reader r = {.repo = NULL};
	enum status status = open_store(&r, err);

	if (status == OK && !revision_find_commit(r.revision, commit,
			r.commit))
		status = error_set(err, ERR_USAGE, "read %.200s of %.200s: "
			"there is no such commit", path, commit);
	if (status == OK)
		status = keep_file(&r, path, most, text, err);
	close_store(&r);
	return status;
}

enum status basis_look(const char *const *names, size_t count, bool *is_here,
	struct basis_repository *out, struct error *err)
{
	struct reader r = {.repo = NULL};
	enum status status = open_store(&r, err);

	for (size_t i = 0; status == OK && i < count; i++)
		is_here[i] = revision_find_commit(r.revision, names[i],
			r.commit);
	if (status == OK) {
		out->is_shallow = r.repo->is_shallow;
		out->is_partial = r.repo->is_partial;
	}
	close_store(&r);
	return status;
}
