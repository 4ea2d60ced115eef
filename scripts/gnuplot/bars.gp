# One pair: a bar an arm (median), its interval, all samples, and the line that `better` had to pass.
eval cp_clean
set lmargin at screen LEFT
set rmargin at screen RIGHT
set tmargin at screen TOP
set bmargin at screen BOTTOM
set label 1 PANEL_TITLE at screen LEFT, screen TOP + 12 * PIXEL left font ',12' textcolor rgb cp_dark
set xrange [0:Y_MAX]
FLOOR = WORSE_MODEL eq '' ? 1.45 : 0.45 # a fact has one bar
set yrange [FLOOR:2.9]
eval Y_TICS
set xlabel Y_LABEL noenhanced textcolor rgb cp_grey offset 0, 0.4
set ytics (BETTER 2, WORSE 1) scale 0
set grid xtics noytics
set border 1
if (THRESHOLD_LOW < THRESHOLD_HIGH) {
    set object 1 rectangle from THRESHOLD_LOW, FLOOR to THRESHOLD_HIGH, 2.5 behind fillcolor rgb cp_band fillstyle solid 0.5 noborder
} else {
    set arrow 1 from THRESHOLD_HIGH, FLOOR to THRESHOLD_HIGH, 2.5 nohead dashtype 2 lc rgb cp_dark lw 1.2 front
}
THRESHOLD_AT = (THRESHOLD_LOW + THRESHOLD_HIGH) / 2.0
set label 2 THRESHOLD_TEXT noenhanced at THRESHOLD_AT, 2.68 center font ',11' textcolor rgb cp_grey
if (THRESHOLD_AT > 0.8 * Y_MAX) { set label 2 right }
if (THRESHOLD_AT < 0.2 * Y_MAX) { set label 2 left }
set label 3 BETTER_TEXT at graph 1, first 2 offset char 0.8, 0 left font ',12' textcolor rgb cp_dark
set label 4 WORSE_TEXT at graph 1, first 1 offset char 0.8, 0 left font ',12' textcolor rgb cp_dark
if (WORSE_MODEL eq '') {
    plot DATA skip 1 using (cp_pick('median', 'better', 0)):(2):(0):(column(6) * SCALE):(1.7):(2.3) with boxxyerror \
             fillcolor rgb cp_colour(BETTER_MODEL) fillstyle solid 1.0 noborder, \
         DATA skip 1 using (cp_pick('sample', 'better', column(6) * SCALE)):(2 + 0.22 * cp_jitter(column(10))) with points \
             pt 7 ps 0.4 lc rgb '#80000000', \
         DATA skip 1 using (cp_pick('median', 'better', column(6) * SCALE)):(2):(column(7) * SCALE):(column(8) * SCALE) \
             with xerrorbars pt -1 lw 2 lc rgb 'black'
} else {
plot DATA skip 1 using (cp_pick('median', 'better', 0)):(2):(0):(column(6) * SCALE):(1.7):(2.3) with boxxyerror \
         fillcolor rgb cp_colour(BETTER_MODEL) fillstyle solid 1.0 noborder, \
     DATA skip 1 using (cp_pick('median', 'worse', 0)):(1):(0):(column(6) * SCALE):(0.7):(1.3) with boxxyerror \
         fillcolor rgb cp_colour(WORSE_MODEL) fillstyle solid (cp_same(BETTER_MODEL, WORSE_MODEL) ? 0.45 : 1.0) noborder, \
     DATA skip 1 using (cp_pick('sample', 'better', column(6) * SCALE)):(2 + 0.22 * cp_jitter(column(10))) with points \
         pt 7 ps 0.4 lc rgb '#80000000', \
     DATA skip 1 using (cp_pick('sample', 'worse', column(6) * SCALE)):(1 + 0.22 * cp_jitter(column(10))) with points \
         pt 7 ps 0.4 lc rgb '#80000000', \
     DATA skip 1 using (cp_pick('median', 'better', column(6) * SCALE)):(2):(column(7) * SCALE):(column(8) * SCALE) \
         with xerrorbars pt -1 lw 2 lc rgb 'black', \
     DATA skip 1 using (cp_pick('median', 'worse', column(6) * SCALE)):(1):(column(7) * SCALE):(column(8) * SCALE) \
         with xerrorbars pt -1 lw 2 lc rgb 'black'
}
eval cp_headed
