/*
 * The token is scanned as a text of its own; where its rule wants something
 * beside it (`heroku_key = "..."`), in a text that has the rule's literals:
 * GitHub has seen it in such a place.
 */
#include "partner/judge.h"

#include "base/buf.h"
#include "base/secret.h"
#include "check/check.h"

#include <stdlib.h>

#include "base/banned.h"

#define TEXT_MOST (ALERTS_TOKEN + 1024)
/* Literals of a rule that are tried: GitHub waits. */
#define ANCHORS_MOST 8

struct judge {
	const struct types *types;
	struct detector *detector;
	struct scan *scan;
	struct buf text;
	/* Of the alert that is judged. */
	bytes token;
	const struct rule *const *rules;
	size_t rule_count;
	struct judgement best;
};

enum status judge_new(const struct types *types, struct judge **out,
	struct error *err)
{
	static const struct detect_options all = {
		.min_confidence = CONFIDENCE_LOW};
	struct judge *j = calloc(1, sizeof(*j));

	err->code = ERR_MEMORY;
	if (j == NULL)
		return error_set(err, ERR_MEMORY, "start: out of memory");
	buf_init(&j->text, TEXT_MOST);
	j->types = types;
	j->detector = detector_new(types->rules, &all, err);
	if (j->detector)
		j->scan = scan_new(j->detector, err);
	if (j->scan == NULL) {
		judge_free(j);
		return err->code;
	}
	*out = j;
	return OK;
}

void judge_free(struct judge *j)
{
	if (j == NULL)
		return;
	scan_free(j->scan);
	detector_free(j->detector);
	buf_release_wiped(&j->text);
	free(j);
}

static bool is_wanted(const struct judge *j, const struct rule *rule)
{
	for (size_t i = 0; i < j->rule_count; i++)
		if (j->rules[i] == rule)
			return true;
	return false;
}

/* A detect_sink: the surest sighting of the whole token counts. */
static void see(void *context, const struct sighting *s)
{
	struct judge *j = context;

	if (!is_wanted(j, s->rule) || !bytes_equal(s->secret, j->token))
		return;
	if (j->best.rule && j->best.confidence >= s->confidence)
		return;
	j->best.rule = s->rule;
	j->best.confidence = s->confidence;
}

static enum status scan_text(struct judge *j, struct error *err)
{
	const struct detect_text text = {.sink = see, .context = j};

	if (j->text.failed)
		return error_set(err, ERR_MEMORY, "judge an alert: out of "
			"memory");
	return scan_buffer(j->scan, &text, buf_bytes(&j->text), err);
}

static enum status scan_named(struct judge *j, bytes literal,
	const char *word, struct error *err)
{
	buf_clear(&j->text);
	buf_put(&j->text, literal);
	buf_put_text(&j->text, word);
	buf_put_text(&j->text, " = \"");
	buf_put(&j->text, j->token);
	buf_put_text(&j->text, "\"\n");
	return scan_text(j, err);
}

/* Beside each of the rule's literals, with words as people use them, until it
 * is seen. */
static enum status scan_beside(struct judge *j, const struct rule *rule,
	struct error *err)
{
	static const char *const words[] = {"", "_api_key", "_token",
		"_secret", "_password"};
	const size_t n = sizeof(words) / sizeof(words[0]);
	const size_t anchors = rule->anchor_count < ANCHORS_MOST ?
		rule->anchor_count : ANCHORS_MOST;
	enum status status = OK;

	for (size_t i = 0; status == OK && j->best.rule == NULL &&
		i < anchors * n; i++)
		status = scan_named(j, rule->anchors[i / n].literal,
			words[i % n], err);
	return status;
}

/* Of the checks, those that compute: a right token never fails one. Others
 * judge looks, and a provider's real token may look odd. */
static bool is_checksum(const char *check)
{
	static const char *const names[] = {"crc32", "github-fine-grained",
		"ado-legacy", "cask", "azure-key", "entra", "gitlab-routable",
		"bech32", "luhn"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(check, names[i]) == 0)
			return true;
	return false;
}

/* What the rule alone says: fails its checksum, or nothing. */
static bool is_disproved(const struct rule *rule, bytes token)
{
	return rule->check.name != NULL && is_checksum(rule->check.name) &&
	       check_run(&rule->check, token, token).result == CHECK_FAIL;
}

/* All rules of its type must disprove it. */
static bool is_false(const struct judge *j)
{
	for (size_t i = 0; i < j->rule_count; i++)
		if (!is_disproved(j->rules[i], j->token))
			return false;
	return true;
}

enum status judge_alert(struct judge *j, const struct alert *alert,
	struct judgement *out, struct error *err)
{
	const struct rule *rules[TYPES_RULES];
	enum status status;

	*out = (struct judgement){.label = JUDGE_UNKNOWN};
	j->token = alert->token;
	j->rules = rules;
	j->rule_count = types_find(j->types, alert->type, rules);
	j->best = (struct judgement){.label = JUDGE_OPEN};
	if (j->rule_count == 0)
		return OK;
	buf_clear(&j->text);
	buf_put(&j->text, alert->token);
	status = scan_text(j, err);
	for (size_t i = 0; status == OK && i < j->rule_count; i++)
		status = scan_beside(j, rules[i], err);
	if (j->text.n)
		secret_wipe(j->text.at, j->text.n);
	*out = j->best;
	if (out->rule && out->confidence == CONFIDENCE_CERTAIN)
		out->label = JUDGE_TRUE;
	else if (is_false(j))
		*out = (struct judgement){.label = JUDGE_FALSE};
	j->rules = NULL;
	return status;
}
