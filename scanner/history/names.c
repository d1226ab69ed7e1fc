#include "history/internal.h"

#include "base/hash.h"

#include <stdlib.h>

#include "base/banned.h"

#define FIRST_ROOM 4096
/* Eight bytes each, for each thread. */
#define ROOM_MAX ((size_t)1 << 21)

static size_t slot_of(const struct history_names *names, uint64_t key)
{
	size_t at = key & (names->room - 1);

	while (names->keys[at] && names->keys[at] != key)
		at = (at + 1) & (names->room - 1);
	return at;
}

static bool widen(struct history_names *names)
{
	struct history_names wide = {
		.room = names->room ? names->room * 2 : FIRST_ROOM,
		.n = names->n,
		.seed = names->room ? names->seed : hash_seed(),
	};

	if (wide.room > ROOM_MAX)
		return false;
	wide.keys = calloc(wide.room, sizeof(*wide.keys));
	if (wide.keys == NULL)
		return false;
	for (size_t i = 0; i < names->room; i++)
		if (names->keys[i])
			wide.keys[slot_of(&wide, names->keys[i])] =
				names->keys[i];
	free(names->keys);
	*names = wide;
	return true;
}

bool history_names_knows(const struct history_names *names, bytes name)
{
	uint64_t key;

	if (names->room == 0)
		return false;
	key = hash_64(name, names->seed);
	return names->keys[slot_of(names, key ? key : 1)] != 0;
}

bool history_names_has(struct history_names *names, bytes name)
{
	uint64_t key;
	size_t at;

	if (names->n * 2 >= names->room && !widen(names) && names->room == 0)
		return false;
	key = hash_64(name, names->seed);
	key = key ? key : 1;
	at = slot_of(names, key);
	if (names->keys[at])
		return true;
	/* Full, but for the gaps that end a search. */
	if (names->n * 8 >= names->room * 7)
		return false;
	names->keys[at] = key;
	names->n++;
	return false;
}
