#include "suppress/baseline.h"

#include "base/hash.h"
#include "base/limits.h"

#include <stdlib.h>

#include "base/banned.h"

#define HEADER "# stanch baseline "
#define VERSION "1"

void baseline_init(struct baseline *b)
{
	*b = (struct baseline){.at = NULL};
	arena_init(&b->arena, LIMIT_SUPPRESS);
}

void baseline_release(struct baseline *b)
{
	arena_release(&b->arena);
	free(b->at);
	*b = (struct baseline){.at = NULL};
}

static bytes without_mark(bytes text)
{
	bytes mark = bytes_text("\xef\xbb\xbf");

	return bytes_starts(text, mark) ? bytes_drop(text, mark.n) : text;
}

bool baseline_is(bytes text)
{
	return bytes_starts(without_mark(text), bytes_text(HEADER));
}

static bool is_hash_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("+/-_", c));
}

bool baseline_is_fingerprint(bytes text)
{
	bytes rule, hash;

	if (!bytes_cut(text, ':', &rule, &hash) || rule.n == 0)
		return false;
	for (size_t i = 0; i < rule.n; i++)
		if (rule.at[i] <= ' ' || rule.at[i] == 0x7f)
			return false;
	if (hash.n == C3ID_LENGTH + 1 && hash.at[0] == 'k')
		hash = bytes_drop(hash, 1);
	for (size_t i = 0; i < hash.n; i++)
		if (!is_hash_letter(hash.at[i]))
			return false;
	return hash.n == C3ID_LENGTH;
}

/* ---- days --------------------------------------------------------------- */

static bool read_digits(bytes text, int *out)
{
	*out = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		*out = *out * 10 + (text.at[i] - '0');
	}
	return text.n > 0;
}

static int days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31};
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && is_leap);
}

/* Days from 1970-01-01; years count from March, so that a leap day is last. */
static int64_t day_number(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = month <= 2 ? month + 9 : month - 3;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	       1 - 719468;
}

bool baseline_day_end(bytes date, int64_t *end)
{
	int year, month, day;

	if (date.n != 10 || date.at[4] != '-' || date.at[7] != '-' ||
		!read_digits(bytes_take(date, 4), &year) ||
		!read_digits(bytes_part(date, 5, 7), &month) ||
		!read_digits(bytes_drop(date, 8), &day))
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
		day > days_of_month(year, month))
		return false;
	*end = (day_number(year, month, day) + 1) * 86400;
	return true;
}

/* ---- entries ------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
	const struct baseline_entry *x = a, *y = b;

	return strcmp(x->fingerprint, y->fingerprint);
}

/* The place of a fingerprint, or where it belongs. */
static size_t place_of(const struct baseline *b, bytes fingerprint)
{
	size_t low = 0, high = b->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bytes_compare(bytes_text(b->at[middle].fingerprint),
			    fingerprint) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct baseline_entry *baseline_find(const struct baseline *b,
	bytes fingerprint)
{
	size_t i = place_of(b, fingerprint);

	if (i == b->n ||
		!bytes_equal(bytes_text(b->at[i].fingerprint), fingerprint))
		return NULL;
	return &b->at[i];
}

static bool make_room(struct baseline *b)
{
	size_t room = b->room ? b->room * 2 : 64;
	struct baseline_entry *more;

	if (b->n < b->room)
		return true;
	more = reallocarray(b->at, room, sizeof(*more));
	if (more == NULL)
		return false;
	b->at = more;
	b->room = room;
	return true;
}

static enum status no_memory(struct error *err)
{
	return error_set(err, ERR_MEMORY, "no memory for a baseline");
}

/* Printable, so that it stays on its line. */
static bool is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static bool is_owner(const char *text)
{
	return text[0] && strcmp(text, "-") != 0 && !strchr(text, ' ') &&
	       is_plain(text);
}

static bool is_reason(const char *text)
{
	return text[0] && text[0] != ' ' && strcmp(text, "-") != 0 &&
	       strlen(text) <= BASELINE_REASON_MAX && is_plain(text);
}

/* What stands there is not repeated: it may be a token in a wrong place. */
static enum status check_entry(const struct baseline_entry *e,
	struct error *err)
{
	int64_t end;

	if (!baseline_is_fingerprint(bytes_text(e->fingerprint)))
		return error_set(err, ERR_USAGE, "the first word is not a "
			"fingerprint, as reports have them: RULE:HASH");
	if (e->expires && !baseline_day_end(bytes_text(e->expires), &end))
		return error_set(err, ERR_USAGE, "what should be its last day "
			"is not a day, as 2027-01-31");
	if (e->owner && !is_owner(e->owner))
		return error_set(err, ERR_USAGE, "the owner is to be one word "
			"without blanks");
	if (e->reason && !is_reason(e->reason))
		return error_set(err, ERR_USAGE, "the reason is to be one "
			"line of at most %d bytes", BASELINE_REASON_MAX);
	return OK;
}

/* NULL stays, and so does what stands for it in a file. */
static const char *keep(struct baseline *b, bytes text, bool *is_lost)
{
	char *kept;

	if (text.at == NULL || bytes_equal(text, bytes_text("-")))
		return NULL;
	kept = arena_copy_text(&b->arena, text);
	*is_lost = *is_lost || kept == NULL;
	return kept;
}

static bytes or_none(const char *text)
{
	return text ? bytes_text(text) : bytes_of(NULL, 0);
}

enum status baseline_put(struct baseline *b, const struct baseline_entry *e,
	struct error *err)
{
	enum status status = check_entry(e, err);
	struct baseline_entry kept = {.line = e->line};
	bool is_lost = false;
	size_t i;

	if (status != OK)
		return status;
	kept.fingerprint = keep(b, bytes_text(e->fingerprint), &is_lost);
	kept.expires = keep(b, or_none(e->expires), &is_lost);
	kept.owner = keep(b, or_none(e->owner), &is_lost);
	kept.reason = keep(b, or_none(e->reason), &is_lost);
	if (is_lost || !make_room(b))
		return no_memory(err);
	i = place_of(b, bytes_text(e->fingerprint));
	if (i == b->n || strcmp(b->at[i].fingerprint, e->fingerprint) != 0) {
		memmove(b->at + i + 1, b->at + i,
			(b->n - i) * sizeof(*b->at));
		b->n++;
	}
	b->at[i] = kept;
	return OK;
}

void baseline_remove(struct baseline *b, size_t i)
{
	b->n--;
	memmove(b->at + i, b->at + i + 1, (b->n - i) * sizeof(*b->at));
}

/* ---- text --------------------------------------------------------------- */

static bytes next_word(bytes *line)
{
	bytes word;
	size_t n = 0;

	while (n < line->n && line->at[n] != ' ' && line->at[n] != '\t')
		n++;
	word = bytes_take(*line, n);
	*line = bytes_trim(bytes_drop(*line, n));
	return word;
}

static bool is_conflict(bytes line)
{
	return bytes_starts(line, bytes_text("<<<<<<<")) ||
	       bytes_starts(line, bytes_text("=======")) ||
	       bytes_starts(line, bytes_text(">>>>>>>")) ||
	       bytes_starts(line, bytes_text("|||||||"));
}

static enum status read_line(struct baseline *b, const char *name,
	uint32_t number, bytes line, struct error *err)
{
	struct baseline_entry e = {.line = number};
	struct error why = {.code = OK};
	bytes words[3];
	bool is_lost = false;

	if (is_conflict(line))
		return error_set(err, ERR_FORMAT, "%.200s:%u: a conflict of "
			"git; keep the lines of both sides", name, number);
	for (size_t i = 0; i < 3; i++)
		words[i] = next_word(&line);
	if (line.n == 0 || bytes_find_byte(line, '\0') != BYTES_NONE)
		return error_set(err, ERR_FORMAT, "%.200s:%u: not FINGERPRINT "
			"EXPIRES OWNER REASON, with - where there is none",
			name, number);
	e.fingerprint = keep(b, words[0], &is_lost);
	e.expires = keep(b, words[1], &is_lost);
	e.owner = keep(b, words[2], &is_lost);
	e.reason = keep(b, line, &is_lost);
	if (is_lost || !make_room(b))
		return no_memory(err);
	if (e.fingerprint == NULL)
		e.fingerprint = "-";
	if (check_entry(&e, &why) != OK)
		return error_set(err, ERR_FORMAT, "%.200s:%u: %.250s", name,
			number, why.text);
	b->at[b->n++] = e;
	return OK;
}

/* The one that ends sooner, then the one with more to say. */
static bool is_stricter(const struct baseline_entry *a,
	const struct baseline_entry *b)
{
	int order;

	if (a->expires == NULL || b->expires == NULL)
		order = (a->expires == NULL) - (b->expires == NULL);
	else
		order = strcmp(a->expires, b->expires);
	if (order == 0)
		order = (a->owner == NULL) - (b->owner == NULL);
	if (order == 0)
		order = (a->reason == NULL) - (b->reason == NULL);
	return order < 0;
}

static void join_repeats(struct baseline *b)
{
	size_t kept = 0;

	if (b->n)
		qsort(b->at, b->n, sizeof(*b->at), compare);
	for (size_t i = 0; i < b->n; i++) {
		if (kept && compare(&b->at[kept - 1], &b->at[i]) == 0) {
			if (is_stricter(&b->at[i], &b->at[kept - 1]))
				b->at[kept - 1] = b->at[i];
			continue;
		}
		b->at[kept++] = b->at[i];
	}
	b->n = kept;
}

static enum status read_header(const char *name, bytes line,
	struct error *err)
{
	bytes version;

	if (!baseline_is(line))
		return error_set(err, ERR_FORMAT, "%.200s: not a baseline: it "
			"must begin with \"" HEADER VERSION "\"", name);
	version = bytes_trim(bytes_drop(line, strlen(HEADER)));
	if (!bytes_equal(version, bytes_text(VERSION)))
		return error_set(err, ERR_FORMAT, "%.200s:1: baseline version "
			"'%.*s' is not known; this is stanch " STANCH_VERSION,
			name, (int)(version.n < 20 ? version.n : 20),
			(const char *)version.at);
	return OK;
}

enum status baseline_read(struct baseline *b, const char *name, bytes text,
	struct error *err)
{
	uint32_t number = 1;
	enum status status;
	bytes line;

	(void)bytes_cut(without_mark(text), '\n', &line, &text);
	status = read_header(name, line, err);
	while (status == OK && text.n) {
		(void)bytes_cut(text, '\n', &line, &text);
		number++;
		line = bytes_trim(line);
		if (line.n && line.at[0] != '#')
			status = read_line(b, name, number, line, err);
	}
	if (status == OK)
		join_repeats(b);
	return status;
}

void baseline_write(const struct baseline *b, struct buf *out)
{
	buf_put_text(out, HEADER VERSION "\n# FINGERPRINT EXPIRES OWNER "
		"REASON, sorted; \"-\" where there is none.\n# In "
		".gitattributes: `.stanch-baseline merge=union`, and branches "
		"merge without conflicts.\n");
	for (size_t i = 0; i < b->n; i++) {
		const struct baseline_entry *e = &b->at[i];

		buf_printf(out, "%s %s %s ", e->fingerprint,
			e->expires ? e->expires : "-",
			e->owner ? e->owner : "-");
		buf_put_text(out, e->reason ? e->reason : "-");
		buf_put_byte(out, '\n');
	}
}
