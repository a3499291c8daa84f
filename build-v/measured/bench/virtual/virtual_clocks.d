build-v/measured/bench/virtual/virtual_clocks.o: \
 bench/virtual/virtual_clocks.c bench/virtual/virtual_state.h \
 bench/virtual/virtual_time.h
bench/virtual/virtual_state.h:
bench/virtual/virtual_time.h:
