/*
 * audit: from options to the loop and back. The order matters: what children
 * inherit comes before the nursery, and what they must not have after it.
 */
#include "audit/internal.h"

#include "audit/cache.h"
#include "audit/rules.h"
#include "base/clock.h"
#include "base/secret.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/banned.h"

/* Seconds until the work of a worker that says nothing returns. */
#define DEFAULT_LEASE 60.0
void audit_say(const struct error *err)
{
	struct buf line;

	buf_init(&line, ERROR_TEXT_MAX * 8);
	report_escape_terminal(bytes_text(err->text), &line);
	fprintf(stderr, "stanch: %s\n", buf_text(&line));
	buf_release(&line);
}

/* What scanners inherit. */
struct inheritance {
	struct ruleset *rules;
	struct detector *detector;
	struct nursery_options nursery;
};

static enum status inherit(struct inheritance *i, struct audit *a,
	struct error *err)
{
	enum status status = job_rules_load(&a->options->rules, &i->rules,
		err);

	if (status != OK)
		return status;
	i->detector = detector_new(i->rules, &a->options->detect, err);
	a->contents = known_contents_new(AUDIT_CONTENTS);
	if (i->detector == NULL || a->contents == NULL)
		return error_set(err, ERR_MEMORY, "start the audit");
	i->nursery = (struct nursery_options){
		.choice = &a->options->rules,
		.detect = &a->options->detect,
		.timeout = a->options->timeout,
		.memory = a->options->memory,
		.allow_owner = a->options->allow_owner,
		.mirror = a->options->mirror,
		.rules = i->rules,
		.detector = i->detector,
		.contents = a->contents,
	};
	return nursery_start(&a->nursery, &i->nursery, err);
}

/* Of guessable secrets: the team's own key, or the store's. */
static void set_key(struct nursery_setup *s, const struct store *store)
{
	const char *named = getenv("STANCH_FINGERPRINT_KEY");
	size_t n = named ? strlen(named) : 0;

	if (n) {
		s->key_size = n < NURSERY_KEY ? (uint32_t)n : NURSERY_KEY;
		memcpy(s->key, named, s->key_size);
	} else {
		s->key_size = STORE_KEY_SIZE;
		memcpy(s->key, store_fingerprint_key(store), STORE_KEY_SIZE);
	}
}

/* Where process numbers mean what they mean here: this boot, and this
 * namespace of numbers. */
static uint32_t place_of_processes(void)
{
	char text[128] = "", space[64] = "";
	FILE *boot = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (boot && fgets(text, sizeof(text), boot) == NULL)
		text[0] = '\0';
	if (boot)
		fclose(boot);
	if (readlink("/proc/self/ns/pid", space, sizeof(space) - 1) < 0)
		space[0] = '\0';
	return (uint32_t)hash_64(bytes_text(text), hash_64(
		bytes_text(space), 1));
}

static enum status name_worker(struct audit *a, struct error *err)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return error_set_errno(err, ERR_IO, "start the audit");
	snprintf(a->worker.name, sizeof(a->worker.name), "%08x.%ld.%016llx",
		place_of_processes(), (long)getpid(),
		(unsigned long long)random);
	a->worker.lease = a->options->lease > 0 ? a->options->lease
						: DEFAULT_LEASE;
	a->worker.run = a->run.id;
	a->worker.rules = a->setup->rules;
	return OK;
}

/* Of this place, and its process is gone. One that has its number again is
 * waited for, until its lease is over. */
static bool is_dead(void *context, const char *worker)
{
	const struct audit *a = context;
	char *end;
	long pid;

	if (strncmp(worker, a->worker.name, 9) != 0 || worker[8] != '.')
		return false;
	pid = strtol(worker + 9, &end, 10);
	return *end == '.' && pid > 1 && kill((pid_t)pid, 0) != 0 &&
	       errno == ESRCH;
}

/* What else makes a run another one. */
static void put_settings(const struct audit *a, struct buf *out)
{
	const struct roster_filter *f = a->options->filter;

	buf_printf(out, "%u %u %u %u %llu %lld", f->without, f->only,
		f->visibility, a->options->extras,
		(unsigned long long)f->size_most, (long long)f->pushed_since);
	for (size_t i = 0; i < f->include_count; i++)
		buf_printf(out, " +%s", f->include[i]);
	for (size_t i = 0; i < f->exclude_count; i++)
		buf_printf(out, " -%s", f->exclude[i]);
}

/* The list goes on where the run before was cut off. */
static enum status resume(struct audit *a, struct error *err)
{
	struct buf cursor;
	enum status status;

	buf_init(&cursor, (size_t)16 << 20);
	status = store_run_cursor(a->store, &a->run, &cursor, err);
	if (status == OK && cursor.n)
		status = a->roster.kind->resume(a->roster.self,
			buf_bytes(&cursor), err);
	buf_release(&cursor);
	return status;
}

static enum status begin_run(struct audit *a, const struct ruleset *rules,
	struct error *err)
{
	char digest[17];
	struct buf settings, shown;
	struct store_run_options options = {
		.target = a->options->target,
		.rules = a->setup->rules,
		.rules_digest = digest,
		.version = STANCH_VERSION,
		.restart = a->options->restart,
	};
	enum status status;

	ruleset_digest(rules, digest);
	buf_init(&settings, (size_t)64 << 10);
	buf_init(&shown, (size_t)64 << 10);
	put_settings(a, &shown);
	report_escape_terminal(buf_bytes(&shown), &settings);
	options.settings = buf_text(&settings);
	status = store_begin_run(a->store, &options, &a->run, err);
	if (status == OK && a->run.is_resumed && a->roster.kind->resume)
		status = resume(a, err);
	buf_release(&settings);
	buf_release(&shown);
	return status;
}

static enum status open_parts(struct audit *a, const struct inheritance *i,
	audit_open_roster *open_roster, void *context, struct error *err)
{
	const struct roster_options none = {.is_stopped = NULL};
	enum status status = store_open(&a->store, a->options->store,
		STORE_CREATE, err);

	if (status != OK)
		return status;
	a->setup->tells_secrets = a->vault != NULL;
	memcpy(a->setup->secret, store_secret(a->store), HASH_SECRET);
	set_key(a->setup, a->store);
	status = audit_rules(a->setup, a->store, i->rules, a->options, err);
	if (status == OK)
		status = nursery_set_up(a->nursery, a->setup, err);
	if (status == OK && open_roster)
		status = open_roster(context, &a->roster, &none, err);
	if (status == OK && open_roster)
		status = begin_run(a, i->rules, err);
	if (status == OK)
		status = name_worker(a, err);
	if (status == OK)
		status = store_bury(a->store, is_dead, a, err);
	if (status == OK)
		status = cache_open(&a->cache, a->options, err);
	if (status != OK)
		return status;
	a->crew = crew_new(a->nursery, a->options);
	return a->crew ? OK : error_set(err, ERR_MEMORY, "start the audit");
}

static unsigned processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > 64 ? 64 : (unsigned)n;
}

static void release(struct audit *a, struct inheritance *i)
{
	crew_free(a->crew);
	vault_free(a->vault);
	nursery_end(a->nursery);
	cache_close(a->cache);
	store_close(a->store);
	if (a->roster.kind)
		a->roster.kind->close(a->roster.self);
	known_contents_free(a->contents);
	detector_free(i->detector);
	ruleset_free(i->rules);
	if (a->setup)
		secret_wipe(a->setup, sizeof(*a->setup));
	free(a->setup);
}

static bool is_stopped(const struct audit_options *o)
{
	return o->signal && atomic_load(o->signal) != 0;
}

/* With what was found, when all of it was. */
static enum status go_on(struct audit *a, const struct ruleset *rules,
	struct error *err)
{
	struct audit_hand hand = {
		.store = a->store,
		.worker = &a->worker,
		.target = a->options->target,
		.vault = a->vault,
		.rules = rules,
		.signal = a->options->signal,
		.audit = a,
	};

	return a->options->after(a->options->after_context, &hand, err);
}

enum status audit_run(const struct audit_options *options,
	audit_open_roster *open_roster, void *context,
	struct audit_result *out, struct error *err)
{
	static const struct roster_filter all = {.include = NULL};
	struct audit_options own = *options;
	struct inheritance i = {.rules = NULL};
	struct audit a = {.options = &own};
	enum status status;

	if (own.filter == NULL)
		own.filter = &all;
	a.jobs = own.jobs ? own.jobs : processors();
	a.jobs = a.jobs < 64 ? a.jobs : 64;
	a.ahead = a.jobs * 2 + 2;
	a.renewed = clock_nanoseconds();
	a.setup = calloc(1, sizeof(*a.setup));
	a.vault = own.after ? vault_new() : NULL;
	if (a.setup == NULL || (own.after && a.vault == NULL)) {
		vault_free(a.vault);
		free(a.setup);
		return error_set(err, ERR_MEMORY, "start the audit");
	}
	status = inherit(&i, &a, err);
	if (status == OK)
		status = open_parts(&a, &i, open_roster, context, err);
	if (status == OK) {
		meter_init(&a.meter, own.progress);
		status = audit_loop(&a, err);
		meter_end(&a.meter);
	}
	if (status == OK && own.after && a.run.id && !is_stopped(&own))
		status = go_on(&a, i.rules, err);
	*out = (struct audit_result){.run = a.run.id, .scans = a.scans};
	out->is_stopped = is_stopped(&own);
	if (status == OK && a.run.id)
		status = store_run_progress(a.store, a.run.id, &out->progress,
			err);
	release(&a, &i);
	return status;
}
