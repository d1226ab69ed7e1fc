#include "page/internal.h"

#include <inttypes.h>

#include "base/banned.h"

/* Controls and the like first become visible, as in a terminal. */
void page_put(struct page *p, bytes text)
{
	struct report *r = p->r;

	buf_clear(&r->text);
	report_escape_xml(text, &r->text);
	report_put(r, report_take(r, &r->text));
}

void page_put_shown(struct page *p, bytes text)
{
	struct report *r = p->r;

	buf_clear(&r->text);
	report_quote_xml(text, &r->text);
	report_put(r, report_take(r, &r->text));
}

void page_put_text(struct page *p, const char *text)
{
	page_put(p, bytes_text(report_or(text, "")));
}

void page_number(struct page *p, uint64_t n)
{
	char digits[32];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, n);

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			putc(',', p->r->to);
		putc(digits[i], p->r->to);
	}
}
