/*
 * What suppresses in a job: files that the command line names, the settings
 * and the baseline at the root of a target's repository, comments.
 *
 * The root is the directory with `.git` at or above the target, or the target
 * itself. Its files are read without following a link; nothing else of it is.
 */
#include "job/internal.h"

#include "base/limits.h"
#include "revision/revision.h"
#include "suppress/baseline.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

static const struct suppress_scope whole = {"", ""};

/* ---- the root of a target ----------------------------------------------- */

static bool has_git(const char *directory)
{
	char path[PATH_MAX];
	struct stat st;

	return snprintf(path, sizeof(path), "%s/.git", directory) <
		       (int)sizeof(path) &&
	       lstat(path, &st) == 0;
}

enum kind { KIND_OF_FILE, KIND_OF_DIRECTORY };

/* As the engine reports: without "./", with one slash at the end. */
static void set_prefix(struct job_root *r, const char *target, enum kind kind)
{
	const char *slash;
	size_t n;

	while (target[0] == '.' && target[1] == '/')
		for (target += 2; *target == '/';)
			target++;
	if (strcmp(target, ".") == 0)
		target = "";
	slash = strrchr(target, '/');
	n = kind == KIND_OF_FILE ? (slash ? (size_t)(slash - target) + 1 : 0)
		    : strlen(target);
	snprintf(r->prefix, sizeof(r->prefix), "%.*s%s", (int)n, target,
		n > 0 && target[n - 1] != '/' ? "/" : "");
}

/* Up to a directory with .git; false: there is none. */
static bool climb(char *path)
{
	for (;;) {
		char *slash = strrchr(path, '/');

		if (has_git(path))
			return true;
		if (slash == NULL || path[1] == '\0')
			return false;
		slash[slash == path] = '\0';
	}
}

void job_root_prefix(struct job_root *r, const char *directory)
{
	set_prefix(r, directory, KIND_OF_DIRECTORY);
}

bool job_root_find(struct job_root *r, const char *target)
{
	char real[PATH_MAX];
	struct stat st;
	bool is_file;
	size_t n;

	if (strcmp(target, "-") == 0 || stat(target, &st) != 0 ||
		realpath(target, real) == NULL)
		return false;
	is_file = !S_ISDIR(st.st_mode);
	r->is_file = is_file;
	set_prefix(r, target, is_file ? KIND_OF_FILE : KIND_OF_DIRECTORY);
	if (is_file)
		*(strrchr(real, '/') + (strrchr(real, '/') == real)) = '\0';
	else if (repo_is_at(target) && !has_git(real))
		return false; /* bare: it has no files */
	snprintf(r->path, sizeof(r->path), "%s", real);
	if (!climb(r->path))
		snprintf(r->path, sizeof(r->path), "%s", real);
	n = strlen(r->path);
	n += n > 1; /* the slash behind it */
	snprintf(r->below, sizeof(r->below), "%s%s",
		strlen(real) > n ? real + n : "",
		strlen(real) > n ? "/" : "");
	return true;
}

/* ---- reading ------------------------------------------------------------ */

/* No such file; or a directory that cannot be entered, which the scan tells:
 * then nothing is suppressed. */
static bool is_absence(int number)
{
	return number == ENOENT || number == ENOTDIR || number == EACCES;
}

/* A file below the root, no link followed on the way. ERR_NOT_FOUND. */
static enum status read_below(const struct job_root *r, const char *name,
	size_t most, struct buf *text, struct error *err)
{
	char path[2 * PATH_MAX], real[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s%s%s", r->path,
		strcmp(r->path, "/") == 0 ? "" : "/", name);
	if (lstat(path, &st) != 0)
		return error_set_errno(err,
			is_absence(errno) ? ERR_NOT_FOUND : ERR_IO,
			"open %.300s", path);
	if (realpath(path, real) == NULL || strcmp(real, path) != 0)
		return error_set(err, ERR_IO, "open %.300s: a link; what "
			"suppresses is read from regular files only", path);
	return baseline_load_file(path, most, text, err);
}

static enum status add_settings(struct job_suppressing *j,
	const struct job_root *r, const struct suppress_scope *scope,
	struct error *err)
{
	struct buf text;
	enum status status = read_below(r, SUPPRESS_SETTINGS, LIMIT_SETTINGS,
		&text, err);

	if (status == ERR_NOT_FOUND)
		return OK;
	if (status != OK)
		return status;
	status = suppress_add_settings(j->own, SUPPRESS_SETTINGS,
		buf_bytes(&text), scope, SUPPRESS_TRUSTED, err);
	buf_release(&text);
	return status;
}

static enum status add_baselines(struct job_suppressing *j,
	const struct job_root *r, const struct suppress_scope *scope,
	size_t from, struct error *err)
{
	bool is_named = suppress_names_baselines(j->own);
	enum status status = OK;
	const char *name;

	for (size_t i = from; status == OK &&
		(name = suppress_wanted_baseline(j->own, i)) != NULL; i++) {
		struct buf text;

		status = read_below(r, name, LIMIT_BASELINE, &text, err);
		if (status == ERR_NOT_FOUND && !is_named)
			return OK;
		if (status != OK)
			return status == ERR_NOT_FOUND ? ERR_IO : status;
		status = suppress_add_baseline(j->own, name, buf_bytes(&text),
			scope, SUPPRESS_TRUSTED, err);
		buf_release_wiped(&text);
	}
	return status;
}

/* Settings of an earlier target name baselines of their own. */
static size_t count_wanted(const struct suppress *s)
{
	size_t n = 0;

	while (suppress_names_baselines(s) && suppress_wanted_baseline(s, n))
		n++;
	return n;
}

enum status job_suppressing_target(struct job_suppressing *j,
	const char *target, bool is_selection, struct error *err)
{
	struct job_root *r;
	struct suppress_scope scope;
	size_t wanted;
	enum status status;

	/* Of one repository as a whole alone can be told what is stale. */
	j->options.is_part |= j->targets++ > 0;
	if (j->options.is_off || revision_is_url(target))
		return OK;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return error_set(err, ERR_MEMORY, "read settings");
	if (!job_root_find(r, target)) {
		free(r);
		return OK;
	}
	j->options.is_part |= r->below[0] != '\0' || r->is_file;
	/* What is selected is told by its path from the root. */
	scope = (struct suppress_scope){r->prefix,
		is_selection ? "" : r->below};
	wanted = count_wanted(j->own);
	status = add_settings(j, r, &scope, err);
	if (status == OK)
		status = add_baselines(j, r, &scope, wanted, err);
	free(r);
	return status;
}

static enum status add_named(struct job_suppressing *j, const char *path,
	struct error *err)
{
	struct buf text;
	enum status status = baseline_load_file(path, LIMIT_BASELINE, &text,
		err);

	if (status != OK)
		return status;
	status = suppress_add_baseline(j->own, path, buf_bytes(&text), &whole,
		SUPPRESS_TRUSTED, err);
	buf_release_wiped(&text);
	return status;
}

/* ---- writing ------------------------------------------------------------ */

/* What is there stays, with its reasons; a broken one is found before the
 * scan. */
static enum status read_written(struct job_suppressing *j, struct error *err)
{
	const char *path = j->options.write_baseline;
	struct buf text;
	enum status status;

	baseline_init(&j->written);
	if (path == NULL)
		return OK;
	status = baseline_load_file(path, LIMIT_BASELINE, &text, err);
	if (status == ERR_NOT_FOUND)
		return OK;
	if (status != OK)
		return status;
	status = baseline_read(&j->written, path, buf_bytes(&text), err);
	buf_release_wiped(&text);
	return status;
}

/* Is it one to write? What stays open, and what another tool's file knows;
 * not what settings or a comment speak for, nor what is live. */
static const char *reason_to_write(const struct leak *leak, bool *is_wanted)
{
	const char *reason = NULL;

	*is_wanted = false;
	if (leak->verdict && verdict_is_live(leak->verdict->verdict))
		return NULL;
	for (size_t i = 0; i < leak->place_count; i++) {
		const struct leak_place *place = &leak->places[i];

		if (place->suppressed == NULL && place->refused == NULL)
			*is_wanted = true;
		if (place->suppression == NULL ||
			strcmp(place->suppression->kind, "baseline") != 0)
			continue;
		*is_wanted = true;
		reason = place->suppression->reason;
	}
	return reason;
}

static int by_fingerprint(const void *a, const void *b)
{
	const struct leak *const *x = a, *const *y = b;

	return strcmp((*x)->fingerprint, (*y)->fingerprint);
}

static enum status put_all(struct job_suppressing *j,
	const struct leak **sorted, size_t n, struct error *err)
{
	enum status status = OK;

	for (size_t i = 0; status == OK && i < n; i++) {
		bool is_wanted;
		const struct baseline_entry e = {
			.fingerprint = sorted[i]->fingerprint,
			.reason = reason_to_write(sorted[i], &is_wanted),
		};

		if (is_wanted && !baseline_find(&j->written,
					 bytes_text(e.fingerprint)))
			status = baseline_put(&j->written, &e, err);
	}
	return status;
}

enum status job_suppressing_write(struct job_suppressing *j,
	const struct leaks *leaks, struct error *err)
{
	size_t n = leaks_count(leaks);
	const struct leak **sorted;
	enum status status;

	if (j->options.write_baseline == NULL)
		return OK;
	sorted = calloc(n + 1, sizeof(*sorted));
	if (sorted == NULL)
		return error_set(err, ERR_MEMORY, "write a baseline");
	for (size_t i = 0; i < n; i++)
		sorted[i] = leaks_at(leaks, i);
	qsort(sorted, n, sizeof(*sorted), by_fingerprint);
	status = put_all(j, sorted, n, err);
	free(sorted);
	return status == OK ? baseline_save_file(j->options.write_baseline,
				      &j->written, err)
			    : status;
}

/* ---- the whole ---------------------------------------------------------- */

enum status job_suppressing_init(struct job_suppressing *j,
	const struct job_suppress *options, struct error *err)
{
	enum status status;

	j->options = *options;
	j->own = options->given;
	if (j->own == NULL) {
		j->own = suppress_new(err);
		j->is_ours = true;
	}
	if (j->own == NULL)
		return ERR_MEMORY;
	status = read_written(j, err);
	for (size_t i = 0; status == OK && i < options->baselines.n; i++)
		status = add_named(j, options->baselines.at[i], err);
	return status;
}

static void release_lists(struct job_suppressing *j)
{
	free(j->stale);
	free(j->expired);
	free(j->broken);
	j->stale = j->expired = NULL;
	j->broken = NULL;
}

void job_suppressing_release(struct job_suppressing *j)
{
	if (j->is_ours)
		suppress_free(j->own);
	baseline_release(&j->written);
	release_lists(j);
}

static struct report_entry shown(const struct suppress_entry *e)
{
	return (struct report_entry){e->file, e->line, e->what, e->expires};
}

/* Only entries that mean something of their own can be stale. */
static bool is_stale(const struct suppress_entry *e)
{
	return e->used == 0 && (strcmp(e->kind, "baseline") == 0 ||
				       strcmp(e->what, "allow") == 0);
}

static enum status tell_entries(struct job_suppressing *j,
	struct report_summary *summary, struct error *err)
{
	size_t n = 0, broken = 0;

	release_lists(j);
	summary->stale_count = summary->expired_count = 0;
	while (suppress_entry(j->own, n))
		n++;
	while (suppress_problem(j->own, broken))
		broken++;
	j->stale = calloc(n + 1, sizeof(*j->stale));
	j->expired = calloc(n + 1, sizeof(*j->expired));
	j->broken = calloc(broken + 1, sizeof(*j->broken));
	if (j->stale == NULL || j->expired == NULL || j->broken == NULL)
		return error_set(err, ERR_MEMORY, "tell suppressions");
	for (size_t i = 0; i < n; i++) {
		const struct suppress_entry *e = suppress_entry(j->own, i);

		if (e->is_expired)
			j->expired[summary->expired_count++] = shown(e);
		else if (is_stale(e) && !j->options.is_part)
			j->stale[summary->stale_count++] = shown(e);
	}
	for (size_t i = 0; i < broken; i++)
		j->broken[i] = suppress_problem(j->own, i);
	summary->stale = j->stale;
	summary->expired = j->expired;
	summary->broken = j->broken;
	summary->broken_count = broken;
	return OK;
}

enum status job_suppressing_apply(struct job_suppressing *j,
	struct leaks *leaks, const struct ruleset *rules,
	struct report_summary *summary, struct error *err)
{
	const struct suppress_options options = {
		.comments = j->options.is_off ? SUPPRESS_INLINE_IGNORE
					      : j->options.comments,
		.rules = rules,
	};
	enum status status = suppress_apply(j->own, leaks, &options,
		&j->count, err);

	summary->held = j->count.held;
	summary->refused = j->count.refused;
	return status == OK ? tell_entries(j, summary, err) : status;
}
