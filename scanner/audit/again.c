/*
 * again: repositories that are scanned once more for the secrets in them:
 * those of a run before, those that another machine scanned.
 */
#include "audit/internal.h"
#include "store/verdicts.h"

#include "base/banned.h"

struct finding {
	struct audit *audit;
	struct item *items;
};

static void take(void *context, const struct store_work *work)
{
	struct finding *f = context;
	struct item *item = item_new(work);

	if (item == NULL)
		return;
	if (work->rules != f->audit->setup->rules)
		buf_clear(&item->known);
	item->vault = f->audit->vault;
	item->is_again = true;
	item->next = f->items;
	f->items = item;
}

enum status audit_find_again(struct audit_hand *hand,
	const int64_t *repositories, size_t count,
	void (*alive)(void *context), void *context, struct error *err)
{
	struct finding f = {.audit = hand->audit};
	enum status status = OK;

	for (size_t i = 0; status == OK && i < count; i++)
		status = store_read_work(hand->store, repositories[i], take,
			&f, err);
	if (status == OK)
		return audit_work_off(hand->audit, f.items, alive, context,
			err);
	while (f.items) {
		struct item *next = f.items->next;

		item_free(f.items);
		f.items = next;
	}
	return status;
}
