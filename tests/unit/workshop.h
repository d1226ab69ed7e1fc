/*
 * workshop: an empty directory for a test, filled by shell lines and emptied
 * at the end; and a listener that writes down what a tree tells.
 */
#ifndef STANCH_TESTS_WORKSHOP_H
#define STANCH_TESTS_WORKSHOP_H

#include "base/buf.h"
#include "source/source.h"
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKSHOP_MAX ((size_t)64 << 20)

struct workshop {
	char path[64];
};

static inline void workshop_begin(struct workshop *w)
{
	snprintf(w->path, sizeof(w->path), "/tmp/stanch-unit-XXXXXX");
	if (mkdtemp(w->path) == NULL || chmod(w->path, 0755) != 0) {
		perror("workshop");
		exit(2);
	}
}

/* Runs a shell line in the workshop; its exit code. Git knows no config. */
static inline int workshop_run(const struct workshop *w, const char *line)
{
	pid_t child = fork();
	int code = -1;

	if (child == 0) {
		if (chdir(w->path) != 0)
			_exit(126);
		setenv("HOME", w->path, 1);
		setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
		setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
		execl("/bin/sh", "sh", "-euc", line, (char *)NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &code, 0) != child)
		return -1;
	return WIFEXITED(code) ? WEXITSTATUS(code) : -1;
}

static inline void workshop_must(const struct workshop *w, const char *line)
{
	if (workshop_run(w, line) != 0) {
		unit_failures++;
		printf("  cannot build: %s\n", line);
	}
}

static inline void workshop_end(const struct workshop *w)
{
	workshop_run(w, "chmod -R u+rwx . ; rm -rf \"$PWD\"");
}

static inline const char *workshop_path(const struct workshop *w,
	const char *name, char *out, size_t room)
{
	if (snprintf(out, room, "%s/%s", w->path, name) >= (int)room)
		abort();
	return out;
}

static inline bool workshop_has(const char *tool)
{
	struct workshop here = {"/"};
	char line[128];

	snprintf(line, sizeof(line), "command -v %s >/dev/null 2>&1", tool);
	if (workshop_run(&here, line) == 0)
		return true;
	printf("  note: no %s here, its part is left out\n", tool);
	return false;
}

static inline void workshop_read(const struct workshop *w, const char *name,
	struct buf *out)
{
	char path[256];
	FILE *f = fopen(workshop_path(w, name, path, sizeof(path)), "rb");
	unsigned char piece[4096];
	size_t n;

	buf_init(out, WORKSHOP_MAX);
	while (f && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_put(out, bytes_of(piece, n));
	if (f)
		fclose(f);
}

static inline void workshop_write(const struct workshop *w, const char *name,
	bytes content)
{
	char path[256];
	FILE *f = fopen(workshop_path(w, name, path, sizeof(path)), "wb");

	if (f == NULL || fwrite(content.at, 1, content.n, f) != content.n)
		unit_failures++;
	if (f)
		fclose(f);
}

/* ---- what a tree tells, a line for each --------------------------------- */

struct told {
	struct buf text;
	struct buf queue; /* directories to list, NUL-terminated */
};

static inline void told_line(struct told *t, const char *kind, bytes path,
	const char *more)
{
	buf_put_text(&t->text, kind);
	buf_put_byte(&t->text, ' ');
	buf_put(&t->text, path);
	buf_put_text(&t->text, more);
	buf_put_byte(&t->text, '\n');
}

static inline void told_file(void *context, bytes path, uint64_t size)
{
	(void)size;
	told_line(context, "file", path, "");
}

static inline void told_link(void *context, bytes path, bytes target)
{
	struct told *t = context;

	told_line(t, "link", path, " -> ");
	t->text.n--;
	buf_put(&t->text, target);
	buf_put_byte(&t->text, '\n');
}

static inline void told_directory(void *context, bytes path)
{
	struct told *t = context;

	told_line(t, "dir", path, "");
	buf_put(&t->queue, path);
	buf_put_byte(&t->queue, '\0');
}

static inline void told_skipped(void *context, bytes path,
	enum source_skip why)
{
	struct told *t = context;

	told_line(t, "skip", path, " ");
	t->text.n--;
	buf_put_text(&t->text, source_skip_name(why));
	buf_put_byte(&t->text, '\n');
}

static inline void told_ignored(void *context, bytes path)
{
	told_line(context, "ignored", path, "");
}

/* All of a tree, breadth first. */
static inline void told_tree(struct told *t, struct source_tree *tree)
{
	struct source_listener to = {.file = told_file, .link = told_link,
		.directory = told_directory, .skipped = told_skipped,
		.ignored = told_ignored, .context = t};
	size_t at = 0;

	buf_init(&t->text, WORKSHOP_MAX);
	buf_init(&t->queue, WORKSHOP_MAX);
	buf_put_byte(&t->queue, '\0');
	while (at < t->queue.n) {
		char *path = strdup((const char *)t->queue.at + at);
		struct error err;

		at += strlen(path) + 1;
		if (source_tree_list(tree, bytes_text(path), &to, &err) != OK)
			told_line(t, "error", bytes_text(path), "");
		free(path);
	}
}

static inline void told_release(struct told *t)
{
	buf_release(&t->text);
	buf_release(&t->queue);
}

/* Open, list all, close. */
static inline void told_workshop(struct told *t, const struct workshop *w,
	const char *name, const struct source_tree_options *options)
{
	struct source_tree *tree = NULL;
	struct error err = {0};
	char path[256];

	*t = (struct told){0};
	workshop_path(w, name, path, sizeof(path));
	if (source_tree_open(&tree, path, options, &err) != OK) {
		printf("  %s\n", err.text);
		unit_failures++;
		return;
	}
	told_tree(t, tree);
	source_tree_close(tree);
}

#endif
