#include "base/limits.h"
#include "source/internal.h"
#include "workshop.h"

#include <errno.h>
#include <sys/resource.h>
#include <time.h>

#define TIB ((uint64_t)1 << 40)

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct source_tree *open_tree(const struct workshop *w)
{
	struct source_tree *tree = NULL;
	struct error err;

	CHECK(source_tree_open(&tree, w->path, NULL, &err) == OK);
	return tree;
}

/* All of an input through a small window; false on failure. */
static bool read_all(struct source_input *in, struct buf *out,
	enum source_skip *why)
{
	unsigned char window[1000];
	size_t n = 0;

	buf_init(out, WORKSHOP_MAX);
	do {
		if (source_read(in, window, sizeof(window), &n, why, NULL) !=
			OK)
			return false;
		buf_put(out, bytes_of(window, n));
	} while (n);
	return true;
}

static void test_sorted_listing(void)
{
	struct workshop w;
	struct told t;

	workshop_begin(&w);
	workshop_must(&w, "mkdir -p b/.git b/c .git; touch z a b/x b/c/y "
			  "./-rf b/.git/config .git/config B; ln -s a link");
	told_workshop(&t, &w, "", NULL);
	CHECK_BYTES(buf_bytes(&t.text),
		bytes_text("file -rf\nfile B\nfile a\ndir b\nlink link -> a\n"
			   "file z\ndir b/c\nfile b/x\nfile b/c/y\n"));
	told_release(&t);
	workshop_end(&w);
}

/* reliability.md B1: none is followed, none is waited for. */
static void test_special_files(void)
{
	struct workshop w;
	struct told t;
	struct source_reader *r = source_reader_new();
	struct source_tree *tree;
	enum source_skip why;
	double began = now();

	workshop_begin(&w);
	workshop_must(&w, "ln -s /etc/shadow shadow; ln -s /dev/zero zero; "
			  "ln -s .. up; ln -s self self; mkfifo fifo; "
			  "python3 -c 'import socket; "
			  "socket.socket(socket.AF_UNIX).bind(\"sock\")'");
	told_workshop(&t, &w, "", NULL);
	CHECK_BYTES(buf_bytes(&t.text),
		bytes_text("skip fifo special\nlink self -> self\n"
			   "link shadow -> /etc/shadow\nskip sock special\n"
			   "link up -> ..\nlink zero -> /dev/zero\n"));
	told_release(&t);
	tree = open_tree(&w);
	CHECK(!source_open_in_tree(r, tree, bytes_text("fifo"), &why, NULL));
	CHECK_EQUAL(why, SKIP_SPECIAL);
	CHECK(!source_open_in_tree(r, tree, bytes_text("sock"), &why, NULL));
	CHECK_EQUAL(why, SKIP_SPECIAL);
	CHECK(!source_open_in_tree(r, tree, bytes_text("zero"), &why, NULL));
	CHECK_EQUAL(why, SKIP_VANISHED);
	CHECK(!source_open_in_tree(r, tree, bytes_text("up/x"), &why, NULL));
	CHECK(!source_open_in_tree(r, tree, bytes_text("gone"), &why, NULL));
	CHECK_EQUAL(why, SKIP_VANISHED);
	CHECK(now() - began < 2);
	source_tree_close(tree);
	source_reader_free(r);
	workshop_end(&w);
}

/* Both ways to open, with and without openat2, refuse the same. */
static void test_nothing_leaves_the_root(void)
{
	static const char *const bad[] = {"..", "in/..", "in/../..", "link",
		"link/x", "in/link", "/etc", "in//x", "in/", ".", "in/.",
		"file"};
	struct workshop w;
	int root;

	workshop_begin(&w);
	workshop_must(&w, "mkdir -p in/x; touch file; ln -s /etc link; "
			  "ln -s ../.. in/link");
	root = open(w.path, O_RDONLY | O_DIRECTORY);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK(source_beneath_open(root, bytes_text(bad[i]), 0) < 0);
		CHECK(source_beneath_walk(root, bytes_text(bad[i]), 0) < 0);
	}
	for (int i = 0; i < 2; i++) {
		bytes path = bytes_text(i ? "in/x" : "");
		int one = source_beneath_open(root, path, O_RDONLY);
		int two = source_beneath_walk(root, path, O_RDONLY);

		CHECK(one >= 0 && two >= 0);
		close(one);
		close(two);
	}
	CHECK(source_beneath_resolve(root, "in/../..", O_RDONLY) < 0);
	close(root);
	workshop_end(&w);
}

static void test_a_directory_becomes_a_link(void)
{
	struct workshop w;
	struct told t = {0};
	struct source_tree *tree;
	struct source_listener to = {.skipped = told_skipped, .context = &t};
	struct error err = {0};

	workshop_begin(&w);
	workshop_must(&w, "mkdir d");
	tree = open_tree(&w);
	workshop_must(&w, "rmdir d; ln -s /etc d");
	buf_init(&t.text, 1000);
	CHECK(source_tree_list(tree, bytes_text("d"), &to, &err) == ERR_IO);
	CHECK_BYTES(buf_bytes(&t.text), bytes_text("skip d unreadable\n"));
	buf_clear(&t.text);
	CHECK(source_tree_list(tree, bytes_text("gone"), &to, &err) == ERR_IO);
	CHECK_BYTES(buf_bytes(&t.text), bytes_text("skip gone vanished\n"));
	buf_release(&t.text);
	source_tree_close(tree);
	workshop_end(&w);
}

/* 60 names of 200 bytes: three times what one call takes. */
static void test_paths_longer_than_the_system_takes(void)
{
	struct workshop w;
	struct told t;
	struct source_reader *r = source_reader_new();
	struct source_tree *tree;
	struct source_input *in;
	struct buf content;
	enum source_skip why;
	bytes last;

	workshop_begin(&w);
	workshop_must(&w, "python3 -c 'import os\n"
			  "for i in range(60):\n"
			  " os.mkdir(\"n\" * 200); os.chdir(\"n\" * 200)\n"
			  "open(\"deep\", \"w\").write(\"bottom\")'");
	told_workshop(&t, &w, "", NULL);
	CHECK(bytes_ends(buf_bytes(&t.text), bytes_text("/deep\n")));
	CHECK(bytes_find(buf_bytes(&t.text), bytes_text("error")) ==
		BYTES_NONE);
	last = bytes_take(buf_bytes(&t.text), t.text.n - 1);
	last = bytes_drop(last, last.n - (60 * 201 + 4));
	tree = open_tree(&w);
	in = source_open_in_tree(r, tree, last, &why, NULL);
	CHECK(in && read_all(in, &content, &why));
	if (in)
		CHECK_BYTES(buf_bytes(&content), bytes_text("bottom"));
	if (in)
		buf_release(&content);
	source_close(in);
	told_release(&t);
	source_tree_close(tree);
	source_reader_free(r);
	workshop_end(&w);
}

static void test_depth_is_capped(void)
{
	struct workshop w;
	struct told t;

	workshop_begin(&w);
	workshop_must(&w, "python3 -c 'import os\n"
			  "for i in range(4100):\n"
			  " os.mkdir(\"d\"); os.chdir(\"d\")'");
	told_workshop(&t, &w, "", NULL);
	CHECK(bytes_ends(buf_bytes(&t.text), bytes_text("/d depth\n")));
	told_release(&t);
	workshop_end(&w);
}

/* reliability.md D7: bytes are kept, and open again. */
static void test_odd_names(void)
{
	static const char *const names[] = {"\x01", "\t", "\n", "\x1b[2J",
		" ", "-rf", "=cmd|calc!A1", "CON", "a\nb", "a\\b",
		"cafe\xcc\x81", "caf\xc3\xa9", "trail ", "\xe2\x80\xae" "cod", "\xff\xfe"};
	struct workshop w;
	struct source_reader *r = source_reader_new();
	struct source_tree *tree;
	struct buf want;
	struct told t;
	char path[256];

	workshop_begin(&w);
	buf_init(&want, 10000);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", w.path, names[i]);
		close(open(path, O_CREAT | O_WRONLY, 0600));
		buf_printf(&want, "file %s\n", names[i]);
	}
	told_workshop(&t, &w, "", NULL);
	CHECK_BYTES(buf_bytes(&t.text), buf_bytes(&want));
	tree = open_tree(&w);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		enum source_skip why;
		struct source_input *in = source_open_in_tree(r, tree,
			bytes_text(names[i]), &why, NULL);

		CHECK(in != NULL);
		source_close(in);
	}
	buf_release(&want);
	told_release(&t);
	source_tree_close(tree);
	source_reader_free(r);
	workshop_end(&w);
}

static void test_reading(void)
{
	struct workshop w;
	struct source_reader *r = source_reader_new();
	struct source_tree *tree;
	struct source_input *in;
	struct buf want, got;
	enum source_skip why;

	workshop_begin(&w);
	workshop_must(&w, "mkdir d; seq 1 2000 >d/numbers; : >empty; "
			  "head -c 1000 d/numbers >window");
	tree = open_tree(&w);
	for (int i = 0; i < 3; i++) {
		const char *name = i == 0 ? "d/numbers" :
			i == 1		  ? "empty" :
					    "window";

		in = source_open_in_tree(r, tree, bytes_text(name), &why, NULL);
		CHECK(in != NULL);
		if (in == NULL)
			continue;
		workshop_read(&w, name, &want);
		CHECK_EQUAL(source_size(in), want.n);
		for (int again = 0; again < 2; again++) {
			CHECK(read_all(in, &got, &why));
			CHECK(bytes_equal(buf_bytes(&got), buf_bytes(&want)));
			buf_release(&got);
			CHECK(source_rewind(in));
		}
		buf_release(&want);
		source_close(in);
	}
	source_tree_close(tree);
	source_reader_free(r);
	workshop_end(&w);
}

static void test_a_file_changes_while_read(void)
{
	struct workshop w;
	struct source_reader *r = source_reader_new();
	struct source_input *in;
	unsigned char window[1000];
	enum source_skip why;
	struct buf got;
	char path[256];
	size_t n;

	workshop_begin(&w);
	workshop_must(&w, "head -c 100000 /dev/zero >f");
	workshop_path(&w, "f", path, sizeof(path));
	in = source_open_file(r, path, &why, NULL);
	CHECK(source_read(in, window, 1000, &n, &why, NULL) == OK);
	CHECK(truncate(path, 1500) == 0);
	CHECK(source_read(in, window, 1000, &n, &why, NULL) == ERR_IO);
	CHECK_EQUAL(why, SKIP_VANISHED);
	CHECK_EQUAL(n, 500);
	source_close(in);
	in = source_open_file(r, path, &why, NULL);
	workshop_must(&w, "seq 1 1000 >>f");
	CHECK(read_all(in, &got, &why));
	CHECK_EQUAL(got.n, 1500 + 3893);
	buf_release(&got);
	source_close(in);
	source_reader_free(r);
	workshop_end(&w);
}

static void test_user_names_a_file(void)
{
	struct workshop w;
	struct source_reader *r = source_reader_new();
	struct source_input *in;
	enum source_skip why;
	struct error err;
	char path[256];

	workshop_begin(&w);
	workshop_must(&w, "echo x >f; ln -s f link; mkfifo p; mkdir d");
	in = source_open_file(r, workshop_path(&w, "link", path, 256), &why,
		&err);
	CHECK(in != NULL);
	source_close(in);
	CHECK(!source_open_file(r, workshop_path(&w, "p", path, 256), &why,
		&err));
	CHECK_EQUAL(why, SKIP_SPECIAL);
	CHECK(!source_open_file(r, workshop_path(&w, "d", path, 256), &why,
		&err));
	CHECK_EQUAL(why, SKIP_SPECIAL);
	CHECK(!source_open_file(r, workshop_path(&w, "no", path, 256), &why,
		&err));
	CHECK_EQUAL(why, SKIP_VANISHED);
	CHECK(strstr(err.text, "No such file") != NULL);
	source_reader_free(r);
	workshop_end(&w);
}

/* reliability.md B2: a terabyte of nothing, with something in the middle. */
static void test_sparse_file(void)
{
	struct workshop w;
	struct source_reader *r = source_reader_new();
	static unsigned char window[1 << 16];
	struct source_input *in;
	enum source_skip why;
	uint64_t at = 0, found = 0;
	double began = now();
	char path[256];
	size_t n = 0;
	int fd;

	workshop_begin(&w);
	fd = open(workshop_path(&w, "f", path, 256), O_CREAT | O_WRONLY, 0600);
	if (ftruncate(fd, (off_t)TIB) != 0 ||
		pwrite(fd, "needle", 6, (off_t)(TIB / 2 + 12345)) != 6)
		printf("  note: no sparse files in /tmp\n");
	else {
		in = source_open_file(r, path, &why, NULL);
		CHECK_EQUAL(source_size(in), TIB);
		do {
			size_t place;

			CHECK(source_read(in, window, sizeof(window), &n, &why,
				      NULL) == OK);
			at += source_hole(in);
			place = bytes_find(bytes_of(window, n),
				bytes_text("needle"));
			if (place != BYTES_NONE)
				found = at + place;
			at += n;
		} while (n);
		CHECK_EQUAL(at, TIB);
		CHECK_EQUAL(found, TIB / 2 + 12345);
		CHECK(now() - began < 2);
		source_close(in);
	}
	close(fd);
	source_reader_free(r);
	workshop_end(&w);
}

static bool stop_at_third(void *context)
{
	return ++*(int *)context > 2;
}

static void test_standard_input(void)
{
	struct source_reader *r = source_reader_new();
	int saved = dup(STDIN_FILENO), ends[2], asked = 0;
	struct source_input *in;
	unsigned char window[100];
	enum source_skip why;
	struct error err;
	struct buf got;
	size_t n;

	CHECK(pipe(ends) == 0 && dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
	CHECK(write(ends[1], "through a pipe", 14) == 14);
	in = source_open_stdin(r, &err);
	CHECK(!source_rewind(in));
	CHECK(source_read(in, window, 7, &n, &why, &err) == OK && n == 7);
	source_unread(in, bytes_of(window, 7));
	/* the writer is still there: without a stop this would wait */
	source_reader_set_stop(r, stop_at_third, &asked);
	CHECK(source_read(in, window, 100, &n, &why, &err) ==
		ERR_INTERRUPTED);
	source_close(in);
	source_reader_set_stop(r, NULL, NULL);
	CHECK(write(ends[1], "more", 4) == 4);
	close(ends[1]);
	in = source_open_stdin(r, &err);
	source_unread(in, bytes_text("one "));
	CHECK(read_all(in, &got, &why));
	CHECK_BYTES(buf_bytes(&got), bytes_text("one more"));
	buf_release(&got);
	source_close(in);
	CHECK(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	close(ends[0]);
	dup2(saved, STDIN_FILENO);
	close(saved);
	source_reader_free(r);
}

/* A file on standard input is read from where it stands. */
static void test_standard_input_is_a_file(void)
{
	struct workshop w;
	struct source_reader *r = source_reader_new();
	int saved = dup(STDIN_FILENO), fd;
	struct source_input *in;
	enum source_skip why;
	struct buf got;
	char path[256];

	workshop_begin(&w);
	workshop_must(&w, "printf 'head tail' >f");
	fd = open(workshop_path(&w, "f", path, 256), O_RDONLY);
	CHECK(lseek(fd, 5, SEEK_SET) == 5);
	CHECK(dup2(fd, STDIN_FILENO) == STDIN_FILENO);
	in = source_open_stdin(r, NULL);
	CHECK_EQUAL(source_size(in), 4);
	for (int again = 0; again < 2; again++) {
		CHECK(read_all(in, &got, &why));
		CHECK_BYTES(buf_bytes(&got), bytes_text("tail"));
		buf_release(&got);
		CHECK(source_rewind(in));
	}
	source_close(in);
	close(fd);
	dup2(saved, STDIN_FILENO);
	close(saved);
	source_reader_free(r);
	workshop_end(&w);
}

/* reliability.md J4: sixteen descriptors are enough for any tree. */
static void test_few_descriptors(void)
{
	struct rlimit old, few;
	struct workshop w;
	struct told t;

	workshop_begin(&w);
	workshop_must(&w, "git init -q . 2>/dev/null || mkdir .git; "
			  "for i in $(seq 40); do mkdir -p d/$i/e; "
			  "echo '*.o' >d/$i/.gitignore; touch d/$i/e/f "
			  "d/$i/e/x.o; done");
	getrlimit(RLIMIT_NOFILE, &old);
	few = old;
	few.rlim_cur = 16;
	setrlimit(RLIMIT_NOFILE, &few);
	told_workshop(&t, &w, "", NULL);
	setrlimit(RLIMIT_NOFILE, &old);
	CHECK(bytes_find(buf_bytes(&t.text), bytes_text("unreadable")) ==
		BYTES_NONE);
	CHECK(bytes_find(buf_bytes(&t.text), bytes_text("d/40/e/f")) !=
		BYTES_NONE);
	told_release(&t);
	workshop_end(&w);
}

static void test_unreadable_things_are_said(void)
{
	struct workshop w;
	struct told t;
	struct source_reader *r = source_reader_new();
	struct source_tree *tree;
	enum source_skip why;
	bool is_root = geteuid() == 0;

	workshop_begin(&w);
	workshop_must(&w, "mkdir closed; touch closed/x f; chmod 0 closed f");
	if (is_root)
		CHECK(seteuid(65534) == 0);
	told_workshop(&t, &w, "", NULL);
	CHECK_BYTES(buf_bytes(&t.text),
		bytes_text("dir closed\nfile f\nskip closed unreadable\n"
			   "error closed\n"));
	tree = open_tree(&w);
	CHECK(!source_open_in_tree(r, tree, bytes_text("f"), &why, NULL));
	CHECK_EQUAL(why, SKIP_UNREADABLE);
	CHECK(source_skip_is_failure(why));
	source_tree_close(tree);
	if (is_root)
		CHECK(seteuid(0) == 0);
	told_release(&t);
	source_reader_free(r);
	workshop_end(&w);
}

static void test_mount_points(void)
{
	struct told t = {0};
	struct source_tree *tree = NULL;
	struct source_listener to = {.skipped = told_skipped, .context = &t};
	struct stat root, proc;

	if (stat("/", &root) != 0 || stat("/proc", &proc) != 0 ||
		root.st_dev == proc.st_dev) {
		printf("  note: /proc is no mount point here\n");
		return;
	}
	buf_init(&t.text, 1000);
	CHECK(source_tree_open(&tree, "/", NULL, NULL) == OK);
	CHECK(source_tree_list(tree, bytes_text("proc"), &to, NULL) == OK);
	CHECK_BYTES(buf_bytes(&t.text),
		bytes_text("skip proc other_device\n"));
	source_tree_close(tree);
	buf_release(&t.text);
}

static const struct unit_test tests[] = {
	{"a listing is sorted and leaves out .git", test_sorted_listing},
	{"links and special files are told, not opened", test_special_files},
	{"no path leaves the root", test_nothing_leaves_the_root},
	{"a directory that became a link is refused",
		test_a_directory_becomes_a_link},
	{"paths of 12 KB are listed and opened",
		test_paths_longer_than_the_system_takes},
	{"nesting is capped and said", test_depth_is_capped},
	{"odd names keep their bytes", test_odd_names},
	{"what is read is what is there", test_reading},
	{"shrinking is a failure, growth is read",
		test_a_file_changes_while_read},
	{"a named file may be a link, not a fifo", test_user_names_a_file},
	{"a sparse terabyte takes no time", test_sparse_file},
	{"standard input from a pipe", test_standard_input},
	{"standard input from a file", test_standard_input_is_a_file},
	{"sixteen descriptors are enough", test_few_descriptors},
	{"what cannot be read is said", test_unreadable_things_are_said},
	{"mount points are not crossed", test_mount_points},
};

UNIT_MAIN(tests)
