#include "job/internal.h"
#include "job/network.h"

#include "base/secret.h"

#include <stdlib.h>

#include "base/banned.h"

struct job {
	struct job_options options;
	struct ruleset *rules;
	struct detector *detector;
	struct leaks *leaks;
	struct engine *engine;
	struct job_key key;
	struct job_suppressing suppressing;
	struct report_summary summary;
	char digest[17];
	size_t failed; /* targets */
	char *target;  /* the first */
	size_t targets;
};

static enum status prepare(struct job *j, struct error *err)
{
	struct leaks_options leaks;
	enum status status = job_rules_load(&j->options.rules, &j->rules, err);

	if (status)
		return status;
	job_key_load(&j->key);
	leaks.fingerprint_key = bytes_of(j->key.at, j->key.n);
	j->detector = detector_new(j->rules, &j->options.detect, err);
	if (j->detector != NULL)
		j->leaks = leaks_new(&leaks, err);
	if (j->leaks != NULL)
		j->engine = engine_new(j->detector, j->leaks,
			&j->options.engine, err);
	if (j->engine == NULL)
		return err->code;
	return job_suppressing_init(&j->suppressing, &j->options.suppress,
		err);
}

enum status job_open(struct job **out, const struct job_options *options,
	struct error *err)
{
	struct job *j = calloc(1, sizeof(*j));
	enum status status;

	if (j == NULL)
		return error_set(err, ERR_MEMORY, "start: out of memory");
	j->options = *options;
	err->code = ERR_MEMORY;
	status = prepare(j, err);
	if (status != OK)
		job_close(j);
	else
		*out = j;
	return status;
}

void job_close(struct job *j)
{
	if (j == NULL)
		return;
	engine_free(j->engine);
	leaks_free(j->leaks);
	job_suppressing_release(&j->suppressing);
	free(j->target);
	detector_free(j->detector);
	ruleset_free(j->rules);
	secret_wipe(&j->key, sizeof(j->key));
	free(j);
}

enum status job_settings(struct job *j, const char *target, struct error *err)
{
	return job_suppressing_target(&j->suppressing, target,
		j->options.engine.selected != SELECT_ALL, err);
}

enum status job_scan(struct job *j, const char *target, struct error *err)
{
	enum status status = engine_scan(j->engine, target, err);

	if (j->targets++ == 0)
		j->target = strdup(target);

	j->failed += status != OK;
	return status;
}

struct hearing {
	struct job *job;
	bytes path;
	enum status status;
};

static void hear(void *context, const struct sighting *s)
{
	struct hearing *h = context;
	enum status status = leaks_add(h->job->leaks, s, h->path,
		LEAK_WORKTREE);

	h->status = status != OK ? status : h->status;
}

enum status job_text(struct job *j, bytes path, bytes data,
	const struct trace *trace, struct error *err)
{
	struct hearing hearing = {.job = j, .path = path, .status = OK};
	const struct detect_text text = {
		.path = path, .sink = hear, .context = &hearing};
	struct scan *scan = scan_new(j->detector, err);
	enum status status;

	if (scan == NULL)
		return ERR_MEMORY;
	scan_trace(scan, trace);
	status = scan_buffer(scan, &text, data, err);
	scan_free(scan);
	if (status == OK && hearing.status != OK)
		return error_set(err, hearing.status, "no memory for what was "
			"found");
	return status;
}

enum status job_finish(struct job *j, struct error *err)
{
	enum status status = leaks_finish(j->leaks, err);
	struct report_summary *summary = &j->summary;

	if (status)
		return status;
	job_key_keep(&j->key, j->leaks);
	engine_summary(j->engine, summary);
	summary->complete = summary->complete && j->failed == 0;
	ruleset_digest(j->rules, j->digest);
	summary->rules = ruleset_count(j->rules);
	summary->rules_digest = j->digest;
	summary->version = STANCH_VERSION;
	return job_suppressing_apply(&j->suppressing, j->leaks, j->rules,
		summary, err);
}

enum status job_verify(struct job *j, const struct job_network *n,
	struct error *err)
{
	struct verify_options options = job_network_options(n);
	struct verify_summary summary;
	enum status status;

	options.signal = j->options.engine.signal;
	options.progress = (enum verify_progress)(
		j->options.engine.progress == PROGRESS_NEVER
			? VERIFY_PROGRESS_NEVER
			: j->options.engine.progress == PROGRESS_ALWAYS
				  ? VERIFY_PROGRESS_ALWAYS
				  : VERIFY_PROGRESS_AUTO);
	status = verify_leaks(j->leaks, &options, &summary, err);
	/* What is live is suppressed by nobody. */
	return status == OK ? job_suppressing_apply(&j->suppressing, j->leaks,
				      j->rules, &j->summary, err)
			    : status;
}

enum status job_add(struct job *j, const struct sighting *s, bytes path,
	enum leak_source source)
{
	return leaks_add(j->leaks, s, path, source);
}

const struct ruleset *job_rules(const struct job *j)
{
	return j->rules;
}

void job_keep(struct job *j, leaks_wanted *keep, void *context)
{
	leaks_keep(j->leaks, keep, context);
}

struct leaks *job_found(struct job *j)
{
	return j->leaks;
}

const struct leaks *job_leaks(const struct job *j)
{
	return j->leaks;
}

const struct report_summary *job_summary(const struct job *j)
{
	return &j->summary;
}

/* From the public type to the pointers that report/ wants. */
static const struct rule **list_rules(const struct ruleset *rules)
{
	size_t n = ruleset_count(rules);
	const struct rule **list = calloc(n, sizeof(*list));

	for (size_t i = 0; list != NULL && i < n; i++)
		list[i] = ruleset_rule(rules, i);
	return list;
}

static bool has_html(const struct job_outputs *outputs)
{
	for (size_t i = 0; i < outputs->n; i++)
		if (outputs->at[i].format == REPORT_HTML)
			return true;
	return false;
}

static enum status write_report(const void *context, FILE *to,
	const struct report_options *options, struct error *err)
{
	const struct job *j = context;

	return report_write(to, options, j->leaks, &j->summary, err);
}

enum status job_report(struct job *j, const struct job_outputs *outputs,
	struct error *err)
{
	/* Not before: what was verified live is not to be accepted. */
	enum status status = job_suppressing_write(&j->suppressing, j->leaks,
		err);
	const struct rule **rules = status == OK ? list_rules(j->rules) : NULL;
	struct report_options common = j->options.report;
	struct job_links links = {.remote = NULL};

	if (status != OK)
		return status;
	if (rules == NULL)
		return error_set(err, ERR_MEMORY, "report: out of memory");
	common.rules = rules;
	common.rule_count = ruleset_count(j->rules);
	if (has_html(outputs) && j->targets == 1 && j->target)
		job_links_find(&links, j->target, j->options.engine.selected);
	common.links = (struct report_links){links.remote, links.head,
		links.prefix, links.below};
	if (!job_outputs_write(outputs, &common, write_report, j))
		j->summary.complete = false;
	job_links_release(&links);
	free(rules);
	return OK;
}

enum status job_report_to(struct job *j, enum report_format format, FILE *to,
	struct error *err)
{
	const struct rule **rules = list_rules(j->rules);
	struct report_options options = j->options.report;
	enum status status;

	if (rules == NULL)
		return error_set(err, ERR_MEMORY, "report: out of memory");
	options.rules = rules;
	options.rule_count = ruleset_count(j->rules);
	options.format = format;
	status = report_write(to, &options, j->leaks, &j->summary, err);
	free(rules);
	return status;
}

int job_exit(const struct job *j)
{
	const atomic_int *signal = j->options.engine.signal;
	const struct suppress_count *count = &j->suppressing.count;
	bool is_found = count->open + count->held > 0 ||
			j->summary.unlisted > 0;
	int caught = signal ? atomic_load(signal) : 0;

	if (caught)
		return 128 + caught;
	if (!is_found && j->summary.broken_count > 0)
		return EXIT_UNABLE;
	if (j->summary.complete)
		return is_found ? EXIT_FOUND : EXIT_CLEAN;
	return is_found ? EXIT_PARTIAL_FOUND : EXIT_PARTIAL;
}
