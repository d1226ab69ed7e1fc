#include "base/keymap.h"

#include <stdlib.h>

#include "base/banned.h"

#define FIRST_ROOM ((size_t)64)

static struct keymap_slot *slot_of(const struct keymap *map, uint64_t key)
{
	size_t at = key & (map->room - 1);

	while (map->slots[at].key && map->slots[at].key != key)
		at = (at + 1) & (map->room - 1);
	return &map->slots[at];
}

static bool widen(struct keymap *map, size_t room)
{
	struct keymap wide = {.room = room, .count = map->count};

	wide.slots = calloc(wide.room, sizeof(*wide.slots));
	if (wide.slots == NULL)
		return false;
	for (size_t i = 0; i < map->room; i++)
		if (map->slots[i].key)
			*slot_of(&wide, map->slots[i].key) = map->slots[i];
	free(map->slots);
	*map = wide;
	return true;
}

static bool is_crowded(size_t count, size_t room)
{
	return count * 3 >= room * 2;
}

bool keymap_reserve(struct keymap *map, size_t count)
{
	size_t room = map->room ? map->room : FIRST_ROOM;

	if (count > SIZE_MAX / 8)
		return false;
	while (is_crowded(count, room))
		room *= 2;
	return room == map->room || widen(map, room);
}

uint32_t *keymap_at(struct keymap *map, uint64_t key, uint32_t value)
{
	struct keymap_slot *slot;

	if (is_crowded(map->count, map->room) &&
		!widen(map, map->room ? map->room * 2 : FIRST_ROOM))
		return NULL;
	slot = slot_of(map, key);
	if (slot->key == 0) {
		*slot = (struct keymap_slot){key, value};
		map->count++;
	}
	return &slot->value;
}

bool keymap_put(struct keymap *map, uint64_t key, uint32_t value)
{
	return keymap_at(map, key, value) != NULL;
}

uint32_t keymap_get(const struct keymap *map, uint64_t key)
{
	const struct keymap_slot *slot;

	if (map->room == 0)
		return KEYMAP_NONE;
	slot = slot_of(map, key);
	return slot->key ? slot->value : KEYMAP_NONE;
}

void keymap_release(struct keymap *map)
{
	free(map->slots);
	*map = (struct keymap){0};
}

size_t keymap_cost(const struct keymap *map)
{
	return map->room * sizeof(*map->slots);
}
