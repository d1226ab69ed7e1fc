/* Fetching over net/, which asks stanch-net; nothing here waits. */
#include "partner/keys.h"

#include "base/clock.h"
#include "json/json.h"
#include "net/net.h"
#include "receive/receive.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

#define URL "https://api.github.com/meta/public_keys/secret_scanning"
#define BODY_MOST ((size_t)256 << 10)
#define DAY 86400.0
#define SAY_ROOM 160
#define ETAG_MOST 200

struct keys {
	const struct net_config *network;
	uint32_t every;
	struct net *net; /* while a request is under way */
	struct keys_list list;
	char etag[ETAG_MOST + 1];
	uint64_t asked; /* clock; 0: never */
	bool is_wanted; /* by somebody with an unknown id */
	bool is_down;	/* the last try gave no list */
	char say[SAY_ROOM];
};

enum status keys_new(const struct net_config *network, uint32_t every,
	struct keys **out, struct error *err)
{
	struct keys *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return error_set(err, ERR_MEMORY, "start: out of memory");
	k->network = network;
	k->every = every;
	k->is_down = true;
	*out = k;
	return OK;
}

void keys_list_release(struct keys_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free((void *)(uintptr_t)list->at[i].id.at);
		free((void *)(uintptr_t)list->at[i].pem.at);
	}
	list->n = 0;
}

void keys_free(struct keys *k)
{
	if (k == NULL)
		return;
	net_close(k->net);
	keys_list_release(&k->list);
	free(k);
}

/* ---- an answer ---------------------------------------------------------- */

static bool is_hex(bytes id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!((id.at[i] >= '0' && id.at[i] <= '9') ||
			    (id.at[i] >= 'a' && id.at[i] <= 'f') ||
			    (id.at[i] >= 'A' && id.at[i] <= 'F')))
			return false;
	return id.n >= 8 && id.n <= RECEIVE_KEY_ID;
}

static bytes copy(bytes text)
{
	void *at = malloc(text.n);

	if (at != NULL)
		memcpy(at, text.at, text.n);
	return bytes_of(at, at ? text.n : 0);
}

/* One that is of no use is passed over; false without memory. */
static bool read_key(const struct json_value *value, struct keys_list *out)
{
	const bytes id = json_value_text(json_value_get(value,
		"key_identifier"));
	const bytes pem = json_value_text(json_value_get(value, "key"));
	struct receive_key *key = &out->at[out->n];

	if (out->n == RECEIVE_KEYS || !is_hex(id) || pem.n == 0 ||
		pem.n > RECEIVE_PEM)
		return true;
	key->id = copy(id);
	key->pem = copy(pem);
	out->n++;
	return key->id.at && key->pem.at;
}

bool keys_read(bytes body, struct keys_list *out)
{
	struct error err;
	struct json_document *document = json_document_parse("keys", body, 1,
		&err);
	const struct json_value *list;
	bool is_whole = document != NULL;

	out->n = 0;
	if (document == NULL)
		return false;
	list = json_value_get(json_document_root(document), "public_keys");
	for (size_t i = 0; is_whole && i < json_value_count(list); i++)
		is_whole = read_key(json_value_item(list, i), out);
	json_document_free(document);
	if (is_whole && out->n > 0)
		return true;
	keys_list_release(out);
	return false;
}

static void keep_etag(struct keys *k, const struct net_answer *answer)
{
	const bytes tag = net_answer_header(answer, "ETag");

	k->etag[0] = '\0';
	if (tag.n == 0 || tag.n > ETAG_MOST)
		return;
	for (size_t i = 0; i < tag.n; i++)
		if (tag.at[i] < 0x20 || tag.at[i] > 0x7e)
			return;
	memcpy(k->etag, tag.at, tag.n);
	k->etag[tag.n] = '\0';
}

static void take(struct keys *k, const struct net_answer *answer)
{
	struct keys_list list;

	k->is_down = true;
	if (answer->result != NET_ANSWERED) {
		snprintf(k->say, sizeof(k->say), "GitHub's keys could not be "
			"fetched: %s", net_result_name(answer->result));
		return;
	}
	if (answer->status == 304 && k->list.n > 0) {
		k->is_down = false;
		return;
	}
	if (answer->status != 200 || answer->cut ||
		!keys_read(answer->body, &list)) {
		snprintf(k->say, sizeof(k->say), "GitHub's keys could not be "
			"fetched: the answer (HTTP %d) is no list of keys",
			answer->status);
		return;
	}
	keys_list_release(&k->list);
	k->list = list;
	k->is_down = false;
	keep_etag(k, answer);
	snprintf(k->say, sizeof(k->say), "GitHub has %zu keys", list.n);
}

/* ---- asking ------------------------------------------------------------- */

static bool may_ask(const struct keys *k)
{
	return k->asked == 0 || clock_seconds(k->asked,
		clock_nanoseconds()) >= k->every;
}

static bool is_due(const struct keys *k)
{
	return k->asked == 0 || (may_ask(k) && (k->is_wanted || k->is_down ||
		clock_seconds(k->asked, clock_nanoseconds()) >= DAY));
}

static bool ask(struct keys *k)
{
	static const char *const hosts[] = {"api.github.com"};
	struct net_header headers[] = {
		{bytes_text("Accept"),
			bytes_text("application/vnd.github+json")},
		{bytes_text("X-GitHub-Api-Version"),
			bytes_text("2022-11-28")},
		{bytes_text("If-None-Match"), bytes_text(k->etag)},
	};
	const struct net_request request = {
		.url = bytes_text(URL),
		.headers = headers,
		.header_count = k->etag[0] ? 3 : 2,
		.hosts = hosts, .host_count = 1,
		.max_body = BODY_MOST,
	};
	struct error err;

	k->asked = clock_nanoseconds();
	if (net_open(k->network, &k->net, &err) == OK &&
		net_send(k->net, &request, &err) == OK)
		return true;
	net_close(k->net);
	k->net = NULL;
	k->is_down = true;
	snprintf(k->say, sizeof(k->say), "GitHub's keys could not be fetched: "
		"%.100s", err.text);
	return false;
}

void keys_want(struct keys *k)
{
	k->is_wanted = true;
}

bool keys_are_coming(const struct keys *k)
{
	return k->net != NULL || is_due(k);
}

bool keys_step(struct keys *k, const char **say)
{
	struct net_answer answer;

	*say = NULL;
	k->say[0] = '\0';
	if (k->net == NULL && is_due(k) && ask(k))
		return false;
	if (k->net && !net_next(k->net, 0, &answer))
		return false;
	if (k->net) {
		take(k, &answer);
		net_close(k->net);
		k->net = NULL;
	} else if (!k->is_wanted && k->say[0] == '\0') {
		return false;
	}
	k->is_wanted = false;
	*say = k->say[0] ? k->say : NULL;
	return true;
}

void keys_tell(const struct keys *k, struct receive *to)
{
	receive_keys(to, k->list.at, k->list.n, k->is_down ?
		RECEIVE_UNKNOWN_LATER : RECEIVE_UNKNOWN_REFUSE);
}
