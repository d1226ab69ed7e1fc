/*
 * Where the one target's repository says that it lives.
 */
#include "job/internal.h"

#include "repo/repo.h"
#include "revision/revision.h"

#include <stdlib.h>

#include "base/banned.h"

static char *hex_of(const unsigned char *id, size_t n)
{
	char *text = malloc(2 * n + 1);

	for (size_t i = 0; text && i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
	return text;
}

static void read_repository(struct job_links *l, const char *path)
{
	const struct repo_options options = {.allow_owner = true};
	struct repo *repo = NULL;

	/* What cannot be opened has no links; the scan has said why. */
	if (repo_open(&repo, path, &options, NULL) != OK)
		return;
	if (repo->remote)
		l->remote = strdup(repo->remote);
	if (repo_head(repo))
		l->head = hex_of(repo_head(repo), repo->id_size);
	repo_close(repo);
}

void job_links_find(struct job_links *l, const char *target,
	enum engine_selected selected)
{
	struct job_root *root = calloc(1, sizeof(*root));

	if (root == NULL)
		return;
	if (revision_is_url(target)) {
		job_root_prefix(root, target);
		l->remote = strdup(target);
		l->prefix = strdup(root->prefix);
	} else if (job_root_find(root, target)) {
		read_repository(l, root->path);
		l->prefix = strdup(root->prefix);
		l->below = strdup(selected == SELECT_ALL ? root->below : "");
	} else if (repo_is_at(target)) {
		job_root_prefix(root, target);
		read_repository(l, target);
		l->prefix = strdup(root->prefix);
	}
	free(root);
}

void job_links_release(struct job_links *l)
{
	free(l->remote);
	free(l->head);
	free(l->prefix);
	free(l->below);
}
