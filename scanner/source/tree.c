/*
 * tree: what a directory holds.
 *
 * The names come from getdents64 in large steps, with their kind, so that an
 * entry costs no call of its own; only file systems that do not tell the
 * kind pay for a stat. A directory is read whole, then sorted, then told:
 * the order is the same wherever and however often it is listed. Its handle
 * is open while it is told (links are read through it), so a listener keeps
 * the directories it hears of and lists them later.
 */
#include "source/internal.h"

#include "base/hash.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdalign.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

/* A step of getdents64: some 800 names, and little of a thread's stack. */
#define STEP ((size_t)32 << 10)

static const char *const skip_names[] = {
	[SKIP_NONE] = "none",
	[SKIP_SPECIAL] = "special",
	[SKIP_UNREADABLE] = "unreadable",
	[SKIP_TOO_LARGE] = "too_large",
	[SKIP_VANISHED] = "vanished",
	[SKIP_OTHER_DEVICE] = "other_device",
	[SKIP_DEPTH] = "depth",
	[SKIP_ARCHIVE_DEPTH] = "archive_depth",
	[SKIP_ARCHIVE_RATIO] = "archive_ratio",
	[SKIP_ARCHIVE_MEMBERS] = "archive_members",
	[SKIP_ARCHIVE_BROKEN] = "archive_broken",
	[SKIP_ARCHIVE_ENCRYPTED] = "archive_encrypted",
	[SKIP_LINK_LOOP] = "link_loop",
	[SKIP_LIMIT] = "limit",
};

_Static_assert(sizeof(skip_names) / sizeof(skip_names[0]) == SKIP_COUNT,
	"every reason has a name");

const char *source_skip_name(enum source_skip why)
{
	return why < SKIP_COUNT ? skip_names[why] : "?";
}

bool source_skip_is_failure(enum source_skip why)
{
	return why == SKIP_UNREADABLE || why == SKIP_VANISHED ||
		why == SKIP_ARCHIVE_BROKEN;
}

/* ---- the root ----------------------------------------------------------- */

enum status source_tree_open(struct source_tree **out, const char *root,
	const struct source_tree_options *options, struct error *err)
{
	struct source_tree *tree = calloc(1, sizeof(*tree));
	struct stat st;

	if (tree == NULL)
		return error_set(err, ERR_MEMORY, "open %s: no memory", root);
	if (options)
		tree->options = *options;
	/* the user's own word: here a link is followed */
	tree->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tree->root < 0 || fstat(tree->root, &st) != 0) {
		enum status status = errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;

		error_set_errno(err, status, "open directory %s", root);
		source_tree_close(tree);
		return status;
	}
	tree->device = st.st_dev;
	tree->id = hash_seed();
	if (!tree->options.ignored) {
		tree->repositories = source_repositories_new(tree->root, root);
		if (tree->repositories == NULL) {
			source_tree_close(tree);
			return error_set(err, ERR_MEMORY,
				"open %s: no memory", root);
		}
	}
	*out = tree;
	return OK;
}

void source_tree_close(struct source_tree *tree)
{
	if (tree == NULL)
		return;
	source_repositories_free(tree->repositories);
	if (tree->root >= 0)
		close(tree->root);
	free(tree);
}

/* ---- reading a directory ------------------------------------------------ */

struct entry {
	size_t at; /* its name in the listing's names */
	unsigned short n;
	unsigned char kind; /* enum source_kind */
};

struct listing {
	struct buf names;
	struct buf entries; /* of struct entry */
	size_t n;
	bool is_cut;	/* over LIMIT_DIRECTORY */
	int read_errno; /* 0: read to its end */
	bool has_git;
	/* What a bare repository has beside each other. */
	bool has_head, has_objects, has_refs;
	bool has_ignore;
};

static struct entry *entries_of(const struct listing *l)
{
	return (struct entry *)(void *)l->entries.at;
}

static bytes name_of(const struct listing *l, const struct entry *e)
{
	return bytes_of(l->names.at + e->at, e->n);
}

static enum source_kind kind_of_mode(mode_t mode)
{
	if (S_ISREG(mode))
		return KIND_FILE;
	if (S_ISDIR(mode))
		return KIND_DIRECTORY;
	return S_ISLNK(mode) ? KIND_LINK : KIND_OTHER;
}

static enum source_kind kind_of(int dir, const struct dirent64 *d)
{
	struct stat st;

	switch (d->d_type) {
	case DT_REG:
		return KIND_FILE;
	case DT_DIR:
		return KIND_DIRECTORY;
	case DT_LNK:
		return KIND_LINK;
	case DT_UNKNOWN:
		/* when it is gone by now, opening it will say so */
		if (fstatat(dir, d->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			return KIND_FILE;
		return kind_of_mode(st.st_mode);
	default:
		return KIND_OTHER;
	}
}

static void add_entry(struct listing *l, int dir, const struct dirent64 *d)
{
	bytes name = bytes_text(d->d_name);
	struct entry e = {.at = l->names.n, .n = (unsigned short)name.n};

	if (bytes_equal(name, bytes_text(".")) ||
		bytes_equal(name, bytes_text("..")))
		return;
	if (bytes_equal(name, bytes_text(".git"))) {
		l->has_git = true;
		return;
	}
	if (bytes_equal(name, bytes_text(".gitignore")))
		l->has_ignore = true;
	e.kind = (unsigned char)kind_of(dir, d);
	if (name.n >= 4 && name.n <= 7) {
		l->has_head |= bytes_equal(name, bytes_text("HEAD"));
		l->has_objects |= bytes_equal(name, bytes_text("objects"));
		l->has_refs |= bytes_equal(name, bytes_text("refs"));
	}
	buf_put(&l->names, name);
	buf_put(&l->entries, bytes_of(&e, sizeof(e)));
	if (l->names.failed || l->entries.failed)
		l->is_cut = true;
	else
		l->n++;
}

static void read_directory(struct listing *l, int dir)
{
	alignas(struct dirent64) char step[STEP];

	while (!l->is_cut) {
		ssize_t n = getdents64(dir, step, sizeof(step));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			l->read_errno = errno;
		if (n <= 0)
			return;
		for (ssize_t at = 0; at < n && !l->is_cut;) {
			const struct dirent64 *d =
				(const void *)(step + at);

			add_entry(l, dir, d);
			at += d->d_reclen;
		}
	}
}

static int compare(const void *a, const void *b, void *context)
{
	const struct listing *l = context;

	return bytes_compare(name_of(l, a), name_of(l, b));
}

static void listing_init(struct listing *l)
{
	*l = (struct listing){0};
	buf_init(&l->names, LIMIT_DIRECTORY * 16);
	buf_init(&l->entries, LIMIT_DIRECTORY * sizeof(struct entry));
}

static void listing_release(struct listing *l)
{
	buf_release(&l->names);
	buf_release(&l->entries);
}

/* ---- telling ------------------------------------------------------------ */

struct teller {
	const struct source_listener *listener;
	struct source_view view;
	struct buf path;
	size_t prefix; /* bytes of path before a name */
	bytes directory;
	int dir;
	bool is_deep; /* what is below stands over LIMIT_TREE_DEPTH */
};

static void tell_link(struct teller *t, const struct entry *e, bytes path)
{
	/* path ends with the name and is terminated */
	const char *name = (const char *)path.at + path.n - e->n;
	char target[PATH_MAX];
	ssize_t n = readlinkat(t->dir, name, target, sizeof(target));
	void *context = t->listener->context;

	if (n >= 0)
		t->listener->link(context, path, bytes_of(target, (size_t)n));
	else
		t->listener->skipped(context, path, SKIP_LINK_LOOP);
}

static void tell_entry(struct teller *t, const struct entry *e, bytes name)
{
	const struct source_listener *to = t->listener;
	enum source_kind kind = (enum source_kind)e->kind;
	bytes path;

	t->path.n = t->prefix;
	buf_put(&t->path, name);
	if (t->path.failed) {
		buf_clear(&t->path);
		buf_put(&t->path, t->directory);
		buf_put_byte(&t->path, '/');
		to->skipped(to->context, t->directory, SKIP_LIMIT);
		return;
	}
	path = buf_bytes(&t->path);
	if (source_view_is_ignored(&t->view, path, name, kind))
		to->ignored(to->context, path);
	else if (kind == KIND_FILE)
		to->file(to->context, path, 0);
	else if (kind == KIND_LINK)
		tell_link(t, e, path);
	else if (kind == KIND_OTHER)
		to->skipped(to->context, path, SKIP_SPECIAL);
	else if (t->is_deep)
		to->skipped(to->context, path, SKIP_DEPTH);
	else
		to->directory(to->context, path);
}

static size_t depth_of(bytes path)
{
	size_t depth = path.n != 0;

	for (size_t i = 0; i < path.n; i++)
		depth += path.at[i] == '/';
	return depth;
}

/* A `.git` file leads elsewhere: that repository is told where it is. */
static bool is_repository(const struct listing *l, int dir)
{
	return (l->has_git && faccessat(dir, ".git/objects", F_OK,
				      AT_SYMLINK_NOFOLLOW) == 0) ||
	       (l->has_head && l->has_objects && l->has_refs);
}

static void tell(struct source_tree *tree, bytes directory,
	const struct listing *l, int dir, const struct source_listener *to)
{
	struct teller t = {.listener = to, .dir = dir,
		.directory = directory};
	struct source_sight sight = {.dir = dir, .has_git = l->has_git,
		.has_ignore = l->has_ignore};
	const struct entry *entries = entries_of(l);

	t.is_deep = depth_of(directory) >= LIMIT_TREE_DEPTH;
	buf_init(&t.path, LIMIT_PATH);
	buf_put(&t.path, directory);
	if (directory.n)
		buf_put_byte(&t.path, '/');
	t.prefix = t.path.n;
	if (directory.n && to->repository && is_repository(l, dir))
		to->repository(to->context, directory);
	source_view_begin(&t.view, tree->repositories, directory, &sight);
	for (size_t i = 0; i < l->n; i++)
		tell_entry(&t, &entries[i], name_of(l, &entries[i]));
	source_view_end(&t.view);
	buf_release(&t.path);
}

static enum status cannot_list(bytes path,
	const struct source_listener *to, struct error *err)
{
	int saved = errno;

	to->skipped(to->context, path,
		saved == ENOENT ? SKIP_VANISHED : SKIP_UNREADABLE);
	errno = saved;
	return error_set_errno(err, ERR_IO, "list directory %.*s",
		path.n ? (int)(path.n < 300 ? path.n : 300) : 1,
		path.n ? (const char *)path.at : ".");
}

enum status source_tree_list(struct source_tree *tree, bytes path,
	const struct source_listener *listener, struct error *err)
{
	int dir = source_beneath_open(tree->root, path, O_RDONLY);
	enum status status = OK;
	struct listing l;
	struct stat st;

	if (dir < 0)
		return cannot_list(path, listener, err);
	if (!tree->options.other_devices && fstat(dir, &st) == 0 &&
		st.st_dev != tree->device) {
		close(dir);
		listener->skipped(listener->context, path, SKIP_OTHER_DEVICE);
		return OK;
	}
	listing_init(&l);
	read_directory(&l, dir);
	if (l.n)
		qsort_r(entries_of(&l), l.n, sizeof(struct entry), compare, &l);
	tell(tree, path, &l, dir, listener);
	close(dir);
	if (l.is_cut)
		listener->skipped(listener->context, path, SKIP_LIMIT);
	if (l.read_errno) {
		errno = l.read_errno;
		status = cannot_list(path, listener, err);
	}
	listing_release(&l);
	return status;
}
