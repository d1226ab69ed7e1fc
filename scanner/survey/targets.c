/*
 * targets: words of the command line as one roster. In which order they were
 * named does not matter: the same organizations are the same audit.
 */
#include "survey/targets.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

/* ---- the words ----------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool has_kind(const char *target, const char *kind)
{
	return bytes_starts(bytes_text(target), bytes_text(kind));
}

static enum status keep_words(struct survey_targets *t,
	const struct args_list *words,
	const struct survey_target_options *options, struct error *err)
{
	struct buf name;

	if (words->n > SURVEY_TARGETS)
		return error_set(err, ERR_USAGE, "read the command line: more "
			"than %d targets; put them into a list",
			SURVEY_TARGETS);
	for (size_t i = 0; i < words->n; i++)
		t->at[i] = strcmp(words->at[i], "-") == 0 ? "list:-"
							  : words->at[i];
	t->count = words->n;
	qsort(t->at, t->count, sizeof(t->at[0]), by_name);
	buf_init(&name, (size_t)64 << 10);
	for (size_t i = 0; i < t->count; i++)
		buf_printf(&name, "%s%s", i ? " " : "", t->at[i]);
	if (!options->is_worker)
		t->name = buf_detach(&name);
	buf_release(&name);
	return OK;
}

static enum status check_words(const struct survey_targets *t,
	const struct survey_target_options *options, struct error *err)
{
	for (size_t i = 0; options->is_worker && i < t->count; i++)
		if (!census_is_target(t->at[i]))
			return error_set(err, ERR_USAGE, "audit %.100s: a "
				"worker lists nothing; targets tell it whose "
				"credentials go where: %s", t->at[i],
				census_kinds());
	for (size_t i = 0; i < t->count; i++)
		if (!has_kind(t->at[i], "dir:") &&
			!has_kind(t->at[i], "list:") &&
			!census_is_target(t->at[i]))
			return error_set(err, ERR_USAGE, "audit %.100s: no "
				"such kind of target; dir:PATH, list:FILE, "
				"list:-, %s", t->at[i], census_kinds());
	return OK;
}

/* ---- credentials --------------------------------------------------------- */

/* Where clones of the host come from, by the configuration. */
static const char *base_of(const struct network *n, const char *host)
{
	for (size_t i = 0; i < n->clone_count; i++)
		if (strcmp(n->clones[i].from, host) == 0)
			return n->clones[i].to;
	return NULL;
}

/* A worker serves those whom everybody knows, too. */
static enum status bind(struct survey_targets *t,
	const struct survey_target_options *options, struct error *err)
{
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++) {
		enum status status = census_access(t->at[i], &t->access[i],
			err);

		if (status != OK)
			return status;
		for (size_t k = 0; k < t->access[i].count; k++)
			t->bindings[n++] = t->access[i].bindings[k];
	}
	if (options->is_worker)
		n += census_public(t->bindings + n);
	for (size_t i = 0; i < n; i++)
		t->bindings[i].base = base_of(t->network, t->bindings[i].host);
	t->mirror.bindings = t->bindings;
	t->mirror.binding_count = n;
	t->mirror.ca_file = t->network->config.ca_file;
	return OK;
}

/* Where pages of listings are kept. */
static bool find_pages(char path[PATH_MAX])
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int n = -1;

	if (cache && cache[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/stanch/listings", cache);
	else if (home && home[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/.cache/stanch/listings",
			home);
	return n > 0 && n < PATH_MAX;
}

static bool is_stopped(void *context)
{
	const atomic_int *signal = context;

	return signal && atomic_load(signal) != 0;
}

enum status survey_targets_init(struct survey_targets *t,
	const struct args_list *words,
	const struct survey_target_options *options, struct error *err)
{
	const char *scanned[SURVEY_TARGETS];
	size_t scanned_count = 0;
	enum status status = keep_words(t, words, options, err);

	if (status == OK)
		status = check_words(t, options, err);
	for (size_t i = 0; status == OK && i < t->count; i++)
		if (has_kind(t->at[i], "dir:"))
			scanned[scanned_count++] = t->at[i] + 4;
	if (status == OK)
		status = network_load(options->network, scanned, scanned_count,
			&t->network, err);
	if (status == OK)
		status = bind(t, options, err);
	if (status != OK)
		return status;
	t->mirror.with_requests = options->extras & CENSUS_REQUESTS;
	t->census = (struct census_options){
		.network = &t->network->config,
		.extras = options->extras,
		.roster = {.is_stopped = is_stopped,
			.context = (void *)(uintptr_t)options->signal},
	};
	if (options->keeps_pages && find_pages(t->pages))
		t->census.pages = t->pages;
	return OK;
}

void survey_targets_release(struct survey_targets *t)
{
	network_free(t->network);
	free(t->name);
}

/* ---- rosters ------------------------------------------------------------- */

static enum status open_one(const struct survey_targets *t, const char *target,
	struct roster *out, struct error *err)
{
	if (has_kind(target, "dir:"))
		return roster_open_directory(out, target + 4,
			&t->census.roster, err);
	if (has_kind(target, "list:"))
		return roster_open_list(out, target + 5, &t->census.roster,
			err);
	return census_open(out, target, &t->census, err);
}

enum status survey_targets_open(void *targets, struct roster *out,
	const struct roster_options *options, struct error *err)
{
	const struct survey_targets *t = targets;
	struct roster parts[SURVEY_TARGETS];
	const char *prefixes[SURVEY_TARGETS];
	enum status status = OK;
	size_t n = 0;

	(void)options;
	for (; status == OK && n < t->count; n++) {
		/* Names of repositories at forges tell their host. */
		prefixes[n] = has_kind(t->at[n], "dir:") ? t->at[n] + 4 : NULL;
		status = open_one(t, t->at[n], &parts[n], err);
	}
	if (status != OK) {
		for (n--; n > 0; n--)
			parts[n - 1].kind->close(parts[n - 1].self);
		return status;
	}
	if (n == 1)
		*out = parts[0];
	else
		status = roster_open_chain(out, parts, prefixes, n, err);
	out->target = t->name;
	return status;
}
