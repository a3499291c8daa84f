# echo.gp: a server's CPU time per message, and the timers' share of it, against its connections.
# Bars: quartiles over blocks.

load scripts . '/layouts/style.gp'

of(s, c) = strcol(5) eq s ? column(c) : NaN
# Bars at one n stand side by side.
beside(i) = 1.2 ** ((i - (subject_count + 1) / 2.0) / subject_count)

extras = 0
key_lines = 1
margin_left = 46
panel_width = (width - margin_left - 12.0) / columns

set logscale x
set xrange [n_low:n_high]
set format x '10^{%T}'
set xlabel 'connections' offset 0, 0.6 textcolor rgb ink
set xtics ()
do for [d = ceil(log10(n_low)):floor(log10(n_high))] {
	set xtics add (10.0 ** d)
}

load scripts . '/layouts/key.gp'
set multiplot
do for [p = 1:panel_count] {
	set lmargin at screen across(margin_left + (p - 1) * panel_width + 4)
	set rmargin at screen across(margin_left + p * panel_width - 40)
	set tmargin at screen down(28)
	set bmargin at screen down(panel_height - 6)
	set yrange [y_low[p]:y_high[p]]
	set label 1 panel[p] at graph 0, graph 1 offset 0.3, 0.7 left textcolor rgb ink
	plot for [i = 1:subject_count] file using ($4 * beside(i)):(of(subject[i], 7)) \
			:(of(subject[i], 8)):(of(subject[i], 9)) every ::first[p]::last[p] \
			with yerrorbars pointtype 0 linecolor rgb colour(i) linewidth 0.8, \
		for [k = 1:subject_count] for [i = order[k]:order[k]] file \
			using ($4 * beside(i)):(of(subject[i], 7)) every ::first[p]::last[p] \
			with linespoints linecolor rgb colour(i) linewidth weight(i) dashtype dash_of[i] \
			pointtype shape(i) pointsize size(i)
	if (p == 1) {
		unset arrow
		unset label
	}
}
unset multiplot
