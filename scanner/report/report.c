/*
 * Formats in a table.
 */
#include "page/page.h"
#include "report/internal.h"

#include "forge/forge.h"

#include <errno.h>
#include <stdlib.h>

#include "base/banned.h"

/* Bytes of any text that one scratch buffer makes. A path of LIMIT_PATH or a
 * secret of LIMIT_SECRET is far below it even when every byte is escaped. */
#define SCRATCH_MAX ((size_t)8 << 20)

const char *const report_format_names[REPORT_FORMAT_COUNT + 1] = {
	[REPORT_TEXT] = "text",
	[REPORT_JSON] = "json",
	[REPORT_JSONL] = "jsonl",
	[REPORT_SARIF] = "sarif",
	[REPORT_CSV] = "csv",
	[REPORT_JUNIT] = "junit",
	[REPORT_GITHUB] = "github",
	[REPORT_HTML] = "html",
	[REPORT_AZURE] = "azure",
	[REPORT_GITLAB] = "gitlab",
	[REPORT_CODEQUALITY] = "codequality",
	[REPORT_MARKDOWN] = "markdown",
};
static void (*const writers[REPORT_FORMAT_COUNT])(struct report *r) = {
	[REPORT_TEXT] = report_text,
	[REPORT_JSON] = report_json,
	[REPORT_JSONL] = report_jsonl,
	[REPORT_SARIF] = report_sarif,
	[REPORT_CSV] = report_csv,
	[REPORT_JUNIT] = report_junit,
	[REPORT_GITHUB] = report_github,
	[REPORT_HTML] = page_write,
	[REPORT_AZURE] = forge_azure,
	[REPORT_GITLAB] = forge_gitlab,
	[REPORT_CODEQUALITY] = forge_codequality,
	[REPORT_MARKDOWN] = forge_markdown,
};

const char *report_format_name(enum report_format f)
{
	return report_format_names[f];
}

bool report_format_parse(const char *name, enum report_format *out)
{
	for (size_t i = 0; i < REPORT_FORMAT_COUNT; i++) {
		if (strcmp(name, report_format_names[i]) == 0) {
			*out = (enum report_format)i;
			return true;
		}
	}
	return false;
}

static void count_suppressed(struct report_tally *tally,
	const struct leak_place *place)
{
	bytes kind = bytes_text(place->suppression ? place->suppression->kind
						   : "");

	tally->suppressed++;
	tally->by_baseline += bytes_equal(kind, bytes_text("baseline"));
	tally->by_settings += bytes_equal(kind, bytes_text("settings"));
	tally->by_comment += bytes_equal(kind, bytes_text("inline"));
}

static void count(struct report *r)
{
	for (size_t i = 0; i < leaks_count(r->leaks); i++) {
		const struct leak *leak = leaks_at(r->leaks, i);
		uint64_t shown = 0;

		for (size_t p = 0; p < leak->place_count; p++)
			if (leak->places[p].suppressed == NULL)
				shown++;
			else
				count_suppressed(&r->tally, &leak->places[p]);
		r->tally.places += shown;
		r->tally.leaks += shown != 0;
		r->tally.by_confidence[leak->confidence] += shown != 0;
	}
}

static void release(struct report *r)
{
	buf_release_wiped(&r->text);
	buf_release_wiped(&r->path);
	buf_release_wiped(&r->raw);
	buf_release_wiped(&r->mask);
	free(r->index);
}

enum status report_write(FILE *to, const struct report_options *options,
	const struct leaks *leaks, const struct report_summary *summary,
	struct error *err)
{
	struct report r = {.to = to,
		.options = options,
		.leaks = leaks,
		.summary = summary};

	buf_init(&r.text, SCRATCH_MAX);
	buf_init(&r.path, SCRATCH_MAX);
	buf_init(&r.raw, SCRATCH_MAX);
	buf_init(&r.mask, SCRATCH_MAX);
	count(&r);
	errno = 0;
	writers[options->format](&r);
	release(&r);
	if (fflush(to) != 0 || ferror(to))
		return error_set_errno(err, ERR_IO, "write the %s report",
			report_format_names[options->format]);
	if (r.no_memory)
		return error_set(err, ERR_MEMORY,
			"no memory for all of the %s report",
			report_format_names[options->format]);
	return OK;
}
