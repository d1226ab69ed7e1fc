/*
 * lint: a verdict must rest on what only the provider would say.
 *
 * A status is something any proxy, portal or firewall answers; so a clause
 * that concludes live, restricted, dead or elsewhere has a test of a header
 * or of the body that something is there. And all that is sent goes to hosts
 * that are named, over https.
 */
#include "request/lint.h"

#include "base/bytes.h"
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/banned.h"

struct lint {
	const char *what;
	lint_say *say;
	void *context;
};

static void complain(const struct lint *l, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void complain(const struct lint *l, const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	l->say(l->context, text);
}

static bool has_evidence(const struct request_clause *clause)
{
	for (size_t i = 0; i < clause->condition_count; i++)
		if (!clause->conditions[i].negated &&
			clause->conditions[i].test != REQUEST_ABSENT)
			return true;
	return false;
}

static void lint_clause(const struct lint *l, size_t step, size_t i,
	const struct request_clause *clause, bool may_go_on)
{
	bool is_verify = strcmp(l->what, "verify") == 0;

	switch (clause->verdict) {
	case VERDICT_LIVE:
	case VERDICT_RESTRICTED:
	case VERDICT_DEAD:
	case VERDICT_ELSEWHERE:
		if (!has_evidence(clause))
			complain(l, "%s: step %zu, answer %zu: '%s' rests on "
				"a status alone, which any proxy may send",
				l->what, step + 1, i + 1,
				verdict_name(clause->verdict));
		break;
	case VERDICT_NEXT:
		if (!may_go_on)
			complain(l, "%s: step %zu, answer %zu: 'next', and "
				"there is none", l->what, step + 1, i + 1);
		break;
	case VERDICT_REVOKED:
	case VERDICT_ACCEPTED:
	case VERDICT_GONE:
	case VERDICT_REFUSED:
		if (is_verify)
			complain(l, "%s: step %zu, answer %zu: '%s' is of "
				"revoking", l->what, step + 1, i + 1,
				verdict_name(clause->verdict));
		break;
	default:
		break;
	}
}

/* A host that stands in the URL itself is one that may be asked. */
static void lint_url(const struct lint *l, const struct request_block *block,
	const char *url)
{
	bytes text = bytes_text(url), host, rest;

	if (bytes_starts(text, bytes_text("{{")))
		return;
	if (!bytes_starts(text, bytes_text("https://"))) {
		complain(l, "%s: the url is no https one", l->what);
		return;
	}
	bytes_cut(bytes_drop(text, 8), '/', &host, &rest);
	if (bytes_find(host, bytes_text("{{")) != BYTES_NONE)
		return;
	for (size_t i = 0; i < block->host_count; i++)
		if (bytes_equal(host, bytes_text(block->hosts[i])))
			return;
	complain(l, "%s: hosts lacks %.*s", l->what, (int)host.n,
		(const char *)host.at);
}

void lint_request(const struct request_block *block, const char *what,
	lint_say *say, void *context)
{
	const struct lint l = {what, say, context};

	/* What else dies is said before it does. */
	if (strcmp(what, "revoke") == 0 && !(block->effect && block->kind))
		complain(&l, "revoke: needs a kind, and an effect: what else "
			"dies with the token");
	for (size_t i = 0; i < block->step_count; i++) {
		const struct request_step *step = &block->steps[i];
		bool may_go_on = i + 1 < block->step_count || step->each;

		lint_url(&l, block, step->url);
		for (size_t k = 0; k < step->answer_count; k++)
			lint_clause(&l, i, k, &step->answers[k], may_go_on);
	}
}
