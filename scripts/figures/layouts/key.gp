# key.gp: the key, drawn as labels and arrows in the strip of key_height pixels at the foot. A
# script loads it before the first plot of a figure. After this plot it unsets labels and arrows,
# lest each panel draw the key again.
#
# `extras` more entries follow the structures. Entry i has the text extra[i] and is drawn as
# extra_kind[i]: 'line', 'bar' or 'dot'.

key_entries = subject_count + extras
key_rows = (key_entries + key_columns - 1) / key_columns
key_cell = (width - 40.0) / key_columns
do for [i = 1:key_entries] {
	key_x = 24 + key_cell * ((i - 1) / key_rows)
	key_y = height - key_height + 10 + 19 * ((i - 1) % key_rows)
	if (i <= subject_count) {
		if (key_lines) {
			set arrow 1000 + i from screen across(key_x), screen down(key_y) \
				to screen across(key_x + 28), screen down(key_y) nohead \
				linecolor rgb colour(i) linewidth weight(i) dashtype dash_of[i]
		}
		set label 1000 + i '' at screen across(key_x + 14), screen down(key_y) \
			point pointtype shape(i) pointsize size(i) * 1.25 linecolor rgb colour(i)
		set label 2000 + i caption[i] at screen across(key_x + 36), screen down(key_y) \
			left noenhanced textcolor rgb ink
	} else {
		key_extra = i - subject_count
		if (extra_kind[key_extra] eq 'line') {
			set arrow 1000 + i from screen across(key_x), screen down(key_y) \
				to screen across(key_x + 28), screen down(key_y) nohead \
				linecolor rgb pale linewidth 5
		}
		if (extra_kind[key_extra] eq 'bar') {
			set arrow 1000 + i from screen across(key_x + 14), screen down(key_y - 8) \
				to screen across(key_x + 14), screen down(key_y + 8) nohead \
				linecolor rgb 0xa0a0a0 linewidth 3
		}
		if (extra_kind[key_extra] eq 'dot') {
			set label 1000 + i '' at screen across(key_x + 14), screen down(key_y) \
				point pointtype 7 pointsize 0.35 linecolor rgb 0xb0b0b0
		}
		set label 2000 + i extra[key_extra] at screen across(key_x + 36), screen down(key_y) \
			left noenhanced textcolor rgb ink
	}
}
