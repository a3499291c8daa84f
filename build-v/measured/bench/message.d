build-v/measured/bench/message.o: bench/message.c bench/message.h
bench/message.h:
