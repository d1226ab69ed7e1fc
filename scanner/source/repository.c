/*
 * repository: which ignore rules hold in which directory.
 *
 * A directory's rules are an immutable chain: the patterns of its own
 * .gitignore, then those of the directories above it up to the top of its
 * repository, then info/exclude. A link of the chain is made once, when the
 * directory with the .gitignore is listed, and kept by its path; most
 * directories have none and use the nearest above. So a lookup is a few
 * hash probes for a directory, not for a file.
 *
 * Three ways in which this could hide a file, and what stands against them:
 *   - git keeps tracked files whatever .gitignore says. Before anything is
 *     called ignored the index is asked; an index that cannot be understood
 *     (or is out of our reach) ends ignoring for that repository.
 *   - a repository inside another has rules and an index of its own. It
 *     counts as one only with HEAD and objects, as for git.
 *   - memory is capped; at the cap nothing is ignored any more.
 *
 * A repository above the root counts only when it belongs to the owner of
 * the root or to us: anyone can make /tmp/.git.
 */
#include "source/internal.h"

#include "base/hash.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define BUCKETS 1024 /* power of two */

enum index_state { INDEX_UNREAD, INDEX_READY, INDEX_BROKEN };

struct repository {
	struct repository *next; /* [lock: all] of all repositories */
	char *above;  /* its top directory when above the root [frozen] */
	char *prefix; /* of the root in it, "a/b/" [frozen] */
	char *place;  /* its top directory in the tree, "" [frozen] */
	size_t drop;  /* bytes of a tree path that lead to it [frozen] */
	struct source_ignore *exclude; /* [frozen] */
	pthread_mutex_t lock;
	enum index_state state;	    /* [lock: lock] */
	struct source_index *index; /* [lock: lock], then frozen */
};

struct source_rules {
	struct source_rules *next;	  /* in its bucket [lock: all] */
	const struct source_rules *above; /* [frozen] */
	struct repository *repository; /* NULL: nothing is ignored [frozen] */
	struct source_ignore *patterns;	  /* or NULL [frozen] */
	uint64_t hash;			  /* of path [frozen] */
	char *path;			  /* in the tree [frozen] */
	size_t path_n;			  /* [frozen] */
	size_t drop; /* bytes of a repository path that lead here [frozen] */
	bool is_all_ignored; /* inside an ignored directory [frozen] */
};

struct source_repositories {
	int root;			       /* [frozen] */
	uint64_t seed; /* of path hashes [frozen] */
	pthread_mutex_t lock;
	struct source_rules *buckets[BUCKETS]; /* [lock: lock] */
	struct repository *repositories;       /* [lock: lock] */
	struct source_rules *loose; /* of and above the root [frozen] */
	const struct source_rules *base; /* of the root, or NULL [frozen] */
	size_t memory;			       /* [lock: lock] */
	bool is_full; /* nothing is ignored any more [lock: lock] */
};

/* ---- the index, read when it is first needed ---------------------------- */

static void load_index(struct source_repositories *all, struct repository *r)
{
	bool is_absent = false;
	int dir, gitdir = -1;

	r->state = INDEX_BROKEN;
	dir = r->above ? open(r->above, O_RDONLY | O_DIRECTORY | O_CLOEXEC) :
			 source_beneath_open(all->root, bytes_text(r->place),
				 O_RDONLY);
	if (dir < 0)
		return;
	if (source_gitdir_open(all->root, dir, r->above ? NULL : r->place,
		    &gitdir) == FOUND_GITDIR) {
		r->index = source_index_open(gitdir, &is_absent);
		/* Absent: nothing was ever added. */
		if (r->index || is_absent)
			r->state = INDEX_READY;
		close(gitdir);
	}
	close(dir);
}

/* May this path be taken for untracked? */
static bool is_untracked(struct source_repositories *all,
	struct repository *r, bytes path, enum source_kind kind)
{
	bool is_ready;

	pthread_mutex_lock(&r->lock);
	if (r->state == INDEX_UNREAD)
		load_index(all, r);
	is_ready = r->state == INDEX_READY;
	pthread_mutex_unlock(&r->lock);
	if (!is_ready)
		return false;
	if (r->index == NULL)
		return true;
	if (source_index_has(r->index, path))
		return false;
	return kind != KIND_DIRECTORY ||
		!source_index_has_below(r->index, path);
}

/* ---- making and keeping ------------------------------------------------- */

static void repository_free(struct repository *r)
{
	if (r == NULL)
		return;
	free(r->above);
	free(r->prefix);
	free(r->place);
	source_ignore_free(r->exclude);
	source_index_free(r->index);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static void rules_free(struct source_rules *rules)
{
	if (rules == NULL)
		return;
	source_ignore_free(rules->patterns);
	free(rules->path);
	free(rules);
}

static struct repository *repository_new(bytes place, const char *prefix)
{
	struct repository *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	pthread_mutex_init(&r->lock, NULL);
	r->drop = place.n ? place.n + 1 : 0;
	r->place = strndup(place.n ? (const char *)place.at : "", place.n);
	r->prefix = strdup(prefix);
	if (r->place == NULL || r->prefix == NULL) {
		repository_free(r);
		return NULL;
	}
	return r;
}

static struct source_rules *rules_new(bytes path)
{
	struct source_rules *rules = calloc(1, sizeof(*rules));

	if (rules == NULL)
		return NULL;
	rules->path = strndup(path.n ? (const char *)path.at : "", path.n);
	rules->path_n = path.n;
	if (rules->path == NULL) {
		free(rules);
		return NULL;
	}
	return rules;
}

/*
 * FNV-1a, a byte at a time, since the nearest rules are asked for with one
 * walk along a path that hashes all its beginnings.
 */
static uint64_t hash_step(uint64_t hash, unsigned char c)
{
	return (hash ^ c) * 0x100000001b3u;
}

static struct source_rules **bucket(struct source_repositories *all,
	uint64_t hash)
{
	return &all->buckets[hash >> 32 & (BUCKETS - 1)];
}

static const struct source_rules *find(struct source_repositories *all,
	bytes path, uint64_t hash)
{
	const struct source_rules *rules = *bucket(all, hash);

	while (rules && (rules->hash != hash ||
		!bytes_equal(bytes_of(rules->path, rules->path_n), path)))
		rules = rules->next;
	return rules;
}

/* The rules of the nearest directory at or above path that has some. */
static const struct source_rules *find_nearest(
	struct source_repositories *all, bytes path)
{
	const struct source_rules *near, *rules;
	uint64_t hash = all->seed;

	near = find(all, bytes_take(path, 0), hash);
	for (size_t i = 0; i < path.n; i++) {
		hash = hash_step(hash, path.at[i]);
		if (i + 1 < path.n && path.at[i + 1] != '/')
			continue;
		rules = find(all, bytes_take(path, i + 1), hash);
		if (rules)
			near = rules;
	}
	return near ? near : all->base;
}

static size_t rules_memory(const struct source_rules *rules)
{
	return sizeof(*rules) + rules->path_n +
		(rules->patterns ? source_ignore_memory(rules->patterns) : 0);
}

/*
 * Keep the rules, or those that another thread kept for the same directory
 * before. NULL when the cap is reached; from then on nothing is ignored.
 */
static const struct source_rules *keep(struct source_repositories *all,
	struct source_rules *rules, struct repository *fresh)
{
	bytes path = bytes_of(rules->path, rules->path_n);
	const struct source_rules *kept;
	uint64_t hash = all->seed;

	pthread_mutex_lock(&all->lock);
	for (size_t i = 0; i < path.n; i++)
		hash = hash_step(hash, path.at[i]);
	kept = find(all, path, hash);
	if (kept == NULL && all->memory < LIMIT_IGNORE_MEMORY) {
		struct source_rules **at = bucket(all, hash);

		rules->hash = hash;
		rules->next = *at;
		*at = rules;
		all->memory += rules_memory(rules);
		if (fresh) {
			fresh->next = all->repositories;
			all->repositories = fresh;
			all->memory += sizeof(*fresh);
		}
		kept = rules;
	} else if (kept == NULL) {
		all->is_full = true;
	}
	pthread_mutex_unlock(&all->lock);
	if (kept != rules) {
		rules_free(rules);
		repository_free(fresh);
	}
	return kept;
}

/* ---- a directory's rules ------------------------------------------------ */

/*
 * Rules for a directory that has a .git; false when that is no repository.
 * What cannot be had makes rules under which nothing is ignored.
 */
static bool begin_repository(struct source_repositories *all, bytes path,
	int dir, const struct source_rules **out)
{
	struct source_rules *rules = rules_new(path);
	enum source_found found = FOUND_OUT_OF_REACH;
	struct repository *fresh = NULL;
	int gitdir = -1;

	*out = NULL;
	if (rules == NULL)
		return true;
	found = source_gitdir_open(all->root, dir, rules->path, &gitdir);
	if (found == FOUND_NONE) {
		rules_free(rules);
		return false;
	}
	if (found == FOUND_GITDIR) {
		fresh = repository_new(path, "");
		if (fresh && (!source_gitdir_exclude(gitdir, &fresh->exclude) ||
			source_gitdir_patterns(dir, ".gitignore",
				&rules->patterns) == false)) {
			repository_free(fresh);
			fresh = NULL;
		}
		close(gitdir);
	}
	rules->repository = fresh;
	*out = keep(all, rules, fresh);
	return true;
}

/* A link for a directory's own .gitignore, below the rules above it. */
static const struct source_rules *add_patterns(
	struct source_repositories *all, bytes path, int dir,
	const struct source_rules *above)
{
	struct source_rules *rules = rules_new(path);
	const struct repository *r = above->repository;

	if (rules == NULL)
		return NULL;
	if (source_gitdir_patterns(dir, ".gitignore", &rules->patterns)) {
		rules->above = above;
		rules->repository = above->repository;
		rules->drop = strlen(r->prefix) +
			(path.n ? path.n + 1 - r->drop : 0);
	}
	return keep(all, rules, NULL);
}

/* The repository's path of a directory, with a slash unless it is the top. */
static void put_directory(struct source_view *view, bytes directory)
{
	const struct repository *r = view->rules->repository;

	buf_put_text(&view->path, r->prefix);
	buf_put(&view->path, bytes_drop(directory, r->drop));
	if (directory.n > r->drop)
		buf_put_byte(&view->path, '/');
	view->prefix = view->path.n;
	if (view->path.failed)
		view->rules = NULL;
}

void source_view_begin(struct source_view *view,
	struct source_repositories *all, bytes directory,
	const struct source_sight *sight)
{
	const struct source_rules *rules;
	bool is_full;

	*view = (struct source_view){.all = all};
	buf_init(&view->path, LIMIT_PATH);
	if (all == NULL)
		return;
	pthread_mutex_lock(&all->lock);
	rules = find_nearest(all, directory);
	is_full = all->is_full;
	pthread_mutex_unlock(&all->lock);
	if (is_full)
		return;
	if (rules && rules->path_n == directory.n && rules->patterns)
		; /* listed before */
	else if (sight->has_git && begin_repository(all, directory, sight->dir,
					   &rules))
		;
	else if (sight->has_ignore && rules && rules->repository &&
		!rules->is_all_ignored)
		rules = add_patterns(all, directory, sight->dir, rules);
	if (rules == NULL || rules->repository == NULL)
		return;
	view->rules = rules;
	put_directory(view, directory);
}

void source_view_end(struct source_view *view)
{
	buf_release(&view->path);
}

/* ---- the question ------------------------------------------------------- */

/* By the patterns alone, nearest first. */
static bool is_named(const struct source_rules *rules, bytes path,
	enum source_kind kind)
{
	const struct repository *r = rules->repository;
	enum source_verdict verdict = VERDICT_NONE;

	if (rules->is_all_ignored)
		return true;
	for (; rules && verdict == VERDICT_NONE; rules = rules->above)
		if (rules->patterns)
			verdict = source_ignore_match(rules->patterns,
				bytes_drop(path, rules->drop), kind);
	if (verdict == VERDICT_NONE && r->exclude)
		verdict = source_ignore_match(r->exclude, path, kind);
	return verdict == VERDICT_IGNORE;
}

/* An ignored directory that holds tracked files: all else in it is ignored. */
static void mark_ignored(struct source_view *view, bytes tree_path)
{
	struct source_rules *rules = rules_new(tree_path);

	if (rules == NULL)
		return; /* more is scanned */
	rules->repository = view->rules->repository;
	rules->is_all_ignored = true;
	(void)keep(view->all, rules, NULL);
}

bool source_view_is_ignored(struct source_view *view, bytes tree_path,
	bytes name, enum source_kind kind)
{
	bytes path;

	if (view->rules == NULL)
		return false;
	view->path.n = view->prefix;
	buf_put(&view->path, name);
	if (view->path.failed) {
		buf_clear(&view->path);
		view->rules = NULL;
		return false;
	}
	path = buf_bytes(&view->path);
	if (!is_named(view->rules, path, kind))
		return false;
	if (is_untracked(view->all, view->rules->repository, path, kind))
		return true;
	if (kind == KIND_DIRECTORY && !view->rules->is_all_ignored)
		mark_ignored(view, tree_path);
	return false;
}

/* ---- a repository above the root ---------------------------------------- */

/* Rules that no directory of the tree is found by. */
static struct source_rules *add_loose(struct source_repositories *all,
	struct repository *r, const struct source_rules *above, size_t drop)
{
	struct source_rules *rules = rules_new(bytes_text(""));

	if (rules == NULL)
		return NULL;
	rules->repository = r;
	rules->above = above;
	rules->drop = drop;
	rules->next = all->loose;
	all->loose = rules;
	return rules;
}

/*
 * The chain of .gitignore files from the top down to just above the root,
 * which stands at r->prefix. NULL when one cannot be used, and when the root
 * itself is ignored: whoever names it wants it scanned.
 */
static const struct source_rules *chain_above(
	struct source_repositories *all, struct repository *r)
{
	struct source_rules *rules = NULL;
	bytes prefix = bytes_text(r->prefix), rest = prefix, name;
	int dir = open(r->above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (dir >= 0 && rest.n) {
		size_t at = prefix.n - rest.n;
		int next = -1;

		rules = add_loose(all, r, rules, at);
		bytes_cut(rest, '/', &name, &rest);
		if (rules &&
			source_gitdir_patterns(dir, ".gitignore",
				&rules->patterns) &&
			!is_named(rules, bytes_take(prefix, at + name.n),
				KIND_DIRECTORY))
			next = source_beneath_open(dir, name, O_RDONLY);
		close(dir);
		dir = next;
	}
	if (dir < 0)
		return NULL;
	close(dir);
	return rules;
}

/* The repository whose top is at `top`, when we may believe it. */
static struct repository *repository_above(const char *top,
	const char *prefix, const struct stat *root)
{
	struct repository *r = NULL;
	struct stat st;
	int dir, gitdir = -1;

	dir = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return NULL;
	if (fstatat(dir, ".git", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		(st.st_uid == root->st_uid || st.st_uid == geteuid()) &&
		source_gitdir_open(dir, dir, NULL, &gitdir) == FOUND_GITDIR) {
		r = repository_new(bytes_text(""), prefix);
		if (r)
			r->above = strdup(top);
		if (r && (r->above == NULL ||
				 !source_gitdir_exclude(gitdir, &r->exclude))) {
			repository_free(r);
			r = NULL;
		}
		close(gitdir);
	}
	close(dir);
	return r;
}

/* Walk up from the root at `path`, cutting it, to a repository. */
static struct repository *find_above(char *path, const struct stat *root)
{
	struct buf prefix;
	struct repository *r = NULL;
	struct stat st;

	buf_init(&prefix, LIMIT_PATH);
	while (r == NULL && path[0] == '/' && path[1]) {
		char *slash = strrchr(path, '/');
		struct buf longer;

		buf_init(&longer, LIMIT_PATH);
		buf_printf(&longer, "%s/%s", slash + 1, buf_text(&prefix));
		buf_release(&prefix);
		prefix = longer;
		slash[slash == path] = '\0';
		if (prefix.failed || stat(path, &st) != 0 ||
			st.st_dev != root->st_dev)
			break;
		r = repository_above(path, buf_text(&prefix), root);
	}
	buf_release(&prefix);
	return r;
}

static void look_above(struct source_repositories *all, char *path)
{
	const struct source_rules *chain;
	struct repository *r;
	struct stat root, st;

	if (fstat(all->root, &root) != 0 ||
		fstatat(all->root, ".git", &st, AT_SYMLINK_NOFOLLOW) == 0)
		return; /* its own is found when the root is listed */
	r = find_above(path, &root);
	if (r == NULL)
		return;
	all->repositories = r;
	chain = chain_above(all, r);
	if (chain)
		all->base = add_loose(all, r, chain, strlen(r->prefix));
}

struct source_repositories *source_repositories_new(int root,
	const char *path)
{
	struct source_repositories *all = calloc(1, sizeof(*all));
	char *real;

	if (all == NULL)
		return NULL;
	all->root = root;
	all->seed = hash_seed();
	pthread_mutex_init(&all->lock, NULL);
	real = realpath(path, NULL);
	if (real)
		look_above(all, real);
	free(real);
	return all;
}

static void free_list(struct source_rules *rules)
{
	while (rules) {
		struct source_rules *next = rules->next;

		rules_free(rules);
		rules = next;
	}
}

void source_repositories_free(struct source_repositories *all)
{
	if (all == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		free_list(all->buckets[i]);
	free_list(all->loose);
	while (all->repositories) {
		struct repository *next = all->repositories->next;

		repository_free(all->repositories);
		all->repositories = next;
	}
	pthread_mutex_destroy(&all->lock);
	free(all);
}
