# pairs.gp: a row per structure with two dots, full for the first side and open for the second, and
# their quartiles over blocks. The text at the right is the ratio within blocks and its 95 %
# interval, or both medians. drawing_pairs.py prepares the data.

load scripts . '/layouts/style.gp'

of(p, r, s, k) = $1 == p && $5 == r - 1 && $6 == s ? column(k) : NaN

set logscale x
set xrange [x_low:x_high]
set yrange [row_name_count - 0.4:-0.6]
set grid noytics
set border 1
panel_width = (width - left - 6.0) / columns
array digit[3] = [ 1, 2, 5 ]
decades = log10(x_high / x_low)
digits = decades < (panel_width - right) / 150.0 ? 3 : 1
set xtics ()
# Every other decade if labels would touch.
step = 1 + ((panel_width - right) / decades < 62)
do for [d = floor(log10(x_low)):ceil(log10(x_high)):step] {
	do for [k = 1:digits] {
		set xtics add (time_label(digit[k] * 10.0 ** d) digit[k] * 10.0 ** d)
	}
}

# The key: the meaning of full and of open dots.
set label 2001 '' at screen across(left + 10), screen down(height - 14) \
	point pointtype 7 pointsize 0.8 linecolor rgb ink
set label 2002 key_words[1] at screen across(left + 22), screen down(height - 14) left \
	noenhanced textcolor rgb ink
set label 2003 '' at screen across(left + 150), screen down(height - 14) \
	point pointtype 6 pointsize 0.8 linecolor rgb ink
set label 2004 key_words[2] at screen across(left + 162), screen down(height - 14) left \
	noenhanced textcolor rgb ink
set label 2005 note at screen across(left + 300), screen down(height - 14) left \
	noenhanced textcolor rgb 0x909090

set multiplot
do for [p = 1:panel_count] {
	col = (p - 1) % columns
	row = (p - 1) / columns
	set lmargin at screen across(left + col * panel_width + 6)
	set rmargin at screen across(left + (col + 1) * panel_width - right)
	set tmargin at screen down(row * panel_height + 48)
	set bmargin at screen down((row + 1) * panel_height - 40)
	set label 1 panel[p] at graph 0, graph 1 offset 0, 2.0 left textcolor rgb ink
	set label 2 heading at graph 1, graph 1 offset 1, 0.6 left noenhanced textcolor rgb ink
	set ytics ()
	do for [i = 1:row_name_count] {
		set ytics add ((col == 0 ? row_name[i] : '') i - 1)
		set arrow i from graph 0, first i - 1 to graph 1, first i - 1 nohead \
			linecolor rgb 0xe4e4e4 linewidth 0.6 back
	}
	set ytics scale 0 noenhanced
	if (p + columns > panel_count) {
		set xlabel 'time per operation' offset 0, 0.5 textcolor rgb ink
	} else {
		unset xlabel
	}
	plot for [r = 1:row_name_count] file using (of(p, r, 1, 7)):5:8:9:(palette[int($16)]) every ::1 \
			with xerrorbars pointtype 0 linecolor rgb variable linewidth 1.2, \
		for [r = 1:row_name_count] file using (of(p, r, 2, 7)):5:8:9:(palette[int($16)]) every ::1 \
			with xerrorbars pointtype 0 linecolor rgb variable linewidth 1.2, \
		for [r = 1:row_name_count] file using (of(p, r, 1, 7)):5:(palette[int($16)]) every ::1 \
			with points pointtype 7 pointsize 0.75 linecolor rgb variable, \
		for [r = 1:row_name_count] file using (of(p, r, 2, 7)):5 every ::1 \
			with points pointtype 7 pointsize 0.75 linecolor rgb 0xffffff, \
		for [r = 1:row_name_count] file using (of(p, r, 2, 7)):5:(palette[int($16)]) every ::1 \
			with points pointtype 6 pointsize 0.75 linewidth 1.6 linecolor rgb variable, \
		for [r = 1:row_name_count] file using (of(p, r, 1, 5) >= 0 ? x_high : NaN):5:15 \
			:(int($17) ? ink : 0x909090) \
			every ::1 with labels left offset 1, 0 noenhanced textcolor rgb variable
	if (p == 1) {
		do for [i = 1:5] {
			unset label 2000 + i
		}
	}
}
unset multiplot
