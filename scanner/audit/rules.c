#include "audit/rules.h"

#include "base/hash.h"

#include <stdlib.h>

#include "base/banned.h"

static uint64_t add_number(uint64_t sum, uint64_t n)
{
	return hash_64(bytes_of(&n, sizeof(n)), sum);
}

/* All but the rules themselves: with another of these nothing is comparable. */
static uint64_t digest_same(const struct nursery_setup *setup,
	const struct ruleset *rules, const struct audit_options *o)
{
	uint64_t sum = hash_64(bytes_text(STANCH_VERSION), 1);

	sum = hash_64(bytes_of(setup->key, setup->key_size), sum);
	sum = add_number(sum, ruleset_digest_rest(rules));
	sum = add_number(sum, o->detect.decode_depth);
	return add_number(sum, (uint64_t)o->detect.min_confidence);
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

struct comparison {
	const struct ruleset *rules;
	const uint64_t *now; /* digests by index */
	struct nursery_setup *setup;
	bool is_found;
};

static bool has(bytes digests, uint64_t digest)
{
	for (size_t i = 0; i + 8 <= digests.n; i += 8)
		if (memcmp(digests.at + i, &digest, 8) == 0)
			return true;
	return false;
}

/* The newest other set: what it has not is what was added. */
static void compare(void *context, uint64_t rules, bytes digests)
{
	struct comparison *c = context;
	struct nursery_setup *s = c->setup;

	if (c->is_found || rules == s->rules)
		return;
	c->is_found = true;
	s->rules_before = rules;
	for (size_t i = 0; i < ruleset_count(c->rules); i++)
		if (!has(digests, c->now[i]))
			s->added[s->added_count++] = (uint32_t)i;
}

enum status audit_rules(struct nursery_setup *setup, struct store *store,
	const struct ruleset *rules, const struct audit_options *options,
	struct error *err)
{
	size_t n = ruleset_count(rules);
	uint64_t *now = calloc(n + 1, sizeof(*now));
	uint64_t *sorted = calloc(n + 1, sizeof(*sorted));
	uint64_t same = digest_same(setup, rules, options);
	struct comparison c = {rules, now, setup, false};
	enum status status = ERR_MEMORY;

	if (now == NULL || sorted == NULL) {
		(void)error_set(err, ERR_MEMORY, "compare rules");
		goto out;
	}
	for (size_t i = 0; i < n; i++)
		now[i] = sorted[i] = ruleset_digest_of(rules, i);
	qsort(sorted, n, sizeof(*sorted), by_number);
	setup->rules = hash_64(bytes_of(sorted, n * sizeof(*sorted)), same);
	status = store_read_rules(store, same, compare, &c, err);
	if (status == OK)
		status = store_put_rules(store, setup->rules, same,
			bytes_of(sorted, n * sizeof(*sorted)), err);
out:
	free(now);
	free(sorted);
	return status;
}
