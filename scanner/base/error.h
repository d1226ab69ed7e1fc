/*
 * error: the one error channel.
 *
 * A fallible function returns enum status and takes `struct error *err` last.
 * On failure it fills err (a null err is allowed) and leaves its outputs
 * untouched. Text says what was attempted, on what, and where it helps the
 * mend; it never contains a secret. Callers branch on the status only.
 * An error object belongs to its caller's thread.
 */
#ifndef STANCH_BASE_ERROR_H
#define STANCH_BASE_ERROR_H

#define ERROR_TEXT_MAX 512

enum status {
	OK = 0,
	ERR_USAGE,	 /* the command line or an argument is wrong */
	ERR_IO,		 /* the system refused: see sys_errno */
	ERR_MEMORY,	 /* an allocation failed */
	ERR_FORMAT,	 /* input does not follow its format */
	ERR_LIMIT,	 /* a cap of base/limits.h was reached */
	ERR_RULES,	 /* a rule or rule file is not usable */
	ERR_UNSUPPORTED, /* known, and not built or not available here */
	ERR_INTERRUPTED, /* SIGINT, SIGTERM or a time budget */
	ERR_NOT_FOUND,	 /* the named thing does not exist */
};

struct error {
	enum status code;
	int sys_errno; /* errno at the failure, 0 when it says nothing */
	char text[ERROR_TEXT_MAX];
};

#define MUST_USE __attribute__((warn_unused_result))

/*
 * Fill err and return code, so that `return error_set(err, ...)` is the
 * failing line. Control characters in the text are replaced by '?', since the
 * arguments may hold hostile names. error_set_errno appends strerror(errno).
 */
enum status error_set(struct error *err, enum status code, const char *format,
	...) __attribute__((format(printf, 3, 4)));
enum status error_set_errno(struct error *err, enum status code,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A short name of the status for logs: "io", "format", ... */
const char *error_status_name(enum status code);

#endif
