# tail.gp: the share of operations that take longer than x, against x, on logarithmic axes; one
# panel per workload at its largest n. Further down operations are rarer, further right slower.

load scripts . '/layouts/style.gp'

of(s, c) = strcol(4) eq s ? column(c) : NaN

extras = 0
key_lines = 1

set logscale xy
set xrange [n_low:n_high]
set yrange [y_low:y_high]
set xtics ()
do for [d = floor(log10(n_low)):ceil(log10(n_high))] {
	set xtics add (time_label(10.0 ** d) 10.0 ** d)
}

array share[7] = [ 'all', '10 %%', '1 %%', '0.1 %%', '1 in 10^4', '1 in 10^5', '1 in 10^6' ]
margin_left = 96
panel_width = (width - margin_left - 12.0) / columns

load scripts . '/layouts/key.gp'
set multiplot
do for [p = 1:panel_count] {
	col = (p - 1) % columns
	row = (p - 1) / columns
	set lmargin at screen across(margin_left + col * panel_width + 4)
	set rmargin at screen across(margin_left + (col + 1) * panel_width - 14)
	set tmargin at screen down(row * panel_height + 32)
	set bmargin at screen down((row + 1) * panel_height - 26)
	set label 1 panel[p] at graph 0, graph 1 offset 0, 1 left textcolor rgb ink
	set ytics ()
	do for [d = 0:6] {
		set ytics add ((col == 0 ? share[d + 1] : '') 10.0 ** (-d))
	}
	if (col == 0) {
		set ylabel 'operations slower than that' offset 0, 0 textcolor rgb ink
	} else {
		unset ylabel
	}
	if (p + columns > panel_count) {
		set xlabel 'time of one operation' offset 0, 0.5 textcolor rgb ink
	} else {
		unset xlabel
	}
	# order[] puts the bold lines last, so that they are on top.
	plot for [k = 1:subject_count] for [i = order[k]:order[k]] file \
		using (of(subject[i], 6)):(of(subject[i], 7)) every ::first[p]::last[p] \
		with linespoints linecolor rgb colour(i) linewidth weight(i) dashtype dash_of[i] \
		pointtype shape(i) pointsize size(i) pointinterval 10
	if (p == 1) {
		unset arrow
		unset label
	}
}
unset multiplot
