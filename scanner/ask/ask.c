/*
 * ask: one conversation per question, a step at a time.
 *
 *	begin -> send(step, candidate, page) -> heard -> judge
 *	  verdict: done    next, elsewhere: next candidate, else next step
 *	  selection over several pages: the next page, else the verdict
 */
#include "ask/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

#define ARENA_MOST ((size_t)4 << 20)
#define CANDIDATES_MOST 5
#define PAGES 10
#define NOTE_MOST 200

struct conversation {
	struct conversation *next_done;
	const struct request_block *block;
	void *context;
	struct arena arena; /* values and their texts */
	struct request_values values;
	size_t given;	    /* of them, by the caller */
	size_t step, candidate, page;
	size_t found;	    /* elements selected so far */
	bool was_trusted;   /* a trusted candidate said `elsewhere` */
	bool was_elsewhere;
	bool sent, acted;
	bool is_acting; /* what is under way is more than reading */
	int status;
	uint32_t retry_after;
	enum verdict verdict;
	const struct request_value *at; /* the candidate asked last */
	char note[NOTE_MOST];
};

struct ask {
	struct net *net;
	struct conversation *slots[ASK_MOST]; /* by id of the request */
	size_t count;
	struct conversation *done; /* answered, not yet told */
	struct conversation *told; /* lent to the caller */
};

enum status ask_new(struct net *net, struct ask **out, struct error *err)
{
	struct ask *ask = calloc(1, sizeof(*ask));

	if (ask == NULL)
		return error_set(err, ERR_MEMORY, "ask: no memory");
	ask->net = net;
	*out = ask;
	return OK;
}

static void conversation_free(struct conversation *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->values.count; i++)
		if (c->values.at[i].is_secret)
			explicit_bzero((void *)(uintptr_t)
				c->values.at[i].value.at,
				c->values.at[i].value.n);
	arena_release(&c->arena);
	free(c);
}

void ask_free(struct ask *ask)
{
	if (ask == NULL)
		return;
	for (size_t i = 0; i < ASK_MOST; i++)
		conversation_free(ask->slots[i]);
	for (struct conversation *c = ask->done, *next; c; c = next) {
		next = c->next_done;
		conversation_free(c);
	}
	conversation_free(ask->told);
	free(ask);
}

size_t ask_waiting(const struct ask *ask)
{
	return ask->count;
}

/* ---- ending ------------------------------------------------------------- */

/* Cut to what there is room for; it may be the note itself. */
static void keep_note(struct conversation *c, const char *note)
{
	size_t n = note ? strnlen(note, NOTE_MOST - 1) : 0;

	if (n > 0)
		memmove(c->note, note, n);
	c->note[n] = '\0';
}

static void finish(struct ask *ask, size_t slot, enum verdict verdict,
	const char *note)
{
	struct conversation *c = ask->slots[slot];

	c->verdict = verdict;
	keep_note(c, note);
	c->next_done = ask->done;
	ask->done = c;
	ask->slots[slot] = NULL;
}

/* No step is left, and none gave a verdict. */
static void finish_exhausted(struct ask *ask, size_t slot)
{
	struct conversation *c = ask->slots[slot];

	if (c->was_trusted)
		finish(ask, slot, VERDICT_DEAD, c->note);
	else if (c->was_elsewhere)
		finish(ask, slot, VERDICT_UNKNOWN, "not live where it was "
			"tried; it may belong elsewhere");
	else
		finish(ask, slot, VERDICT_UNKNOWN, c->note[0] ? c->note
			: "there was nothing to ask");
}

/* ---- sending ------------------------------------------------------------ */

static bool is_read(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static enum status send_rendered(struct ask *ask, size_t slot,
	const struct request_rendered *r, struct error *err)
{
	const struct request_block *block = ask->slots[slot]->block;
	struct net_header headers[REQUEST_HEADERS];
	struct net_request request = {
		.id = slot,
		.method = r->method,
		.url = buf_bytes(&r->url),
		.headers = headers,
		.header_count = r->header_count,
		.body = buf_bytes(&r->body),
		.hosts = block->hosts,
		.host_count = block->host_count,
		.per_minute = block->per_minute,
		.burst = block->burst,
		.parallel = block->parallel,
		.tries = block->tries,
	};

	for (size_t i = 0; i < r->header_count; i++)
		headers[i] = (struct net_header){
			bytes_text(r->headers[i].name),
			buf_bytes(&r->headers[i].value)};
	if (request.tries == 0)
		request.tries = is_read(r->method) ? 3 : 1;
	return net_send(ask->net, &request, err);
}

static struct request_values values_now(const struct conversation *c,
	const struct request_step *step)
{
	return step->each ? request_values_with(&c->values, step->each,
				    c->candidate)
			  : c->values;
}

/* Send what comes next; ends the conversation when nothing can be sent. */
static void send_next(struct ask *ask, size_t slot)
{
	struct conversation *c = ask->slots[slot];
	struct error err = {.code = OK};

	for (; c->step < c->block->step_count; c->step++, c->candidate = 0) {
		const struct request_step *step = &c->block->steps[c->step];
		struct request_values values = values_now(c, step);
		struct request_rendered r;
		enum status status;

		c->at = step->each ? request_values_find(&c->values,
					     step->each, c->candidate)
				   : NULL;
		if (!request_applies(step, &values) ||
			(step->each && c->at == NULL)) {
			if (step->each && c->at == NULL)
				snprintf(c->note, sizeof(c->note),
					"needs %s", step->each);
			continue;
		}
		status = request_render(step, &values, &r, &err);
		c->is_acting = status == OK && !is_read(r.method);
		if (status == OK)
			status = send_rendered(ask, slot, &r, &err);
		request_release(&r);
		if (status != OK)
			finish(ask, slot, status == ERR_UNSUPPORTED ||
				status == ERR_LIMIT ? VERDICT_RETRY
				: VERDICT_UNKNOWN, err.text);
		return;
	}
	finish_exhausted(ask, slot);
}

static bool copy_values(struct conversation *c,
	const struct request_values *values)
{
	char now[24];

	snprintf(now, sizeof(now), "%lld", (long long)time(NULL));
	for (size_t i = 0; i < values->count; i++) {
		struct request_value v = values->at[i];

		v.name = arena_copy_text(&c->arena, bytes_text(v.name));
		v.value.at = (unsigned char *)arena_copy_text(&c->arena,
			v.value);
		if (v.name == NULL || v.value.at == NULL)
			return false;
		c->values.at[c->values.count++] = v;
	}
	if (!request_values_find(&c->values, "now", 0))
		request_values_add(&c->values, "now",
			arena_copy(&c->arena, bytes_text(now)));
	c->given = c->values.count;
	return true;
}

enum status ask_begin(struct ask *ask, const struct ask_question *question,
	struct error *err)
{
	struct conversation *c;
	size_t slot = 0;

	while (slot < ASK_MOST && ask->slots[slot])
		slot++;
	if (slot == ASK_MOST)
		return error_set(err, ERR_LIMIT,
			"ask: %d questions are under way", ASK_MOST);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return error_set(err, ERR_MEMORY, "ask: no memory");
	arena_init(&c->arena, ARENA_MOST);
	c->block = question->block;
	c->context = question->context;
	if (!copy_values(c, question->values)) {
		conversation_free(c);
		return error_set(err, ERR_MEMORY, "ask: no memory");
	}
	ask->slots[slot] = c;
	ask->count++;
	send_next(ask, slot);
	return OK;
}

/* ---- hearing ------------------------------------------------------------ */

static void go_on(struct ask *ask, size_t slot)
{
	struct conversation *c = ask->slots[slot];
	const struct request_step *step = &c->block->steps[c->step];

	c->page = 0;
	c->found = 0;
	c->candidate++;
	if (step->each == NULL || c->candidate >= CANDIDATES_MOST ||
		request_values_find(&c->values, step->each, c->candidate) ==
			NULL) {
		c->candidate = 0;
		c->step++;
	}
	send_next(ask, slot);
}

/* True: another page was asked for, or the conversation has ended. */
static bool select_element(struct ask *ask, size_t slot,
	const struct request_step *step,
	const struct request_reading *reading)
{
	struct conversation *c = ask->slots[slot];
	struct request_values asked = values_now(c, step);
	struct error err = {.code = OK};
	bytes page;

	if (request_select(step, reading, &asked, &c->arena, &c->values,
		    &c->found, &err) != OK) {
		finish(ask, slot, VERDICT_UNKNOWN, err.text);
		return true;
	}
	page = request_next_page(step, reading, &c->arena);
	if (page.n > 0) {
		if (++c->page >= (step->select.pages ? step->select.pages
						     : PAGES)) {
			finish(ask, slot, VERDICT_UNKNOWN,
				"the list has too many pages");
			return true;
		}
		for (size_t i = 0; i < c->values.count; i++)
			if (strcmp(c->values.at[i].name, "page") == 0)
				c->values.at[i].value = page;
		if (!request_values_find(&c->values, "page", 0))
			request_values_add(&c->values, "page", page);
		send_next(ask, slot);
		return true;
	}
	if (c->found == 1)
		return false;
	finish(ask, slot, VERDICT_UNKNOWN, c->found == 0
		? "no entry of the list is this token"
		: "several entries of the list may be this token");
	return true;
}

static void conclude(struct ask *ask, size_t slot,
	const struct request_step *step, const struct request_reading *reading)
{
	struct conversation *c = ask->slots[slot];
	const struct request_clause *clause = request_judge(step, reading);

	if (clause == NULL) {
		snprintf(c->note, sizeof(c->note),
			"HTTP %d, in a form that the rule does not know",
			c->status);
		finish(ask, slot, request_default(c->status), c->note);
		return;
	}
	if (clause->verdict == VERDICT_ELSEWHERE) {
		c->was_elsewhere = true;
		c->was_trusted |= c->at && c->at->is_trusted;
	}
	request_extract(step, reading, &c->arena, &c->values);
	if (step->select.list && clause->verdict == VERDICT_NEXT &&
		select_element(ask, slot, step, reading))
		return;
	keep_note(c, clause->note);
	if (clause->verdict == VERDICT_NEXT ||
		clause->verdict == VERDICT_ELSEWHERE)
		go_on(ask, slot);
	else
		finish(ask, slot, clause->verdict, clause->note);
}

static void hear(struct ask *ask, size_t slot, const struct net_answer *from)
{
	struct conversation *c = ask->slots[slot];
	struct request_answer_header headers[128];
	struct request_answer answer = {.status = from->status,
		.headers = headers, .body = from->body, .cut = from->cut};
	struct request_reading *reading;

	for (; answer.header_count < from->header_count &&
		answer.header_count < 128; answer.header_count++)
		headers[answer.header_count] = (struct request_answer_header){
			from->headers[answer.header_count].name,
			from->headers[answer.header_count].value};
	reading = request_read(&answer);
	if (reading == NULL)
		finish(ask, slot, VERDICT_RETRY, "no memory");
	else
		conclude(ask, slot, &c->block->steps[c->step], reading);
	request_reading_free(reading);
}

static void fail(struct ask *ask, size_t slot, const struct net_answer *from)
{
	char note[NOTE_MOST];
	enum verdict verdict = VERDICT_RETRY;

	if (from->result == NET_REFUSED || from->result == NET_UNTRUSTED ||
		from->result == NET_BROKEN)
		verdict = VERDICT_UNKNOWN;
	snprintf(note, sizeof(note), "%s: %s", net_result_name(from->result),
		from->text ? from->text : "");
	finish(ask, slot, verdict, note);
}

static bool tell(struct ask *ask, struct ask_answer *out)
{
	struct conversation *c = ask->done;

	if (c == NULL)
		return false;
	ask->done = c->next_done;
	ask->told = c;
	ask->count--;
	*out = (struct ask_answer){
		.context = c->context,
		.verdict = c->verdict,
		.note = c->note[0] ? c->note : NULL,
		.status = c->status,
		.sent = c->sent,
		.acted = c->acted,
		.retry_after = c->retry_after,
		.values = &c->values,
		.candidate = c->at,
	};
	return true;
}

bool ask_next(struct ask *ask, int milliseconds, struct ask_answer *out)
{
	struct net_answer answer;

	conversation_free(ask->told);
	ask->told = NULL;
	for (;;) {
		struct conversation *c;
		size_t slot;

		if (tell(ask, out))
			return true;
		if (ask->count == 0 ||
			!net_next(ask->net, milliseconds, &answer))
			return false;
		slot = (size_t)answer.id;
		if (slot >= ASK_MOST || ask->slots[slot] == NULL)
			continue;
		c = ask->slots[slot];
		c->sent |= answer.sent;
		c->acted |= answer.sent && c->is_acting;
		c->status = answer.status;
		c->retry_after = answer.retry_after;
		if (answer.result == NET_ANSWERED)
			hear(ask, slot, &answer);
		else
			fail(ask, slot, &answer);
	}
}

const char *ask_told(const struct ask_answer *answer, const char *name)
{
	const struct request_value *v =
		request_values_find(answer->values, name, 0);

	/* What answers tell is copied with a terminator; see request/. */
	return v && !v->is_secret ? (const char *)v->value.at : NULL;
}
