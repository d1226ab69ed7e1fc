/*
 * The ledger: every file met has exactly one end, so that
 * total = scanned + skipped + failed holds by construction.
 */
#include "engine/internal.h"

#include <stdlib.h>

#include "base/banned.h"

const char *engine_end_name(unsigned end)
{
	switch (end) {
	case END_INTERRUPTED:
		return "interrupted";
	case END_MEMORY:
		return "no_memory";
	case END_NO_LIBRARY:
		return "no_libarchive";
	case END_MATCHING:
		return "matching_failed";
	default:
		return source_skip_name((enum source_skip)end);
	}
}

bool engine_end_is_failure(unsigned end)
{
	if (end >= SKIP_COUNT)
		return end != END_INTERRUPTED;
	return source_skip_is_failure((enum source_skip)end);
}

/* One writer: load and store are enough, and cost nothing. */
static void add_relaxed(atomic_uint_fast64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter,
		atomic_load_explicit(counter, memory_order_relaxed) + n,
		memory_order_relaxed);
}

void engine_tally_end(struct engine_tally *t, unsigned end, uint64_t files)
{
	t->ends[end] += files;
	add_relaxed(&t->files, files);
}

void engine_tally_bytes(struct engine_tally *t, uint64_t n)
{
	add_relaxed(&t->bytes, n);
}

void engine_tally_sum(struct engine_tally *into,
	const struct engine_tally *from)
{
	add_relaxed(&into->files, atomic_load(&from->files));
	add_relaxed(&into->bytes, atomic_load(&from->bytes));
	for (unsigned i = 0; i < END_COUNT; i++)
		into->ends[i] += from->ends[i];
	into->ignored += from->ignored;
	into->repositories += from->repositories;
	into->unscanned += from->unscanned;
	into->decode_cut += from->decode_cut;
}

/*
 * Keep the problem among the first by path. Which thread met it when must
 * not show, so the list is kept sorted and its last falls off.
 */
void engine_problem(struct engine *e, bytes path, const char *reason)
{
	struct engine_problems *p = &e->problems;
	struct buf text;
	char *kept;
	size_t i;

	buf_init(&text, LIMIT_PATH * 4);
	report_escape_terminal(path, &text);
	buf_printf(&text, ": %s", reason);
	kept = text.failed ? NULL : buf_detach(&text);
	buf_release(&text);
	if (kept == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	if (p->n == LIMIT_PROBLEMS && strcmp(kept, p->text[p->n - 1]) < 0)
		free(p->text[--p->n]);
	if (p->n < LIMIT_PROBLEMS) {
		for (i = p->n; i > 0 && strcmp(kept, p->text[i - 1]) < 0; i--)
			p->text[i] = p->text[i - 1];
		p->text[i] = kept;
		p->n++;
		kept = NULL;
	}
	pthread_mutex_unlock(&p->lock);
	free(kept);
}
