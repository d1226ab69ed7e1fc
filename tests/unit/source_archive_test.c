/*
 * Archives of each kind made by the tools that people make them with, then
 * nested, cut, forged, and made to burst.
 */
#include "base/limits.h"
#include "source/source.h"
#include "workshop.h"

#include <sys/resource.h>
#include <time.h>

#define CONTENT_MAX 40

/* What an archive told: a line for each member and each skip. */
struct unpacked {
	struct buf text;
	struct buf content; /* of the member that is being told */
	uint64_t bytes;	    /* of all members */
	const char *pass_over;
	int pieces_left; /* then stop; 0: never */
	bool is_stopped;
};

static bool on_begin(void *context, bytes path)
{
	struct unpacked *u = context;

	if (u->pass_over &&
		bytes_find(path, bytes_text(u->pass_over)) != BYTES_NONE)
		return false;
	buf_put(&u->text, path);
	buf_clear(&u->content);
	return true;
}

static void on_data(void *context, bytes piece)
{
	struct unpacked *u = context;

	u->bytes += piece.n;
	buf_put(&u->content, bytes_take(piece, CONTENT_MAX - u->content.n));
	if (u->pieces_left && --u->pieces_left == 0)
		u->is_stopped = true;
}

static void on_end(void *context)
{
	struct unpacked *u = context;

	buf_put_text(&u->text, "=");
	if (bytes_find_byte(buf_bytes(&u->content), '\0') == BYTES_NONE &&
		bytes_find_byte(buf_bytes(&u->content), 0xff) == BYTES_NONE &&
		!source_is_archive(buf_bytes(&u->content)))
		buf_put(&u->text, buf_bytes(&u->content));
	else
		buf_put_text(&u->text, "(binary)");
	buf_put_byte(&u->text, '\n');
}

static void on_skip(void *context, bytes path, enum source_skip why)
{
	struct unpacked *u = context;

	buf_put_text(&u->text, "skip ");
	buf_put(&u->text, path);
	buf_printf(&u->text, " %s\n", source_skip_name(why));
}

static bool on_question(void *context)
{
	return ((struct unpacked *)context)->is_stopped;
}

static enum status unpack_input(struct unpacked *u, struct source_input *in,
	const char *name, const struct source_archive_limits *limits)
{
	struct source_member_listener to = {.begin = on_begin,
		.data = on_data, .end = on_end, .skipped = on_skip,
		.is_stopped = on_question, .context = u};
	struct source_archive_limits usual = {.depth = LIMIT_ARCHIVE_DEPTH};
	struct error err = {0};
	enum status status;

	buf_init(&u->text, WORKSHOP_MAX);
	buf_init(&u->content, CONTENT_MAX);
	status = source_archive_scan(in, bytes_text(name),
		limits ? limits : &usual, &to, &err);
	if (status != OK && status != ERR_INTERRUPTED)
		printf("  %s\n", err.text);
	return status;
}

static enum status unpack(struct unpacked *u, const struct workshop *w,
	const char *name, const struct source_archive_limits *limits)
{
	struct source_reader *r = source_reader_new();
	struct source_input *in;
	enum status status = ERR_IO;
	enum source_skip why;
	char path[256];

	in = source_open_file(r, workshop_path(w, name, path, sizeof(path)),
		&why, NULL);
	CHECK(in != NULL);
	if (in)
		status = unpack_input(u, in, name, limits);
	source_close(in);
	source_reader_free(r);
	return status;
}

static void unpacked_release(struct unpacked *u)
{
	buf_release(&u->text);
	buf_release(&u->content);
}

static void check_unpacked(const struct workshop *w, const char *name,
	const char *want)
{
	struct unpacked u = {0};

	CHECK(unpack(&u, w, name, NULL) == OK);
	CHECK_BYTES(buf_bytes(&u.text), bytes_text(want));
	unpacked_release(&u);
}

static bool has_line(const struct unpacked *u, const char *line)
{
	return bytes_find(buf_bytes(&u->text), bytes_text(line)) !=
		BYTES_NONE;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long peak_kilobytes(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* ---- kinds -------------------------------------------------------------- */

struct kind {
	const char *tool;
	const char *line;
	const char *name;
	const char *told;
};

#define TREE "mkdir -p t/d; echo one >t/a; echo two >t/d/b; ln -s a t/l; cd t;"
#define LONE "seq 1 9 | tr '\\n' ' ' >x.txt;"
#define DIGITS "=1 2 3 4 5 6 7 8 9 \n"

static const struct kind kinds[] = {
	{"zip", TREE "zip -qry ../k.zip a d l", "k.zip",
		"k.zip!a=one\n\nk.zip!d/b=two\n\nk.zip!l=a\n"},
	{"zip", TREE "zip -qr0 ../k.jar a d", "k.jar",
		"k.jar!a=one\n\nk.jar!d/b=two\n\n"},
	{"zip", TREE "zip -qr - a d | cat >../k.zip", "k.zip",
		"k.zip!a=one\n\nk.zip!d/b=two\n\n"},
	{"tar", TREE "tar cf ../k a d l", "k",
		"k!a=one\n\nk!d/b=two\n\nk!l=a\n"},
	{"tar", TREE "tar cf ../k --format=v7 a d/b", "k",
		"k!a=one\n\nk!d/b=two\n\n"},
	{"tar", TREE "tar cf ../k --format=pax a d/b", "k",
		"k!a=one\n\nk!d/b=two\n\n"},
	{"gzip", TREE "tar czf ../k.tgz a d/b", "k.tgz",
		"k.tgz!a=one\n\nk.tgz!d/b=two\n\n"},
	{"bzip2", TREE "tar cjf ../k.tbz a d/b", "k.tbz",
		"k.tbz!a=one\n\nk.tbz!d/b=two\n\n"},
	{"xz", TREE "tar cJf ../k.txz a d/b", "k.txz",
		"k.txz!a=one\n\nk.txz!d/b=two\n\n"},
	{"zstd", TREE "tar cf - a d/b | zstd -q >../k", "k",
		"k!a=one\n\nk!d/b=two\n\n"},
	{"xz", TREE "tar cf - a d/b | xz --format=lzma >../k", "k",
		"k!a=one\n\nk!d/b=two\n\n"},
	{"7zz", TREE "7zz a ../k.7z a d/b >/dev/null", "k.7z",
		"k.7z!a=one\n\nk.7z!d/b=two\n\n"},
	{"gzip", LONE "gzip x.txt", "x.txt.gz", "x.txt.gz!x.txt" DIGITS},
	{"gzip", LONE "gzip <x.txt >y.gz", "y.gz", "y.gz!y" DIGITS},
	{"bzip2", LONE "bzip2 x.txt", "x.txt.bz2", "x.txt.bz2!x.txt" DIGITS},
	{"xz", LONE "xz x.txt", "x.txt.xz", "x.txt.xz!x.txt" DIGITS},
	{"xz", LONE "xz -C none x.txt", "x.txt.xz", "x.txt.xz!x.txt" DIGITS},
	{"zstd", LONE "zstd -q x.txt", "x.txt.zst", "x.txt.zst!x.txt" DIGITS},
	{"lz4", LONE "lz4 -q x.txt x.lz4", "x.lz4", "x.lz4!x" DIGITS},
	{"gzip", ": | gzip >e.gz", "e.gz", ""},
	{"gzip", LONE "cat x.txt x.txt | split -b 18; "
		      "gzip <xaa >y.gz; gzip <xab >>y.gz", "y.gz",
		"y.gz!y=1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8 9 \n"},
	{"tar", TREE "tar cf ../k a; tar cf k d/b; cat k >>../k", "k",
		"k!a=one\n\nk!d/b=two\n\n"},
};

/* On a pipe, as with `curl ... | stanch scan -`; zip needs no seeking. */
static void check_from_pipe(const struct workshop *w, const struct kind *k)
{
	struct source_reader *r = source_reader_new();
	int saved = dup(STDIN_FILENO), ends[2];
	struct unpacked u = {0};
	struct source_input *in;
	enum source_skip why;
	unsigned char head[SOURCE_ARCHIVE_HEAD];
	struct buf file;
	size_t n;

	workshop_read(w, k->name, &file);
	CHECK(file.n <= 65536); /* what a pipe holds */
	CHECK(pipe(ends) == 0 && dup2(ends[0], STDIN_FILENO) == 0);
	CHECK(write(ends[1], file.at, file.n) == (ssize_t)file.n);
	close(ends[1]);
	in = source_open_stdin(r, NULL);
	CHECK(source_read(in, head, sizeof(head), &n, &why, NULL) == OK);
	source_unread(in, bytes_of(head, n));
	CHECK(unpack_input(&u, in, k->name, NULL) == OK);
	CHECK_BYTES(buf_bytes(&u.text), bytes_text(k->told));
	unpacked_release(&u);
	source_close(in);
	close(ends[0]);
	dup2(saved, STDIN_FILENO);
	close(saved);
	buf_release(&file);
	source_reader_free(r);
}

static void test_kinds(void)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *k = &kinds[i];
		struct workshop w;
		struct buf file;

		if (!workshop_has(k->tool))
			continue;
		workshop_begin(&w);
		workshop_must(&w, k->line);
		workshop_read(&w, k->name, &file);
		CHECK(source_is_archive(bytes_take(buf_bytes(&file),
			SOURCE_ARCHIVE_HEAD)));
		buf_release(&file);
		check_unpacked(&w, k->name, k->told);
		/* 7z keeps its table at the end; links in zip too */
		if (strcmp(k->tool, "7zz") != 0 &&
			strstr(k->told, "!l") == NULL)
			check_from_pipe(&w, k);
		workshop_end(&w);
		if (unit_failures) {
			printf("  at: %s\n", k->line);
			return;
		}
	}
}

static void test_what_is_no_archive(void)
{
	static const char *const texts[] = {"", "PK",
		"PK\3\4 is how zip begins", "\x1f\x8b", "BZh9 compressed?", "7z\xbc\xaf\x27\x1c",
		"]\0\0 brackets", "070701", "!<arch>\n",
		"LZIP is a name", "(\xb5/\xfd"};
	unsigned char zeros[512] = {0};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CHECK(!source_is_archive(bytes_text(texts[i])));
	CHECK(!source_is_archive(bytes_of(zeros, sizeof(zeros))));
	memcpy(zeros + 257, "ustar", 5);
	zeros[0] = 'x';
	CHECK(!source_is_archive(bytes_of(zeros, sizeof(zeros))));
}

/* ---- names and odd members ---------------------------------------------- */

static void test_names_are_bytes(void)
{
	struct workshop w;

	workshop_begin(&w);
	workshop_must(&w, "python3 - <<'E'\n"
		"import tarfile, zipfile, io\n"
		"def add(t, n):\n"
		" i = tarfile.TarInfo(n); i.size = 1\n"
		" t.addfile(i, io.BytesIO(b'x'))\n"
		"for name, kind in (('g', tarfile.GNU_FORMAT),"
		" ('p', tarfile.PAX_FORMAT)):\n"
		" t = tarfile.open(name, 'w', format=kind,"
		" errors='surrogateescape')\n"
		" add(t, 'caf\\u00e9'); add(t, 'a\\udcffb'); add(t, '../up')\n"
		" add(t, '/abs'); add(t, 'n' * 300); t.close()\n"
		"z = zipfile.ZipFile('z', 'w')\n"
		"z.writestr('caf\\u00e9', 'x'); z.writestr('n\\nl', 'x')\n"
		"z.close()\n"
		"d = open('z', 'rb').read()\n"
		"open('y', 'wb').write(d.replace(b'n\\nl', b'n\\xffl'))\n"
		"E");
	for (int i = 0; i < 2; i++) {
		const char *name = i ? "g" : "p";
		struct unpacked u = {0};

		CHECK(unpack(&u, &w, name, NULL) == OK);
		CHECK(has_line(&u, "!caf\xc3\xa9=x\n"));
		CHECK(has_line(&u, "!a\xff" "b=x\n"));
		CHECK(has_line(&u, "!../up=x\n"));
		CHECK(has_line(&u, "!/abs=x\n"));
		CHECK(has_line(&u, "nnnnnnnnnnnn=x\n"));
		CHECK_EQUAL(u.bytes, 5);
		if (unit_failures)
			printf("  %s\n", buf_text(&u.text));
		unpacked_release(&u);
	}
	check_unpacked(&w, "z", "z!caf\xc3\xa9=x\nz!n\nl=x\n");
	check_unpacked(&w, "y", "y!caf\xc3\xa9=x\ny!n\xffl=x\n");
	workshop_end(&w);
}

static void test_encrypted(void)
{
	struct workshop w;
	struct unpacked u = {0};

	workshop_begin(&w);
	if (workshop_has("zip")) {
		workshop_must(&w, "echo open >a; echo shut >b; zip -q z a; "
				  "zip -qP word z b");
		check_unpacked(&w, "z.zip",
			"z.zip!a=open\n\nskip z.zip!b archive_encrypted\n");
	}
	if (workshop_has("7zz")) {
		workshop_must(&w, "echo shut >b; 7zz a -pword h.7z b >log; "
				  "7zz a -pword -mhe=on n.7z b >log");
		CHECK(unpack(&u, &w, "h.7z", NULL) == OK);
		CHECK(has_line(&u, "archive_encrypted"));
		CHECK(u.bytes == 0);
		unpacked_release(&u);
		check_unpacked(&w, "n.7z", "skip n.7z archive_encrypted\n");
	}
	workshop_end(&w);
}

static void test_limits_of_the_caller(void)
{
	struct source_archive_limits small = {.depth = 4, .max_member = 1000};
	struct source_archive_limits none = {.depth = 0};
	struct unpacked u = {0}, stopped = {.pieces_left = 2},
			over = {.pass_over = "big"};
	struct workshop w;

	workshop_begin(&w);
	workshop_must(&w, "seq 1 99999 >big; echo x >small; "
			  "tar czf a.tgz big small; gzip -k big");
	CHECK(unpack(&u, &w, "a.tgz", &small) == OK);
	CHECK_BYTES(buf_bytes(&u.text),
		bytes_text("skip a.tgz!big too_large\na.tgz!small=x\n\n"));
	unpacked_release(&u);
	u = (struct unpacked){0};
	CHECK(unpack(&u, &w, "big.gz", &small) == OK);
	CHECK(has_line(&u, "skip big.gz!big too_large\n"));
	CHECK(u.bytes <= 1000);
	unpacked_release(&u);
	u = (struct unpacked){0};
	CHECK(unpack(&u, &w, "a.tgz", &none) == OK);
	CHECK_BYTES(buf_bytes(&u.text),
		bytes_text("skip a.tgz archive_depth\n"));
	unpacked_release(&u);
	CHECK(unpack(&over, &w, "a.tgz", NULL) == OK);
	CHECK_BYTES(buf_bytes(&over.text), bytes_text("a.tgz!small=x\n\n"));
	unpacked_release(&over);
	CHECK(unpack(&stopped, &w, "a.tgz", NULL) == ERR_INTERRUPTED);
	CHECK(!has_line(&stopped, "skip"));
	unpacked_release(&stopped);
	workshop_end(&w);
}

/* ---- nesting ------------------------------------------------------------ */

static void test_nesting(void)
{
	struct workshop w;
	struct unpacked u = {0};

	if (!workshop_has("zip"))
		return;
	workshop_begin(&w);
	workshop_must(&w, "echo deep >n0; for i in 1 2 3 4 5; do "
			  "zip -q n$i.zip n$((i-1))*; rm n$((i-1))*; "
			  "[ $i = 4 ] && cp n4.zip keep; done; true");
	CHECK(unpack(&u, &w, "keep", NULL) == OK);
	CHECK(has_line(&u, "keep!n3.zip!n2.zip!n1.zip!n0=deep\n"));
	CHECK(has_line(&u, "keep!n3.zip=(binary)\n"));
	CHECK(!has_line(&u, "skip"));
	unpacked_release(&u);
	u = (struct unpacked){0};
	CHECK(unpack(&u, &w, "n5.zip", NULL) == OK);
	CHECK(has_line(&u, "skip n5.zip!n4.zip!n3.zip!n2.zip!n1.zip "
			   "archive_depth\n"));
	CHECK(!has_line(&u, "deep"));
	unpacked_release(&u);
	workshop_end(&w);
}

static void test_mixed_nesting(void)
{
	struct workshop w;
	struct unpacked u = {0};

	if (!workshop_has("zip") || !workshop_has("zstd"))
		return;
	workshop_begin(&w);
	workshop_must(&w, "echo deep >f; tar cJf a.txz f; zip -q b.jar a.txz; "
			  "echo side >g; tar cf - b.jar g | zstd -q >c; "
			  "gzip -c g >h.gz; tar cf d c h.gz");
	CHECK(unpack(&u, &w, "d", NULL) == OK);
	CHECK(has_line(&u, "d!c!b.jar!a.txz!f=deep\n"));
	CHECK(has_line(&u, "d!c!g=side\n"));
	CHECK(has_line(&u, "d!h.gz!"));
	CHECK(!has_line(&u, "skip"));
	unpacked_release(&u);
	workshop_end(&w);
}

/* Too large to hold in memory: its bytes are told, its members not. */
static void test_large_nested_archive(void)
{
	struct workshop w;
	struct unpacked u = {0};

	workshop_begin(&w);
	workshop_must(&w, "head -c 40000000 /dev/urandom >r; tar cf in r; "
			  "echo x >f; tar cf small f; tar cf out in small");
	CHECK(unpack(&u, &w, "out", NULL) == OK);
	CHECK_BYTES(buf_bytes(&u.text),
		bytes_text("out!in=(binary)\nskip out!in limit\n"
			   "out!small=(binary)\nout!small!f=x\n\n"));
	unpacked_release(&u);
	workshop_end(&w);
}

/* ---- bombs (reliability.md C1) ------------------------------------------ */

static void check_bomb(const struct workshop *w, const char *name,
	const char *line)
{
	struct unpacked u = {0};
	double began = now();

	CHECK(unpack(&u, w, name, NULL) == OK);
	CHECK(has_line(&u, line));
	CHECK(u.bytes < (uint64_t)100 << 20);
	CHECK(now() - began < 20);
	CHECK(peak_kilobytes() < 512 << 10);
	if (unit_failures)
		printf("  %s %.2f s %ld KB: %.300s\n", name, now() - began,
			peak_kilobytes(), buf_text(&u.text));
	unpacked_release(&u);
}

static void test_zeros(void)
{
	struct workshop w;

	workshop_begin(&w);
	workshop_must(&w, "head -c 300000000 /dev/zero >z; gzip -1c z "
			  ">z.gz; head -c 60000000 z | bzip2 -c >z.bz2; "
			  "tar cf - z | gzip -1 >t.tgz; rm z");
	check_bomb(&w, "z.gz", "skip z.gz archive_ratio\n");
	check_bomb(&w, "z.bz2", "skip z.bz2 archive_ratio\n");
	check_bomb(&w, "t.tgz", "skip t.tgz archive_ratio\n");
	workshop_end(&w);
}

/* A member that is passed over costs no more than one that is told. */
static void test_zeros_passed_over(void)
{
	struct unpacked u = {.pass_over = "!z"};
	struct source_archive_limits small = {.depth = 4, .max_member = 1000};
	double began = now();
	struct workshop w;

	workshop_begin(&w);
	workshop_must(&w, "truncate -s 4G z; echo x >f; "
			  "tar cf - f | head -c 1024 >t; { cat t; python3 -c '"
			  "import tarfile, sys; i = tarfile.TarInfo(\"z\"); "
			  "i.size = 1 << 32; "
			  "sys.stdout.buffer.write(i.tobuf())'; "
			  "head -c 300000000 /dev/zero; } | bzip2 -1 >a.bz2");
	CHECK(unpack(&u, &w, "a.bz2", NULL) == OK);
	CHECK_BYTES(buf_bytes(&u.text), bytes_text("a.bz2!f=x\n\nskip a.bz2 "
						   "archive_ratio\n"));
	unpacked_release(&u);
	u = (struct unpacked){0};
	CHECK(unpack(&u, &w, "a.bz2", &small) == OK);
	CHECK(has_line(&u, "skip a.bz2!z too_large\n"));
	unpacked_release(&u);
	CHECK(now() - began < 40);
	workshop_end(&w);
}

/* As 42.zip: sixteen copies in each of four layers, 320 GB in 30 KB. */
static void test_nest(void)
{
	struct workshop w;

	if (!workshop_has("xz"))
		return;
	workshop_begin(&w);
	workshop_must(&w, "head -c 80000000 /dev/zero | xz >l0; "
			  "for i in 1 2 3; do for k in $(seq 16); do "
			  "cp l$((i-1)) c$k; done; tar cJf l$i c*; "
			  "rm c*; done; cp l3 n; [ $(wc -c <n) -lt 50000 ]");
	check_bomb(&w, "n", "skip n archive_ratio\n");
	workshop_end(&w);
}

static void test_layers_of_gzip(void)
{
	struct workshop w;

	workshop_begin(&w);
	workshop_must(&w, "echo x >g; for i in 1 2 3 4; do gzip g; mv g.gz g; "
			  "done; cp g g4; for i in 5 6 7 8 9 10; do "
			  "gzip g; mv g.gz g; done");
	check_unpacked(&w, "g4", "g4!g=x\n\n");
	check_bomb(&w, "g", "skip g archive_depth\n");
	workshop_end(&w);
}

static void test_too_many_members(void)
{
	struct workshop w;
	struct unpacked u = {0};

	workshop_begin(&w);
	workshop_must(&w, "python3 -c 'import tarfile\n"
			  "t = tarfile.open(\"t\", \"w\")\n"
			  "for i in range(100001):\n"
			  " t.addfile(tarfile.TarInfo(str(i)))\n"
			  "t.close()'");
	CHECK(unpack(&u, &w, "t", NULL) == OK);
	CHECK(has_line(&u, "t!99999=\n"));
	CHECK(!has_line(&u, "t!100000="));
	CHECK(has_line(&u, "skip t archive_members\n"));
	unpacked_release(&u);
	workshop_end(&w);
}

/* What asks for too much memory is refused, what is usual is not. */
static void test_windows(void)
{
	static const char *const usual[] = {"xz -9", "xz -0", "zstd -q",
		"zstd -q --long=27", "xz --format=lzma -9",
		"xz --x86 --lzma2=dict=64MiB"};
	static const char *const large[] = {"xz --lzma2=dict=512MiB",
		"zstd -q --long=28", "xz --format=lzma --lzma1=dict=512MiB",
		"xz --x86 --lzma2=dict=192MiB"};
	struct workshop w;
	char line[128];

	if (!workshop_has("xz") || !workshop_has("zstd"))
		return;
	workshop_begin(&w);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		snprintf(line, sizeof(line), "echo x | %s >f", usual[i]);
		workshop_must(&w, line);
		check_unpacked(&w, "f", "f!f=x\n\n");
	}
	for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
		snprintf(line, sizeof(line), "echo x | %s >f", large[i]);
		workshop_must(&w, line);
		check_unpacked(&w, "f", "skip f limit\n");
	}
	workshop_end(&w);
}

/* A tar whose member is a hole of a terabyte. */
static void test_sparse_archive(void)
{
	struct workshop w;

	workshop_begin(&w);
	workshop_must(&w, "python3 -c 'import tarfile\n"
			  "i = tarfile.TarInfo(\"z\"); i.size = 1 << 35\n"
			  "f = open(\"t\", \"wb\"); f.write(i.tobuf())\n"
			  "f.truncate((1 << 35) + 2048)'");
	check_bomb(&w, "t", "skip t archive_ratio\n");
	workshop_end(&w);
}

/* ---- damage ------------------------------------------------------------- */

/* Cut at every seventh byte: never more is told than there is, and what is
 * not whole is said. */
static void check_cuts(const struct workshop *w, const char *name,
	size_t whole)
{
	struct buf file;
	struct unpacked u = {0};

	workshop_read(w, name, &file);
	for (size_t n = 7; n < file.n; n += 7) {
		u = (struct unpacked){0};
		workshop_write(w, "cut", bytes_take(buf_bytes(&file), n));
		if (unpack(&u, w, "cut", NULL) != OK || u.bytes > whole ||
			(u.bytes < whole && !has_line(&u, "skip cut"))) {
			unit_failures++;
			printf("  %s cut at %zu of %zu: %s\n", name, n, file.n,
				buf_text(&u.text));
		}
		unpacked_release(&u);
	}
	buf_release(&file);
}

static void test_cut_archives(void)
{
	static const struct {
		const char *tool, *line;
	} made[] = {
		{"zip", "zip -q k a b"},
		{"tar", "tar cf k a b"},
		{"gzip", "tar czf k a b"},
		{"bzip2", "tar cjf k a b"},
		{"xz", "tar cJf k a b"},
		{"zstd", "tar cf - a b | zstd -q >k"},
		{"7zz", "7zz a k a b >log; [ -f k ] || mv k.7z k"},
		{"gzip", "cat a b | gzip >k"},
	};
	struct workshop w;

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		if (!workshop_has(made[i].tool))
			continue;
		workshop_begin(&w);
		workshop_must(&w, "seq 1 900 | sort -R --random-source="
				  "/dev/zero >a; seq 500 700 >b");
		workshop_must(&w, made[i].line);
		if (workshop_run(&w, "test -f k.zip") == 0)
			workshop_must(&w, "mv k.zip k");
		check_cuts(&w, "k", 3492 + 804);
		workshop_end(&w);
	}
}

/* One byte wrong: whatever happens, it ends. */
static void test_wrong_bytes(void)
{
	struct workshop w;
	struct buf file;

	workshop_begin(&w);
	workshop_must(&w, "seq 1 300 >a; tar czf k1 a; tar cf k2 a; "
			  "python3 -c 'import zipfile; "
			  "zipfile.ZipFile(\"k3\", \"w\", 8).write(\"a\")'");
	for (int i = 1; i <= 3; i++) {
		char name[] = {'k', (char)('0' + i), '\0'};

		workshop_read(&w, name, &file);
		for (size_t n = 0; n < file.n; n += i == 2 ? 37 : 3) {
			struct unpacked u = {0};

			file.at[n] ^= 0xff;
			workshop_write(&w, "bad", buf_bytes(&file));
			CHECK(unpack(&u, &w, "bad", NULL) == OK);
			unpacked_release(&u);
			file.at[n] ^= 0xff;
		}
		buf_release(&file);
	}
	workshop_end(&w);
}

/* libarchive takes zeros for the end of a tar and would stop there. */
static void test_zeros_before_content(void)
{
	struct workshop w;
	struct unpacked u = {0};

	workshop_begin(&w);
	workshop_must(&w, "{ head -c 40000 /dev/zero; echo token; } >f; "
			  "gzip -c f >f.gz; tar cf t f.gz");
	CHECK(unpack(&u, &w, "f.gz", NULL) == OK);
	CHECK_BYTES(buf_bytes(&u.text), bytes_text("f.gz!f=(binary)\n"));
	CHECK_EQUAL(u.bytes, 40006);
	unpacked_release(&u);
	check_unpacked(&w, "t",
		"t!f.gz=(binary)\nt!f.gz!f=(binary)\n");
	workshop_end(&w);
}

static void test_what_only_looks_like_one(void)
{
	struct workshop w;
	struct unpacked u = {0};

	workshop_begin(&w);
	workshop_must(&w, "python3 -c 'import tarfile; "
			  "i = tarfile.TarInfo(\"a\"); i.size = 5; "
			  "open(\"k\", \"wb\").write(i.tobuf() + b\"token\" + "
			  "b\"y\" * 2000)'");
	CHECK(unpack(&u, &w, "k", NULL) == OK);
	CHECK(has_line(&u, "k!a=token"));
	CHECK(has_line(&u, "skip k archive_broken\n"));
	unpacked_release(&u);
	workshop_end(&w);
}

static const struct unit_test tests[] = {
	{"each kind is told, from a file and from a pipe", test_kinds},
	{"what only begins like one is none", test_what_is_no_archive},
	{"names keep their bytes", test_names_are_bytes},
	{"encrypted members are said", test_encrypted},
	{"the caller's limits hold", test_limits_of_the_caller},
	{"nesting is followed to its cap", test_nesting},
	{"kinds nest in one another", test_mixed_nesting},
	{"a large nested archive is said", test_large_nested_archive},
	{"many zeros in few bytes end", test_zeros},
	{"they end also when passed over", test_zeros_passed_over},
	{"a nest of bombs ends", test_nest},
	{"layers of gzip cost depth", test_layers_of_gzip},
	{"too many members end", test_too_many_members},
	{"what asks for too much memory is said", test_windows},
	{"a sparse archive ends", test_sparse_archive},
	{"a cut archive is told as far as it goes", test_cut_archives},
	{"wrong bytes do no harm", test_wrong_bytes},
	{"zeros before the content hide nothing", test_zeros_before_content},
	{"rubbish behind a member is said", test_what_only_looks_like_one},
};

UNIT_MAIN(tests)
