#include "survey/list.h"

#include "job/console.h"
#include "render/json_writer.h"
#include "render/render.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/banned.h"

static void put_text(FILE *to, const struct roster_repository *r,
	const char *reason)
{
	struct buf line;

	buf_init(&line, (size_t)256 << 10);
	report_escape_terminal(bytes_text(r->name), &line);
	buf_put_byte(&line, '\t');
	report_escape_terminal(bytes_text(r->url), &line);
	fprintf(to, "%s\t%llu\t%s\n", buf_text(&line),
		(unsigned long long)r->size, reason ? reason : "-");
	buf_release(&line);
}

static const char *visibility(unsigned flags)
{
	return flags & ROSTER_PUBLIC	 ? "public"
	       : flags & ROSTER_INTERNAL ? "internal"
	       : flags & ROSTER_PRIVATE	 ? "private"
					 : NULL;
}

static void put_date(struct report_writer *w, int64_t seconds)
{
	time_t at = (time_t)seconds;
	struct tm tm;
	char text[32] = "";

	report_json_key(w, "pushed_at");
	if (seconds > 0 && gmtime_r(&at, &tm))
		(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	report_json_text(w, text[0] ? text : NULL);
}

static void put_record(FILE *to, const struct roster_repository *r,
	const char *reason)
{
	static const struct {
		const char *name;
		unsigned flag;
	} flags[] = {{"archived", ROSTER_ARCHIVED}, {"fork", ROSTER_FORK},
		{"disabled", ROSTER_DISABLED}, {"empty", ROSTER_EMPTY},
		{"mirror", ROSTER_MIRROR}, {"wiki", ROSTER_WIKI},
		{"snippet", ROSTER_SNIPPET}};
	struct report_writer w = {.to = to};

	report_json_object(&w);
	report_json_key(&w, "type");
	report_json_text(&w, "listed");
	report_json_key(&w, "repository");
	report_json_bytes(&w, bytes_text(r->name));
	report_json_key(&w, "url");
	report_json_bytes(&w, bytes_text(r->url));
	report_json_key(&w, "owner");
	report_json_text(&w, r->owner);
	report_json_key(&w, "bytes");
	report_json_number(&w, r->size);
	put_date(&w, r->pushed_at);
	report_json_key(&w, "visibility");
	report_json_text(&w, visibility(r->flags));
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		report_json_key(&w, flags[i].name);
		report_json_flag(&w, (r->flags & flags[i].flag) != 0);
	}
	report_json_key(&w, "left_out");
	report_json_text(&w, reason);
	report_json_end(&w);
}

static const char *reason_of(const struct roster_filter *filter,
	const struct roster_repository *r)
{
	if (r->refused)
		return r->refused;
	return r->flags & ROSTER_DISABLED ? "disabled"
					  : roster_filter_reason(filter, r);
}

/* Until the roster ends, or nobody reads. */
static enum status put_all(struct roster *roster,
	const struct roster_filter *filter, enum report_format format,
	FILE *to, struct error *err)
{
	struct roster_repository r = {.name = NULL};
	enum status status = OK;

	while (!ferror(to)) {
		struct error why = {0};

		status = roster->kind->next(roster->self, &r, &why);
		if (status != OK) {
			*err = why;
			return status;
		}
		if (r.name == NULL) {
			if (why.code != OK)
				(void)console_fail(&why);
			continue;
		}
		if (format == REPORT_JSONL)
			put_record(to, &r, reason_of(filter, &r));
		else
			put_text(to, &r, reason_of(filter, &r));
	}
	return error_set_errno(err, ERR_IO, "write the list");
}

static int end(enum status status, const struct error *err)
{
	if (status == ERR_NOT_FOUND)
		return EXIT_CLEAN;
	(void)console_fail(err);
	return EXIT_PARTIAL;
}

int survey_list(struct survey_targets *targets,
	const struct roster_filter *filter, const struct job_outputs *outputs,
	struct error *err)
{
	const struct job_output *o = &outputs->at[0];
	struct roster roster = {.kind = NULL};
	FILE *to = stdout;
	enum status status;

	if (outputs->n != 1 ||
		(o->format != REPORT_TEXT && o->format != REPORT_JSONL)) {
		(void)error_set(err, ERR_USAGE, "read the command line: "
			"--list-only writes one list, as text or jsonl");
		return EXIT_UNABLE;
	}
	if (survey_targets_open(targets, &roster, &targets->census.roster,
		    err) != OK)
		return EXIT_UNABLE;
	if (o->path && (to = fopen(o->path, "we")) == NULL) {
		(void)error_set_errno(err, ERR_IO, "write the list to %.200s",
			o->path);
		roster.kind->close(roster.self);
		return EXIT_UNABLE;
	}
	status = put_all(&roster, filter, o->format, to, err);
	errno = 0;
	if ((to == stdout ? fflush(to) : fclose(to)) != 0 &&
		status == ERR_NOT_FOUND)
		status = error_set_errno(err, ERR_IO, "write the list");
	roster.kind->close(roster.self);
	return end(status, err);
}
