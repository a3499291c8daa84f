# schemes.gp: instructions per tick of Scheme 6 against n / M, and the cost of Scheme 7 relative to
# Scheme 6 against T / M. Bars: 95 % interval over blocks.

load scripts . '/layouts/style.gp'

is(w, c) = strcol(1) eq w ? column(c) : NaN

set tmargin at screen down(34)
set bmargin at screen down(height - 56)
line(x) = a + b * x
a = 1.0
b = 1.0
set fit quiet logfile '/dev/null'
fit line(x) file using (is('tick', 5)):6 via a, b

set multiplot
set lmargin at screen across(66)
set rmargin at screen across(width / 2 - 20)
set label 1 panel[1] at graph 0, graph 1 offset 0.3, 0.7 left textcolor rgb ink
set label 2 sprintf('%.0f + %.0f n/M', a, b) at graph 0.05, graph 0.9 left textcolor rgb ink
set xlabel 'timers / slots, n/M' offset 0, 0.4 textcolor rgb ink
set xrange [0:*]
set yrange [0:*]
plot line(x) with lines linecolor rgb pale linewidth 5, \
	file using (is('tick', 5)):6:7:8 with yerrorbars pointtype 7 pointsize 0.6 \
		linecolor rgb palette[6]

set lmargin at screen across(width / 2 + 50)
set rmargin at screen across(width - 14)
set label 1 panel[2]
unset label 2
set logscale xy 2
set xrange [*:*]
set yrange [*:*]
set format x '%g'
set format y '%g'
set xlabel 'mean interval / turn of the wheel, T/M' offset 0, 0.4 textcolor rgb ink
plot 1 with lines linecolor rgb pale linewidth 5, \
	file using (is('crossover', 5)):6:7:8 with yerrorbars pointtype 7 pointsize 0.6 \
		linecolor rgb palette[5], \
	file using (is('crossover', 5)):6 with lines linecolor rgb palette[5] linewidth 1.4
unset multiplot
