build-v/measured/loop/thread_pthreads.o: loop/thread_pthreads.c \
 loop/memory.h loop/include/event2/thread.h \
 loop/include/event2/visibility.h loop/include/event2/event-config.h
loop/memory.h:
loop/include/event2/thread.h:
loop/include/event2/visibility.h:
loop/include/event2/event-config.h:
