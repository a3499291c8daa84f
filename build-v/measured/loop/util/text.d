build-v/measured/loop/util/text.o: loop/util/text.c \
 loop/include/event2/util.h loop/include/event2/event-config.h \
 loop/include/event2/visibility.h
loop/include/event2/util.h:
loop/include/event2/event-config.h:
loop/include/event2/visibility.h:
