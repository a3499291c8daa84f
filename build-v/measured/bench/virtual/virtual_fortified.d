build-v/measured/bench/virtual/virtual_fortified.o: \
 bench/virtual/virtual_fortified.c
