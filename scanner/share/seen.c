/*
 * Open addressing in 64 shards. A slot is a key and a pointer, and the pointer
 * is NULL for the content that nearly all is: known, and clean. So a million
 * clean files cost 24 to 48 bytes each and no allocation.
 */
#include "share/seen.h"

#include "base/limits.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/banned.h"

#define SHARDS 64
#define FIRST_ROOM 64

struct content {
	enum { IN_WORK, KNOWN, LOST } state;
	struct seen_outcome outcome; /* KNOWN */
	struct seen_waiter *waiters; /* IN_WORK */
};

struct slot {
	struct hash128 key; /* both halves 0: empty */
	struct content *content; /* NULL: known and clean */
};

struct shard {
	pthread_mutex_t lock;
	struct slot *slots; /* [lock] */
	size_t room, n;	    /* [lock] room is 0 or a power of two */
};

struct seen {
	struct shard shards[SHARDS];
};

struct seen *seen_new(void)
{
	struct seen *seen = calloc(1, sizeof(*seen));

	for (size_t i = 0; seen != NULL && i < SHARDS; i++)
		pthread_mutex_init(&seen->shards[i].lock, NULL);
	return seen;
}

static void free_content(struct content *c)
{
	if (c == NULL)
		return;
	while (c->waiters != NULL) {
		struct seen_waiter *waiter = c->waiters;

		c->waiters = waiter->next;
		free(waiter);
	}
	leak_memo_free(c->outcome.memo);
	free(c);
}

void seen_free(struct seen *seen)
{
	if (seen == NULL)
		return;
	for (size_t i = 0; i < SHARDS; i++) {
		struct shard *s = &seen->shards[i];

		for (size_t j = 0; j < s->room; j++)
			free_content(s->slots[j].content);
		free(s->slots);
		pthread_mutex_destroy(&s->lock);
	}
	free(seen);
}

static struct shard *shard_of(struct seen *seen, struct hash128 *key)
{
	key->low |= 1; /* never the empty key */
	return &seen->shards[key->high % SHARDS];
}

/* The key's slot or the empty one where it belongs; needs an empty slot. */
static struct slot *find(const struct shard *s, struct hash128 key)
{
	size_t i = (size_t)(key.low >> 1) & (s->room - 1);

	while (s->slots[i].key.low != 0 &&
		!hash_128_equal(s->slots[i].key, key))
		i = (i + 1) & (s->room - 1);
	return &s->slots[i];
}

static bool grow(struct shard *s)
{
	struct shard larger = {.room = s->room ? s->room * 2 : FIRST_ROOM};

	if (s->n >= LIMIT_SEEN / SHARDS)
		return false;
	if (s->room > 0 && s->n < s->room / 4 * 3)
		return true;
	larger.slots = calloc(larger.room, sizeof(*larger.slots));
	if (larger.slots == NULL)
		return false;
	for (size_t i = 0; i < s->room; i++)
		if (s->slots[i].key.low != 0)
			*find(&larger, s->slots[i].key) = s->slots[i];
	free(s->slots);
	s->slots = larger.slots;
	s->room = larger.room;
	return true;
}

static struct slot *find_known(const struct shard *s, struct hash128 key)
{
	struct slot *slot;

	if (s->room == 0)
		return NULL;
	slot = find(s, key);
	return slot->key.low != 0 ? slot : NULL;
}

/* A new slot, or NULL when the table is full or there is no memory. */
static struct slot *insert(struct shard *s, struct hash128 key,
	struct content *content)
{
	struct slot *slot;

	if (!grow(s))
		return NULL;
	slot = find(s, key);
	slot->key = key;
	slot->content = content;
	s->n++;
	return slot;
}

static enum seen_answer wait_for(struct content *c, bytes path,
	enum leak_source source)
{
	struct seen_waiter *waiter = malloc(sizeof(*waiter) + path.n);

	if (waiter == NULL)
		return SEEN_UNSHARED;
	waiter->next = c->waiters;
	waiter->source = source;
	waiter->n = path.n;
	if (path.n > 0)
		memcpy(waiter->path, path.at, path.n);
	c->waiters = waiter;
	return SEEN_WAITS;
}

static enum seen_answer ask(const struct slot *slot, bytes path,
	enum leak_source source, struct seen_outcome *outcome)
{
	*outcome = (struct seen_outcome){0};
	if (slot->content == NULL)
		return SEEN_KNOWN;
	if (slot->content->state == IN_WORK)
		return wait_for(slot->content, path, source);
	if (slot->content->state == LOST)
		return SEEN_UNSHARED;
	*outcome = slot->content->outcome;
	return SEEN_KNOWN;
}

enum seen_answer seen_enter(struct seen *seen,
	struct hash128 key, bytes path, enum leak_source source,
	struct seen_outcome *outcome)
{
	struct shard *s = shard_of(seen, &key);
	enum seen_answer answer = SEEN_UNSHARED;
	struct slot *slot;

	pthread_mutex_lock(&s->lock);
	slot = find_known(s, key);
	if (slot != NULL) {
		answer = ask(slot, path, source, outcome);
	} else {
		struct content *c = calloc(1, sizeof(*c));

		if (c != NULL && insert(s, key, c) != NULL)
			answer = SEEN_MINE;
		else
			free(c);
	}
	pthread_mutex_unlock(&s->lock);
	return answer;
}

static bool is_clean(const struct seen_outcome *o)
{
	return o->memo == NULL && o->unscanned == 0 && o->decode_cut == 0 &&
		o->unlisted == 0;
}

struct seen_waiter *seen_finish(struct seen *seen,
	struct hash128 key, const struct seen_outcome *outcome)
{
	struct shard *s = shard_of(seen, &key);
	struct seen_waiter *waiters;
	struct slot *slot;

	pthread_mutex_lock(&s->lock);
	slot = find(s, key);
	waiters = slot->content->waiters;
	slot->content->waiters = NULL;
	if (outcome == NULL) {
		slot->content->state = LOST;
	} else if (is_clean(outcome)) {
		free(slot->content);
		slot->content = NULL;
	} else {
		slot->content->outcome = *outcome;
		slot->content->state = KNOWN;
	}
	pthread_mutex_unlock(&s->lock);
	return waiters;
}

bool seen_look(struct seen *seen, struct hash128 key,
	struct seen_outcome *outcome)
{
	struct shard *s = shard_of(seen, &key);
	const struct slot *slot;
	bool is_known;

	pthread_mutex_lock(&s->lock);
	slot = find_known(s, key);
	is_known = slot != NULL &&
		(slot->content == NULL || slot->content->state == KNOWN);
	if (is_known)
		*outcome = slot->content ? slot->content->outcome :
					   (struct seen_outcome){0};
	pthread_mutex_unlock(&s->lock);
	return is_known;
}

bool seen_publish(struct seen *seen, struct hash128 key,
	const struct seen_outcome *outcome)
{
	struct shard *s = shard_of(seen, &key);
	struct content *c = NULL;
	bool is_taken = false;

	if (!is_clean(outcome)) {
		c = calloc(1, sizeof(*c));
		if (c == NULL)
			return false;
		c->state = KNOWN;
		c->outcome = *outcome;
	}
	pthread_mutex_lock(&s->lock);
	if (find_known(s, key) == NULL)
		is_taken = insert(s, key, c) != NULL;
	pthread_mutex_unlock(&s->lock);
	if (!is_taken)
		free(c);
	return is_taken;
}
