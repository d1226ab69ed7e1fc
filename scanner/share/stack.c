#include "share/stack.h"

#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

void stack_init(struct stack *s)
{
	pthread_condattr_t attributes;

	*s = (struct stack){.lock = PTHREAD_MUTEX_INITIALIZER};
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&s->changed, &attributes);
	pthread_condattr_destroy(&attributes);
}

void stack_release(struct stack *s)
{
	while (s->top != NULL) {
		struct stack_item *item = s->top;

		s->top = item->next;
		free(item);
	}
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
}

struct stack_item *stack_item_new(enum stack_item_kind kind,
	bytes directory, bytes names, uint32_t count, uint64_t size)
{
	struct stack_item *item;

	if (directory.n > UINT32_MAX / 2 || names.n > UINT32_MAX / 2)
		return NULL;
	item = malloc(sizeof(*item) + directory.n + names.n);
	if (item == NULL)
		return NULL;
	*item = (struct stack_item){
		.bytes = size,
		.count = count,
		.directory_n = (uint32_t)directory.n,
		.names_n = (uint32_t)names.n,
		.kind = kind,
	};
	if (directory.n > 0)
		memcpy(item->text, directory.at, directory.n);
	if (names.n > 0)
		memcpy(item->text + directory.n, names.at, names.n);
	return item;
}

void stack_push(struct stack *s, struct stack_item *item)
{
	pthread_mutex_lock(&s->lock);
	item->next = s->top;
	s->top = item;
	s->pending++;
	s->queued_bytes += item->bytes;
	s->queued_files += item->count;
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

struct stack_item *stack_pop(struct stack *s)
{
	struct stack_item *item;

	pthread_mutex_lock(&s->lock);
	while (s->top == NULL && s->pending > 0)
		pthread_cond_wait(&s->changed, &s->lock);
	item = s->top;
	if (item != NULL) {
		s->top = item->next;
		s->queued_bytes -= item->bytes;
		s->queued_files -= item->count;
	}
	pthread_mutex_unlock(&s->lock);
	return item;
}

void stack_finish(struct stack *s)
{
	pthread_mutex_lock(&s->lock);
	s->pending--;
	if (s->pending == 0)
		pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

bool stack_wait(struct stack *s, unsigned milliseconds)
{
	struct timespec until;
	bool is_finished;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += milliseconds / 1000;
	until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&s->lock);
	while (s->pending > 0 && rc == 0)
		rc = pthread_cond_timedwait(&s->changed, &s->lock, &until);
	is_finished = s->pending == 0;
	pthread_mutex_unlock(&s->lock);
	return is_finished;
}

void stack_queued(struct stack *s, uint64_t *files,
	uint64_t *size)
{
	pthread_mutex_lock(&s->lock);
	*files = s->queued_files;
	*size = s->queued_bytes;
	pthread_mutex_unlock(&s->lock);
}
