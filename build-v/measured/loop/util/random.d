build-v/measured/loop/util/random.o: loop/util/random.c \
 loop/include/event2/util.h loop/include/event2/event-config.h \
 loop/include/event2/visibility.h
loop/include/event2/util.h:
loop/include/event2/event-config.h:
loop/include/event2/visibility.h:
