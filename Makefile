# warroom: everything is found by wildcard; a new module edits no build file. `make help` lists what can be asked.

VERSION := 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
T       ?=
V       ?=
Q       := $(if $(V),,@)
say      = $(if $(V),,@echo '  $(1)')
ifeq ($(origin CC),default)
CC := gcc
endif

PKGS    := glib-2.0 jansson yaml-0.1 libcmark sqlite3
WARN    := -Wall -Wextra -Wpedantic -Werror -Wstrict-prototypes -Wmissing-prototypes
HARDEN  := -fstack-protector-strong -fPIE
FORTIFY ?= -D_FORTIFY_SOURCE=2
OPT     ?= -O2 -g
FLAGS   := -std=gnu17 $(WARN) $(OPT) $(HARDEN) $(FORTIFY) $(SAN) -Iinclude -DWARROOM_VERSION='"$(VERSION)"' \
           $(shell pkg-config --cflags $(PKGS) libcurl libnotify 2>/dev/null | sed 's/-I/-isystem /g') $(CFLAGS)
LINK    := $(SAN) -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)
CORE    := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm
CURL    := $(shell pkg-config --libs libcurl 2>/dev/null)
MHD     := $(shell pkg-config --libs libmicrohttpd 2>/dev/null)
SCREEN  := $(shell pkg-config --libs ncursesw 2>/dev/null)

# The rooms are those of src/ROOMS; keeper, notify and practice are programs of their own and in no library.
ALONE    := keeper notify practice
ROOMS    := $(filter-out $(ALONE),$(shell sed -n 's/^\([a-z]*\):.*/\1/p' src/ROOMS))
objects   = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(wildcard $(1)))
LIB      := $(BUILD)/libwarroom.a
PROGRAMS := $(if $(wildcard src/main.c),warroom) $(if $(wildcard src/engine/main.c),warroom-engine) \
            $(foreach room,$(ALONE),$(if $(wildcard src/$(room)/*.c),warroom-$(room)))

all: ## build the programs into build/bin (what the build needs is installed when it is missing)
	@.ci/install build
	@$(MAKE) --no-print-directory programs

run: all ## build, and show what there is
	@.ci/show $(BUILD)/bin

# Objects are made anew when the flags have changed, not when this file has; the library when a source has come or gone.
MEMBERS := $(filter-out $(BUILD)/obj/engine/main.o,$(call objects,$(ROOMS:%=src/%/*.c)))
export NOW_flags := $(CC) $(FLAGS) $(LINK)
export NOW_members := $(MEMBERS)
$(BUILD)/flags $(BUILD)/members: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$NOW_$(@F)" | cmp -s - $@ || printf '%s\n' "$$NOW_$(@F)" >$@

$(BUILD)/obj/%.o: src/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,cc $<)
	$(Q)$(CC) $(FLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(MEMBERS) $(BUILD)/members
	@rm -f $@
	$(call say,ar $@)
	$(Q)ar -qcs $@ $(filter %.o,$^)

programs: $(LIB) $(PROGRAMS:%=$(BUILD)/bin/%) $(BUILD)/man/warroom.1

# Manual pages and completion, written by the program out of its one table of commands.
$(BUILD)/man/warroom.1: $(BUILD)/bin/warroom .ci/manuals $(wildcard src/cli/manual/*.5)
	.ci/manuals $(BUILD)

$(BUILD)/bin/warroom: $(BUILD)/obj/main.o $(LIB)
$(BUILD)/bin/warroom: LIBS = $(CORE) $(SCREEN)
$(BUILD)/bin/warroom-engine: $(BUILD)/obj/engine/main.o $(LIB)
$(BUILD)/bin/warroom-engine: LIBS = $(CORE) $(CURL)
# The keeper is static: the step's environment is its own, so no LD_PRELOAD meant for a step reaches into it; and it starts in
# half the time.
$(BUILD)/bin/warroom-keeper: $(call objects,src/keeper/*.c)
ifeq ($(SAN),)
$(BUILD)/bin/warroom-keeper: LINK := $(filter-out -pie,$(LINK)) -static-pie
endif
$(BUILD)/bin/warroom-notify: $(call objects,src/notify/*.c) $(LIB)
$(BUILD)/bin/warroom-notify: LIBS = $(shell pkg-config --libs libnotify glib-2.0)
$(BUILD)/bin/warroom-practice: $(call objects,src/practice/*.c) $(LIB)
$(BUILD)/bin/warroom-practice: LIBS = $(CORE) $(CURL) $(MHD)
# Under sanitizers every program knows by itself where its reports go: the engine's and the keeper's stderr are nobody's to read.
REPORTS := $(if $(findstring =address,$(SAN)),$(BUILD)/tests/lib/reports.o)
$(PROGRAMS:%=$(BUILD)/bin/%): $(REPORTS)
$(PROGRAMS:%=$(BUILD)/bin/%):
	@mkdir -p $(@D)
	$(call say,ld $@)
	$(Q)$(CC) $(LINK) -o $@ $(filter %.o %.a,$^) $(LIBS)

# A unit test, a bench, a fuzz target is its own program. tests/lib/clock.o stands before the library and takes the place of
# its clock; the rest of tests/lib is an archive: a program gets what it uses.
TESTLIB := $(BUILD)/tests/libtest.a
CLOCK   := $(BUILD)/tests/lib/clock.o
HELPERS := $(filter-out $(CLOCK) %/reports.o,$(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/lib/*.c tests/world/*.c)))
UNITS   := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/test_*.c))
BENCHES := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/bench_*.c))
FUZZERS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))

$(BUILD)/tests/%.o: tests/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,cc $<)
	$(Q)$(CC) $(FLAGS) -Itests -Isrc -MMD -MP -c -o $@ $<

$(BUILD)/tests/lib/reports.o: FLAGS += -DREPORTS='"$(abspath $(BUILD))/reports"'

$(TESTLIB): $(HELPERS)
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,ar $@)
	$(Q)ar -qcs $@ $^

# The practice room is in no library: its tests take its objects.
$(filter $(BUILD)/tests/unit/practice/%,$(UNITS)): $(filter-out %/main.o,$(call objects,src/practice/*.c))
$(UNITS): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(CLOCK) $(REPORTS) $(TESTLIB) $(LIB)
	$(call say,ld $@)
	$(Q)$(CC) $(LINK) -o $@ $(filter %.o,$^) $(filter %.a,$^) $$(pkg-config --libs cmocka vterm gio-2.0) $(MHD) $(CURL) $(CORE) $(SCREEN)
$(BENCHES): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(BUILD)/tests/lib/measure.o $(LIB)
	$(call say,ld $@)
	$(Q)$(CC) $(LINK) -o $@ $(filter %.o %.a,$^) $(CURL) $(CORE)
$(FUZZERS): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(LIB)
	$(call say,ld $@)
	$(Q)$(CC) $(LINK) -fsanitize=fuzzer -o $@ $(filter %.o %.a,$^) $(CORE)
TOOLS   := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/*.c))
$(TOOLS): %: %.o $(REPORTS) $(TESTLIB) $(LIB)
	$(call say,ld $@)
	$(Q)$(CC) $(LINK) -o $@ $(filter %.o %.a,$^) $$(pkg-config --libs vterm) $(CORE) $(SCREEN)

# Two at a time, unless whoever called said how many.
TWO = $(if $(findstring -j,$(MAKEFLAGS)),,-j2)

units: $(UNITS) $(TOOLS)
benches: $(BENCHES)
fuzzers: $(FUZZERS)
.SECONDARY:

# Every source as clang reads it, who warns of other things than gcc: tests/arrows/clang.sh asks for this.
syntax:
	@find src tests .ci -name '*.c' | LC_ALL=C sort | xargs -n 16 -P 2 clang $(FLAGS) -Itests -Isrc -fsyntax-only

FUZZ := BUILD=$(BUILD)/fuzz CC=clang FORTIFY= OPT='-O1 -g' SAN=-fsanitize=fuzzer-no-link,address,undefined

ASAN := BUILD=$(BUILD)/asan CC=clang FORTIFY= OPT='-O1 -g -D__SANITIZE_ADDRESS__=1' SAN=-fsanitize=address,undefined

check: ## install what tests need, build, run every test; T=words runs a part
	@.ci/install build check
	@$(MAKE) --no-print-directory $(TWO) programs units
	@$(if $(if $(T),$(findstring fuzz,$(T)),all),$(MAKE) --no-print-directory $(TWO) $(FUZZ) fuzzers)
	@tests/run $(BUILD) $(T)

faults: ## the long fault sweeps: every system call, full disks, power cuts
	@.ci/install build check
	@$(MAKE) --no-print-directory $(TWO) programs units
	@FAULTS=long tests/run $(BUILD) tests/faults/$(T)

fuzz: ## each parser for FUZZ_SECONDS (60); T=words picks targets
	@.ci/install build check
	@$(MAKE) --no-print-directory $(TWO) $(FUZZ) fuzzers
	@tests/fuzz/run $(BUILD)/fuzz $(T)

asan: ## all tests, and all programs they start, under AddressSanitizer and UndefinedBehaviorSanitizer; T=words runs a part
	@.ci/install build check
	@$(MAKE) --no-print-directory $(TWO) $(ASAN) programs units
	@rm -rf $(BUILD)/asan/reports && mkdir -m 1777 $(BUILD)/asan/reports
	@tests/run $(BUILD)/asan $(T)

cover: ## run all tests with counters, then a table of what they reached
	@.ci/install build check cover
	@$(MAKE) --no-print-directory $(TWO) BUILD=$(BUILD)/cover SAN=--coverage OPT='-O0 -g' FORTIFY= programs units
	@tests/run $(BUILD)/cover $(T) || true
	@gcovr --root . --filter src/ --object-directory $(BUILD)/cover $(BUILD)/cover | cut -c 1-64

bench: ## warroom beside its peers and the floor; ratios only
	@.ci/install build
	@$(MAKE) --no-print-directory programs benches
	@tests/bench/run $(BUILD) $(T)

golden: ## write the golden files anew; look at the difference like at code
	@$(MAKE) --no-print-directory $(TWO) programs units
	@GOLDEN=write tests/run $(BUILD) $(T)
	@git --no-pager diff --stat -- tests/golden

install: programs ## into DESTDIR and PREFIX (/usr/local)
	@.ci/place install $(BUILD) "$(DESTDIR)$(PREFIX)"

uninstall: ## take away what install put there
	@.ci/place uninstall $(BUILD) "$(DESTDIR)$(PREFIX)"

clean: ## forget everything that was built
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

FORCE:
.PHONY: FORCE all run programs units benches fuzzers syntax check faults fuzz asan cover bench golden install uninstall clean help
-include $(shell find $(BUILD)/obj $(BUILD)/tests -name '*.d' 2>/dev/null)
