/*
 * script: the text of a hook: sh, since git starts it, and since what was
 * there before is to be called with the same standard input.
 *
 * A formatter that was there runs before pre-commit looks, for it may stage
 * more. For the other two stanch is first: what was there may send things on
 * (git-lfs does).
 *
 * With core.hooksPath in its own config git passes over the hooks in
 * repositories, all of them: a directory of ours hands every name on.
 * (Not push-to-checkout, proc-receive and fsmonitor-watchman: git does
 * something else when these are there at all.)
 */
#include "hook/internal.h"

#include <stdio.h>
#include <unistd.h>

#include "base/banned.h"

#define MARK "#!/bin/sh\n# stanch hook "

const char *const hook_passed_on[] = {
	"applypatch-msg", "pre-applypatch", "post-applypatch",
	"pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-commit",
	"pre-rebase", "post-checkout", "post-merge", "update", "post-receive",
	"post-update", "reference-transaction", "pre-auto-gc", "post-rewrite",
	"sendemail-validate", "post-index-change", "pre-commit", "pre-push",
	"pre-receive", NULL,
};

bool hook_script_is_ours(bytes text)
{
	return bytes_starts(text, bytes_text(MARK));
}

static void put_quoted(struct buf *out, const char *text)
{
	buf_put_byte(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			buf_put_text(out, "'\\''");
		else
			buf_put_byte(out, (unsigned char)*text);
	}
	buf_put_byte(out, '\'');
}

/* This program, where it is now; else whatever PATH has. */
static void put_program(struct buf *out)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[n > 0 ? n : 0] = '\0';
	buf_put_text(out, "s=");
	put_quoted(out, n > 0 ? path : "stanch");
	buf_put_text(out,
		"\n[ -x \"$s\" ] || s=$(command -v stanch) || {\n"
		"\techo \"stanch: the program is gone, so nothing was looked "
		"at; install it again,\" >&2\n"
		"\techo \"or take this hook away: rm '$0'\" >&2\n"
		"\texit 2\n}\n");
}

/* Git's own search, without starting git. */
static void put_own(struct buf *out, const char *name)
{
	buf_printf(out,
		"d=${GIT_DIR:-.git}\n"
		"if [ -f \"$d\" ]; then\n"
		"\tIFS= read -r l <\"$d\"\n"
		"\td=${l#gitdir: }\n"
		"fi\n"
		"if [ -f \"$d/commondir\" ]; then\n"
		"\tIFS= read -r c <\"$d/commondir\"\n"
		"\tcase $c in\n"
		"\t/*) d=$c ;;\n"
		"\t*) d=$d/$c ;;\n"
		"\tesac\n"
		"fi\n"
		"own=$d/hooks/%s\n", name);
}

static void put_call(struct buf *out, const struct hook_script *s)
{
	buf_printf(out, "\"$s\" hook run %s", s->name);
	for (size_t i = 0; i < s->option_count; i++) {
		buf_put_byte(out, ' ');
		put_quoted(out, s->options[i]);
	}
	if (s->kind == HOOK_PRE_PUSH)
		buf_put_text(out, " -- \"$@\"");
}

static void put_commit(struct buf *out, const struct hook_script *s)
{
	buf_put_text(out, "[ ! -x \"$0.before-stanch\" ] || "
		"\"$0.before-stanch\" \"$@\" || exit\n");
	if (s->passes_on)
		buf_put_text(out,
			"[ ! -x \"$own\" ] || \"$own\" \"$@\" || exit\n");
	buf_put_text(out, "exec ");
	put_call(out, s);
	buf_put_byte(out, '\n');
}

/* Each is to read the same lines; the dot keeps the last newline. */
static void put_updates(struct buf *out, const struct hook_script *s)
{
	buf_put_text(out, "before=$0.before-stanch\n"
		"[ -x \"$before\" ] || [ -x \"${own:-}\" ] || exec ");
	put_call(out, s);
	buf_put_text(out, "\ninput=$(cat; echo .)\ninput=${input%.}\n"
		"printf %s \"$input\" | ");
	put_call(out, s);
	buf_put_text(out, " || exit\n"
		"for hook in \"$before\" \"${own:-}\"; do\n"
		"\t[ ! -x \"$hook\" ] || printf %s \"$input\" | "
		"\"$hook\" \"$@\" || exit\n"
		"done\n");
}

void hook_script_write(const struct hook_script *s, struct buf *out)
{
	buf_printf(out, MARK "%s: written by `stanch hook install`, taken "
		"away by\n# `stanch hook uninstall`, which puts back what was "
		"here before.\n", s->name);
	if (s->passes_on)
		put_own(out, s->name);
	if (s->kind == HOOK_KINDS) {
		buf_put_text(out,
			"[ ! -x \"$own\" ] || exec \"$own\" \"$@\"\n");
		return;
	}
	put_program(out);
	if (s->kind == HOOK_PRE_COMMIT)
		put_commit(out, s);
	else
		put_updates(out, s);
}
