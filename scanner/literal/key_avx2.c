/*
 * Keys of pieces with AVX2, twice as fast as with what every x86-64 has.
 * xxHash chooses its vectors when it is compiled, so here it is once more;
 * hash_128_secret says the same.
 */
#if defined(__x86_64__) && defined(__GNUC__)
#pragma GCC target("avx2")
#define XXH_VECTOR 2 /* XXH_AVX2 */
#define XXH_INLINE_ALL
#include "literal/internal.h"

#include <xxhash.h>

#include "base/banned.h"

static struct hash128 key_avx2(bytes data,
	const unsigned char secret[HASH_SECRET])
{
	XXH128_hash_t h = XXH3_128bits_withSecret(data.at, data.n, secret,
		HASH_SECRET);

	return (struct hash128){h.low64, h.high64};
}

/* Compiled for AVX2 as all of this file, but runs nothing of it. */
literal_key *literal_key_fastest(void)
{
	return __builtin_cpu_supports("avx2") ? key_avx2 : hash_128_secret;
}

#else
#include "literal/internal.h"

#include "base/banned.h"

literal_key *literal_key_fastest(void)
{
	return hash_128_secret;
}

#endif
