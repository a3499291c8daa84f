# map.gp: which structure costs least at each pair of values of two axes, one panel per accuracy
# that is ranked. Colour and initials: the winner. Number: the cost of the next structure as a
# multiple. Hatched: not told apart.

load scripts . '/layouts/style.gp'

# A fill is a palette colour mixed with white, which makes it less bright. Texts on it are legible.
sheet = 0.3
part(c, bits) = int((1 - sheet) * ((c >> bits) & 255) + sheet * 255)
of_palette(i) = palette[i > 0 ? i : 1]
fill(i) = (part(of_palette(i), 16) << 16) | (part(of_palette(i), 8) << 8) | part(of_palette(i), 0)
bright(c) = 0.299 * ((c >> 16) & 255) + 0.587 * ((c >> 8) & 255) + 0.114 * (c & 255)
text_on(i) = bright(fill(i)) < 135 ? 0xffffff : 0x000000

of(p, kind, c) = $1 == p && $16 == kind ? column(c) : NaN

do for [i = 1:question_count] {
	set label 9000 + i question[i] at screen across(16), screen down(4 + 18 * i) left noenhanced \
		font 'DejaVu Sans Bold' . pixels(13) textcolor rgb 0x000000
}

# The key: the structures that win or tie at some place, and the meaning of the signs.
key_top = height - key_height
key_rows = (structure_count + key_columns - 1) / key_columns
do for [i = 1:structure_count] {
	x = 20 + ((i - 1) / key_rows) * (width - 40.0) / key_columns
	y = key_top + 12 + 20 * ((i - 1) % key_rows)
	if (structure_colour[i] > 0) {
		set object 9000 + i rectangle from screen across(x), screen down(y + 7) \
			to screen across(x + 26), screen down(y - 7) \
			fillcolor rgb fill(structure_colour[i]) fillstyle solid noborder
	}
	set label 9100 + i '{/:Bold ' . initials[i] . '}  ' . structure[i] \
		at screen across(x + 34), screen down(y) left textcolor rgb ink
}
y = key_top + 12 + 20 * key_rows
set object 9900 rectangle from screen across(20), screen down(y + 7) to screen across(46), \
	screen down(y - 7) fillcolor rgb 0xc4c4c4 fillstyle pattern 5 border linecolor rgb 0xc4c4c4
set label 9901 'not told apart: those that may cost least, or differ by less than ' . least \
	at screen across(54), screen down(y) left noenhanced textcolor rgb ink
set label 9902 'number: the cost of the next best, as a multiple of the winner''s' \
	. (indicative ? ' (?: indicative, fewer than 8 blocks)' : '') \
	at screen across(54), screen down(y + 20) left noenhanced textcolor rgb ink

set border 0
unset grid
set xtics scale 0 noenhanced
set ytics scale 0 noenhanced

set multiplot
x_first = 0
y_first = 0
do for [p = 1:panel_count] {
	col = (p - 1) % columns
	row = (p - 1) / columns
	x = col * width / columns + left
	y = top + row * panel_height + 46
	set lmargin at screen across(x)
	set rmargin at screen across(x + x_count[p] * cell_width)
	set tmargin at screen down(y)
	set bmargin at screen down(y + y_count[p] * cell)
	set xrange [-0.5:x_count[p] - 0.5]
	set yrange [-0.5:y_count[p] - 0.5]
	set xtics ()
	do for [i = 1:x_count[p]] {
		set xtics add (x_value[x_first + i] i - 1)
	}
	set ytics ()
	do for [i = 1:y_count[p]] {
		set ytics add (y_value[y_first + i] i - 1)
	}
	x_first = x_first + x_count[p]
	y_first = y_first + y_count[p]
	set label 1 panel[p] at screen across(x), screen down(y - 30) left textcolor rgb ink
	set label 2 panel_note[p] at screen across(x), screen down(y - 12) left noenhanced \
		textcolor rgb ink
	set label 3 x_title[p] at screen across(x + x_count[p] * cell_width / 2), \
		screen down(y + y_count[p] * cell + 34) center noenhanced textcolor rgb ink
	set label 4 y_title[p] at screen across(x - 64), screen down(y + y_count[p] * cell / 2.0) \
		center rotate by 90 noenhanced textcolor rgb ink
	set label 5 y_title_above[p] at screen across(x - 80), \
		screen down(y + y_count[p] * cell / 2.0) center rotate by 90 noenhanced textcolor rgb ink
	plot file using (of(p, 0, 6)):7:($6 - 0.49):($6 + 0.49):($7 - 0.48):($7 + 0.48) every ::1 \
			with boxxyerror fillcolor rgb 0xffffff fillstyle solid border \
			linecolor rgb 0xe4e4e4, \
		file using (of(p, 2, 6)):7:($6 - 0.49):($6 + 0.49):($7 - 0.48):($7 + 0.48) every ::1 \
			with boxxyerror fillcolor rgb 0xd4d4d4 fillstyle pattern 5 border \
			linecolor rgb 0xc4c4c4, \
		file using (of(p, 1, 6)):7:($6 - 0.49):($6 + 0.49):($7 - 0.48):($7 + 0.48) \
			:(fill(int($17))) every ::1 \
			with boxxyerror fillcolor rgb variable fillstyle solid noborder, \
		file using (of(p, 1, 6)):($7 + 0.19):18:(text_on(int($17))) every ::1 \
			with labels center noenhanced textcolor rgb variable, \
		file using (of(p, 1, 6)):($7 - 0.19):19:(text_on(int($17))) every ::1 \
			with labels center noenhanced textcolor rgb variable, \
		file using (of(p, 2, 6)):($7 + (strlen(strcol(19)) ? 0.19 : 0)):18 every ::1 \
			with labels center noenhanced textcolor rgb 0x000000, \
		file using (of(p, 2, 6)):($7 - 0.19):19 every ::1 \
			with labels center noenhanced textcolor rgb 0x000000, \
		file using (of(p, 0, 6)):7:18 every ::1 \
			with labels center noenhanced textcolor rgb ink
	if (p == 1) {
		do for [i = 1:question_count] {
			unset label 9000 + i
		}
		do for [i = 1:structure_count] {
			unset label 9100 + i
			unset object 9000 + i
		}
		unset label 9901
		unset label 9902
		unset object 9900
	}
}
unset multiplot
