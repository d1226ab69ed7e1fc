/*
 * contents: an open-addressed table of keys in a shared mapping.
 *
 * Slots go from empty to full once and never change. The high half is written
 * first, then the low half, which is never zero in a full slot: a reader sees
 * an empty slot or a whole key. The generation of rules is mixed into the
 * key, so that one table serves several.
 */
#include "known/known.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/banned.h"

struct slot {
	_Atomic uint64_t low, high; /* [atomic: low is released last] */
};

struct known_contents {
	size_t room; /* slots: a power of two */
	_Atomic size_t count; /* [atomic: relaxed, one writer] */
	struct slot slots[];
};

static size_t size_of(size_t room)
{
	return sizeof(struct known_contents) + room * sizeof(struct slot);
}

struct known_contents *known_contents_new(size_t keys)
{
	struct known_contents *c;
	size_t room = 1024;

	while (room < keys * 2)
		room *= 2;
	c = mmap(NULL, size_of(room), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (c == MAP_FAILED)
		return NULL;
	c->room = room;
	return c;
}

void known_contents_free(struct known_contents *c)
{
	if (c)
		munmap(c, size_of(c->room));
}

static struct hash128 mixed(struct hash128 key, uint64_t rules)
{
	key.high ^= rules;
	key.low = key.low ? key.low : 1;
	return key;
}

/* The key's slot, or the empty one where it belongs. */
static size_t slot_of(const struct known_contents *c, struct hash128 key,
	bool *is_there)
{
	size_t at = (size_t)(key.low ^ key.high) & (c->room - 1);

	for (;; at = (at + 1) & (c->room - 1)) {
		const struct slot *s = &c->slots[at];
		uint64_t low = atomic_load_explicit(&s->low,
			memory_order_acquire);

		*is_there = low == key.low &&
			    atomic_load_explicit(&s->high,
				    memory_order_relaxed) == key.high;
		if (low == 0 || *is_there)
			return at;
	}
}

void known_contents_add(struct known_contents *c, struct hash128 key,
	uint64_t rules)
{
	size_t n = atomic_load_explicit(&c->count, memory_order_relaxed), at;
	bool is_there;

	/* Every search must end at an empty slot. */
	if (n >= c->room / 4 * 3)
		return;
	key = mixed(key, rules);
	at = slot_of(c, key, &is_there);
	if (is_there)
		return;
	atomic_store_explicit(&c->slots[at].high, key.high,
		memory_order_relaxed);
	atomic_store_explicit(&c->slots[at].low, key.low,
		memory_order_release);
	atomic_store_explicit(&c->count, n + 1, memory_order_relaxed);
}

bool known_contents_has(const struct known_contents *c, struct hash128 key,
	uint64_t rules)
{
	bool is_there;

	(void)slot_of(c, mixed(key, rules), &is_there);
	return is_there;
}

size_t known_contents_count(const struct known_contents *c)
{
	return atomic_load_explicit(&c->count, memory_order_relaxed);
}
