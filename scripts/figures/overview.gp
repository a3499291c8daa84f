# overview.gp: draws each structure's cost relative to the baseline's, with a panel for each n and a
# row for each workload. A dot is the geometric mean over blocks, a horizontal bar its 95 %
# interval. A grey vertical bar is the floor: the cost of the fastest yardstick.

load scripts . '/layouts/style.gp'

of(p, s, c) = $1 == p && strcol(4) eq s && $10 == 1 ? column(c) : NaN
kind(p, k, c) = $1 == p && $10 == k ? column(c) : NaN

array extra[2]
array extra_kind[2]
within(x) = x > x_high ? x_high : x < x_low ? x_low : x

extras = 0
if (floors) {
	extras = extras + 1
	extra[extras] = 'floor: fastest yardstick'
	extra_kind[extras] = 'bar'
}
if (others > 0) {
	extras = extras + 1
	extra[extras] = 'others (at the edge: dearer still)'
	extra_kind[extras] = 'dot'
}
key_lines = 0

rows = label_count
set logscale x
set xrange [x_low:x_high]
set yrange [rows - 0.5:-0.5]
set xtics ()
# Tics are at 1 and 3 of each decade. If the axis has two or more decades, they are only at 1.
decades = log10(x_high / x_low)
array digit[2] = [ 1, 3 ]
digits = decades < 2 ? 2 : 1
do for [d = floor(log10(x_low)):ceil(log10(x_high))] {
	do for [k = 1:digits] {
		tick = digit[k] * 10.0 ** d
		set xtics add (sprintf('%g×', tick) tick)
	}
}
set grid noytics
unset ytics
set tmargin at screen down(32)
set bmargin at screen down(32 + rows * row_height)

load scripts . '/layouts/key.gp'
set label 1 'time per operation relative to ' . baseline . ': further left is cheaper' \
	at screen across(left + (width - left) / 2), screen down(32 + rows * row_height + 32) \
	center noenhanced textcolor rgb ink
set multiplot
do for [p = 1:panel_count] {
	set lmargin at screen across(left + (p - 1) * panel_width + 4)
	set rmargin at screen across(left + p * panel_width - 6)
	set label 2 panel[p] at graph 0.5, graph 1 offset 0, 0.9 center textcolor rgb ink
	do for [row = 1:rows] {
		if (p == 1) {
			set label 100 + row label[row] at graph 0, first row - 1 offset -1, 0 right \
				noenhanced textcolor rgb ink
		}
		if (row > 1) {
			set arrow row from graph 0, first row - 1.5 to graph 1, first row - 1.5 nohead \
				linecolor rgb 0xe4e4e4 linewidth 0.6
		}
	}
	# The grey band has the differences from the baseline that are below the minimum effect.
	set object 1 rectangle from first 1 / effect, graph 0 to first effect, graph 1 \
		fillcolor rgb 0xececec fillstyle solid noborder behind
	set arrow 1000 from first 1, graph 0 to first 1, graph 1 nohead linecolor rgb ink \
		linewidth 1.2 back
	plot file using (kind(p, 2, 7)):($6 - 0.4):(0):(0.8) every ::1 with vectors nohead \
			linecolor rgb 0xa0a0a0 linewidth 3, \
		for [k = 1:(others > 0)] file using (within(kind(p, 0, 7))):6 every ::1 \
			with points pointtype 7 pointsize 0.35 linecolor rgb 0xb0b0b0, \
		for [i = 1:subject_count] file using (of(p, subject[i], 7)):6:8:9 every ::1 \
			with xerrorbars pointtype 0 linecolor rgb colour(i) linewidth 1.4, \
		for [i = 1:subject_count] file using (of(p, subject[i], 7)):6 every ::1 \
			with points pointtype shape(i) pointsize 0.6 linecolor rgb colour(i)
	if (p == 1) {
		unset label
		unset arrow
	}
}
unset multiplot
