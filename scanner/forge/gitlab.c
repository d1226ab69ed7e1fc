/*
 * GitLab's two reports. Fingerprints and ids must be the same in every run and
 * different for each place, so both are made of fingerprint, path and line.
 * Columns have no field. What was not scanned fails the report's status: then
 * GitLab shows it as an error, not as "no vulnerabilities".
 */
#include "forge/forge.h"

#include "base/hash.h"

#include <stdio.h>
#include <time.h>

#include "base/banned.h"

#define SCHEMA "15.0.7"
#define SITE "https://gitlab.com/gitlab-org/security-products/" \
	"security-report-schemas/-/raw/v" SCHEMA \
	"/dist/secret-detection-report-format.json"

static struct hash128 place_hash(const struct leak *leak,
	const struct leak_place *place)
{
	bytes commit = place->commit ? place->commit->id : bytes_text("");
	struct hash128 h = hash_128(bytes_text(leak->fingerprint), 1);
	const uint64_t numbers[] = {h.high, h.low,
		hash_64(place->path, 2), place->offset, hash_64(commit, 3)};

	return hash_128(bytes_of(numbers, sizeof(numbers)), 4);
}

static void put_key(struct report_writer *w, const char *key, const char *text)
{
	report_json_key(w, key);
	report_json_text(w, text);
}

static void put_bytes(struct report_writer *w, const char *key, bytes text)
{
	report_json_key(w, key);
	report_json_bytes(w, text);
}

static void put_lines(struct report_writer *w, const char *first,
	uint64_t begin, const char *second, uint64_t end)
{
	report_json_key(w, first);
	report_json_number(w, begin);
	report_json_key(w, second);
	report_json_number(w, end);
}

/* ---- secret detection --------------------------------------------------- */

static const char *gitlab_severity(const struct leak *leak,
	const struct leak_place *place)
{
	switch (report_level(leak, place)) {
	case REPORT_ERROR:
		return place->confidence == CONFIDENCE_CERTAIN ? "Critical"
							       : "High";
	case REPORT_WARNING:
		return "Medium";
	case REPORT_NOTE:
		break;
	}
	return "Low";
}

static void put_tool(struct report_writer *w, const char *key,
	const char *version)
{
	report_json_key(w, key);
	report_json_object(w);
	put_key(w, "id", "stanch");
	put_key(w, "name", "stanch");
	put_key(w, "version", version);
	report_json_key(w, "vendor");
	report_json_object(w);
	put_key(w, "name", "stanch");
	report_json_end(w);
	report_json_end(w);
}

static void put_location(struct report *r, struct report_writer *w,
	const struct leak *leak, const struct leak_place *place)
{
	report_json_key(w, "location");
	report_json_object(w);
	put_bytes(w, "file", report_path(r, leak, place));
	report_json_key(w, "commit");
	report_json_object(w);
	if (place->commit) {
		put_bytes(w, "sha", place->commit->id);
		put_bytes(w, "date", place->commit->date);
		put_bytes(w, "author", report_commit_text(r, leak,
			place->commit->author));
		put_bytes(w, "message", report_commit_text(r, leak,
			place->commit->subject));
	} else {
		/* As GitLab's own analyzer says "no commit". */
		put_key(w, "sha", "0000000");
	}
	report_json_end(w);
	put_lines(w, "start_line", place->line, "end_line", place->end_line);
	report_json_end(w);
}

static void put_identifier(struct report_writer *w, const char *type,
	const char *name, const char *value)
{
	report_json_object(w);
	put_key(w, "type", type);
	put_key(w, "name", name);
	put_key(w, "value", value);
	report_json_end(w);
}

static void put_vulnerability(struct report *r, struct report_writer *w,
	const struct leak *leak, const struct leak_place *place)
{
	struct hash128 h = place_hash(leak, place);
	const struct rule *rule = leak->rule;
	char id[40];

	/* In the form of a UUID, version 8: made by a rule of one's own. */
	snprintf(id, sizeof(id), "%08x-%04x-8%03x-%04x-%012llx",
		(unsigned)(h.high >> 32), (unsigned)(h.high >> 16) & 0xffffu,
		(unsigned)h.high & 0xfffu,
		((unsigned)(h.low >> 48) & 0x3fffu) | 0x8000u,
		(unsigned long long)h.low & 0xffffffffffffull);
	report_json_object(w);
	put_key(w, "id", id);
	put_key(w, "category", "secret_detection");
	put_key(w, "name", report_or(rule->description, rule->id));
	report_json_key(w, "description");
	report_json_bytes(w, report_secret(r, leak));
	put_key(w, "severity", gitlab_severity(leak, place));
	if (rule->mend)
		put_key(w, "solution", rule->mend);
	put_location(r, w, leak, place);
	report_json_key(w, "identifiers");
	report_json_array(w);
	put_identifier(w, "stanch_rule_id", rule->id, rule->id);
	put_identifier(w, "stanch_fingerprint", leak->fingerprint,
		leak->fingerprint);
	report_json_end(w);
	report_json_end(w);
}

static void put_scan(struct report *r, struct report_writer *w)
{
	const struct report_summary *s = r->summary;
	time_t now = time(NULL), then = now - (time_t)s->seconds;
	char started[32] = "", ended[32] = "";
	struct tm tm;

	if (gmtime_r(&then, &tm))
		strftime(started, sizeof(started), "%Y-%m-%dT%H:%M:%S", &tm);
	if (gmtime_r(&now, &tm))
		strftime(ended, sizeof(ended), "%Y-%m-%dT%H:%M:%S", &tm);
	report_json_key(w, "scan");
	report_json_object(w);
	put_tool(w, "analyzer", s->version);
	put_tool(w, "scanner", s->version);
	put_key(w, "type", "secret_detection");
	put_key(w, "start_time", started);
	put_key(w, "end_time", ended);
	put_key(w, "status", s->complete ? "success" : "failure");
	report_json_key(w, "messages");
	report_json_array(w);
	for (size_t i = 0; i < s->problem_count; i++) {
		report_json_object(w);
		put_key(w, "level", "warn");
		put_key(w, "value", s->problems[i]);
		report_json_end(w);
	}
	report_json_end(w);
	report_json_end(w);
}

void forge_gitlab(struct report *r)
{
	struct report_writer w = {.to = r->to, .indent = 2};

	report_json_object(&w);
	put_key(&w, "version", SCHEMA);
	put_key(&w, "schema", SITE);
	report_json_key(&w, "vulnerabilities");
	report_json_array(&w);
	for (size_t i = 0; i < leaks_count(r->leaks); i++) {
		const struct leak *leak = leaks_at(r->leaks, i);

		for (size_t p = 0; p < leak->place_count; p++)
			if (leak_place_counts(&leak->places[p]))
				put_vulnerability(r, &w, leak,
					&leak->places[p]);
	}
	report_json_end(&w);
	put_scan(r, &w);
	report_json_end(&w);
}

/* ---- code quality ------------------------------------------------------- */

static void put_issue(struct report *r, struct report_writer *w,
	const struct leak *leak, const struct leak_place *place)
{
	static const char *const severities[] = {"info", "major", "blocker"};
	struct hash128 h = place_hash(leak, place);
	char id[33];

	snprintf(id, sizeof(id), "%016llx%016llx", (unsigned long long)h.high,
		(unsigned long long)h.low);
	report_json_object(w);
	put_key(w, "type", "issue");
	put_key(w, "check_name", leak->rule->id);
	put_key(w, "description", report_or(leak->rule->description,
		leak->rule->id));
	put_key(w, "fingerprint", id);
	put_key(w, "severity", severities[report_level(leak, place)]);
	report_json_key(w, "location");
	report_json_object(w);
	put_bytes(w, "path", report_path(r, leak, place));
	report_json_key(w, "lines");
	report_json_object(w);
	put_lines(w, "begin", place->line, "end", place->end_line);
	report_json_end(w);
	report_json_end(w);
	report_json_end(w);
}

void forge_codequality(struct report *r)
{
	struct report_writer w = {.to = r->to, .indent = 2};

	report_json_array(&w);
	for (size_t i = 0; i < leaks_count(r->leaks); i++) {
		const struct leak *leak = leaks_at(r->leaks, i);

		for (size_t p = 0; p < leak->place_count; p++)
			if (leak_place_counts(&leak->places[p]))
				put_issue(r, &w, leak, &leak->places[p]);
	}
	report_json_end(&w);
}
