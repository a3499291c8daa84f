# insertion.gp: the measured share of a sorted list that an insertion walks past, against the
# predicted share. Bars: 95 % interval over blocks; the points hide most of them.

load scripts . '/layouts/style.gp'

is(w, s, c) = strcol(1) eq w && strcol(5) eq s ? column(c) : NaN

set lmargin at screen across(76)
set rmargin at screen across(width - 190)
set tmargin at screen down(20)
set bmargin at screen down(height - 60)
set xrange [0:1]
set yrange [0:1]
set xtics 0.25
set ytics 0.25
set xlabel 'by the law: 1 - Gini from the head, Gini from the tail' offset 0, 0.4 textcolor rgb ink
set ylabel 'share of the list that is passed' textcolor rgb ink
set key at screen across(width - 8), screen down(40) right top Left reverse width -1 textcolor rgb ink
plot x with lines linecolor rgb pale linewidth 5 title 'the law', \
	file using (is('measured', 'head', 7)):8:9:10 with yerrorbars pointtype 7 pointsize 0.7 \
		linecolor rgb palette[5] title 'from the head', \
	file using (is('measured', 'tail', 7)):8:9:10 with yerrorbars pointtype 9 pointsize 0.7 \
		linecolor rgb palette[6] title 'from the tail', \
	file using (strcol(1) eq 'printed' ? $7 : NaN):8 with points pointtype 2 pointsize 0.9 \
		linewidth 1.6 linecolor rgb palette[1] title 'as printed in 1987', \
	file using (is('measured', 'head', 7)):8:11 with labels left offset 1.0, -0.55 \
		textcolor rgb palette[5] notitle, \
	file using (is('measured', 'tail', 7)):8:11 with labels right offset -1.0, 0.55 \
		textcolor rgb palette[6] notitle, \
	file using (strcol(1) eq 'printed' && $8 > $7 ? $7 : NaN):8:11 \
		with labels right offset -1.0, 0 \
		textcolor rgb palette[1] notitle, \
	file using (strcol(1) eq 'printed' && $8 < $7 ? $7 : NaN):8:11 \
		with labels left offset 1.0, 0 \
		textcolor rgb palette[1] notitle
