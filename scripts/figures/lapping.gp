# lapping.gp: cost relative to the baseline, with timeouts of up to 3e8 ticks.
# Bars: 95 % interval over blocks.

load scripts . '/layouts/style.gp'

at_panel(p, c) = $1 == p ? column(c) : NaN
margin_left = 190
panel_width = (width - margin_left - 14.0) / panel_count

set logscale x 2
set yrange [subject_count - 0.5:-0.5]
set ytics ()
set xtics 2
set format x '%g'
set xlabel 'CPU time relative to ' . baseline offset 0, 0.4 textcolor rgb ink
set tmargin at screen down(30)
set bmargin at screen down(height - 52)
set multiplot
do for [p = 1:panel_count] {
	set lmargin at screen across(margin_left + (p - 1) * panel_width + 6)
	set rmargin at screen across(margin_left + p * panel_width - 30)
	set label 1 panel[p] at graph 0, graph 1 offset 0.3, 0.7 left textcolor rgb ink
	set arrow 1 from 1, graph 0 to 1, graph 1 nohead linecolor rgb pale linewidth 4 back
	do for [i = 1:subject_count] {
		set ytics add ((p == 1 ? subject[i] : '') i - 1) noenhanced
	}
	plot file using (at_panel(p, 6)):5:7:8 with xerrorbars pointtype 7 pointsize 0.7 \
		linecolor rgb palette[5]
}
unset multiplot
