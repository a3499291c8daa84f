# timerbed: the one Makefile, non-recursive. `make` without a target prints the targets.
#
# A new structure, wrapper, workload, subject, backend or pass is one new file. The lists below are
# wildcards, and the registries are generated from these lists. So a new file is built, tested,
# listed and measured without a change to any other file.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

comma := ,

# The first number of the version is that of the shared libraries. Only the file VERSION has the
# version.
major := $(firstword $(subst ., ,$(file <VERSION)))

# Backends that need a library: needs_BACKEND is the linker flag. If the linker does not find the
# library, the loop is built without the backend.
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

# -------------------------------------------------------------------------------------- sources

STRUCTURES := $(sort $(wildcard structures/*.c))
WRAPPERS   := $(sort $(wildcard structures/wrappers/*.c))
SUPPORT    := $(sort $(wildcard structures/common/*.c))
WORKLOADS  := $(sort $(wildcard bench/workloads/*.c))
SUBJECTS   := $(sort $(wildcard bench/subjects/*.c))
BENCH      := $(sort $(wildcard bench/*.c \
	$(patsubst %,bench/%/*.c,trace replay run passes commands virtual)))
LOOP       := $(sort $(wildcard loop/*.c loop/util/*.c))
BACKENDS   := $(filter-out $(left_out:%=loop/backends/%.c),$(sort $(wildcard loop/backends/*.c)))
PROGRAMS   := bench/timerbed.c bench/benchmark_program.c bench/hashes_program.c
BROKEN     := $(sort $(wildcard structures/tests/conformance/broken/*.c))

# The units that are compiled together with the replay loop: each structure, and each row of a table
# of wrapped structures. The name of a unit has -over- in place of ':'.
COMBINATIONS  := structures/wrappers/combinations
inlined_names := $(notdir $(STRUCTURES:.c=)) \
	$(subst :,-over-,$(shell sed '/^\#/d' $(COMBINATIONS)))

# ------------------------------------------------------------------------------------- variants
#
# The same sources are compiled in several variants. Each variant has a folder of its own:
#   default    assertions on; for the static libraries that other programs link
#   measured   assertions off, -O2 for the baseline instruction set; for the programs that measure
#   sanitized  assertions on, address and undefined-behaviour sanitizers; for most tests
#   shared     like default, for the event loop's shared library, which shows only its interface
#   pic        like default, for the structures' shared library
#   threads    assertions on, thread sanitizer; for tests of the loop with threads
# Other flags, in another folder: make OPTIMIZE='-O3 -march=native' BUILD=build-native

CC       ?= gcc
CXX      ?= g++
NM       ?= nm
OPTIMIZE ?= -O2
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Werror
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
PREPROCESS := -D_GNU_SOURCE -I. -Iloop/include -I$(BUILD)/generated
# -ffp-contract=off forbids fused multiply-adds: a trace must have the same bytes on every machine
# and in every variant.
ALL      := -g -MMD -MP -ffp-contract=off $(WARNINGS)
ifeq ($(origin CC),default)
CC := gcc
endif

# The sanitizers' libraries are linked statically: such programs start faster, and the tests start
# thousands of them.
STATIC_SANITIZE := $(if $(findstring clang,$(shell $(CC) --version 2>/dev/null)), \
	-static-libsan,-static-libasan -static-libubsan)

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

# $(call compile_c,variant) and $(call compile_cxx,variant): the recipes that make an object.
compile_c   = $(call quiet,CC,$@) $(CC) -std=c17 $(PREPROCESS) $(CPPFLAGS) $(ALL) \
	$(flags_$(1)) $(CFLAGS) -c $< -o $@
compile_cxx = $(call quiet,CXX,$@) $(CXX) -std=c++17 $(PREPROCESS) $(CPPFLAGS) $(ALL) \
	$(flags_$(1)) $(CXXFLAGS) -c $< -o $@

define compile_rules
$(BUILD)/$(1)/%.o: %.c $(BUILD)/flags/$(1) | $(BUILD)/generated/.done
	@mkdir -p $$(@D)
	$$(call compile_c,$(1))
$(BUILD)/$(1)/%.o: %.cc $(BUILD)/flags/$(1) | $(BUILD)/generated/.done
	@mkdir -p $$(@D)
	$$(call compile_cxx,$(1))
$(BUILD)/$(1)/generated/%.o: $(BUILD)/generated/%.c $(BUILD)/flags/$(1)
	@mkdir -p $$(@D)
	$$(call compile_c,$(1))
endef
variants := default measured sanitized shared pic threads
$(foreach v,$(variants),$(eval $(call compile_rules,$(v))))

# BUILD/flags/VARIANT holds the compiler and the flags of a variant. Each object depends on that
# file. So the compiler and the flags that a program reports are those of each of its objects.
compiler := $(or $(shell $(CC) --version 2>/dev/null | head -n 1),unknown)
quoted    = '$(subst ','\'',$(1))'
differ    = $(if $(and $(findstring x$(1)x,x$(2)x),$(findstring x$(2)x,x$(1)x)),,force)

define flags_rules
compiled_$(1) := $$(strip $$(compiler); $$(CC) $$(CXX) $$(PREPROCESS) $$(CPPFLAGS) $$(ALL) \
	$$(flags_$(1)); $$(CFLAGS); $$(CXXFLAGS); $$(LDFLAGS))
$(BUILD)/flags/$(1): $$(call differ,$$(strip $$(file <$(BUILD)/flags/$(1))),$$(compiled_$(1)))
	@mkdir -p $$(@D)
	@printf '%s\n' $$(call quoted,$$(compiled_$(1))) >$$@
endef
$(foreach v,$(variants),$(eval $(call flags_rules,$(v))))

# ----------------------------------------------------------------------------------- generated
#
# scripts/registry writes the tables of structures, backends, workloads, subjects and passes. For
# each structure, and for each row of COMBINATIONS, it also writes a unit that compiles the
# structure together with the replay loop. It runs when the list of files or a source changes,
# because the tables contain hashes of the code that makes traces. It writes a file only if the
# file's text changes.

generated := $(BUILD)/generated
inlined   := $(inlined_names:%=$(generated)/inlined/%.c)
registries := $(patsubst %,$(generated)/%.c,structures backends workloads subjects passes \
	essays broken)

making := $(wildcard bench/workload.h bench/trace/*.[ch] bench/workloads/*.h bench/workloads/*/*.h)
$(generated)/.done: $(BUILD)/listed $(STRUCTURES) $(WRAPPERS) $(COMBINATIONS) $(WORKLOADS) \
		$(making) scripts/registry
	$(call quiet,REGISTRY,$(generated)) scripts/registry $(generated) $(left_out:%=--without %)
	@touch $@
$(registries) $(inlined): $(generated)/.done ;

# The header with what the program reports about its own build. Sources that include it are compiled
# again when it changes.
$(generated)/build_info.h: force
	@scripts/build-info $@ $(call quoted,$(compiler)) \
		$(foreach v,measured sanitized,$(call quoted,$(told_$(v))))
told = $(strip -std=c17 $(flags_$(1)) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS))
$(foreach v,measured sanitized,$(eval told_$(v) := $$(call told,$(v))))
reporters := $(addprefix bench/,run/environment.o timerbed.o provenance.o)
$(foreach v,default measured sanitized,$(reporters:%=$(BUILD)/$(v)/%)): $(generated)/build_info.h

# The hashes of the units that are measured or that measure (bench/provenance.h), and their table.
units := $(STRUCTURES) $(WRAPPERS) $(SUPPORT) $(SUBJECTS) $(LOOP) $(BACKENDS) \
	$(addprefix bench/,cell.c cycles.c pages.c) \
	$(filter bench/replay/% bench/passes/% bench/virtual/%,$(BENCH))
unit_hashes := $(units:%=$(BUILD)/hashes/%) $(inlined_names:%=$(BUILD)/hashes/inlined/%.c) \
	$(BUILD)/hashes/bench/gbench.cc
unit_hash = @mkdir -p $(@D); scripts/code-hash unit $@ $(@:$(BUILD)/hashes/%=%) $(BUILD)

$(BUILD)/hashes/%.c: %.c scripts/code-hash $(BUILD)/flags/measured | $(generated)/.done
	$(unit_hash) $(CC) -std=c17 $(PREPROCESS) $(CPPFLAGS) $(flags_measured) $(CFLAGS) $<
$(BUILD)/hashes/%.cc: %.cc scripts/code-hash $(BUILD)/flags/measured | $(generated)/.done
	$(unit_hash) $(CXX) -std=c++17 $(PREPROCESS) $(CPPFLAGS) $(flags_measured) $(CXXFLAGS) $<
$(BUILD)/hashes/inlined/%.c: $(generated)/inlined/%.c scripts/code-hash $(BUILD)/flags/measured
	$(unit_hash) $(CC) -std=c17 $(PREPROCESS) $(CPPFLAGS) $(flags_measured) $(CFLAGS) $<
$(generated)/.hashed: $(unit_hashes) $(BUILD)/listed
	$(call quiet,HASHES,$(@D)/code_hashes.c) scripts/code-hash table $(@D)/code_hashes.c \
		$(unit_hashes)
	@touch $@
$(generated)/code_hashes.c: $(generated)/.hashed ;

# The list of sources. The file changes only when a source is added or removed.
listed := $(BACKENDS) $(WORKLOADS) $(SUBJECTS) $(BROKEN) $(units) $(inlined_names)
$(BUILD)/listed: force
	@mkdir -p $(BUILD)
	@echo '$(listed)' | cmp -s - $@ || echo '$(listed)' >$@

# -------------------------------------------------------------------------------------- programs

library_sources := $(STRUCTURES) $(WRAPPERS) $(SUPPORT)
library_objects  = $(call objects,$(1),$(library_sources)) $(BUILD)/$(1)/generated/structures.o
loop_sources    := $(LOOP) $(BACKENDS)
loop_objects     = $(call objects,$(1),$(loop_sources)) $(BUILD)/$(1)/generated/backends.o
bench_sources   := $(filter-out $(PROGRAMS),$(BENCH)) $(WORKLOADS) $(SUBJECTS)
bench_objects    = $(call objects,$(1),$(bench_sources)) \
	$(BUILD)/$(1)/bench/gbench.o $(BUILD)/$(1)/generated/workloads.o \
	$(BUILD)/$(1)/generated/subjects.o $(BUILD)/$(1)/generated/passes.o \
	$(BUILD)/$(1)/generated/essays.o $(BUILD)/$(1)/generated/code_hashes.o \
	$(inlined_names:%=$(BUILD)/$(1)/generated/inlined/%.o)
command_objects  = $(foreach part,bench loop library,$(call $(part)_objects,$(1)))

$(BUILD)/libtimerbed.a: $(call library_objects,default)
	$(call quiet,AR,$@) rm -f $@; ar rcs $@ $^

$(BUILD)/libtimerbed.so: $(call library_objects,pic) scripts/pkgconfig/exported.map
	$(call quiet,LINK,$@) $(CC) -shared -Wl,-soname,$(@F).$(major) -Wl,-z,defs \
		-Wl,--version-script=$(filter %.map,$^) $(LDFLAGS) $(filter %.o,$^) -o $@ -lm
	@ln -sf $(@F) $@.$(major)

# The loop with every structure and backend. A program for libevent's core links no other library of
# this project.
$(BUILD)/libtimerbed-event.a: $(call loop_objects,default) $(call library_objects,default)
	$(call quiet,AR,$@) rm -f $@; ar rcs $@ $^

$(BUILD)/libtimerbed-event.so: $(call loop_objects,shared) $(call library_objects,shared)
	$(call quiet,LINK,$@) $(CC) -shared -Wl,-soname,$(@F).$(major) -Wl,-z,defs \
		$(LDFLAGS) $^ -o $@ $(loop_libraries)
	@ln -sf $(@F) $@.$(major)

# The simulation replaces the C library's functions for clocks and waits. They are exported, so that
# libraries that are loaded later call the replacements, too.
exported := -Wl,--dynamic-list=bench/virtual/exported.list

$(BUILD)/timerbed: $(call objects,measured,bench/timerbed.c) $(call command_objects,measured)
	$(call quiet,LINK,$@) $(CXX) $(flags_measured) $(exported) $(LDFLAGS) $^ -o $@ $(libraries)

$(BUILD)/timerbed-benchmark: $(call objects,measured,bench/benchmark_program.c) \
		$(call command_objects,measured)
	$(call quiet,LINK,$@) $(CXX) $(flags_measured) $(exported) $(LDFLAGS) $^ -o $@ $(libraries)

$(BUILD)/timerbed-sanitized: $(call objects,sanitized,bench/timerbed.c) \
		$(call command_objects,sanitized)
	$(call quiet,LINK,$@) $(CXX) $(flags_sanitized) $(exported) $(LDFLAGS) $^ -o $@ $(libraries)

$(BUILD)/timerbed-hashes: $(call objects,measured,bench/hashes_program.c bench/provenance.c) \
		$(BUILD)/measured/generated/code_hashes.o
	$(call quiet,LINK,$@) $(CC) $(flags_measured) $(LDFLAGS) $^ -o $@ -lxxhash

# --------------------------------------------------------------------------------------- targets

.PHONY: help all setup bench bench-smoke bench-full costs figures report compare keep hashes \
	readme paper verify test fuzz \
	format format-check install uninstall dist clean

help: ## print this list of targets
	@echo 'timerbed: the reference testbed for timer structures in event loops'
	@echo
	@sed -n 's/^\([a-z0-9%-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'
	@echo
	@echo 'RUN=DIR names the run that figures, report and compare work on (now $(RUN)).'

all: setup ## build the programs and the libraries, without the tests
	@$(MAKE) --no-print-directory -j$(JOBS) programs

setup: ## install the missing Debian packages (as root, or by sudo without a password)
	@scripts/setup bench test

# scripts/setup must run before make decides what to build, because headers may be missing until
# then. So the targets that a new user calls run scripts/setup first and then call make again.
.PHONY: programs bench-setup
programs: $(addprefix $(BUILD)/,timerbed timerbed-benchmark timerbed-hashes libtimerbed.a \
	libtimerbed.so libtimerbed-event.a libtimerbed-event.so)
bench-setup:
	@scripts/setup bench

# $(call run_profile,NAME,flags): runs a profile, prints its table and writes its report.
define run_profile
@$(MAKE) --no-print-directory -j$(JOBS) programs
@$(BUILD)/timerbed run bench/experiments/$(1).ini --out out/$(1) --cache out/traces $(2) >/dev/null
@scripts/table.py out/$(1)
@$(BUILD)/timerbed report out/$(1)
endef

bench: bench-setup ## run the quick profile: table, figures, report (8 minutes at most)
	$(call run_profile,quick,--force)

bench-smoke: bench-setup ## run the smoke profile, a little of everything (under a minute)
	$(call run_profile,smoke,--force)

bench-full: bench-setup ## run or resume the full profile, which the paper uses (2.5 hours at most)
	$(call run_profile,full,--resume)

figures: bench-setup ## draw the figures of RUN again
	@scripts/figures.py $(RUN)

report: bench-setup ## write the report of RUN again
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	@$(BUILD)/timerbed report $(RUN)

compare: bench-setup ## compare two subjects of RUN: make compare A=quad-heap B=binary-heap
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	@$(BUILD)/timerbed compare $(A) $(B) --run $(RUN)

# Every number of the paper comes from RESULTS: a run, or a folder of runs.
RESULTS ?= results/full
PAPER   := $(BUILD)/paper
paper: ## typeset build/paper/timerbed.pdf; from another run: make paper RESULTS=DIR
	@scripts/setup paper
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	$(call quiet,PAPER,$(PAPER)/timerbed.pdf) \
		scripts/typeset $(RESULTS) $(PAPER) $(BUILD)/timerbed

verify: bench-setup ## measure a sample of RESULTS again: does this machine agree in direction?
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	@scripts/verify.py $(RESULTS) --timerbed $(BUILD)/timerbed

# claim-ID judges a claim of paper/claims.tsv. It runs the experiments that the claim needs, or
# resumes them.
claim-%: bench-setup ## measure and judge one claim: make claim-C7 (ARTIFACT.md lists the times)
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	@experiments=$$(scripts/claims.py $* --experiment) && for one in $$experiments; do \
		$(BUILD)/timerbed run bench/experiments/$$one.ini --out out/claim-$*/$$one \
			--cache out/traces --resume >/dev/null || exit 1; \
		folders="$$folders out/claim-$*/$$one"; done && scripts/claims.py $$folders $*

hashes: bench-setup ## print the source_hash of each subject and pass in this build
	@$(MAKE) --no-print-directory -s $(BUILD)/timerbed-hashes >&2
	@$(BUILD)/timerbed-hashes

NAME ?= $(notdir $(RUN))
keep: ## copy RUN to results/: make keep RUN=out/quick NAME=quick (results/README.md)
	@scripts/keep $(RUN) $(NAME)

readme: bench-setup ## write the answer of results/full into README.md, ARTIFACT.md and answer.json
	@for part in answer table loops-answer loops; do \
		scripts/readme.py README.md results/full $$part || exit 1; done
	@scripts/answer.py results/full results/answer.json
	@scripts/readme.py ARTIFACT.md results/full experiments
	@scripts/manpage bench/timerbed.1 $(BUILD)/timerbed

# The committed runs from which the bench estimates how long a run takes.
COSTS_OF := $(addprefix results/,quick full loop echo lateness)
costs: bench-setup ## compute bench/experiments/costs.tsv again from the committed runs
	@scripts/costs.py $(COSTS_OF) >bench/experiments/costs.tsv.new
	@mv bench/experiments/costs.tsv.new bench/experiments/costs.tsv

include tests.mk
include regress.mk
include portable.mk
include packages.mk

format: ## format all C sources with clang-format
	@clang-format -i $(formatted)
format-check: ## fail if clang-format would change a file, or a line is longer than 100 columns
	@clang-format --dry-run -Werror $(formatted)
	@status=0; $(call long_lines,$(formatted),&& !/"/); \
		$(call long_lines,Makefile $(wildcard *.mk)); exit $$status
formatted = $(shell find structures loop bench examples -name '*.[ch]' | sort)

# $(call long_lines,FILES,CONDITION): prints the lines that are too long and meet an awk condition,
# and sets `status` if there are any. A C string is not broken, so its line may be too long.
long_lines = for file in $(1); do expand $$file | awk -v file=$$file 'length > 100 $(2) \
	{ print file ":" FNR ": over 100 columns"; bad = 1 } END { exit bad }' || status=1; done

# A packager sets DESTDIR, PREFIX, LIBDIR and other variables; scripts/install lists them. This
# target does not install Debian packages: if one is missing, the build fails and names what is
# missing.
install: ## install command, libraries, headers and man page below DESTDIR and PREFIX (/usr/local)
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	@$(installed) scripts/install
uninstall: ## remove the files that install has installed
	@$(installed) scripts/install --remove
installed = LIBRARIES='$(loop_libraries)' \
	$(foreach name,BUILD DESTDIR PREFIX LIBDIR INCLUDEDIR BASHDIR ZSHDIR,$(name)='$($(name))')

dist: ## make timerbed-VERSION.tar.gz of the commit; the same commit gives the same bytes
	@scripts/dist

clean: ## delete build/ (the runs in out/ stay)
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.PHONY: force
force:
