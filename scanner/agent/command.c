/*
 * command: a shell command cut into simple commands and words, as far as
 * that goes without running it: quotes, backslashes, ; & | and newlines,
 * $(...), `...` and subshells. Texts that a shell is told to run (sh -c) are
 * looked into. A variable is what it is called.
 */
#include "agent/agent.h"

#include <stdlib.h>

#include "base/banned.h"

#define WORDS 256
#define DEPTH 4
#define COMMAND_MAX ((size_t)1 << 20)

struct words {
	bytes at[WORDS];
	size_t n;
};

/* ---- words of git ------------------------------------------------------- */

static bool is_word(bytes word, const char *text)
{
	return bytes_equal(word, bytes_text(text));
}

/* "/usr/bin/git" is git. */
static bytes base_name(bytes word)
{
	for (size_t i = word.n; i-- > 0;)
		if (word.at[i] == '/')
			return bytes_drop(word, i + 1);
	return word;
}

static bool is_among(bytes word, const char *const *list)
{
	for (; *list; list++)
		if (is_word(word, *list))
			return true;
	return false;
}

/* git takes what is left of a long option when it is clear. */
static bool is_no_verify(bytes word)
{
	return word.n >= strlen("--no-veri") &&
	       bytes_starts(bytes_text("--no-verify"), word);
}

/* -n in a cluster such as -anm, of `git commit`. */
static bool has_short_n(bytes word, bool *takes_next)
{
	*takes_next = false;
	if (word.n < 2 || word.at[0] != '-' || word.at[1] == '-')
		return false;
	for (size_t i = 1; i < word.n; i++) {
		if (word.at[i] == 'n')
			return true;
		if (strchr("mFCct", word.at[i])) {
			*takes_next = i + 1 == word.n;
			return false;
		}
		if (strchr("uS", word.at[i]))
			return false;
	}
	return false;
}

static bool is_hooks_key(bytes word)
{
	return bytes_find_nocase(word, bytes_text("core.hookspath")) !=
	       BYTES_NONE;
}

static const char *check_commit(const struct words *w, size_t from)
{
	bool is_message = false, takes_next;

	for (size_t i = from; i < w->n; i++) {
		if (is_message) {
			is_message = false;
			continue;
		}
		if (is_word(w->at[i], "--"))
			break;
		if (is_no_verify(w->at[i]) ||
			has_short_n(w->at[i], &takes_next))
			return "it commits without the hooks (--no-verify)";
		is_message = takes_next || is_word(w->at[i], "--message") ||
			     is_word(w->at[i], "--file");
	}
	return NULL;
}

static const char *check_git(const struct words *w, size_t from)
{
	static const char *const with_value[] = {"-C", "-c", "--git-dir",
		"--work-tree", "--namespace", "--exec-path", "--config-env",
		"--super-prefix", NULL};
	size_t i = from;

	for (; i < w->n && w->at[i].n && w->at[i].at[0] == '-'; i++) {
		if (is_hooks_key(w->at[i]))
			return "it turns hooks off (core.hooksPath)";
		if (!is_among(w->at[i], with_value))
			continue;
		i++;
		if (i < w->n && is_hooks_key(w->at[i]))
			return "it turns hooks off (core.hooksPath)";
	}
	if (i == w->n)
		return NULL;
	if (is_word(w->at[i], "commit"))
		return check_commit(w, i + 1);
	for (size_t j = i + 1; j < w->n; j++) {
		if (is_word(w->at[j], "--"))
			break;
		if (is_no_verify(w->at[j]))
			return "it goes around the hooks (--no-verify)";
		if (is_word(w->at[i], "config") && is_hooks_key(w->at[j]))
			return "it changes where git looks for hooks "
			       "(core.hooksPath)";
	}
	return NULL;
}

/* ---- simple commands ---------------------------------------------------- */

static const char *check_text(bytes text, unsigned depth);

static bool is_assignment(bytes word)
{
	size_t equals = bytes_find_byte(word, '=');

	for (size_t i = 0; equals != BYTES_NONE && i < equals; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRS"
			    "TUVWXYZ0123456789_", word.at[i]))
			return false;
	return equals != BYTES_NONE && equals > 0;
}

static const char *check_assignment(bytes word)
{
	if (is_hooks_key(word))
		return "it turns hooks off (core.hooksPath)";
	if (bytes_equal(word, bytes_text("HUSKY=0")) ||
		(bytes_starts(word, bytes_text("SKIP=")) &&
			bytes_find(word, bytes_text("stanch")) != BYTES_NONE))
		return "it tells the hook to skip itself";
	return NULL;
}

/* What removes or rewrites a hook. */
static const char *check_files(const struct words *w, size_t from)
{
	static const char *const writers[] = {"rm", "mv", "chmod", "unlink",
		"truncate", "ln", "cp", "tee", "sed", "dd", "install", NULL};

	if (!is_among(base_name(w->at[from]), writers))
		return NULL;
	for (size_t i = from + 1; i < w->n; i++)
		if (bytes_find(w->at[i], bytes_text(".git/hooks")) !=
			BYTES_NONE)
			return "it changes git's hooks";
	return NULL;
}

static const char *check_shell(const struct words *w, size_t from,
	unsigned depth)
{
	const char *why = NULL;

	for (size_t i = from; why == NULL && i < w->n; i++)
		if (bytes_find(w->at[i], bytes_text("git")) != BYTES_NONE)
			why = check_text(w->at[i], depth + 1);
	return why;
}

static const char *check_words(const struct words *w, unsigned depth)
{
	static const char *const wrappers[] = {"sudo", "env", "command",
		"time", "nohup", "exec", "xargs", "nice", "timeout", "then",
		"do", "else", "if", "while", "until", "!", "{", NULL};
	static const char *const shells[] = {"sh", "bash", "dash", "zsh",
		"ksh", "eval", "su", "ssh", NULL};
	const char *why;

	for (size_t i = 0; i < w->n; i++) {
		bytes name = base_name(w->at[i]);

		why = is_assignment(w->at[i]) ? check_assignment(w->at[i])
					      : NULL;
		if (why)
			return why;
		if (is_assignment(w->at[i]) || is_among(name, wrappers) ||
			(i > 0 && w->at[i].n && w->at[i].at[0] == '-'))
			continue;
		if (is_word(name, "git"))
			return check_git(w, i + 1);
		if (is_among(name, shells))
			return check_shell(w, i + 1, depth);
		if (is_word(name, "stanch") && i + 2 < w->n &&
			is_word(w->at[i + 1], "hook") &&
			is_word(w->at[i + 2], "uninstall"))
			return "it takes stanch's hooks away";
		why = check_files(w, i);
		/* "timeout 5 git ...": a wrapper's own words come first. */
		if (why || i == 0 || !is_among(base_name(w->at[0]), wrappers))
			return why;
	}
	return NULL;
}

/* ---- the shell's syntax ------------------------------------------------- */

struct splitter {
	bytes text;
	size_t at;
	unsigned char *store, *next; /* words without their quotes */
	struct words words;
	bool in_word;
};

static void begin_word(struct splitter *s)
{
	if (s->in_word || s->words.n == WORDS)
		return;
	s->words.at[s->words.n] = bytes_of(s->next, 0);
	s->in_word = true;
}

static void end_word(struct splitter *s)
{
	if (!s->in_word)
		return;
	s->words.at[s->words.n].n =
		(size_t)(s->next - s->words.at[s->words.n].at);
	s->words.n++;
	s->in_word = false;
}

static void put(struct splitter *s, unsigned char c)
{
	begin_word(s);
	*s->next++ = c;
}

static void take_quoted(struct splitter *s, unsigned char quote)
{
	begin_word(s);
	for (; s->at < s->text.n && s->text.at[s->at] != quote; s->at++) {
		if (quote == '"' && s->text.at[s->at] == '\\' &&
			s->at + 1 < s->text.n)
			s->at++;
		put(s, s->text.at[s->at]);
	}
	s->at += s->at < s->text.n;
}

/* A character; true when it ends a simple command. */
static bool take(struct splitter *s)
{
	unsigned char c = s->text.at[s->at++];

	switch (c) {
	case '\'':
	case '"':
		take_quoted(s, c);
		return false;
	case '\\':
		if (s->at < s->text.n && s->text.at[s->at] != '\n')
			put(s, s->text.at[s->at]);
		s->at += s->at < s->text.n;
		return false;
	case ' ':
	case '\t':
	case '\r':
		end_word(s);
		return false;
	case '\n':
	case ';':
	case '&':
	case '|':
	case '(':
	case ')':
	case '`':
		end_word(s);
		return true;
	default:
		put(s, c);
		return false;
	}
}

static const char *check_text(bytes text, unsigned depth)
{
	struct splitter s = {.text = text};
	const char *why = NULL;

	if (depth > DEPTH || text.n > COMMAND_MAX)
		return "it is too long or too deep to be looked at";
	s.store = s.next = malloc(text.n + 1);
	if (s.store == NULL)
		return "there is no memory to look at it";
	while (why == NULL && s.at < text.n) {
		if (!take(&s))
			continue;
		why = check_words(&s.words, depth);
		s.words.n = 0;
	}
	end_word(&s);
	if (why == NULL)
		why = check_words(&s.words, depth);
	free(s.store);
	return why;
}

const char *agent_command_check(bytes command)
{
	return check_text(command, 0);
}
