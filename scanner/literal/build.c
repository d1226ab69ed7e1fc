/*
 * Choosing grams and filling the tables.
 *
 * Each literal is found by one gram of four bytes in it. Which one decides
 * how often the scanner looks in vain: "-----BEGIN" by "----" would stop it at
 * every ruler in a source file, by "begi" hardly ever. So the rarest is taken
 * by a small model: how common each byte is in source text, on a rough
 * logarithmic scale, summed; runs of one byte count as common.
 *
 * A literal of three bytes is entered in the filter with each byte that may
 * follow it (128 of them, folded), and in the table as a key of three.
 */
#include "literal/internal.h"

#include <stdlib.h>

#include "base/banned.h"

/*
 * Commonness of folded bytes 0x20..0x3f and 0x60..0x7f in source text, 0
 * rare to 9; order by a count over C, Python and JavaScript.
 */
static const unsigned char commonness[64] = {
	/* space ! " # $ % & ' */ 9, 2, 5, 4, 3, 2, 3, 5,
	/* ( ) * + , - . / */ 6, 6, 6, 3, 6, 6, 6, 5,
	/* 0 1 2 3 4 5 6 7 */ 6, 5, 5, 4, 4, 4, 4, 3,
	/* 8 9 : ; < = > ? */ 4, 3, 5, 5, 4, 6, 5, 2,
	/* @ a b c d e f g */ 3, 8, 6, 7, 7, 9, 6, 6,
	/* h i j k l m n o */ 6, 8, 2, 4, 7, 6, 8, 8,
	/* p q r s t u v w */ 7, 2, 8, 8, 9, 7, 5, 5,
	/* x y z { | } ~ _ */ 5, 5, 3, 4, 2, 4, 1, 8,
};

static unsigned byte_commonness(unsigned char c)
{
	c |= 0x20;
	if (c & 0x80)
		return 1;
	return commonness[(c & 0x1f) | (c & 0x40) >> 1];
}

static uint32_t gram_of(const unsigned char *at, size_t n)
{
	uint32_t v = 0;

	for (size_t i = 0; i < n; i++)
		v |= (uint32_t)at[i] << (8 * i);
	return n == 4 ? v | LITERAL_FOLD
		      : (v | LITERAL_FOLD) & LITERAL_SHORT;
}

/* Offset of the gram that is least expected in source text. */
static size_t rarest_gram(bytes text)
{
	size_t best = 0;
	unsigned best_score = ~0u;

	for (size_t i = 0; i + 4 <= text.n; i++) {
		unsigned score = 0;
		bool same = true;

		for (size_t k = 0; k < 4; k++) {
			score += byte_commonness(text.at[i + k]);
			same = same && text.at[i + k] == text.at[i];
		}
		if (same)
			score += 16;
		if (score < best_score) {
			best_score = score;
			best = i;
		}
	}
	return best;
}

static void filter_set(struct literal_set *set, uint32_t folded)
{
	uint32_t i = literal_filter_index(folded);

	set->filter[i >> 5] |= (uint32_t)1 << (i & 31);
}

static void filter_add(struct literal_set *set, uint32_t key, size_t width)
{
	if (width == 4) {
		filter_set(set, key);
		return;
	}
	set->has_short = true;
	for (uint32_t c = 0; c < 256; c++)
		filter_set(set, key | (c | 0x20) << 24);
}

static struct literal_slot *slot_for(struct literal_set *set, uint32_t key)
{
	uint32_t i = literal_mix(key) >> set->shift;

	while (set->slots[i].key && set->slots[i].key != key)
		i = (i + 1) & set->mask;
	set->slots[i].key = key;
	return &set->slots[i];
}

static bool is_known(const struct literal_set *set, uint32_t head,
	const struct literal *l)
{
	for (uint32_t e = head; e; e = set->entries[e].next) {
		const struct literal_entry *entry = &set->entries[e];

		if (entry->tag == l->tag && entry->fold == l->fold &&
			bytes_equal(l->text,
				bytes_of(set->pool + entry->text, entry->n)))
			return true;
	}
	return false;
}

/* Returns how much of the pool is used then. */
static uint32_t add(struct literal_set *set, const struct literal *l,
	size_t gram, uint32_t pool)
{
	size_t width = l->text.n < 4 ? l->text.n : 4;
	uint32_t key = gram_of(l->text.at + gram, width);
	struct literal_slot *slot = slot_for(set, key);
	uint32_t place = (uint32_t)set->count + 1;

	if (is_known(set, slot->head, l))
		return pool;
	filter_add(set, key, width);
	memcpy(set->pool + pool, l->text.at, l->text.n);
	set->entries[place] = (struct literal_entry){
		.next = slot->head,
		.tag = l->tag,
		.text = pool,
		.n = (uint16_t)l->text.n,
		.gram = (uint16_t)gram,
		.fold = l->fold,
	};
	slot->head = place;
	set->count++;
	return pool + (uint32_t)l->text.n;
}

static struct literal_set *set_with_room(size_t count, size_t pool)
{
	struct literal_set *set = calloc(1, sizeof(*set));
	uint32_t log = 6;

	if (set == NULL)
		return NULL;
	while (((size_t)1 << log) < 2 * count)
		log++;
	set->shift = 32 - log;
	set->mask = ((uint32_t)1 << log) - 1;
	set->slots = calloc((size_t)1 << log, sizeof(*set->slots));
	set->entries = calloc(count + 1, sizeof(*set->entries));
	set->pool = malloc(pool + 1);
	if (set->slots && set->entries && set->pool)
		return set;
	literal_set_free(set);
	return NULL;
}

struct literal_set *literal_set_new(const struct literal *list, size_t count,
	uint16_t *reach)
{
	struct literal_set *set;
	size_t pool = 0;
	uint32_t used = 0;

	for (size_t i = 0; i < count; i++)
		pool += list[i].text.n;
	if (count >= (size_t)1 << 24 || pool >= (size_t)1 << 30)
		return NULL;
	set = set_with_room(count, pool);
	if (set == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t gram = rarest_gram(list[i].text);

		if (reach)
			reach[i] = (uint16_t)gram;
		if (list[i].text.n >= LITERAL_MIN &&
			list[i].text.n <= LITERAL_MAX)
			used = add(set, &list[i], gram, used);
	}
	return set;
}

void literal_set_free(struct literal_set *set)
{
	if (set == NULL)
		return;
	free(set->slots);
	free(set->entries);
	free(set->pool);
	free(set);
}

size_t literal_set_count(const struct literal_set *set)
{
	return set->count;
}
