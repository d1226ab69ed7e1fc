/*
 * tell: why git was stopped, and what to do next; eight lines at most, since
 * nobody reads more in the middle of a commit. Over a push they come to the
 * other side's terminal with "remote: " before each.
 */
#include "hook/internal.h"

#include "render/render.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/banned.h"

#define TEXT_MAX ((size_t)64 << 10)
/* Places that are named. Eight lines less the first and three of advice. */
#define PLACES 4
/* Bytes of a path, a description, a reason. */
#define PART_MAX 200
/* Hex digits of a commit. */
#define COMMIT_SHOWN 10

static const struct {
	const char *name, *what, *where, *mend, *alarm;
} kinds[HOOK_KINDS] = {
	[HOOK_PRE_COMMIT] = {"pre-commit", "commit stopped", "staged",
		"Take it out of the file and `git add` that again; what "
		"others may have seen is to be revoked first.",
		"A false alarm? Put stanch:allow and why on its line, or ask "
		"for `stanch help baseline`."},
	[HOOK_PRE_PUSH] = {"pre-push", "push stopped", "in what it brings",
		"Take it out of the commits (git rebase -i %s^), then push "
		"again; revoke what others may have seen.",
		"A false alarm? Put stanch:allow and why on its line, or ask "
		"for `stanch help baseline`."},
	[HOOK_PRE_RECEIVE] = {"pre-receive", "push refused",
		"in what it brings",
		"Revoke it, take it out of the commits (git rebase -i %s^), "
		"and push again.",
		"A false alarm? .stanch.toml or .stanch-baseline of the "
		"target branch can say so; the pushed one cannot."},
};

const char *hook_kind_name(enum hook_kind kind)
{
	return kinds[kind].name;
}

enum hook_kind hook_kind_of(const char *name)
{
	enum hook_kind kind = HOOK_PRE_COMMIT;

	while (kind < HOOK_KINDS && strcmp(kinds[kind].name, name) != 0)
		kind++;
	return kind;
}

struct teller {
	const struct hook_telling *asked;
	struct report report; /* for its scratch */
	struct buf out;
	uint64_t leaks, places; /* not suppressed */
	bytes first_commit;
};

static void put_escaped(struct teller *t, bytes text)
{
	size_t before = t->out.n;

	report_escape_terminal(text, &t->out);
	if (!t->out.failed && t->out.n - before > PART_MAX) {
		t->out.n = before + PART_MAX;
		buf_put_text(&t->out, "...");
	}
}

static void put_place(struct teller *t, const struct leak *leak,
	const struct leak_place *place)
{
	buf_put_text(&t->out, "  ");
	if (place->commit) {
		buf_put(&t->out, bytes_take(place->commit->id, COMMIT_SHOWN));
		buf_put_byte(&t->out, ' ');
	}
	if (place->source == LEAK_MESSAGE)
		buf_put_text(&t->out, "(message)");
	else
		put_escaped(t, report_path(&t->report, leak, place));
	buf_printf(&t->out, ":%" PRIu32 ":%" PRIu32 "  ", place->line,
		place->column);
	put_escaped(t, bytes_text(report_or(leak->rule->description,
		leak->rule->id)));
	buf_put_text(&t->out, "  ");
	put_escaped(t, report_secret(&t->report, leak));
	buf_printf(&t->out, "  %s\n", confidence_name(place->confidence));
}

static void count(struct teller *t, const struct leaks *leaks)
{
	for (size_t i = 0; i < leaks_count(leaks); i++) {
		const struct leak *leak = leaks_at(leaks, i);
		uint64_t open = 0;

		for (size_t p = 0; p < leak->place_count; p++) {
			const struct leak_place *place = &leak->places[p];

			if (!leak_place_counts(place))
				continue;
			open++;
			if (place->commit && t->first_commit.n == 0)
				t->first_commit = bytes_take(
					place->commit->id, COMMIT_SHOWN);
		}
		t->leaks += open > 0;
		t->places += open;
	}
}

static void put_places(struct teller *t, const struct leaks *leaks,
	size_t room)
{
	uint64_t shown = t->places > room ? room - 1 : room, n = 0;

	for (size_t i = 0; i < leaks_count(leaks); i++) {
		const struct leak *leak = leaks_at(leaks, i);

		for (size_t p = 0; p < leak->place_count; p++)
			if (leak_place_counts(&leak->places[p]) && n++ < shown)
				put_place(t, leak, &leak->places[p]);
	}
	if (n > shown)
		buf_printf(&t->out, "  and %" PRIu64 " more places\n",
			n - shown);
}

static void put_header(struct teller *t, const struct report_summary *s)
{
	const struct hook_telling *asked = t->asked;

	buf_printf(&t->out, "stanch: %s: ", kinds[asked->kind].what);
	if (t->leaks)
		buf_printf(&t->out, "%" PRIu64 " leaked token%s %s\n",
			t->leaks, t->leaks == 1 ? "" : "s",
			kinds[asked->kind].where);
	else if (s->broken_count)
		buf_put_text(&t->out, "settings are broken\n");
	else if (s->complete)
		buf_put_text(&t->out, "more was found than can be told\n");
	else
		buf_put_text(&t->out, "not all could be looked at\n");
}

static void put_incomplete(struct teller *t,
	const struct report_summary *s)
{
	buf_put_text(&t->out, "  not scanned: ");
	if (s->interrupted && strcmp(s->interrupted, "timeout") == 0)
		buf_printf(&t->out, "what was left after %g seconds "
			"(--timeout gives more)", t->asked->timeout);
	else if (s->interrupted)
		put_escaped(t, bytes_text(s->interrupted));
	else if (s->problem_count)
		put_escaped(t, bytes_text(s->problems[0]));
	else
		buf_put_text(&t->out, "parts of files");
	if (s->problem_count > 1)
		buf_printf(&t->out, ", and %zu more", s->problem_count - 1);
	buf_put_byte(&t->out, '\n');
}

/* Only a constant of ours, and its one argument. */
static void put_mend(struct teller *t)
{
	bytes text = bytes_text(kinds[t->asked->kind].mend);
	size_t at = bytes_find(text, bytes_text("%s"));

	if (at == BYTES_NONE) {
		buf_put(&t->out, text);
	} else {
		buf_put(&t->out, bytes_take(text, at));
		if (t->first_commit.n)
			buf_put(&t->out, t->first_commit);
		else
			buf_put_text(&t->out, "COMMIT");
		buf_put(&t->out, bytes_drop(text, at + 2));
	}
	buf_put_byte(&t->out, '\n');
}

static void put_advice(struct teller *t)
{
	if (t->leaks) {
		put_mend(t);
		buf_printf(&t->out, "%s\n", kinds[t->asked->kind].alarm);
	}
	if (t->asked->kind == HOOK_PRE_COMMIT)
		buf_put_text(&t->out, "All of it, and how to revoke: stanch "
			"scan --staged\n");
	if (t->asked->kind != HOOK_PRE_RECEIVE)
		return;
	if (t->asked->refused)
		buf_printf(&t->out, "Not overridden: %.200s.\n",
			t->asked->refused);
	else if (t->asked->may_be_overridden)
		buf_put_text(&t->out, "Who is authorised may push all the "
			"same, recorded: git push -o stanch.override=REASON\n");
	else
		buf_put_text(&t->out, "Nobody may override this; the server's "
			"administrator can name who may (--may-override).\n");
}

void hook_tell(const struct hook_telling *asked)
{
	static const struct report_options redacted = {.show_secrets = false};
	const struct report_summary *s = job_summary(asked->job);
	const struct leaks *leaks = job_leaks(asked->job);
	struct teller t = {.asked = asked, .report = {.options = &redacted}};
	size_t room = PLACES;

	buf_init(&t.out, TEXT_MAX);
	buf_init(&t.report.text, TEXT_MAX);
	buf_init(&t.report.path, TEXT_MAX);
	buf_init(&t.report.raw, TEXT_MAX);
	buf_init(&t.report.mask, TEXT_MAX);
	count(&t, leaks);
	put_header(&t, s);
	if (!s->complete)
		room--;
	if (s->broken_count)
		room--;
	put_places(&t, leaks, room);
	if (!s->complete)
		put_incomplete(&t, s);
	if (s->broken_count) {
		buf_put_text(&t.out, "  suppresses nothing: ");
		put_escaped(&t, bytes_text(s->broken[0]));
		buf_put_byte(&t.out, '\n');
	}
	put_advice(&t);
	if (t.out.failed)
		fputs("stanch: stopped; no memory to say where\n", stderr);
	else
		fwrite(t.out.at, 1, t.out.n, stderr);
	fflush(stderr);
	buf_release(&t.out);
	buf_release_wiped(&t.report.text);
	buf_release_wiped(&t.report.path);
	buf_release_wiped(&t.report.raw);
	buf_release_wiped(&t.report.mask);
}
