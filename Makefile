# strata - `make help` lists the targets. Sources are found by folder: a new file needs no line here.
MODE ?= release
CXX ?= g++
ROOT := build$(if $(filter-out release,$(MODE)),/$(MODE))
OBJ  := $(ROOT)/obj
BIN  := $(ROOT)/bin
LIB  := $(ROOT)/lib
TEST := $(ROOT)/tests

OPT_release := -O2 -g
OPT_debug   := -O0 -g
OPT_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
OPT_tsan    := -O1 -g -fsanitize=thread
ifeq ($(OPT_$(MODE)),)
$(error MODE is one of release debug asan tsan)
endif

WARN := -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor $(if $(WERROR),-Werror)
CXXFLAGS_ALL = -std=c++20 $(OPT_$(MODE)) $(WARN) -I. -MMD -MP -pthread $(CXXFLAGS)
LDFLAGS_ALL  = $(OPT_$(MODE)) -pthread $(LDFLAGS)

LAYERS := net http ws events sio
SRC_net    := $(wildcard net/*.cpp)
SRC_http   := $(wildcard http/*.cpp)
SRC_ws     := $(wildcard ws/*.cpp)
SRC_events := $(wildcard events/*.cpp)
SRC_sio    := $(wildcard sio/*.cpp sio/eio/*.cpp)

# A layer's tests are linked against the layers below it only: that is the layer rule, enforced.
BELOW_net    := net
BELOW_http   := http net
BELOW_ws     := ws http net
BELOW_events := events
BELOW_sio    := sio ws http net events
SUPPORT_net    := $(wildcard tests/support/*.cpp)
SUPPORT_http   := $(SUPPORT_net)
SUPPORT_ws     := $(SUPPORT_net)
SUPPORT_events :=
SUPPORT_sio    := $(SUPPORT_net)
EXTERNAL := -lfmt -lz

has_code = $(if $(SRC_$(1)),$(1))
LIBS_OF  = $(foreach l,$(BELOW_$(1)),$(if $(SRC_$(l)),$(LIB)/libstrata-$(l).a))
objects  = $(patsubst %.cpp,$(OBJ)/%.o,$(1))

# Catch2's main comes from the system's library; a plain one is compiled where there is none.
CATCH_LIB := $(firstword $(wildcard $(foreach d,/usr/lib /usr/lib64 /usr/lib/$(shell $(CXX) -dumpmachine 2>/dev/null) /usr/local/lib,$(d)/libCatch2Main.a $(d)/libCatch2WithMain.a)))
ifneq ($(findstring libCatch2Main,$(CATCH_LIB)),)
CATCH := -lCatch2Main -lCatch2
else ifneq ($(CATCH_LIB),)
CATCH := -lCatch2WithMain
else
CATCH := $(OBJ)/tests/catch_main.o
endif

.PHONY: all tools libs clean
.DEFAULT_GOAL := all
all: libs tools

libs: $(foreach l,$(LAYERS),$(if $(SRC_$(l)),$(LIB)/libstrata-$(l).a)) $(LIB)/libstrata.a

$(OBJ)/%.o: %.cpp
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS_ALL) -c $< -o $@

define layer_rules
$(LIB)/libstrata-$(1).a: $(call objects,$(SRC_$(1)))
	@mkdir -p $$(@D)
	@rm -f $$@
	ar rcs $$@ $$^

TESTS_$(1) := $$(wildcard tests/$(1)/*_test.cpp)
$(TEST)/$(1): $$(call objects,$$(TESTS_$(1)) $(SUPPORT_$(1))) $(call LIBS_OF,$(1)) $(filter %.o,$(CATCH))
	@mkdir -p $$(@D)
	$$(CXX) $$(LDFLAGS_ALL) $$^ $(filter -l%,$(CATCH)) $(if $(filter events,$(1)),,$(EXTERNAL)) -o $$@

.PHONY: test-$(1)
test-$(1): $(TEST)/$(1)
	$(TEST)/$(1)
DEPS += $$(call objects,$(SRC_$(1)) $$(TESTS_$(1)) $(SUPPORT_$(1)))
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rules,$(l))))

$(LIB)/libstrata.a: $(call objects,$(foreach l,$(LAYERS),$(SRC_$(l))))
	@mkdir -p $(@D)
	@rm -f $@
	ar rcs $@ $^

# Every tools/NAME.cpp is a program build/bin/NAME; tools/DIR/NAME.cpp is build/bin/DIR-NAME.
TOOL_SRC := $(wildcard tools/*.cpp tools/*/*.cpp)
tool_bin = $(BIN)/$(subst /,-,$(patsubst tools/%.cpp,%,$(1)))
define tool_rules
$(call tool_bin,$(1)): $(call objects,$(1)) $(LIB)/libstrata.a
	@mkdir -p $$(@D)
	$$(CXX) $$(LDFLAGS_ALL) $$^ $(EXTERNAL) -o $$@
TOOL_BINS += $(call tool_bin,$(1))
DEPS += $(call objects,$(1))
endef
$(foreach t,$(TOOL_SRC),$(eval $(call tool_rules,$(t))))
tools: $(TOOL_BINS)

clean:
	rm -rf build

-include $(DEPS:.o=.d)
