# timerbed: one Makefile, non-recursive. `make` alone prints its targets.
#
# Adding a structure, a workload or a subject is adding one file: the lists below are wildcards and
# the registries are generated from them, so a new file is built, tested, listed and measured with
# nothing else touched.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

comma := ,

# The first number of the version is that of the shared libraries. VERSION alone says which.
major := $(firstword $(subst ., ,$(file <VERSION)))

# Backends that need a library: needs_BACKEND is what to link. Where the linker does not find that, the
# loop is built without the backend.
needs_io_uring := -luring
needing  := $(patsubst needs_%,%,$(filter needs_%,$(.VARIABLES)))
lacks     = $(shell echo 'int main(void) { return 0; }' | \
	$(CC) $(LDFLAGS) -x c - -o /dev/null $(1) 2>/dev/null || echo lacks)
left_out := $(foreach one,$(needing),$(if $(call lacks,$(needs_$(one))),$(one)))
needed_libraries := $(foreach one,$(filter-out $(left_out),$(needing)),$(needs_$(one)))

BUILD  := build
PYTHON := /usr/bin/python3
RUN    ?= out/quick
JOBS   := $(shell nproc 2>/dev/null || echo 2)
PREFIX ?= /usr/local

# ---------------------------------------------------------------------------------- what there is

STRUCTURES := $(sort $(wildcard structures/*.c))
SUPPORT    := $(sort $(wildcard structures/common/*.c))
WORKLOADS  := $(sort $(wildcard bench/workloads/*.c))
SUBJECTS   := $(sort $(wildcard bench/subjects/*.c))
BENCH      := $(sort $(wildcard $(addprefix bench/,*.c trace/*.c replay/*.c run/*.c passes/*.c commands/*.c virtual/*.c)))
LOOP       := $(sort $(wildcard loop/*.c loop/util/*.c))
BACKENDS   := $(filter-out $(left_out:%=loop/backends/%.c),$(sort $(wildcard loop/backends/*.c)))
PROGRAMS   := bench/timerbed.c bench/benchmark_program.c bench/hashes_program.c
BROKEN     := $(sort $(wildcard structures/tests/conformance/broken/*.c))

# Structures that wrap another are built into the bench over each of the others
# that does not put timers off by itself, as scripts/registry does.
structure_names := $(notdir $(STRUCTURES:.c=))
puts_off_names  := $(notdir $(basename $(shell grep -l '^[[:space:]]*\.puts_off' $(STRUCTURES))))
wrapper_names   := $(notdir $(basename $(shell grep -l '^[[:space:]]*\.create_over' $(STRUCTURES))))
plain_names     := $(filter-out $(wrapper_names),$(structure_names))
inlined_names   := $(plain_names) $(foreach outer,$(wrapper_names),$(patsubst %,$(outer)-over-%,$(filter-out $(puts_off_names),$(plain_names))))

# ------------------------------------------------------------------------------------- variants
#
# The same sources in a few builds, each in a folder of its own:
#   default    assertions on; the library that other programs link
#   measured   assertions off, -O2 for the baseline instruction set: what is timed
#   sanitized  assertions on, address and undefined-behaviour sanitizers: what make test runs
#   shared     as default, for the event loop's shared library: only its interface is visible
#   pic        as default, for the structures' shared library
#   threads    assertions on, thread sanitizer: the loop only
# A variant of the measured build: make OPTIMIZE='-O3 -march=native' BUILD=build-native

CC       ?= gcc
CXX      ?= g++
OPTIMIZE ?= -O2
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Werror
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
PREPROCESS := -D_GNU_SOURCE -I. -Iloop/include -I$(BUILD)/generated
# No contraction of a*b+c: traces must be the same bytes on every machine and in every variant.
ALL      := -g -MMD -MP -ffp-contract=off $(WARNINGS)
ifeq ($(origin CC),default)
CC := gcc
endif

# The sanitizers' libraries within the program: it starts faster so, and tests start thousands of them.
STATIC_SANITIZE := $(if $(findstring clang,$(shell $(CC) --version)),-static-libsan,-static-libasan -static-libubsan)

flags_default   := $(OPTIMIZE)
flags_measured  := $(OPTIMIZE) -DNDEBUG
flags_sanitized := -O1 $(SANITIZE) $(STATIC_SANITIZE)
flags_shared    := $(OPTIMIZE) -fPIC -fvisibility=hidden
flags_pic       := $(OPTIMIZE) -fPIC -fno-semantic-interposition
flags_threads   := -O1 -fsanitize=thread -fno-omit-frame-pointer

loop_libraries := $(needed_libraries) -lm -lpthread
libraries := -lbenchmark -ljansson -linih -lzstd -lxxhash $(loop_libraries)

quiet = @printf '  %-9s %s\n' '$(1)' '$(2)';

# $(call objects,variant,sources)
objects = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(2))

define compile_rules
$(BUILD)/$(1)/%.o: %.c $(BUILD)/flags/$(1) | $(BUILD)/generated/.done
	@mkdir -p $$(@D)
	$$(call quiet,CC,$$@) $$(CC) -std=c17 $$(PREPROCESS) $$(CPPFLAGS) $$(ALL) $$(flags_$(1)) $$(CFLAGS) -c $$< -o $$@
$(BUILD)/$(1)/%.o: %.cc $(BUILD)/flags/$(1) | $(BUILD)/generated/.done
	@mkdir -p $$(@D)
	$$(call quiet,CXX,$$@) $$(CXX) -std=c++17 $$(PREPROCESS) $$(CPPFLAGS) $$(ALL) $$(flags_$(1)) $$(CXXFLAGS) -c $$< -o $$@
$(BUILD)/$(1)/generated/%.o: $(BUILD)/generated/%.c $(BUILD)/flags/$(1)
	@mkdir -p $$(@D)
	$$(call quiet,CC,$$@) $$(CC) -std=c17 $$(PREPROCESS) $$(CPPFLAGS) $$(ALL) $$(flags_$(1)) $$(CFLAGS) -c $$< -o $$@
endef
variants := default measured sanitized shared pic threads
$(foreach v,$(variants),$(eval $(call compile_rules,$(v))))

# The compiler and the flags of a variant, in a file that changes with them. The objects depend on the
# file, so the compiler and flags that a program reports are those of each of its objects.
compiler := $(or $(shell $(CC) --version 2>/dev/null | head -n 1),unknown)
quoted    = '$(subst ','\'',$(1))'
differ    = $(if $(and $(findstring x$(1)x,x$(2)x),$(findstring x$(2)x,x$(1)x)),,force)

define flags_rules
compiled_$(1) := $$(strip $$(compiler); $$(CC) $$(CXX) $$(PREPROCESS) $$(CPPFLAGS) $$(ALL) $$(flags_$(1)); $$(CFLAGS); $$(CXXFLAGS); $$(LDFLAGS))
$(BUILD)/flags/$(1): $$(call differ,$$(strip $$(file <$(BUILD)/flags/$(1))),$$(compiled_$(1)))
	@mkdir -p $$(@D)
	@printf '%s\n' $$(call quoted,$$(compiled_$(1))) >$$@
endef
$(foreach v,$(variants),$(eval $(call flags_rules,$(v))))

# ----------------------------------------------------------------------------------- generated
#
# scripts/registry writes the tables of what there is, and a unit for each structure that compiles
# it together with the replay loop. Rewritten when the list changes or a source does (the tables
# hold the hashes of what makes traces), but only touched when their text does.

generated := $(BUILD)/generated
inlined   := $(inlined_names:%=$(generated)/inlined/%.c)
registries := $(addprefix $(generated)/,structures.c backends.c workloads.c subjects.c essays.c broken.c)

$(generated)/.done: $(BUILD)/listed $(STRUCTURES) $(WORKLOADS) $(wildcard bench/workload.h bench/trace/*.[ch] bench/workloads/*.h) scripts/registry
	$(call quiet,REGISTRY,$(generated)) scripts/registry $(generated) $(left_out:%=--without %)
	@touch $@
$(registries) $(inlined): $(generated)/.done ;

# What the program says of its own build; what includes it is compiled anew when that changes.
$(generated)/build_info.h: force
	@scripts/build-info $@ $(call quoted,$(compiler)) $(foreach v,measured sanitized,$(call quoted,$(told_$(v))))
$(foreach v,measured sanitized,$(eval told_$(v) := $$(strip -std=c17 $$(flags_$(v)) $$(CPPFLAGS) $$(CFLAGS) $$(LDFLAGS))))
$(foreach v,default measured sanitized,$(addprefix $(BUILD)/$(v)/bench/,run/environment.o timerbed.o provenance.o)): $(generated)/build_info.h

# The hash of each unit that is measured or measures (bench/provenance.h), and the table of them.
units := $(STRUCTURES) $(SUPPORT) $(SUBJECTS) $(LOOP) $(BACKENDS) bench/cell.c bench/pages.c \
	$(filter bench/replay/% bench/passes/% bench/virtual/%,$(BENCH))
unit_hashes := $(units:%=$(BUILD)/hashes/%) $(inlined_names:%=$(BUILD)/hashes/inlined/%.c) $(BUILD)/hashes/bench/gbench.cc
unit_hash = @mkdir -p $(@D); scripts/code-hash unit $@ $(@:$(BUILD)/hashes/%=%) $(BUILD)

$(BUILD)/hashes/%.c: %.c scripts/code-hash $(BUILD)/flags/measured | $(generated)/.done
	$(unit_hash) $(CC) -std=c17 $(PREPROCESS) $(CPPFLAGS) $(flags_measured) $(CFLAGS) $<
$(BUILD)/hashes/%.cc: %.cc scripts/code-hash $(BUILD)/flags/measured | $(generated)/.done
	$(unit_hash) $(CXX) -std=c++17 $(PREPROCESS) $(CPPFLAGS) $(flags_measured) $(CXXFLAGS) $<
$(BUILD)/hashes/inlined/%.c: $(generated)/inlined/%.c scripts/code-hash $(BUILD)/flags/measured
	$(unit_hash) $(CC) -std=c17 $(PREPROCESS) $(CPPFLAGS) $(flags_measured) $(CFLAGS) $<
$(generated)/.hashed: $(unit_hashes) $(BUILD)/listed
	$(call quiet,HASHES,$(generated)/code_hashes.c) scripts/code-hash table $(generated)/code_hashes.c $(unit_hashes)
	@touch $@
$(generated)/code_hashes.c: $(generated)/.hashed ;

# Changes only when a file is added or removed.
listed := $(STRUCTURES) $(BACKENDS) $(WORKLOADS) $(SUBJECTS) $(BROKEN) $(units)
$(BUILD)/listed: force
	@mkdir -p $(BUILD)
	@echo '$(listed)' | cmp -s - $@ || echo '$(listed)' >$@

# -------------------------------------------------------------------------------------- programs

library_sources := $(STRUCTURES) $(SUPPORT)
library_objects  = $(call objects,$(1),$(library_sources)) $(BUILD)/$(1)/generated/structures.o
loop_sources    := $(LOOP) $(BACKENDS)
loop_objects     = $(call objects,$(1),$(loop_sources)) $(BUILD)/$(1)/generated/backends.o
bench_objects    = $(call objects,$(1),$(filter-out $(PROGRAMS),$(BENCH)) $(WORKLOADS) $(SUBJECTS)) \
	$(BUILD)/$(1)/bench/gbench.o $(BUILD)/$(1)/generated/workloads.o \
	$(BUILD)/$(1)/generated/subjects.o $(BUILD)/$(1)/generated/essays.o \
	$(BUILD)/$(1)/generated/code_hashes.o \
	$(inlined_names:%=$(BUILD)/$(1)/generated/inlined/%.o)

$(BUILD)/libtimerbed.a: $(call library_objects,default)
	$(call quiet,AR,$@) rm -f $@; ar rcs $@ $^

$(BUILD)/libtimerbed.so: $(call library_objects,pic) scripts/pkgconfig/exported.map
	$(call quiet,LINK,$@) $(CC) -shared -Wl,-soname,$(@F).$(major) -Wl,-z,defs -Wl,--version-script=$(filter %.map,$^) $(LDFLAGS) $(filter %.o,$^) -o $@ -lm
	@ln -sf $(@F) $@.$(major)

# The loop with every structure and backend: all that a program for libevent's core links.
$(BUILD)/libtimerbed-event.a: $(call loop_objects,default) $(call library_objects,default)
	$(call quiet,AR,$@) rm -f $@; ar rcs $@ $^

$(BUILD)/libtimerbed-event.so: $(call loop_objects,shared) $(call library_objects,shared)
	$(call quiet,LINK,$@) $(CC) -shared -Wl,-soname,$(@F).$(major) -Wl,-z,defs $(LDFLAGS) $^ -o $@ $(loop_libraries)
	@ln -sf $(@F) $@.$(major)

# The simulation stands in for the C library's clocks and waits, also for libraries loaded later.
exported := -Wl,--dynamic-list=bench/virtual/exported.list

$(BUILD)/timerbed: $(call objects,measured,bench/timerbed.c) $(call bench_objects,measured) $(call loop_objects,measured) $(call library_objects,measured)
	$(call quiet,LINK,$@) $(CXX) $(flags_measured) $(exported) $(LDFLAGS) $^ -o $@ $(libraries)

$(BUILD)/timerbed-benchmark: $(call objects,measured,bench/benchmark_program.c) $(call bench_objects,measured) $(call loop_objects,measured) $(call library_objects,measured)
	$(call quiet,LINK,$@) $(CXX) $(flags_measured) $(exported) $(LDFLAGS) $^ -o $@ $(libraries)

$(BUILD)/timerbed-sanitized: $(call objects,sanitized,bench/timerbed.c) $(call bench_objects,sanitized) $(call loop_objects,sanitized) $(call library_objects,sanitized)
	$(call quiet,LINK,$@) $(CXX) $(flags_sanitized) $(exported) $(LDFLAGS) $^ -o $@ $(libraries)

$(BUILD)/timerbed-hashes: $(call objects,measured,bench/hashes_program.c bench/provenance.c) $(BUILD)/measured/generated/code_hashes.o
	$(call quiet,LINK,$@) $(CC) $(flags_measured) $(LDFLAGS) $^ -o $@ -lxxhash

# --------------------------------------------------------------------------------------- targets

.PHONY: help all setup setup-test bench bench-smoke bench-full costs figures report compare keep hashes \
	readme paper verify test fuzz \
	format format-check install uninstall dist clean

help: ## print this list
	@echo 'timerbed: the reference testbed for timer structures in event loops'
	@echo
	@sed -n 's/^\([a-z0-9%-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'
	@echo
	@echo 'RUN=DIR names the run that figures, report and compare work on (now $(RUN)).'

all: setup ## build everything that is built without tests
	@$(MAKE) --no-print-directory -j$(JOBS) programs

setup: ## install the Debian packages that are missing (root, or sudo without a password)
	@scripts/setup bench test

# The set-up has to come before make looks at what to build: headers may not be there yet. So what a
# newcomer calls installs first and then calls make again.
.PHONY: programs bench-setup
programs: $(BUILD)/timerbed $(BUILD)/timerbed-benchmark $(BUILD)/timerbed-hashes $(BUILD)/libtimerbed.a $(BUILD)/libtimerbed.so \
	$(BUILD)/libtimerbed-event.a $(BUILD)/libtimerbed-event.so
bench-setup:
	@scripts/setup bench

# $(call run_profile,NAME,flags): runs a profile and shows what came out.
define run_profile
@$(MAKE) --no-print-directory -j$(JOBS) programs
@$(BUILD)/timerbed run bench/experiments/$(1).ini --out out/$(1) --cache out/traces $(2) >/dev/null
@scripts/table.py out/$(1)
@$(BUILD)/timerbed report out/$(1)
endef

bench: bench-setup ## the quick profile: run, table, figures, report (8 minutes at most)
	$(call run_profile,quick,--force)

bench-smoke: bench-setup ## a little of everything, under a minute
	$(call run_profile,smoke,--force)

bench-full: bench-setup ## what the paper uses: at most 2.5 hours; goes on where it was stopped
	$(call run_profile,full,--resume)

figures: bench-setup ## draw the figures of RUN again
	@scripts/figures.py $(RUN)

report: bench-setup ## write the report of RUN again
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	@$(BUILD)/timerbed report $(RUN)

compare: bench-setup ## ratios in RUN: make compare A=quad-heap B=binary-heap
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	@$(BUILD)/timerbed compare $(A) $(B) --run $(RUN)

# Every number is taken from RESULTS: a run, or a folder of runs.
RESULTS ?= results/full
PAPER   := $(BUILD)/paper
paper: ## build the paper as build/paper/timerbed.pdf: make paper RESULTS=DIR for another run's
	@scripts/setup paper
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	$(call quiet,PAPER,$(PAPER)/timerbed.pdf) scripts/typeset $(RESULTS) $(PAPER) $(BUILD)/timerbed

verify: bench-setup ## measure a sample of RESULTS again: does this machine agree in direction?
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	@scripts/verify.py $(RESULTS) --timerbed $(BUILD)/timerbed

# Any claim of paper/claims.tsv: runs the experiment that it needs, going on where that was stopped.
claim-%: bench-setup ## one claim and its verdict: make claim-C7 (ARTIFACT.md has times)
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	@experiments=$$(scripts/claims.py $* --experiment) && for one in $$experiments; do \
		$(BUILD)/timerbed run bench/experiments/$$one.ini --out out/claim-$*/$$one \
			--cache out/traces --resume >/dev/null || exit 1; \
		folders="$$folders out/claim-$*/$$one"; done && scripts/claims.py $$folders $*

hashes: bench-setup ## the source_hash of each subject and pass in this build
	@$(MAKE) --no-print-directory -s $(BUILD)/timerbed-hashes >&2
	@$(BUILD)/timerbed-hashes

NAME ?= $(notdir $(RUN))
keep: ## keep RUN as a reference run: make keep RUN=out/quick NAME=quick (results/README.md)
	@scripts/keep $(RUN) $(NAME)

readme: bench-setup ## put the answer of results/full into README.md, ARTIFACT.md and explain
	@for part in answer table loops-answer loops; do \
		scripts/readme.py README.md results/full $$part || exit 1; done
	@scripts/answer.py results/full results/answer.json
	@scripts/readme.py ARTIFACT.md results/full experiments

# The committed runs from which the expected time of a run is derived.
COSTS_OF := $(addprefix results/,quick full loop echo lateness)
costs: bench-setup ## bench/experiments/costs.tsv again, from the committed runs
	@scripts/costs.py $(COSTS_OF) >bench/experiments/costs.tsv.new
	@mv bench/experiments/costs.tsv.new bench/experiments/costs.tsv

include tests.mk
include regress.mk
include portable.mk
include packages.mk

format: ## clang-format everything
	@clang-format -i $(formatted)
format-check: ## fail if clang-format would change anything, or a line is too long
	@clang-format --dry-run -Werror $(formatted)
	@status=0; for file in $(formatted); do expand $$file | awk -v file=$$file \
		'length > 100 && !/"/ { print file ":" FNR ": over 100 columns"; bad = 1 } END { exit bad }' \
		|| status=1; done; exit $$status
formatted = $(shell find structures loop bench examples -name '*.[ch]' | sort)

# What a packager sets: DESTDIR, PREFIX, LIBDIR and so on; scripts/install lists them. Nothing is
# installed from the network here: what is missing for building says so.
install: ## install command, libraries, headers, man page below PREFIX (/usr/local); DESTDIR goes before
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	@$(installed) scripts/install
uninstall: ## take away what install has put there
	@$(installed) scripts/install --remove
installed = LIBRARIES='$(loop_libraries)' \
	$(foreach name,BUILD DESTDIR PREFIX LIBDIR INCLUDEDIR BASHDIR ZSHDIR,$(name)='$($(name))')

dist: ## timerbed-VERSION.tar.gz of the committed tree, the same bytes for the same commit
	@scripts/dist

clean: ## delete build/ (runs in out/ stay)
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.PHONY: force
force:
