# overview.gp: each structure's cost relative to the baseline's; one row a workload, at its largest
# n. Dots: geometric mean over blocks; bars: its 95 % interval. Grey bar: the floor.

load scripts . '/style.gp'

of(s, c) = strcol(3) eq s && $9 == 1 ? column(c) : NaN

array extra[2]
array extra_kind[2]
extras = 0
if (floors) {
	extras = extras + 1
	extra[extras] = 'floor: fastest yardstick'
	extra_kind[extras] = 'bar'
}
if (others > 0) {
	extras = extras + 1
	extra[extras] = 'others'
	extra_kind[extras] = 'dot'
}
key_lines = 0

rows = label_count
set logscale x
set xrange [x_low:x_high]
set yrange [rows - 0.5:-0.5]
set xtics ()
# 1, 2 and 5 of each decade, 1 and 3 where there are many decades, 1 where there are very many.
decades = log10(x_high / x_low)
array digit[3] = [ 1, decades < 2.2 ? 2 : 3, 5 ]
digits = decades < 2.2 ? 3 : decades < 4 ? 2 : 1
do for [d = floor(log10(x_low)):ceil(log10(x_high))] {
	do for [k = 1:digits] {
		tick = digit[k] * 10.0 ** d
		set xtics add (sprintf('%g×', tick) tick)
	}
}
set grid noytics
set ytics ()
do for [row = 1:rows] {
	set ytics add (label[row] row - 1)
	set label 100 + row note[row] at graph 1, first row - 1 offset 1.5, 0 left noenhanced \
		textcolor rgb ink
	if (row > 1) {
		set arrow row from graph 0, first row - 1.5 to graph 1, first row - 1.5 nohead \
			linecolor rgb 0xe4e4e4 linewidth 0.6
	}
}
set ytics scale 0 noenhanced
set label 99 '{/:Bold cheapest, exact and in order}' at graph 1, graph 1 offset 1.5, 0.9 left \
	textcolor rgb ink
set label 98 (sizes eq '' ? '' : '{/:Bold ' . sizes . '}') at graph 0, graph 1 offset -1, 0.9 \
	right textcolor rgb ink
set label 97 '{/:Bold ' . baseline . '}' at first 1, graph 1 offset 0, 0.9 center textcolor rgb ink

# Within the minimum effect of the baseline.
set object 1 rectangle from first 1 / effect, graph 0 to first effect, graph 1 \
	fillcolor rgb 0xececec fillstyle solid noborder behind
set arrow 1000 from first 1, graph 0 to first 1, graph 1 nohead linecolor rgb ink linewidth 1.2 back

set lmargin at screen across(left)
set rmargin at screen across(width - right)
set tmargin at screen down(32)
set bmargin at screen down(32 + rows * row_height)
set xlabel 'time per operation relative to ' . baseline . ': further left is cheaper' noenhanced \
	offset 0, 0.3 textcolor rgb ink

load scripts . '/key.gp'
plot file using ($9 == 2 ? $6 : NaN):($5 - 0.4):(0):(0.8) every ::1 with vectors nohead \
		linecolor rgb 0xa0a0a0 linewidth 3, \
	for [k = 1:(others > 0)] file using ($9 == 0 ? $6 : NaN):5 every ::1 \
		with points pointtype 7 pointsize 0.35 linecolor rgb 0xb0b0b0, \
	for [i = 1:subject_count] file using (of(subject[i], 6)):5:7:8 every ::1 \
		with xerrorbars pointtype 0 linecolor rgb colour(i) linewidth 1.6, \
	for [i = 1:subject_count] file using (of(subject[i], 6)):5 every ::1 \
		with points pointtype shape(i) pointsize 0.8 linecolor rgb colour(i)
