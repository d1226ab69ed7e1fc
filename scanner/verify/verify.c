/*
 * verify: every leak once through cache and provider.
 *
 *	forbidden -> unknown, with the reason
 *	kept from an earlier run -> that
 *	claimed by another process -> waited for, at the end
 *	else -> asked; the answer is kept, and the claim ends
 */
#include "verify/internal.h"

#include <stdlib.h>

#include "base/banned.h"

#define ARENA_MOST ((size_t)64 << 20)

struct item {
	size_t leak; /* its index */
	char id[CACHE_ID + 1];
	struct cache_claim claim;
	struct request_block room;
	const struct request_block *block;
};

struct run {
	struct leaks *leaks;
	const struct verify_options *options;
	struct verify_summary *summary;
	struct error *err;
	struct net *net;
	struct ask *ask;
	struct cache *cache;
	struct arena arena; /* facts of the cache */
	struct item *items;
	size_t count, done;
	struct order order;
	struct item **later; /* another process asks about them */
	size_t later_count;
	struct meter meter;
};

static enum status settle(struct run *r, size_t leak,
	const struct verdict_facts *facts)
{
	const struct verify_listener *l = &r->options->listener;

	r->done++;
	if (l->told)
		l->told(l->context, leaks_at(r->leaks, leak), facts);
	r->summary->by_verdict[facts->verdict]++;
	verify_meter_show(&r->meter, r->done, leaks_count(r->leaks),
		r->summary->by_verdict[VERDICT_LIVE] +
			r->summary->by_verdict[VERDICT_RESTRICTED]);
	return leaks_set_verdict(r->leaks, leak, facts, r->err);
}

struct verdict_facts verify_facts(const struct ask_answer *answer)
{
	const char *organization = ask_told(answer, "organization");

	return (struct verdict_facts){
		.verdict = answer->verdict,
		.note = answer->note,
		.owner = ask_told(answer, "owner"),
		.email = ask_told(answer, "email"),
		.owner_id = ask_told(answer, "owner_id"),
		.organization = organization || !answer->candidate ||
			!verdict_is_live(answer->verdict) ? organization
			: (const char *)answer->candidate->value.at,
		.scopes = ask_told(answer, "scopes"),
		.expires = ask_told(answer, "expires"),
	};
}

/* What repeats the token tells nothing, and would be shown. */
static void drop_echoes(struct verdict_facts *f, bytes secret)
{
	const char **texts[] = {&f->note, &f->owner, &f->email, &f->owner_id,
		&f->organization, &f->scopes, &f->expires};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (*texts[i] && bytes_find(bytes_text(*texts[i]), secret) !=
				BYTES_NONE)
			*texts[i] = NULL;
}

/* One answer, if there is any within that time. */
static enum status hear(struct run *r, int milliseconds, bool *heard)
{
	char when[VERIFY_TIME];
	struct ask_answer answer;
	struct verdict_facts facts;
	struct item *item;

	if (r->options->listener.alive)
		r->options->listener.alive(r->options->listener.context);
	*heard = ask_next(r->ask, milliseconds, &answer);
	if (!*heard)
		return OK;
	item = answer.context;
	verify_time(when);
	facts = verify_facts(&answer);
	facts.checked = when;
	drop_echoes(&facts, leaks_at(r->leaks, item->leak)->secret);
	r->summary->asked += answer.sent;
	verify_cache_store(r->cache, &item->claim, &facts);
	return settle(r, item->leak, &facts);
}

static bool is_stopped(const struct run *r)
{
	return r->options->signal && atomic_load(r->options->signal) != 0;
}

static enum status start(struct run *r, struct item *item,
	enum cache_wait wait)
{
	const struct leak *leak = leaks_at(r->leaks, item->leak);
	struct request_values values;
	struct verdict_facts facts;
	struct ask_question question = {.block = item->block,
		.values = &values, .context = item};

	verify_values(r->leaks, leak, r->options, &values);
	verify_cache_id(r->cache, item->block, leak->rule, &values, item->id);
	switch (verify_cache_look(r->cache, item->id, wait, &r->arena,
		&item->claim, &facts)) {
	case CACHE_HIT:
		r->summary->cached++;
		return settle(r, item->leak, &facts);
	case CACHE_IN_USE:
		r->later[r->later_count++] = item;
		return OK;
	case CACHE_MISS:
		break;
	}
	return ask_begin(r->ask, &question, r->err);
}

static enum status take(struct run *r, size_t leak, const char **why)
{
	struct item *item = &r->items[r->count];
	const struct leak *l = leaks_at(r->leaks, leak);

	*why = r->order.is_second[leak]
		? VERIFY_SECOND
		: verify_forbids(l, r->options);
	if (*why) {
		const struct verdict_facts facts = {
			.verdict = VERDICT_UNKNOWN, .note = *why};

		return settle(r, leak, &facts);
	}
	item->leak = leak;
	item->claim.fd = -1;
	item->block = verify_block(l->rule, l->rule->verify, &item->room);
	r->count++;
	return start(r, item, r->options->fresh ? CACHE_FRESH : CACHE_TRY);
}

static enum status ask_all(struct run *r)
{
	enum status status = OK;
	const char *why;
	bool heard = true;
	size_t n = leaks_count(r->leaks);

	for (size_t i = 0; status == OK && i < n && !is_stopped(r); i++) {
		/* Keep some room: a conversation ends when it wants to. */
		while (status == OK && ask_waiting(r->ask) >= ASK_MOST / 2 &&
			!is_stopped(r))
			status = hear(r, 1000, &heard);
		if (status == OK)
			status = take(r, r->order.at[i], &why);
	}
	while (status == OK && ask_waiting(r->ask) > 0 && !is_stopped(r))
		status = hear(r, 1000, &heard);
	for (size_t i = 0; status == OK && i < r->later_count &&
		!is_stopped(r); i++) {
		status = start(r, r->later[i], CACHE_WAIT);
		while (status == OK && ask_waiting(r->ask) > 0 &&
			!is_stopped(r))
			status = hear(r, 1000, &heard);
	}
	return status;
}

/* What a signal left without an answer. */
static enum status settle_rest(struct run *r)
{
	const struct verdict_facts facts = {
		.verdict = VERDICT_RETRY, .note = "interrupted"};
	enum status status = OK;

	for (size_t i = 0; status == OK && i < leaks_count(r->leaks); i++)
		if (leaks_at(r->leaks, i)->verdict == NULL) {
			status = settle(r, i, &facts);
			r->summary->interrupted = true;
		}
	return status;
}

static enum status open_run(struct run *r)
{
	size_t n = leaks_count(r->leaks) + 1;
	enum status status = net_open(r->options->network, &r->net, r->err);

	if (status == OK)
		status = ask_new(r->net, &r->ask, r->err);
	if (status != OK)
		return status;
	r->items = calloc(n, sizeof(*r->items));
	r->later = calloc(n, sizeof(*r->later));
	if (r->items == NULL || r->later == NULL ||
		!verify_order_make(r->leaks, &r->order))
		return error_set(r->err, ERR_MEMORY, "verify: out of memory");
	r->cache = verify_cache_new(r->options->cache);
	return OK;
}

enum status verify_leaks(struct leaks *leaks,
	const struct verify_options *options, struct verify_summary *out,
	struct error *err)
{
	struct run r = {.leaks = leaks, .options = options, .summary = out,
		.err = err};
	enum status status;

	*out = (struct verify_summary){.leaks = leaks_count(leaks)};
	arena_init(&r.arena, ARENA_MOST);
	verify_meter_begin(&r.meter, options->progress);
	status = open_run(&r);
	if (status == OK)
		status = ask_all(&r);
	if (status == OK)
		status = settle_rest(&r);
	verify_meter_end(&r.meter);
	ask_free(r.ask);
	net_close(r.net);
	for (size_t i = 0; i < r.count; i++)
		verify_cache_store(r.cache, &r.items[i].claim, NULL);
	verify_cache_free(r.cache);
	free(r.items);
	free(r.later);
	verify_order_release(&r.order);
	arena_release(&r.arena);
	return status;
}
