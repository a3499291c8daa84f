# dots.gp: panels with one row per structure and one dot per number, and the number beside it. The
# script that loads it sets by_measure (1: one column of panels per measure) and beside (the column
# of the data with the x of the numbers). If `rings` names another measure, a ring in each row shows
# the median of that measure. drawing_dots.py prepares the data.

load scripts . '/layouts/style.gp'

of(p, m, s, c) = $1 == p && strcol(3) eq m && strcol(5) eq s ? column(c) : NaN
median_of(p, m, s, c) = strlen(strcol(10)) ? of(p, m, s, c) : NaN

if (!exists('rings')) { rings = '' }
array digit[3] = [ 1, 2, 5 ]
set yrange [subject_count - 0.4:-0.6]
set grid noytics
set border 1
panel_width = (width - left - 10.0) / columns

set multiplot
panels = by_measure ? panel_count * measure_count : panel_count
do for [k = 1:panels] {
	col = (k - 1) % columns
	row = (k - 1) / columns
	p = by_measure ? row + 1 : k
	m = by_measure ? col + 1 : 1
	set lmargin at screen across(left + col * panel_width + 6)
	set rmargin at screen across(left + (col + 1) * panel_width - 10)
	set tmargin at screen down(row * panel_height + 30)
	set bmargin at screen down((row + 1) * panel_height - (by_measure ? 40 : 30))
	if (!by_measure || col == 0) {
		set label 1 panel[p] at graph 0, graph 1 offset 0, 0.8 left textcolor rgb ink
	}
	set xrange [x_low[m]:x_high[m]]
	set xtics ()
	if (least[m] > 0) {
		set logscale x
		decades = log10(x_high[m] / x_low[m])
		digits = decades < panel_width / 120.0 ? 3 : 1
		# There is room for about four labels: every decade, or every other one.
		do for [d = floor(log10(x_low[m])):ceil(log10(x_high[m])):1 + int(decades / 4)] {
			do for [n = 1:digits] {
				tick = digit[n] * 10.0 ** d
				set xtics add ((tick <= least[m] ? '≤' : '') . (tick < 9.9e3 || n > 1 ? \
					sprintf('%.5g', tick) : sprintf('10^{%d}', d)) tick)
			}
		}
	} else {
		unset logscale x
		set xtics 0, step
		set format x '%g'
	}
	set ytics ()
	do for [i = 1:subject_count] {
		set ytics add ((col == 0 ? caption[i] : '') i - 1)
	}
	set ytics scale 0 noenhanced
	if (by_measure || k + columns > panels) {
		set xlabel words[m] noenhanced offset 0, 0.5 textcolor rgb ink
	} else {
		unset xlabel
	}
	do for [i = 1:subject_count] {
		set arrow i from graph 0, first i - 1 to graph 1, first i - 1 nohead \
			linecolor rgb 0xe4e4e4 linewidth 0.6 back
	}
	plot for [i = 1:subject_count] file \
			using (strlen(strcol(10)) ? NaN : of(p, measure[m], subject[i], 9)):7 every ::1 \
			with points pointtype 7 pointsize 0.28 linecolor rgb colour(i), \
		for [i = 1:subject_count] file \
			using (median_of(p, measure[m], subject[i], 9)):7 every ::1 \
			with points pointtype shape(i) pointsize 0.8 linecolor rgb colour(i), \
		for [i = 1:subject_count] file \
			using (strlen(strcol(10)) ? of(p, measure[m], subject[i], beside) : NaN):7:10 every ::1 \
			with labels left offset 0.9, 0 noenhanced textcolor rgb ink, \
		for [i = 1:strlen(rings) ? subject_count : 0] file \
			using (median_of(p, rings, subject[i], 9)):7 every ::1 \
			with points pointtype 6 pointsize 1.3 linecolor rgb colour(i)
	unset label 1
}
unset multiplot
