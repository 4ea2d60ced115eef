# One pair over its sweep. Above: both arms with their intervals and all samples. Below: how many times better
# `better` is, with its interval, against the line that decides.
eval cp_clean
WORSE_SHAPE = cp_worse_shape(BETTER_MODEL, WORSE_MODEL)
WORSE_DASH = cp_same(BETTER_MODEL, WORSE_MODEL) ? 2 : 1
set lmargin at screen LEFT
set rmargin at screen RIGHT
set tmargin at screen TOP
set bmargin at screen MIDDLE
set label 1 PANEL_TITLE at screen LEFT, screen TOP + 54 * PIXEL left font ',12' textcolor rgb cp_dark
set logscale x
set xrange [X_MIN:X_MAX]
eval X_TICS_BARE
set label 9 Y_LABEL noenhanced at screen LEFT - 68.0 / 960, graph 0.5 rotate by 90 center textcolor rgb cp_grey
set yrange [Y_MIN:Y_MAX]
if (Y_LOG) { set logscale y }
eval Y_TICS
set label 5 BETTER noenhanced at screen LEFT + 12.0 / 960, screen TOP + 32 * PIXEL left textcolor rgb cp_dark
set label 6 WORSE noenhanced at screen LEFT + KEY_AT + 12.0 / 960, screen TOP + 32 * PIXEL left textcolor rgb cp_dark
set label 7 '' at screen LEFT + 2.0 / 960, screen TOP + 32 * PIXEL point pt cp_shape(BETTER_MODEL) ps 0.9 lc rgb cp_colour(BETTER_MODEL)
set label 8 '' at screen LEFT + KEY_AT + 2.0 / 960, screen TOP + 32 * PIXEL point pt WORSE_SHAPE ps 0.9 lc rgb cp_colour(WORSE_MODEL)
if (CROSSING > 0) {
    set object 1 rectangle from CROSSING_LOW, graph 0 to CROSSING_HIGH, graph 1 behind fillcolor rgb cp_band fillstyle solid 0.55 noborder
    set arrow 1 from CROSSING, graph 0 to CROSSING, graph 1 nohead dashtype 2 lc rgb cp_dark lw 1.2 back
    set label 2 CROSSING_TEXT noenhanced at graph CROSSING_AT, screen TOP + 10 * PIXEL center font ',11' textcolor rgb cp_dark
}
cp_spread(x, block) = x * (X_MAX / X_MIN) ** (0.008 * cp_jitter(block))
plot DATA skip 1 using (cp_pick('sample', 'worse', cp_spread(column(5), column(10)))):(column(6) * SCALE) with points \
         pt 7 ps 0.3 lc rgb '#90' . substr(cp_colour(WORSE_MODEL), 2, 7) notitle, \
     DATA skip 1 using (cp_pick('sample', 'better', cp_spread(column(5), column(10)))):(column(6) * SCALE) with points \
         pt 7 ps 0.3 lc rgb '#90' . substr(cp_colour(BETTER_MODEL), 2, 7) notitle, \
     DATA skip 1 using (cp_pick('median', 'better', column(5))):(column(6) * SCALE) with lines lw 1.8 lc rgb cp_colour(BETTER_MODEL) notitle, \
     DATA skip 1 using (cp_pick('median', 'better', column(5))):(column(6) * SCALE):(column(7) * SCALE):(column(8) * SCALE) \
         with yerrorbars pt -1 lw 1.8 lc rgb cp_colour(BETTER_MODEL) notitle, \
     DATA skip 1 using (cp_pick('median', 'better', column(5))):(column(6) * SCALE) with points pt cp_backing(cp_shape(BETTER_MODEL)) ps 0.7 lc rgb 'white' notitle, \
     DATA skip 1 using (cp_pick('median', 'better', column(5))):(column(6) * SCALE) with points pt cp_shape(BETTER_MODEL) ps 0.7 lw 1.6 lc rgb cp_colour(BETTER_MODEL) notitle, \
     DATA skip 1 using (cp_pick('median', 'worse', column(5))):(column(6) * SCALE) with lines lw 1.8 dashtype WORSE_DASH lc rgb cp_colour(WORSE_MODEL) notitle, \
     DATA skip 1 using (cp_pick('median', 'worse', column(5))):(column(6) * SCALE):(column(7) * SCALE):(column(8) * SCALE) \
         with yerrorbars pt -1 lw 1.8 lc rgb cp_colour(WORSE_MODEL) notitle, \
     DATA skip 1 using (cp_pick('median', 'worse', column(5))):(column(6) * SCALE) with points pt cp_backing(WORSE_SHAPE) ps 0.7 lc rgb 'white' notitle, \
     DATA skip 1 using (cp_pick('median', 'worse', column(5))):(column(6) * SCALE) with points pt WORSE_SHAPE ps 0.7 lw 1.6 lc rgb cp_colour(WORSE_MODEL) notitle, \
     DATA skip 1 using (cp_pick('limit', 'better', column(5))):(column(6) * SCALE) with points pt 2 ps 1.6 lw 2.2 lc rgb cp_dark notitle, \
     DATA skip 1 using (cp_pick('limit', 'worse', column(5))):(column(6) * SCALE) with points pt 2 ps 1.6 lw 2.2 lc rgb cp_dark notitle
eval cp_headed

set tmargin at screen MIDDLE - 14 * PIXEL
set bmargin at screen BOTTOM
do for [i = 1:9] { set label i ''; unset label i }
eval X_TICS
set xlabel X_LABEL noenhanced textcolor rgb cp_grey offset 0, 0.4
set label 9 'times better' at screen LEFT - 68.0 / 960, graph 0.5 rotate by 90 center textcolor rgb cp_grey
set logscale y
set yrange [RATIO_MIN:RATIO_MAX]
eval RATIO_TICS
set arrow 2 from graph 0, first 1 to graph 1, first 1 nohead lc rgb cp_grey lw 1 back
do for [i = 1:words(THRESHOLDS)] {
    set arrow 2 + i from graph 0, first word(THRESHOLDS, i) + 0 to graph 1, first word(THRESHOLDS, i) + 0 nohead dashtype 2 lc rgb cp_dark lw 1.2 back
}
set label 4 LIMIT_TEXT noenhanced at screen (LEFT + RIGHT) / 2, screen BOTTOM - 58 * PIXEL center font ',10' textcolor rgb cp_dark
set label 3 THRESHOLD_TEXT noenhanced at graph 1, first THRESHOLD offset char 0.5, 0 left font ',11' textcolor rgb cp_dark
plot DATA skip 1 using (cp_pick('ratio', '', column(5))):(column(7)):(column(8)) with filledcurves \
         fillcolor rgb cp_colour(BETTER_MODEL) fillstyle transparent solid 0.25 noborder, \
     DATA skip 1 using (cp_pick('ratio', '', column(5))):(column(6)):(column(7)):(column(8)) with yerrorlines \
         pt 7 ps 0.6 lw 1.6 lc rgb cp_colour(BETTER_MODEL)
