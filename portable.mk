# portable.mk: builds and tests without code for one kind of processor, and for another processor.

# -------------------------------------------------- the same processor, without code of its own
#
# Files with code for x86-64 also have portable code for all other processors. TIMERBED_PORTABLE
# chooses the portable code on x86-64, too. `make test` runs the tests that depend on these files:
# on dary-heap's vectors, and on the time-stamp counter that the tail pass and the replay read.

flags_portable := $(flags_sanitized) -DTIMERBED_PORTABLE
$(eval $(call compile_rules,portable))
$(eval $(call flags_rules,portable))

portable_structures := structures/dary-heap.c
portable_bench := bench/passes/tail.c bench/cycles.c bench/replay/event_replay.c \
	bench/subjects/structure.c $(wildcard bench/subjects/yardstick-*.c)

$(TESTS)/portable-conformance: $(call objects,sanitized,$(suite)/conformance.c $(suite_sources)) \
		$(call objects,portable,$(portable_structures)) \
		$(filter-out $(call objects,sanitized,$(portable_structures)), \
		$(call library_objects,sanitized))
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_portable) $(LDFLAGS) $(suite_wrapped) $^ -o $@ -lm

$(TESTS)/portable-passes-test $(TESTS)/portable-replay-test: $(TESTS)/portable-%: \
		$(BUILD)/portable/bench/tests/%.o $(call objects,portable,$(portable_bench)) \
		$(virtual_objects) $(bench_archive)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CXX) $(flags_portable) $(exported) $(LDFLAGS) $(filter %.o,$^) \
		$(bench_archive) -o $@ -lcmocka $(libraries)

portable_tests := $(addprefix $(TESTS)/portable-,passes-test replay-test)
portable_runs  := '$(TESTS)/portable-conformance -t dary-heap' $(portable_tests)
test-programs: $(TESTS)/portable-conformance $(portable_tests)

# ------------------------------------------------------------------------------ without sanitizers
#
# The tests of the structures and of the loop, built like the libraries: with assertions and without
# sanitizers. They don't need the bench. Other processors and package builds may lack the bench and
# the sanitizers. RUNNER precedes the name of each program. stress-test is left out, because it
# starts other programs.

PLAIN   := $(BUILD)/plain
RUNNER  ?=
CMOCKA  ?= -lcmocka
plain_loop_tests := $(filter-out stress-test,$(loop_tests))
plain_tests_of   := $(addprefix $(PLAIN)/,$(structure_tests) $(plain_loop_tests))
plain_test_programs := $(plain_tests_of) $(addprefix $(PLAIN)/,conformance fuzz-standalone)

$(PLAIN)/conformance: $(call objects,default,$(suite)/conformance.c $(suite_sources)) \
		$(BUILD)/libtimerbed.a
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_default) $(LDFLAGS) \
		$(call wrapped,$(call objects,default,$(suite_sources))) $^ -o $@ -lm

$(BUILD)/default/structures/tests/fuzz.o: CFLAGS += -DFUZZ_STANDALONE
$(PLAIN)/fuzz-standalone: $(call objects,default,structures/tests/fuzz.c) $(BUILD)/libtimerbed.a
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_default) $(LDFLAGS) $^ -o $@ -lm

$(structure_tests:%=$(PLAIN)/%): $(PLAIN)/%: $(BUILD)/default/structures/tests/%.o \
		$(BUILD)/libtimerbed.a
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_default) $(LDFLAGS) $^ -o $@ $(CMOCKA) -lm

# The tests of the backends' tables define stubs for the loop's functions.
plain_tables := $(subst $(BUILD)/sanitized/,$(BUILD)/default/,$(table_objects))
$(table_tests:%=$(PLAIN)/%): $(PLAIN)/%: $(BUILD)/default/loop/tests/%.o $(plain_tables)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_default) $(LDFLAGS) $^ -o $@ $(CMOCKA) $(loop_libraries)

$(patsubst %,$(PLAIN)/%,$(filter-out $(table_tests),$(plain_loop_tests))): $(PLAIN)/%: \
		$(BUILD)/default/loop/tests/%.o $(BUILD)/libtimerbed-event.a
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_default) $(LDFLAGS) $(call wrapped,$<) $^ -o $@ \
		$(CMOCKA) $(loop_libraries)

# STEPS is the length of the suite's random sequences.
plain_conformance = $(foreach part,$(conformance_parts), \
	'$(RUNNER) $(PLAIN)/conformance -k $(part)/$(words $(conformance_parts)) \
	$(if $(STEPS),-n $(STEPS))')

.PHONY: plain-programs plain-test arm64
plain-programs: $(plain_test_programs) $(BUILD)/libtimerbed.so $(BUILD)/libtimerbed-event.so

plain-test: plain-programs
	@TIMERBED_SEED=$(seed) scripts/run-tests --times $(PLAIN)/seconds $(plain_conformance) \
		$(foreach one,$(plain_tests_of) $(PLAIN)/fuzz-standalone,'$(RUNNER) $(one)')

# --------------------------------------------------------------------------- another processor
#
# The structures and the loop for arm64, in a separate build folder, tested in qemu's emulation. The
# compiler, the C library and qemu are Debian packages. cmocka is compiled from Debian's source
# package. There is no liburing for arm64, so the loop is built without io_uring.

ARM64        := build-arm64
arm64_triple := aarch64-linux-gnu
arm64_cmocka := $(ARM64)/cmocka
# qemu's emulation of select ends the program if a descriptor is 1024 or more.
arm64_runner := prlimit --nofile=1024:1024 qemu-aarch64 -L /usr/$(arm64_triple)
arm64_make    = $(MAKE) --no-print-directory -j$(JOBS) BUILD=$(ARM64) \
	NM=$(arm64_triple)-nm CC=$(arm64_triple)-gcc \
	CXX=$(arm64_triple)-g++ CPPFLAGS='$(CPPFLAGS) -I$(arm64_cmocka)/include' \
	CMOCKA=$(arm64_cmocka)/libcmocka.a RUNNER='$(arm64_runner)'

# The emulation is slow, so random sequences are shorter than in `make test`.
arm64: ## the structures and the loop for arm64, and their tests in emulation (not in make test)
	@scripts/setup arm64
	@scripts/cmocka $(arm64_triple)-gcc $(arm64_cmocka)
	@+$(arm64_make) STEPS=$(or $(STEPS),300) SEED=$(seed) plain-test
