/*
 * The audit log: that what was written is there, in a form that JSON readers
 * take; and that each way of changing it is found.
 */
#include "auditlog/auditlog.h"
#include "base/hash.h"
#include "unit.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORDS 200

/* A directory of its own for each test; main's working directory. */
static char directory[] = "/tmp/auditlog.XXXXXX";
static char path[64], copy[64];

static void begin(void)
{
	memcpy(directory + sizeof(directory) - 7, "XXXXXX", 6);
	CHECK(mkdtemp(directory) != NULL);
	snprintf(path, sizeof(path), "%s/log", directory);
	snprintf(copy, sizeof(copy), "%s/copy", directory);
}

static void end(void)
{
	char name[80];

	snprintf(name, sizeof(name), "%s.lock", path);
	unlink(name);
	unlink(path);
	snprintf(name, sizeof(name), "%s.lock", copy);
	unlink(name);
	unlink(copy);
	CHECK(rmdir(directory) == 0);
}

static struct auditlog_head write_records(const char *name, int count,
	const char *what)
{
	struct auditlog_head head = {0};
	struct auditlog *log;
	struct error err = {0};

	CHECK_EQUAL(auditlog_open(name, NULL, NULL, &log, &err), OK);
	for (int i = 0; i < count; i++) {
		char body[100];

		snprintf(body, sizeof(body), "\"actionId\":\"%s\",\"n\":%d",
			what, i);
		CHECK_EQUAL(auditlog_append(log, bytes_text(body), &err), OK);
	}
	CHECK_EQUAL(auditlog_sync(log, &err), OK);
	head = auditlog_head(log);
	auditlog_close(log);
	return head;
}

/* ---- a file in memory, by lines ----------------------------------------- */

struct lines {
	char *text;
	size_t n;
	bytes at[2 * RECORDS + 2];
	size_t count;
};

static struct lines read_lines(const char *name)
{
	struct lines l = {0};
	FILE *from = fopen(name, "r");
	struct stat st;
	bytes rest;

	CHECK(from != NULL && fstat(fileno(from), &st) == 0);
	l.n = (size_t)st.st_size;
	l.text = malloc(l.n + 1);
	CHECK(fread(l.text, 1, l.n, from) == l.n);
	fclose(from);
	for (rest = bytes_of(l.text, l.n); rest.n;) {
		bytes line, after;

		bytes_cut(rest, '\n', &line, &after);
		l.at[l.count++] = bytes_of(line.at, line.n + 1);
		rest = after;
	}
	return l;
}

static void write_lines(const struct lines *l)
{
	int fd = open(copy, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	FILE *to = fdopen(fd, "w");

	CHECK(to != NULL);
	for (size_t i = 0; i < l->count; i++)
		fwrite(l->at[i].at, 1, l->at[i].n, to);
	fclose(to);
}

/* What the copy is found to be; 0 is whole. */
static enum auditlog_fault verdict(const struct auditlog_head *head)
{
	struct auditlog_report report;
	struct error err = {0};

	CHECK_EQUAL(auditlog_verify(copy, head, &report, &err), OK);
	return report.fault;
}

static void insert(struct lines *l, size_t at, bytes line)
{
	memmove(&l->at[at + 1], &l->at[at], (l->count - at) * sizeof(bytes));
	l->at[at] = line;
	l->count++;
}

static void take_out(struct lines *l, size_t at)
{
	memmove(&l->at[at], &l->at[at + 1],
		(l->count - at - 1) * sizeof(bytes));
	l->count--;
}

/* ---- tampering ---------------------------------------------------------- */

struct tampering {
	struct auditlog_head head, other_head;
	struct lines log, other;
	int tried, found;
};

static void try_it(struct tampering *t, const struct lines *changed)
{
	write_lines(changed);
	t->tried++;
	if (verdict(&t->head) != AUDITLOG_WHOLE)
		t->found++;
}

/* One byte of the record, at several places, becomes another. */
static void edit(struct tampering *t, size_t i)
{
	unsigned char *line = (unsigned char *)(size_t)t->log.at[i].at;

	for (size_t at = 0; at < t->log.at[i].n; at += 17) {
		unsigned char was = line[at];

		line[at] = was == '0' ? '1' : '0';
		try_it(t, &t->log);
		line[at] = was;
	}
}

/* The content is changed and the record's own hash made anew. */
static void edit_with_hash(struct tampering *t, size_t i)
{
	const size_t tail = 10 - 1 + 64 + 2 + 1;
	bytes was = t->log.at[i];
	struct lines changed = t->log;
	unsigned char digest[SHA256_SIZE];
	char *line = malloc(was.n);

	memcpy(line, was.at, was.n);
	line[was.n - tail - 1] ^= 1;
	hash_sha256(bytes_of(line, was.n - tail), digest);
	for (size_t k = 0; k < SHA256_SIZE; k++) {
		char two[3];

		snprintf(two, sizeof(two), "%02x", digest[k]);
		memcpy(line + was.n - 3 - 64 + 2 * k, two, 2);
	}
	changed.at[i] = bytes_of(line, was.n);
	try_it(t, &changed);
	free(line);
}

static void rearrange(struct tampering *t, size_t i)
{
	struct lines changed = t->log;

	take_out(&changed, i); /* deleted */
	try_it(t, &changed);
	changed = t->log;
	insert(&changed, i, t->log.at[i]); /* twice */
	try_it(t, &changed);
	changed = t->log;
	insert(&changed, changed.count, t->log.at[i]); /* again at the end */
	try_it(t, &changed);
	for (size_t k = 0; k < RECORDS; k += 13) {
		if (k == i)
			continue;
		changed = t->log;
		changed.at[i] = t->log.at[k];
		changed.at[k] = t->log.at[i];
		try_it(t, &changed);
	}
}

static void splice_in(struct tampering *t, size_t i)
{
	struct lines changed = t->log;

	changed.at[i] = t->other.at[i]; /* one of another log */
	try_it(t, &changed);
	changed = t->log;
	for (size_t k = i; k < RECORDS; k++) /* the rest of another log */
		changed.at[k] = t->other.at[k];
	try_it(t, &changed);
	changed = t->log;
	for (size_t k = 0; k <= i; k++) /* the start of another log */
		changed.at[k] = t->other.at[k];
	try_it(t, &changed);
}

static void truncate_at(struct tampering *t, size_t i)
{
	struct lines changed = t->log;

	changed.count = i; /* at a record's end */
	try_it(t, &changed);
	changed.count = i + 1; /* inside a record */
	changed.at[i].n -= 1 + i % (t->log.at[i].n - 1);
	try_it(t, &changed);
}

static void test_tampering(void)
{
	struct tampering t = {0};

	begin();
	t.other_head = write_records(copy, RECORDS, "Other");
	t.other = read_lines(copy);
	t.head = write_records(path, RECORDS, "Token");
	t.log = read_lines(path);
	CHECK_EQUAL(t.log.count, RECORDS);
	write_lines(&t.log);
	CHECK_EQUAL(verdict(&t.head), AUDITLOG_WHOLE);
	for (size_t i = 0; i < RECORDS; i++) {
		edit(&t, i);
		edit_with_hash(&t, i);
		rearrange(&t, i);
		splice_in(&t, i);
		truncate_at(&t, i);
	}
	try_it(&t, &t.other); /* a whole log, made anew */
	CHECK(t.tried > 25 * RECORDS);
	CHECK_EQUAL(t.found, t.tried);
	/* Without the head, only what is whole in itself passes. */
	write_lines(&t.other);
	CHECK_EQUAL(verdict(NULL), AUDITLOG_WHOLE);
	t.log.count = 100;
	write_lines(&t.log);
	CHECK_EQUAL(verdict(NULL), AUDITLOG_WHOLE);
	CHECK_EQUAL(verdict(&t.head), AUDITLOG_SHORT);
	free(t.log.text);
	free(t.other.text);
	end();
}

/* ---- writing ------------------------------------------------------------ */

static enum status is_json(void *context, const struct auditlog_record *record,
	struct error *err)
{
	json_t *line = json_loadb((const char *)record->line.at,
		record->line.n, JSON_REJECT_DUPLICATES, NULL);
	uint64_t *expected = context;

	(void)err;
	CHECK(line != NULL);
	CHECK_EQUAL(json_integer_value(json_object_get(line, "sequence")),
		(long long)++*expected);
	CHECK_EQUAL(json_integer_value(json_object_get(line, "length")),
		(long long)record->line.n + 1);
	CHECK(json_string_value(json_object_get(line, "actionId")) != NULL);
	json_decref(line);
	return OK;
}

static void test_lines_are_json(void)
{
	struct error err = {0};
	uint64_t n = 0;
	struct stat st;

	begin();
	write_records(path, 120, "Token.Event");
	CHECK_EQUAL(auditlog_read(path, is_json, &n, &err), OK);
	CHECK_EQUAL(n, 120);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
	end();
}

/* Lengths on both sides of each power of ten count their own digits. */
static void test_lengths(void)
{
	struct auditlog_report report;
	struct auditlog *log;
	struct error err = {0};
	static char body[12000];

	begin();
	CHECK_EQUAL(auditlog_open(path, NULL, NULL, &log, &err), OK);
	memset(body, 'x', sizeof(body));
	memcpy(body, "\"a\":\"", 5);
	for (size_t n = 700; n < 12000; n = n < 850 || n >= 9750 ? n + 1 : 9750) {
		body[n - 1] = '"';
		CHECK_EQUAL(auditlog_append(log, bytes_of(body, n), &err), OK);
		body[n - 1] = 'x';
	}
	auditlog_close(log);
	CHECK_EQUAL(auditlog_verify(path, NULL, &report, &err), OK);
	CHECK_EQUAL(report.fault, AUDITLOG_WHOLE);
	CHECK(report.records > 2000);
	end();
}

static void test_heads(void)
{
	struct auditlog_head head, back;
	char text[AUDITLOG_HEAD_TEXT];

	begin();
	head = write_records(path, 3, "Token");
	auditlog_head_text(&head, text);
	CHECK(auditlog_head_parse(text, &back));
	CHECK_EQUAL(back.sequence, 3);
	CHECK_TEXT(back.hash, head.hash);
	memset(&head, 0, sizeof(head));
	auditlog_head_text(&head, text);
	CHECK(auditlog_head_parse(text, &back));
	CHECK_EQUAL(back.sequence, 0);
	CHECK(!auditlog_head_parse("", &back));
	CHECK(!auditlog_head_parse("3", &back));
	CHECK(!auditlog_head_parse("3:abc", &back));
	CHECK(!auditlog_head_parse("03:abc", &back));
	CHECK(!auditlog_head_parse("-1:abc", &back));
	end();
}

static void test_refused_files(void)
{
	struct auditlog *log;
	struct error err = {0};

	begin();
	write_records(path, 1, "Token");
	CHECK(chmod(path, 0640) == 0);
	CHECK_EQUAL(auditlog_open(path, NULL, NULL, &log, &err), ERR_USAGE);
	CHECK(chmod(path, 0600) == 0);
	CHECK(symlink(path, copy) == 0);
	CHECK_EQUAL(auditlog_open(copy, NULL, NULL, &log, &err), ERR_USAGE);
	unlink(copy);
	CHECK(mkfifo(copy, 0600) == 0);
	CHECK_EQUAL(auditlog_open(copy, NULL, NULL, &log, &err), ERR_USAGE);
	CHECK_EQUAL(auditlog_open(directory, NULL, NULL, &log, &err), ERR_IO);
	end();
}

static void test_refused_records(void)
{
	struct auditlog_head before, after;
	struct auditlog *log;
	struct error err = {0};
	char *large = calloc(1, 100000);

	begin();
	CHECK_EQUAL(auditlog_open(path, NULL, NULL, &log, &err), OK);
	before = auditlog_head(log);
	memset(large, 'x', 100000);
	CHECK_EQUAL(auditlog_append(log, bytes_of(large, 100000), &err),
		ERR_LIMIT);
	CHECK_EQUAL(auditlog_append(log, bytes_text("\"a\":\n1"), &err),
		ERR_FORMAT);
	after = auditlog_head(log);
	CHECK_EQUAL(after.sequence, before.sequence);
	CHECK_EQUAL(auditlog_append(log, bytes_text("\"a\":1"), &err), OK);
	auditlog_close(log);
	write_records(path, 1, "Token");
	free(large);
	end();
}

/* ---- crashes and other processes ---------------------------------------- */

static enum status count_repairs(void *context,
	const struct auditlog_record *record, struct error *err)
{
	(void)err;
	if (bytes_find(record->body, bytes_text("Stanch.LogRepaired")) !=
		BYTES_NONE)
		++*(int *)context;
	return OK;
}

static void test_cut_line(void)
{
	struct error err = {0};
	struct stat st;

	begin();
	write_records(path, 1, "Token");
	CHECK(stat(path, &st) == 0);
	for (off_t cut = 1; cut < st.st_size; cut += 7) {
		struct auditlog_report report;
		int repairs = 0;

		unlink(path);
		write_records(path, 2, "Token");
		CHECK(truncate(path, st.st_size + cut) == 0);
		write_records(path, 1, "Later");
		CHECK_EQUAL(auditlog_verify(path, NULL, &report, &err), OK);
		CHECK_EQUAL(report.fault, AUDITLOG_WHOLE);
		CHECK_EQUAL(report.records, 3);
		CHECK_EQUAL(auditlog_read(path, count_repairs, &repairs, &err),
			OK);
		CHECK_EQUAL(repairs, 1);
	}
	end();
}

static void test_broken_chain_is_refused(void)
{
	struct auditlog *log;
	struct error err = {0};
	struct lines l;

	begin();
	write_records(path, 5, "Token");
	l = read_lines(path);
	take_out(&l, 2);
	write_lines(&l);
	CHECK_EQUAL(auditlog_open(copy, NULL, NULL, &log, &err), ERR_FORMAT);
	free(l.text);
	end();
}

#define WRITERS 4
#define EACH 100
static void test_processes_share(void)
{
	struct auditlog_report report;
	struct error err = {0};
	int status, good = 0;

	begin();
	for (int w = 0; w < WRITERS; w++) {
		pid_t pid = fork();

		if (pid == 0) {
			write_records(path, EACH, "Token");
			_exit(unit_failures != 0);
		}
		CHECK(pid > 0);
	}
	for (int w = 0; w < WRITERS; w++)
		if (wait(&status) > 0 && status == 0)
			good++;
	CHECK_EQUAL(good, WRITERS);
	CHECK_EQUAL(auditlog_verify(path, NULL, &report, &err), OK);
	CHECK_EQUAL(report.fault, AUDITLOG_WHOLE);
	CHECK_EQUAL(report.records, WRITERS * EACH);
	end();
}

static enum status count_all(void *context,
	const struct auditlog_record *record, struct error *err)
{
	(void)record;
	(void)err;
	++*(int *)context;
	return OK;
}

static void test_others_records_come(void)
{
	struct auditlog *one, *two;
	struct error err = {0};
	int seen = 0;

	begin();
	write_records(path, 2, "Token");
	CHECK_EQUAL(auditlog_open(path, count_all, &seen, &one, &err), OK);
	CHECK_EQUAL(seen, 2);
	CHECK_EQUAL(auditlog_open(path, NULL, NULL, &two, &err), OK);
	CHECK_EQUAL(auditlog_append(two, bytes_text("\"a\":1"), &err), OK);
	CHECK_EQUAL(auditlog_refresh(one, &err), OK);
	CHECK_EQUAL(seen, 3);
	CHECK_EQUAL(auditlog_append(one, bytes_text("\"a\":2"), &err), OK);
	CHECK_EQUAL(seen, 3); /* one's own are not told again */
	/* Claims: one holder, and a key's claim is not another's. */
	CHECK(auditlog_try_claim(one, 7));
	CHECK(!auditlog_try_claim(two, 7));
	CHECK(auditlog_try_claim(two, 8));
	CHECK_EQUAL(auditlog_append(two, bytes_text("\"a\":3"), &err), OK);
	auditlog_disclaim(one, 7);
	CHECK(auditlog_try_claim(two, 7));
	auditlog_close(two); /* as a crash does */
	CHECK_EQUAL(auditlog_claim(one, 7, &err), OK);
	auditlog_close(one);
	end();
}

static const struct unit_test tests[] = {
	{"every edit, deletion, copy, reorder, splice and truncation of 200 "
	 "records is found, given the head", test_tampering},
	{"records are lines of JSON in a file of mode 0600",
		test_lines_are_json},
	{"a line's length is right, whatever its digits", test_lengths},
	{"heads can be written and read", test_heads},
	{"links, other kinds of files and open modes are refused",
		test_refused_files},
	{"a record that is too long or has two lines is refused, and nothing "
	 "is written", test_refused_records},
	{"a line that a crash cut is taken away, and that is recorded",
		test_cut_line},
	{"a log that was changed is not written to",
		test_broken_chain_is_refused},
	{"processes append to one log without harm", test_processes_share},
	{"others' records are read, and a claim has one holder",
		test_others_records_come},
};
UNIT_MAIN(tests)
