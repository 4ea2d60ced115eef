# Quantiles of latency on the axis of HdrHistogram, where each step is ten times as rare. Columns: panel, number of the
# model, model, from (due or sent), one_in, latency_ns, low, high, n
eval cp_clean
set lmargin at screen LEFT
set rmargin at screen RIGHT
set tmargin at screen TOP
set bmargin at screen BOTTOM
set logscale xy
set xrange [1.7:X_MAX]
set yrange [Y_MIN:Y_MAX]
set xtics ("50 %%" 2, "90 %%" 10, "99 %%" 100, "99.9 %%" 1000)
set ytics ("100 ns" 1e2, "1 µs" 1e3, "10 µs" 1e4, "100 µs" 1e5, "1 ms" 1e6, "10 ms" 1e7, "100 ms" 1e8, "1 s" 1e9, "10 s" 1e10, "100 s" 1e11)
set label 1 PANEL_TITLE noenhanced at screen LEFT, screen TOP + 48 * PIXEL left font ',12' textcolor rgb cp_dark
# Two columns of names above the panel.
cp_key_x(i) = LEFT + ((i - 1) % 3) * 125.0 / 960
cp_key_y(i) = TOP + (i > 3 ? 10 : 28) * PIXEL
do for [i = 1:COUNT] {
    set label 1 + i word(MODELS, i) noenhanced at screen cp_key_x(i) + 8.0 / 960, screen cp_key_y(i) left font ',10' \
        point pt cp_nth_shape(word(MODELS, i), 0) ps 0.8 lw 1.6 lc rgb cp_colour(word(MODELS, i)) offset 0.7, 0 textcolor rgb cp_dark
}
cp_at(i, from, value) = (column(1) == PANEL && column(2) == i && strcol(4) eq from) ? value : NaN
# Side by side, so that intervals do not hide one another.
cp_beside(i, x) = x * 1.03 ** (i - (COUNT + 1) / 2.0)
plot for [i = 1:COUNT] DATA skip 1 using (cp_at(i, 'sent', cp_beside(i, column(5)))):6 with linespoints dashtype 2 lw 1.2 \
         pt cp_shape(word(MODELS, i)) ps 0.5 lc rgb cp_colour(word(MODELS, i)), \
     for [i = 1:COUNT] DATA skip 1 using (cp_at(i, 'due', cp_beside(i, column(5)))):6 with lines lw 1.8 lc rgb cp_colour(word(MODELS, i)), \
     for [i = 1:COUNT] DATA skip 1 using (cp_at(i, 'due', cp_beside(i, column(5)))):6:7:8 with yerrorbars pt -1 lw 1.8 \
         lc rgb cp_colour(word(MODELS, i)), \
     for [i = 1:COUNT] DATA skip 1 using (cp_at(i, 'due', cp_beside(i, column(5)))):6 with points \
         pt cp_backing(cp_shape(word(MODELS, i))) ps 0.8 lc rgb 'white', \
     for [i = 1:COUNT] DATA skip 1 using (cp_at(i, 'due', cp_beside(i, column(5)))):6 with points pt cp_shape(word(MODELS, i)) \
         ps 0.8 lw 1.6 lc rgb cp_colour(word(MODELS, i))
eval cp_headed
