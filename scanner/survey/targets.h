/*
 * targets: what an audit is of: one or more targets of every kind, as one
 * roster, and how their repositories are fetched.
 */
#ifndef STANCH_SURVEY_TARGETS_H
#define STANCH_SURVEY_TARGETS_H

#include "args/args.h"
#include "census/census.h"
#include "network/network.h"
#include "revision/revision.h"
#include "roster/roster.h"

#include <limits.h>
#include <stdatomic.h>

/* Hosts with a credential of their own, of all targets of an audit. */
#define SURVEY_TARGETS 64
#define SURVEY_BINDINGS (SURVEY_TARGETS * CENSUS_BINDINGS + CENSUS_PUBLIC)

struct survey_targets {
	const char *at[SURVEY_TARGETS]; /* in order; borrowed */
	size_t count;
	char *name; /* all of them: "github:a gitlab:b"; NULL: a worker */
	struct network *network;
	struct census_options census;
	char pages[PATH_MAX];
	struct census_access access[SURVEY_TARGETS];
	struct credential_binding bindings[SURVEY_BINDINGS];
	struct revision_mirror_options mirror;
};

struct survey_target_options {
	const char *network; /* file, or NULL: that of the environment */
	unsigned extras;     /* enum census_extra */
	bool keeps_pages;
	/* It lists nothing: targets tell whose credentials go where, beside
	 * those of the forges that everybody knows. */
	bool is_worker;
	const atomic_int *signal;
};
/* ERR_USAGE: one is no target. The object stays where it is until released. */
enum status survey_targets_init(struct survey_targets *t,
	const struct args_list *words,
	const struct survey_target_options *options, struct error *err)
	MUST_USE;
void survey_targets_release(struct survey_targets *t);
/* An audit_open_roster; the context is the targets. */
enum status survey_targets_open(void *targets, struct roster *out,
	const struct roster_options *options, struct error *err) MUST_USE;

#endif
