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
/* Bytes that the kept sightings of a run may take; over it the surest and
 * first are kept and the others counted, not listed. */
#define LIMIT_LEAKS_BYTES ((size_t)40 << 20)
/* The same for the sightings of one text that is remembered. */
#define LIMIT_MEMO_BYTES ((size_t)4 << 20)
/* The same for what is found in a history before paths and commits are
 * known, and for each thread once more. */
#define LIMIT_HITS_BYTES ((size_t)48 << 20)
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
/* Memory of all rules that files define; more is refused. */
#define LIMIT_RULESET ((size_t)64 << 20)
/* Memory to analyse one pattern; a pattern that needs more is refused. */
#define LIMIT_PATTERN_WORK ((size_t)32 << 20)

/* Archives: nesting, members of one archive, expanded bytes to packed. */
#define LIMIT_ARCHIVE_DEPTH 4
#define LIMIT_ARCHIVE_MEMBERS 100000
#define LIMIT_ARCHIVE_RATIO 200
/* Small archives may expand to this many bytes whatever their ratio. */
#define LIMIT_ARCHIVE_FREE ((uint64_t)16 << 20)
/* A nested archive is held in memory up to this size; larger is skipped. */
#define LIMIT_ARCHIVE_NESTED ((size_t)32 << 20)
/* Memory that a compressed file may ask its reader to keep; `xz -9` asks for
 * 64 MiB, `zstd --long` for 128. One that asks for more is skipped. */
#define LIMIT_ARCHIVE_WINDOW ((uint64_t)128 << 20)

/* A git object held in memory; larger plain ones are streamed, larger
 * results of deltas are counted as skipped. */
#define LIMIT_OBJECT ((size_t)128 << 20)
/* Bytes that all threads' object buffers hold together; what does not fit is
 * counted as failed for memory. */
#define LIMIT_OBJECT_SUM ((size_t)384 << 20)
/* Bytes to write down in which trees entries stand; over it trees are read a
 * second time when something is found. A million objects take 100 MiB. */
#define LIMIT_TREELOG ((size_t)160 << 20)
/* Trees in which all entries that lead to findings stand, summed; of an entry
 * over it no path is told, and it is counted. */
#define LIMIT_TREE_EDGES ((size_t)32 << 20)
/* Files in one objects/xx directory, and packs in a store. */
#define LIMIT_PACKS 65536
/* Alternates that point to alternates. git follows five. */
#define LIMIT_ALTERNATES 5

/* Directory nesting; deeper is counted as skipped. */
#define LIMIT_TREE_DEPTH 4096
/* Bytes of a path that we build. */
#define LIMIT_PATH ((size_t)64 << 10)
/* Names of one directory; those over it are counted as skipped. */
#define LIMIT_DIRECTORY ((size_t)4 << 20)
/* A .gitignore: bytes and patterns; and what all of a tree may hold in
 * memory. A file over it is not obeyed: more is scanned, not less. */
#define LIMIT_IGNORE_FILE ((size_t)1 << 20)
#define LIMIT_IGNORE_PATTERNS 20000
#define LIMIT_IGNORE_MEMORY ((size_t)16 << 20)
/* Steps of matching one pattern with one path; over it: no match. */
#define LIMIT_IGNORE_STEPS 100000
/* Bytes of a .git/index, as stored and as names; over it nothing is taken
 * for ignored. The index of a repository with a million files is 100 MB. */
#define LIMIT_GIT_INDEX ((size_t)256 << 20)

/* A baseline or another tool's; and a .stanch.toml. Larger is an error. */
#define LIMIT_BASELINE ((size_t)32 << 20)
#define LIMIT_SETTINGS ((size_t)256 << 10)
/* Entries with those of other tools' files: each is tried on each leak. */
#define LIMIT_IMPORTED 20000
/* A report that is read. */
#define LIMIT_REPORT ((size_t)512 << 20)
/* Memory of all that suppresses; more is an error. */
#define LIMIT_SUPPRESS ((size_t)128 << 20)

/* Contents remembered in one run, to be scanned once; later ones are scanned
 * each time. 24 bytes each in a table at most three quarters full. */
#define LIMIT_SEEN ((size_t)512 << 10)
/* Threads of one run. */
#define LIMIT_JOBS 256u
/* Paths that could not be scanned, kept to be named; all are counted. */
#define LIMIT_PROBLEMS 20

/* One record of the audit log; a longer one is refused, and what it would
 * have recorded is not done. */
#define LIMIT_AUDIT_RECORD ((size_t)64 << 10)

#endif
