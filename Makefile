# stanch: build, test, measure. `make help` lists the targets.
# Everything goes to build/$(CONFIG)/; CONFIG is release, debug, asan or tsan.

CONFIG ?= release
PREFIX ?= /usr/local
B := build/$(CONFIG)
CC ?= cc
CXX ?= c++
VERSION := 0.1.0

# V=1 shows the commands; with -s nothing is said at all.
Q := $(if $(V),,@)
SAY := $(if $(findstring s,$(firstword -$(MAKEFLAGS))),true,echo)

# Rooms from the top down: a room's archive may need those after it.
ROOMS := cli \
	ci \
	explain \
	diff \
	hook \
	agent \
	survey \
	settle \
	recall \
	audit \
	nursery \
	vault \
	partner \
	loop \
	receive \
	spool \
	basis \
	recheck \
	job \
	papers \
	args \
	engine \
	share \
	gauge \
	report \
	page \
	forge \
	render \
	suppress \
	json \
	respond \
	auditlog \
	policy \
	place \
	machine \
	history \
	selection \
	carry \
	attribute \
	treelog \
	change \
	revision \
	credential \
	known \
	census \
	roster \
	bundle \
	store \
	header \
	pack \
	repo \
	leaks \
	source \
	detect \
	literal \
	ruleset \
	example \
	pattern \
	decode \
	check \
	verify \
	network \
	ask \
	request \
	signing \
	net \
	flow \
	base

WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wpointer-arith \
	-Wwrite-strings -Wcast-qual -Walloca -Werror
HARDEN := -fstack-protector-strong -fstack-clash-protection -fPIE \
	-ftrivial-auto-var-init=zero -fno-delete-null-pointer-checks \
	-fvisibility=hidden
ifeq ($(shell uname -m),x86_64)
HARDEN += -fcf-protection=full
endif
LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
OPT_release := -O2 -D_FORTIFY_SOURCE=3
OPT_debug := -O0 -g3
OPT_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
OPT_static := $(OPT_release)
OPT_tsan := -O1 -g -fsanitize=thread
# For libFuzzer, by clang: tests/fuzz/run sets CC and CXX.
OPT_fuzz := -O1 -g -fsanitize=address,undefined,fuzzer-no-link \
	-fno-sanitize-recover=all -fno-omit-frame-pointer
ifeq ($(OPT_$(CONFIG)),)
$(error CONFIG=$(CONFIG) is not one of release, debug, asan, tsan, fuzz, static)
endif
ifeq ($(CONFIG),fuzz)
HARDEN := -fPIE -fvisibility=hidden
WARN := -Wall -Wextra
endif

CPPFLAGS += -D_GNU_SOURCE -Iscanner -DSTANCH_VERSION='"$(VERSION)"' \
	-DPCRE2_CODE_UNIT_WIDTH=8 -ffile-prefix-map=$(CURDIR)=.
ALL_CFLAGS = -std=c11 $(WARN) $(HARDEN) $(OPT_$(CONFIG)) -pthread $(CFLAGS)
ALL_CXXFLAGS = -std=c++17 -Wall -Wextra -fno-rtti $(HARDEN) \
	$(OPT_$(CONFIG)) -pthread $(CXXFLAGS)
ALL_LDFLAGS = $(LINK) $(OPT_$(CONFIG)) -pthread $(LDFLAGS)
# What is built: a commit of this repository, or of an archive made of one
# (.gitattributes), "+" behind it for what is not committed; or nobody knows.
COMMIT := $(shell sed -n 's/^[0-9a-f]*+\{0,1\}$$/&/p' .commit 2>/dev/null)
ifeq ($(COMMIT),)
COMMIT := $(shell git describe --always --abbrev=40 --dirty=+ --exclude='*' \
	2>/dev/null)
endif
# Static where Debian has the archive: start-up is part of the product.
LIBS := -Wl,-Bstatic -lpcre2-8 -ldeflate -lz -ljansson -lcrypto -Wl,-Bdynamic -ldl \
	-static-libstdc++ -static-libgcc

sources = $(sort $(wildcard scanner/$(1)/*.c) $(wildcard scanner/$(1)/*.cpp))
objects = $(patsubst scanner/%,$(B)/%.o,$(call sources,$(1)))
ARCHIVES := $(ROOMS:%=$(B)/lib%.a)
# A second opinion on what we write; linked only into tests that ask it.
UNIT_LIBS := -ljansson
UNITS := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/*_test.c))

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.PHONY: kill demo all help deps unit check test test-long install uninstall \
	papers deb deb-test sbom dist static bench accuracy fuzz \
	fault differential clean
.PHONY: demo-audit audit-long

## all: build $(B)/stanch, and beside it what it loads and starts
all: $(B)/stanch $(B)/stanch-git.so $(B)/stanch-net $(B)/stanch-sqlite.so \
	$(B)/stanch-postgres.so $(B)/stanch-partner

## help: this list
help:
	@sed -n 's/^## //p' Makefile

## deps: install the Debian packages that build and tests need
deps:
	@sh tests/deps.sh

$(B)/%.c.o: scanner/%.c
	@mkdir -p $(@D)
	@$(SAY) CC $<
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/%.cpp.o: scanner/%.cpp
	@mkdir -p $(@D)
	@$(SAY) CXX $<
	$(Q)$(CXX) $(CPPFLAGS) $(ALL_CXXFLAGS) -MMD -MP -c -o $@ $<

define room
$(B)/lib$(1).a: $(call objects,$(1))
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room,$(r))))

# Only one file names the commit, and is built again with another.
$(B)/cli/version.c.o: CPPFLAGS += $(if $(COMMIT),-DSTANCH_COMMIT='"$(COMMIT)"')
$(B)/cli/version.c.o: $(B)/commit
$(B)/commit: FORCE
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' >$@
.PHONY: FORCE
FORCE:

# The rule packs become constant data; see scanner/ruleset/README.md.
RULES := $(sort $(wildcard rules/*.toml))
RULEC := $(patsubst scanner/%,$(B)/%.o,$(wildcard scanner/ruleset/tool/*.c))
$(B)/rulec: $(RULEC) $(B)/libruleset.a $(B)/librequest.a \
		$(B)/libsigning.a $(B)/libjson.a $(B)/libexample.a $(B)/libpattern.a \
		$(B)/libdecode.a $(B)/libcheck.a $(B)/libflow.a $(B)/libbase.a
	$(Q)$(CXX) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(B)/builtin.c: $(B)/rulec $(RULES)
	@$(SAY) RULES $@
	$(Q)$< $(RULES) >$@

$(B)/builtin.o: $(B)/builtin.c
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -O0 -c -o $@ $<

# A room and all below it: what it may include by layers.txt, and so on down.
below = $(shell awk -F: '{ may[$$1] = $$2 } \
	END { n = 1; room[1] = "$(1)"; seen["$(1)"] = 1; \
	for (i = 1; i <= n; i++) { print room[i]; k = split(may[room[i]], p, " "); \
	for (j = 1; j <= k; j++) if (!(p[j] in seen)) \
	{ seen[p[j]] = 1; room[++n] = p[j] } } }' scanner/layers.txt)

# So do their literals in all encodings: gathering them takes milliseconds.
$(B)/bake: $(B)/detect/tool/bake.c.o $(B)/builtin.o \
		$(patsubst %,$(B)/lib%.a,$(call below,detect))
	$(Q)$(CXX) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) \
		-Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS)

$(B)/baked.c: $(B)/bake
	@$(SAY) BAKE $@
	$(Q)$< >$@

$(B)/baked.o: $(B)/baked.c
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -O0 -c -o $@ $<

# One file that loads nothing; see packages/README.md.
ifeq ($(CONFIG),static)
$(B)/stanch: private LIBS := -static-pie $(B)/static.o -lpcre2-8 -ldeflate \
	-lz -ljansson -lcrypto
$(B)/stanch: $(B)/static.o
$(B)/static.o: packages/static.c
	$(Q)$(CC) $(ALL_CFLAGS) -Wno-discarded-qualifiers -c -o $@ $<
endif

$(B)/stanch: $(B)/main.c.o $(ARCHIVES) $(B)/builtin.o $(B)/baked.o
	@$(SAY) LINK $@
	$(Q)$(CXX) $(ALL_LDFLAGS) -o $@ $(B)/main.c.o $(B)/builtin.o \
		$(B)/baked.o \
		-Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LIBS)

# The only file that is linked with libgit2; see scanner/revision/module.h.
MODULE := $(patsubst scanner/%,$(B)/%.o,$(wildcard scanner/revision/module/*.c))
$(MODULE): HARDEN := $(filter-out -fPIE,$(HARDEN)) -fPIC
$(B)/stanch-git.so: $(MODULE)
	@$(SAY) LINK $@
	$(Q)$(CC) -shared $(filter-out -pie,$(ALL_LDFLAGS)) -o $@ $^ -lgit2

# The only files that are linked with databases; see scanner/store/backend.h.
STORES := sqlite postgres
$(STORES:%=$(B)/store/module/%.c.o): HARDEN := $(filter-out -fPIE,$(HARDEN)) -fPIC
$(B)/store/module/postgres.c.o: CPPFLAGS += $(shell pkg-config --cflags libpq)
$(B)/stanch-sqlite.so: STORE_LIB := -lsqlite3
$(B)/stanch-postgres.so: STORE_LIB := -lpq
$(STORES:%=$(B)/stanch-%.so): $(B)/stanch-%.so: $(B)/store/module/%.c.o
	@$(SAY) LINK $@
	$(Q)$(CC) -shared $(filter-out -pie,$(ALL_LDFLAGS)) -o $@ $^ $(STORE_LIB)

# The only program that is linked with libcurl; see scanner/net/net.h.
HELPER := $(patsubst scanner/%,$(B)/%.o,$(wildcard scanner/net/helper/*.c))
$(B)/stanch-net: $(HELPER) $(B)/libnet.a $(B)/libbase.a
	@$(SAY) LINK $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcurl -Wl,-Bstatic -lcrypto \
		-Wl,-Bdynamic

# The only program that is linked with libmicrohttpd; see scanner/receive/receive.h.
RECEIVER := $(patsubst scanner/%,$(B)/%.o,$(wildcard scanner/receive/helper/*.c))
$(B)/stanch-partner: $(RECEIVER) $(B)/libreceive.a $(B)/libnet.a $(B)/libbase.a
	@$(SAY) LINK $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lmicrohttpd -lcrypto

# What a program loads stands beside it.
$(B)/unit/stanch-sqlite.so: $(B)/stanch-sqlite.so
	@mkdir -p $(@D)
	@ln -sf ../stanch-sqlite.so $@
$(B)/unit/store_test: | $(B)/unit/stanch-sqlite.so

# A unit test (ROOM_test.c, ROOM_PART_test.c) links its room and those below
# it, by layers.txt; the built-in rules too, where rulesets are among them.
unit_parts = $(patsubst %,$(B)/lib%.a,$(call below,$(1))) \
	$(if $(filter ruleset,$(call below,$(1))),$(B)/builtin.o)
.SECONDEXPANSION:
$(B)/unit/%_test: tests/unit/%_test.c tests/unit/unit.h \
		$$(call unit_parts,$$(firstword $$(subst _, ,$$*)))
	@mkdir -p $(@D)
	@$(SAY) UNIT $*
	$(Q)$(CC) $(CPPFLAGS) -Itests/unit $(ALL_CFLAGS) -c -o $@.o $<
	$(Q)$(CXX) $(ALL_LDFLAGS) -o $@ $@.o $(filter %.o,$^) \
		-Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS) \
		$(UNIT_LIBS)

# Programs of other tests link everything: tests/property/NAME.c, and
# tests/fuzz/NAME_fuzz.c with its driver.
FUZZ_DRIVER := $(if $(filter fuzz,$(CONFIG)),-fsanitize=fuzzer,$(B)/replay.o)
link_all = $(Q)$(CC) $(CPPFLAGS) -Itests/property $(ALL_CFLAGS) -c -o $@.o $< \
	&& $(CXX) $(ALL_LDFLAGS) -o $@ $@.o $(1) $(B)/builtin.o \
	-Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LIBS) $(OWN_LIBS)
$(B)/property/%: tests/property/%.c tests/property/record.h $(ARCHIVES) \
		$(B)/builtin.o
	@mkdir -p $(@D)
	@$(SAY) TEST $*
	$(call link_all)
# Yardsticks and drivers of single rooms: bench/README.md.
$(B)/micro/%: bench/micro/%.c $(ARCHIVES) $(B)/builtin.o
	@mkdir -p $(@D)
	@$(SAY) BENCH $*
	$(call link_all)
$(B)/micro/libgit2_bench: OWN_LIBS := -lgit2
# What reads URLs and frames on the network's side is libcurl's.
$(B)/fuzz/url $(B)/fuzz/frame: OWN_LIBS := -lcurl
$(B)/replay.o: tests/fuzz/replay.c
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<
$(B)/fuzz/%: tests/fuzz/%_fuzz.c tests/property/record.h $(ARCHIVES) \
		$(B)/builtin.o $(if $(filter fuzz,$(CONFIG)),,$(B)/replay.o)
	@mkdir -p $(@D)
	@$(SAY) FUZZ $*
	$(call link_all,$(FUZZ_DRIVER))

## unit: build and run the unit tests
unit: $(UNITS)
	@for t in $(UNITS); do echo "$$t"; $$t || exit 1; done

## check: style, unit tests (debug), command-line tests; a minute or two
check:
	@sh tests/run.sh check

## test: check, and all of it again under ASan and UBSan
test:
	@sh tests/run.sh test

# Pages and completions, by the program itself.
$(B)/man/stanch.1: $(B)/stanch
	@$(SAY) PAPERS $(@D)
	@rm -rf $(@D) && mkdir -p $(@D)
	$(Q)$< help --man >$@ && for c in $$($< help | awk \
		'/^  [a-z]/ { print $$1 }'); do \
		$< help --man $$c >$(@D)/stanch-$$c.1 || exit 1; done
$(B)/complete/stanch: $(B)/stanch
	@rm -rf $(@D) && mkdir -p $(@D)
	$(Q)$< help --complete fish >$@.fish
	$(Q)$< help --complete zsh >$(@D)/_stanch
	$(Q)$< help --complete bash >$@

## papers: manual pages and completions, in $(B)/man and $(B)/complete
papers: $(B)/man/stanch.1 $(B)/complete/stanch

## install: put all of it under DESTDIR and PREFIX (/usr/local)
install uninstall: all papers
	@DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" \
		sh packages/install.sh $@ $(B)
## uninstall: take it away from there

## sbom: the bill of materials, SPDX, in $(B)/stanch.spdx.json
sbom: all
	@packages/sbom.py $(B) "$(LIBS)" >$(B)/stanch.spdx.json

## dist: what a release consists of, with checksums, in build/dist
dist:
	@sh packages/dist.sh

## deb: a Debian package, in build/deb
deb:
	@sh packages/deb.sh

## deb-test: install it in fresh Debian systems (root, network, minutes)
deb-test:
	@sh tests/package/chroot.sh

## static: one file without any library, in build/static; see packages/README.md
static:
	@$(MAKE) -s CONFIG=static build/static/stanch

## test-long: what takes long: every fault, a 10 minute fuzz, huge inputs
test-long: all
	@sh tests/run.sh long

## bench: speed and memory, against find and cat and git
bench: all
	@bench/run

## demo-audit: a small organization, two workers, one of them killed
demo-audit: all
	@sh tests/demo-audit.sh

## audit-long: 1,000 kills, 40 random sequences, every hostile repository
audit-long: all
	@AUDIT_KILLS=1000 AUDIT_STEPS=40 AUDIT_ALL=1 AUDIT_RESPOND_KILLS=100 \
		AUDIT_LEASE_KILLS=150 tests/cli/run --long --jobs 1 \
		--slow 3600 --binary $(B)/stanch audit/

## accuracy: recall and precision by provider, on corpus/
accuracy: all $(B)/property/examples
	@corpus/run

## fuzz: clang's libFuzzer on each target, FUZZ_SECONDS (60) each
fuzz: all
	@tests/fuzz/run

$(B)/fault/fail.so: tests/fault/fail.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -O1 -fPIC \
		-shared -o $@ $<

## fault: every call fails in turn, once and for good (minutes)
fault: all $(B)/fault/fail.so
	@tests/fault/run --all

## kill: a response killed at any moment, KILLS (5000) times (hours)
kill: all
	@tests/kill/run $(or $(KILLS),5000) $(B)/stanch

## demo: plant a token, find it, revoke it, confirm it dead; all on loopback
demo: all
	@sh tests/demo/run $(B)/stanch

## differential: the engine against the naive search over DIR=...
differential: $(B)/property/differential
	@test -n "$(DIR)" || { echo "differential: DIR=... please" >&2; exit 2; }
	@$(B)/property/differential $(DIR)

clean:
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
