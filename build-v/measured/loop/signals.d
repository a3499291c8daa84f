build-v/measured/loop/signals.o: loop/signals.c loop/base.h \
 structures/timer.h loop/include/event2/event.h \
 loop/include/event2/event-config.h loop/include/event2/util.h \
 loop/include/event2/visibility.h loop/include/event2/event_struct.h \
 loop/include/event2/thread.h loop/active.h loop/backend.h loop/clock.h \
 loop/common_timeout.h loop/config.h loop/debug.h loop/event_internal.h \
 loop/io_map.h loop/lock.h loop/log.h loop/memory.h loop/notify.h \
 loop/signals.h loop/timeout.h loop/watchers.h
loop/base.h:
structures/timer.h:
loop/include/event2/event.h:
loop/include/event2/event-config.h:
loop/include/event2/util.h:
loop/include/event2/visibility.h:
loop/include/event2/event_struct.h:
loop/include/event2/thread.h:
loop/active.h:
loop/backend.h:
loop/clock.h:
loop/common_timeout.h:
loop/config.h:
loop/debug.h:
loop/event_internal.h:
loop/io_map.h:
loop/lock.h:
loop/log.h:
loop/memory.h:
loop/notify.h:
loop/signals.h:
loop/timeout.h:
loop/watchers.h:
