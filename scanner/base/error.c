#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

/* Names from a scanned tree stand in error texts; none may move a cursor. */
static void defuse(char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			*text = '?';
	}
}

static void fill(struct error *err, enum status code, int sys_errno,
	const char *format, va_list args)
{
	err->code = code;
	err->sys_errno = sys_errno;
	if (vsnprintf(err->text, sizeof(err->text), format, args) < 0)
		err->text[0] = '\0';
	defuse(err->text);
}

enum status error_set(struct error *err, enum status code, const char *format,
	...)
{
	va_list args;

	if (err == NULL)
		return code;
	va_start(args, format);
	fill(err, code, 0, format, args);
	va_end(args);
	return code;
}

enum status error_set_errno(struct error *err, enum status code,
	const char *format, ...)
{
	int saved = errno;
	char reason[128];
	size_t used;
	va_list args;

	if (err == NULL)
		return code;
	va_start(args, format);
	fill(err, code, saved, format, args);
	va_end(args);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s",
		strerror_r(saved, reason, sizeof(reason)));
	return code;
}

const char *error_status_name(enum status code)
{
	static const char *const names[] = {
		[OK] = "ok",
		[ERR_USAGE] = "usage",
		[ERR_IO] = "io",
		[ERR_MEMORY] = "memory",
		[ERR_FORMAT] = "format",
		[ERR_LIMIT] = "limit",
		[ERR_RULES] = "rules",
		[ERR_UNSUPPORTED] = "unsupported",
		[ERR_INTERRUPTED] = "interrupted",
		[ERR_NOT_FOUND] = "not found",
	};

	return code < sizeof(names) / sizeof(names[0]) ? names[code] : "?";
}
