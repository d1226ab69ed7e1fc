/*
 * Patterns are compiled late: a run over one small file needs two of three
 * hundred, and each costs some 10 us, with machine code 50. So a pattern is
 * compiled at its first use, and its machine code is made when one thread has
 * used it HOT times: into a second object, because PCRE2 writes to the object
 * that it compiles for, and other threads may be matching with the first.
 *
 * Both pointers are made under one mutex and published with release order;
 * readers acquire. Nothing published is freed before the detector is.
 *
 * Subjects are bytes: no UTF mode, so no input is invalid. `$` is the end of
 * the text (as in RE2) and a line ends at LF.
 */
#include "detect/regex.h"

#include "base/buf.h"
#include "base/limits.h"

#include <pcre2.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/banned.h"

/* Uses by one thread after which machine code pays (17 to 60 us to make;
 * the interpreter takes some us a window). */
#define HOT 12
/* Groups of a match that we look at; later ones are not secrets. */
#define GROUPS 64
/* KiB of heap and levels of nesting for one match by the interpreter. */
#define HEAP_KIB 8192
#define DEPTH 20000

struct detect_regexes {
	pthread_mutex_t lock;
	pcre2_compile_context *context; /* [lock: lock] */
	uint32_t count;
	bool no_jit;
};

struct detect_tools {
	struct detect_regexes *patterns;
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
	uint8_t *uses; /* per pattern */
	uint32_t groups; /* of the last match, that may have matched */
};

struct detect_regexes *detect_regexes_new(bool no_jit)
{
	struct detect_regexes *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->no_jit = no_jit;
	p->context = pcre2_compile_context_create(NULL);
	if (p->context == NULL || pthread_mutex_init(&p->lock, NULL)) {
		pcre2_compile_context_free(p->context);
		free(p);
		return NULL;
	}
	pcre2_set_newline(p->context, PCRE2_NEWLINE_LF);
	pcre2_set_parens_nest_limit(p->context, LIMIT_PATTERN_NEST);
	return p;
}

void detect_regexes_free(struct detect_regexes *p)
{
	if (p == NULL)
		return;
	pcre2_compile_context_free(p->context);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

void detect_regex_init(struct detect_regexes *p, struct detect_regex *x,
	const char *source)
{
	x->source = source;
	x->index = p->count++;
}

void detect_regex_release(struct detect_regex *x)
{
	pcre2_code_free(atomic_load(&x->code));
	pcre2_code_free(atomic_load(&x->fast));
}

/* A look-around that refuses the bytes of set, or nothing. */
static void put_boundary(struct buf *b, const char *open,
	const struct charset *set)
{
	if (set == NULL || charset_is_empty(set))
		return;
	buf_put_text(b, open);
	for (unsigned c = 0; c < 256; c++)
		if (charset_has(set, (unsigned char)c))
			buf_printf(b, "\\x%02x", c);
	buf_put_text(b, "])");
}

/*
 * An escape that ends in one of `last`: a look-behind for what comes before
 * that byte. Behind an escape a token begins as well as behind a blank.
 */
struct escape {
	const char *before, *last;
};
#define HEX "0123456789ABCDEFabcdef"
#define DIGIT "[0-9A-Fa-f]"
static const struct escape escapes[] = {
	{"\\\\", "nrt"}, /* \n of a string */
	/* %3A of a URL, \x3a, \u003a */
	{"%" DIGIT "|\\\\x" DIGIT "|\\\\u" DIGIT "{3}", HEX},
};

/* Those of set that are in last: a class, and they leave the set. */
static bool put_class(struct buf *b, const char *before, const char *last,
	struct charset *set)
{
	bool any = false;

	for (const char *at = last; *at; at++) {
		unsigned char c = (unsigned char)*at;

		if (!charset_has(set, c))
			continue;
		if (!any)
			buf_printf(b, "(?<!%s)[", before);
		any = true;
		buf_put_byte(b, c);
		set->word[c >> 6] &= ~((uint64_t)1 << (c & 63));
	}
	if (any)
		buf_put_byte(b, ']');
	return any;
}

/*
 * notBefore, as one look-behind: a byte of the set that does not end an
 * escape. One assertion, and no alternatives before the pattern: PCRE2 keeps
 * its search for the first byte.
 */
static void put_before(struct buf *b, const struct charset *set)
{
	const size_t count = sizeof(escapes) / sizeof(escapes[0]);
	struct charset rest;

	if (set == NULL || charset_is_empty(set))
		return;
	rest = *set;
	buf_put_text(b, "(?<!");
	for (size_t i = 0; i < count; i++)
		if (put_class(b, escapes[i].before, escapes[i].last, &rest) &&
			!charset_is_empty(&rest))
			buf_put_byte(b, '|');
	if (charset_is_empty(&rest))
		buf_put_byte(b, ')');
	else
		put_boundary(b, "[", &rest);
}

static pcre2_code *compile(struct detect_regexes *p,
	const struct detect_regex *x)
{
	size_t max = x->foreign ? LIMIT_PATTERN_FOREIGN : LIMIT_PATTERN;
	pcre2_code *code = NULL;
	PCRE2_SIZE where;
	struct buf b;
	int fault;

	if (strlen(x->source) > max)
		return NULL;
	buf_init(&b, max + 4096);
	put_before(&b, x->not_before);
	buf_put_text(&b, "(?:");
	buf_put_text(&b, x->source);
	buf_put_text(&b, ")");
	put_boundary(&b, "(?![", x->not_after);
	if (!b.failed)
		code = pcre2_compile(b.at, b.n,
			PCRE2_USE_OFFSET_LIMIT | PCRE2_DOLLAR_ENDONLY |
				PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
				PCRE2_NEVER_BACKSLASH_C,
			&fault, &where, p->context);
	buf_release(&b);
	return code;
}

/* Make what *slot lacks; NULL when it cannot be. */
static pcre2_code *make(struct detect_regexes *p, struct detect_regex *x,
	_Atomic(void *) *slot, uint32_t jit)
{
	pcre2_code *code;

	pthread_mutex_lock(&p->lock);
	code = atomic_load_explicit(slot, memory_order_relaxed);
	if (code == NULL) {
		code = compile(p, x);
		/* Without executable memory it is still a good pattern. */
		if (code && jit)
			(void)pcre2_jit_compile(code, jit);
		atomic_store_explicit(slot, code, memory_order_release);
	}
	pthread_mutex_unlock(&p->lock);
	return code;
}

static const pcre2_code *code_of(struct detect_tools *t, struct detect_regex *x)
{
	pcre2_code *code;

	if (t->uses && t->uses[x->index] >= HOT) {
		code = atomic_load_explicit(&x->fast, memory_order_acquire);
		return code ? code
			    : make(t->patterns, x, &x->fast,
				      PCRE2_JIT_COMPLETE);
	}
	if (t->uses && !t->patterns->no_jit)
		t->uses[x->index]++;
	code = atomic_load_explicit(&x->code, memory_order_acquire);
	return code ? code : make(t->patterns, x, &x->code, 0);
}

void detect_tools_free(struct detect_tools *t)
{
	if (t == NULL)
		return;
	pcre2_match_data_free(t->data);
	pcre2_match_context_free(t->context);
	pcre2_jit_stack_free(t->stack);
	free(t->uses);
	free(t);
}

static void set_limits(struct detect_tools *t)
{
	pcre2_set_match_limit(t->context, LIMIT_PCRE_MATCH);
	pcre2_set_heap_limit(t->context, HEAP_KIB);
	pcre2_set_depth_limit(t->context, DEPTH);
}

struct detect_tools *detect_tools_new_small(struct detect_regexes *p)
{
	struct detect_tools *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->patterns = p;
	t->data = pcre2_match_data_create(1, NULL);
	t->context = pcre2_match_context_create(NULL);
	if (t->data == NULL || t->context == NULL) {
		detect_tools_free(t);
		return NULL;
	}
	set_limits(t);
	return t;
}

struct detect_tools *detect_tools_new(struct detect_regexes *p)
{
	struct detect_tools *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->patterns = p;
	t->data = pcre2_match_data_create(GROUPS, NULL);
	t->context = pcre2_match_context_create(NULL);
	t->stack = pcre2_jit_stack_create(32 << 10, LIMIT_PCRE_JIT_STACK,
		NULL);
	t->uses = calloc(p->count ? p->count : 1, 1);
	/* A machine without JIT has no stack for it, and needs none. */
	if (t->data == NULL || t->context == NULL || t->uses == NULL) {
		detect_tools_free(t);
		return NULL;
	}
	set_limits(t);
	if (t->stack)
		pcre2_jit_stack_assign(t->context, NULL, t->stack);
	return t;
}

static void take_match(const struct detect_tools *t, uint32_t group,
	struct regex_match *m)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(t->data);

	m->begin = at[0];
	m->end = at[1];
	m->group = at[0];
	m->group_end = at[1];
	for (uint32_t i = group ? group : 1;
		i < t->groups && (group == 0 || i == group); i++)
		if (at[2 * i] != PCRE2_UNSET && at[2 * i + 1] >= at[2 * i]) {
			m->group = at[2 * i];
			m->group_end = at[2 * i + 1];
			break;
		}
}

/* It does not compile: told once, by a scan. */
static enum regex_result give_up(const struct detect_tools *t,
	struct detect_regex *x)
{
	if (t->uses == NULL || atomic_exchange(&x->broken, true))
		return REGEX_NONE;
	return REGEX_BROKEN;
}

static enum regex_result search(struct detect_tools *t, struct detect_regex *x,
	const struct regex_subject *subject, uint32_t options)
{
	const pcre2_code *code;
	int rc;

	if (atomic_load_explicit(&x->broken, memory_order_relaxed))
		return REGEX_NONE;
	code = code_of(t, x);
	if (code == NULL)
		return give_up(t, x);
	if (subject->cut_front)
		options |= PCRE2_NOTBOL;
	if (subject->cut_back)
		options |= PCRE2_NOTEOL;
	pcre2_set_offset_limit(t->context, subject->limit);
	rc = pcre2_match(code, subject->text.at, subject->text.n,
		subject->from, options, t->data, t->context);
	t->groups = rc > 0 ? (uint32_t)rc : pcre2_get_ovector_count(t->data);
	if (rc >= 0)
		return REGEX_MATCH;
	return rc == PCRE2_ERROR_NOMATCH ? REGEX_NONE : REGEX_LIMIT;
}

enum regex_result detect_regex_search(struct detect_tools *t,
	struct detect_regex *x, const struct regex_subject *subject,
	struct regex_match *m)
{
	enum regex_result r = search(t, x, subject, 0);

	if (r == REGEX_MATCH)
		take_match(t, subject->group, m);
	return r;
}

enum regex_result detect_regex_at(struct detect_tools *t,
	struct detect_regex *x, const struct regex_subject *subject,
	struct regex_match *m)
{
	enum regex_result r = search(t, x, subject,
		PCRE2_ANCHORED | PCRE2_NO_JIT);

	if (r == REGEX_MATCH)
		take_match(t, subject->group, m);
	return r;
}

enum regex_result detect_regex_is_in(struct detect_tools *t,
	struct detect_regex *x, bytes text)
{
	struct regex_subject subject = {.text = text, .limit = text.n};

	return search(t, x, &subject, 0);
}
