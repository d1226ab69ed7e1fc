/*
 * A provider's answer, of any bytes: status, headers and a body, read by the
 * built-in rules' blocks. The first bytes choose a rule and a status; then
 * come lines of headers, an empty line, the body. A verdict needs more than a
 * status; the same answer gives the same verdict; what is kept is bounded and
 * has no NUL in it.
 */
#include "record.h"
#include "request/request.h"

#include <assert.h>
#include <stdlib.h>

#define HEADERS 16

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static struct ruleset *rules;

static void read_headers(bytes *rest, struct request_answer *a,
	struct request_answer_header headers[HEADERS])
{
	bytes line;

	a->headers = headers;
	while (rest->n > 0 && a->header_count < HEADERS) {
		struct request_answer_header *h = &headers[a->header_count];

		bytes_cut(*rest, '\n', &line, rest);
		if (line.n == 0)
			return;
		if (!bytes_cut(line, ':', &h->name, &h->value))
			continue;
		h->value = bytes_trim(h->value);
		a->header_count++;
	}
}

static bool is_conclusion(enum verdict v)
{
	return v == VERDICT_LIVE || v == VERDICT_DEAD ||
	       v == VERDICT_RESTRICTED || v == VERDICT_ELSEWHERE;
}

static void judge(const struct request_step *step,
	const struct request_answer *answer)
{
	struct request_answer bare = {.status = answer->status};
	struct request_reading *reading = request_read(answer);
	struct request_reading *nothing = request_read(&bare);
	struct request_values values = {.count = 0}, taken = {.count = 0};
	const struct request_clause *clause, *of_nothing;
	struct error err = {.code = OK};
	struct arena arena;
	size_t found = 0;

	assert(reading != NULL && nothing != NULL);
	clause = request_judge(step, reading);
	assert(clause == request_judge(step, reading));
	of_nothing = request_judge(step, nothing);
	assert(of_nothing == NULL || !is_conclusion(of_nothing->verdict));
	arena_init(&arena, (size_t)4 << 20);
	request_extract(step, reading, &arena, &values);
	for (size_t i = 0; i < values.count; i++) {
		assert(values.at[i].value.n <= 1024);
		assert(!values.at[i].is_secret);
	}
	request_values_add(&values, "secret", bytes_text("secret"));
	request_values_add(&values, "c3id", bytes_text("c3id"));
	if (step->select.list &&
		request_select(step, reading, &values, &arena, &taken, &found,
			&err) == OK) {
		assert(found > 0 || taken.count == 0);
		(void)request_next_page(step, reading, &arena);
	}
	arena_release(&arena);
	request_reading_free(reading);
	request_reading_free(nothing);
}

static void judge_all(const struct request_block *block,
	const struct request_answer *answer)
{
	for (size_t i = 0; block && i < block->step_count; i++)
		judge(&block->steps[i], answer);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct request_answer_header headers[HEADERS];
	struct request_answer answer = {.header_count = 0};
	const struct rule *rule;
	bytes rest;

	if (rules == NULL)
		rules = record_rules();
	if (size < 4)
		return 0;
	rule = ruleset_rule(rules, (size_t)(data[0] << 8 | data[1]) %
					   ruleset_count(rules));
	answer.status = 100 + (data[2] << 1) % 500 + (data[3] & 1);
	answer.cut = (data[3] & 2) != 0;
	rest = bytes_of(data + 4, size - 4);
	read_headers(&rest, &answer, headers);
	answer.body = rest;
	judge_all(rule->verify, &answer);
	judge_all(rule->revoke, &answer);
	return 0;
}
