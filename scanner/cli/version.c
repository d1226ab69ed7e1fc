/*
 * stanch version: what this is, down to the libraries that run in it. What is
 * loaded only when it is needed is loaded here to be asked.
 */
#include "cli/internal.h"

#include "base/hash.h"
#include "json/json.h"
#include "net/library.h"
#include "pack/pack.h"
#include "pattern/pattern.h"
#include "receive/receive.h"
#include "render/json_writer.h"
#include "revision/revision.h"
#include "ruleset/ruleset.h"
#include "source/source.h"
#include "store/store.h"

#include <stdio.h>

#include "base/banned.h"

/* The build knows the commit, or it does not. */
#ifndef STANCH_COMMIT
#define STANCH_COMMIT ""
#endif

struct settings {
	int json;
};

static const struct args_option options[] = {
	{.name = "json", .kind = ARGS_FLAG, .value = 1,
		.help = "All of it as one JSON object: version, commit, "
			"libraries as they are loaded here, rules and their "
			"digest.",
		.offset = offsetof(struct settings, json)},
};

static void put(struct report_writer *w, const char *name, const char *text)
{
	report_json_key(w, name);
	report_json_text(w, text);
}

/* null, with the reason beside it. */
static void put_absent(struct report_writer *w, const char *name,
	const struct error *err)
{
	char key[64];

	put(w, name, NULL);
	snprintf(key, sizeof(key), "%s_absent", name);
	put(w, key, err->text);
}

static void put_store(struct report_writer *w, const char *name,
	const char *backend)
{
	char text[STORE_LIBRARY];
	struct error err = {0};

	if (store_library(backend, text, &err) == OK)
		put(w, name, text);
	else
		put_absent(w, name, &err);
}

/* In the program itself. */
static void put_linked(struct report_writer *w)
{
	char pcre2[PATTERN_LIBRARY], xxhash[HASH_LIBRARY];

	pattern_library(pcre2);
	hash_library_xxhash(xxhash);
	put(w, "pcre2", pcre2);
	put(w, "xxhash", xxhash);
	put(w, "libdeflate", pack_library_deflate());
	put(w, "zlib", pack_library_zlib());
	put(w, "libcrypto", hash_library_crypto());
	put(w, "jansson", json_library());
	put(w, "tomlplusplus", ruleset_library());
}

/* Loaded, or in a process beside it, when first needed. */
static void put_loaded(struct report_writer *w)
{
	char git[REVISION_LIBRARY], curl[NET_LIBRARY], archive[SOURCE_LIBRARY];
	char microhttpd[RECEIVE_LIBRARY];
	struct error err = {0};

	if (source_library(archive)) {
		put(w, "libarchive", archive);
	} else {
		error_set(&err, ERR_UNSUPPORTED, "load libarchive: it is not "
			"installed, or is of another version; archives need "
			"it");
		put_absent(w, "libarchive", &err);
	}
	if (revision_library(git, &err) == OK)
		put(w, "libgit2", git);
	else
		put_absent(w, "libgit2", &err);
	if (net_library(curl, &err) == OK)
		put(w, "libcurl", curl);
	else
		put_absent(w, "libcurl", &err);
	if (receive_library(microhttpd, &err) == OK)
		put(w, "libmicrohttpd", microhttpd);
	else
		put_absent(w, "libmicrohttpd", &err);
	put_store(w, "sqlite", "sqlite");
	put_store(w, "libpq", "postgres");
}

static int print_json(const struct ruleset *rules)
{
	struct report_writer w = {.to = stdout, .indent = 1};
	char digest[17];
	struct error err = {0};

	ruleset_digest(rules, digest);
	report_json_object(&w);
	put(&w, "version", STANCH_VERSION);
	put(&w, "commit", STANCH_COMMIT[0] ? STANCH_COMMIT : NULL);
	report_json_key(&w, "rules");
	report_json_number(&w, ruleset_count(rules));
	put(&w, "rules_digest", digest);
	report_json_key(&w, "libraries");
	report_json_object(&w);
	put_linked(&w);
	put_loaded(&w);
	report_json_end(&w);
	report_json_end(&w);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_CLEAN;
	error_set_errno(&err, ERR_IO, "write to standard output");
	console_fail(&err);
	return EXIT_PARTIAL;
}

static int run_version(void *context, const struct args_command *self,
	int argc, char **argv)
{
	struct settings settings = {0};
	struct job_rule_choice builtin = {.no_defaults = 0};
	struct args_list words = {.n = 0};
	struct ruleset *rules = NULL;
	struct error err = {0};
	struct buf text;
	int code;

	(void)context;
	if (console_parse(self, argc, argv, &settings, &words, 0, &err))
		return console_fail(&err);
	if (!settings.json) {
		buf_init(&text, 256);
		buf_put_text(&text, "stanch " STANCH_VERSION "\n");
		return console_print(&text);
	}
	if (job_rules_load(&builtin, &rules, &err))
		return console_fail(&err);
	code = print_json(rules);
	ruleset_free(rules);
	return code;
}

const struct args_command cli_version_command = {
	.name = "version",
	.summary = "Print the version.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run_version,
};
