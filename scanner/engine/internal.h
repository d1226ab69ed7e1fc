/*
 * The innards of engine/. Field tags: [frozen] set before the threads start;
 * [worker] one thread only; [lock: x]; [atomic: why this order].
 */
#ifndef STANCH_ENGINE_INTERNAL_H
#define STANCH_ENGINE_INTERNAL_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "engine/engine.h"
#include "history/history.h"
#include "repo/repo.h"
#include "share/seen.h"
#include "share/stack.h"

/* How a file ended: source/'s reasons, and those that are ours. */
enum engine_end {
	END_SCANNED = SKIP_NONE,
	END_INTERRUPTED = SKIP_COUNT, /* known of, not looked at */
	END_MEMORY,		      /* failed: no memory */
	END_NO_LIBRARY,		      /* failed: libarchive is not here */
	END_MATCHING,		      /* failed: detect/ refused it */
	END_COUNT,
};
const char *engine_end_name(unsigned end);
bool engine_end_is_failure(unsigned end);

/* Counts of one worker. */
struct engine_tally {
	/* [atomic: relaxed, one writer; the progress line reads] */
	atomic_uint_fast64_t files, bytes;
	/* [worker], read after join */
	uint64_t ends[END_COUNT];
	uint64_t ignored, repositories, unscanned, decode_cut;
};
void engine_tally_end(struct engine_tally *t, unsigned end, uint64_t files);
void engine_tally_bytes(struct engine_tally *t, uint64_t n);
void engine_tally_sum(struct engine_tally *into,
	const struct engine_tally *from);

/* The first problems by path, whoever met them first. */
struct engine_problems {
	pthread_mutex_t lock;
	char *text[LIMIT_PROBLEMS]; /* [lock] sorted, escaped */
	size_t n;		    /* [lock] */
};

struct engine_worker {
	struct engine *engine; /* [frozen] */
	pthread_t thread;
	struct source_reader *reader;
	struct scan *scan;	  /* made at the first text */
	struct hash_stream *hash; /* made at the first streamed text */
	unsigned char *window;	  /* LIMIT_WINDOW bytes */
	struct buf path;	  /* as reported */
	struct buf inner;	  /* below the root */
	struct leak_memo *memo;	  /* sightings of the text in work */
	struct detect_ledger before; /* the scan's, at the text's start */
	bool is_begun;	   /* a text in pieces is in work */
	bool is_memo_lost; /* no memory for a sighting */
	uint64_t stream_size;
	uint64_t hole; /* before what the window holds, in the file */
	/* Where the stream's segment begins in its text; 0: the first. */
	uint64_t base_offset, base_column;
	uint32_t base_line, next_line;
	uint64_t next_column; /* where the next segment would begin */
	struct engine_tally tally;
};

struct engine {
	const struct detector *detector; /* [frozen] */
	struct leaks *leaks;		 /* locks itself */
	struct engine_options options;	 /* [frozen] */
	uint64_t seed;			 /* [frozen] */
	uint64_t started, deadline;	 /* [frozen]; deadline 0: none */
	struct engine_worker *workers;	 /* [frozen] */
	unsigned worker_count;		 /* [frozen] */
	struct seen *seen;	 /* locks itself */
	struct stack stack;	 /* locks itself */
	struct engine_problems problems;
	/* [atomic: relaxed, a flag that only ever goes from NULL to text] */
	_Atomic(const char *) why;
	/* of the target in work [frozen while threads run] */
	struct source_tree *tree;
	const char *target, *prefix;
	const char *shown; /* instead of the target: the URL of a clone */
	size_t prefix_n;
	struct engine_repository *repository; /* see repository.c */
	struct engine_selection *selection;   /* see repository.c */
	/* sums over all repositories [set between phases] */
	struct history_ledger objects;
};

/* Has something asked to stop? Also looks at the clock and the signal. */
bool engine_is_stopped(struct engine *e);
/* Keep `path` and why it was not scanned, to name it in the summary. */
void engine_problem(struct engine *e, bytes path, const char *reason);

void engine_worker_init(struct engine_worker *w, struct engine *e);
void engine_worker_release(struct engine_worker *w);
void *engine_worker_run(void *worker);
/* A file ended. */
void engine_worker_end(struct engine_worker *w, bytes path, unsigned end);
/* The same, with what the system said. */
void engine_worker_end_because(struct engine_worker *w, bytes path,
	unsigned end, const struct error *err);

/* file.c */
void engine_file_in_tree(struct engine_worker *w, bytes directory, bytes name);
void engine_file_named(struct engine_worker *w, const char *path);
void engine_file_stdin(struct engine_worker *w);
/* archive.c: tells all members; returns how the archive itself ended. */
unsigned engine_archive_scan(struct engine_worker *w, struct source_input *in,
	bytes path);
/* tree.c: list a directory, push what is in it. */
void engine_tree_list(struct engine_worker *w, bytes directory);

/* engine.c: run until all is done: one item on this many threads (0: on this
 * one), or an item for each thread, no more than there are units. */
enum status engine_run_one(struct engine *e, enum stack_item_kind kind,
	unsigned threads, struct error *err) MUST_USE;
enum status engine_run_all(struct engine *e, enum stack_item_kind kind,
	size_t units, struct error *err) MUST_USE;

/* repository.c: all objects, or those selected; `prefix` stands before each
 * path. */
enum status engine_repository_scan(struct engine *e, const struct repo *repo,
	const char *prefix, struct error *err) MUST_USE;
/* The same for a bundle; `path` is its file. */
enum status engine_bundle_scan(struct engine *e, const char *path,
	struct error *err) MUST_USE;
enum status engine_selection_scan(struct engine *e, const struct repo *repo,
	const char *prefix, struct error *err) MUST_USE;
void engine_repository_work(struct engine_worker *w);

/* progress.c */
struct engine_meter;
struct engine_meter *engine_meter_new(struct engine *e);
/* Now and then; returns milliseconds to the next. */
unsigned engine_meter_tick(struct engine_meter *m);
void engine_meter_free(struct engine_meter *m); /* clears the line */

#endif
