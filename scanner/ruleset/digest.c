/*
 * Digests: a rule's covers all that it says and not where it says it, so the
 * same rule from the binary and from a file has the same; a set's covers its
 * rules, whether each is a helper, its decoders and its allowlists.
 *
 * Every field is written with its length or a separator before it is hashed,
 * so that no two rules are written alike.
 */
#include "ruleset/internal.h"

#include "base/hash.h"
#include "base/limits.h"
#include "request/request.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/banned.h"

static void put_bytes(struct buf *out, bytes data)
{
	buf_printf(out, "%zu:", data.n);
	buf_put(out, data);
}

static void put_text(struct buf *out, const char *text)
{
	if (text)
		put_bytes(out, bytes_text(text));
	else
		buf_put_text(out, "-:");
}

static void put_number(struct buf *out, uint64_t number)
{
	buf_printf(out, "%" PRIu64 ";", number);
}

static void put_list(struct buf *out, const char *const *list, size_t count)
{
	put_number(out, count);
	for (size_t i = 0; i < count; i++)
		put_text(out, list[i]);
}

static void put_set(struct buf *out, const struct charset *set)
{
	for (size_t i = 0; i < 4; i++)
		put_number(out, set->word[i]);
}

static void put_anchors(struct buf *out, const struct rule_anchor *anchors,
	size_t count)
{
	put_number(out, count);
	for (size_t i = 0; i < count; i++) {
		put_bytes(out, anchors[i].literal);
		put_number(out, anchors[i].fold);
		put_number(out, anchors[i].encodings);
	}
}

static void put_allowlist(struct buf *out, const struct rule_allowlist *list)
{
	put_number(out, list->all);
	put_number(out, (uint64_t)list->target);
	put_list(out, list->regexes, list->regex_count);
	put_list(out, list->paths, list->path_count);
	put_list(out, list->stopwords, list->stopword_count);
	put_list(out, list->commits, list->commit_count);
	put_list(out, list->rules, list->rule_count);
}

static void put_check(struct buf *out, const struct rule_check *check)
{
	put_text(out, check->name);
	put_list(out, check->args, check->arg_count);
	put_number(out, check->skip);
	put_number(out, check->gap);
	put_number(out, check->width);
	put_text(out, check->encoding);
	put_number(out, check->drop_on_fail);
}

static void put_texts(struct buf *out, const struct rule *rule)
{
	put_text(out, rule->id);
	put_text(out, rule->description);
	put_text(out, rule->provider);
	put_text(out, rule->regex);
	put_text(out, rule->path);
	put_text(out, rule->severity);
	put_text(out, rule->mend);
	put_list(out, rule->keywords, rule->keyword_count);
	put_list(out, rule->stopwords, rule->stopword_count);
	put_list(out, rule->tags, rule->tag_count);
	put_list(out, rule->references, rule->reference_count);
	put_number(out, rule->example_count);
	for (size_t i = 0; i < rule->example_count; i++) {
		put_text(out, rule->examples[i].text);
		put_number(out, rule->examples[i].counter);
	}
}

static void put_numbers(struct buf *out, const struct rule *rule)
{
	uint32_t entropy;

	memcpy(&entropy, &rule->entropy, sizeof(entropy));
	put_number(out, rule->finder);
	put_number(out, rule->confidence);
	put_number(out, rule->guessable);
	put_number(out, rule->helper);
	put_number(out, rule->keep_placeholders);
	put_number(out, rule->near);
	put_number(out, rule->run_length);
	put_number(out, rule->secret_group);
	put_number(out, entropy);
	put_number(out, rule->min_digits);
	put_number(out, rule->min_upper);
	put_number(out, rule->min_lower);
	put_number(out, rule->specificity);
	put_number(out, rule->encodings);
	put_set(out, &rule->run_set);
	put_set(out, &rule->not_before);
	put_set(out, &rule->not_after);
}

uint64_t ruleset_rule_digest(const struct rule *rule)
{
	struct buf out;
	uint64_t digest;

	buf_init(&out, LIMIT_RULESET);
	put_texts(&out, rule);
	put_numbers(&out, rule);
	put_anchors(&out, rule->anchors, rule->anchor_count);
	put_check(&out, &rule->check);
	put_number(&out, rule->companion_count);
	for (size_t i = 0; i < rule->companion_count; i++) {
		put_text(&out, rule->companions[i].rule);
		put_number(&out, rule->companions[i].within);
		put_number(&out, rule->companions[i].required);
		put_number(&out, rule->companions[i].raises);
	}
	put_number(&out, rule->allowlist_count);
	for (size_t i = 0; i < rule->allowlist_count; i++)
		put_allowlist(&out, &rule->allowlists[i]);
	put_number(&out, request_digest(rule->verify));
	put_number(&out, request_digest(rule->revoke));
	digest = hash_64(buf_bytes(&out), 0);
	buf_release(&out);
	return digest;
}

static void put_rest(struct buf *out, const struct ruleset *set)
{
	for (size_t i = 0; i < set->decode_count; i++) {
		const struct rule_decode *decode = &set->decodes[i];

		put_text(out, decode->id);
		put_anchors(out, decode->anchors, decode->anchor_count);
		put_number(out, decode->within);
		put_number(out, decode->min_length);
		put_number(out, decode->max_length);
	}
	for (size_t i = 0; i < set->allowlist_count; i++)
		put_allowlist(out, &set->allowlists[i]);
}

uint64_t ruleset_digest_of(const struct ruleset *set, size_t i)
{
	return set->entries[i].digest;
}

uint64_t ruleset_digest_rest(const struct ruleset *set)
{
	struct buf out;
	uint64_t digest;

	buf_init(&out, LIMIT_RULESET);
	put_rest(&out, set);
	digest = hash_64(buf_bytes(&out), 0);
	buf_release(&out);
	return digest;
}

void ruleset_digest(const struct ruleset *set, char text[17])
{
	struct buf out;

	buf_init(&out, LIMIT_RULESET);
	for (size_t i = 0; i < set->count; i++) {
		uint64_t digest = set->entries[i].digest;

		buf_put(&out, bytes_of(&digest, sizeof(digest)));
	}
	put_rest(&out, set);
	snprintf(text, 17, "%016" PRIx64, hash_64(buf_bytes(&out), 0));
	buf_release(&out);
}
