/*
 * URLs of any bytes. What we take, libcurl takes as the same: scheme, host and
 * port, and no user. A host that a list allows is one of its patterns.
 */
#include "net/url.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void same(const struct net_url *ours, const char *text)
{
	CURLU *url = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;

	assert(url != NULL);
	assert(curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK);
	assert(curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK);
	assert(curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK);
	assert(curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ==
		CURLUE_OK);
	assert(curl_url_get(url, CURLUPART_USER, &user, 0) ==
		CURLUE_NO_USER);
	assert(strcmp(scheme, "https") == 0);
	assert(bytes_equal(ours->host, bytes_text(host)));
	assert(strtoul(port, NULL, 10) == ours->port);
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(url);
}

static void look(const struct net_url *url)
{
	assert(url->host.n > 0 && url->host.n <= 253);
	for (size_t i = 0; i < url->host.n; i++) {
		unsigned char c = url->host.at[i];

		assert((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			c == '-' || c == '_' || c == '.');
	}
	assert(url->path.n == 0 || url->path.at[0] == '/');
	assert(bytes_find_byte(url->path, '#') == BYTES_NONE);
	assert(url->port > 0);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const char *const own[] = {"vault.corp.example"};
	static const char *const hosts[] = {"api.example.com",
		"*.example.net", "@configured"};
	const struct net_config config = {.hosts = own, .host_count = 1};
	bytes text = bytes_of(data, size);
	struct net_url url;
	char *copy;

	if (net_url_parse(text, &url)) {
		look(&url);
		copy = strndup((const char *)data, size);
		assert(copy != NULL && strlen(copy) == size);
		same(&url, copy);
		free(copy);
		text = url.host;
	}
	if (net_host_allowed(&config, hosts, 3, text))
		assert(bytes_equal(text, bytes_text(hosts[0])) ||
			bytes_equal(text, bytes_text(own[0])) ||
			(bytes_ends(text, bytes_text(".example.net")) &&
				bytes_find_byte(bytes_take(text,
					text.n - 12), '.') == BYTES_NONE));
	return 0;
}
