/*
 * address: which addresses are public, by IANA's special-purpose registries
 * (RFC 6890 and its updates). Anything not known to be public is not.
 */
#include "net/helper/internal.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/banned.h"

struct block4 {
	uint32_t base;
	unsigned bits;
};

static bool is_public4(uint32_t a)
{
	static const struct block4 special[] = {
		{0x00000000, 8},  /* this network */
		{0x0a000000, 8},  /* private */
		{0x64400000, 10}, /* carrier's NAT */
		{0x7f000000, 8},  /* loopback */
		{0xa9fe0000, 16}, /* link-local, cloud metadata */
		{0xac100000, 12}, /* private */
		{0xc0000000, 24}, /* protocol assignments */
		{0xc0000200, 24}, /* documentation */
		{0xc0586300, 24}, /* 6to4 relays */
		{0xc0a80000, 16}, /* private */
		{0xc6120000, 15}, /* benchmarks */
		{0xc6336400, 24}, /* documentation */
		{0xcb007100, 24}, /* documentation */
		{0xe0000000, 3},  /* multicast, reserved, broadcast */
	};

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if ((a ^ special[i].base) >> (32 - special[i].bits) == 0)
			return false;
	return true;
}

static uint32_t word(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

static bool is_public6(const unsigned char *a)
{
	static const unsigned char nat64[12] = {0, 0x64, 0xff, 0x9b};
	static const unsigned char mapped[12] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	uint32_t first = word(a);

	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return is_public4(word(a + 12));
	if (first >> 29 != 1) /* 2000::/3 is all of the global unicast */
		return false;
	return first >> 9 != 0x20010000 >> 9 && /* 2001::/23, Teredo */
	       first != 0x20010db8 &&		/* documentation */
	       first >> 16 != 0x2002 &&		/* 6to4 */
	       first >> 12 != 0x3fff0;		/* documentation */
}

bool address_is_public(const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		return is_public4(ntohl(v4.sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof(v6));
		return is_public6(v6.sin6_addr.s6_addr);
	}
	return false;
}
