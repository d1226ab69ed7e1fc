/*
 * GitHub Actions: the event's payload is a file of JSON (docs.github.com:
 * "Webhook events and payloads"). Of a pull request the merge commit is checked
 * out, whose first parent is the base; the base that the payload names may be
 * older.
 */
#include "ci/internal.h"

#include "json/json.h"
#include "suppress/baseline.h"

#include <stdlib.h>

#include "base/banned.h"

/* Payloads are capped at 25 MB by GitHub. */
#define PAYLOAD_MAX ((size_t)32 << 20)

static enum status read_payload(const char *path, struct buf *out,
	struct error *err)
{
	struct error why = {.code = OK};

	if (baseline_load_file(path, PAYLOAD_MAX, out, &why) == OK)
		return OK;
	return error_set(err, ERR_USAGE, "read the event "
		"(GITHUB_EVENT_PATH): %.400s", why.text);
}

/* The text at a path of member names, copied; NULL when it is not there. */
static const char *text_at(struct ci_event *e, const struct json_value *root,
	const char *a, const char *b, const char *c)
{
	const struct json_value *v = json_value_get(root, a);
	bytes text;

	if (b)
		v = json_value_get(v, b);
	if (c)
		v = json_value_get(v, c);
	text = json_value_text(v);
	return text.n ? arena_copy_text(&e->arena, text) : NULL;
}

static enum status read_pull(struct ci_event *e,
	const struct json_value *root, struct error *err)
{
	const char *name = ci_variable("GITHUB_EVENT_NAME");
	const char *base = text_at(e, root, "pull_request", "base", "sha");
	const char *head = text_at(e, root, "pull_request", "head", "sha");

	if (base == NULL || head == NULL)
		return error_set(err, ERR_USAGE, "read the event: it has no "
			"base and head of a pull request");
	e->kind = CI_PROPOSED;
	e->what = "pull request";
	/* With pull_request_target the base is what is checked out. */
	if (strcmp(name, "pull_request_target") != 0)
		ci_names_add(&e->tips, "HEAD");
	ci_names_add(&e->tips, head);
	ci_names_add(&e->known, base);
	ci_names_add_branch(e, &e->known,
		text_at(e, root, "pull_request", "base", "ref"));
	if (strcmp(name, "pull_request_target") != 0)
		ci_names_add_target(e, &e->known, ci_variable("GITHUB_SHA"));
	e->basis = e->known;
	return OK;
}

static enum status read_group(struct ci_event *e,
	const struct json_value *root, struct error *err)
{
	const char *base = text_at(e, root, "merge_group", "base_sha", NULL);
	const char *head = text_at(e, root, "merge_group", "head_sha", NULL);

	if (base == NULL || head == NULL)
		return error_set(err, ERR_USAGE, "read the event: it has no "
			"base and head of a merge group");
	e->kind = CI_PROPOSED;
	e->what = "merge queue";
	ci_names_add(&e->tips, head);
	ci_names_add(&e->known, base);
	e->basis = e->known;
	return OK;
}

static enum status read_push(struct ci_event *e,
	const struct json_value *root, struct error *err)
{
	const char *before = text_at(e, root, "before", NULL, NULL);
	const char *after = text_at(e, root, "after", NULL, NULL);
	const char *ref = text_at(e, root, "ref", NULL, NULL);
	const char *main = text_at(e, root, "repository", "default_branch",
		NULL);

	if (before == NULL || after == NULL || ref == NULL)
		return error_set(err, ERR_USAGE, "read the event: it has no "
			"before, after and ref of a push");
	if (json_value_flag(json_value_get(root, "deleted"))) {
		e->kind = CI_NOTHING;
		e->what = "deletion";
		return OK;
	}
	if (strncmp(ref, "refs/tags/", strlen("refs/tags/")) == 0) {
		ci_event_tag(e, ref, main);
		return OK;
	}
	ci_names_add(&e->tips, after);
	ci_event_push(e, before, ref, main);
	if (json_value_flag(json_value_get(root, "forced"))) {
		e->what = "force-push";
		/* What was there may be gone. */
		if (strncmp(ref, "refs/heads/", 11) == 0 && main &&
			strcmp(ref + 11, main) != 0)
			ci_names_add_branch(e, &e->known, main);
	}
	return OK;
}

static enum status read_event(struct ci_event *e,
	const struct json_value *root, struct error *err)
{
	const char *name = ci_variable("GITHUB_EVENT_NAME");

	if (strcmp(name, "pull_request") == 0 ||
		strcmp(name, "pull_request_target") == 0)
		return read_pull(e, root, err);
	if (strcmp(name, "merge_group") == 0)
		return read_group(e, root, err);
	if (strcmp(name, "push") == 0)
		return read_push(e, root, err);
	if (strcmp(name, "release") == 0) {
		ci_event_tag(e, ci_variable("GITHUB_REF"), text_at(e, root,
			"repository", "default_branch", NULL));
		return OK;
	}
	ci_event_whole(e, "run by schedule or hand", text_at(e, root,
		"repository", "default_branch", NULL));
	return OK;
}

enum status ci_event_github(struct ci_event *e, struct error *err)
{
	const char *path = ci_variable("GITHUB_EVENT_PATH");
	struct json_document *payload = NULL;
	struct buf text;
	enum status status;

	if (path == NULL || ci_variable("GITHUB_EVENT_NAME") == NULL)
		return error_set(err, ERR_USAGE, "find the range: GITHUB_"
			"EVENT_PATH or GITHUB_EVENT_NAME is not set; --base "
			"names what was there before");
	status = read_payload(path, &text, err);
	if (status != OK)
		return status;
	payload = json_document_parse(path, buf_bytes(&text), 1, err);
	status = payload ? read_event(e, json_document_root(payload), err)
			 : ERR_USAGE;
	json_document_free(payload);
	buf_release(&text);
	return status;
}
