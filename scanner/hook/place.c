/*
 * place: the directory where git looks for hooks.
 *
 * git is asked for it: core.hooksPath may come from any of its configs, from
 * what they include, from a worktree's. `rev-parse` and `config` start no
 * program that a config names. A directory outside of the repository is
 * everybody's, and is touched only with --global.
 *
 * With --global git's own config is written, and only then: three lines at its
 * end, which say whose they are, so that they can be taken away again and
 * leave each byte before them as it was.
 */
#include "hook/internal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define CONFIG_MAX ((size_t)4 << 20)
/* Its end tells what stood before it. */
#define MARK "# stanch hook install --global"
#define NEW_FILE " (made this file)"
#define NO_NEWLINE " (there was no newline before)"

void hook_place_release(struct hook_place *p)
{
	free(p->directory);
	free(p->config);
	*p = (struct hook_place){.directory = NULL};
}

/* ---- of this repository ------------------------------------------------- */

/* git's answer as a real path, or NULL; malloc'd. */
static char *ask_path(const char *const *argv)
{
	struct buf answer;
	char *real = NULL;

	if (hook_git(argv, &answer, NULL) == OK)
		real = realpath(buf_text(&answer), NULL);
	buf_release(&answer);
	return real;
}

static bool is_within(const char *path, const char *root)
{
	size_t n = root ? strlen(root) : 0;

	return root && strncmp(path, root, n) == 0 &&
	       (path[n] == '/' || path[n] == '\0');
}

/* The real path of what may not be there yet; its parent must be. */
static char *real_of(const char *path)
{
	char *real = realpath(path, NULL), *copy, *parent, *slash;

	if (real || errno != ENOENT)
		return real;
	copy = strdup(path);
	if (copy == NULL)
		return NULL;
	for (slash = copy + strlen(copy); slash > copy + 1 && slash[-1] == '/';)
		*--slash = '\0';
	slash = strrchr(copy, '/');
	if (slash)
		*slash = '\0';
	parent = realpath(slash == NULL ? "." : slash == copy ? "/" : copy,
		NULL);
	if (parent && asprintf(&real, "%s/%s", parent,
			      slash ? slash + 1 : copy) < 0)
		real = NULL;
	free(parent);
	free(copy);
	return real;
}

static enum status check_inside(const char *directory, struct error *err)
{
	static const char *const common[] = {"git", "rev-parse",
		"--git-common-dir", NULL};
	static const char *const top[] = {"git", "rev-parse",
		"--show-toplevel", NULL};
	char *of_git = ask_path(common), *tree = ask_path(top);
	bool is = is_within(directory, of_git) || is_within(directory, tree);

	free(of_git);
	free(tree);
	if (is)
		return OK;
	return error_set(err, ERR_USAGE, "install the hook: core.hooksPath "
		"leads out of this repository, to %.200s, which others use, "
		"too; --global installs it there", directory);
}

static enum status find_local(struct hook_place *out, struct error *err)
{
	static const char *const hooks[] = {"git", "rev-parse", "--git-path",
		"hooks", NULL};
	static const char *const bare[] = {"git", "rev-parse",
		"--is-bare-repository", NULL};
	struct buf answer;
	enum status status = hook_git(hooks, &answer, err);

	if (status == ERR_NOT_FOUND)
		(void)error_set(err, status, "install the hook: git finds no "
			"repository here (or one of another user)");
	if (status == OK) {
		out->directory = real_of(buf_text(&answer));
		if (out->directory == NULL)
			status = error_set_errno(err, ERR_IO,
				"install the hook in %.200s",
				buf_text(&answer));
	}
	buf_release(&answer);
	if (status == OK && hook_git(bare, &answer, NULL) == OK) {
		out->is_bare = strcmp(buf_text(&answer), "true") == 0;
		buf_release(&answer);
	}
	return status == OK ? check_inside(out->directory, err) : status;
}

/* ---- of the user -------------------------------------------------------- */

static bool is_file(const char *path)
{
	struct stat st;

	return path && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* The file that `git config --global` writes. */
static char *find_config(const char *home, const char *xdg)
{
	const char *named = getenv("GIT_CONFIG_GLOBAL");
	char *own = NULL, *other = NULL;

	if (named && *named)
		return strdup(named);
	if (asprintf(&own, "%s/.gitconfig", home) < 0)
		return NULL;
	if (asprintf(&other, "%s/git/config", xdg) < 0)
		other = NULL;
	if (!is_file(own) && is_file(other)) {
		free(own);
		return other;
	}
	free(other);
	return own;
}

static enum status find_global(struct hook_place *out, struct error *err)
{
	/* Of no repository: what holds everywhere. */
	static const char *const named[] = {"git", "-C", "/", "config",
		"--path", "--get", "core.hooksPath", NULL};
	const char *home = getenv("HOME"), *xdg = getenv("XDG_CONFIG_HOME");
	char *config = NULL, *own = NULL;
	struct buf answer;

	out->is_global = true;
	if (home == NULL || home[0] != '/')
		return error_set(err, ERR_USAGE,
			"install the hook for all repositories: HOME is not "
			"set");
	if (xdg && xdg[0] == '/')
		config = strdup(xdg);
	else if (asprintf(&config, "%s/.config", home) < 0)
		config = NULL;
	if (config && asprintf(&own, "%s/stanch/hooks", config) < 0)
		own = NULL;
	out->config = config ? find_config(home, config) : NULL;
	free(config);
	if (hook_git(named, &answer, NULL) == OK && answer.n)
		out->directory = strdup(buf_text(&answer));
	else if (own)
		out->directory = strdup(own);
	out->is_ours = own && out->directory &&
		       strcmp(own, out->directory) == 0;
	buf_release(&answer);
	free(own);
	return out->config && out->directory ? OK :
		error_set(err, ERR_MEMORY, "find git's config: no memory");
}

enum status hook_place_find(int is_global, struct hook_place *out,
	struct error *err)
{
	return is_global ? find_global(out, err) : find_local(out, err);
}

/* ---- git's config ------------------------------------------------------- */

static void put_block(struct buf *out, const char *note, const char *directory)
{
	buf_printf(out, MARK "%s\n[core]\n\thooksPath = \"", note);
	for (; *directory; directory++) {
		if (*directory == '"' || *directory == '\\')
			buf_put_byte(out, '\\');
		buf_put_byte(out, (unsigned char)*directory);
	}
	buf_put_text(out, "\"\n");
}

/* Where a block of ours with this note stands, or BYTES_NONE. */
static size_t find_block(bytes text, const char *note, const char *directory,
	size_t *length)
{
	struct buf block;
	size_t at;

	buf_init(&block, PATH_MAX * 2 + 256);
	put_block(&block, note, directory);
	at = block.failed ? BYTES_NONE : bytes_find(text, buf_bytes(&block));
	*length = block.n;
	buf_release(&block);
	return at;
}

/* Through a link, as git does; the mode stays. */
static enum status replace_config(const char *path, bytes text,
	struct error *err)
{
	char *real = realpath(path, NULL);
	enum status status;
	struct stat st;
	bool was_there = stat(path, &st) == 0;

	status = hook_file_write(real ? real : path, text,
		was_there ? st.st_mode & 07777 : 0666, err);
	if (status == OK && was_there)
		(void)!chmod(real ? real : path, st.st_mode & 07777);
	free(real);
	return status;
}

enum status hook_place_enter(const struct hook_place *p, struct error *err)
{
	static const char *const notes[] = {"", NEW_FILE, NO_NEWLINE};
	struct buf text;
	enum status status = hook_file_read(p->config, &text, err);
	const char *note = status == ERR_NOT_FOUND ? NEW_FILE : "";
	size_t length;

	if (status == ERR_NOT_FOUND)
		status = OK;
	for (size_t i = 0; status == OK && i < 3; i++)
		if (find_block(buf_bytes(&text), notes[i], p->directory,
			    &length) != BYTES_NONE) {
			buf_release(&text);
			return OK;
		}
	if (strchr(p->directory, '\n'))
		status = error_set(err, ERR_USAGE, "write %.200s: the name of "
			"the directory has a newline", p->config);
	if (status == OK) {
		if (text.n && text.at[text.n - 1] != '\n') {
			note = NO_NEWLINE;
			buf_put_byte(&text, '\n');
		}
		put_block(&text, note, p->directory);
		status = text.failed
			? error_set(err, ERR_LIMIT, "write %.200s", p->config)
			: replace_config(p->config, buf_bytes(&text), err);
	}
	buf_release(&text);
	return status;
}

static enum status cut(const struct hook_place *p, struct buf *text,
	size_t at, size_t length, const char *note, struct error *err)
{
	size_t from = at - (strcmp(note, NO_NEWLINE) == 0 && at > 0);

	memmove(text->at + from, text->at + at + length,
		text->n - at - length);
	text->n -= at + length - from;
	if (text->n == 0 && strcmp(note, NEW_FILE) == 0) {
		if (unlink(p->config) == 0)
			return OK;
		return error_set_errno(err, ERR_IO, "take away %.300s",
			p->config);
	}
	return replace_config(p->config, buf_bytes(text), err);
}

enum status hook_place_leave(const struct hook_place *p, struct error *err)
{
	static const char *const notes[] = {"", NEW_FILE, NO_NEWLINE};
	struct buf text;
	enum status status = hook_file_read(p->config, &text, err);
	size_t at = BYTES_NONE, length = 0, i = 0;

	while (status == OK && i < 3) {
		at = find_block(buf_bytes(&text), notes[i], p->directory,
			&length);
		if (at != BYTES_NONE)
			break;
		i++;
	}
	if (at != BYTES_NONE)
		status = cut(p, &text, at, length, notes[i], err);
	else
		status = error_set(err, ERR_USAGE, "take core.hooksPath away: "
			"%.200s does not hold the lines that `stanch hook "
			"install --global` wrote; git config --global --unset "
			"core.hooksPath does", p->config);
	buf_release(&text);
	return status;
}
