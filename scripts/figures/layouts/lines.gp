# lines.gp: small multiples of lines, each with its name at the right end. Bars are intervals; the
# script that loads this file says which. drawing_lines.py prepares the data.

load scripts . '/layouts/style.gp'

# A row of this panel and curve: columns panel, curve, ..., x, y, low, high, ..., colour, shape.
of(p, c, k) = $1 == p && $2 == c ? column(k) : NaN

if (x_logarithmic) {
	set logscale x
}
set xrange [x_low:x_high]
panel_width = width / (1.0 * columns)
array digit[3] = [ 1, 2, 5 ]

set multiplot
first_dash = 0
do for [p = 1:panel_count] {
	col = (p - 1) % columns
	row = (p - 1) / columns
	set lmargin at screen across(col * panel_width + left)
	set rmargin at screen across((col + 1) * panel_width - right)
	set tmargin at screen down(row * panel_height + top)
	set bmargin at screen down((row + 1) * panel_height - bottom)
	set label 1 panel[p] at graph 0, graph 1 offset 0.3, 0.7 left textcolor rgb ink
	set ylabel y_title[p] noenhanced offset 0.4, 0 textcolor rgb ink

	set yrange [y_low[p]:y_high[p]]
	if (form[p] eq 'time') {
		set logscale y
		set ytics ()
		span = log10(y_high[p] / y_low[p])
		do for [d = floor(log10(y_low[p])):ceil(log10(y_high[p]))] {
			do for [k = 1:(span < 2.2 ? 3 : 1)] {
				set ytics add (time_label(digit[k] * 10.0 ** d) digit[k] * 10.0 ** d)
			}
		}
	} else {
		unset logscale y
		unset ytics
		set ytics nomirror scale 0.6, 0.3 textcolor rgb ink
		set ytics autofreq
		set format y (form[p] eq 'ratio' ? '%g×' : '%g ns')
	}
	unset xtics
	set xtics nomirror scale 0.6, 0.3 textcolor rgb ink
	if (x_logarithmic) {
		set xtics ()
		do for [d = ceil(log10(x_low)):floor(log10(x_high))] {
			set xtics add (sprintf('10^{%d}', d) 10.0 ** d)
		}
	} else {
		set xtics ()
		do for [i = 1:tick_count] {
			set xtics add (tick[i] i - 1)
		}
	}
	set grid xtics ytics linewidth 0.6 linecolor rgb 0xe4e4e4, linewidth 0
	if (p + columns > panel_count) {
		set xlabel x_title noenhanced offset 0, 0.5 textcolor rgb ink
	} else {
		unset xlabel
	}
	unset arrow
	if (form[p] ne 'time') {
		level = form[p] eq 'ratio' ? 1 : 0
		set arrow 1 from graph 0, first level to graph 1, first level nohead back \
			linecolor rgb ink linewidth 0.8
	}
	# From each line's end to its name.
	do for [i = 1:name_panel_count] {
		unset label 100 + i
		if (name_panel[i] == p) {
			set label 100 + i name_text[i] at graph 1, graph name_y[i] offset 1.9, 0 left \
				noenhanced textcolor rgb palette[name_colour[i]]
			set arrow 100 + i from graph 1, graph name_end[i] \
				to graph 1 + 12.0 / (panel_width - left - right), graph name_y[i] nohead \
				linecolor rgb palette[name_colour[i]] linewidth 0.5
		}
	}
	plot for [c = 1:curves[p]] file using (of(p, c, 6)):7:8:9:(palette[int($11)]) every ::1 \
			with yerrorbars pointtype 0 linecolor rgb variable linewidth 0.8, \
		for [c = 1:curves[p]] file using (of(p, c, 6)):7:(palette[int($11)]) every ::1 \
			with lines linecolor rgb variable linewidth 1.5 dashtype dash[first_dash + c], \
		for [c = 1:curves[p]] file using (of(p, c, 6)):7:(points[int($12)]):(palette[int($11)]) \
			every ::1 with points pointtype variable pointsize 0.6 linecolor rgb variable
	first_dash = first_dash + curves[p]
}
unset multiplot
