#include "store/internal.h"

#include "base/secret.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

static bool is_url(const char *where)
{
	return bytes_starts(bytes_text(where), bytes_text("postgresql://")) ||
	       bytes_starts(bytes_text(where), bytes_text("postgres://"));
}

/* ---- the module ---------------------------------------------------------- */

/* Beside the program, or in ../lib/stanch: nothing in the environment chooses
 * what is loaded. */
static void *open_beside(const char *where, const char *file)
{
	char program[PATH_MAX], path[PATH_MAX + 64];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;

	if (n <= 0)
		return NULL;
	program[n] = '\0';
	slash = strrchr(program, '/');
	if (slash == NULL)
		return NULL;
	*slash = '\0';
	snprintf(path, sizeof(path), "%s/%s%s", program, where, file);
	if (access(path, R_OK) != 0)
		return NULL;
	return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

static enum status load(const struct store_backend **out, const char *name,
	struct error *err)
{
	char file[64];
	const struct store_backend *backend;
	const char *why;
	void *handle;

	snprintf(file, sizeof(file), "stanch-%s.so", name);
	handle = open_beside("", file);
	if (handle == NULL)
		handle = open_beside("../lib/stanch/", file);
	if (handle == NULL) {
		why = dlerror();
		return error_set(err, ERR_UNSUPPORTED, "load %s: %s", file,
			why ? why : "it is not installed beside stanch");
	}
	backend = dlsym(handle, STORE_BACKEND_SYMBOL);
	if (backend == NULL || backend->version != STORE_BACKEND_VERSION)
		return error_set(err, ERR_UNSUPPORTED,
			"load %s: it is of another version", file);
	*out = backend;
	return OK;
}

/* ---- where --------------------------------------------------------------- */

/* The user's own, in a directory that is ours alone. */
static enum status default_path(char path[PATH_MAX], struct error *err)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	int n;

	if (data && data[0] == '/')
		n = snprintf(path, PATH_MAX, "%s", data);
	else if (home && home[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/.local/share", home);
	else
		return error_set(err, ERR_USAGE, "find the store: neither "
			"HOME nor XDG_DATA_HOME is set; name it with --store");
	if (n < 0 || n > PATH_MAX - 32)
		return error_set(err, ERR_USAGE, "find the store: the path is "
			"too long; name it with --store");
	for (char *at = strchr(path + 1, '/');; at = strchr(at + 1, '/')) {
		if (at)
			*at = '\0';
		(void)!mkdir(path, 0700);
		if (at == NULL)
			break;
		*at = '/';
	}
	snprintf(path + n, (size_t)(PATH_MAX - n), "/stanch/audit.db");
	return OK;
}

/* A URL without what stands before its host, for error texts. */
static char *shown(const char *where)
{
	const char *at = strrchr(where, '@');
	char *text = NULL;

	if (!is_url(where) || at == NULL)
		return strdup(where);
	if (asprintf(&text, "postgresql://%s", at + 1) < 0)
		return NULL;
	return text;
}

/* ---- opening ------------------------------------------------------------- */

static enum status refuse(const struct store *s, enum store_result result,
	const char *text, struct error *err)
{
	const char *mend = "";

	if (result == STORE_FOREIGN)
		mend = "; it is no store of stanch: name another with --store";
	else if (result == STORE_CORRUPT)
		mend = "; restore a copy, or move it away: the next audit "
		       "makes a new one";
	return error_set(err, ERR_USAGE, "open the store %.200s: %.150s%s",
		s->where, text[0] ? text : "it does not hold", mend);
}

static bool keep_bytes(void *context, const struct store_value *v, size_t n)
{
	struct buf *out = context;

	if (n)
		buf_put(out, v[0].text);
	return false;
}

static enum status read_key(struct store *s, const char *key, size_t size,
	unsigned char *out, struct error *err)
{
	struct buf value;
	struct store_query q = {
		.sql = "SELECT value FROM meta WHERE key = $1",
		.row = keep_bytes,
		.context = &value};
	enum status status;

	buf_init(&value, 1024);
	store_add_words(&q, key);
	status = store_run_query(s, &q, err);
	if (status == OK && value.n != size)
		status = error_set(err, ERR_USAGE, "use the store %.200s: it "
			"is damaged: %s is missing; restore a copy, or move "
			"it away", s->where, key);
	if (status == OK)
		memcpy(out, value.at, size);
	buf_release_wiped(&value);
	return status;
}

static enum status connect(struct store *s, const char *where,
	struct error *err)
{
	char text[STORE_TEXT_MAX] = "";
	enum store_result result = STORE_FAILED;
	enum status status = load(&s->backend,
		is_url(where) ? "postgres" : "sqlite", err);

	if (status != OK)
		return status;
	s->database = s->backend->open(where, &result, text);
	if (s->database == NULL)
		return refuse(s, result, text, err);
	status = store_migrate(s, err);
	if (status == OK)
		status = read_key(s, "secret", HASH_SECRET, s->secret, err);
	if (status == OK)
		status = read_key(s, "fingerprint_key", STORE_KEY_SIZE,
			s->key, err);
	return status;
}

enum status store_open(struct store **out, const char *where,
	enum store_mode mode, struct error *err)
{
	char path[PATH_MAX];
	struct store *s;
	enum status status = OK;

	if (where == NULL || *where == '\0') {
		status = default_path(path, err);
		where = path;
	}
	if (status != OK)
		return status;
	if (mode == STORE_EXISTING && !is_url(where) &&
		access(where, F_OK) != 0)
		return error_set_errno(err, ERR_NOT_FOUND, "open the store "
			"%.200s: run `stanch audit` first, or name another "
			"with --store", where);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return error_set(err, ERR_MEMORY, "open the store");
	s->where = shown(where);
	status = s->where ? connect(s, where, err)
			  : error_set(err, ERR_MEMORY, "open the store");
	if (status != OK)
		store_close(s);
	else
		*out = s;
	return status;
}

void store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->database)
		s->backend->close(s->database);
	for (size_t i = 0; i < s->text_count; i++)
		free(s->texts[i].sql);
	secret_wipe(s->secret, sizeof(s->secret));
	secret_wipe(s->key, sizeof(s->key));
	free(s->where);
	free(s);
}

const unsigned char *store_secret(const struct store *s)
{
	return s->secret;
}

const unsigned char *store_fingerprint_key(const struct store *s)
{
	return s->key;
}

enum status store_library(const char *name, char text[STORE_LIBRARY],
	struct error *err)
{
	const struct store_backend *backend;
	enum status status = load(&backend, name, err);

	if (status == OK)
		backend->library(text);
	return status;
}
