# Tasks a second over tasks in flight: a colour a model, the chosen one in a ring. Columns of the data: series, kind
# (final, look), model, in_flight, per_second, low, high
eval cp_clean
set lmargin at screen 90.0 / 960
set rmargin at screen 930.0 / 960
set tmargin at screen TOP
set bmargin at screen BOTTOM
set logscale x
if (Y_LOG) { set logscale y }
set xrange [X_MIN:X_MAX]
set yrange [Y_MIN:Y_MAX]
eval X_TICS
eval Y_TICS
set xlabel 'tasks in flight' noenhanced textcolor rgb cp_grey offset 0, 0.2
set label 9 'tasks a second' noenhanced at screen 20.0 / 960, graph 0.5 rotate by 90 center textcolor rgb cp_grey
if (SERIAL_Y > 0) {
    set arrow 1 from graph 0, first SERIAL_Y to graph 1, first SERIAL_Y nohead dashtype 2 lc rgb cp_grey lw 1.2 back
    set label 1 'one after the other' noenhanced at graph 0.995, first SERIAL_Y right offset 0, 0.5 \
        font ',11' textcolor rgb cp_grey
}
cp_key_x(i) = 98.0 / 960 + ((i - 1) % KEY_COLUMNS) * 168.0 / 960
cp_key_y(i) = KEY_TOP - ((i - 1) / KEY_COLUMNS) * KEY_ROW * PIXEL
do for [i = 1:words(MODELS)] {
    set label 20 + i word(MODELS, i) noenhanced at screen cp_key_x(i), screen cp_key_y(i) left \
        point pt cp_shape(word(MODELS, i)) ps 0.9 lw 1.6 lc rgb cp_colour(word(MODELS, i)) \
        offset 0.9, 0 textcolor rgb cp_dark
}
# Side by side, so that intervals do not hide one another.
cp_beside(i, x) = x * 1.012 ** (i - (words(MODELS) + 1) / 2.0)
cp_of(i, value) = column(1) == i ? value : NaN
cp_kind(i, kind, value) = (column(1) == i && strcol(2) eq kind) ? value : NaN
plot for [i = 1:words(MODELS)] DATA skip 1 using (cp_beside(i, cp_of(i, column(4)))):5 with lines \
         lw 1.4 lc rgb cp_colour(word(MODELS, i)), \
     for [i = 1:words(MODELS)] DATA skip 1 using (cp_beside(i, cp_kind(i, 'final', column(4)))):5:6:7 with yerrorbars \
         pt -1 lw 1.8 lc rgb cp_colour(word(MODELS, i)), \
     for [i = 1:words(MODELS)] DATA skip 1 using (cp_beside(i, cp_kind(i, 'look', column(4)))):5 with points \
         pt 7 ps 0.8 lc rgb 'white', \
     for [i = 1:words(MODELS)] DATA skip 1 using (cp_beside(i, cp_kind(i, 'look', column(4)))):5 with points \
         pt 6 ps 0.8 lw 1.4 lc rgb cp_colour(word(MODELS, i)), \
     for [i = 1:words(MODELS)] DATA skip 1 using (cp_beside(i, cp_kind(i, 'final', column(4)))):5 with points \
         pt cp_backing(cp_shape(word(MODELS, i))) ps 0.9 lc rgb 'white', \
     for [i = 1:words(MODELS)] DATA skip 1 using (cp_beside(i, cp_kind(i, 'final', column(4)))):5 with points \
         pt cp_shape(word(MODELS, i)) ps 0.9 lw 1.6 lc rgb cp_colour(word(MODELS, i)), \
     '+' using (cp_beside(CHOSEN, CHOSEN_X)):(CHOSEN_Y) every ::0::0 with points pt 6 ps 2.2 lw 2 lc rgb '#1a7f37'
