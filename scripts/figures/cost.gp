# cost.gp: time per operation against n, on logarithmic axes; one panel per workload.
# Bars: quartiles over blocks. Grey: the floor, the fastest yardstick.

load scripts . '/layouts/style.gp'

of(s, c) = strcol(4) eq s ? column(c) : NaN
# Bars at one n stand side by side.
beside(i) = 1.3 ** ((i - (subject_count + 1) / 2.0) / (subject_count + 4))

array extra[1] = [ 'floor: fastest yardstick' ]
array extra_kind[1] = [ 'line' ]
extras = floors
key_lines = 1

set logscale xy
set xrange [n_low:n_high]
set yrange [y_low:y_high]
set ytics ()
do for [d = floor(log10(y_low)):ceil(log10(y_high))] {
	set ytics add (time_label(10.0 ** d) 10.0 ** d)
}
set xtics ()
do for [d = ceil(log10(n_low)):floor(log10(n_high))] {
	set xtics add (10.0 ** d)
}

margin_left = 66
panel_width = (width - margin_left - 12.0) / columns

load scripts . '/layouts/key.gp'
set multiplot
do for [p = 1:panel_count] {
	col = (p - 1) % columns
	row = (p - 1) / columns
	set lmargin at screen across(margin_left + col * panel_width + 4)
	set rmargin at screen across(margin_left + (col + 1) * panel_width - 8)
	set tmargin at screen down(row * panel_height + 28)
	set bmargin at screen down((row + 1) * panel_height - 6)
	set label 1 panel[p] at graph 0, graph 1 offset 0.3, 0.7 left textcolor rgb ink
	if (col == 0) {
		set format y
		do for [d = floor(log10(y_low)):ceil(log10(y_high))] {
			set ytics add (time_label(10.0 ** d) 10.0 ** d)
		}
	} else {
		do for [d = floor(log10(y_low)):ceil(log10(y_high))] {
			set ytics add ('' 10.0 ** d)
		}
	}
	# n is written below the lowest panel of each column.
	if (p + columns > panel_count) {
		set format x '10^{%T}'
		set xlabel 'timers, n' offset 0, 0.6 textcolor rgb ink
	} else {
		set format x ''
		unset xlabel
	}
	# order[] puts the bold lines last, so that they are on top.
	plot for [i = 1:floors] file using 3:(of('floor', 6)) every ::first[p]::last[p] \
			with lines linecolor rgb pale linewidth 5, \
		for [i = 1:subject_count] file using ($3 * beside(i)):(of(subject[i], 6)) \
			:(of(subject[i], 7)):(of(subject[i], 8)) every ::first[p]::last[p] \
			with yerrorbars pointtype 0 linecolor rgb colour(i) linewidth 0.8, \
		for [k = 1:subject_count] for [i = order[k]:order[k]] file \
			using ($3 * beside(i)):(of(subject[i], 6)) every ::first[p]::last[p] \
			with linespoints linecolor rgb colour(i) linewidth weight(i) dashtype dash_of[i] \
			pointtype shape(i) pointsize size(i)
	if (p == 1) {
		unset arrow
		unset label
	}
}
unset multiplot
