/*
 * select: the one element of a list that is meant. "The first" or "the
 * newest" would one day be another's token.
 */
#include "request/internal.h"

#include "base/banned.h"

#define ELEMENTS_MOST 10000
#define TEXT_MOST ((size_t)64 << 10)

struct element {
	const struct json_value *value;
	const struct request_values *asked;
	struct error *err;
	enum status status;
};

static bool holds(void *context, const struct request_condition *c)
{
	struct element *e = context;
	const struct json_value *value = request_path(e->value, c->from);
	struct buf text;
	bool result = false;
	enum status status = OK;

	buf_init(&text, TEXT_MOST);
	if (c->text)
		status = request_template(c->text, e->asked, REQUEST_RAW,
			&text, e->err);
	if (status == OK)
		result = request_test_json(c, buf_text(&text), value);
	else if (e->status == OK)
		e->status = status;
	buf_release_wiped(&text);
	return result;
}

static void take(const struct request_step *step,
	const struct json_value *element, struct arena *arena,
	struct request_values *taken)
{
	for (size_t i = 0; i < step->select.take_count; i++) {
		const struct request_field *f = &step->select.take[i];
		struct buf text;
		char *copy;

		buf_init(&text, TEXT_MOST);
		copy = request_scalar(request_path(element, f->value), &text)
			? arena_copy_text(arena, buf_bytes(&text)) : NULL;
		if (copy)
			request_values_add(taken, f->name, bytes_text(copy));
		buf_release_wiped(&text);
	}
}

enum status request_select(const struct request_step *step,
	const struct request_reading *answer,
	const struct request_values *asked, struct arena *arena,
	struct request_values *taken, size_t *found, struct error *err)
{
	const struct json_value *list =
		request_path(request_json(answer), step->select.list);
	size_t n = json_value_count(list);

	if (json_value_kind(list) != JSON_KIND_LIST)
		return error_set(err, ERR_FORMAT,
			"the answer holds no list to select from");
	if (n > ELEMENTS_MOST)
		return error_set(err, ERR_LIMIT, "the list is too long");
	for (size_t i = 0; i < n; i++) {
		struct element e = {json_value_item(list, i), asked, err, OK};
		bool is_it = request_all_hold(step->select.where,
			step->select.where_count, holds, &e);

		if (e.status != OK)
			return e.status;
		if (is_it && (*found)++ == 0)
			take(step, e.value, arena, taken);
	}
	return OK;
}

bytes request_next_page(const struct request_step *step,
	const struct request_reading *answer, struct arena *arena)
{
	struct buf text;
	bytes next = bytes_of(NULL, 0);

	buf_init(&text, TEXT_MOST);
	if (step->select.next && request_look(answer, step->select.next_place,
					 step->select.next, &text))
		next = arena_copy(arena, buf_bytes(&text));
	buf_release_wiped(&text);
	return next;
}
