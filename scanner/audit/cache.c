#include "audit/cache.h"

#include "base/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/banned.h"

/* Bytes of all clones together unless the user says otherwise. */
#define DEFAULT_SIZE ((uint64_t)20 << 30)
#define NAME_SIZE 32 /* hex digits of the URL's digest */
#define DEPTH_MOST 16

struct kept {
	char name[NAME_SIZE + 8];
	uint64_t size;
	struct timespec used;
	bool is_in_use; /* by us */
};

struct cache {
	char directory[PATH_MAX - 64];
	enum audit_clones clones;
	uint64_t most, sum;
	struct kept *kept;
	size_t n, room;
	size_t in_use;
};

/* ---- directories --------------------------------------------------------- */

/* Sum of the sizes below; with `removes`, all of it goes. No link is
 * followed. */
static uint64_t walk(int parent, const char *name, bool removes, int depth)
{
	int fd = openat(parent, name,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	struct stat st;
	uint64_t sum = 0;

	if (d == NULL && fd >= 0)
		close(fd);
	while (d && depth < DEPTH_MOST && (e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			sum += walk(fd, e->d_name, removes, depth + 1);
		else
			sum += (uint64_t)st.st_blocks * 512;
		if (removes && !S_ISDIR(st.st_mode))
			(void)!unlinkat(fd, e->d_name, 0);
	}
	if (d)
		closedir(d);
	if (removes)
		(void)!unlinkat(parent, name, AT_REMOVEDIR);
	return sum;
}

static bool find_directory(struct cache *c, const char *named)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	size_t room = sizeof(c->directory);
	int n = -1;

	if (named)
		n = snprintf(c->directory, room, "%s", named);
	else if (cache && cache[0] == '/')
		n = snprintf(c->directory, room, "%s/stanch/clones", cache);
	else if (home && home[0] == '/')
		n = snprintf(c->directory, room, "%s/.cache/stanch/clones",
			home);
	return n > 0 && (size_t)n < room;
}

/* Each part of the path, ours alone where it is new. */
static bool make_directory(char *path)
{
	for (char *at = strchr(path + 1, '/');; at = strchr(at + 1, '/')) {
		bool is_made;

		if (at)
			*at = '\0';
		is_made = mkdir(path, 0700) == 0 || errno == EEXIST;
		if (at)
			*at = '/';
		if (at == NULL || !is_made)
			return is_made;
	}
}

/* ---- locks --------------------------------------------------------------- */

static int lock(const struct cache *c, const char *name)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%.40s.lock", c->directory, name);
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void remove_clone(const struct cache *c, const char *name)
{
	int fd = open(c->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)walk(fd, name, true, 0);
	close(fd);
}

/* ---- what is kept -------------------------------------------------------- */

static struct kept *find(struct cache *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->kept[i].name, name) == 0)
			return &c->kept[i];
	return NULL;
}

static struct kept *add(struct cache *c, const char *name)
{
	struct kept *k = find(c, name);

	if (k)
		return k;
	if (c->n == c->room) {
		size_t room = c->room ? c->room * 2 : 64;
		struct kept *at = reallocarray(c->kept, room, sizeof(*at));

		if (at == NULL)
			return NULL;
		c->kept = at;
		c->room = room;
	}
	k = &c->kept[c->n++];
	*k = (struct kept){.size = 0};
	snprintf(k->name, sizeof(k->name), "%s", name);
	return k;
}

static void forget(struct cache *c, struct kept *k)
{
	c->sum -= k->size;
	*k = c->kept[--c->n];
}

/* The one used longest ago that nobody uses goes; false: there is none. */
static bool evict(struct cache *c)
{
	struct kept *oldest = NULL;
	int fd;

	for (size_t i = 0; i < c->n; i++) {
		struct kept *k = &c->kept[i];

		if (!k->is_in_use && (oldest == NULL ||
			k->used.tv_sec < oldest->used.tv_sec))
			oldest = k;
	}
	if (oldest == NULL)
		return false;
	fd = lock(c, oldest->name);
	if (fd >= 0) {
		remove_clone(c, oldest->name);
		close(fd);
	}
	/* Locked: another audit's, which counts it. */
	forget(c, oldest);
	return true;
}

/* A clone that was to be dropped, or that was never whole, is removed. */
static void meet(struct cache *c, int fd, const char *name)
{
	size_t n = strlen(name);
	struct stat st;
	struct kept *k;
	int held;

	if (n == NAME_SIZE + 5 && strcmp(name + NAME_SIZE, ".drop") == 0) {
		held = lock(c, name);
		if (held >= 0) {
			remove_clone(c, name);
			close(held);
		}
		return;
	}
	if (n != NAME_SIZE + 4 || strcmp(name + NAME_SIZE, ".git") != 0 ||
		fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	k = add(c, name);
	if (k == NULL)
		return;
	k->size = walk(fd, name, false, 0);
	k->used = st.st_mtim;
	c->sum += k->size;
}

static void list(struct cache *c)
{
	DIR *d = opendir(c->directory);
	struct dirent *e;

	while (d && (e = readdir(d)) != NULL)
		meet(c, dirfd(d), e->d_name);
	if (d)
		closedir(d);
}

enum status cache_open(struct cache **out, const struct audit_options *options,
	struct error *err)
{
	struct cache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return error_set(err, ERR_MEMORY, "open the cache");
	c->clones = options->clones;
	c->most = options->cache_size ? options->cache_size : DEFAULT_SIZE;
	if (!find_directory(c, options->cache)) {
		free(c);
		return error_set(err, ERR_USAGE, "find the cache: neither "
			"HOME nor XDG_CACHE_HOME is set; name it with --cache");
	}
	if (!make_directory(c->directory)) {
		enum status status = error_set_errno(err, ERR_USAGE,
			"make the cache %.200s", c->directory);

		free(c);
		return status;
	}
	list(c);
	*out = c;
	return OK;
}

void cache_close(struct cache *c)
{
	if (c == NULL)
		return;
	free(c->kept);
	free(c);
}

/* ---- clones in work ------------------------------------------------------ */

static void name_of(const struct cache *c, const char *url,
	char name[NAME_SIZE + 8])
{
	unsigned char digest[SHA256_SIZE];

	hash_sha256(bytes_text(url), digest);
	for (size_t i = 0; i < NAME_SIZE / 2; i++)
		snprintf(name + 2 * i, 3, "%02x", digest[i]);
	snprintf(name + NAME_SIZE, 8, "%s",
		c->clones == CLONES_DROPPED ? ".drop" : ".git");
}

uint64_t cache_room(const struct cache *c)
{
	return c->sum < c->most ? c->most - c->sum : 1;
}

enum cache_answer cache_take(struct cache *c, struct item *item)
{
	char name[NAME_SIZE + 8];
	struct kept *k;

	name_of(c, item->url, name);
	while (c->sum >= c->most && c->clones == CLONES_CACHED && evict(c))
		;
	if (c->sum >= c->most && find(c, name) == NULL)
		return c->in_use ? CACHE_WAIT : CACHE_FULL;
	item->clone_lock = lock(c, name);
	if (item->clone_lock < 0)
		return CACHE_WAIT;
	if (asprintf(&item->clone, "%s/%s", c->directory, name) < 0) {
		item->clone = NULL;
		close(item->clone_lock);
		return CACHE_FULL;
	}
	k = add(c, name);
	if (k)
		k->is_in_use = true;
	c->in_use++;
	return CACHE_TAKEN;
}

/* A fetch that failed may have left half of a new clone: it goes. An old one
 * is whole as it was. */
void cache_give_back(struct cache *c, struct item *item)
{
	const char *name;
	struct kept *k;
	bool is_new;
	int fd;

	if (item->clone == NULL)
		return;
	name = strrchr(item->clone, '/') + 1;
	k = find(c, name);
	is_new = k == NULL || k->size == 0;
	if (k) {
		c->sum -= k->size;
		k->size = 0;
		k->is_in_use = false;
	}
	if (c->clones == CLONES_DROPPED ||
		(is_new && item->kind == OUTCOME_FAILED)) {
		remove_clone(c, name);
		if (k)
			forget(c, k);
	} else if (k) {
		fd = open(c->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		k->size = fd < 0 ? 0 : walk(fd, name, false, 0);
		clock_gettime(CLOCK_REALTIME, &k->used);
		c->sum += k->size;
		if (fd >= 0) {
			(void)!utimensat(fd, name, NULL, 0);
			close(fd);
		}
	}
	close(item->clone_lock);
	c->in_use--;
	free(item->clone);
	item->clone = NULL;
}
