#include "agent/agent.h"

#include "base/hash.h"
#include "base/limits.h"
#include "detect/detect.h"
#include "json/json.h"
#include "leaks/leaks.h"
#include "render/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/banned.h"

#define CALL_MAX ((size_t)64 << 20)
#define REASON_MAX ((size_t)16 << 10)
/* Tokens that are named. */
#define NAMED 4u
/* Secrets of replaced texts that are remembered. */
#define OLD_MAX 256

enum form {
	FORM_TOOL,    /* tool_name, tool_input */
	FORM_CURSOR,
	FORM_PROMPT,  /* Cursor's beforeSubmitPrompt */
	FORM_COPILOT, /* toolName, toolArgs */
};

struct call {
	enum form form;
	const struct json_value *root;
	struct json_document *arguments; /* Copilot's, from a text */
	struct scan *scan;
	const struct ruleset *rules;
	struct leaks *leaks; /* what is new, and not in what is replaced */
	bytes path;
	struct buf place; /* the same as settings know it; may be empty */
	bool is_old; /* the text in work is replaced, or taken away */
	struct hash128 old[OLD_MAX];
	size_t old_n;
	struct buf reason;
	struct error *err;
};

/* ---- what it says ------------------------------------------------------- */

static bool is_key(bytes key, const char *const *names)
{
	for (; *names; names++)
		if (bytes_equal(key, bytes_text(*names)))
			return true;
	return false;
}

static bool is_replaced_key(bytes key)
{
	static const char *const names[] = {"old_string", "old_str",
		"oldString", "old_text", "oldText", NULL};

	return is_key(key, names);
}

static bytes find_path(const struct json_value *arguments)
{
	static const char *const names[] = {"file_path", "path", "filePath",
		"notebook_path", "target_file", NULL};

	for (size_t i = 0; names[i]; i++) {
		bytes text = json_value_text(json_value_get(arguments,
			names[i]));

		if (text.n)
			return text;
	}
	return bytes_of("", 0);
}

/* ---- texts -------------------------------------------------------------- */

static bool is_known(const struct call *c, struct hash128 secret)
{
	for (size_t i = 0; i < c->old_n; i++)
		if (hash_128_equal(c->old[i], secret))
			return true;
	return false;
}

static void on_sighting(void *context, const struct sighting *seen)
{
	struct call *c = context;
	struct hash128 secret = hash_128(seen->secret, 0);

	if (c->is_old) {
		if (c->old_n < OLD_MAX)
			c->old[c->old_n++] = secret;
		return;
	}
	/* What cannot be kept is counted as unlisted. */
	if (!is_known(c, secret))
		(void)!leaks_add(c->leaks, seen, buf_bytes(&c->place),
			LEAK_STDIN);
}

static enum status look_at(struct call *c, bytes text)
{
	const struct detect_text what = {
		.path = c->path, .sink = on_sighting, .context = c};

	return text.n ? scan_buffer(c->scan, &what, text, c->err) : OK;
}

static enum status walk(struct call *c, const struct json_value *value);

struct walk_member {
	struct call *call;
};

static enum status on_member(void *context, bytes key,
	const struct json_value *value)
{
	struct walk_member *m = context;
	bool was_old = m->call->is_old;
	enum status status;

	m->call->is_old = was_old || is_replaced_key(key);
	status = walk(m->call, value);
	m->call->is_old = was_old;
	return status;
}

/* Every text, however deep; which is nested 2048 at most. */
static enum status walk(struct call *c, const struct json_value *value)
{
	struct walk_member member = {.call = c};
	enum status status = OK;

	switch (json_value_kind(value)) {
	case JSON_KIND_TEXT:
		return look_at(c, json_value_text(value));
	case JSON_KIND_LIST:
		for (size_t i = 0; status == OK &&
			i < json_value_count(value); i++)
			status = walk(c, json_value_item(value, i));
		return status;
	case JSON_KIND_OBJECT:
		return json_value_each(value, on_member, &member);
	case JSON_KIND_NULL:
	case JSON_KIND_FLAG:
	case JSON_KIND_INTEGER:
	case JSON_KIND_REAL:
		break;
	}
	return OK;
}

/* First what is replaced, then all: what only stays is not refused, and
 * neither is taking a token out. */
static enum status gather_old(void *context, bytes key,
	const struct json_value *value)
{
	struct call *c = context;
	enum status status = OK;

	if (is_replaced_key(key)) {
		c->is_old = true;
		status = walk(c, value);
		c->is_old = false;
	} else if (json_value_kind(value) == JSON_KIND_LIST) {
		for (size_t i = 0; status == OK &&
			i < json_value_count(value); i++)
			if (json_value_kind(json_value_item(value, i)) ==
				JSON_KIND_OBJECT)
				status = json_value_each(
					json_value_item(value, i), gather_old,
					c);
	}
	return status;
}

/* ---- commands ----------------------------------------------------------- */

/* A text, or a list of words: the last of `bash -lc TEXT` is the one. */
static const char *check_command(const struct json_value *command)
{
	const char *why = NULL;
	struct buf line;

	if (json_value_kind(command) == JSON_KIND_TEXT)
		return agent_command_check(json_value_text(command));
	buf_init(&line, CALL_MAX);
	for (size_t i = 0; i < json_value_count(command); i++) {
		bytes word = json_value_text(json_value_item(command, i));

		buf_put_text(&line, i ? " '" : "'");
		for (size_t k = 0; k < word.n; k++) {
			if (word.at[k] == '\'')
				buf_put_text(&line, "'\\''");
			else
				buf_put_byte(&line, word.at[k]);
		}
		buf_put_byte(&line, '\'');
	}
	why = line.failed ? "it is too long to be looked at"
			  : agent_command_check(buf_bytes(&line));
	buf_release(&line);
	return why;
}

static enum status read_call(struct call *c, const struct json_value **args,
	struct error *err)
{
	bytes event = json_value_text(json_value_get(c->root,
		"hook_event_name"));
	const struct json_value *text = json_value_get(c->root, "toolArgs");

	if (json_value_get(c->root, "toolName")) {
		c->form = FORM_COPILOT;
		*args = text;
		if (json_value_kind(text) != JSON_KIND_TEXT)
			return OK;
		c->arguments = json_document_parse("toolArgs",
			json_value_text(text), 1, err);
		if (c->arguments == NULL)
			return ERR_FORMAT;
		*args = json_document_root(c->arguments);
		return OK;
	}
	*args = json_value_get(c->root, "tool_input");
	if (bytes_starts(event, bytes_text("before")))
		c->form = bytes_equal(event, bytes_text("beforeSubmitPrompt"))
			? FORM_PROMPT : FORM_CURSOR;
	if (c->form != FORM_TOOL && *args == NULL)
		*args = c->root;
	if (*args == NULL && json_value_get(c->root, "prompt"))
		*args = c->root;
	if (*args == NULL)
		return error_set(err, ERR_FORMAT, "read the tool call: it has "
			"neither tool_input nor toolArgs nor a command");
	return OK;
}

/* ---- what is found ------------------------------------------------------ */

static void tell(struct call *c, const struct leak *leak,
	const struct leak_place *place)
{
	struct buf shown;

	buf_init(&shown, 4096);
	report_redact(leak->secret, leak->rule, &shown);
	buf_put_text(&c->reason, "  ");
	report_escape_terminal(bytes_text(leak->rule->description
		? leak->rule->description : leak->rule->id), &c->reason);
	buf_put_text(&c->reason, "  ");
	report_escape_terminal(buf_bytes(&shown), &c->reason);
	buf_printf(&c->reason, "  (line %u of it)\n", place->line);
	buf_release_wiped(&shown);
}

static void tell_open(struct call *c)
{
	uint64_t found = leaks_unlisted(c->leaks), named = 0;

	for (size_t i = 0; i < leaks_count(c->leaks); i++) {
		const struct leak *leak = leaks_at(c->leaks, i);

		for (size_t k = 0; k < leak->place_count; k++) {
			if (!leak_place_counts(&leak->places[k]))
				continue;
			found++;
			if (named < NAMED)
				tell(c, leak, &leak->places[k]);
			named += named < NAMED;
		}
	}
	if (found == 0)
		return;
	if (found > named)
		buf_printf(&c->reason, "  and %llu more\n",
			(unsigned long long)(found - named));
	buf_put_text(&c->reason, "stanch: refused: there are leaked tokens in "
		"it. Read them from the environment or a secret store "
		"instead.\n");
}

static enum status settle(struct call *c, struct error *err)
{
	struct suppress *suppress = NULL;
	enum status status = leaks_finish(c->leaks, err);
	const char *problem;

	/* The repository is opened only where there is something to accept. */
	if (status == OK && leaks_count(c->leaks))
		status = agent_accept(c->leaks, c->rules, &suppress, err);
	if (status == OK)
		tell_open(c);
	problem = suppress ? suppress_problem(suppress, 0) : NULL;
	if (problem && c->reason.n)
		buf_printf(&c->reason, "HEAD's suppresses nothing: %.200s\n",
			problem);
	suppress_free(suppress);
	return status;
}

static enum status judge(struct call *c, struct error *err)
{
	const struct json_value *args = NULL;
	enum status status = read_call(c, &args, err);
	const char *why;

	if (status != OK)
		return status;
	why = check_command(json_value_get(args, "command"));
	if (why) {
		buf_printf(&c->reason, "stanch: refused: %s.\nLet the hook "
			"run; what it stops is to be mended, not passed by.\n",
			why);
		return OK;
	}
	c->path = find_path(args);
	agent_place(c->path, json_value_text(json_value_get(c->root, "cwd")),
		&c->place);
	if (json_value_kind(args) == JSON_KIND_OBJECT)
		status = json_value_each(args, gather_old, c);
	if (status == OK)
		status = walk(c, args);
	return status == OK ? settle(c, err) : status;
}

/* ---- the answer --------------------------------------------------------- */

static int answer(struct call *c)
{
	struct report_writer w = {.to = stdout};
	bytes reason = buf_bytes(&c->reason);

	if (reason.n == 0 && !c->reason.failed)
		return EXIT_CLEAN;
	if (c->form == FORM_TOOL || c->reason.failed) {
		fwrite(reason.at, 1, reason.n, stderr);
		return EXIT_UNABLE;
	}
	report_json_object(&w);
	if (c->form == FORM_COPILOT) {
		report_json_key(&w, "permissionDecision");
		report_json_text(&w, "deny");
		report_json_key(&w, "permissionDecisionReason");
		report_json_bytes(&w, reason);
	} else if (c->form == FORM_PROMPT) {
		report_json_key(&w, "continue");
		report_json_flag(&w, 0);
		report_json_key(&w, "user_message");
		report_json_bytes(&w, reason);
	} else {
		report_json_key(&w, "permission");
		report_json_text(&w, "deny");
		report_json_key(&w, "user_message");
		report_json_bytes(&w, reason);
		report_json_key(&w, "agent_message");
		report_json_bytes(&w, reason);
	}
	report_json_end(&w);
	/* An answer that is not heard is no answer: then as for the others. */
	return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_CLEAN
						       : EXIT_UNABLE;
}

static enum status judge_text(const struct agent_options *o,
	struct call *c, bytes text, struct error *err)
{
	const struct detect_options detect = {
		.decode_depth = LIMIT_DECODE_DEPTH,
		.min_confidence = o->min_confidence,
	};
	const struct leaks_options leaks = {.fingerprint_key = {NULL, 0}};
	struct json_document *document = json_document_parse(
		"standard input", text, 1, err);
	struct detector *detector = NULL;
	struct ruleset *rules = NULL;
	enum status status = document ? job_rules_load(&o->rules, &rules, err)
				      : ERR_FORMAT;

	if (status == OK) {
		detector = detector_new(rules, &detect, err);
		c->scan = detector ? scan_new(detector, err) : NULL;
		c->leaks = c->scan ? leaks_new(&leaks, err) : NULL;
		status = c->leaks ? OK : ERR_MEMORY;
		c->rules = rules;
	}
	c->root = document ? json_document_root(document) : NULL;
	c->err = err;
	if (status == OK)
		status = judge(c, err);
	if (status == OK && scan_ledger(c->scan)->unscanned)
		status = error_set(err, ERR_LIMIT, "look at the tool call: "
			"parts of it could not be scanned");
	leaks_free(c->leaks);
	scan_free(c->scan);
	detector_free(detector);
	ruleset_free(rules);
	json_document_free(c->arguments);
	json_document_free(document);
	return status;
}

int agent_run(const struct agent_options *options)
{
	struct call c = {.form = FORM_TOOL};
	struct error err = {0};
	struct buf text;
	enum status status = console_read(options->signal, CALL_MAX, &text,
		&err);
	int code;

	buf_init(&c.reason, REASON_MAX);
	buf_init(&c.place, LIMIT_PATH);
	if (status == OK)
		status = judge_text(options, &c, buf_bytes(&text), &err);
	if (status == ERR_INTERRUPTED)
		code = 128 + atomic_load(options->signal);
	else
		code = status == OK ? answer(&c) : console_fail(&err);
	buf_release_wiped(&text);
	buf_release_wiped(&c.reason);
	buf_release(&c.place);
	return code;
}
