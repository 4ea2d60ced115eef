# A row a machine, below the name of the pair: how many times better `better` is there. Columns: row, machine, pair,
# ratio, low, high, bound (what the rule claims), verdict (0 inconclusive, 1 holds, 2 does not hold)
eval cp_clean
LEFT = 240.0 / 960
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
# Of a pair the name, without its star; of a machine the name and its units. A name has no space, but for `_`.
cp_spaced(text) = (cp_at = strstrt(text, '_')) ? text[1:cp_at - 1] . ' ' . cp_rest(text[cp_at + 1:*]) : text
cp_rest(text) = (cp_at = strstrt(text, '_')) ? text[1:cp_at - 1] . ' ' . text[cp_at + 1:*] : text
cp_name(i) = word(NAMES, i)[1:1] eq '*' ? word(NAMES, i)[2:*] : cp_spaced(word(NAMES, i))
set ytics (cp_name(1) 1)
do for [i = 2:ROWS] { set ytics add (cp_name(i) i) }
set xtics ("0.01×" 0.01, "0.1×" 0.1, "0.5×" 0.5, "1×" 1, "2×" 2, "5×" 5, "10×" 10, "100×" 100, "1,000×" 1000, "10,000×" 10000)
set xlabel 'times better' noenhanced textcolor rgb cp_grey offset 0, 0.2
set arrow 1 from 1, graph 0 to 1, graph 1 nohead lc rgb cp_grey lw 1.2 back
cp_of(verdict, value) = column(8) == verdict ? value : NaN
cp_words = '"inconclusive" "holds" "does not hold"'
cp_shape_of(v) = v == 0 ? 6 : v == 1 ? 7 : 5
plot DATA skip 1 using 7:1:(0):(0.45) with vectors nohead dashtype 2 lc rgb cp_dark lw 1 notitle, \
     DATA skip 1 using 7:1:(0):(-0.45) with vectors nohead dashtype 2 lc rgb cp_dark lw 1 notitle, \
     for [v = 0:2] DATA skip 1 using (cp_of(v, column(4))):(column(1)):5:6 with xerrorbars pt -1 lw 1.6 \
         lc rgb cp_verdict_colour(word(cp_words, v + 1)) notitle, \
     for [v = 0:2] DATA skip 1 using (cp_of(v, column(4))):(column(1)) with points pt cp_backing(cp_shape_of(v)) ps 0.8 \
         lc rgb 'white' notitle, \
     for [v = 0:2] DATA skip 1 using (cp_of(v, column(4))):(column(1)) with points pt cp_shape_of(v) ps 0.8 lw 1.6 \
         lc rgb cp_verdict_colour(word(cp_words, v + 1)) notitle
