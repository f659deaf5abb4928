# warroom: everything is found by wildcard; a new module edits no build file.

VERSION := 0.1.0
BUILD   ?= build
CC      ?= gcc
PREFIX  ?= /usr/local
PKGS    := glib-2.0 jansson yaml-0.1 libcmark sqlite3

WARN    := -Wall -Wextra -Wpedantic -Werror -Wstrict-prototypes -Wmissing-prototypes
HARDEN  := -fstack-protector-strong -fPIE
FORTIFY := -D_FORTIFY_SOURCE=2
OPT     ?= -O2 -g
CFLAGS  += -std=gnu17 $(WARN) $(OPT) $(HARDEN) $(FORTIFY) $(SAN) -Iinclude -DWARROOM_VERSION='"$(VERSION)"' \
           $(shell pkg-config --cflags $(PKGS) libcurl libnotify 2>/dev/null | sed 's/-I/-isystem /g')
LDFLAGS += $(SAN) -pie -Wl,-z,relro,-z,now -Wl,--as-needed
CORE    := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm

ROOMS    := base journal detect incident assess plan execute verify communicate learn settings board world link \
            engine cli console
SOURCES  := $(filter-out src/engine/main.c,$(wildcard $(ROOMS:%=src/%/*.c)))
OBJECTS  := $(SOURCES:src/%.c=$(BUILD)/obj/%.o)
LIB      := $(BUILD)/libwarroom.a
PROGRAMS := $(if $(wildcard src/main.c),warroom) $(if $(wildcard src/engine/main.c),warroom-engine) \
            $(if $(wildcard src/keeper/*.c),warroom-keeper) $(if $(wildcard src/notify/*.c),warroom-notify)

all: $(LIB) $(PROGRAMS:%=$(BUILD)/bin/%)

$(BUILD)/obj/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(OBJECTS)
	@rm -f $@
	ar -rcs $@ $^

$(BUILD)/bin/warroom: $(BUILD)/obj/main.o $(filter $(BUILD)/obj/cli/%,$(OBJECTS)) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(CORE)

$(BUILD)/bin/warroom-engine: $(BUILD)/obj/engine/main.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(CORE) $$(pkg-config --libs libcurl)

$(BUILD)/bin/warroom-keeper: $(patsubst src/%.c,$(BUILD)/obj/%.o,$(wildcard src/keeper/*.c))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^

$(BUILD)/bin/warroom-notify: $(patsubst src/%.c,$(BUILD)/obj/%.o,$(wildcard src/notify/*.c)) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs libnotify glib-2.0)

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

.PHONY: all clean check
clean:
	rm -rf $(BUILD)

# A unit test is its own program, found by wildcard, linked with the library, tests/lib and cmocka.
TESTLIB  := $(patsubst tests/%.c,$(BUILD)/tests/%.o,$(wildcard tests/lib/*.c))
UNITS    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/*/test_*.c))

$(BUILD)/tests/%.o: tests/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Itests -Isrc -MMD -MP -c -o $@ $<

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(TESTLIB) $(LIB)
	$(CC) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs cmocka libcurl) $(CORE)

units: $(UNITS)
-include $(shell find $(BUILD)/tests -name '*.d' 2>/dev/null)
