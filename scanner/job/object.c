/*
 * A file at a revision, read from the object store: no checkout, no filter, no
 * link followed.
 */
#include "job/object.h"

#include "change/change.h"
#include "revision/revision.h"
#include "selection/selection.h"

#include "base/banned.h"

static enum status read_blob(struct selection *s, const unsigned char *id,
	const char *path, size_t most, struct buf *text, struct error *err)
{
	struct pack_worker *reader = pack_worker_new(selection_store(s));
	enum pack_problem problem = PACK_FINE;
	enum pack_type type;
	enum status status;
	bytes data;

	if (reader == NULL)
		return error_set(err, ERR_MEMORY, "read %.200s", path);
	status = pack_read(reader, id, &type, &data, &problem, err);
	if (status != OK)
		status = error_set(err, status, "read %.200s: %s", path,
			pack_problem_name(problem));
	else if (type != PACK_BLOB)
		status = error_set(err, ERR_NOT_FOUND, "read %.200s: not a "
			"file there", path);
	else if (data.n > most)
		status = error_set(err, ERR_LIMIT, "read %.200s: over %zu KiB",
			path, most >> 10);
	if (status == OK) {
		buf_init(text, data.n + 1);
		buf_put(text, data);
		if (text->failed)
			status = error_set(err, ERR_MEMORY, "read %.200s",
				path);
	}
	pack_worker_free(reader);
	return status;
}

static enum status find_and_read(struct selection *s, const struct repo *repo,
	const char *name, const char *path, size_t most, struct buf *text,
	struct error *err)
{
	struct revision *revision = NULL;
	struct change_set *trees = NULL;
	const unsigned char *id = NULL;
	unsigned char commit[PACK_ID_MAX];
	enum status status;

	status = revision_open(&revision, repo, selection_store(s), err);
	if (status == OK)
		status = revision_commit_named(revision, name, commit, err);
	if (status == OK) {
		trees = change_set_new(selection_store(s), err);
		status = trees ? OK : ERR_MEMORY;
	}
	if (status == OK) {
		id = change_find(trees, commit, bytes_text(path));
		status = id ? read_blob(s, id, path, most, text, err)
			    : error_set(err, ERR_NOT_FOUND, "read %.200s: no "
				      "such file in %.100s", path, name);
	}
	change_set_free(trees);
	revision_close(revision);
	return status;
}

enum status job_file_at(const char *directory, const char *name,
	const char *path, size_t most, struct buf *text, struct error *err)
{
	const struct repo_options repo_options = {.allow_owner = false};
	const struct selection_options options = {.prefix = ""};
	struct selection *s = NULL;
	struct repo *repo = NULL;
	enum status status = strcmp(directory, ".") == 0
		? repo_open_environment(&repo, &repo_options, err)
		: repo_open_at(&repo, directory, &repo_options, err);

	if (status == OK)
		status = selection_open(&s, repo, &options, err);
	if (status == OK)
		status = find_and_read(s, repo, name, path, most, text, err);
	selection_close(s);
	repo_close(repo);
	return status;
}
