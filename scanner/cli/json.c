#include "cli/json.h"

#include "base/banned.h"

/* Rule files are UTF-8 (the loader checks), so only ASCII needs escapes. */
static void put_text(struct buf *out, const char *text)
{
	buf_put_byte(out, '"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\u%04x", c);
		else
			buf_put_byte(out, c);
	}
	buf_put_byte(out, '"');
}

static void put_member(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, ",\"%s\":", name);
	if (text)
		put_text(out, text);
	else
		buf_put_text(out, "null");
}

static void put_list(struct buf *out, const char *name,
	const char *const *texts, size_t n)
{
	buf_printf(out, ",\"%s\":[", name);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_put_byte(out, ',');
		put_text(out, texts[i]);
	}
	buf_put_byte(out, ']');
}

static void put_hosts(struct buf *out, const char *name,
	const struct request_block *block)
{
	put_list(out, name, block ? block->hosts : NULL,
		block ? block->host_count : 0);
}

void cli_json_rule(struct buf *out, const struct rule *r)
{
	buf_put_text(out, "{\"id\":");
	put_text(out, r->id);
	put_member(out, "description", r->description);
	put_member(out, "provider", r->provider);
	put_member(out, "severity", r->severity);
	put_member(out, "confidence", confidence_name(r->confidence));
	put_member(out, "check", r->check.name);
	put_member(out, "regex", r->regex);
	put_member(out, "path", r->path);
	put_member(out, "mend", r->mend);
	put_hosts(out, "verify_hosts", r->verify);
	put_hosts(out, "revoke_hosts", r->revoke);
	put_list(out, "keywords", r->keywords, r->keyword_count);
	put_list(out, "tags", r->tags, r->tag_count);
	put_list(out, "references", r->references, r->reference_count);
	buf_printf(out, ",\"examples\":%zu", r->example_count);
	put_member(out, "file", r->file);
	buf_printf(out, ",\"line\":%u}", r->line);
}

void cli_json_rules(struct buf *out, const struct ruleset *rules)
{
	buf_put_text(out, "[\n");
	for (size_t i = 0; i < ruleset_count(rules); i++) {
		cli_json_rule(out, ruleset_rule(rules, i));
		buf_put_text(out, i + 1 < ruleset_count(rules) ? ",\n" : "\n");
	}
	buf_put_text(out, "]\n");
}
