# style.gp: the style of all figures. Each figure's script loads it first, after data/NAME.set.
#
# It uses these variables: format (svg or pdf), name, width and height in pixels, and the arrays
# colour_of, shape_of and bold_of.

set encoding utf8
set datafile separator tab
set datafile missing NaN            # rows of other subjects are NaN and must not break a line

# 880 pixels are 7 inches: the text width of a paper, and the width of the report.
inch = 880.0 / 7.0
if (format eq 'svg') {
	set terminal svg size width, height enhanced font 'DejaVu Sans,12' background '#ffffff'
} else {
	# At 880 pixels for 7 inches, 12 pixels are 6.9 points of 1/72 inch. This terminal's points
	# are 1/96 inch.
	set terminal pdfcairo size width / inch in, height / inch in enhanced \
		font 'DejaVu Sans,5.15' fontscale 1 linewidth 0.7 pointscale 0.78
}
# The font size for a text height in pixels, for the current terminal. The default height is 12.
pixels(size) = sprintf(',%g', format eq 'svg' ? size : size * 5.15 / 12)
set output 'figures/' . name . '.' . format
file = 'data/' . name . '.tsv'

# Okabe and Ito's palette, whose colours colour-blind readers can tell apart. Yellow is left out, as
# it is hardly visible on white. The others are black, orange, sky blue, bluish green, blue,
# vermillion, reddish purple.
array palette[7] = [ 0x000000, 0xe69f00, 0x56b4e9, 0x009e73, 0x0072b2, 0xd55e00, 0xcc79a7 ]
pale = 0xd9d9d9
ink  = 0x333333

# Full shapes: circle, square, triangle, diamond, triangle pointing down. Open shapes: circle,
# square, triangle, diamond.
array points[9] = [ 7, 5, 9, 13, 11, 6, 4, 8, 12 ]

colour(i) = palette[colour_of[i]]
shape(i)  = points[shape_of[i]]
weight(i) = bold_of[i] ? 1.8 : 0.8
size(i)   = bold_of[i] ? 0.62 : 0.42

# Convert pixels from the left and from the top to screen coordinates, which are fractions.
across(x) = x / (1.0 * width)
down(y)   = 1 - y / (1.0 * height)

time_label(ns) = ns < 999.5 ? sprintf('%g ns', ns) : \
	ns < 999.5e3 ? sprintf('%g µs', ns / 1e3) : \
	ns < 999.5e6 ? sprintf('%g ms', ns / 1e6) : sprintf('%g s', ns / 1e9)

set border 3 linewidth 0.8 linecolor rgb ink
set tics nomirror scale 0.6, 0.3 textcolor rgb ink
set grid xtics ytics linewidth 0.6 linecolor rgb 0xe4e4e4, linewidth 0
set errorbars 0
unset key
