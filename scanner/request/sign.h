/*
 * sign: built-in signers, by name: "aws-sigv4", "azure-sharedkey".
 */
#ifndef STANCH_REQUEST_SIGN_H
#define STANCH_REQUEST_SIGN_H

#include <stdbool.h>

bool request_sign_is_known(const char *kind);

#endif
