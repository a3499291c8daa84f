# dispatch.gp: what calls through the function table add within blocks, against n: on the left as a
# ratio, on the right as a difference. Bars: 95 % interval of the mean (of the mean log ratio, on
# the left).

load scripts . '/layouts/lines.gp'
