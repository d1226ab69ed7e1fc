/* A body in JSON, member by member. */
#include "partner/alerts.h"

#include "json/json.h"

#include <stdlib.h>

#include "base/banned.h"

static bytes text_of(const struct json_value *object, const char *key)
{
	return json_value_text(json_value_get(object, key));
}

/* What is over its limit is left out: a URL is for people, and says less. */
static bool read_one(const struct json_value *value, struct alert *out)
{
	*out = (struct alert){
		.token = text_of(value, "token"),
		.type = text_of(value, "type"),
		.url = text_of(value, "url"),
		.source = text_of(value, "source"),
	};
	if (out->url.n > ALERTS_URL)
		out->url.n = 0;
	if (out->source.n > ALERTS_TYPE)
		out->source.n = 0;
	return out->token.n > 0 && out->token.n <= ALERTS_TOKEN &&
	       out->type.n > 0 && out->type.n <= ALERTS_TYPE;
}

enum status alerts_read(bytes body, struct alerts *out, struct error *err)
{
	const struct json_value *root;
	size_t n;

	*out = (struct alerts){.document = json_document_parse("alerts", body,
		1, err)};
	if (out->document == NULL)
		return err->code;
	root = json_document_root(out->document);
	if (json_value_kind(root) != JSON_KIND_LIST)
		return error_set(err, ERR_FORMAT, "read the alerts: they are "
			"no list");
	n = json_value_count(root);
	if (n > ALERTS_MOST)
		return error_set(err, ERR_LIMIT, "read the alerts: more than "
			"%d", ALERTS_MOST);
	out->at = calloc(n ? n : 1, sizeof(*out->at));
	if (out->at == NULL)
		return error_set(err, ERR_MEMORY, "read the alerts: out of "
			"memory");
	for (size_t i = 0; i < n; i++)
		if (read_one(json_value_item(root, i), &out->at[out->n]))
			out->n++;
		else
			out->malformed++;
	return OK;
}

void alerts_release(struct alerts *a)
{
	json_document_free(a->document); /* wipes */
	free(a->at);
	*a = (struct alerts){.n = 0};
}
