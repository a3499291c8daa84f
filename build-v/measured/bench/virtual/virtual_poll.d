build-v/measured/bench/virtual/virtual_poll.o: \
 bench/virtual/virtual_poll.c bench/virtual/virtual_state.h \
 bench/virtual/virtual_time.h bench/virtual/virtual_timerfd.h
bench/virtual/virtual_state.h:
bench/virtual/virtual_time.h:
bench/virtual/virtual_timerfd.h:
