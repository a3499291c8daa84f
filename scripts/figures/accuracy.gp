# accuracy.gp: the cost of an operation against the mean lateness of timers, one panel per workload
# and n. Bars: quartiles over blocks. A line joins the settings of a structure. The label above a
# dot is its tick or how its timers migrate; equally late dots have one common label.

load scripts . '/layouts/style.gp'

of(p, c, k) = $1 == p && $6 == c ? column(k) : NaN

small = pixels(9)
extras = 0
key_lines = 1
set logscale xy
set xrange [x_low:x_high]
set yrange [y_low:y_high]
set xtics ()
if (nought) {
	set xtics add ('0' least)
}
do for [d = ceil(log10(least * (nought ? 12 : 1))):floor(log10(x_high)):1 + (log10(x_high / x_low) > 6)] {
	set xtics add (time_label(10.0 ** d) 10.0 ** d)
}
array digit[3] = [ 1, 2, 5 ]
set ytics ()
do for [d = floor(log10(y_low)):ceil(log10(y_high))] {
	do for [k = 1:(log10(y_high / y_low) < 2.2 ? 3 : 1)] {
		set ytics add (time_label(digit[k] * 10.0 ** d) digit[k] * 10.0 ** d)
	}
}
panel_width = width / (1.0 * columns)

load scripts . '/layouts/key.gp'
set multiplot
do for [p = 1:panel_count] {
	col = (p - 1) % columns
	row = (p - 1) / columns
	set lmargin at screen across(col * panel_width + 66)
	set rmargin at screen across((col + 1) * panel_width - 24)
	set tmargin at screen down(row * panel_height + 30)
	set bmargin at screen down((row + 1) * panel_height - 40)
	set label 1 panel[p] at graph 0, graph 1 offset 0.3, 0.7 left textcolor rgb ink
	set ylabel 'time per operation' offset 0.6, 0 textcolor rgb ink
	if (p + columns > panel_count) {
		set xlabel 'mean lateness, beyond that of exact structures' offset 0, 0.5 textcolor rgb ink
	} else {
		unset xlabel
	}
	plot for [i = 1:subject_count] file using (of(p, i, 8)):9:10:11 every ::1 \
			with yerrorbars pointtype 0 linecolor rgb colour(i) linewidth 0.8, \
		for [i = 1:subject_count] file using ($1 == p && $6 == i ? $8 : 1/0):9 every ::1 \
			with lines linecolor rgb colour(i) linewidth 0.8, \
		for [i = 1:subject_count] file using (of(p, i, 8)):9 every ::1 \
			with points pointtype shape(i) pointsize 0.8 linecolor rgb colour(i), \
		for [i = 1:subject_count] file using (of(p, i, 8)):9:13 every ::1 \
			with labels center offset 0, 0.75 noenhanced font small textcolor rgb ink
	if (p == 1) {
		unset arrow
		unset label
	}
}
unset multiplot
