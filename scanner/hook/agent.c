#include "hook/internal.h"
#include "base/banned.h"
int hook_agent_run(const struct hook_settings *s, const atomic_int *signal)
{ (void)s; (void)signal; return EXIT_UNABLE; }
