/*
 * override: a push option that lets a push through, of people that the
 * server's hook names, with a reason, on record before the push is taken.
 *
 * Who pushes is what the server says, in one variable that its administrator
 * chose: REMOTE_USER of a web server, GL_USERNAME of GitLab,
 * GITHUB_USER_LOGIN of GitHub Enterprise, GITEA_PUSHER_NAME. Nothing that the
 * other side sends counts.
 */
#include "hook/internal.h"

#include "render/render.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/banned.h"

#define OPTION "stanch.override"
/* Push options that are looked at; git itself knows no end of them. */
#define OPTIONS_MAX 1000u

static const char *find_reason(void)
{
	const char *count = getenv("GIT_PUSH_OPTION_COUNT");
	unsigned n = 0;

	if (count == NULL || !args_read_number(count, OPTIONS_MAX, &n))
		return NULL;
	for (unsigned i = 0; i < n; i++) {
		char name[40];
		const char *value;

		snprintf(name, sizeof(name), "GIT_PUSH_OPTION_%u", i);
		value = getenv(name);
		if (value && strcmp(value, OPTION) == 0)
			return "";
		if (value && strncmp(value, OPTION "=",
				strlen(OPTION "=")) == 0)
			return value + strlen(OPTION "=");
	}
	return NULL;
}

static bool is_among(const struct args_list *list, const char *who)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->at[i], "*") == 0 ||
			strcmp(list->at[i], who) == 0)
			return true;
	return false;
}

void hook_override_find(const struct hook_settings *s,
	struct hook_override *out)
{
	const char *who = getenv(s->identity ? s->identity : "REMOTE_USER");

	out->reason = find_reason();
	out->who = who ? who : "";
	if (out->reason == NULL)
		return;
	if (s->may_override.n == 0)
		out->refused = "nobody may, on this server";
	else if (*out->who == '\0' && !is_among(&s->may_override, "*"))
		out->refused = "the server does not say who pushes";
	else if (!is_among(&s->may_override, out->who))
		out->refused = "you are not one of those who may";
	else if (out->reason[strspn(out->reason, " \t")] == '\0')
		out->refused = "say why: -o " OPTION "=REASON";
}

/* ---- the record --------------------------------------------------------- */

static void put_text(struct report_writer *w, const char *key, bytes text)
{
	report_json_key(w, key);
	report_json_bytes(w, text);
}

static void put_refs(struct report_writer *w, const struct hook_ends *ends)
{
	report_json_key(w, "refs");
	report_json_array(w);
	for (size_t i = 0; i < ends->updates.n; i++) {
		const struct hook_update *u = &ends->updates.at[i];

		report_json_object(w);
		put_text(w, "ref", bytes_text(u->ref));
		put_text(w, "old", bytes_text(u->old));
		put_text(w, "new", bytes_text(u->new));
		report_json_end(w);
	}
	report_json_end(w);
}

static void put_findings(struct report_writer *w, const struct leaks *leaks)
{
	report_json_key(w, "findings");
	report_json_array(w);
	for (size_t i = 0; i < leaks_count(leaks); i++) {
		const struct leak *leak = leaks_at(leaks, i);

		for (size_t p = 0; p < leak->place_count; p++) {
			const struct leak_place *place = &leak->places[p];

			if (!leak_place_counts(place))
				continue;
			report_json_object(w);
			put_text(w, "fingerprint",
				bytes_text(leak->fingerprint));
			put_text(w, "path", place->path);
			report_json_key(w, "line");
			report_json_number(w, place->line);
			put_text(w, "commit", place->commit
				? place->commit->id : bytes_text(""));
			report_json_end(w);
		}
	}
	report_json_end(w);
}

static void write_record(FILE *to, const struct hook_override *o,
	const struct hook_ends *ends, const struct job *job)
{
	struct report_writer w = {.to = to};
	time_t now = time(NULL);
	char date[32] = "";
	struct tm tm;

	if (gmtime_r(&now, &tm))
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm);
	report_json_object(&w);
	put_text(&w, "type", bytes_text("override"));
	put_text(&w, "time", bytes_text(date));
	put_text(&w, "who", bytes_text(o->who));
	put_text(&w, "reason", bytes_text(o->reason));
	report_json_key(&w, "complete");
	report_json_flag(&w, job_summary(job)->complete);
	put_refs(&w, ends);
	put_findings(&w, job_leaks(job));
	report_json_end(&w); /* and a newline */
}

/* One write, so that records of pushes at the same time do not mix. */
static enum status append(const char *path, bytes text, struct error *err)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
			O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	enum status status = OK;
	ssize_t n;

	if (fd < 0)
		return error_set_errno(err, ERR_IO,
			"record the override in %.300s", path);
	n = write(fd, text.at, text.n);
	if (n < 0 || (size_t)n != text.n || fsync(fd) != 0)
		status = error_set_errno(err, ERR_IO,
			"record the override in %.300s", path);
	if (close(fd) != 0 && status == OK)
		status = error_set_errno(err, ERR_IO,
			"record the override in %.300s", path);
	return status;
}

enum status hook_override_record(const struct hook_settings *s,
	const struct hook_override *o, const struct hook_ends *ends,
	const struct job *job, struct error *err)
{
	/* git starts this hook in the repository itself. */
	const char *git_dir = getenv("GIT_DIR");
	char *path = NULL, *text = NULL;
	enum status status;
	size_t n = 0;
	FILE *to;

	if (s->record)
		path = strdup(s->record);
	else if (asprintf(&path, "%s/stanch-overrides.jsonl",
			 git_dir && *git_dir ? git_dir : ".") < 0)
		path = NULL;
	to = open_memstream(&text, &n);
	if (to)
		write_record(to, o, ends, job);
	if (to == NULL || fclose(to) != 0 || path == NULL)
		status = error_set(err, ERR_MEMORY, "record the override");
	else
		status = append(path, bytes_of(text, n), err);
	free(text);
	free(path);
	return status;
}
