/*
 * The key of fingerprints for guessable secrets. A plain hash of a password
 * is as good as the password to who can try a dictionary, so these are keyed.
 * The key is, in this order: the text of STANCH_FINGERPRINT_KEY (for teams
 * that compare fingerprints); the user's key file; a fresh random one, which
 * is written to that file when a finding was made with it, and else dropped.
 *
 * The file is $XDG_CONFIG_HOME/stanch/fingerprint.key, mode 0600. Nothing
 * fails when it cannot be read or written: fingerprints of guessable secrets
 * then differ from run to run, and nothing else does.
 */
#include "job/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define RANDOM_BYTES 32

/* $XDG_CONFIG_HOME, or $HOME/.config, then "/stanch". */
static bool find_directory(char *path, size_t room)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	int n = -1;

	/* The XDG specification: a relative one is to be ignored. */
	if (config != NULL && config[0] == '/')
		n = snprintf(path, room, "%s/stanch", config);
	else if (home != NULL && home[0] == '/')
		n = snprintf(path, room, "%s/.config/stanch", home);
	return n > 0 && (size_t)n < room;
}

static bool find_file(char *path, size_t room)
{
	char directory[PATH_MAX];
	int n;

	if (!find_directory(directory, sizeof(directory)))
		return false;
	n = snprintf(path, room, "%s/fingerprint.key", directory);
	return n > 0 && (size_t)n < room;
}

static bool read_file(struct job_key *key)
{
	char path[PATH_MAX];
	struct stat st;
	ssize_t n = -1;
	int fd;

	if (!find_file(path, sizeof(path)))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, key->at, sizeof(key->at));
	close(fd);
	if (n <= 0)
		return false;
	key->n = bytes_trim(bytes_of(key->at, (size_t)n)).n;
	return key->n >= 16;
}

static void make(struct job_key *key)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[RANDOM_BYTES];

	key->is_fresh = getrandom(raw, sizeof(raw), 0) == RANDOM_BYTES;
	if (!key->is_fresh)
		memset(raw, 0, sizeof(raw));
	for (size_t i = 0; i < RANDOM_BYTES; i++) {
		key->at[2 * i] = (unsigned char)digits[raw[i] >> 4];
		key->at[2 * i + 1] = (unsigned char)digits[raw[i] & 15];
	}
	key->n = 2 * RANDOM_BYTES;
}

void job_key_load(struct job_key *key)
{
	const char *given = getenv("STANCH_FINGERPRINT_KEY");

	memset(key, 0, sizeof(*key));
	if (given != NULL && given[0] != '\0') {
		bytes text = bytes_take(bytes_text(given), JOB_KEY_SIZE);

		memcpy(key->at, text.at, text.n);
		key->n = text.n;
	} else if (!read_file(key)) {
		make(key);
	}
}

static bool is_needed(const struct leaks *leaks)
{
	for (size_t i = 0; i < leaks_count(leaks); i++)
		if (leaks_at(leaks, i)->rule->guessable)
			return true;
	return false;
}

/* mkdir -p for two levels; that they exist is fine, and open() will tell. */
static void make_directories(char *directory)
{
	char *slash = strrchr(directory, '/');

	*slash = '\0';
	(void)!mkdir(directory, 0700);
	*slash = '/';
	(void)!mkdir(directory, 0700);
}

void job_key_keep(const struct job_key *key, const struct leaks *leaks)
{
	char path[PATH_MAX];
	int fd;

	if (!key->is_fresh || !is_needed(leaks) ||
		!find_directory(path, sizeof(path)))
		return;
	make_directories(path);
	if (!find_file(path, sizeof(path)))
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	/* A cut key would be another key: rather none. */
	if (write(fd, key->at, key->n) != (ssize_t)key->n)
		(void)!unlink(path);
	close(fd);
}
