build-v/measured/bench/commands/generate.o: bench/commands/generate.c \
 bench/commands/arguments.h bench/commands/commands.h bench/run/cache.h \
 bench/names.h bench/workload.h bench/trace/generator.h \
 structures/common/options.h bench/trace/trace.h bench/message.h \
 bench/trace/trace_make.h bench/trace/trace.h
bench/commands/arguments.h:
bench/commands/commands.h:
bench/run/cache.h:
bench/names.h:
bench/workload.h:
bench/trace/generator.h:
structures/common/options.h:
bench/trace/trace.h:
bench/message.h:
bench/trace/trace_make.h:
bench/trace/trace.h:
