build-v/measured/bench/virtual/virtual_close.o: \
 bench/virtual/virtual_close.c bench/virtual/virtual_epoll.h \
 bench/virtual/virtual_state.h bench/virtual/virtual_time.h \
 bench/virtual/virtual_timerfd.h
bench/virtual/virtual_epoll.h:
bench/virtual/virtual_state.h:
bench/virtual/virtual_time.h:
bench/virtual/virtual_timerfd.h:
