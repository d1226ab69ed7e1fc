/*
 * stanch log: is the audit log whole, and what does it say.
 */
#include "loop/internal.h"

#include "auditlog/auditlog.h"
#include "job/console.h"
#include "json/json.h"
#include "report/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/banned.h"

#define LINE_MAX_TEXT ((size_t)64 << 10)

struct settings {
	const char *head;
	const char *c3id, *action;
	int format;
};

/* ---- verify ------------------------------------------------------------- */

static const struct args_option verify_options[] = {
	{.name = "head", .kind = ARGS_TEXT, .takes = "N:HASH",
		.help = "The head that was kept elsewhere. Without it, records "
			"missing at the end of the log, and a log that was "
			"made anew, are not noticed.",
		.offset = offsetof(struct settings, head)},
};

static enum status read_line(const struct args_command *self, int argc,
	char **argv, struct settings *settings, const char **path,
	struct error *err)
{
	struct args_list words = {.n = 0};
	enum status status;

	status = console_parse(self, argc, argv, settings, &words, 1, err);
	if (status == OK && words.n == 0)
		status = error_set(err, ERR_USAGE, "read the command line: "
			"the audit log to %s is not named", self->name);
	if (status == OK)
		*path = words.at[0];
	return status;
}

static int say_report(const struct auditlog_report *report,
	const struct auditlog_head *head, const char *path)
{
	char text[AUDITLOG_HEAD_TEXT];
	struct buf out;

	auditlog_head_text(&report->head, text);
	buf_init(&out, LINE_MAX_TEXT);
	report_escape_terminal(bytes_text(path), &out);
	if (report->fault == AUDITLOG_WHOLE)
		buf_printf(&out, ": whole, %" PRIu64 " records%s\nhead %s\n",
			report->records, head ? ", and the head is its" :
			"; without --head a missing end is not noticed", text);
	else
		buf_printf(&out, ": record %" PRIu64 " is %s\n"
			"%" PRIu64 " records before it are whole\n",
			report->line, auditlog_fault_text(report->fault),
			report->fault == AUDITLOG_OTHER ? report->line - 1 :
			report->records);
	return report->fault == AUDITLOG_WHOLE ? console_print(&out) :
		console_print(&out) == EXIT_CLEAN ? EXIT_FOUND : EXIT_PARTIAL;
}

static int run_verify(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct settings settings = {0};
	struct auditlog_head head;
	struct auditlog_report report;
	struct error err = {0};
	const char *path;

	(void)context;
	if (read_line(self, argc, argv, &settings, &path, &err))
		return console_fail(&err);
	if (settings.head && !auditlog_head_parse(settings.head, &head)) {
		error_set(&err, ERR_USAGE, "read --head: '%.90s' is not N:HASH "
			"as `stanch log head` prints it", settings.head);
		return console_fail(&err);
	}
	if (auditlog_verify(path, settings.head ? &head : NULL, &report, &err))
		return console_fail(&err);
	return say_report(&report, settings.head ? &head : NULL, path);
}

const struct args_command loop_log_verify_command = {
	.name = "verify",
	.takes = "LOG",
	.summary = "Check that no record was changed, taken out, moved or put "
		"in.",
	.about = "Exit codes: 0 whole, 1 not, 2 could not read.",
	.options = verify_options,
	.option_count = sizeof(verify_options) / sizeof(verify_options[0]),
	.run = run_verify,
};

/* ---- head --------------------------------------------------------------- */

static int run_head(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct settings settings = {0};
	struct auditlog_report report;
	struct error err = {0};
	char text[AUDITLOG_HEAD_TEXT];
	const char *path;
	struct buf out;

	(void)context;
	if (read_line(self, argc, argv, &settings, &path, &err) ||
		auditlog_verify(path, NULL, &report, &err))
		return console_fail(&err);
	if (report.fault != AUDITLOG_WHOLE) {
		error_set(&err, ERR_FORMAT, "print the head of %.300s: record "
			"%" PRIu64 " is %s", path, report.line,
			auditlog_fault_text(report.fault));
		return console_fail(&err);
	}
	auditlog_head_text(&report.head, text);
	buf_init(&out, LINE_MAX_TEXT);
	buf_printf(&out, "%s\n", text);
	return console_print(&out);
}

const struct args_command loop_log_head_command = {
	.name = "head",
	.takes = "LOG",
	.summary = "Print the head, to be kept elsewhere: N:HASH.",
	.run = run_head,
};

/* ---- show --------------------------------------------------------------- */

static const char *const formats[] = {"text", "jsonl", NULL};

static const struct args_option show_options[] = {
	{.name = "c3id", .kind = ARGS_TEXT, .takes = "ID",
		.help = "Only records of the token with this C3ID, or with a "
			"C3ID that starts so.",
		.offset = offsetof(struct settings, c3id)},
	{.name = "action", .kind = ARGS_TEXT, .takes = "ACTION",
		.help = "Only records with this actionId, or one that starts "
			"so: Token.PatSystemRevokeEvent, Stanch.",
		.offset = offsetof(struct settings, action)},
	{.name = "format", .letter = 'f', .kind = ARGS_CHOICE,
		.takes = "FORMAT", .choices = formats,
		.help = "text (default) or jsonl: the records as they stand.",
		.offset = offsetof(struct settings, format)},
};

static bool starts(const struct json_value *value, const char *text)
{
	return text == NULL || (json_value_text(value).n &&
		bytes_starts(json_value_text(value), bytes_text(text)));
}

/* One field and a blank, as wide as `width` at least. */
static void put_field(struct buf *out, bytes text, size_t width)
{
	const size_t start = out->n;

	report_escape_terminal(text, out);
	while (out->n - start < width && !out->failed)
		buf_put_byte(out, ' ');
	buf_put_text(out, "  ");
}

static void put_record(struct buf *out, const struct json_value *record)
{
	const struct json_value *data = json_value_get(record, "data");

	put_field(out, bytes_take(json_value_text(
		json_value_get(record, "timestamp")), 19), 19);
	put_field(out, json_value_text(json_value_get(record, "actionId")),
		29);
	put_field(out, json_value_text(json_value_get(data, "provider")), 12);
	put_field(out, json_value_text(json_value_get(data, "c3id")), 20);
	report_escape_terminal(
		json_value_text(json_value_get(record, "details")), out);
	buf_put_byte(out, '\n');
}

static enum status show(void *context, const struct auditlog_record *record,
	struct error *err)
{
	const struct settings *s = context;
	const struct json_value *root;
	struct json_document *document;
	struct buf out;

	document = json_document_parse("record", record->line,
		(uint32_t)record->sequence, err);
	if (document == NULL)
		return err->code;
	root = json_document_root(document);
	buf_init(&out, LINE_MAX_TEXT * 8);
	if (starts(json_value_get(root, "actionId"), s->action) &&
		starts(json_value_get(json_value_get(root, "data"), "c3id"),
			s->c3id)) {
		if (s->format == 1) {
			buf_put(&out, record->line);
			buf_put_byte(&out, '\n');
		} else {
			put_record(&out, root);
		}
	}
	json_document_free(document);
	if (out.n) /* else there is no buffer */
		fwrite(out.at, 1, out.n, stdout);
	buf_release(&out);
	return ferror(stdout) ? error_set_errno(err, ERR_IO,
		"write to standard output") : OK;
}

static int run_show(void *context, const struct args_command *self, int argc,
	char **argv)
{
	struct settings settings = {0};
	struct error err = {0};
	const char *path;
	struct buf nothing;

	(void)context;
	if (read_line(self, argc, argv, &settings, &path, &err) ||
		auditlog_read(path, show, &settings, &err))
		return console_fail(&err);
	buf_init(&nothing, 1);
	return console_print(&nothing);
}

const struct args_command loop_log_show_command = {
	.name = "show",
	.takes = "LOG",
	.summary = "Print the records for people, a line each.",
	.options = show_options,
	.option_count = sizeof(show_options) / sizeof(show_options[0]),
	.run = run_show,
};

static const struct args_command *const children[] = {
	&loop_log_verify_command,
	&loop_log_show_command,
	&loop_log_head_command,
	NULL,
};
const struct args_command loop_log_command = {
	.name = "log",
	.summary = "The audit log of responses: verify, show, head.",
	.children = children,
};
