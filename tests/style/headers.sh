#!/bin/sh
# Every header compiles alone, as C11 with our warnings.
passed=0 failed=0
for header in scanner/*/*.h; do
	# Poisoned names break the system headers included after it.
	[ "$header" = scanner/base/banned.h ] && continue
	# A C++ interface may say so in its first lines.
	if echo "#include \"${header#scanner/}\"" |
		${CC:-cc} -std=c11 -Wall -Wextra -Wundef -Werror \
			-D_GNU_SOURCE -DPCRE2_CODE_UNIT_WIDTH=8 -Iscanner \
			-fsyntax-only -x c -; then
		passed=$((passed + 1))
	else
		echo "$header does not compile alone"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
