/* The helper is no room with an archive: its file is taken as it is. */
#include "net/helper/address.c"

#include <arpa/inet.h>

#include "unit.h"

static bool is_public(const char *text)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return address_is_public((const struct sockaddr *)&v4);
	CHECK(inet_pton(AF_INET6, text, &v6.sin6_addr) == 1);
	return address_is_public((const struct sockaddr *)&v6);
}

static void refused(void)
{
	static const char *const addresses[] = {"0.0.0.0", "0.1.2.3",
		"10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255",
		"127.0.0.1", "127.255.255.254", "169.254.169.254",
		"172.16.0.1", "172.31.255.255", "192.0.0.170", "192.0.2.1",
		"192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255",
		"198.51.100.1", "203.0.113.9", "224.0.0.1", "239.1.1.1",
		"240.0.0.1", "255.255.255.255", "::", "::1",
		"::ffff:127.0.0.1", "::ffff:10.1.1.1",
		"::ffff:169.254.169.254", "64:ff9b::7f00:1",
		"64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "fe80::1", "febf::1",
		"fc00::1", "fd00:ec2::254", "ff02::1", "2001::1",
		"2001:db8::1", "2002:7f00:1::", "100::1", "3fff::1",
		"4000::1", "::127.0.0.1"};

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		if (is_public(addresses[i]))
			printf("  public: %s\n", addresses[i]);
		CHECK(!is_public(addresses[i]));
	}
}

static void reached(void)
{
	static const char *const addresses[] = {"1.1.1.1", "8.8.8.8",
		"100.63.255.255", "100.128.0.1", "126.255.255.255",
		"128.0.0.1", "172.15.255.255", "172.32.0.1", "192.0.1.1",
		"192.167.255.255", "198.17.255.255", "198.20.0.1",
		"223.255.255.255", "140.82.121.6", "::ffff:140.82.121.6",
		"64:ff9b::8c52:7906", "2606:4700::1111", "2a00:1450::1",
		"2001:4860:4860::8888"};

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		if (!is_public(addresses[i]))
			printf("  refused: %s\n", addresses[i]);
		CHECK(is_public(addresses[i]));
	}
}

static const struct unit_test tests[] = {
	{"special addresses, in any wrapping, are not public", refused},
	{"public addresses, to the edges of the special ones", reached},
};

UNIT_MAIN(tests)
