# A row a rule, a mark a runtime: how many times better `better` is. Columns: row, number of the runtime, rule, pair,
# runtime, ratio, low, high, band_low, band_high (where the claim begins, or may not be left), verdict
eval cp_clean
LEFT = 372.0 / 960
RIGHT = 930.0 / 960
set lmargin at screen LEFT
set rmargin at screen RIGHT
set tmargin at screen TOP
set bmargin at screen BOTTOM
set logscale x
set xrange [X_MIN:X_MAX]
set yrange [ROWS + 0.6:0.4]
set border 1
set grid xtics noytics
set ytics scale 0 noenhanced offset -0.4, 0 font ',11'
set ytics (word(RULES, 1) 1)
do for [i = 2:ROWS] { set ytics add (word(RULES, i) i) }
set xtics ("0.01×" 0.01, "0.1×" 0.1, "0.5×" 0.5, "1×" 1, "2×" 2, "5×" 5, "10×" 10, "100×" 100, "1,000×" 1000, "10,000×" 10000)
set xlabel 'times better' noenhanced textcolor rgb cp_grey offset 0, 0.2
set arrow 1 from 1, graph 0 to 1, graph 1 nohead lc rgb cp_grey lw 1.2 back
cp_runtime_colour(i) = word('#24292f #d62f7b #1b9e77 #7570b3', int(i))
cp_runtime_shape(i) = int(word('7 12 5 8', int(i)))
# Above one another, so that neither hides the other.
cp_level(row, i) = row + 0.22 * (i - (words(RUNTIMES) + 1) / 2.0) * 2 / words(RUNTIMES)
do for [i = 1:words(RUNTIMES)] {
    set label 10 + i word(RUNTIMES, i) noenhanced at screen LEFT + (i - 1) * 150.0 / 960 + 12.0 / 960, screen TOP + 16 * PIXEL left \
        point pt cp_runtime_shape(i) ps 0.9 lw 1.6 lc rgb cp_runtime_colour(i) offset 0.9, 0 textcolor rgb cp_dark
}
cp_of(i, value) = column(2) == i ? value : NaN
plot for [i = 1:words(RUNTIMES)] DATA skip 1 using (cp_of(i, column(9))):(column(1)):9:10:(column(1) - 0.36):(column(1) + 0.36) with \
         boxxyerror fillstyle solid noborder lc rgb cp_band, \
     for [i = 1:words(RUNTIMES)] DATA skip 1 using (cp_of(i, column(6))):(cp_level(column(1), i)):7:8 with xerrorbars \
         pt -1 lw 1.8 lc rgb cp_runtime_colour(i), \
     for [i = 1:words(RUNTIMES)] DATA skip 1 using (cp_of(i, column(6))):(cp_level(column(1), i)) with points \
         pt cp_backing(cp_runtime_shape(i)) ps 0.9 lc rgb 'white', \
     for [i = 1:words(RUNTIMES)] DATA skip 1 using (cp_of(i, column(6))):(cp_level(column(1), i)) with points \
         pt cp_runtime_shape(i) ps 0.9 lw 1.6 lc rgb cp_runtime_colour(i)
