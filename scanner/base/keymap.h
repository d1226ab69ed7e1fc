/*
 * keymap: 64-bit keys to 32-bit values, open addressing.
 *
 * For keys that are hashes already, of a seed of the run where an attacker
 * chooses what is hashed. One thread writes; any may read then.
 */
#ifndef STANCH_BASE_KEYMAP_H
#define STANCH_BASE_KEYMAP_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Not a value. */
#define KEYMAP_NONE UINT32_MAX

/* Zero it to begin with. */
struct keymap {
	struct keymap_slot {
		uint64_t key; /* 0: free */
		uint32_t value;
	} *slots;
	size_t room, count; /* room: a power of two, or 0 */
};

/* A key that is there keeps its value; 0 is no key. False without memory. */
bool keymap_put(struct keymap *map, uint64_t key, uint32_t value) MUST_USE;
/* KEYMAP_NONE when it is not there. */
uint32_t keymap_get(const struct keymap *map, uint64_t key);
/* The value's place, or where it is now with `value`: one look instead of
 * two. NULL without memory. Valid until the next put. */
uint32_t *keymap_at(struct keymap *map, uint64_t key, uint32_t value);
/* Room for so many keys at once; false without memory. */
bool keymap_reserve(struct keymap *map, size_t count) MUST_USE;
void keymap_release(struct keymap *map);
/* Bytes that it takes up. */
size_t keymap_cost(const struct keymap *map);

#endif
