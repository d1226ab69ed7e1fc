/*
 * limits: every maximum, with its unit, its reason, and what happens at it.
 * A limit that hides something from the scan is counted in the ledger and
 * makes the run incomplete; none is ever "no match".
 */
#ifndef STANCH_BASE_LIMITS_H
#define STANCH_BASE_LIMITS_H

/* Bytes of one scan window. Fits a core's L2 cache with its margins. */
#define LIMIT_WINDOW ((size_t)256 << 10)
/*
 * Bytes that any match with its context may span, before or after an anchor:
 * the overlap of two windows. Rules that could be wider are refused (our own)
 * or cut to it (foreign ones). An 8192-bit RSA key in PEM is 6.4 KB.
 */
#define LIMIT_MATCH ((size_t)16 << 10)
/* Encoded bytes decoded around one encoded anchor, each side. */
#define LIMIT_DECODE_SPAN ((size_t)8 << 10)
/* Nested encodings (base64 in base64 ...) that are followed. */
#define LIMIT_DECODE_DEPTH 3
/* Decoded bytes for one window; more is counted as unscanned. */
#define LIMIT_DECODE_BUDGET ((size_t)8 << 20)

/* Sightings kept for one blob and rule; more are counted, not listed. */
#define LIMIT_SIGHTINGS_PER_RULE 1000
/* Sightings kept for one run; more are counted, not listed. */
#define LIMIT_SIGHTINGS 100000
/* Bytes of a reported secret; a longer match is cut for the report. */
#define LIMIT_SECRET ((size_t)16 << 10)

/* PCRE2: backtracking steps at one start; over it the region is retried in
 * smaller windows and then counted as unscanned. */
#define LIMIT_PCRE_MATCH 100000u
/* Bytes of a JIT stack, per thread. */
#define LIMIT_PCRE_JIT_STACK ((size_t)512 << 10)
/* A rule's pattern: bytes, and nesting of parentheses. */
#define LIMIT_PATTERN ((size_t)4 << 10)
/* Foreign rule files hold longer patterns; still bounded. */
#define LIMIT_PATTERN_FOREIGN ((size_t)64 << 10)
#define LIMIT_PATTERN_NEST 50
/* A rule file; a larger one is refused. */
#define LIMIT_RULE_FILE ((size_t)4 << 20)
#define LIMIT_RULES 4096

/* Archives: nesting, members of one archive, expanded bytes to packed. */
#define LIMIT_ARCHIVE_DEPTH 4
#define LIMIT_ARCHIVE_MEMBERS 100000
#define LIMIT_ARCHIVE_RATIO 200
/* Small archives may expand to this many bytes whatever their ratio. */
#define LIMIT_ARCHIVE_FREE ((uint64_t)16 << 20)
/* A nested archive is held in memory up to this size; larger is skipped. */
#define LIMIT_ARCHIVE_NESTED ((size_t)32 << 20)

/* Directory nesting; deeper is counted as skipped. */
#define LIMIT_TREE_DEPTH 4096
/* Bytes of a path that we build. */
#define LIMIT_PATH ((size_t)64 << 10)

#endif
