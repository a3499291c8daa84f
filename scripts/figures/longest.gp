# longest.gp: the longest single operation, with a row per workload. A dot is a structure's median
# over blocks, and its line goes from the least block to the most. The numbers at the right are the
# medians, in the order of the key.

load scripts . '/layouts/style.gp'
extras = 0
key_lines = 0
load scripts . '/layouts/key.gp'

of(s, k) = $4 == s ? column(k) : NaN

set logscale x
set xrange [x_low:x_high]
set yrange [label_count - 0.4:-0.6]
set grid noytics
set border 1
set lmargin at screen across(left)
set rmargin at screen across(width - 12 - number_width * subject_count)
set tmargin at screen down(top)
set bmargin at screen down(top + row_height * label_count)
set label 1 title at graph 0, graph 1 offset 0, 0.8 left textcolor rgb ink
set xtics ()
do for [d = floor(log10(x_low)):ceil(log10(x_high))] {
	set xtics add (time_label(10.0 ** d) 10.0 ** d)
}
set ytics ()
do for [i = 1:label_count] {
	set ytics add (label[i] i - 1)
	set arrow i from graph 0, first i - 1 to graph 1, first i - 1 nohead \
		linecolor rgb 0xe4e4e4 linewidth 0.6 back
}
set ytics scale 0 noenhanced

number_x(k) = width - 6 - number_width * (subject_count - k)
do for [k = 1:subject_count] {
	set label 100 + k '' at screen across(number_x(k) - 8), screen down(top - 16) \
		point pointtype shape(k) pointsize 0.9 linecolor rgb colour(k)
	do for [i = 1:label_count] {
		set label 100 + k + i * subject_count number[(i - 1) * subject_count + k] \
			at screen across(number_x(k)), screen down(top + row_height * (i - 0.4)) right \
			noenhanced textcolor rgb colour(k)
	}
}

plot for [s = 1:subject_count] file using (of(s, 6)):5:7:8 every ::1 \
		with xerrorbars pointtype 0 linecolor rgb colour(s) linewidth 1.2, \
	for [s = 1:subject_count] file using (of(s, 6)):5 every ::1 \
		with points pointtype shape(s) pointsize 0.9 linecolor rgb colour(s)
