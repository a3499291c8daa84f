build-v/measured/bench/virtual/virtual_sleeps.o: \
 bench/virtual/virtual_sleeps.c bench/virtual/virtual_state.h \
 bench/virtual/virtual_time.h
bench/virtual/virtual_state.h:
bench/virtual/virtual_time.h:
