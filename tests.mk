# tests.mk: what `make test` runs. Each program prints "N passed, N failed" as its last line, and so
# does the whole.

TESTS := $(BUILD)/tests

# The conformance suite; and the same on deliberately broken structures, each of which it has to
# catch.
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

# The fuzzer's target, over inputs from fixed seeds, and for libFuzzer.
$(BUILD)/sanitized/structures/tests/fuzz.o: CFLAGS += -DFUZZ_STANDALONE
$(TESTS)/fuzz-standalone: $(call objects,sanitized,structures/tests/fuzz.c) \
		$(call library_objects,sanitized)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_sanitized) $(LDFLAGS) $^ -o $@ -lm

$(BUILD)/fuzz: structures/tests/fuzz.c $(library_sources) $(generated)/structures.c
	@mkdir -p $(@D)
	$(call quiet,CLANG,$@) clang -std=c17 $(PREPROCESS) $(CPPFLAGS) -g -O1 $(WARNINGS) \
		-fsanitize=fuzzer,address,undefined $^ -o $@ -lm

# What the command is made of, apart from its main(), so that a test takes what it uses.
bench_archive := $(TESTS)/libbench.a
$(bench_archive): $(foreach part,bench loop library,$(call $(part)_objects,sanitized))
	@mkdir -p $(@D)
	$(call quiet,AR,$@) rm -f $@; ar rcs $@ $^

# bench/tests/X-test.c. Tests in simulated time have all of it, as it stands in for functions of the
# C library that only libraries loaded later, or the sanitizers, may call.
bench_tests     := $(sort $(patsubst bench/tests/%.c,%,$(wildcard bench/tests/*-test.c)))
virtual_tests   := $(filter virtual-% differential-% event-replay-% replay-test passes-test,$(bench_tests))
virtual_objects := $(call objects,sanitized,$(wildcard bench/virtual/*.c))

# A test of statistics over thousands of traces. Other tests make traces under the sanitizers, which
# multiply the time that this one takes by five.
plain_tests  := workload-steady-test
plain_traces := $(call objects,default,$(wildcard bench/trace/*.c) $(WORKLOADS) structures/common/options.c) \
	$(BUILD)/default/generated/workloads.o

# A test that starts itself as a worker, some forty times: a process starts slowly with sanitizers.
worker_tests := run-test

# Forks, allocations and disks fail when these say so.
wrapped_of_guard-test      := $(call wrap,fork)
wrapped_of_records-test    := $(call wrap,fsync fdatasync)
wrapped_of_trace-make-test := $(call wrap,malloc)

# Its clocks show what it says.
wrapped_of_cycles-test := $(call wrap,syscall)

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

# The command with subjects that are wrong on purpose, each of which it has to catch.
broken_objects := $(call objects,measured,$(sort $(wildcard bench/tests/broken/*.c)))
$(TESTS)/timerbed-broken: $(call objects,measured,bench/timerbed.c) $(broken_objects) \
		$(filter-out %/generated/structures.o, \
		$(foreach part,bench loop library,$(call $(part)_objects,measured)))
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CXX) $(flags_measured) $(exported) $(LDFLAGS) $^ -o $@ $(libraries)

# The loop. Tests of the backends' tables alone bring stand-ins for what is above them; that of
# threads runs under the thread sanitizer.
loop_tests    := $(filter-out $(patsubst %,%-%,$(subst _,-,$(left_out))), \
	$(sort $(patsubst loop/tests/%.c,%,$(wildcard loop/tests/*-test.c))))
table_tests   := $(filter backends-test,$(loop_tests))
thread_tests  := $(filter threads-%,$(loop_tests))
whole_tests   := $(filter-out $(table_tests) $(thread_tests),$(loop_tests))
table_objects := $(call objects,sanitized,$(BACKENDS) \
	$(addprefix loop/,memory.c log.c thread.c lock_debug.c thread_pthreads.c descriptor_table.c \
	wait_buffer.c poll_list.c)) \
	$(BUILD)/sanitized/generated/backends.o

# Its allocations fail when it says so.
wrapped_of_timeout-test := $(call wrap,$(allocators))
$(foreach one,iteration-memory peak-memory rearm-memory descriptor-table, \
	$(eval wrapped_of_$(one)-test := $(call wrap,$(allocators) free)))

# Its clocks show what it says.
wrapped_of_clock-test := $(call wrap,clock_gettime clock_getres)

# Nothing waits.
wrapped_of_wait-span-test     := $(call wrap,ppoll pselect epoll_pwait2 epoll_wait)
wrapped_of_io-uring-span-test := $(call wrap,io_uring_wait_cqes io_uring_submit)

# System calls fail when it says so.
wrapped_of_failing-calls-test := $(call wrap,epoll_create1 epoll_ctl epoll_pwait2 epoll_wait poll ppoll \
	pselect eventfd pipe2 sigaction read write clock_gettime gettimeofday pthread_mutex_init \
	pthread_cond_init socket bind listen connect accept getsockname getpeername)
wrapped_of_io-uring-calls-test := $(wrapped_of_failing-calls-test) \
	$(call wrap,io_uring_queue_init_params io_uring_submit io_uring_wait_cqes)

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

# Random programs against the loop: one round of them, under either sanitizer.
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

# It runs rounds, as processes.
$(TESTS)/stress-test: | $(TESTS)/stress-address

test_programs := $(addprefix $(TESTS)/,conformance broken-test $(structure_tests) fuzz-standalone \
	$(loop_tests) $(bench_tests))

# Tests that are scripts: called with the path of build/timerbed alone. One that says
# "# also: sanitized" near its top is called with that of build/timerbed-sanitized, too.
script_tests    := $(sort $(wildcard $(foreach folder,bench scripts,$(addprefix $(folder)/tests/, \
	*-test *-test.py))))
sanitized_too   := $(shell grep -lx '\# also: sanitized' $(script_tests))
long_scripts    := $(addprefix scripts/tests/,export-test clang-test provenance-test.py)
# Scripts that take minutes begin first, so that none of them is left alone at the end.
test_scripts    := $(foreach one,$(sanitized_too),'$(one) $(BUILD)/timerbed-sanitized') \
	$(foreach one,$(long_scripts) $(filter-out $(long_scripts),$(script_tests)),'$(one) $(BUILD)/timerbed')

# The conformance suite in parts, so that all cores have something to do to the end. All tests have
# one seed, and so have the parts, as if they were one program.
conformance_parts := 0 1 2 3 4 5 6
seed               = $(or $(SEED),$(TIMERBED_SEED),$(shell date +%s))
conformance_runs   = $(foreach part,$(conformance_parts), \
	'$(TESTS)/conformance -k $(part)/$(words $(conformance_parts))')

.PHONY: test-programs conformance check stress mutants
test-programs: $(test_programs) $(TESTS)/timerbed-broken $(BUILD)/timerbed-sanitized programs

test: ## everything that can be proven without a clock (sanitized builds)
	@scripts/setup bench test
	@$(MAKE) --no-print-directory -j$(JOBS) test-programs
	@TIMERBED_SEED=$(seed) scripts/run-tests --times $(TESTS)/seconds $(test_scripts) \
		$(conformance_runs) $(portable_runs) $(filter-out $(TESTS)/conformance,$(test_programs))

check: ## what to run after a change: tests of what has changed, a little of the rest; 90 seconds
	@scripts/setup bench test
	@MAKE='$(MAKE)' scripts/check $(BUILD)

conformance: ## one structure through the suite: make conformance STRUCTURE=quad-heap [SEED=1]
	@$(MAKE) --no-print-directory $(TESTS)/conformance
	@$(TESTS)/conformance $(if $(STRUCTURE),-t $(STRUCTURE)) $(if $(SEED),-s $(SEED)) \
		$(if $(STEPS),-n $(STEPS))

STRESS_MINUTES ?= 30
stress: ## random programs against the loop: make stress STRESS_MINUTES=30 [SEED=1]
	@scripts/setup bench test
	@$(MAKE) --no-print-directory -j$(JOBS) $(stress_programs)
	@scripts/stress --minutes $(STRESS_MINUTES) $(if $(SEED),--seed $(SEED)) $(TESTS)

FUZZ_SECONDS ?= 60
fuzz: ## libFuzzer on all structures (FUZZ_SECONDS=60, corpus in out/fuzz)
	@scripts/setup bench test
	@$(MAKE) --no-print-directory $(BUILD)/fuzz
	@mkdir -p out/fuzz
	$(BUILD)/fuzz -max_total_time=$(FUZZ_SECONDS) -max_len=2048 -timeout=20 out/fuzz

# Tests of what is mutated. The suite is called by structure, and its broken structures test it alone.
MUTANTS ?= 300
mutants: ## mutation testing: does a test fail if the code is changed? [SEED=1] [MUTANTS=300]
	@scripts/setup bench test mutants
	@$(MAKE) --no-print-directory $(generated)/.done $(generated)/build_info.h
	@scripts/mutants/mutants --seeds '$(or $(SEED),1)' --mutants $(MUTANTS) $(MUTANTS_OPTIONS) \
		--programs '$(notdir $(filter-out %/conformance %/broken-test,$(test_programs)))' \
		--scripts '$(filter bench/tests/%,$(script_tests))'
