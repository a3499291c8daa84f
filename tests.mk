# tests.mk: the tests that `make test` runs. The last line of each test program, and of the whole
# run, is "N passed, N failed".
#
# Tests are found by name, and the name says how a test is built:
#
#   FOLDER/tests/X-test.c               a program; most are built with the address sanitizer
#   bench/tests/unsanitized-X-test.c    built like the programs that measure
#   loop/tests/threads-X-test.c         built with the thread sanitizer
#   loop/tests/X-tables-test.c          linked with the backends and without the rest of the loop
#   FOLDER/tests/X-test, X-test.py      a script

TESTS := $(BUILD)/tests

# The conformance suite, and a program that runs the suite on deliberately broken structures. The
# suite must catch each of these.
suite         := structures/tests/conformance
suite_mains   := $(suite)/conformance.c $(suite)/broken-test.c
suite_sources := $(filter-out $(suite_mains),$(wildcard $(suite)/*.c))

# $(call wrapped,OBJECTS): linker flags by which the objects replace functions, in order to count
# calls or to make them fail. An object that defines __wrap_malloc replaces malloc.
wrapped = $$($(NM) $(1) | sed -n 's/.* T __wrap_/-Wl,--wrap=/p')
suite_wrapped = $(call wrapped,$(call objects,sanitized,$(suite_sources)))

$(TESTS)/conformance: $(call objects,sanitized,$(suite)/conformance.c $(suite_sources)) \
		$(call library_objects,sanitized)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_sanitized) $(LDFLAGS) $(suite_wrapped) $^ -o $@ -lm

$(TESTS)/broken-test: $(call objects,sanitized,$(suite)/broken-test.c $(suite_sources) $(BROKEN)) \
		$(call library_objects,sanitized) $(BUILD)/sanitized/generated/broken.o
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_sanitized) $(LDFLAGS) $(suite_wrapped) $^ -o $@ -lm

structure_tests := $(sort $(patsubst structures/tests/%.c,%,$(wildcard structures/tests/*-test.c)))
$(structure_tests:%=$(TESTS)/%): $(TESTS)/%: $(BUILD)/sanitized/structures/tests/%.o \
		$(call library_objects,sanitized)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_sanitized) $(LDFLAGS) $^ -o $@ -lcmocka -lm

# The code that the fuzzer runs, in two builds: with inputs from fixed seeds, and for libFuzzer.
$(BUILD)/sanitized/structures/tests/fuzz.o: CFLAGS += -DFUZZ_STANDALONE
$(TESTS)/fuzz-standalone: $(call objects,sanitized,structures/tests/fuzz.c) \
		$(call library_objects,sanitized)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_sanitized) $(LDFLAGS) $^ -o $@ -lm

$(BUILD)/fuzz: structures/tests/fuzz.c $(library_sources) $(generated)/structures.c
	@mkdir -p $(@D)
	$(call quiet,CLANG,$@) clang -std=c17 $(PREPROCESS) $(CPPFLAGS) -g -O1 $(WARNINGS) \
		-fsanitize=fuzzer,address,undefined $^ -o $@ -lm

# The objects of the command without its main(), as an archive: a test links the objects that it
# uses.
bench_archive := $(TESTS)/libbench.a
$(bench_archive): $(call command_objects,sanitized)
	@mkdir -p $(@D)
	$(call quiet,AR,$@) rm -f $@; ar rcs $@ $^

# bench/tests/X-test.c. Like the command, each test links all objects of bench/virtual, which
# replace functions of the C library. From the archive, the linker would leave out functions that
# only the sanitizers call, or libraries that are loaded later.
bench_tests       := $(sort $(patsubst bench/tests/%.c,%,$(wildcard bench/tests/*-test.c)))
unsanitized_tests := $(filter unsanitized-%,$(bench_tests))
virtual_objects   := $(call objects,sanitized,$(wildcard bench/virtual/*.c))

$(patsubst %,$(TESTS)/%,$(filter-out $(unsanitized_tests),$(bench_tests))): \
		$(TESTS)/%: $(BUILD)/sanitized/bench/tests/%.o $(virtual_objects) $(bench_archive)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CXX) $(flags_sanitized) $(exported) $(LDFLAGS) \
		$(call wrapped,$<) $^ -o $@ -lcmocka $(libraries)

# The sanitizers would make these tests much slower: one computes statistics of many traces, another
# one starts many processes.
$(unsanitized_tests:%=$(TESTS)/%): $(TESTS)/%: $(BUILD)/measured/bench/tests/%.o \
		$(call command_objects,measured)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CXX) $(flags_measured) $(exported) $(LDFLAGS) \
		$(call wrapped,$<) $^ -o $@ -lcmocka $(libraries)

# The command, with additional subjects that are wrong on purpose. The command must catch each of
# them.
broken_objects := $(call objects,measured,$(sort $(wildcard bench/tests/broken/*.c)))
$(TESTS)/timerbed-broken: $(call objects,measured,bench/timerbed.c) $(broken_objects) \
		$(filter-out %/generated/structures.o,$(call command_objects,measured))
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CXX) $(flags_measured) $(exported) $(LDFLAGS) $^ -o $@ $(libraries)

# The loop. The tests of the backends' tables link the backends and the modules below them, and
# define stubs for the modules above them. Tests of threads run under the thread sanitizer.
loop_tests    := $(filter-out $(patsubst %,%-%,$(subst _,-,$(left_out))), \
	$(sort $(patsubst loop/tests/%.c,%,$(wildcard loop/tests/*-test.c))))
table_tests   := $(filter %-tables-test,$(loop_tests))
thread_tests  := $(filter threads-%,$(loop_tests))
whole_tests   := $(filter-out $(table_tests) $(thread_tests),$(loop_tests))
table_objects := $(call objects,sanitized,$(BACKENDS) \
	$(patsubst %,loop/%.c,memory log thread lock_debug thread_pthreads descriptor_table \
	wait_buffer poll_list)) \
	$(BUILD)/sanitized/generated/backends.o

$(whole_tests:%=$(TESTS)/%): $(TESTS)/%: $(BUILD)/sanitized/loop/tests/%.o \
		$(call loop_objects,sanitized) $(call library_objects,sanitized)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_sanitized) $(LDFLAGS) $(call wrapped,$<) $^ -o $@ \
		-lcmocka $(loop_libraries)

$(table_tests:%=$(TESTS)/%): $(TESTS)/%: $(BUILD)/sanitized/loop/tests/%.o $(table_objects)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_sanitized) $(LDFLAGS) $^ -o $@ \
		-lcmocka $(loop_libraries)

$(thread_tests:%=$(TESTS)/%): $(TESTS)/%: $(BUILD)/threads/loop/tests/%.o \
		$(call loop_objects,threads) $(call library_objects,threads)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_threads) $(LDFLAGS) $^ -o $@ -lcmocka $(loop_libraries)

# Programs that run one round of random operations on the loop: one with the address sanitizer and
# one with the thread sanitizer.
stress_sources  := $(sort $(wildcard loop/tests/stress/*.c))
stress_programs := $(addprefix $(TESTS)/,stress-address stress-threads)
stress_wrapped   = $(call wrapped,$(call objects,$(1),$(stress_sources)))
$(TESTS)/stress-address: $(call objects,sanitized,$(stress_sources)) \
		$(call loop_objects,sanitized) $(call library_objects,sanitized)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_sanitized) $(LDFLAGS) \
		$(call stress_wrapped,sanitized) $^ -o $@ $(loop_libraries)
$(TESTS)/stress-threads: $(call objects,threads,$(stress_sources)) \
		$(call loop_objects,threads) $(call library_objects,threads)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_threads) $(LDFLAGS) \
		$(call stress_wrapped,threads) $^ -o $@ $(loop_libraries)

# stress-test starts rounds as processes.
$(TESTS)/stress-test: | $(TESTS)/stress-address

test_programs := $(addprefix $(TESTS)/,conformance broken-test $(structure_tests) fuzz-standalone \
	$(loop_tests) $(bench_tests))

# Tests that are scripts. Their only argument is the path of build/timerbed. A script that has the
# line "# also: sanitized" runs a second time, with the path of build/timerbed-sanitized. A script
# that takes minutes has the line "# takes: minutes".
script_tests    := $(sort $(wildcard $(foreach folder,bench scripts,$(addprefix $(folder)/tests/, \
	*-test *-test.py))))
sanitized_too   := $(shell grep -lx '\# also: sanitized' $(script_tests))
# Scripts that take minutes start first. Otherwise one of them could run last, while the other cores
# are idle.
long_scripts    := $(shell grep -lx '\# takes: minutes' $(script_tests))
ordered_scripts := $(long_scripts) $(filter-out $(long_scripts),$(script_tests))
test_scripts    := $(foreach one,$(sanitized_too),'$(one) $(BUILD)/timerbed-sanitized') \
	$(foreach one,$(ordered_scripts),'$(one) $(BUILD)/timerbed')

# The conformance suite runs in parts, so that all cores have work until the end. All tests, and all
# parts of the suite, have the same seed.
conformance_parts := 0 1 2 3 4 5 6
seed               = $(or $(SEED),$(TIMERBED_SEED),$(shell date +%s))
conformance_runs   = $(foreach part,$(conformance_parts), \
	'$(TESTS)/conformance -k $(part)/$(words $(conformance_parts))')

.PHONY: test-programs conformance check stress mutants
test-programs: $(test_programs) $(TESTS)/timerbed-broken $(BUILD)/timerbed-sanitized programs

test: ## run the tests, none of which depends on a clock (sanitized builds)
	@scripts/setup bench test
	@$(MAKE) --no-print-directory -j$(JOBS) test-programs
	@TIMERBED_SEED=$(seed) scripts/run-tests --times $(TESTS)/seconds $(test_scripts) \
		$(conformance_runs) $(portable_runs) \
		$(filter-out $(TESTS)/conformance,$(test_programs))

check: ## run the tests of changed files and a sample of the others (90 seconds)
	@scripts/setup bench test
	@MAKE='$(MAKE)' scripts/check $(BUILD)

conformance: ## run the suite on one structure: make conformance STRUCTURE=quad-heap [SEED=1]
	@$(MAKE) --no-print-directory $(TESTS)/conformance
	@$(TESTS)/conformance $(if $(STRUCTURE),-t $(STRUCTURE)) $(if $(SEED),-s $(SEED)) \
		$(if $(STEPS),-n $(STEPS))

STRESS_MINUTES ?= 30
stress: ## run random programs on the loop: make stress STRESS_MINUTES=30 [SEED=1]
	@scripts/setup bench test
	@$(MAKE) --no-print-directory -j$(JOBS) $(stress_programs)
	@scripts/stress --minutes $(STRESS_MINUTES) $(if $(SEED),--seed $(SEED)) $(TESTS)

FUZZ_SECONDS ?= 60
fuzz: ## run libFuzzer on all structures (FUZZ_SECONDS=60; the corpus is in out/fuzz)
	@scripts/setup bench test
	@$(MAKE) --no-print-directory $(BUILD)/fuzz
	@mkdir -p out/fuzz
	$(BUILD)/fuzz -max_total_time=$(FUZZ_SECONDS) -max_len=2048 -timeout=20 out/fuzz

# The names of the tests. The tool adds the conformance suite itself, for one structure at a time.
# broken-test is left out, because it tests the suite and not the structures.
MUTANTS ?= 300
mutants: ## mutation testing: does a test fail if the code is changed? [SEED=1] [MUTANTS=300]
	@scripts/setup bench test
	@$(MAKE) --no-print-directory $(generated)/.done $(generated)/build_info.h
	@scripts/mutants/mutants --seeds '$(or $(SEED),1)' --mutants $(MUTANTS) $(MUTANTS_OPTIONS) \
		--programs '$(notdir $(filter-out %/conformance %/broken-test,$(test_programs)))' \
		--scripts '$(filter bench/tests/%,$(script_tests))'
