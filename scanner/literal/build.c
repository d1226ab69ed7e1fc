/*
 * Choosing grams and filling the tables.
 *
 * The scanner looks at every second position, so each literal is entered with
 * two neighbouring grams of four bytes: one of them stands at an even place,
 * wherever the literal does. Which two decides how often the scanner looks in
 * vain: "-----BEGIN" by "----" would stop it at every ruler in a source file,
 * by "begi" hardly ever. So the rarest are taken by a small model: how common
 * each byte is in source text, on a rough logarithmic scale, summed; runs of
 * one byte count as common. The byte behind the gram counts too, since the
 * filter asks for it.
 *
 * Literals of four and three bytes have no two such grams. Those that would
 * reach over an end are entered with any byte there, in the filter with each,
 * in the table as a key of three bytes. Where case is free, each way to write
 * the gram is entered.
 */
#include "literal/internal.h"

#include <stdlib.h>

#include "base/banned.h"

/* Offsets at which a literal's grams are looked for. */
#define GRAM_OFFSETS ((size_t)48)
/* Ways to write the first three bytes of a gram whose case is free. */
#define CASES 8

/*
 * How unexpected a byte is after another in source text, in bits, 'a' for 0;
 * by class: the letters, space, digits, '_', punctuation before and after the
 * digits, the rest. Counted over 150 MB of C headers, Python and Perl.
 */
#define CLASSES 32
static const char surprise_first[CLASSES + 1] =
	"fhffegggfkhfgfffkfeeghihhkcifhjr";
static const char surprise[CLASSES][CLASSES + 1] = {
	"jfefihflflhdeemfldddghihglfkhjmu",
	"ehfidhildeidiiehmfghdklkekfifilu",
	"ehgiejkdfkeefjdhlffdgjlihpfkfjku",
	"fhifciiiekjhijfimggggjjhindjehjt",
	"gieegehkinkfgdighdeekhhfhmdlfhku",
	"fjhhffklcpmfjgdinehfelkmgqdjfhlu",
	"gjgjcjifenmegdfhnfeggikkjjdlehku",
	"dlkjbjlldokihjejpghfilknjmelfiju",
	"ggeefefnkokffcegkgeelgminghmhlnu",
	"flhibjikgkfkikegljfieijolofkehku",
	"gifidjijfnlihhjjnjghgjhmlnembgku",
	"ehigdfhhdnkejjehnjffegjkgkeldiku",
	"dfhgchkkeojggjedmjehgjklhneleilu",
	"ejeedfekfmihjifinjddfhlmindjgilu",
	"hgffiehmfkhffcgendeffhgjkmeofkmu",
	"dihhchjgfpfeihefjegefjjlflfleiku",
	"iiiiijjkhpmeihjihhghbkglmkemdhju",
	"eiggchgjepigffehmffefhimfodmfiku",
	"gkgjdiigeoeeiggfjhddgjjkhjdkfiku",
	"ejhhdildeojgiiehneggfkigemdkeiku",
	"gffgeghmfnleedjendddljminmgjhkou",
	"cjhjciikepghejdfmihhkikilnghfjku",
	"dihgeikdcnkhifeilegifkglmleleiku",
	"gififgkigpiighjeljhdkklgimefehku",
	"hiijhgilgnlgggfcigffjkhmlkcmdhju",
	"ejkkbjljfpnhgifjjjjjjmkkihhidjku",
	"fgfggghifljghgfglgffhhhiklbjhhiu",
	"hhhghgmniplimllkpljkjikfqpeedgiu",
	"egdffffgelhfffeekfdegfhgkjjkelmu",
	"hhgfhhiigljhhhggmhfgihjhlkcihfiq",
	"hhghihiihmkihghglhgggijgllcjgfgu",
	"mnmmnnnompnlnmnnqmjlonopppgolgli",
};

/* Bits of a gram that is one byte four times: rulers, padding. */
#define SURPRISE_RUN 4
/* The byte behind a gram tells no more: it may look like another. */
#define SURPRISE_NEXT 5
/* An upper-case letter is that much rarer than its lower case. */
#define SURPRISE_UPPER 2

static unsigned class_of(unsigned char c)
{
	c |= 0x20;
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c & 0x80)
		return 31;
	if (c == ' ')
		return 26;
	if (c >= '0' && c <= '9')
		return 27;
	if (c == 0x7f)
		return 28;
	return c < '0' ? 29 : 30;
}

static unsigned gram_surprise(const unsigned char *at)
{
	unsigned last = class_of(at[0]);
	unsigned bits = (unsigned)(surprise_first[last] - 'a');

	if (at[0] == at[1] && at[1] == at[2] && at[2] == at[3])
		return SURPRISE_RUN;
	for (size_t i = 1; i < 4; i++) {
		unsigned next = class_of(at[i]);

		if (at[i] >= 'A' && at[i] <= 'Z')
			bits += SURPRISE_UPPER;
		bits += (unsigned)(surprise[last][next] - 'a');
		last = next;
	}
	return bits;
}

/* The same for three bytes. */
static unsigned part_surprise(const unsigned char *at)
{
	unsigned first = class_of(at[0]), next = class_of(at[1]);

	return (unsigned)(surprise_first[first] - 'a') +
	       (unsigned)(surprise[first][next] - 'a') +
	       (unsigned)(surprise[next][class_of(at[2])] - 'a');
}

/* A gram and what the filter asks of the byte behind it. */
static unsigned place_surprise(bytes text, size_t at)
{
	const unsigned char *last = text.at + at + 3;
	unsigned bits = gram_surprise(text.at + at), more;

	if (at + 4 >= text.n)
		return bits;
	more = (unsigned)(surprise[class_of(last[0])][class_of(last[1])] - 'a');
	return bits + (more < SURPRISE_NEXT ? more : SURPRISE_NEXT);
}

/*
 * Offset of five bytes of which the commoner gram is the most surprising.
 * Only the first offsets are tried: this runs for thousands at each start.
 */
static int rarest_grams(bytes text)
{
	size_t last = text.n - 5 < GRAM_OFFSETS ? text.n - 5 : GRAM_OFFSETS;
	unsigned left = place_surprise(text, 0), best_score = 0;
	size_t best = 0;

	for (size_t i = 0; i <= last; i++) {
		unsigned right = place_surprise(text, i + 1);
		unsigned score = left < right ? left : right;

		if (score > best_score) {
			best_score = score;
			best = i;
		}
		left = right;
	}
	return (int)best;
}

struct builder {
	struct literal_tables t;
	uint32_t *keys, *heads, *next;
	struct literal_entry *entries;
	unsigned char *pool;
	uint32_t filter[LITERAL_FILTER_WORDS];
	uint32_t short_filter[LITERAL_SHORT_WORDS];
};

static void filter_add(struct builder *b, uint32_t gram, uint32_t next)
{
	uint32_t mixed = literal_mix(gram);

	b->filter[literal_word(mixed)] |=
		(uint32_t)1 << (literal_bit(mixed) & 31) |
		(uint32_t)1 << (literal_other_bit(mixed) & 31) |
		(uint32_t)1 << (literal_third_bit(mixed, next) & 31);
}

/* The byte behind the gram at an offset of the literal. */
static uint32_t next_of(bytes text, int gram)
{
	size_t at = (size_t)(gram + 4);

	return at < text.n ? text.at[at] : LITERAL_ANY_NEXT;
}

/*
 * The bytes at offset `gram`, those outside of the literal left out. Bit i of
 * `upper` changes the case of byte i, where it is a letter.
 */
static uint32_t key_at(bytes text, int gram, unsigned upper)
{
	uint32_t key = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c;

		if (gram + i < 0 || (size_t)(gram + i) >= text.n)
			continue;
		c = text.at[gram + i];
		if (i == 3)
			c |= 0x20;
		else if ((upper >> i & 1) && class_of(c) < 26)
			c ^= 0x20;
		key |= (uint32_t)c << (8 * i);
	}
	return key;
}

/* Where the list of a gram begins. */
static uint32_t *head_for(struct builder *b, uint32_t key)
{
	uint32_t i = literal_mix(key) >> b->t.shift;

	while (b->keys[i] && b->keys[i] != key)
		i = (i + 1) & b->t.mask;
	b->keys[i] = key;
	return &b->heads[i];
}

/* The first byte of the gram, or the last, may be anything. */
static void filter_short(struct builder *b, uint32_t key, bytes text, int gram)
{
	uint32_t bit = literal_short(key), next = next_of(text, gram);

	b->short_filter[bit >> 5] |= (uint32_t)1 << (bit & 31);
	for (uint32_t c = 0; c < 256; c++)
		if (gram < 0)
			filter_add(b, key | c, next);
		else if (c & 0x20)
			filter_add(b, key | c << 24, next);
}

/* The same literal by the same gram; "-----" has one gram at two offsets. */
static bool is_known(const struct builder *b, uint32_t first,
	const struct literal *l, int gram)
{
	for (uint32_t e = first; e; e = b->next[e]) {
		const struct literal_entry *entry = &b->entries[e];

		if (entry->tag == l->tag && entry->fold == l->fold &&
			entry->gram == gram &&
			bytes_equal(l->text,
				bytes_of(b->pool + entry->text, entry->n)))
			return true;
	}
	return false;
}

/* Four bytes to compare first, beside the gram where there are any. */
static void set_check(struct literal_entry *e, bytes text)
{
	size_t at = (size_t)(e->gram + 4);

	if (text.n < 4)
		return;
	if (at + 4 > text.n)
		at = e->gram >= 4 ? (size_t)e->gram - 4 : text.n - 4;
	e->check_at = (uint16_t)at;
	memcpy(&e->check, text.at + at, 4);
	if (e->fold)
		e->check |= LITERAL_ANY_CASE;
}

/* Enter one gram of a literal whose bytes are in the pool; false: known. */
static bool add_gram(struct builder *b, const struct literal *l,
	int gram, unsigned upper, uint32_t pool)
{
	uint32_t key = key_at(l->text, gram, upper);
	uint32_t place = (uint32_t)b->t.entry_count + 1;
	uint32_t *head;

	if (key == 0)
		return false;
	head = head_for(b, key);
	if (is_known(b, *head, l, gram))
		return false;
	if (gram < 0 || (size_t)gram + 4 > l->text.n)
		filter_short(b, key, l->text, gram);
	else
		filter_add(b, key, next_of(l->text, gram));
	b->next[place] = *head;
	b->entries[place] = (struct literal_entry){
		.tag = l->tag,
		.text = pool,
		.n = (uint16_t)l->text.n,
		.gram = (int16_t)gram,
		.fold = l->fold,
	};
	set_check(&b->entries[place], l->text);
	*head = place;
	b->t.entry_count++;
	return true;
}

/* Returns how much of the pool is used then. */
static uint32_t add(struct builder *b, const struct literal *l,
	int gram, uint32_t pool)
{
	bool is_new = false;

	memcpy(b->pool + pool, l->text.at, l->text.n);
	for (unsigned upper = 0; upper < (l->fold ? CASES : 1); upper++) {
		is_new |= add_gram(b, l, gram, upper, pool);
		is_new |= add_gram(b, l, gram + 1, upper, pool);
	}
	b->t.count += is_new;
	return is_new ? pool + (uint32_t)l->text.n : pool;
}

static void builder_free(struct builder *b)
{
	if (b == NULL)
		return;
	free(b->keys);
	free(b->heads);
	free(b->next);
	free(b->entries);
	free(b->pool);
	free(b);
}

static struct builder *builder_new(size_t grams, size_t pool)
{
	struct builder *b = calloc(1, sizeof(*b));
	uint32_t log = 6;

	if (b == NULL)
		return NULL;
	while (2 * ((size_t)1 << log) < 3 * grams)
		log++;
	b->t.shift = 32 - log;
	b->t.mask = ((uint32_t)1 << log) - 1;
	b->keys = calloc((size_t)1 << log, sizeof(*b->keys));
	b->heads = calloc((size_t)1 << log, sizeof(*b->heads));
	b->entries = calloc(grams + 1, sizeof(*b->entries));
	b->next = calloc(grams + 1, sizeof(*b->next));
	b->pool = malloc(pool + 1);
	if (b->keys && b->heads && b->entries && b->next && b->pool)
		return b;
	builder_free(b);
	return NULL;
}

/* Lay the entries of each gram side by side. */
static bool arrange(struct builder *b)
{
	struct literal_entry *list =
		calloc(b->t.entry_count + 1, sizeof(*list));
	uint32_t place = 1;

	if (list == NULL)
		return false;
	for (size_t i = 0; i <= b->t.mask; i++) {
		uint32_t e = b->heads[i];

		if (e == 0)
			continue;
		b->heads[i] = place;
		for (; e; e = b->next[e])
			list[place++] = b->entries[e];
		list[place - 1].is_last = true;
	}
	free(b->entries);
	b->entries = list;
	return true;
}

/* The builder with its memory becomes the set's. */
static struct literal_set *finish(struct builder *b, size_t pool)
{
	struct literal_set *set;

	if (!arrange(b)) {
		builder_free(b);
		return NULL;
	}
	b->t.keys = b->keys;
	b->t.heads = b->heads;
	b->t.entries = b->entries;
	b->t.pool = b->pool;
	b->t.pool_count = pool;
	b->t.filter = b->filter;
	b->t.short_filter = b->short_filter;
	set = literal_set_over(&b->t);
	if (set)
		set->owned = b;
	else
		builder_free(b);
	return set;
}

static int choose_gram(const struct literal *l)
{
	if (l->text.n < 4)
		return -1; /* one byte before, or just there */
	if (l->text.n == 4) /* its other gram lacks a byte: which end? */
		return part_surprise(l->text.at) >
				       part_surprise(l->text.at + 1)
			       ? -1
			       : 0;
	return l->is_rare ? (int)(l->text.n - 5) / 2 : rarest_grams(l->text);
}

struct literal_set *literal_set_new(const struct literal *list, size_t count,
	uint16_t *reach)
{
	struct builder *b;
	size_t pool = 0, grams = 0;
	uint32_t used = 0;

	for (size_t i = 0; i < count; i++) {
		pool += list[i].text.n;
		grams += list[i].fold ? 2 * CASES : 2;
	}
	if (count >= (size_t)1 << 24 || pool >= (size_t)1 << 30)
		return NULL;
	b = builder_new(grams, pool);
	if (b == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		int gram = choose_gram(&list[i]);

		if (reach)
			reach[i] = (uint16_t)(gram + 1);
		if (list[i].text.n >= LITERAL_MIN &&
			list[i].text.n <= LITERAL_MAX)
			used = add(b, &list[i], gram, used);
	}
	return finish(b, used);
}

struct literal_set *literal_set_over(const struct literal_tables *tables)
{
	struct literal_set *set = calloc(1, sizeof(*set));

	if (set) {
		set->t = *tables;
		set->skip = literal_skip_fastest();
	}
	return set;
}

void literal_set_free(struct literal_set *set)
{
	if (set == NULL)
		return;
	builder_free(set->owned);
	free(set);
}

size_t literal_set_count(const struct literal_set *set)
{
	return set->t.count;
}
