/*
 * sign: built-in signers, by name; rules/README.md says what each takes.
 * aws-sigv4, azure-sharedkey and cosmos-master add headers; jwt-rs256 and
 * oauth-client-credentials make the form of a token request.
 */
#ifndef STANCH_REQUEST_SIGN_H
#define STANCH_REQUEST_SIGN_H

#include <stdbool.h>

bool request_sign_is_known(const char *kind);

#endif
