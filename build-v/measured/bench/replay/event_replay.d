build-v/measured/bench/replay/event_replay.o: bench/replay/event_replay.c \
 bench/replay/event_replay.h bench/replay/subject.h bench/replay/replay.h \
 bench/trace/trace.h structures/timer.h bench/replay/replay_check.h \
 bench/replay/replay_loop.h bench/replay/cycles.h bench/replay/clock.h \
 bench/virtual/virtual_time.h
bench/replay/event_replay.h:
bench/replay/subject.h:
bench/replay/replay.h:
bench/trace/trace.h:
structures/timer.h:
bench/replay/replay_check.h:
bench/replay/replay_loop.h:
bench/replay/cycles.h:
bench/replay/clock.h:
bench/virtual/virtual_time.h:
