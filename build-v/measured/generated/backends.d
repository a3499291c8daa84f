build-v/measured/generated/backends.o: build-v/generated/backends.c \
 loop/backend.h
loop/backend.h:
