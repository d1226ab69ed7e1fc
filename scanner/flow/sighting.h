/*
 * sighting: one place where one rule saw one secret.
 *
 * detect/ hands sightings to a sink; the pointers in it are valid during that
 * call only. The engine copies what it keeps (leaks/). Offsets point into the
 * outer text, as the user sees it, also when the token was encoded.
 */
#ifndef STANCH_FLOW_SIGHTING_H
#define STANCH_FLOW_SIGHTING_H

#include "flow/rule.h"

#define SIGHTING_ENCODINGS 4
#define SIGHTING_PARTS 4
/* Bytes of the line shown around a finding, for people. */
#define SIGHTING_EXCERPT 240
/* Bytes of a comment that asks not to report a finding. */
#define SIGHTING_ALLOW 240

/* A companion that was found beside it. */
struct sighting_part {
	const struct rule *rule;
	bytes secret;
	uint64_t offset;
	uint32_t line;
};

struct sighting {
	const struct rule *rule;
	bytes secret;	     /* decoded; never printed but by report/ */
	uint64_t offset;     /* of the secret in the outer text, bytes from 0 */
	uint64_t length;     /* in the outer text: of the encoded secret */
	uint32_t line, column; /* from 1, bytes, of the first byte */
	uint32_t end_line, end_column; /* of the last byte: inclusive */
	enum confidence confidence;
	const char *reason;  /* why it is not surer: static text, or NULL */
	uint8_t encodings[SIGHTING_ENCODINGS]; /* outermost first */
	uint8_t encoding_count; /* 0: plain */
	float entropy;	     /* bits per byte of the secret */
	struct sighting_part parts[SIGHTING_PARTS];
	uint8_t part_count;
	/*
	 * A piece of the outer line(s) with the secret in it, to show to a
	 * person: excerpt.at[excerpt_at .. +excerpt_n) is the secret, which
	 * report/ masks. Cut to SIGHTING_EXCERPT bytes.
	 */
	bytes excerpt;
	uint32_t excerpt_at, excerpt_n;
	/* Other secrets may stand in the excerpt: report/ masks them too. */
	/*
	 * A request not to report it, on its line or lines in the outer text:
	 * from the first mark (`stanch:allow`, `gitleaks:allow`,
	 * `trufflehog:ignore`, or on the line before
	 * `stanch:allow-next-line`) to the end of that line, cut. Empty: none.
	 * What it means is decided in suppress/.
	 */
	bytes allow;
};

#endif
