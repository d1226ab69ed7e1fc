/*
 * refs: HEAD, loose refs, packed-refs.
 *
 * A ref file that holds no name of an object is counted, not believed; a
 * symbolic ref is followed five times at most, only to names below refs/.
 * Worktrees have refs of their own (HEAD, bisect): read from git_dir; all
 * others stand in common_dir.
 */
#include "repo/internal.h"

#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define REF_FILE_MAX ((size_t)4096)
#define SYMREF_DEPTH 5
#define REF_DEPTH 64

bool repo_parse_name(bytes hex, unsigned char id[REPO_ID_MAX])
{
	if (hex.n != 40 && hex.n != 64)
		return false;
	memset(id, 0, REPO_ID_MAX);
	return bytes_from_hex(hex, id);
}

static enum status add_ref(struct repo *r, bytes name,
	const unsigned char id[REPO_ID_MAX], struct error *err)
{
	struct repo_ref *refs = r->refs;

	if ((r->ref_count & (r->ref_count - 1)) == 0)
		refs = reallocarray(r->refs,
			r->ref_count ? r->ref_count * 2 : 1, sizeof(*refs));
	if (refs == NULL)
		return error_set(err, ERR_MEMORY, "read refs");
	r->refs = refs;
	refs[r->ref_count].name = strndup((const char *)name.at, name.n);
	if (refs[r->ref_count].name == NULL)
		return error_set(err, ERR_MEMORY, "read refs");
	memcpy(refs[r->ref_count].id, id, REPO_ID_MAX);
	refs[r->ref_count].is_loose = false;
	r->ref_count++;
	return OK;
}

/* "<hex> <name>" lines; '#' headers and '^' peeled lines are stepped over. */
static enum status read_packed(struct repo *r, struct error *err)
{
	char *path = repo_join(r->common_dir, "packed-refs");
	unsigned char id[REPO_ID_MAX];
	struct buf text = {.max = 0};
	bytes rest, line, hex, name;
	enum status status;

	if (path == NULL)
		return error_set(err, ERR_MEMORY, "read refs");
	status = repo_read_file(AT_FDCWD, path, REPO_FILE_MAX, &text, err);
	rest = buf_bytes(&text);
	while (status == OK && rest.n) {
		bytes_cut(rest, '\n', &line, &rest);
		if (line.n == 0 || line.at[0] == '#' || line.at[0] == '^')
			continue;
		if (bytes_cut(line, ' ', &hex, &name) &&
			repo_parse_name(hex, id) && name.n)
			status = add_ref(r, bytes_trim(name), id, err);
		else
			r->broken_refs++;
	}
	buf_release(&text);
	free(path);
	/* Not readable: counted, and all objects are scanned all the same. */
	if (status == ERR_IO || status == ERR_LIMIT) {
		r->broken_refs++;
		status = OK;
	}
	return status == ERR_NOT_FOUND ? OK : status;
}

static enum status add_link(struct repo *r, bytes name, bytes target,
	struct error *err)
{
	struct repo_link *links = reallocarray(r->links, r->link_count + 1,
		sizeof(*links));
	struct repo_link link;

	if (links == NULL)
		return error_set(err, ERR_MEMORY, "read refs");
	r->links = links;
	link.name = strndup((const char *)name.at, name.n);
	link.target = strndup((const char *)target.at, target.n);
	if (link.name && link.target) {
		links[r->link_count++] = link;
		return OK;
	}
	free(link.name);
	free(link.target);
	return error_set(err, ERR_MEMORY, "read refs");
}

static enum status read_loose(struct repo *r, int directory, const char *entry,
	bytes name, struct error *err)
{
	unsigned char id[REPO_ID_MAX] = {0};
	struct buf text = {.max = 0};
	bytes content;
	enum status status;

	status = repo_read_file(directory, entry, REF_FILE_MAX, &text, err);
	content = bytes_trim(buf_bytes(&text));
	if (status == OK && repo_parse_name(content, id)) {
		status = add_ref(r, name, id, err);
		if (status == OK)
			r->refs[r->ref_count - 1].is_loose = true;
	} else if (status == OK &&
		   bytes_starts(content, bytes_text("ref:"))) {
		status = add_link(r, name, bytes_trim(bytes_drop(content, 4)),
			err);
	} else {
		r->broken_refs++;
	}
	buf_release(&text);
	return status == ERR_MEMORY ? status : OK;
}

/* One directory of loose refs; subdirectories recurse to REF_DEPTH. */
static enum status read_directory(struct repo *r, int parent,
	const char *entry, const char *prefix, unsigned depth,
	struct error *err)
{
	int fd = openat(parent, entry,
		O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	enum status status = OK;

	if (dir == NULL) {
		r->broken_refs += errno != ENOENT;
		if (fd >= 0)
			close(fd);
		return OK;
	}
	if (depth > REF_DEPTH) {
		r->broken_refs++;
		closedir(dir);
		return OK;
	}
	while (status == OK && (errno = 0, e = readdir(dir)) != NULL) {
		char *name;
		struct stat st;

		if (e->d_name[0] == '.' ||
			bytes_ends(bytes_text(e->d_name),
				bytes_text(".lock")) ||
			fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		name = repo_join(prefix, e->d_name);
		if (name == NULL)
			status = error_set(err, ERR_MEMORY, "read refs");
		else if (S_ISDIR(st.st_mode))
			status = read_directory(r, fd, e->d_name, name,
				depth + 1, err);
		else if (S_ISREG(st.st_mode))
			status = read_loose(r, fd, e->d_name, bytes_text(name),
				err);
		else
			r->broken_refs++;
		free(name);
	}
	r->broken_refs += status == OK && errno != 0;
	closedir(dir);
	return status;
}

/* Of equal names the loose one comes first, and stays. */
static int by_name(const void *a, const void *b)
{
	const struct repo_ref *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (int)y->is_loose - (int)x->is_loose;
}

/* packed-refs is, and often there is nothing else. */
static bool is_ordered(const struct repo *r)
{
	for (size_t i = 1; i < r->ref_count; i++)
		if (by_name(&r->refs[i - 1], &r->refs[i]) > 0)
			return false;
	return true;
}

static void settle(struct repo *r)
{
	struct repo_ref *kept = r->refs;

	if (r->ref_count == 0)
		return;
	if (!is_ordered(r))
		qsort(r->refs, r->ref_count, sizeof(*r->refs), by_name);
	for (size_t i = 1; i < r->ref_count; i++) {
		if (strcmp(kept->name, r->refs[i].name) == 0)
			free(r->refs[i].name);
		else
			*++kept = r->refs[i];
	}
	r->ref_count = (size_t)(kept - r->refs) + 1;
}

static const struct repo_ref *find_plain(const struct repo *r,
	const char *name)
{
	for (size_t i = 0; i < r->ref_count; i++)
		if (strcmp(r->refs[i].name, name) == 0)
			return &r->refs[i];
	return NULL;
}

/* One step: git makes no links to links. */
const struct repo_ref *repo_find_ref(const struct repo *r, const char *name)
{
	const struct repo_ref *ref = find_plain(r, name);

	for (size_t i = 0; ref == NULL && i < r->link_count; i++)
		if (strcmp(r->links[i].name, name) == 0)
			ref = find_plain(r, r->links[i].target);
	return ref;
}

/* HEAD holds a name, or "ref: refs/heads/x" that may not exist yet. */
static enum status read_head(struct repo *r, const char *git_dir,
	const char *as, struct error *err)
{
	unsigned char id[REPO_ID_MAX];
	char *path = repo_join(git_dir, "HEAD");
	struct buf text = {.max = 0};
	bytes content;
	enum status status;

	if (path == NULL)
		return error_set(err, ERR_MEMORY, "read HEAD");
	status = repo_read_file(AT_FDCWD, path, REF_FILE_MAX, &text, err);
	content = bytes_trim(buf_bytes(&text));
	if (status != OK) {
		r->broken_refs++;
		status = OK;
	} else if (repo_parse_name(content, id)) {
		status = add_ref(r, bytes_text(as), id, err);
	} else if (bytes_starts(content, bytes_text("ref:"))) {
		bytes target = bytes_trim(bytes_drop(content, 4));
		char *name = strndup((const char *)target.at, target.n);
		const struct repo_ref *ref =
			name ? repo_find_ref(r, name) : NULL;

		if (ref) {
			memcpy(id, ref->id, sizeof(id));
			status = add_ref(r, bytes_text(as), id, err);
		}
		free(name);
	} else {
		r->broken_refs++;
	}
	buf_release(&text);
	free(path);
	return status;
}

/* One worktree: "worktrees/<name>/HEAD", as git itself writes it. */
struct worktree_reader {
	struct repo *repo;
	struct error *err;
	enum status status;
};

static void read_worktree(void *context, const char *name,
	const char *git_dir)
{
	struct worktree_reader *reader = context;
	char *as = NULL;

	if (reader->status == OK && asprintf(&as, "worktrees/%s/HEAD", name) >=
			0)
		reader->status = read_head(reader->repo, git_dir, as,
			reader->err);
	free(as);
}

enum status repo_read_refs(struct repo *r, struct error *err)
{
	int fd = open(r->common_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct worktree_reader reader = {.status = OK};
	enum status status = OK;
	struct repo_ref head;

	if (fd < 0)
		return error_set_errno(err, ERR_IO, "open %s", r->common_dir);
	status = read_directory(r, fd, "refs", "refs", 0, err);
	close(fd);
	if (status == OK)
		status = read_packed(r, err);
	if (status != OK)
		return status;
	settle(r);
	status = read_head(r, r->git_dir, "HEAD", err);
	if (status != OK)
		return status;
	if (repo_find_ref(r, "HEAD") != NULL) {
		head = r->refs[r->ref_count - 1];
		memmove(r->refs + 1, r->refs,
			(r->ref_count - 1) * sizeof(*r->refs));
		r->refs[0] = head;
	}
	reader.repo = r;
	reader.err = err;
	repo_each_worktree(r, read_worktree, &reader);
	return reader.status;
}

const unsigned char *repo_head(const struct repo *r)
{
	return r->ref_count && strcmp(r->refs[0].name, "HEAD") == 0
		       ? r->refs[0].id
		       : NULL;
}
