build-v/measured/loop/util/socket.o: loop/util/socket.c \
 loop/include/event2/util.h loop/include/event2/event-config.h \
 loop/include/event2/visibility.h
loop/include/event2/util.h:
loop/include/event2/event-config.h:
loop/include/event2/visibility.h:
