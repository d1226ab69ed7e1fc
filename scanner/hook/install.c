#include "hook/internal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

struct settings {
	int is_global;
};

/* What was asked: kinds, then options for `hook run`. */
struct wish {
	struct hook_place place;
	bool has[HOOK_KINDS];
	bool is_named;
	const char *const *options;
	size_t option_count;
	struct buf told;
};

static const struct args_option options[] = {
	{.name = "global", .kind = ARGS_FLAG, .value = 1,
		.help = "For every repository of this user: in the directory "
			"that core.hooksPath of git's config names; without "
			"one, in a directory of stanch's, which is then named "
			"there.",
		.offset = offsetof(struct settings, is_global)},
};

static enum status read_words(const struct args_list *words, struct wish *w,
	struct error *err)
{
	size_t i = 0;

	for (; i < words->n && words->at[i][0] != '-'; i++) {
		enum hook_kind kind = hook_kind_of(words->at[i]);

		if (kind == HOOK_KINDS)
			return error_set(err, ERR_USAGE, "read the command "
				"line: '%.80s' is not one of pre-commit, "
				"pre-push, pre-receive", words->at[i]);
		w->has[kind] = true;
		w->is_named = true;
	}
	w->options = words->at + i;
	w->option_count = words->n - i;
	return OK;
}

/* A server's repository is bare, a person's is not. */
static void choose_kinds(struct wish *w)
{
	if (w->is_named)
		return;
	w->has[HOOK_PRE_RECEIVE] = w->place.is_bare;
	w->has[HOOK_PRE_COMMIT] = w->has[HOOK_PRE_PUSH] = !w->place.is_bare;
}

static enum status make_directories(const char *path, struct error *err)
{
	char part[PATH_MAX];
	size_t n = strlen(path);

	if (n >= sizeof(part))
		return error_set(err, ERR_USAGE, "make %.200s: too long",
			path);
	for (size_t i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0777) != 0 && errno != EEXIST)
			return error_set_errno(err, ERR_IO, "make %.300s",
				part);
	}
	return OK;
}

static void tell(struct wish *w, const char *what, const char *name)
{
	buf_printf(&w->told, "%s ", what);
	report_escape_terminal(bytes_text(w->place.directory), &w->told);
	buf_printf(&w->told, "/%s\n", name);
}

static void tell_kept(struct wish *w, const char *name)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s.before-stanch",
		w->place.directory, name);

	if (n > 0 && (size_t)n < sizeof(path) && access(path, F_OK) == 0)
		buf_printf(&w->told, "  the hook that was there is kept as "
			"%s.before-stanch, and called\n", name);
}

static enum status install_one(struct wish *w, enum hook_kind kind,
	const char *name, struct error *err)
{
	const struct hook_script script = {
		.kind = kind,
		.name = name,
		.passes_on = w->place.is_ours,
		.options = w->options,
		.option_count = w->option_count,
	};

	return hook_file_install(w->place.directory, &script, err);
}

/* Every name that git passes over now; those asked for scan as well. */
static enum status pass_on(struct wish *w, struct error *err)
{
	enum status status = OK;

	for (size_t i = 0; status == OK && hook_passed_on[i]; i++) {
		enum hook_kind kind = hook_kind_of(hook_passed_on[i]);

		if (kind == HOOK_KINDS || !w->has[kind])
			status = install_one(w, HOOK_KINDS, hook_passed_on[i],
				err);
	}
	return status;
}

static enum status install(struct wish *w, struct error *err)
{
	enum status status = make_directories(w->place.directory, err);

	for (int k = 0; status == OK && k < HOOK_KINDS; k++) {
		const char *name = hook_kind_name((enum hook_kind)k);

		if (!w->has[k])
			continue;
		status = install_one(w, (enum hook_kind)k, name, err);
		if (status == OK) {
			tell(w, "installed", name);
			tell_kept(w, name);
		}
	}
	if (status == OK && w->place.is_ours)
		status = pass_on(w, err);
	if (status == OK && w->place.is_ours)
		status = hook_place_enter(&w->place, err);
	if (status == OK && w->has[HOOK_PRE_RECEIVE] && w->option_count)
		buf_put_text(&w->told, "  push options (for overrides) need: "
			"git config receive.advertisePushOptions true\n");
	return status;
}

static enum status remove_one(struct wish *w, const char *name,
	struct error *err)
{
	bool found = false;
	enum status status = hook_file_uninstall(w->place.directory, name,
		&found, err);

	if (status == OK && found)
		tell(w, "took away", name);
	else if (status == OK && w->is_named)
		tell(w, "is none of stanch's, and stays:", name);
	return status;
}

/* All of a directory of ours goes, git's config first: no hook is missed. */
static enum status remove_directory(struct wish *w, struct error *err)
{
	enum status status = hook_place_leave(&w->place, err);
	bool found;

	for (size_t i = 0; status == OK && hook_passed_on[i]; i++)
		status = hook_file_uninstall(w->place.directory,
			hook_passed_on[i], &found, err);
	if (status == OK && rmdir(w->place.directory) == 0) {
		char *slash = strrchr(w->place.directory, '/');

		tell(w, "took away all of", "");
		*slash = '\0';
		(void)!rmdir(w->place.directory);
		*slash = '/';
	}
	return status;
}

static enum status uninstall(struct wish *w, struct error *err)
{
	enum status status = OK;

	if (w->place.is_ours && !w->is_named)
		return remove_directory(w, err);
	for (int k = 0; status == OK && k < HOOK_KINDS; k++) {
		const char *name = hook_kind_name((enum hook_kind)k);

		if (w->is_named && !w->has[k])
			continue;
		/* git still passes over the repositories' own. */
		if (w->place.is_ours)
			status = install_one(w, HOOK_KINDS, name, err);
		else
			status = remove_one(w, name, err);
	}
	if (status == OK && w->told.n == 0 && !w->place.is_ours)
		buf_put_text(&w->told, "there is no hook of stanch's\n");
	return status;
}

static int run(const struct args_command *self, int argc, char **argv,
	enum status (*act)(struct wish *w, struct error *err))
{
	struct settings settings = {.is_global = 0};
	struct args_list words = {.n = 0};
	struct wish w = {.is_named = false};
	struct error err = {0};
	enum status status = args_parse(self, argc, argv, &settings, &words,
		&err);
	int code;

	buf_init(&w.told, (size_t)1 << 20);
	if (status == OK)
		status = read_words(&words, &w, &err);
	if (status == OK)
		status = hook_place_find(settings.is_global, &w.place, &err);
	if (status == OK && act == install)
		choose_kinds(&w);
	if (status == OK)
		status = act(&w, &err);
	code = console_print(&w.told);
	hook_place_release(&w.place);
	return status == OK ? code : console_fail(&err);
}

static int run_install(void *context, const struct args_command *self,
	int argc, char **argv)
{
	(void)context;
	return run(self, argc, argv, install);
}

static int run_uninstall(void *context, const struct args_command *self,
	int argc, char **argv)
{
	(void)context;
	return run(self, argc, argv, uninstall);
}

const struct args_command hook_install_command = {
	.name = "install",
	.takes = "[KIND...] [-- OPTION...]",
	.summary = "Put hooks where git looks for them: pre-commit and "
		"pre-push, or pre-receive in a bare repository.",
	.about =
"A hook that is there is kept as NAME.before-stanch and called as before. "
"What follows -- is handed to `stanch hook run`: stanch hook install "
"pre-receive -- --timeout 20 --may-override ann.\n"
"\n"
"git's config is written with --global only, and only when core.hooksPath "
"is not set yet.\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run_install,
};

const struct args_command hook_uninstall_command = {
	.name = "uninstall",
	.takes = "[KIND...]",
	.summary = "Take stanch's hooks away; what was there before is there "
		"again, byte for byte.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run_uninstall,
};

static const struct args_command *const commands[] = {
	&hook_install_command,
	&hook_uninstall_command,
	&hook_run_command,
	NULL,
};

const struct args_command hook_command = {
	.name = "hook",
	.summary = "git's hooks: install them, or be one.",
	.children = commands,
};
