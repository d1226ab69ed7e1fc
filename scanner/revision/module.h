/*
 * module: what the program and its module stanch-git.so say to each other.
 *
 * The module is the only user of libgit2. It is a file of its own because
 * linking the library costs every start 4 ms, and most runs need none of it.
 * It touches no file of a repository: objects and refs come from the program
 * through the host's functions, so that libgit2 walks what pack/ read and
 * checked. (Cloning is the exception, and runs in a process of its own.)
 */
#ifndef STANCH_REVISION_MODULE_H
#define STANCH_REVISION_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Both sides are built together; a module of another build is refused. */
#define REVISION_MODULE_VERSION 2u
#define REVISION_MODULE_SYMBOL "stanch_git_module"
#define REVISION_ID 20
#define REVISION_TEXT 256

enum revision_found {
	REVISION_FOUND,
	REVISION_ABSENT,
	REVISION_AMBIGUOUS,
	REVISION_BROKEN,
};

/* Lent by the program. Types are those of the pack format. */
struct revision_host {
	void *context;
	/* *data stays until the next call */
	enum revision_found (*read)(void *context, const unsigned char *id,
		int *type, const void **data, size_t *n);
	enum revision_found (*find)(void *context,
		const unsigned char *prefix, size_t digits,
		unsigned char id[REVISION_ID]);
	size_t ref_count;
	/* id: NULL when the ref names no object */
	const char *(*ref)(void *context, size_t i, const unsigned char **id);
};

/* Told to the program while commits are listed; false ends it. */
struct revision_sink {
	void *context;
	bool (*commit)(void *context, const unsigned char *id);
	/* tags that lead to the end of the range */
	bool (*tag)(void *context, const unsigned char *id);
};

enum revision_result {
	REVISION_OK,
	REVISION_NOT_A_RANGE,
	REVISION_UNKNOWN, /* a part of the expression names nothing */
	REVISION_FAILED,
	REVISION_STOPPED,
};

/* For a clone: what to ask while it runs. */
struct revision_clone {
	const char *url;
	const char *directory;
	/* user, password: at most n bytes each, terminated; false: none */
	bool (*credentials)(void *context, const char *url,
		const char *user_in_url, char *user, char *password,
		size_t n);
	const char *ssh_key; /* file, or NULL: the agent */
	const char *ca_file; /* PEM, instead of the system's; or NULL */
	bool follows;	     /* a redirect, even to another host */
	bool with_requests;  /* refs of pull requests, too */
	void *context;
};

struct revision_module {
	unsigned version;
	void (*library)(char text[REVISION_TEXT]); /* its version */
	/* NULL with text on failure */
	void *(*open)(const struct revision_host *host,
		char text[REVISION_TEXT]);
	void (*close)(void *opened);
	/* Commits of "A..B" or "A...B", parents first. */
	enum revision_result (*range)(void *opened, const char *expression,
		const struct revision_sink *sink, char text[REVISION_TEXT]);
	/* A bare mirror: all refs. */
	enum revision_result (*clone)(const struct revision_clone *clone,
		char text[REVISION_TEXT]);
};

#endif
