/*
 * nursery: a process that forks the others. It is forked from the coordinator
 * while that has loaded rules only, so its children hold neither database nor
 * network. It dies with the coordinator, and its children with it.
 */
#ifndef STANCH_NURSERY_NURSERY_H
#define STANCH_NURSERY_NURSERY_H

#include "base/limits.h"
#include "job/job.h"
#include "known/known.h"
#include "revision/revision.h"

#include <sys/types.h>

struct nursery;

/* Bytes of a fingerprint key, at most. */
#define NURSERY_KEY 256

/* What scanners need, known before the fork... */
struct nursery_options {
	const struct job_rule_choice *choice;
	const struct detect_options *detect;
	double timeout;	  /* seconds for one repository; 0: none */
	uint64_t memory;  /* bytes that one scan may have; 0: the default */
	bool allow_owner; /* read what belongs to another user */
	/* what fetches need; NULL: nothing of it */
	const struct revision_mirror_options *mirror;
	const struct ruleset *rules;
	const struct detector *detector;
	const struct known_contents *contents; /* shared with the coordinator */
};
/* ... and what only the store knows. */
struct nursery_setup {
	unsigned char secret[HASH_SECRET];
	unsigned char key[NURSERY_KEY]; /* of fingerprints */
	uint32_t key_size;
	uint32_t tells_secrets; /* to their providers, by the coordinator */
	uint64_t rules, rules_before;
	uint32_t added_count; /* indexes of rules that were added */
	uint32_t added[LIMIT_RULES];
};

enum status nursery_start(struct nursery **out,
	const struct nursery_options *options, struct error *err) MUST_USE;
/* Once, before the first child. */
enum status nursery_set_up(struct nursery *n,
	const struct nursery_setup *setup, struct error *err) MUST_USE;
/* A child, at the other end of *fd. It waits for its request. */
enum status nursery_fork(struct nursery *n, int *fd, pid_t *pid,
	struct error *err) MUST_USE;
void nursery_kill(struct nursery *n, pid_t pid);
/* All children are killed with it. */
void nursery_end(struct nursery *n);

/* child.c: what a child does; does not return. */
struct child {
	const struct nursery_options *options;
	const struct nursery_setup *setup;
	const struct detector *added; /* or NULL */
	int fd;
};
void nursery_child(const struct child *child) __attribute__((noreturn));

#endif
