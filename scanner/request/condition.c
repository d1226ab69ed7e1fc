/* condition: does a text, or a JSON value, satisfy a test? */
#include "request/internal.h"

#include "pattern/pattern.h"

#include "base/banned.h"

static bool is_digits(bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
	return text.n > 0;
}

static bool test(const struct request_condition *c, const char *text,
	bytes value, bool is_there)
{
	char number[24];
	struct buf digits;
	bool same;

	switch (c->test) {
	case REQUEST_PRESENT:
		return is_there && value.n > 0;
	case REQUEST_ABSENT:
		return !is_there || value.n == 0;
	case REQUEST_NULL:
		return false;
	case REQUEST_NUMBER:
		return is_there && is_digits(value);
	case REQUEST_EQUALS:
		return is_there && bytes_equal(value, bytes_text(text));
	case REQUEST_STARTS:
		return is_there && bytes_starts(value, bytes_text(text));
	case REQUEST_MATCHES:
		return is_there && pattern_search(text, value, NULL);
	case REQUEST_INTEGER:
		buf_init(&digits, sizeof(number));
		buf_printf(&digits, "%lld", (long long)c->number);
		same = is_there && bytes_equal(value, buf_bytes(&digits));
		buf_release(&digits);
		return same;
	case REQUEST_FLAG:
		return is_there && bytes_equal(value,
				bytes_text(c->number ? "true" : "false"));
	}
	return false;
}

bool request_test_text(const struct request_condition *c, const char *text,
	bytes value, bool is_there)
{
	return test(c, text, value, is_there) != c->negated;
}

/* A JSON value is compared with what has its type: "true" is not true. */
static bool test_json(const struct request_condition *c, const char *text,
	const struct json_value *value)
{
	enum json_kind kind = json_value_kind(value);
	bytes t = json_value_text(value);

	switch (c->test) {
	case REQUEST_PRESENT:
		return kind != JSON_KIND_NULL &&
		       (kind != JSON_KIND_TEXT || t.n > 0);
	case REQUEST_ABSENT:
		return kind == JSON_KIND_NULL;
	case REQUEST_NULL:
		return value != NULL && kind == JSON_KIND_NULL;
	case REQUEST_NUMBER:
		return kind == JSON_KIND_INTEGER || kind == JSON_KIND_REAL ||
		       (kind == JSON_KIND_TEXT && is_digits(t));
	case REQUEST_INTEGER:
		return kind == JSON_KIND_INTEGER &&
		       json_value_integer(value, 0) == c->number;
	case REQUEST_FLAG:
		return kind == JSON_KIND_FLAG &&
		       json_value_flag(value) == (c->number != 0);
	default:
		return kind == JSON_KIND_TEXT && test(c, text, t, true);
	}
}

bool request_test_json(const struct request_condition *c, const char *text,
	const struct json_value *value)
{
	return test_json(c, text, value) != c->negated;
}

bool request_all_hold(const struct request_condition *conditions, size_t n,
	request_holds *holds, void *context)
{
	size_t i = 0;

	while (i < n) {
		bool any = holds(context, &conditions[i]);

		for (i++; i < n && conditions[i].alternative; i++)
			any = any || holds(context, &conditions[i]);
		if (!any)
			return false;
	}
	return true;
}
