build-v/measured/bench/virtual/virtual_select.o: \
 bench/virtual/virtual_select.c bench/virtual/virtual_state.h \
 bench/virtual/virtual_time.h bench/virtual/virtual_timerfd.h
bench/virtual/virtual_state.h:
bench/virtual/virtual_time.h:
bench/virtual/virtual_timerfd.h:
