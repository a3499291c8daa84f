build-v/measured/bench/timerbed.o: bench/timerbed.c \
 bench/commands/arguments.h bench/commands/commands.h bench/message.h \
 build-v/generated/build_info.h structures/common/options.h
bench/commands/arguments.h:
bench/commands/commands.h:
bench/message.h:
build-v/generated/build_info.h:
structures/common/options.h:
