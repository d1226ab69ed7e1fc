/*
 * Placeholders, and entropy.
 *
 * A wrong yes hides a leak, so every test is one that random characters fail
 * by a wide margin: a given word of four letters stands in one of 27,000
 * random tokens of 40 characters, one of seven in a billion. Short and common
 * words ("test") count only where they stand alone and nothing long stands
 * beside them: `sk_test_` begins real keys. Base64 of keys has long runs of
 * 'A' and is long enough to spell short words, so long texts are judged by
 * what covers a good part of them. Tokens whose checksum passed are never
 * asked; that is the caller's part.
 */
#include "check/internal.h"

#include <math.h>

#include "base/banned.h"

/* From this length on: base64 bodies, not tokens. */
#define LONG_TEXT 128
#define SHORT_TEXT 24
/* Any text this long without a break is not "my-test-token". */
#define OPAQUE_RUN 16
#define RUN_MAX 7      /* of one character */
#define SEQUENCE_MAX 7 /* of characters that count */

/* By first character, in lower case; found anywhere in the text. */
static const char *const words['z' + 1] = {
	['a'] = "asdfgh azerty",
	['b'] = "bogus",
	['c'] = "changeme change_me change-me changeit correcthorse "
		"cafebabe",
	['d'] = "dummy deadbeef donotuse do_not_use do-not-use",
	['e'] = "example enter_your enter-your enteryour",
	['f'] = "foobar fakekey fake_key faketoken fake_token fakesecret "
		"fake_secret fakepass fill_in",
	['g'] = "goes_here goeshere getenv",
	['h'] = "hunter2",
	['i'] = "insert invalid_ invalidtoken",
	['k'] = "keyhere key_here key-here",
	['l'] = "lorem_ loremipsum",
	['m'] = "my_secret mysecret mypassword my_password mytoken "
		"my_token my-token my-secret myapikey my_api_key",
	['n'] = "notreal not_real not-real not_a_real notasecret "
		"not_a_secret notarealt nullnull",
	['o'] = "obfuscated os.environ",
	['p'] = "placeholder process.env put_your putyour passwordhere "
		"password_here",
	['q'] = "qwerty qwertz qazwsx",
	['r'] = "redacted replace_ replace- replaceme replacewith removed_",
	['s'] = "sample secrethere secret_here secret-here scrubbed",
	['t'] = "testtest test_token testtoken test-token testkey test_key "
		"test-key test_secret testsecret test-secret testpass "
		"test_pass tokenhere token_here token-here todo_",
	['u'] = "undefined",
	['x'] = "xxxx xxxxx",
	['y'] = "your_ your- yourtoken yourpass yoursecret yourkey yourapi "
		"youraccess yourown",
	['z'] = "zxcvbn",
	['1'] = "1q2w3e",
};

/* Found only between other characters than letters, or in camel case. */
static const char *const lone_words[] = {"test", "fake", "demo", "none",
	"null", "todo", "mock", "stub", "temp", "here"};

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static bool is_upper(unsigned char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_letter(unsigned char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool is_word_byte(unsigned char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

float check_entropy(bytes data)
{
	uint32_t counts[256] = {0};
	float sum = 0, n = (float)data.n;

	if (data.n == 0)
		return 0;
	for (size_t i = 0; i < data.n; i++)
		counts[data.at[i]]++;
	for (size_t i = 0; i < 256; i++)
		if (counts[i] > 0)
			sum += (float)counts[i] * log2f((float)counts[i]);
	sum = log2f(n) - sum / n;
	return sum > 0 ? sum : 0;
}

size_t check_distinct(bytes text)
{
	bool seen[256] = {false};
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		n += !seen[text.at[i]];
		seen[text.at[i]] = true;
	}
	return n;
}

/* How often the most frequent byte occurs. */
static size_t most_frequent(bytes text)
{
	size_t counts[256] = {0}, most = 0;

	for (size_t i = 0; i < text.n; i++)
		if (++counts[text.at[i]] > most)
			most = counts[text.at[i]];
	return most;
}

size_t check_longest_run(bytes text)
{
	size_t longest = text.n > 0, run = 1;

	for (size_t i = 1; i < text.n; i++) {
		run = text.at[i] == text.at[i - 1] ? run + 1 : 1;
		longest = run > longest ? run : longest;
	}
	return longest;
}

/* One up or one down; 0 follows 9, as on a keyboard. */
static int step_between(unsigned char a, unsigned char b)
{
	if (!is_word_byte(a) || !is_word_byte(b))
		return 0;
	if (b == a + 1 || (a == '9' && b == '0'))
		return 1;
	return a == b + 1 ? -1 : 0;
}

/* The longest sequence of every `stride`-th byte. */
static size_t longest_sequence(bytes text, size_t stride)
{
	size_t longest = 0;

	for (size_t first = 0; first < stride; first++) {
		size_t run = 1;
		int direction = 0;

		for (size_t i = first + stride; i < text.n; i += stride) {
			int step = step_between(text.at[i - stride],
				text.at[i]);

			run = step == 0 ? 1 : step == direction ? run + 1 : 2;
			direction = step;
			longest = run > longest ? run : longest;
		}
	}
	return longest;
}

size_t check_longest_sequence(bytes text)
{
	return longest_sequence(text, 1);
}

bool check_is_periodic(bytes text)
{
	for (size_t period = 1; period <= text.n / 3 && period <= 64; period++)
		if (memcmp(text.at, text.at + period, text.n - period) == 0)
			return true;
	return false;
}

/* The longer the text, the longer a word chance may spell in it. */
static size_t word_min(bytes text)
{
	return text.n > LONG_TEXT ? 7 : text.n > SHORT_TEXT ? 5 : 4;
}

/* One of these words, parted by blanks, at the start of the text? */
static bool starts_with_word(bytes text, const char *list, size_t min)
{
	while (*list != '\0') {
		size_t n = 0;

		while (list[n] > ' ' && n < text.n &&
			lower(text.at[n]) == (unsigned char)list[n])
			n++;
		if (list[n] <= ' ' && n >= min)
			return true;
		list += strcspn(list, " ");
		list += *list == ' ';
	}
	return false;
}

static bool has_word(bytes text)
{
	size_t min = word_min(text);

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = lower(text.at[i]);

		if (c <= 'z' && words[c] != NULL &&
			starts_with_word(bytes_drop(text, i), words[c], min))
			return true;
	}
	return false;
}

/* The end of the word that begins at `at`: before a capital or no letter. */
static size_t word_end(bytes text, size_t at)
{
	size_t i = at + 1;

	while (i < text.n && is_letter(text.at[i]) &&
		!(is_upper(text.at[i]) && !is_upper(text.at[i - 1])))
		i++;
	return i;
}

static bool is_lone_word(bytes word)
{
	for (size_t i = 0; i < sizeof(lone_words) / sizeof(*lone_words); i++)
		if (bytes_equal_nocase(word, bytes_text(lone_words[i])))
			return true;
	return false;
}

static bool has_opaque_run(bytes text)
{
	size_t run = 0;

	for (size_t i = 0; i < text.n; i++) {
		run = is_word_byte(text.at[i]) ? run + 1 : 0;
		if (run >= OPAQUE_RUN)
			return true;
	}
	return false;
}

static bool has_lone_word(bytes text)
{
	if (has_opaque_run(text))
		return false;
	for (size_t i = 0; i < text.n;) {
		size_t end;

		if (!is_letter(text.at[i])) {
			i++;
			continue;
		}
		end = word_end(text, i);
		if (is_lone_word(bytes_part(text, i, end)))
			return true;
		i = end;
	}
	return false;
}

static bool is_name(bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!is_word_byte(text.at[i]) && text.at[i] != '_')
			return false;
	return text.n > 0;
}

/* <token>, [key], {key}, %KEY%: one pair around the whole. */
static bool is_wrapped(bytes text)
{
	static const char pairs[] = "<>[]{}%%";

	for (const char *pair = pairs; *pair; pair += 2)
		if (text.n >= 3 && text.at[0] == (unsigned char)pair[0] &&
			text.at[text.n - 1] == (unsigned char)pair[1])
			return *pair != '%' || is_name(bytes_part(text, 1,
						       text.n - 1));
	return false;
}

/* ${KEY}, {{ key }}, $(key), #{key} anywhere; $KEY and %s as a whole. */
static bool is_variable(bytes text)
{
	static const char *const marks[][2] = {
		{"${", "}"}, {"{{", "}}"}, {"$(", ")"}, {"#{", "}"},
		{"<%", "%>"}, {"%(", ")s"},
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		size_t at = bytes_find(text, bytes_text(marks[i][0]));

		if (at != BYTES_NONE && bytes_find(bytes_drop(text, at),
				bytes_text(marks[i][1])) != BYTES_NONE)
			return true;
	}
	if (text.n >= 3 && text.at[0] == '$' && is_letter(text.at[1]))
		return is_name(bytes_drop(text, 1)) &&
		       !has_opaque_run(text);
	return text.n == 2 && text.at[0] == '%' && is_letter(text.at[1]);
}

static bool is_repeated(bytes text)
{
	size_t run = check_longest_run(text);

	if (text.n > LONG_TEXT)
		return run * 4 >= text.n || check_is_periodic(text);
	if (text.n >= 3 && run == text.n)
		return true;
	return run > RUN_MAX ||
	       (text.n >= 6 && most_frequent(text) * 10 >= text.n * 6) ||
	       (text.n >= 9 && check_is_periodic(text)) ||
	       (text.n >= 12 && check_distinct(text) <= 3);
}

static bool is_sequence(bytes text)
{
	size_t count;

	if (text.n > LONG_TEXT)
		return false;
	count = longest_sequence(text, 1);
	return count > SEQUENCE_MAX || (count >= 5 && count * 2 >= text.n) ||
	       longest_sequence(text, 2) >= (text.n > SHORT_TEXT ? 6 : 5);
}

const char *check_placeholder(bytes secret)
{
	if (secret.n == 0)
		return "placeholder: nothing there";
	if (is_wrapped(secret))
		return "placeholder: a name in brackets";
	if (is_variable(secret))
		return "placeholder: a variable";
	if (is_repeated(secret))
		return "placeholder: repeated characters";
	if (is_sequence(secret))
		return "placeholder: characters in sequence";
	if (bytes_find(secret, bytes_text("...")) != BYTES_NONE ||
		bytes_find(secret, bytes_text("***")) != BYTES_NONE)
		return "placeholder: masked or cut short";
	if (has_word(secret) || has_lone_word(secret))
		return "placeholder: a word that says so";
	return NULL;
}
