#include "spool/seal.h"
#include "spool/spool.h"
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY "0123456789abcdef0123456789abcdef"

static bytes text(const char *t)
{
	return bytes_text(t);
}

/* Of "The Galois/Counter Mode of Operation", appendix B, case 14: key, nonce
 * and text are zeros. */
static void known_answer(void)
{
	static const unsigned char key[SEAL_KEY];
	static const unsigned char sealed[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60, 0x6b, 0x6e, 0x07, 0x4e,
		0xc5, 0xd3, 0xba, 0xf3, 0x9d, 0x18, 0xd0, 0xd1, 0xc8, 0xa7,
		0x99, 0x99, 0x6b, 0xf0, 0x26, 0x5b, 0x98, 0xb5, 0xd4, 0x8a,
		0xb9, 0x19};
	static const unsigned char zeros[16];
	struct buf out;

	buf_init(&out, 100);
	CHECK(seal_open(key, bytes_of(NULL, 0), bytes_of(sealed,
		sizeof(sealed)), &out));
	CHECK_BYTES(buf_bytes(&out), bytes_of(zeros, sizeof(zeros)));
	buf_release(&out);
}

/* Every byte of what is sealed, of the key and of what stands beside counts. */
static void every_byte(void)
{
	unsigned char key[SEAL_KEY] = {1, 2, 3};
	struct buf sealed, out;

	buf_init(&sealed, 1000);
	buf_init(&out, 1000);
	CHECK(seal_close(key, text("beside"), text("a secret text"), &sealed));
	CHECK(bytes_find(buf_bytes(&sealed), text("secret")) == BYTES_NONE);
	CHECK(seal_open(key, text("beside"), buf_bytes(&sealed), &out));
	CHECK_BYTES(buf_bytes(&out), text("a secret text"));
	buf_clear(&out);
	for (size_t i = 0; i < sealed.n; i++) {
		sealed.at[i] ^= 1;
		CHECK(!seal_open(key, text("beside"), buf_bytes(&sealed),
			&out));
		sealed.at[i] ^= 1;
	}
	for (size_t i = 0; i < sealed.n; i++)
		CHECK(!seal_open(key, text("beside"),
			bytes_take(buf_bytes(&sealed), i), &out));
	CHECK(!seal_open(key, text("besides"), buf_bytes(&sealed), &out));
	key[31] ^= 1;
	CHECK(!seal_open(key, text("beside"), buf_bytes(&sealed), &out));
	CHECK_EQUAL(out.n, 0);
	buf_release(&sealed);
	buf_release(&out);
}

static void two_are_different(void)
{
	static const unsigned char key[SEAL_KEY] = {9};
	struct buf a, b;

	buf_init(&a, 1000);
	buf_init(&b, 1000);
	CHECK(seal_close(key, text(""), text("same"), &a));
	CHECK(seal_close(key, text(""), text("same"), &b));
	CHECK(!bytes_equal(buf_bytes(&a), buf_bytes(&b)));
	buf_release(&a);
	buf_release(&b);
}

/* ---- the directory ------------------------------------------------------ */

static char top[64];

static const char *fresh(void)
{
	snprintf(top, sizeof(top), "/tmp/stanch-spool.XXXXXX");
	CHECK(mkdtemp(top) != NULL);
	return top;
}

static struct spool *open_one(const char *path)
{
	struct spool *s = NULL;
	struct error err = {0};

	CHECK_EQUAL(spool_open(path, text(KEY), &s, &err), OK);
	return s;
}

static void count(void *context, const char *name)
{
	CHECK_EQUAL(strlen(name), SPOOL_NAME - 1);
	++*(size_t *)context;
}

static void end(struct spool *s)
{
	char command[128];

	spool_close(s);
	snprintf(command, sizeof(command), "rm -r %s", top);
	CHECK_EQUAL(system(command), 0);
}

static void put_get_remove(void)
{
	struct spool *s = open_one(fresh());
	char name[SPOOL_NAME], again[SPOOL_NAME];
	struct error err = {0};
	struct buf out;
	size_t n = 0;

	CHECK_EQUAL(spool_put(s, text("a token"), name, &err), OK);
	CHECK_EQUAL(spool_put(s, text("a token"), again, &err), OK);
	CHECK_TEXT(again, name);
	CHECK_EQUAL(spool_put(s, text("another"), again, &err), OK);
	CHECK(strcmp(again, name) != 0);
	CHECK_EQUAL(spool_each(s, count, &n, &err), OK);
	CHECK_EQUAL(n, 2);
	CHECK(spool_has(s, name) && spool_put_at(s, name) > 1600000000);
	CHECK_EQUAL(spool_get(s, name, &out, &err), OK);
	CHECK_BYTES(buf_bytes(&out), text("a token"));
	buf_release(&out);
	CHECK_EQUAL(spool_remove(s, name, &err), OK);
	CHECK_EQUAL(spool_remove(s, name, &err), OK);
	CHECK(!spool_has(s, name));
	CHECK_EQUAL(spool_get(s, name, &out, &err), ERR_NOT_FOUND);
	buf_release(&out);
	CHECK_EQUAL(spool_get(s, "../../etc/passwd", &out, &err),
		ERR_NOT_FOUND);
	buf_release(&out);
	end(s);
}

/* What a name leads to is only what was put under it. */
static void renamed(void)
{
	struct spool *s = open_one(fresh());
	char one[SPOOL_NAME], two[SPOOL_NAME], from[256], to[256];
	struct error err = {0};
	struct buf out;

	CHECK_EQUAL(spool_put(s, text("one"), one, &err), OK);
	CHECK_EQUAL(spool_put(s, text("two"), two, &err), OK);
	snprintf(from, sizeof(from), "%s/%s", top, one);
	snprintf(to, sizeof(to), "%s/%s", top, two);
	CHECK_EQUAL(rename(from, to), 0);
	CHECK_EQUAL(spool_get(s, two, &out, &err), ERR_FORMAT);
	CHECK_EQUAL(out.n, 0);
	buf_release(&out);
	/* A link is not followed. */
	CHECK_EQUAL(symlink(to, from), 0);
	CHECK(!spool_has(s, one));
	CHECK(spool_get(s, one, &out, &err) != OK);
	buf_release(&out);
	end(s);
}

static void another_key(void)
{
	struct spool *s = open_one(fresh()), *other = NULL;
	char name[SPOOL_NAME];
	struct error err = {0};
	struct buf out;

	CHECK_EQUAL(spool_put(s, text("one"), name, &err), OK);
	spool_close(s);
	CHECK_EQUAL(spool_open(top, text("fedcba9876543210fedcba9876543210"),
		&other, &err), OK);
	CHECK_EQUAL(spool_get(other, name, &out, &err), ERR_FORMAT);
	buf_release(&out);
	CHECK(spool_has(other, name));
	end(other);
}

static void refused(void)
{
	struct spool *s = NULL, *held;
	struct error err = {0};

	fresh();
	CHECK_EQUAL(spool_open(top, text("short"), &s, &err), ERR_USAGE);
	CHECK_EQUAL(chmod(top, 0755), 0);
	CHECK_EQUAL(spool_open(top, text(KEY), &s, &err), ERR_USAGE);
	CHECK_EQUAL(chmod(top, 0700), 0);
	held = open_one(top);
	CHECK_EQUAL(spool_open(top, text(KEY), &s, &err), ERR_USAGE);
	CHECK_EQUAL(spool_open("/no/such/place", text(KEY), &s, &err),
		ERR_USAGE);
	/* A child has it no longer than its parent, once it left the lock. */
	spool_leave_lock(held);
	s = open_one(top);
	spool_close(held);
	end(s);
}

static const struct unit_test tests[] = {
	{"a published answer of GCM", known_answer},
	{"every byte counts", every_byte},
	{"the same text is sealed differently each time", two_are_different},
	{"what is put is there, once, until it is removed", put_get_remove},
	{"a name gives only what was put under it", renamed},
	{"another key opens nothing", another_key},
	{"what is not ours alone is refused", refused},
};
UNIT_MAIN(tests)
