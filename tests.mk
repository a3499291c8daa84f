# tests.mk: the tests that `make test` runs. The last line of each test program, and of the whole
# run, is "N passed, N failed".

TESTS := $(BUILD)/tests

# The conformance suite, and a program that runs the suite on deliberately broken structures. The
# suite must catch each of these.
suite         := structures/tests/conformance
suite_mains   := $(suite)/conformance.c $(suite)/broken-test.c
suite_sources := $(filter-out $(suite_mains),$(wildcard $(suite)/*.c))
wrap           = $(patsubst %,-Wl$(comma)--wrap=%,$(1))
allocators    := malloc calloc realloc aligned_alloc posix_memalign
wrapped       := $(call wrap,$(allocators) free mmap mremap munmap)

$(TESTS)/conformance: $(call objects,sanitized,$(suite)/conformance.c $(suite_sources)) \
		$(call library_objects,sanitized)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_sanitized) $(LDFLAGS) $(wrapped) $^ -o $@ -lm

$(TESTS)/broken-test: $(call objects,sanitized,$(suite)/broken-test.c $(suite_sources) $(BROKEN)) \
		$(call library_objects,sanitized) $(BUILD)/sanitized/generated/broken.o
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_sanitized) $(LDFLAGS) $(wrapped) $^ -o $@ -lm

structure_tests := $(sort $(patsubst structures/tests/%.c,%,$(wildcard structures/tests/*-test.c)))
$(structure_tests:%=$(TESTS)/%): $(TESTS)/%: $(BUILD)/sanitized/structures/tests/%.o \
		$(call library_objects,sanitized)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_sanitized) $(LDFLAGS) $^ -o $@ -lcmocka -lm

# The target of the fuzzer in two builds: with inputs from fixed seeds, and for libFuzzer.
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
$(bench_archive): $(foreach part,bench loop library,$(call $(part)_objects,sanitized))
	@mkdir -p $(@D)
	$(call quiet,AR,$@) rm -f $@; ar rcs $@ $^

# bench/tests/X-test.c. Tests in simulated time link all objects of bench/virtual. These replace
# functions of the C library. From the archive alone, the linker would leave out functions that only
# the sanitizers or libraries loaded later call.
bench_tests     := $(sort $(patsubst bench/tests/%.c,%,$(wildcard bench/tests/*-test.c)))
virtual_tests   := $(filter virtual-% differential-% event-replay-% replay-test passes-test,$(bench_tests))
virtual_objects := $(call objects,sanitized,$(wildcard bench/virtual/*.c))

# This test computes statistics of thousands of traces. It is built without the sanitizers, which
# would make it several times slower; other tests make traces under the sanitizers.
plain_tests  := workload-steady-test
plain_traces := $(call objects,default,$(wildcard bench/trace/*.c) $(WORKLOADS) structures/common/options.c) \
	$(BUILD)/default/generated/workloads.o

# This test starts itself as a worker some forty times. It is built without the sanitizers, because
# a process with sanitizers starts slowly.
worker_tests := run-test

# These tests replace functions in order to make forks, writes to disk and allocations fail.
wrapped_of_guard-test      := $(call wrap,fork)
wrapped_of_records-test    := $(call wrap,fsync fdatasync)
wrapped_of_trace-make-test := $(call wrap,malloc)

$(patsubst %,$(TESTS)/%,$(filter-out $(plain_tests) $(worker_tests),$(bench_tests))): \
		$(TESTS)/%: $(BUILD)/sanitized/bench/tests/%.o $(bench_archive)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CXX) $(flags_sanitized) $(exported) $(LDFLAGS) $(wrapped_of_$*) $(filter %.o,$^) \
		$(bench_archive) -o $@ -lcmocka $(libraries)
$(virtual_tests:%=$(TESTS)/%): $(virtual_objects)
$(plain_tests:%=$(TESTS)/%): $(TESTS)/%: $(BUILD)/default/bench/tests/%.o $(plain_traces)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_default) $(LDFLAGS) $^ -o $@ -lcmocka -lxxhash -lzstd -lm

$(worker_tests:%=$(TESTS)/%): $(TESTS)/%: $(BUILD)/measured/bench/tests/%.o \
		$(foreach part,bench loop library,$(call $(part)_objects,measured))
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CXX) $(flags_measured) $(exported) $(LDFLAGS) $^ -o $@ -lcmocka $(libraries)

# The command, with additional subjects that are wrong on purpose. The command must catch each of
# them.
broken_objects := $(call objects,measured,$(sort $(wildcard bench/tests/broken/*.c)))
$(TESTS)/timerbed-broken: $(call objects,measured,bench/timerbed.c) $(broken_objects) \
		$(filter-out %/generated/structures.o, \
		$(foreach part,bench loop library,$(call $(part)_objects,measured)))
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CXX) $(flags_measured) $(exported) $(LDFLAGS) $^ -o $@ $(libraries)

# The loop. The tests of the backends' tables link the backends and the modules below them, and
# define stubs for the modules above them. Tests of threads run under the thread sanitizer.
loop_tests    := $(sort $(patsubst loop/tests/%.c,%,$(wildcard loop/tests/*-test.c)))
table_tests   := $(filter backends-test io-uring-test,$(loop_tests))
thread_tests  := $(filter threads-%,$(loop_tests))
whole_tests   := $(filter-out $(table_tests) $(thread_tests),$(loop_tests))
table_objects := $(call objects,sanitized,$(BACKENDS) \
	$(addprefix loop/,memory.c log.c thread.c lock_debug.c thread_pthreads.c descriptor_table.c \
	wait_buffer.c poll_list.c)) \
	$(BUILD)/sanitized/generated/backends.o

# These tests replace the allocation functions, to count allocations or to make them fail.
wrapped_of_timeout-test := $(call wrap,$(allocators))
$(foreach one,iteration-memory peak-memory rearm-memory descriptor-table, \
	$(eval wrapped_of_$(one)-test := $(call wrap,$(allocators) free)))

# This test replaces the clocks.
wrapped_of_clock-test := $(call wrap,clock_gettime clock_getres)

# This test replaces the calls that wait, so that no call waits.
wrapped_of_wait-span-test := $(call wrap,ppoll pselect epoll_pwait2 epoll_wait io_uring_wait_cqes \
	io_uring_submit)

# This test replaces system calls, in order to make them fail.
wrapped_of_failing-calls-test := $(call wrap,epoll_create1 epoll_ctl epoll_pwait2 epoll_wait poll ppoll \
	pselect io_uring_queue_init_params io_uring_submit io_uring_wait_cqes eventfd pipe2 sigaction read \
	write clock_gettime gettimeofday pthread_mutex_init pthread_cond_init socket bind listen connect \
	accept getsockname getpeername)

$(whole_tests:%=$(TESTS)/%): $(TESTS)/%: $(BUILD)/sanitized/loop/tests/%.o \
		$(call loop_objects,sanitized) $(call library_objects,sanitized)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_sanitized) $(LDFLAGS) $(wrapped_of_$*) $^ -o $@ -lcmocka $(loop_libraries)

$(table_tests:%=$(TESTS)/%): $(TESTS)/%: $(BUILD)/sanitized/loop/tests/%.o $(table_objects)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_sanitized) $(LDFLAGS) $^ -o $@ -lcmocka $(loop_libraries)

$(thread_tests:%=$(TESTS)/%): $(TESTS)/%: $(BUILD)/threads/loop/tests/%.o \
		$(call loop_objects,threads) $(call library_objects,threads)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_threads) $(LDFLAGS) $^ -o $@ -lcmocka $(loop_libraries)

# Programs that run one round of random operations on the loop: one with the address sanitizer and
# one with the thread sanitizer.
stress_sources  := $(sort $(wildcard loop/tests/stress/*.c))
stress_programs := $(addprefix $(TESTS)/,stress-address stress-threads)
wrapped_stress  := $(call wrap,$(allocators) mmap mremap munmap)
$(TESTS)/stress-address: $(call objects,sanitized,$(stress_sources)) \
		$(call loop_objects,sanitized) $(call library_objects,sanitized)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_sanitized) $(LDFLAGS) $(wrapped_stress) $^ -o $@ $(loop_libraries)
$(TESTS)/stress-threads: $(call objects,threads,$(stress_sources)) \
		$(call loop_objects,threads) $(call library_objects,threads)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_threads) $(LDFLAGS) $(wrapped_stress) $^ -o $@ $(loop_libraries)

# stress-test starts rounds as processes.
$(TESTS)/stress-test: | $(TESTS)/stress-address

test_programs := $(addprefix $(TESTS)/,conformance broken-test $(structure_tests) fuzz-standalone \
	$(loop_tests) $(bench_tests))

# Tests that are scripts. Their only argument is the path of build/timerbed. A script that has the
# line "# also: sanitized" runs a second time, with the path of build/timerbed-sanitized.
script_tests    := $(sort $(wildcard $(foreach folder,bench scripts,$(addprefix $(folder)/tests/, \
	*-test *-test.py))))
sanitized_too   := $(shell grep -lx '\# also: sanitized' $(script_tests))
long_scripts    := $(addprefix scripts/tests/,export-test clang-test provenance-test.py)
# Scripts that take minutes begin first. Otherwise one of them could run alone at the end, while the
# other cores are idle.
test_scripts    := $(foreach one,$(sanitized_too),'$(one) $(BUILD)/timerbed-sanitized') \
	$(foreach one,$(long_scripts) $(filter-out $(long_scripts),$(script_tests)),'$(one) $(BUILD)/timerbed')

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
		$(conformance_runs) $(filter-out $(TESTS)/conformance,$(test_programs))

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
	@scripts/setup bench test mutants
	@$(MAKE) --no-print-directory $(generated)/.done $(generated)/build_info.h
	@scripts/mutants/mutants --seeds '$(or $(SEED),1)' --mutants $(MUTANTS) $(MUTANTS_OPTIONS) \
		--programs '$(notdir $(filter-out %/conformance %/broken-test,$(test_programs)))' \
		--scripts '$(filter bench/tests/%,$(script_tests))'
