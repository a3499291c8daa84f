build-v/measured/bench/scripts.o: bench/scripts.c bench/scripts.h \
 bench/message.h
bench/scripts.h:
bench/message.h:
