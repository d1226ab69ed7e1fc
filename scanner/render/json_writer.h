/*
 * json_writer: JSON to a stream, without memory; see json_writer.c.
 */
#ifndef STANCH_RENDER_JSON_WRITER_H
#define STANCH_RENDER_JSON_WRITER_H

#include "base/bytes.h"

#include <stdint.h>
#include <stdio.h>

#define REPORT_JSON_DEPTH 16
struct report_writer {
	FILE *to;
	unsigned indent; /* blanks a level; 0: all on one line */
	unsigned depth;
	char close[REPORT_JSON_DEPTH];
	bool filled[REPORT_JSON_DEPTH];
	bool after_key;
};
void report_json_object(struct report_writer *w);
void report_json_array(struct report_writer *w);
void report_json_end(struct report_writer *w);
void report_json_key(struct report_writer *w, const char *key);
void report_json_bytes(struct report_writer *w, bytes text);
/* NULL becomes null. */
void report_json_text(struct report_writer *w, const char *text);
void report_json_number(struct report_writer *w, uint64_t n);
/* With at most four decimals, whatever the locale. */
void report_json_real(struct report_writer *w, double n);
void report_json_flag(struct report_writer *w, int value);
/* A key and its value. */
void report_json_text_at(struct report_writer *w, const char *key,
	const char *text);
void report_json_number_at(struct report_writer *w, const char *key,
	uint64_t n);

#endif
