/*
 * library: which libcurl requests are made with. stanch-net is started to say
 * so, and ended; nothing is sent to anyone.
 */
#ifndef STANCH_NET_LIBRARY_H
#define STANCH_NET_LIBRARY_H

#include "base/error.h"

/* As libcurl writes it: "libcurl/7.88.1 OpenSSL/3.0.16 zlib/1.2.13 ...". */
#define NET_LIBRARY 512
enum status net_library(char text[NET_LIBRARY], struct error *err) MUST_USE;

#endif
