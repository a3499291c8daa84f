# adversary.gp: matrices of structures by attacks. Above: time per operation, relative to the
# cheapest structure that is exact and in order. Below: the worst single operation, bytes per timer
# and spurious wake-ups. Darker is worse, on a logarithmic scale. A frame is a structure's worst
# attack.

load scripts . '/layouts/style.gp'

in_panel(p) = strcol(1) eq p
shade_of(p) = in_panel(p) ? $8 : NaN

# One hue from white to nearly black: the order is also visible to colour-blind readers and in grey.
set palette defined (0 '#ffffff', 0.25 '#fde3c8', 0.5 '#f5a860', 0.75 '#c4561a', 1 '#5c1a05')
set cbrange [0:1]
unset colorbox
unset border
unset grid
set xtics ()
set ytics ()
unset xtics
unset ytics

# The y axis counts rows from the top of the matrix, the x axis columns from its left.
columns = (width - left - 12.0) / column
set lmargin at screen across(left)
set rmargin at screen across(left + columns * column)
set xrange [-0.5:columns - 0.5]
set yrange [rows - 0.5:-0.5]

array title_of[4] = [ \
	'{/:Bold Time per operation}, relative to the cheapest exact one; n = ' . size_of[1], \
	'{/:Bold Worst single operation}, µs; n = ' . size_of[2], \
	'{/:Bold Bytes}, ' . size_of[3], '{/:Bold In vain, %}, ' . size_of[3] ]
array panel_of[4] = [ 'cost', 'tail', 'bytes', 'vain' ]
array place_of[4] = [ 1, 2, 2, 2 ]      # above or below

set multiplot
do for [place = 1:(height > 1.5 * panel_height ? 2 : 1)] {
	top = (place - 1) * panel_height + head_height
	set tmargin at screen down(top)
	set bmargin at screen down(top + rows * line)
	unset label
	unset arrow
	do for [i = 1:rows] {
		set label i label[i] at graph 0, first i - 1 offset -0.8, 0 right noenhanced \
			textcolor rgb ink font pixels(10)
	}
	# A line between structures of different accuracy, and the name of the accuracy.
	do for [g = 1:group_count] {
		if (g > 1) {
			set arrow 100 + g from screen across(8), first group_first[g] - 0.5 \
				to screen across(width - 4), first group_first[g] - 0.5 nohead linecolor rgb ink linewidth 0.8 front
		}
		if (place == 1) {
			set label 200 + g group[g] at screen across(width - 4), first group_first[g] right \
				noenhanced textcolor rgb ink font pixels(9)
		}
	}
	do for [i = 1:head_count] {
		belongs = 0
		do for [k = 1:4] {
			if (panel_of[k] eq head_panel[i] && place_of[k] == place) { belongs = k }
		}
		if (belongs) {
			set label 300 + i head[i] at first head_x[i], graph 1 offset 0.3, 0.4 left rotate by 55 \
				noenhanced textcolor rgb ink font pixels(10)
		}
	}
	do for [k = 1:4] {
		first_x = 1e9
		do for [i = 1:head_count] {
			if (panel_of[k] eq head_panel[i] && head_x[i] < first_x) { first_x = head_x[i] }
		}
		if (place_of[k] == place && first_x < 1e9) {
			set label 400 + k title_of[k] at first first_x - 0.5, screen down(top - head_height + 14) \
				left textcolor rgb ink
		}
	}
	plot for [k = 1:4] file using (place_of[k] == place && in_panel(panel_of[k]) ? $4 : NaN):5 \
			:($4 - 0.5):($4 + 0.5):($5 - 0.5):($5 + 0.5):8 every ::1 \
			with boxxyerror fillstyle solid 1 border rgb '#ffffff' linewidth 0.8 fillcolor palette, \
		for [k = 1:4] file using (place_of[k] == place && in_panel(panel_of[k]) && $9 == 1 ? $4 : NaN):5 \
			:($4 - 0.46):($4 + 0.46):($5 - 0.43):($5 + 0.43) every ::1 \
			with boxxyerror fillstyle empty linecolor rgb '#0072b2' linewidth 2, \
		for [k = 1:4] file using (place_of[k] == place && in_panel(panel_of[k]) && $8 <= 0.6 ? $4 : NaN):5:7 \
			every ::1 with labels center noenhanced font pixels(9) textcolor rgb '#222222', \
		for [k = 1:4] file using (place_of[k] == place && in_panel(panel_of[k]) && $8 > 0.6 ? $4 : NaN):5:7 \
			every ::1 with labels center noenhanced font pixels(9) textcolor rgb '#ffffff'
}
unset multiplot
