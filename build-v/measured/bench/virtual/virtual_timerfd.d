build-v/measured/bench/virtual/virtual_timerfd.o: \
 bench/virtual/virtual_timerfd.c bench/virtual/virtual_timerfd.h \
 bench/virtual/virtual_state.h bench/virtual/virtual_time.h
bench/virtual/virtual_timerfd.h:
bench/virtual/virtual_state.h:
bench/virtual/virtual_time.h:
