/*
 * accept: what the repository around says of findings in a call.
 *
 * Settings and baselines of HEAD's commit, as for a push: what is committed
 * went by hooks and people. The files in the tree are not believed, since the
 * assistant writes them, and neither are comments.
 */
#include "agent/agent.h"

#include "basis/basis.h"
#include "repo/repo.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/banned.h"

/* Parts that lead elsewhere would pass for the directory before them. */
static bool is_plain(bytes path)
{
	bytes part;

	if (path.n == 0 || path.n >= PATH_MAX ||
		bytes_find_byte(path, '\0') != BYTES_NONE)
		return false;
	while (path.n) {
		bytes_cut(path, '/', &part, &path);
		if (bytes_equal(part, bytes_text(".")) ||
			bytes_equal(part, bytes_text("..")))
			return false;
	}
	return true;
}

/* Where the name before the last one ends, of the first n bytes. */
static size_t before_last(const char *path, size_t n)
{
	while (n > 0 && path[n - 1] != '/')
		n--;
	while (n > 0 && path[n - 1] == '/')
		n--;
	return n;
}

/* The file may not be there yet, and neither its directories. */
static void put_real(char *path, struct buf *out)
{
	char real[PATH_MAX];

	for (size_t n = strlen(path); n > 0; n = before_last(path, n)) {
		char cut = path[n];
		bool is_there;

		path[n] = '\0';
		is_there = realpath(path, real) != NULL;
		path[n] = cut;
		if (!is_there)
			continue;
		buf_put_text(out, real);
		buf_put_text(out, path + n);
		return;
	}
}

void agent_place(bytes path, bytes directory, struct buf *out)
{
	char here[PATH_MAX], *full = NULL;

	if (!is_plain(path))
		return;
	if (directory.n == 0 || directory.at[0] != '/')
		directory = bytes_text(getcwd(here, sizeof(here)) ? here : "");
	if (path.at[0] == '/')
		directory.n = 0;
	if (asprintf(&full, "%.*s/%.*s", (int)directory.n,
		    (const char *)directory.at, (int)path.n,
		    (const char *)path.at) >= 0)
		put_real(full, out);
	free(full);
}

/* Of the repository here, with a slash behind it; NULL: there is none. */
static char *find_root(void)
{
	static const struct repo_options trusting = {true, true};
	struct repo *repo;
	char *root = NULL, *real;

	if (repo_open_environment(&repo, &trusting, NULL) != OK)
		return NULL;
	real = repo->work_tree ? realpath(repo->work_tree, NULL) : NULL;
	if (real && asprintf(&root, "%s/", real) < 0)
		root = NULL;
	free(real);
	repo_close(repo);
	return root;
}

enum status agent_accept(struct leaks *leaks, const struct ruleset *rules,
	struct suppress **out, struct error *err)
{
	static const char *const head[] = {"HEAD"};
	const struct suppress_options options = {
		.comments = SUPPRESS_INLINE_IGNORE, .rules = rules};
	char *root = find_root();
	struct basis_options basis = {
		.commits = head, .commit_count = 1, .prefix = root};
	struct suppress_count count;
	const char *used;

	*out = NULL;
	/* Without a repository, or with one that cannot be read, nothing is
	 * accepted. */
	if (root == NULL || basis_load(&basis, out, &used, NULL) != OK) {
		free(root);
		return OK;
	}
	free(root);
	return suppress_apply(*out, leaks, &options, &count, err);
}
