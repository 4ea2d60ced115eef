# A figure over a swept key: a colour a model, with intervals and all samples. Of scaling, the speedup over the workers,
# also the ideal and the laws that were fitted. Columns: series, kind (median, sample, limit), reference, model, x, figure,
# low, high, n, block
eval cp_clean
set lmargin at screen LEFT
set rmargin at screen RIGHT
set tmargin at screen TOP
set bmargin at screen BOTTOM
set samples 600
if (X_LOG) { set logscale x }
if (Y_LOG) { set logscale y }
if (SCALING && X_LOG) { set logscale xy 2 }
set xrange [X_MIN:X_MAX]
set yrange [Y_MIN:Y_MAX]
eval X_TICS
eval Y_TICS
set xlabel X_LABEL noenhanced textcolor rgb cp_grey offset 0, 0.2
set label 9 Y_LABEL noenhanced at screen LEFT - (SCALING ? 56.0 : 68.0) / 960, graph 0.5 rotate by 90 center textcolor rgb cp_grey
if (SCALING && UNITS > X_MIN && UNITS < X_MAX) {
    set arrow 1 from UNITS, graph 0 to UNITS, graph 1 nohead dashtype 3 lc rgb cp_grey lw 1.2 back
    set label 1 sprintf('%d processing unit%s', UNITS, UNITS > 1 ? 's' : '') at UNITS, screen TOP + 10 * PIXEL center font ',11' textcolor rgb cp_grey
}
cp_sample_from(y) = sprintf('from screen KEY_LEFT - 6.0 / 960, screen %s to screen KEY_LEFT + 16.0 / 960, screen %s nohead', y, y)
if (SCALING) { eval 'set arrow 2 ' . cp_sample_from('IDEAL_AT') . ' dashtype (12, 8) lc rgb cp_grey lw 1.4' }
if (FITTED) {
    eval 'set arrow 3 ' . cp_sample_from('USL_AT') . ' lc rgb cp_dark lw 1.8'
    eval 'set arrow 4 ' . cp_sample_from('AMDAHL_AT') . ' dashtype 3 lc rgb cp_dark lw 1.4'
}
cp_number(list, series) = real(word(list, series))
cp_look(series) = cp_colour(word(MODELS, series))
cp_mark(series) = cp_nth_shape(word(MODELS, series), int(cp_number(RANKS, series)))
cp_of(series, kind, value) = (column(1) == series && strcol(2) eq kind) ? value : NaN
# Side by side, so that intervals do not hide one another; on a fitted curve hardly.
cp_aside(series) = (FITTED ? 0.002 : WORDS ? 0.02 : 0.006) * (series - (SERIES + 1) / 2.0)
cp_beside(series, x) = X_LOG ? x * (X_MAX / X_MIN) ** cp_aside(series) : x + (X_MAX - X_MIN) * cp_aside(series)
# Gunther 2007; with kappa = 0 Amdahl's law
cp_law(x, scale, sigma, kappa) = scale * x / (1 + sigma * (x - 1) + kappa * x * (x - 1))
cp_within(series, x) = cp_number(FITTED_LAST, series) > 0 && x >= cp_number(FITTED_FIRST, series) && x <= cp_number(FITTED_LAST, series)
cp_usl(series, x) = cp_within(series, x) ? cp_law(x, cp_number(FITTED_SCALE, series), cp_number(USL_SIGMA, series), cp_number(USL_KAPPA, series)) : NaN
cp_amdahl(series, x) = cp_within(series, x) ? cp_law(x, cp_number(FITTED_SCALE, series), cp_number(AMDAHL_SIGMA, series), 0) : NaN
cp_join(series, value) = WORDS || cp_number(FITTED_LAST, series) > 0 ? NaN : value
cp_ideal(x, one) = SCALING && x >= one ? x / one : NaN
plot for [i = 1:words(IDEALS)] cp_ideal(x, real(word(IDEALS, i))) with lines dashtype (12, 8) lw 1.4 lc rgb cp_grey, \
     for [i = 1:SERIES] DATA skip 1 using (cp_beside(i, cp_of(i, 'sample', column(5)))):(column(6) * SCALE) with points \
         pt 7 ps 0.3 lc rgb '#90' . substr(cp_look(i), 2, 7), \
     for [i = 1:SERIES] cp_amdahl(i, x) with lines dashtype 3 lw 1.4 lc rgb cp_look(i), \
     for [i = 1:SERIES] cp_usl(i, x) with lines lw 1.8 lc rgb cp_look(i), \
     for [i = SERIES:1:-1] DATA skip 1 using (cp_join(i, cp_beside(i, cp_of(i, 'median', column(5))))):(column(6) * SCALE) with lines \
         lw 1.8 lc rgb cp_look(i), \
     for [i = SERIES:1:-1] DATA skip 1 using (cp_beside(i, cp_of(i, 'median', column(5)))):(column(6) * SCALE):(column(7) * SCALE):(column(8) * SCALE) with yerrorbars \
         pt -1 lw 1.6 lc rgb cp_look(i), \
     for [i = SERIES:1:-1] DATA skip 1 using (cp_beside(i, cp_of(i, 'median', column(5)))):(column(6) * SCALE) with points \
         pt cp_backing(cp_mark(i)) ps 0.8 lc rgb 'white', \
     for [i = SERIES:1:-1] DATA skip 1 using (cp_beside(i, cp_of(i, 'median', column(5)))):(column(6) * SCALE) with points \
         pt cp_mark(i) ps 0.8 lw 1.6 lc rgb cp_look(i), \
     for [i = 1:SERIES] DATA skip 1 using (cp_beside(i, cp_of(i, 'limit', column(5)))):(column(6) * SCALE) with points \
         pt 2 ps 1.7 lw 2.2 lc rgb cp_dark
