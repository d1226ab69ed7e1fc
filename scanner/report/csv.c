/*
 * RFC 4180: a header always, CRLF, a record a line even for names with line
 * breaks in them (escaped, as in a terminal). Spreadsheets open these files,
 * hence no cell is a formula: see report_escape_csv.
 */
#include "report/internal.h"

#include "render/verdict.h"

#include <inttypes.h>

#include "base/banned.h"

static void cell(struct report *r, bytes text)
{
	buf_clear(&r->text);
	report_escape_csv(text, &r->text);
	report_put(r, report_take(r, &r->text));
	report_say(r, ",");
}

static void text_cell(struct report *r, const char *text)
{
	cell(r, bytes_text(report_or(text, "")));
}

static void number_cell(struct report *r, uint64_t n)
{
	report_printf(r, "%" PRIu64 ",", n);
}

static void commit_cells(struct report *r, const struct leak *leak,
	const struct leak_commit *commit)
{
	static const struct leak_commit none;

	if (commit == NULL)
		commit = &none;
	cell(r, commit->id);
	cell(r, report_commit_text(r, leak, commit->author));
	cell(r, report_commit_text(r, leak, commit->email));
	cell(r, bytes_take(commit->date, 64));
	cell(r, report_commit_text(r, leak, commit->subject));
}

/* The last one has no comma behind it. */
static void verdict_cells(struct report *r, const struct leak *leak)
{
	static const struct verdict_facts none;
	const struct verdict_facts *f = leak->verdict ? leak->verdict : &none;

	text_cell(r, report_verdict(leak));
	text_cell(r, f->owner);
	text_cell(r, f->email);
	text_cell(r, f->organization);
	text_cell(r, f->scopes);
	text_cell(r, f->expires);
	text_cell(r, f->checked);
	buf_clear(&r->text);
	report_escape_csv(bytes_text(report_or(f->note, "")), &r->text);
	report_put(r, report_take(r, &r->text));
}

static void place_row(struct report *r, const struct leak *leak,
	const struct leak_place *place)
{
	text_cell(r, leak->rule->id);
	text_cell(r, leak->rule->provider);
	text_cell(r, confidence_name(place->confidence));
	text_cell(r, report_severity(leak->rule));
	text_cell(r, leak->fingerprint);
	cell(r, report_secret(r, leak));
	text_cell(r, r->options->show_secrets ? "false" : "true");
	cell(r, report_path(r, leak, place));
	number_cell(r, place->line);
	number_cell(r, place->column);
	number_cell(r, place->end_line);
	/* One past the last byte, as in the JSON records. */
	number_cell(r, (uint64_t)place->end_column + 1);
	number_cell(r, place->offset);
	number_cell(r, place->length);
	buf_clear(&r->text);
	report_encoding(place, &r->text);
	report_put(r, report_take(r, &r->text));
	report_printf(r, ",%s,", leak_source_name(place->source));
	cell(r, place->object);
	commit_cells(r, leak, place->commit);
	text_cell(r, place->in_head ? "true" : "false");
	cell(r, report_suppressed(r, leak, place));
	text_cell(r, place->reason);
	text_cell(r, leak->rule->description);
	buf_clear(&r->text);
	report_escape_csv(report_refs(r, leak, place), &r->text);
	report_put(r, report_take(r, &r->text));
	report_say(r, ",");
	verdict_cells(r, leak);
	report_say(r, "\r\n");
}

void report_csv(struct report *r)
{
	report_say(r, "rule,provider,confidence,severity,fingerprint,secret,"
		"redacted,path,line,column,end_line,end_column,offset,length,"
		"encoding,source,object,commit,author,email,date,subject,"
		"in_head,suppressed,reason,description,refs,verdict,"
		"owner,owner_email,organization,scopes,expires,verified_at,"
		"verdict_note\r\n");
	for (size_t i = 0; i < leaks_count(r->leaks); i++) {
		const struct leak *leak = leaks_at(r->leaks, i);

		for (size_t p = 0; p < leak->place_count; p++)
			place_row(r, leak, &leak->places[p]);
	}
}
