/*
 * detect: any bytes, whole, in pieces and the naive way, under rules of every
 * kind. All three must find the same; every offset must lie in the text. The
 * first bytes choose how it is cut.
 */
#include "base/buf.h"
#include "detect/naive.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const char rules_text[] =
	"format = \"stanch\"\n"
	"[[rules]]\nid = \"a\"\ndescription = \"a\"\nprovider = \"test\"\n"
	"regex = '''tk_[A-Za-z0-9]{6}'''\nanchors = [\"tk_\"]\n"
	"notAfter = \"A-Za-z0-9\"\nconfidence = \"high\"\n"
	"[[rules]]\nid = \"b\"\ndescription = \"b\"\nprovider = \"test\"\n"
	"regex = '''[a-f]{2,9}MID[a-f]{2,9}'''\nanchors = [\"MID\"]\n"
	"confidence = \"medium\"\n"
	"[[rules]]\nid = \"c\"\ndescription = \"c\"\nprovider = \"test\"\n"
	"regex = '''[a-f0-9]{8}'''\nanchorsNocase = [\"quux\"]\nnear = 20\n"
	"notBefore = \"a-f0-9\"\nnotAfter = \"a-f0-9\"\n"
	"confidence = \"medium\"\n"
	"[[rules.companions]]\nrule = \"a\"\nwithin = 3\nraises = true\n"
	"[[decoders]]\nid = \"d\"\nanchors = [\"Basic \"]\nwithin = 8\n"
	"minLength = 8\nmaxLength = 64\n";

struct state {
	struct ruleset *rules;
	struct detector *flat, *deep; /* without decoding, and with */
	size_t size;
	struct buf out;
};

static struct detector *detector_for(const struct ruleset *rules,
	unsigned depth)
{
	struct detect_options o = {.decode_depth = depth,
		.min_confidence = CONFIDENCE_LOW};
	struct detector *d = detector_new(rules, &o, NULL);

	if (d == NULL)
		abort();
	return d;
}

static void set_up(struct state *x)
{
	struct error err = {.code = OK};

	x->rules = ruleset_new();
	if (ruleset_add_text(x->rules, "fuzz.toml", bytes_text(rules_text),
		    &err) ||
		ruleset_freeze(x->rules, &err)) {
		(void)fprintf(stderr, "%s\n", err.text);
		abort();
	}
	x->flat = detector_for(x->rules, 0);
	x->deep = detector_for(x->rules, 3);
}

static void tear_down(struct state *x)
{
	detector_free(x->flat);
	detector_free(x->deep);
	ruleset_free(x->rules);
}

static void on_sighting(void *context, const struct sighting *s)
{
	struct state *x = context;

	assert(s->offset <= x->size && s->length <= x->size - s->offset);
	assert(s->line >= 1 && s->column >= 1 && s->end_line >= s->line);
	assert(s->excerpt_at + s->excerpt_n <= s->excerpt.n);
	buf_printf(&x->out, "%s %llu+%llu %u:%u %d ", s->rule->id,
		(unsigned long long)s->offset, (unsigned long long)s->length,
		s->line, s->column, (int)s->confidence);
	buf_put(&x->out, s->secret);
	buf_put_byte(&x->out, '\n');
}

static void scan_cut(struct state *x, const struct detector *d, bytes data,
	size_t cut)
{
	struct detect_text text = {.sink = on_sighting, .context = x};
	struct scan *s = scan_new(d, NULL);

	if (s == NULL || scan_begin(s, &text, NULL))
		abort();
	if (scan_feed(s, bytes_take(data, cut), NULL) ||
		scan_feed(s, bytes_drop(data, cut), NULL) ||
		scan_end(s, NULL))
		abort();
	scan_free(s);
}

static void scan_whole(struct state *x, const struct detector *d, bytes data)
{
	struct detect_text text = {.sink = on_sighting, .context = x};
	struct scan *s = scan_new(d, NULL);

	if (s == NULL || scan_buffer(s, &text, data, NULL))
		abort();
	scan_free(s);
}

/* Takes what was found; compares it with *want when there is one. */
static void same(struct state *x, struct buf *want)
{
	assert(!x->out.failed);
	if (want->at)
		assert(bytes_equal(buf_bytes(&x->out), buf_bytes(want)));
	else
		buf_put(want, buf_bytes(&x->out));
	buf_clear(&x->out);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct state x = {.size = size > 2 ? size - 2 : 0};
	struct detect_text text = {.sink = on_sighting, .context = &x};
	struct buf deep, flat;
	bytes input;
	size_t cut;

	if (size < 2)
		return 0;
	cut = data[0] | (size_t)data[1] << 8;
	input = bytes_of(data + 2, size - 2);
	buf_init(&x.out, (size_t)64 << 20);
	buf_init(&deep, (size_t)64 << 20);
	buf_init(&flat, (size_t)64 << 20);
	set_up(&x);
	scan_whole(&x, x.deep, input);
	same(&x, &deep);
	scan_cut(&x, x.deep, input, cut);
	same(&x, &deep);
	scan_whole(&x, x.flat, input);
	same(&x, &flat);
	if (naive_scan(x.flat, &text, input, NULL))
		abort();
	same(&x, &flat);
	tear_down(&x);
	buf_release(&x.out);
	buf_release(&deep);
	buf_release(&flat);
	return 0;
}
