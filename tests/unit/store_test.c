/*
 * The store on SQLite: runs, leases, results, places, what was seen, verdicts,
 * claims. tests/cli/audit tries the same on PostgreSQL, through the program.
 */
#include "unit.h"

#include "base/clock.h"
#include "store/store.h"
#include "store/verdicts.h"
#include "workshop.h"

#include <time.h>

#include "store/reading.h"

#include "base/banned.h"

struct bench {
	struct workshop w;
	struct store *store;
	struct store_run run;
	struct error err;
};

static void must(struct bench *b, enum status status)
{
	CHECK_EQUAL(status, OK);
	if (status != OK)
		printf("  %s\n", b->err.text);
	b->err = (struct error){0};
}

static const struct store_run_options plain = {.target = "dir:/srv",
	.settings = "", .rules = 7, .rules_digest = "d", .version = "v"};

static void begin(struct bench *b)
{
	char path[128];

	*b = (struct bench){.store = NULL};
	workshop_begin(&b->w);
	snprintf(path, sizeof(path), "%s/a.db", b->w.path);
	must(b, store_open(&b->store, path, STORE_CREATE, &b->err));
	must(b, store_begin_run(b->store, &plain, &b->run, &b->err));
}

static void end(struct bench *b)
{
	store_close(b->store);
	workshop_must(&b->w, "rm -rf \"$PWD\"");
}

static void put_in_list(struct bench *b, const char *name, uint64_t size)
{
	const struct store_repository r = {.name = name, .url = name,
		.size = size};

	must(b, store_list(b->store, &b->run, &r, 1, bytes_text("here"),
		&b->err));
}

static struct store_worker worker(const struct bench *b, const char *name)
{
	struct store_worker w = {.lease = 60, .run = b->run.id, .rules = 7};

	snprintf(w.name, sizeof(w.name), "%s", name);
	return w;
}

struct taken {
	int64_t repository[8];
	char names[64];
	unsigned attempts;
	size_t n, state;
};

static void take(void *context, const struct store_work *work)
{
	struct taken *t = context;

	t->repository[t->n++] = work->repository;
	t->attempts = work->attempts;
	t->state = work->state.n;
	snprintf(t->names + strlen(t->names),
		sizeof(t->names) - strlen(t->names), "%s ", work->name);
}

static struct taken lease(struct bench *b, const struct store_worker *w,
	size_t most)
{
	struct taken t = {.n = 0};

	must(b, store_lease(b->store, w, most, take, &t, &b->err));
	return t;
}

static struct store_place place(unsigned char key, const char *fingerprint)
{
	return (struct store_place){
		.key = {key},
		.fingerprint = bytes_text(fingerprint),
		.rule = bytes_text("r"),
		.provider = bytes_text("p"),
		.secret = bytes_text("s..."),
		.confidence = 3,
		.path = bytes_text("path"),
		.source = bytes_text("history"),
		.record = bytes_text("{}"),
	};
}

static void finish(struct bench *b, const struct store_worker *w,
	int64_t repository, const struct store_place *at, size_t n)
{
	const struct store_outcome o = {
		.run = b->run.id,
		.repository = repository,
		.is_complete = true,
		.total = 3,
		.scanned = 2,
		.skipped = 1,
		.ledger = bytes_text("{}"),
		.places = at,
		.place_count = n,
		.rules = 7,
		.state = bytes_text("state"),
	};

	must(b, store_finish(b->store, w, &o, 1, &b->err));
}

static struct store_progress progress(struct bench *b)
{
	struct store_progress p;

	must(b, store_run_progress(b->store, b->run.id, &p, &b->err));
	return p;
}

/* ---- runs and the queue ---------------------------------------------------- */

static void runs(void)
{
	struct bench b;
	struct store_run again, other;
	struct store_run_options options = plain;
	struct buf cursor;
	bool ended = true;

	begin(&b);
	CHECK(!b.run.is_resumed);
	put_in_list(&b, "one", 1);
	must(&b, store_begin_run(b.store, &plain, &again, &b.err));
	CHECK(again.is_resumed);
	CHECK_EQUAL(again.id, b.run.id);
	buf_init(&cursor, 100);
	must(&b, store_run_cursor(b.store, &again, &cursor, &b.err));
	CHECK_TEXT(buf_text(&cursor), "here");
	buf_release(&cursor);
	options.settings = "other filters";
	must(&b, store_begin_run(b.store, &options, &other, &b.err));
	CHECK(other.id != b.run.id && !other.is_resumed);
	options = plain;
	options.rules = 8;
	must(&b, store_begin_run(b.store, &options, &other, &b.err));
	CHECK(other.id != b.run.id && !other.is_resumed);
	/* Not listed to the end, and something waits: it is not over. */
	must(&b, store_end_run(b.store, &b.run, &ended, &b.err));
	CHECK(!ended);
	options = plain;
	options.restart = true;
	must(&b, store_begin_run(b.store, &options, &other, &b.err));
	CHECK(other.id != b.run.id && !other.is_resumed);
	CHECK_EQUAL(progress(&b).waiting, 0);
	end(&b);
}

static void leases(void)
{
	struct bench b;
	struct store_worker one, two;
	struct taken t;

	begin(&b);
	one = worker(&b, "one");
	two = worker(&b, "two");
	put_in_list(&b, "small", 1);
	put_in_list(&b, "big", 100);
	put_in_list(&b, "big", 100); /* listed again: once in the queue */
	t = lease(&b, &one, 1);
	CHECK_TEXT(t.names, "big ");
	CHECK_EQUAL(t.attempts, 0);
	t = lease(&b, &two, 8);
	CHECK_TEXT(t.names, "small ");
	CHECK_EQUAL(lease(&b, &one, 8).n, 0);
	/* Given back: it was no attempt. */
	must(&b, store_release(b.store, &two, &b.err));
	t = lease(&b, &one, 8);
	CHECK_TEXT(t.names, "small ");
	CHECK_EQUAL(t.attempts, 0);
	end(&b);
}

static void wait_milliseconds(long n)
{
	const struct timespec pause = {.tv_nsec = n * 1000000};

	(void)nanosleep(&pause, NULL);
}

static bool is_dead(void *context, const char *name)
{
	return strcmp(context, name) == 0;
}

static void lost_leases(void)
{
	struct bench b;
	struct store_worker one, two;
	struct store_place p = place(1, "r:a");
	struct taken t;

	begin(&b);
	one = worker(&b, "one");
	two = worker(&b, "two");
	one.lease = 0.05;
	put_in_list(&b, "x", 1);
	t = lease(&b, &one, 1);
	CHECK_EQUAL(lease(&b, &two, 1).n, 0);
	must(&b, store_renew(b.store, &one, &b.err));
	wait_milliseconds(120);
	t = lease(&b, &two, 1);
	CHECK_EQUAL(t.n, 1);
	CHECK_EQUAL(t.attempts, 1);
	/* Too late: passed over, and counted once. */
	finish(&b, &one, t.repository[0], &p, 1);
	CHECK_EQUAL(progress(&b).done, 0);
	CHECK_EQUAL(progress(&b).places, 0);
	finish(&b, &two, t.repository[0], &p, 1);
	finish(&b, &two, t.repository[0], &p, 1);
	CHECK_EQUAL(progress(&b).done, 1);
	CHECK_EQUAL(progress(&b).places, 1);
	/* One that is known to be dead has nothing any more. */
	put_in_list(&b, "y", 1);
	CHECK_EQUAL(lease(&b, &two, 1).n, 1);
	must(&b, store_bury(b.store, is_dead, (char[]){"two"}, &b.err));
	CHECK_EQUAL(progress(&b).waiting, 1);
	end(&b);
}

static void ledgers(void)
{
	struct bench b;
	struct store_worker one;
	struct store_repository left[] = {
		{.name = "fork", .url = "f", .skipped = "fork"},
		{.name = "line 3", .url = "", .refused = "bad_name"}};
	struct store_progress p;
	struct taken t;
	bool ended = false;

	begin(&b);
	one = worker(&b, "one");
	put_in_list(&b, "x", 1);
	must(&b, store_list(b.store, &b.run, left, 2, bytes_of(NULL, 0),
		&b.err));
	must(&b, store_list_end(b.store, &b.run, true, &b.err));
	must(&b, store_end_run(b.store, &b.run, &ended, &b.err));
	CHECK(!ended);
	t = lease(&b, &one, 8);
	CHECK_TEXT(t.names, "x ");
	finish(&b, &one, t.repository[0], NULL, 0);
	must(&b, store_end_run(b.store, &b.run, &ended, &b.err));
	CHECK(ended);
	p = progress(&b);
	CHECK_EQUAL(p.total, 3);
	CHECK_EQUAL(p.total, p.scanned + p.unchanged + p.skipped + p.failed);
	CHECK_EQUAL(p.skipped, 1);
	CHECK_EQUAL(p.failed, 1);
	CHECK_EQUAL(p.incomplete, 1);
	CHECK_EQUAL(p.objects, 3);
	CHECK(p.is_whole && p.is_finished);
	/* The next run is another, and has the state of this one. */
	must(&b, store_begin_run(b.store, &plain, &b.run, &b.err));
	CHECK(!b.run.is_resumed);
	one.run = b.run.id;
	put_in_list(&b, "x", 1);
	CHECK_EQUAL(lease(&b, &one, 1).state, strlen("state"));
	end(&b);
}

/* ---- places ---------------------------------------------------------------- */

struct seen {
	char text[256];
};

static void see(void *context, const struct store_place_row *row)
{
	struct seen *s = context;
	size_t n = strlen(s->text);

	snprintf(s->text + n, sizeof(s->text) - n, "%.*s/%lld/%lld/%s ",
		(int)row->fingerprint.n, (const char *)row->fingerprint.at,
		(long long)row->first_run, (long long)row->gone_run,
		row->verdict);
}

static struct seen places(struct bench *b, int64_t gone_run)
{
	const struct store_place_filter filter = {.gone_run = gone_run};
	struct seen s = {""};

	must(b, store_read_places(b->store, &filter, see, &s, &b->err));
	return s;
}

static void next_run(struct bench *b, struct store_worker *w,
	const struct store_place *at, size_t n)
{
	bool ended;
	struct taken t;

	must(b, store_list_end(b->store, &b->run, true, &b->err));
	must(b, store_end_run(b->store, &b->run, &ended, &b->err));
	must(b, store_begin_run(b->store, &plain, &b->run, &b->err));
	w->run = b->run.id;
	put_in_list(b, "x", 1);
	t = lease(b, w, 1);
	finish(b, w, t.repository[0], at, n);
}

static void come_and_go(void)
{
	struct store_place at[] = {place(1, "r:a"), place(2, "r:b")};
	struct bench b;
	struct store_worker one;
	struct taken t;

	begin(&b);
	one = worker(&b, "one");
	put_in_list(&b, "x", 1);
	t = lease(&b, &one, 1);
	finish(&b, &one, t.repository[0], at, 2);
	CHECK_TEXT(places(&b, 0).text, "r:a/1/0/ r:b/1/0/ ");
	next_run(&b, &one, at, 1);
	CHECK_TEXT(places(&b, 0).text, "r:a/1/0/ ");
	CHECK_TEXT(places(&b, 2).text, "r:b/1/2/ ");
	/* What comes back is new. */
	next_run(&b, &one, at, 2);
	CHECK_TEXT(places(&b, 0).text, "r:a/1/0/ r:b/3/0/ ");
	CHECK_TEXT(places(&b, 2).text, "");
	end(&b);
}

/* ---- verdicts, incidents, claims ------------------------------------------- */

static void put_verdict(struct bench *b, const char *verdict,
	const char *owner)
{
	const struct store_verdict v = {.fingerprint = bytes_text("r:a"),
		.verdict = verdict, .owner = owner, .checked = 5};

	must(b, store_put_verdicts(b->store, &v, 1, &b->err));
}

static void keep_verdict(void *context, const struct store_verdict *v,
	const char *incident)
{
	struct seen *s = context;

	snprintf(s->text, sizeof(s->text), "%s %s %s", v->verdict,
		v->owner ? v->owner : "-", incident);
}

static struct seen verdict(struct bench *b)
{
	struct seen s = {""};

	must(b, store_read_verdicts(b->store, NULL, keep_verdict, &s,
		&b->err));
	return s;
}

static void put_incident(struct bench *b, const char *state, const char *hold)
{
	const struct store_incident i = {.fingerprint = bytes_text("r:a"),
		.name = "id", .state = state, .hold = hold, .basis = "policy",
		.who = "me", .why = "so"};

	must(b, store_put_incidents(b->store, &i, 1, &b->err));
}

static void verdicts(void)
{
	struct store_place at[] = {place(1, "r:a"), place(2, "r:b")};
	struct bench b;
	struct store_worker one;
	struct taken t;

	begin(&b);
	one = worker(&b, "one");
	put_in_list(&b, "x", 1);
	t = lease(&b, &one, 1);
	finish(&b, &one, t.repository[0], at, 2);
	CHECK_TEXT(verdict(&b).text, "");
	put_verdict(&b, "live", "ann");
	CHECK_TEXT(verdict(&b).text, "live ann ");
	/* A host that would not say takes nothing away; a dead token has no
	 * owner, and keeps the one that it had. */
	put_verdict(&b, "retry", NULL);
	CHECK_TEXT(verdict(&b).text, "live ann ");
	put_verdict(&b, "dead", NULL);
	put_incident(&b, "revoked", "");
	put_incident(&b, "revoked", "");
	CHECK_TEXT(verdict(&b).text, "dead ann revoked");
	CHECK_TEXT(places(&b, 0).text, "r:a/1/0/dead r:b/1/0/ ");
	end(&b);
}

static bool claim(struct bench *b, const char *name, double seconds)
{
	struct store_worker w = worker(b, name);
	bool is_ours = false;

	must(b, store_claim(b->store, "settle", &w, seconds, &is_ours,
		&b->err));
	return is_ours;
}

static void claims(void)
{
	struct bench b;
	struct store_worker one, two;

	begin(&b);
	one = worker(&b, "one");
	two = worker(&b, "two");
	CHECK(claim(&b, "one", 60));
	CHECK(!claim(&b, "two", 60));
	CHECK(claim(&b, "one", 60));
	must(&b, store_disclaim(b.store, "settle", &two, &b.err));
	CHECK(!claim(&b, "two", 60));
	must(&b, store_disclaim(b.store, "settle", &one, &b.err));
	CHECK(claim(&b, "two", 0.05));
	wait_milliseconds(120);
	CHECK(claim(&b, "one", 60));
	must(&b, store_bury(b.store, is_dead, (char[]){"one"}, &b.err));
	CHECK(claim(&b, "two", 60));
	end(&b);
}

/* ---- contents -------------------------------------------------------------- */

struct keys {
	uint64_t sum;
	size_t n;
};

static bool add_keys(void *context, uint64_t rules,
	const struct hash128 *keys, size_t n)
{
	struct keys *k = context;

	CHECK_EQUAL(rules, 7);
	for (size_t i = 0; i < n; i++)
		k->sum += keys[i].high + keys[i].low;
	k->n += n;
	return true;
}

static void contents(void)
{
	static const struct hash128 keys[] = {{1, 2}, {3, 4}, {1, 2}};
	struct bench b;
	struct store_worker one;
	struct keys k = {0, 0};
	int64_t last = 0;

	begin(&b);
	one = worker(&b, "one");
	for (int i = 0; i < 4; i++) {
		char name[16];
		struct store_outcome o = {.run = b.run.id, .rules = 7,
			.keys = keys, .key_count = 3, .is_complete = true};

		snprintf(name, sizeof(name), "r%d", i);
		put_in_list(&b, name, 1);
		o.repository = lease(&b, &one, 1).repository[0];
		must(&b, store_finish(b.store, &one, &o, 1, &b.err));
	}
	must(&b, store_read_keys(b.store, 7, &last, add_keys, &k, &b.err));
	CHECK_EQUAL(k.n, 12);
	k = (struct keys){0, 0};
	must(&b, store_read_keys(b.store, 7, &last, add_keys, &k, &b.err));
	CHECK_EQUAL(k.n, 0);
	end(&b);
}

static const struct unit_test tests[] = {
	{"an unfinished run is gone on with, of the same settings only", runs},
	{"heaviest first, each to one worker", leases},
	{"who lost a lease brings nothing; the dead have none", lost_leases},
	{"a ledger adds up, and a run ends when nothing is left", ledgers},
	{"places come, go, and come back as new", come_and_go},
	{"verdicts and incidents of a leak", verdicts},
	{"a claim is one worker's, while it lives", claims},
	{"keys of contents, each batch once", contents},
};

UNIT_MAIN(tests)
