# strata - `make help` lists the targets. Sources are found by folder: a new file needs no line here.
#
#   make MODE=release|debug|asan|tsan   release (the default) builds into build/{bin,lib,tests},
#                                       the others into build/<mode>/{bin,lib,tests}
#   make V=1                            shows whole commands
#   make run NO_INSTALL=1               shows what would be installed, and stops
MODE ?= release
CXX  := $(if $(filter default,$(origin CXX)),g++,$(CXX))
ROOT := build$(if $(filter-out release,$(MODE)),/$(MODE))
OBJ  := $(ROOT)/obj
BIN  := $(ROOT)/bin
LIB  := $(ROOT)/lib
TEST := $(ROOT)/tests
RESULTS := build/results
NODE_MODULES := build/node
CORES := $(shell nproc 2>/dev/null || echo 2)
Q := $(if $(V),,@)
say = $(if $(V),,@echo "  $(1)")

SANITIZE_asan := -fsanitize=address,undefined -fno-sanitize-recover=undefined
SANITIZE_tsan := -fsanitize=thread
OPT_release := -O2 -g
OPT_debug   := -O0 -g
# A report names lines, which -g1 has; variables nobody looks at there, and they take a third longer.
OPT_asan    := -O1 -g1 $(SANITIZE_asan) -fno-omit-frame-pointer
OPT_tsan    := -O1 -g1 $(SANITIZE_tsan)
ifeq ($(OPT_$(MODE)),)
$(error MODE is one of release debug asan tsan)
endif
# Tests run once and compile often, so they are not optimised themselves.
OPT_TEST := $(if $(filter debug,$(MODE)),-O0 -g,-O0 -g1 $(filter-out -O1 -O2 -g -g1,$(OPT_$(MODE))))
# The checks at every access through a pointer are for the sources: in the tests, which are more
# text than all sources, they cost a third of the time to compile.
OPT_TEST += $(foreach check,null alignment vptr object-size,$(if $(filter asan,$(MODE)),-fno-sanitize=$(check)))

# A warning stops every build but the release, which may meet a newer compiler than ours.
WARN := -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor
WERROR ?= $(if $(filter-out release,$(MODE)),1)
CXXFLAGS_ALL = -std=c++20 $(WARN) $(if $(WERROR),-Werror) -I. -MMD -MP -pthread $(CXXFLAGS)
LDFLAGS_ALL  = $(OPT_$(MODE)) -pthread $(LDFLAGS)

LAYERS := net http ws events sio
SRC_net    := $(wildcard net/*.cpp)
SRC_http   := $(wildcard http/*.cpp http/middleware/*.cpp http/client/*.cpp)
SRC_ws     := $(wildcard ws/*.cpp)
SRC_events := $(wildcard events/*.cpp)
SRC_sio    := $(wildcard sio/*.cpp sio/eio/*.cpp sio/client/*.cpp)
SOURCES    := $(foreach l,$(LAYERS),$(SRC_$(l)))
HEADERS    := $(wildcard net/*.h http/*.h http/middleware/*.h http/client/*.h ws/*.h events/*.h sio/*.h sio/eio/*.h sio/client/*.h)

# A layer's tests are linked against the layers below it only: that is the layer rule, enforced.
BELOW_net    := net
BELOW_http   := http net
BELOW_ws     := ws http net
BELOW_events := events
BELOW_sio    := sio ws http net events
SUPPORT        := $(wildcard tests/support/*.cpp)
SUPPORT_net    := $(SUPPORT)
SUPPORT_http   := $(SUPPORT)
SUPPORT_ws     := $(SUPPORT)
# What tools/sio is told and writes down is pure, and tested with the layer.
SUPPORT_sio    := $(SUPPORT) tools/sio/words.cpp tools/sio/record.cpp
TEST_DIRS_sio  := sio sio/eio
THREADED := net http ws sio
EXTERNAL := -lfmt -lz

LIBS_OF  = $(foreach l,$(BELOW_$(1)),$(if $(SRC_$(l)),$(LIB)/libstrata-$(l).a))
objects  = $(patsubst %.cpp,$(OBJ)/%.o,$(1))

# Catch2's main comes from the system's library; a plain one is compiled where there is none.
LIB_DIRS := /usr/lib /usr/lib64 /usr/lib/$(shell $(CXX) -dumpmachine 2>/dev/null) /usr/local/lib
CATCH_LIB := $(firstword $(wildcard $(addsuffix /libCatch2Main.a,$(LIB_DIRS)) \
                                    $(addsuffix /libCatch2WithMain.a,$(LIB_DIRS))))
ifneq ($(findstring libCatch2Main,$(CATCH_LIB)),)
CATCH := -lCatch2Main -lCatch2
else ifneq ($(CATCH_LIB),)
CATCH := -lCatch2WithMain
else
CATCH := $(OBJ)/tests/catch_main.o
endif

.PHONY: all tools clean run test bench check format install help
.PHONY: libs test-binaries test-interop test-express test-browser
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

# Before a first compile on a bare machine the compiler itself may be missing. Targets that install
# do so and start make again; all others stop here, with the line that would help.
INSTALLING := run test
NOT_BUILDING := $(INSTALLING) clean help format
NEEDS_BUILD := compiler fmt json zlib
NEEDS_TEST  := $(NEEDS_BUILD) catch2 node npm curl wrk nginx chromium python-websockets python-socketio
ifneq ($(filter-out $(NOT_BUILDING),$(or $(MAKECMDGOALS),all)),)
ifeq ($(shell command -v $(lastword $(CXX)) 2>/dev/null),)
$(shell NO_INSTALL=1 CXX="$(CXX)" tools/install_missing $(NEEDS_BUILD) >&2)
$(error $(CXX) is not here)
endif
endif
need    = @CXX="$(CXX)" tools/install_missing $(1)
submake = +$(Q)$(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(CORES))

all: libs tools                        ## the libraries and the tools; installs nothing

libs: $(foreach l,$(LAYERS),$(if $(SRC_$(l)),$(LIB)/libstrata-$(l).a)) $(LIB)/libstrata.a

$(OBJ)/tests/%.o: tests/%.cpp
	@mkdir -p $(@D)
	$(call say,c++ $<)
	$(Q)$(CXX) $(OPT_TEST) $(CXXFLAGS_ALL) -c $< -o $@

$(OBJ)/%.o: %.cpp
	@mkdir -p $(@D)
	$(call say,c++ $<)
	$(Q)$(CXX) $(OPT_$(MODE)) $(CXXFLAGS_ALL) -c $< -o $@

define archive
@mkdir -p $(@D)
@rm -f $@
$(call say,ar  $@)
$(Q)ar rcs $@ $^
endef

# Under tsan, the tests that have threads: the others would wait for it and show nothing.
STARTS_THREADS := std::thread|ThreadResolver

define layer_rules
$(LIB)/libstrata-$(1).a: $(call objects,$(SRC_$(1)))
	$$(archive)

TESTS_$(1) := $$(wildcard $$(foreach d,$(or $(TEST_DIRS_$(1)),$(1)),tests/$$(d)/*_test.cpp))
ifeq ($(MODE),tsan)
TESTS_$(1) := $$(if $$(TESTS_$(1)),$$(shell grep -lE '$(STARTS_THREADS)' $$(TESTS_$(1))))
endif
$(TEST)/$(1): $$(call objects,$$(TESTS_$(1)) $(SUPPORT_$(1))) $(call LIBS_OF,$(1)) $(filter %.o,$(CATCH))
	@mkdir -p $$(@D)
	$$(call say,ld  $$@)
	$$(Q)$$(CXX) $$(LDFLAGS_ALL) $$^ $(filter -l%,$(CATCH)) $(if $(filter events,$(1)),,$(EXTERNAL)) -o $$@

.PHONY: test-$(1)
test-$(1): $(TEST)/$(1)
	$$(Q)tools/run_test $(RESULTS)/$(MODE) $(1) $(TEST)/$(1)
OBJECTS += $$(call objects,$(SRC_$(1)) $$(TESTS_$(1)) $(SUPPORT_$(1)))
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rules,$(l))))
test-binaries: $(addprefix $(TEST)/,$(LAYERS))

$(LIB)/libstrata.a: $(call objects,$(SOURCES))
	$(archive)

# Every tools/NAME.cpp is a program build/bin/NAME; so is tools/NAME/NAME.cpp, with the sources
# beside it as its parts. In any other folder tools/DIR/NAME.cpp is build/bin/DIR-NAME.
parts_beside = $(if $(wildcard tools/$(1)/$(1).cpp),$(filter-out tools/$(1)/$(1).cpp,$(wildcard tools/$(1)/*.cpp)))
tool_parts   = $(call parts_beside,$(notdir $(patsubst %/,%,$(dir $(1)))))
TOOL_PARTS := $(foreach d,$(notdir $(patsubst %/,%,$(wildcard tools/*/))),$(call parts_beside,$(d)))
TOOL_SRC := $(filter-out $(TOOL_PARTS),$(wildcard tools/*.cpp tools/*/*.cpp))
tool_path = $(patsubst tools/%.cpp,%,$(1))
tool_bin  = $(BIN)/$(if $(filter $(notdir $(tool_path))/$(notdir $(tool_path)),$(tool_path)),$(notdir $(tool_path)),$(subst /,-,$(tool_path)))
define tool_rules
$(call tool_bin,$(1)): $(call objects,$(1) $(call tool_parts,$(1))) $(LIB)/libstrata.a
	@mkdir -p $$(@D)
	$$(call say,ld  $$@)
	$$(Q)$$(CXX) $$(LDFLAGS_ALL) $$^ $(EXTERNAL) -o $$@
TOOL_BINS += $(call tool_bin,$(1))
OBJECTS += $(call objects,$(1) $(call tool_parts,$(1)))
endef
$(foreach t,$(TOOL_SRC),$(eval $(call tool_rules,$(t))))
# Node's own parser, where Debian brought its C source: a peer in one benchmark, and nowhere else.
LLHTTP := $(wildcard /usr/share/llhttp/*.c)
ifneq ($(LLHTTP),)
LLHTTP_OBJ := $(patsubst /usr/share/llhttp/%.c,$(OBJ)/llhttp/%.o,$(LLHTTP))
$(LLHTTP_OBJ): $(OBJ)/llhttp/%.o: /usr/share/llhttp/%.c
	@mkdir -p $(@D)
	$(call say,cc  $<)
	$(Q)$(CC) -O2 -isystem /usr/share/include -isystem /usr/share/include/llhttp -c $< -o $@
$(OBJ)/tools/bench/http_parse.o: CXXFLAGS += -DSTRATA_HAS_LLHTTP -isystem /usr/share/include
$(BIN)/bench-http_parse: $(LLHTTP_OBJ)
endif
# tests/interop/NAME.cpp and tests/browser/NAME.cpp are servers that others' clients talk to.
# All of tests/interop/sio_client_rows*.cpp is one program of Catch2, whose server is a process.
CLIENT_ROWS := $(wildcard tests/interop/sio_client_rows*.cpp)
PROGRAM_SRC := $(filter-out $(CLIENT_ROWS),$(wildcard tests/interop/*.cpp tests/browser/*.cpp))
define program_rules
$(TEST)/$(basename $(notdir $(1))): $(call objects,$(1)) $(LIB)/libstrata.a
	@mkdir -p $$(@D)
	$$(call say,ld  $$@)
	$$(Q)$$(CXX) $$(LDFLAGS_ALL) $$^ $(EXTERNAL) -o $$@
test-programs: $(TEST)/$(basename $(notdir $(1)))
OBJECTS += $(call objects,$(1))
endef
$(foreach p,$(PROGRAM_SRC),$(eval $(call program_rules,$(p))))
$(TEST)/sio_client_rows: $(call objects,$(CLIENT_ROWS)) $(LIB)/libstrata.a $(filter %.o,$(CATCH))
	@mkdir -p $(@D)
	$(call say,ld  $@)
	$(Q)$(CXX) $(LDFLAGS_ALL) $^ $(filter -l%,$(CATCH)) $(EXTERNAL) -o $@
test-programs: $(TEST)/sio_client_rows
OBJECTS += $(call objects,$(CLIENT_ROWS))
.PHONY: test-programs
tools: $(TOOL_BINS)                    ## build/bin: chat, echo, bench, the lessons

# What npm brings, by lock file, into build/node/NAME. NO_INSTALL=1 stops before it.
node_stamp = $(NODE_MODULES)/$(1)/installed
define node_rules
$(call node_stamp,$(1)): $(2)/package.json $(2)/package-lock.json
	@mkdir -p $$(@D)
	@cp $$^ $$(@D)/
	@echo "npm packages of $(2), into $$(@D):"
	@echo "  cd $$(@D) && npm ci --no-audit --no-fund"
	@test -z "$$(NO_INSTALL)"
	$$(Q)cd $$(@D) && npm ci --no-audit --no-fund </dev/null
	@touch $$@
endef
$(eval $(call node_rules,interop,tests/interop))
$(eval $(call node_rules,chat,tools/chat))

run:                                   ## a chat on http://localhost:7890; installs what it needs
	$(call need,$(NEEDS_BUILD) node npm)
	$(submake) $(BIN)/chat $(call node_stamp,chat)
	@$(BIN)/chat $(ARGS)

# One after the other, so that timings are their own; all of them, also after a failure.
test:                                  ## everything: five layers, interop, browser; installs what it needs
	$(call need,$(NEEDS_TEST))
	@rm -rf $(RESULTS)/test
	$(submake) tools test-binaries test-programs $(call node_stamp,interop) $(call node_stamp,chat)
	@run="tools/run_test --brief $(RESULTS)/test"; \
	for layer in $(LAYERS); do $$run $$layer $(TEST)/$$layer; done; \
	CXX="$(CXX)" $$run compile tests/compile/run; \
	$$run events-oracle node tests/interop/events_oracle.js; \
	$$run install tests/install/run "$(MAKE)"; \
	$$run interop tests/interop/run $(BIN)/echo; \
	$$run rows tests/interop/run_rows $(TEST)/sio_rows $(TEST)/eio_rows; \
	$$run rows-table node tests/interop/rows_table.js --check; \
	$$run python-socketio tests/interop/run_python_socketio $(TEST)/sio_rows; \
	for kind in npm ours python; do $$run client-rows-$$kind tests/interop/run_client_rows $$kind \
	  $(TEST)/sio_client_rows $(TEST)/sio_client_server; done; \
	$$run client tests/interop/run_client $(BIN)/fetch; \
	$$run eio-client tests/interop/run_eio_client $(TEST)/eio_client; \
	$$run ws-client tests/interop/run_ws_client $(TEST)/ws_client; \
	$$run python tests/interop/run_python $(BIN)/echo $(TEST)/ws_client; \
	$$run express tests/interop/run_express $(TEST)/express_routes; \
	$$run lesson tests/lesson/run.sh $(BIN); \
	$$run tools tests/tools/run $(BIN); \
	$$run browser tests/browser/run $(BIN)/chat; \
	tools/sum_results $(RESULTS)/test

# test-net test-http test-ws test-events test-sio   one layer; installs nothing
test-interop: $(BIN)/echo test-programs $(call node_stamp,interop)  ## stock clients and servers of JavaScript and Python
	@run="tools/run_test $(RESULTS)/$(MODE)"; bad=0; \
	$$run interop tests/interop/run $(BIN)/echo || bad=1; \
	$$run rows tests/interop/run_rows $(TEST)/sio_rows $(TEST)/eio_rows || bad=1; \
	$$run python-socketio tests/interop/run_python_socketio $(TEST)/sio_rows || bad=1; \
	$$run eio-client tests/interop/run_eio_client $(TEST)/eio_client || bad=1; \
	for kind in npm ours python; do $$run client-rows-$$kind tests/interop/run_client_rows $$kind \
	  $(TEST)/sio_client_rows $(TEST)/sio_client_server || bad=1; done; \
	$$run ws-client tests/interop/run_ws_client $(TEST)/ws_client || bad=1; \
	$$run python tests/interop/run_python $(BIN)/echo $(TEST)/ws_client || bad=1; \
	exit $$bad

test-express: test-programs $(call node_stamp,interop)  ## our router and Express 5, asked the same
	@tools/run_test $(RESULTS)/$(MODE) express tests/interop/run_express $(TEST)/express_routes

test-browser: $(BIN)/chat test-programs $(call node_stamp,chat)     ## two tabs chat in headless Chromium
	@tools/run_test $(RESULTS)/$(MODE) browser tests/browser/run $(BIN)/chat

bench: tools $(call node_stamp,interop)  ## benchmarks, beside the npm peers
	@for one in $(filter $(BIN)/bench%,$(TOOL_BINS)); do echo "== $$one"; $$one $(ARGS) || exit 1; done

# A fuzz target runs its corpus, and variants of it, wherever there is a compiler; clang's
# libFuzzer gets the same file by `make build/fuzz/NAME`.
FUZZ := $(patsubst tests/fuzz/%_fuzz.cpp,%,$(wildcard tests/fuzz/*_fuzz.cpp))
$(TEST)/fuzz-%: $(OBJ)/tests/fuzz/%_fuzz.o $(OBJ)/tests/fuzz/replay_main.o $(LIB)/libstrata.a
	@mkdir -p $(@D)
	$(call say,ld  $@)
	$(Q)$(CXX) $(LDFLAGS_ALL) $^ $(EXTERNAL) -o $@
build/fuzz/%: tests/fuzz/%_fuzz.cpp $(SOURCES) $(HEADERS)
	@mkdir -p $(@D)
	$(Q)clang++ -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -I. -pthread \
	  $(filter %.cpp,$^) $(EXTERNAL) -o $@
fuzz-binaries: $(addprefix $(TEST)/fuzz-,$(FUZZ))
OBJECTS += $(patsubst %,$(OBJ)/tests/fuzz/%_fuzz.o,$(FUZZ)) $(OBJ)/tests/fuzz/replay_main.o
.PHONY: fuzz-binaries
.SECONDARY: $(OBJECTS)

# clang reads every source too: what one compiler lets pass, the other often does not. Where it has
# its sanitizers it builds what runs under asan, and so has read it; it reads only the rest then.
CLANG_ASAN := echo 'int main() {}' | clang++ $(SANITIZE_asan) -x c++ - -o /dev/null 2>/dev/null
CLANG_TOO  := $(strip $(filter-out $(lastword $(CXX)),$(CXX)) clang++)
READ_BY_CLANG := $(TOOL_SRC) $(TOOL_PARTS) $(PROGRAM_SRC) $(CLIENT_ROWS)
READ_BY_CLANG += $(if $(BUILT_BY_CLANG),,$(SOURCES) $(foreach l,$(LAYERS),$(TESTS_$(l))) $(SUPPORT))
CLANG_OK := $(patsubst %.cpp,build/clang/%.ok,$(READ_BY_CLANG))
build/clang/%.ok: %.cpp
	@mkdir -p $(@D)
	$(call say,clang++ $<)
	$(Q)clang++ $(CXXFLAGS_ALL) -Werror -MF $(@:.ok=.d) -MT $@ -fsyntax-only $<
	@touch $@
read-by-clang: $(CLANG_OK)
.PHONY: read-by-clang

FOLDERS   := net http http/middleware http/client ws events sio sio/eio tests tests/* tools tools/* tools/chat/public
FORMATTED := $(sort $(wildcard $(foreach d,$(FOLDERS),$(d)/*.h $(d)/*.cpp $(d)/*.js)))

check:                                 ## warnings, format, layer rules, spec index; tests under asan, tsan
	$(if $(NO_INSTALL),,@NO_INSTALL=1 CXX="$(CXX)" tools/install_missing $(NEEDS_BUILD) catch2)
	@rm -rf $(RESULTS)/check
	$(submake) libs
	@run="tools/run_test --brief $(RESULTS)/check"; export TEST_SECONDS=2400; \
	make="$(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(CORES))"; \
	$$run format tools/check_format $(FORMATTED); \
	$$run layers tools/check_layers $(OBJ); \
	$$run spec-index tools/rfc_index --quiet; \
	by=; asan=build/asan; if $(CLANG_ASAN); then by=1; asan=build/clang/asan; fi; \
	if command -v clang++ >/dev/null; then \
	  $$run clang-warnings $$make -k read-by-clang BUILT_BY_CLANG=$$by; \
	else echo "clang-warnings: there is no clang++ here, left out"; fi; \
	$$run asan-build $$make -k MODE=asan ROOT=$$asan $${by:+CXX="$(CLANG_TOO)"} \
	  test-binaries fuzz-binaries; \
	$$run tsan-build $$make -k MODE=tsan $(patsubst %,build/tsan/tests/%,$(THREADED)); \
	export TEST_SECONDS=1200; \
	for layer in $(LAYERS); do $$run asan-$$layer $$asan/tests/$$layer; done; \
	for layer in $(THREADED); do $$run tsan-$$layer build/tsan/tests/$$layer; done; \
	for target in $(FUZZ); do \
	  $$run fuzz-$$target $$asan/tests/fuzz-$$target tests/fuzz/corpus/$$target; done; \
	tools/sum_results $(RESULTS)/check

format:                                ## clang-format, in place
	clang-format -i $(FORMATTED)

PREFIX ?= /usr/local
install: libs                          ## headers, libraries, pkg-config and CMake files below PREFIX
	$(Q)tools/install_tree "$(DESTDIR)$(PREFIX)" "$(PREFIX)" "$(LIB)" $(HEADERS)

clean:                                 ## removes build/
	rm -rf build

help:                                  ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 } \
	  /^# test-net/ { sub("^# ", ""); sub("   .*", ""); \
	                  printf "  make %s\n%21s%s\n", $$0, "", "one layer; installs nothing" }' Makefile
	@echo "  MODE=release|debug|asan|tsan, V=1, NO_INSTALL=1, CXX=, ARGS=, PREFIX="

-include $(OBJECTS:.o=.d) $(wildcard $(CLANG_OK:.ok=.d))
