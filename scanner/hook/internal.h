/* The innards of hook/. */
#ifndef STANCH_HOOK_INTERNAL_H
#define STANCH_HOOK_INTERNAL_H

#include "hook/hook.h"
#include "job/console.h"
#include "job/job.h"
#include "revision/revision.h"

#include <sys/types.h>

enum hook_kind {
	HOOK_PRE_COMMIT,
	HOOK_PRE_PUSH,
	HOOK_PRE_RECEIVE,
	HOOK_KINDS,
};
const char *hook_kind_name(enum hook_kind kind);
/* HOOK_KINDS: there is none of this name. */
enum hook_kind hook_kind_of(const char *name);

extern const struct args_command hook_install_command;
extern const struct args_command hook_uninstall_command;
extern const struct args_command hook_run_command;

/* ---- run ---------------------------------------------------------------- */

struct hook_settings {
	struct job_rule_choice rules;
	struct job_suppress suppress;
	struct job_outputs outputs;
	int min_confidence;
	double timeout; /* 0: the kind's own */
	unsigned jobs;
	/* pre-receive */
	struct args_list may_override;
	const char *identity, *record, *settings_from;
};

/* ends.c: what git writes to standard input: a line an update. For pre-push
 * "local-ref new remote-ref old", for pre-receive "old new ref". */
struct hook_update {
	const char *old, *new; /* names of objects; zeros: none */
	const char *ref;
};
struct hook_updates {
	struct buf text; /* behind the names */
	struct hook_update *at;
	size_t n;
};
/* What of it is new; see revision/. ERR_FORMAT on any other line. */
struct hook_ends {
	struct hook_updates updates;
	const char **names; /* tips, then known; the array is owned */
	char *known_refs;   /* owned */
	struct revision_ends ends;
};
enum status hook_ends_find(enum hook_kind kind, const struct args_list *words,
	const atomic_int *signal, struct hook_ends *out,
	struct error *err) MUST_USE;
void hook_ends_release(struct hook_ends *e);

/* tell.c: at most eight lines on standard error: what, where, what next. */
struct hook_telling {
	enum hook_kind kind;
	const struct job *job;
	double timeout;
	bool may_be_overridden; /* by somebody */
	const char *refused;	/* why the override is not one, or NULL */
};
void hook_tell(const struct hook_telling *t);

/* override.c: the push option stanch.override=REASON, of who may. */
struct hook_override {
	const char *reason; /* NULL: nobody asked for it */
	const char *who;
	const char *refused; /* why not, or NULL */
};
void hook_override_find(const struct hook_settings *s,
	struct hook_override *out);
/* Append it, and what it lets through, to the record; on disk afterwards. */
enum status hook_override_record(const struct hook_settings *s,
	const struct hook_override *o, const struct hook_ends *ends,
	const struct job *job, struct error *err) MUST_USE;

/* ---- install ------------------------------------------------------------ */

/* git.c: what git says, without the newline; ERR_NOT_FOUND when it exits
 * with something else than 0. argv ends with NULL. Of its commands only those
 * are asked that run nothing which a config names (rev-parse, config). */
enum status hook_git(const char *const *argv, struct buf *out,
	struct error *err) MUST_USE;

/* place.c: where hooks go. */
struct hook_place {
	char *directory;
	bool is_bare, is_global;
	char *config; /* global: the file of git's that names it */
	/* global: git is to be told; else the directory was there before */
	bool is_ours;
};
enum status hook_place_find(int is_global, struct hook_place *out,
	struct error *err) MUST_USE;
void hook_place_release(struct hook_place *p);
/* Name it in git's config, or take that away again. */
enum status hook_place_enter(const struct hook_place *p,
	struct error *err) MUST_USE;
enum status hook_place_leave(const struct hook_place *p,
	struct error *err) MUST_USE;

/* script.c: the text of a hook. `kind` HOOK_KINDS: one that only passes on to
 * the repository's own of this name. */
struct hook_script {
	enum hook_kind kind;
	const char *name;
	bool passes_on; /* to the repository's own, which git passes over */
	const char *const *options; /* for `hook run` */
	size_t option_count;
};
void hook_script_write(const struct hook_script *s, struct buf *out);
bool hook_script_is_ours(bytes text);
/* All that a directory of ours passes on; ends with NULL. */
extern const char *const hook_passed_on[];

/* file.c: one hook in a directory. A hook that was there is kept beside it as
 * NAME.before-stanch, and called. */
enum status hook_file_install(const char *directory,
	const struct hook_script *script, struct error *err) MUST_USE;
/* What was there is there again; *found: was it ours? */
enum status hook_file_uninstall(const char *directory, const char *name,
	bool *found, struct error *err) MUST_USE;
/* Replace or make a file as a whole. */
enum status hook_file_write(const char *path, bytes text, mode_t mode,
	struct error *err) MUST_USE;
/* ERR_NOT_FOUND: there is none. */
enum status hook_file_read(const char *path, struct buf *out,
	struct error *err) MUST_USE;

#endif
