# tests.mk: what `make test` runs. Each program prints "N passed, N failed" as its last line, and so
# does the whole.

ALLOCATORS := malloc calloc realloc aligned_alloc posix_memalign free
WRAPPED    := $(ALLOCATORS:%=-Wl,--wrap=%)

bench_tests := $(sort $(patsubst bench/tests/%.c,%,$(wildcard bench/tests/*-test.c)))

# The traces and workloads, sanitized, without the subjects that they know nothing of.
trace_objects := $(call objects,sanitized,$(filter-out $(PROGRAMS),$(wildcard bench/trace*.c bench/generator.c \
	bench/oracle.c bench/random.c)) $(WORKLOADS) structures/common/options.c) \
	$(BUILD)/sanitized/generated/workloads.o

$(bench_tests:%=$(BUILD)/tests/%): $(BUILD)/tests/%: $(BUILD)/sanitized/bench/tests/%.o $(trace_objects)
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_sanitized) $^ -o $@ -lcmocka -lxxhash -lzstd -lm

.PHONY: test-programs
test-programs: $(bench_tests:%=$(BUILD)/tests/%) $(BUILD)/timerbed-sanitized programs

test: ## everything that can be proven without a clock (sanitized builds)
	@scripts/setup test
	@$(MAKE) --no-print-directory test-programs
	@scripts/run-tests \
		$(bench_tests:%=$(BUILD)/tests/%) \
		'bench/tests/command-test $(BUILD)/timerbed' \
		scripts/tests/statistics-test.py
