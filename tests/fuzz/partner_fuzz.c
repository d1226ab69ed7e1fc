/*
 * What comes over the network to an endpoint: the two headers, a body, and
 * GitHub's keys. The first byte says which.
 *
 * Nothing that is read reaches beyond what was given, an id is hex, and what is
 * read once is read the same again.
 */
#include "partner/alerts.h"
#include "partner/keys.h"
#include "receive/internal.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void try_heads(bytes text)
{
	unsigned char signature[RECEIVE_SIGNATURE];
	char id[RECEIVE_KEY_ID + 1], again[RECEIVE_KEY_ID + 1];
	size_t n = 0;

	if (receive_head_id(text, id)) {
		assert(strlen(id) == text.n);
		assert(strspn(id, "0123456789abcdef") == text.n);
		assert(receive_head_id(bytes_text(id), again));
		assert(strcmp(id, again) == 0);
	}
	if (receive_head_signature(text, signature, &n))
		assert(n >= 8 && n <= sizeof(signature) &&
			signature[0] == 0x30);
}

static void try_body(bytes body)
{
	struct error err = {0};
	struct alerts alerts;
	size_t sum = 0;

	if (alerts_read(body, &alerts, &err) == OK) {
		assert(alerts.n + alerts.malformed <= ALERTS_MOST);
		for (size_t i = 0; i < alerts.n; i++) {
			const struct alert *a = &alerts.at[i];

			assert(a->token.n > 0 && a->token.n <= ALERTS_TOKEN);
			assert(a->type.n > 0 && a->type.n <= ALERTS_TYPE);
			assert(a->url.n <= ALERTS_URL);
			for (size_t k = 0; k < a->token.n; k++)
				sum += a->token.at[k];
			for (size_t k = 0; k < a->url.n; k++)
				sum += a->url.at[k];
		}
		assert(alerts.n == 0 || sum > 0);
	}
	alerts_release(&alerts);
}

static void try_keys(bytes body)
{
	struct keys_list list;

	if (!keys_read(body, &list))
		return;
	assert(list.n > 0 && list.n <= RECEIVE_KEYS);
	for (size_t i = 0; i < list.n; i++) {
		char id[RECEIVE_KEY_ID + 1];

		/* stanch-partner takes it. */
		assert(receive_head_id(list.at[i].id, id));
		assert(list.at[i].pem.n <= RECEIVE_PEM);
	}
	keys_list_release(&list);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const bytes input = bytes_of(data, size);
	const bytes rest = bytes_drop(input, 1);

	switch (size ? data[0] % 3 : 0) {
	case 0:
		try_heads(rest);
		break;
	case 1:
		try_body(rest);
		break;
	default:
		try_keys(rest);
		break;
	}
	return 0;
}
