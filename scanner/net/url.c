/*
 * url: one strict reading of URLs.
 *
 * Libraries read odd URLs differently, and each difference has sent a secret
 * to the wrong host somewhere. So only one spelling is a URL here: what is
 * not plainly a name of a public server is refused. stanch-net asks libcurl
 * what it reads, and sends nothing unless it is the same.
 */
#include "net/internal.h"

#include "base/banned.h"

#define HOST_MOST 253
#define LABEL_MOST 63

static bool is_label_byte(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_';
}

static bool is_label(bytes label)
{
	if (label.n == 0 || label.n > LABEL_MOST || label.at[0] == '-' ||
		label.at[label.n - 1] == '-')
		return false;
	for (size_t i = 0; i < label.n; i++)
		if (!is_label_byte(label.at[i]))
			return false;
	return true;
}

/* Two labels at least; the last begins with a letter, so that no spelling of
 * an IPv4 address (1.2.3.4, 0x7f.1, 017700000001) is a name. */
static bool is_host(bytes host)
{
	bytes label, rest = host;
	size_t labels = 0;
	bool more;

	if (host.n > HOST_MOST)
		return false;
	do {
		more = bytes_cut(rest, '.', &label, &rest);
		if (!is_label(label))
			return false;
		labels++;
	} while (more);
	return labels >= 2 && label.at[0] >= 'a' && label.at[0] <= 'z';
}

static bool read_port(bytes digits, uint16_t *port)
{
	uint32_t value = 0;

	if (digits.n < 1 || digits.n > 5 || digits.at[0] == '0')
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.at[i] < '0' || digits.at[i] > '9')
			return false;
		value = value * 10 + (uint32_t)(digits.at[i] - '0');
	}
	if (value > 65535)
		return false;
	*port = (uint16_t)value;
	return true;
}

/* "." and ".." segments are folded by libraries: the path would not be the
 * one that the rule means. */
static bool has_dot_segment(bytes path)
{
	bytes segment, rest, query;
	bool more;

	bytes_cut(path, '?', &rest, &query);
	do {
		more = bytes_cut(rest, '/', &segment, &rest);
		if (bytes_equal(segment, bytes_text(".")) ||
			bytes_equal(segment, bytes_text("..")) ||
			bytes_find_nocase(segment, bytes_text("%2e")) !=
				BYTES_NONE)
			return true;
	} while (more);
	return false;
}

static bool is_path(bytes path)
{
	for (size_t i = 0; i < path.n; i++)
		if (path.at[i] <= ' ' || path.at[i] >= 0x7f ||
			path.at[i] == '\\' || path.at[i] == '#')
			return false;
	return (path.n == 0 || path.at[0] == '/') && !has_dot_segment(path);
}

bool net_url_parse(bytes text, struct net_url *out)
{
	static const char scheme[] = "https://";
	struct net_url url = {.port = 443};
	bytes authority, digits;
	size_t end = 0;

	if (!bytes_starts(text, bytes_text(scheme)))
		return false;
	text = bytes_drop(text, sizeof(scheme) - 1);
	while (end < text.n && text.at[end] != '/' && text.at[end] != '?')
		end++;
	authority = bytes_take(text, end);
	url.path = bytes_drop(text, end);
	if (bytes_cut(authority, ':', &url.host, &digits) &&
		!read_port(digits, &url.port))
		return false;
	if (!is_host(url.host) || !is_path(url.path))
		return false;
	*out = url;
	return true;
}

/* Label by label; a star is any one label. */
static bool matches(bytes pattern, bytes host)
{
	bytes want, got;
	bool more, also;

	do {
		more = bytes_cut(pattern, '.', &want, &pattern);
		also = bytes_cut(host, '.', &got, &host);
		if (more != also || got.n == 0 ||
			(!bytes_equal(want, bytes_text("*")) &&
				!bytes_equal(want, got)))
			return false;
	} while (more);
	return true;
}

bool net_is_configured_host(const struct net_config *config, bytes host)
{
	for (size_t i = 0; config && i < config->host_count; i++)
		if (bytes_equal(bytes_text(config->hosts[i]), host))
			return true;
	return false;
}

bool net_host_allowed(const struct net_config *config,
	const char *const *hosts, size_t count, bytes host)
{
	for (size_t i = 0; i < count; i++) {
		bytes pattern = bytes_text(hosts[i]);

		if (bytes_equal(pattern, bytes_text("@configured"))) {
			if (net_is_configured_host(config, host))
				return true;
		} else if (matches(pattern, host)) {
			return true;
		}
	}
	return false;
}
