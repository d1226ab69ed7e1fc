/*
 * Open leaks by provider, by age and by author. Age and author are those of the
 * oldest commit that brought the leak to one of its places; what stands in no
 * commit has neither.
 */
#include "page/internal.h"

#include <stdlib.h>
#include <time.h>

#include "base/banned.h"

/* Rows of a table; what is over is one row more. */
#define ROWS_MAX 20
#define DAY 86400

struct row {
	bytes name;
	const struct leak *leak; /* one that has it, for masking */
	uint64_t count;
};

bool page_is_open(const struct leak *leak)
{
	for (size_t i = 0; i < leak->place_count; i++)
		if (leak->places[i].suppressed == NULL)
			return true;
	return false;
}

/* Seconds since 1970, of the day alone: that is as exact as ages are told. */
static bool read_day(bytes date, int64_t *out)
{
	char text[11];
	struct tm tm = {.tm_isdst = 0};
	char *end;

	if (date.n < 10)
		return false;
	memcpy(text, date.at, 10);
	text[10] = '\0';
	end = strptime(text, "%Y-%m-%d", &tm);
	if (end == NULL || *end != '\0')
		return false;
	*out = (int64_t)timegm(&tm);
	return true;
}

const struct leak_commit *page_first_commit(const struct leak *leak)
{
	const struct leak_commit *first = NULL;
	int64_t day, best = INT64_MAX;

	for (size_t i = 0; i < leak->place_count; i++) {
		const struct leak_commit *c = leak->places[i].commit;

		if (c == NULL || !read_day(c->date, &day) || day >= best)
			continue;
		best = day;
		first = c;
	}
	return first;
}

static int by_name(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return bytes_compare(x->name, y->name);
}

static int by_count(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = (x->count < y->count) - (x->count > y->count);

	return order ? order : by_name(a, b);
}

/* Equal names become one row with their sum; the most first. */
static size_t sum_up(struct row *rows, size_t n)
{
	size_t kept = 0;

	if (n == 0)
		return 0;
	qsort(rows, n, sizeof(*rows), by_name);
	for (size_t i = 0; i < n; i++) {
		if (kept && by_name(&rows[kept - 1], &rows[i]) == 0)
			rows[kept - 1].count += rows[i].count;
		else
			rows[kept++] = rows[i];
	}
	qsort(rows, kept, sizeof(*rows), by_count);
	return kept;
}

static void put_row(struct page *p, const struct row *row, uint64_t most)
{
	struct report *r = p->r;

	report_say(r, "<tr><th scope=\"row\">");
	page_put(p, row->leak ? report_commit_text(r, row->leak, row->name)
			      : row->name);
	report_say(r, "</th><td class=\"n\">");
	page_number(p, row->count);
	report_printf(r, "</td><td><meter min=\"0\" max=\"%llu\" "
		"value=\"%llu\">%llu</meter></td></tr>\n",
		(unsigned long long)most, (unsigned long long)row->count,
		(unsigned long long)row->count);
}

static void put_table(struct page *p, const char *title, const char *what,
	const struct row *rows, size_t n)
{
	struct report *r = p->r;
	struct row rest = {.name = bytes_text("others")};
	uint64_t most = 1;

	for (size_t i = 0; i < n; i++) {
		most = rows[i].count > most ? rows[i].count : most;
		rest.count += i >= ROWS_MAX ? rows[i].count : 0;
	}
	report_printf(r, "<section><h2>%s</h2>\n<table><thead><tr>"
		"<th scope=\"col\">%s</th><th scope=\"col\">Leaks</th>"
		"<th scope=\"col\">Share</th></tr></thead><tbody>\n", title,
		what);
	for (size_t i = 0; i < n && i < ROWS_MAX; i++)
		put_row(p, &rows[i], most);
	if (rest.count)
		put_row(p, &rest, rest.count > most ? rest.count : most);
	report_say(r, "</tbody></table></section>\n");
}

static void put_ages(struct page *p)
{
	static const struct {
		const char *name;
		int64_t days;
	} ages[] = {
		{"less than a month", 30}, {"one to six months", 183},
		{"six months to a year", 365}, {"one to three years", 1096},
		{"more than three years", INT64_MAX / DAY},
	};
	enum { AGES = sizeof(ages) / sizeof(ages[0]) };
	struct row rows[AGES + 1] = {{.count = 0}};

	for (size_t i = 0; i < AGES; i++)
		rows[i].name = bytes_text(ages[i].name);
	rows[AGES].name = bytes_text("not in a commit");
	for (size_t i = 0; i < leaks_count(p->r->leaks); i++) {
		const struct leak *leak = leaks_at(p->r->leaks, i);
		const struct leak_commit *c = page_first_commit(leak);
		int64_t day = 0;
		size_t age = 0;

		if (!page_is_open(leak))
			continue;
		if (c == NULL || !read_day(c->date, &day))
			age = AGES;
		while (age < AGES - 1 && p->now - day > ages[age].days * DAY)
			age++;
		rows[age].count++;
	}
	put_table(p, "By age", "First committed", rows, AGES + 1);
}

void page_groups(struct page *p)
{
	size_t count = leaks_count(p->r->leaks), n = 0;
	struct row *providers = calloc(2 * count + 1, sizeof(*providers));
	struct row *authors = providers + count;

	if (providers == NULL) {
		p->r->no_memory = true;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const struct leak *leak = leaks_at(p->r->leaks, i);
		const struct leak_commit *c = page_first_commit(leak);

		if (!page_is_open(leak))
			continue;
		providers[n] = (struct row){.count = 1, .name = bytes_text(
			report_or(leak->rule->provider, "unknown"))};
		authors[n++] = (struct row){c ? c->author
			: bytes_text("not in a commit"), c ? leak : NULL, 1};
	}
	report_say(p->r, "<div class=\"groups\">\n");
	put_table(p, "By provider", "Provider", providers,
		sum_up(providers, n));
	put_ages(p);
	put_table(p, "By author", "Who committed it first", authors,
		sum_up(authors, n));
	report_say(p->r, "</div>\n");
	free(providers);
}
