/*
 * cache: what providers said, for a day, shared by all of a user's processes.
 *
 * One file per question, named by HMAC-SHA-256 of (rule, block, values) under
 * a random key of the user's own: neither the names nor the contents tell
 * anything about a secret. A file is locked (flock) by who asks; another
 * process that wants the same waits for the answer rather than ask again, and
 * takes over when the first one dies, since its lock dies with it.
 *
 * The directory is 0700 and the user's, the files 0600; anything else there
 * (a link, another's file) is not used. Nothing fails for want of a cache.
 */
#include "verify/internal.h"

#include "base/clock.h"
#include "base/secret.h"
#include "json/json.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/banned.h"

#define DAY 86400
#define HOUR 3600
#define KEY_SIZE 32
#define FILE_MOST ((size_t)16 << 10)
#define WAIT_MILLISECONDS 20
#define WAIT_SECONDS 60

struct cache {
	int directory;
	unsigned char key[KEY_SIZE];
};

/* Nobody else may have written it, or be able to read it. */
static bool is_ours(int fd, mode_t type)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == type &&
	       st.st_uid == geteuid() && (st.st_mode & 077) == 0;
}

static bool read_key(int directory, unsigned char key[KEY_SIZE])
{
	int fd = openat(directory, "key", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool done = fd >= 0 && is_ours(fd, S_IFREG) &&
		    read(fd, key, KEY_SIZE) == KEY_SIZE;

	if (fd >= 0)
		close(fd);
	return done;
}

/* Written beside and linked, so that two processes agree on one. */
static bool make_key(int directory, unsigned char key[KEY_SIZE])
{
	char name[40];
	int fd;
	bool done;

	snprintf(name, sizeof(name), "key.%ld", (long)getpid());
	fd = openat(directory, name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	done = getrandom(key, KEY_SIZE, 0) == KEY_SIZE &&
	       write(fd, key, KEY_SIZE) == KEY_SIZE;
	close(fd);
	if (done)
		(void)!linkat(directory, name, directory, "key", 0);
	(void)unlinkat(directory, name, 0);
	return done && read_key(directory, key);
}

static bool make_directories(const char *path)
{
	char part[PATH_MAX];
	size_t n = strlen(path);

	if (n == 0 || n >= sizeof(part) || path[0] != '/')
		return false;
	for (size_t i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return false;
	}
	return true;
}

struct cache *verify_cache_new(const char *directory)
{
	struct cache *c;

	if (directory == NULL || !make_directories(directory))
		return NULL;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->directory = open(directory,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (c->directory >= 0 && is_ours(c->directory, S_IFDIR) &&
		(read_key(c->directory, c->key) ||
			make_key(c->directory, c->key)))
		return c;
	verify_cache_free(c);
	return NULL;
}

void verify_cache_free(struct cache *c)
{
	if (c == NULL)
		return;
	if (c->directory >= 0)
		close(c->directory);
	secret_wipe(c->key, sizeof(c->key));
	free(c);
}

void verify_cache_id(const struct cache *c, const struct request_block *block,
	const struct rule *rule, const struct request_values *values,
	char id[CACHE_ID + 1])
{
	unsigned char digest[SHA256_SIZE];
	struct buf text;

	buf_init(&text, (size_t)4 << 20);
	buf_printf(&text, "%s\n%s\n%016llx\n", rule->provider, rule->id,
		(unsigned long long)request_digest(block));
	for (size_t i = 0; i < values->count; i++) {
		const struct request_value *v = &values->at[i];

		buf_printf(&text, "%s:%zu:", v->name, v->value.n);
		buf_put(&text, v->value);
	}
	hash_hmac_sha256(bytes_of(c ? c->key : NULL, c ? KEY_SIZE : 0),
		buf_bytes(&text), digest);
	buf_release_wiped(&text);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		snprintf(id + 2 * i, 3, "%02x", digest[i]);
}

/* ---- looking ------------------------------------------------------------ */

static const char *keep_text(const struct json_value *root, const char *key,
	struct arena *arena)
{
	bytes text = json_value_text(json_value_get(root, key));

	return text.at ? arena_copy_text(arena, text) : NULL;
}

static bool is_fresh(enum verdict verdict, int64_t then)
{
	int64_t age = (int64_t)time(NULL) - then;

	switch (verdict) {
	case VERDICT_LIVE:
	case VERDICT_DEAD:
	case VERDICT_RESTRICTED:
		return age >= 0 && age < DAY;
	case VERDICT_UNKNOWN:
		return age >= 0 && age < HOUR;
	default:
		return false;
	}
}

static bool parse(bytes text, struct arena *arena,
	struct verdict_facts *facts)
{
	struct error err;
	struct json_document *d =
		json_document_parse("a kept verdict", text, 1, &err);
	const struct json_value *root;
	struct verdict_facts f = {.cached = true};
	const char *name;
	bool done = false;

	if (d == NULL)
		return false;
	root = json_document_root(d);
	name = keep_text(root, "verdict", arena);
	if (name && verdict_parse(name, &f.verdict) &&
		is_fresh(f.verdict, json_value_integer(
			json_value_get(root, "time"), 0))) {
		f.note = keep_text(root, "note", arena);
		f.owner = keep_text(root, "owner", arena);
		f.email = keep_text(root, "email", arena);
		f.owner_id = keep_text(root, "owner_id", arena);
		f.organization = keep_text(root, "organization", arena);
		f.scopes = keep_text(root, "scopes", arena);
		f.expires = keep_text(root, "expires", arena);
		f.checked = keep_text(root, "checked", arena);
		*facts = f;
		done = true;
	}
	json_document_free(d);
	return done;
}

static bool read_facts(int fd, struct arena *arena,
	struct verdict_facts *facts)
{
	char text[FILE_MOST];
	ssize_t n = pread(fd, text, sizeof(text), 0);

	return n > 0 && (size_t)n < sizeof(text) &&
	       parse(bytes_of(text, (size_t)n), arena, facts);
}

/* Waiting is polling: flock with a limit is not to be had otherwise. */
static bool lock(int fd, enum cache_wait wait)
{
	uint64_t started = clock_nanoseconds();

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (wait != CACHE_WAIT || errno != EWOULDBLOCK ||
			clock_seconds(started, clock_nanoseconds()) >
				WAIT_SECONDS)
			return false;
		(void)poll(NULL, 0, WAIT_MILLISECONDS);
	}
	return true;
}

enum cache_found verify_cache_look(struct cache *c, const char *id,
	enum cache_wait wait, struct arena *arena,
	struct cache_claim *claim, struct verdict_facts *facts)
{
	int fd;

	claim->fd = -1;
	if (c == NULL)
		return CACHE_MISS;
	fd = openat(c->directory, id,
		O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return CACHE_MISS;
	if (!is_ours(fd, S_IFREG)) {
		close(fd);
		return CACHE_MISS;
	}
	if (!lock(fd, wait)) {
		close(fd);
		return wait == CACHE_WAIT ? CACHE_MISS : CACHE_IN_USE;
	}
	if (wait != CACHE_FRESH && read_facts(fd, arena, facts)) {
		close(fd);
		return CACHE_HIT;
	}
	claim->fd = fd;
	return CACHE_MISS;
}

/* ---- storing ------------------------------------------------------------ */

static void put_text(struct buf *out, const char *key, const char *text)
{
	if (text == NULL)
		return;
	buf_printf(out, ",\"%s\":\"", key);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\u%04x", c);
		else
			buf_put_byte(out, c);
	}
	buf_put_byte(out, '"');
}

void verify_cache_store(struct cache *c, struct cache_claim *claim,
	const struct verdict_facts *facts)
{
	struct buf out;
	int fd = claim->fd;

	(void)c;
	claim->fd = -1;
	if (fd < 0)
		return;
	buf_init(&out, FILE_MOST - 1);
	if (facts && facts->verdict != VERDICT_RETRY) {
		buf_printf(&out, "{\"time\":%lld", (long long)time(NULL));
		put_text(&out, "verdict", verdict_name(facts->verdict));
		put_text(&out, "note", facts->note);
		put_text(&out, "owner", facts->owner);
		put_text(&out, "email", facts->email);
		put_text(&out, "owner_id", facts->owner_id);
		put_text(&out, "organization", facts->organization);
		put_text(&out, "scopes", facts->scopes);
		put_text(&out, "expires", facts->expires);
		put_text(&out, "checked", facts->checked);
		buf_put_text(&out, "}\n");
		/* Half a write is no JSON, and so no answer. */
		if (!out.failed && ftruncate(fd, 0) == 0)
			(void)!pwrite(fd, out.at, out.n, 0);
	}
	buf_release(&out);
	close(fd); /* and the lock with it */
}
