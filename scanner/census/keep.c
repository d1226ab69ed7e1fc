/*
 * keep: a file for each page of a listing, so that the next listing asks only
 * whether it has changed. In it are the address, the ETag, the successor and
 * the entries: names, sizes, dates. No answer as it came: some forges put
 * tokens of projects into theirs. Nothing here decides what is scanned: a file
 * that is damaged or foreign is as good as none.
 */
#include "census/internal.h"

#include "base/hash.h"
#include "net/frame.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define MAGIC "stanch listing 1\n"
#define FILE_MOST ((size_t)8 << 20)

/* The address is told by its digest; what else makes another page of it is in
 * it, too. */
static bool path_of(const struct census *c, char path[PATH_MAX])
{
	struct hash128 hash;
	char key[CENSUS_URL + sizeof(c->target.path) + 32];
	int n;

	if (c->options.pages == NULL)
		return false;
	snprintf(key, sizeof(key), "%u %s %s", c->options.extras,
		c->target.path, c->current.url);
	hash = hash_128(bytes_text(key), 0);
	n = snprintf(path, PATH_MAX, "%s/%016llx%016llx", c->options.pages,
		(unsigned long long)hash.high, (unsigned long long)hash.low);
	return n > 0 && n < PATH_MAX;
}

static bool read_file(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n = 0;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
		st.st_uid != geteuid() || (st.st_mode & 022))
		n = -1;
	while (n >= 0 && buf_reserve(out, 16384)) {
		n = read(fd, out->at + out->n, 16384);
		if (n == 0)
			break;
		out->n += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return n == 0 && !out->failed;
}

struct kept {
	bytes etag, next, entries;
};

/* The digest behind all is of what stands before it. */
static bool parse(const struct census *c, bytes file, struct kept *out)
{
	struct frame_reader r;
	uint64_t digest;

	if (!bytes_starts(file, bytes_text(MAGIC)) || file.n < 32)
		return false;
	r.rest = bytes_drop(file, file.n - 8);
	r.failed = false;
	digest = frame_get_u64(&r);
	file.n -= 8;
	if (digest != hash_64(file, 0))
		return false;
	r = (struct frame_reader){
		.rest = bytes_drop(file, sizeof(MAGIC) - 1)};
	if (!bytes_equal(frame_get_bytes(&r), bytes_text(c->current.url)))
		return false;
	out->etag = frame_get_bytes(&r);
	out->next = frame_get_bytes(&r);
	out->entries = frame_get_bytes(&r);
	return !r.failed;
}

static bool find(const struct census *c, struct buf *file, struct kept *out)
{
	char path[PATH_MAX];

	return path_of(c, path) && read_file(path, file) &&
	       parse(c, buf_bytes(file), out);
}

void census_keep_etag(struct census *c, struct buf *etag)
{
	struct kept kept;
	struct buf file;

	buf_init(&file, FILE_MOST);
	if (find(c, &file, &kept))
		buf_put(etag, kept.etag);
	buf_release(&file);
}

bool census_keep_read(struct census *c)
{
	struct kept kept;
	struct buf file;
	bool is_there;

	buf_init(&file, FILE_MOST);
	is_there = find(c, &file, &kept);
	if (is_there) {
		buf_put(&c->entries, kept.entries);
		buf_put(&c->next, kept.next);
	}
	buf_release(&file);
	return is_there && !c->entries.failed && !c->next.failed;
}

/* Each part of the path, ours alone where it is new. */
static void make_directories(const char *path)
{
	char part[PATH_MAX];

	for (const char *at = strchr(path + 1, '/');; at = strchr(at + 1,
							       '/')) {
		int n = at ? (int)(at - path) : (int)strlen(path);

		snprintf(part, sizeof(part), "%.*s", n, path);
		(void)!mkdir(part, 0700);
		if (at == NULL)
			return;
	}
}

static bool write_file(const char *path, bytes data)
{
	char fresh[PATH_MAX + 16];
	bool is_good;
	int fd;

	snprintf(fresh, sizeof(fresh), "%s.%ld", path, (long)getpid());
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		0600);
	if (fd < 0)
		return false;
	is_good = write(fd, data.at, data.n) == (ssize_t)data.n;
	is_good = close(fd) == 0 && is_good;
	if (is_good && rename(fresh, path) == 0)
		return true;
	(void)!unlink(fresh);
	return false;
}

void census_keep_write(struct census *c)
{
	char path[PATH_MAX];
	struct buf file;

	if (c->etag.n == 0 || !path_of(c, path))
		return;
	buf_init(&file, FILE_MOST);
	buf_put_text(&file, MAGIC);
	frame_put_text(&file, c->current.url);
	frame_put_bytes(&file, buf_bytes(&c->etag));
	frame_put_bytes(&file, buf_bytes(&c->next));
	frame_put_bytes(&file, buf_bytes(&c->entries));
	frame_put_u64(&file, hash_64(buf_bytes(&file), 0));
	make_directories(c->options.pages);
	if (!file.failed)
		(void)write_file(path, buf_bytes(&file));
	buf_release(&file);
}
