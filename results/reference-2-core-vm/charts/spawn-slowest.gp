# gnuplot spawn-slowest.gp draws spawn-slowest.svg and spawn-slowest.png from spawn-slowest.csv.
DATA = 'spawn-slowest.csv'

# What all charts share. Capitals are set by the lines that crosspoint generates; columns of the data:
# panel, kind (median, ratio, sample), arm (better, worse), model, x, y, low, high, n, block
# Functions and variables that are defined in these scripts begin with cp_, so that no function that a newer gnuplot
# brings along (join, split, index came with 6.0) has the name of one; capitals begin with none of gnuplot's own FIT_,
# GPVAL_, MOUSE_ and ARG.

set encoding utf8
set datafile separator comma
set border 3 lc rgb '#57606a' lw 1
set tics nomirror out scale 0.6 textcolor rgb '#24292f'
set grid xtics ytics lc rgb '#d0d7de' lw 0.8 lt 1

# A panel starts from these; labels from 100 on are the head of the chart, which is drawn once.
cp_clean = 'unset key; unset arrow; unset object; unset logscale; unset xlabel; unset ylabel; set border 3; ' . \
        'set xtics autofreq scale 0.6 offset 0, 0.2 noenhanced; set ytics autofreq scale 0.6 noenhanced; set grid xtics ytics; set format "%g"; ' . \
        'do for [i = 1:9] { set label i ""; unset label i }'

cp_headed = 'do for [i = 101:104] { set label i ""; unset label i }'

# One colour and one shape a model, in every chart; to be told apart with colour-blind eyes (Okabe and Ito 2008,
# Tol 2021). Threads blue, processes orange, event loops the rest.
cp_colour(model) = model eq 'serial'               ? '#5c5c5c' : \
                model eq 'thread-per-task'      ? '#56b4e9' : \
                model eq 'thread-pool'          ? '#0072b2' : \
                model eq 'process-per-task'     ? '#e69f00' : \
                model eq 'process-pool'         ? '#d55e00' : \
                model eq 'event-loop'           ? '#009e73' : \
                model eq 'event-loop-threads'   ? '#cc79a7' : \
                model eq 'event-loop-processes' ? '#882255' : \
                model eq 'event-loop-offload'   ? '#999933' : \
                model eq 'coroutines'           ? '#332288' : '#000000'
cp_shape(model) = model eq 'serial'               ? 13 : \
               model eq 'thread-per-task'      ? 6 : \
               model eq 'thread-pool'          ? 7 : \
               model eq 'process-per-task'     ? 4 : \
               model eq 'process-pool'         ? 5 : \
               model eq 'event-loop'           ? 9 : \
               model eq 'event-loop-threads'   ? 8 : \
               model eq 'event-loop-processes' ? 11 : \
               model eq 'coroutines'           ? 15 : 10

# White behind open shapes, so that no line shows through.
cp_backing(shape) = shape == 4 || shape == 6 || shape == 8 || shape == 10 || shape == 12 || shape == 14 ? shape + 1 : -1

# Where a model is held against itself, `worse` has the other shape of the pair (open or filled), a dashed line and a
# paler bar.
cp_same(better, worse) = better eq worse
cp_worse_shape(better, worse) = !cp_same(better, worse) ? cp_shape(worse) : cp_shape(worse) % 2 ? cp_shape(worse) - 1 : cp_shape(worse) + 1

# Of several series of one model every second has the other shape and a dashed line.
cp_nth_shape(model, n) = n % 2 ? cp_worse_shape(model, model) : cp_shape(model)

cp_dark = '#24292f'
cp_grey = '#57606a'
cp_band = '#ead9a0'
cp_verdict_colour(word) = word eq '' ? cp_dark : word eq 'holds' ? '#1a7f37' : word eq 'does not hold' ? '#b3261e' : '#7d5a00'

# Rows of this panel, kind and arm; the others become NaN and are not drawn.
cp_pick(kind, arm, value) = (column(1) == PANEL && strcol(2) eq kind && strcol(3) eq arm) ? value : NaN

# Samples are spread so that they do not hide one another: by their block, evenly, the same in each drawing.
cp_jitter(block) = block >= 0 ? (int(block) * 7 % 11 - 5) / 5.0 : 0

do for [target in 'svg png'] {
if (target eq 'svg') {
    set terminal svg size 960, 922 font 'sans-serif,13' enhanced background rgb 'white'
} else {
    set terminal pngcairo size 1920, 1844 font 'sans-serif,13' fontscale 1.5 linewidth 2 pointscale 2 enhanced background rgb 'white'
}
set output 'spawn-slowest.' . target
TITLE = "{/:Bold Creating and awaiting a process: a fork, a fork server and a fresh image}"
SUBTITLE = "“Of fork, a fork server and spawn, spawn is the slowest”"
FINDING = "{/:Bold native: Holds: fork 6.26× (5.60–6.91); forkserver 6.57× (5.96–7.76). cpython3.11: Holds: fork 6.76× (6.38–7.43);}\n{/:Bold forkserver 3.19× (3.01–3.37)}"
FINDING_WORD = "holds"
FOOT = "medians and exact 95 % intervals; dots: every sample, n = 12   ·   all runtimes, create/exec, place:one-core"
set label 101 TITLE at screen 0.02292, 0.97180 left font ',17' textcolor rgb cp_dark
set label 102 SUBTITLE noenhanced at screen 0.02292, 0.94577 left font ',12' textcolor rgb cp_grey
set label 103 FINDING at screen 0.02292, 0.92082 left font ',12' textcolor rgb cp_verdict_colour(FINDING_WORD)
set label 104 FOOT noenhanced at screen 0.02292, 0.01518 left font ',10' textcolor rgb cp_grey
set multiplot

# Panel 1
PANEL = 1
LEFT = 0.16250
RIGHT = 0.90833
TOP = 0.85249
BOTTOM = 0.72885
PIXEL = 0.001085
PANEL_TITLE = "{/:Bold native, fork (start:fork): holds}"
BETTER_MODEL = "serial"
WORSE_MODEL = "serial"
SCALE = 1
Y_LABEL = "processes per second"
BETTER = "serial\nstart:fork"
WORSE = "serial\nstart:spawn"
BETTER_TEXT = "{/:Bold 1209/s}"
WORSE_TEXT = "{/:Bold 196/s}"
Y_MAX = 1799.1569664500066
Y_TICS = 'set xtics ("0" 0, "250" 250, "500" 500, "750" 750, "1000" 1000, "1250" 1250, "1500" 1500, "1750" 1750)'
THRESHOLD_LOW = 216.1072130101315
THRESHOLD_HIGH = 216.1072130101315
THRESHOLD_TEXT = "ahead by 10 %"
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

# Panel 2
PANEL = 2
LEFT = 0.16250
RIGHT = 0.90833
TOP = 0.63991
BOTTOM = 0.51627
PIXEL = 0.001085
PANEL_TITLE = "{/:Bold native, forkserver (start:forkserver): holds}"
BETTER_MODEL = "serial"
WORSE_MODEL = "serial"
SCALE = 1
Y_LABEL = "processes per second"
BETTER = "serial\nstart:forkserver"
WORSE = "serial\nstart:spawn"
BETTER_TEXT = "{/:Bold 1339/s}"
WORSE_TEXT = "{/:Bold 196/s}"
Y_MAX = 1769.7247498639788
Y_TICS = 'set xtics ("0" 0, "250" 250, "500" 500, "750" 750, "1000" 1000, "1250" 1250, "1500" 1500, "1750" 1750)'
THRESHOLD_LOW = 216.1072130101315
THRESHOLD_HIGH = 216.1072130101315
THRESHOLD_TEXT = "ahead by 10 %"
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

# Panel 3
PANEL = 3
LEFT = 0.16250
RIGHT = 0.90833
TOP = 0.42733
BOTTOM = 0.30369
PIXEL = 0.001085
PANEL_TITLE = "{/:Bold cpython3.11, fork (start:fork): holds}"
BETTER_MODEL = "serial"
WORSE_MODEL = "serial"
SCALE = 1
Y_LABEL = "processes per second"
BETTER = "serial\nstart:fork"
WORSE = "serial\nstart:spawn"
BETTER_TEXT = "{/:Bold 72.7/s}"
WORSE_TEXT = "{/:Bold 10.3/s}"
Y_MAX = 101.94660673905301
Y_TICS = 'set xtics ("0" 0, "20" 20, "40" 40, "60" 60, "80" 80, "100" 100)'
THRESHOLD_LOW = 11.275860614840504
THRESHOLD_HIGH = 11.275860614840504
THRESHOLD_TEXT = "ahead by 10 %"
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

# Panel 4
PANEL = 4
LEFT = 0.16250
RIGHT = 0.90833
TOP = 0.21475
BOTTOM = 0.09111
PIXEL = 0.001085
PANEL_TITLE = "{/:Bold cpython3.11, forkserver (start:forkserver): holds}"
BETTER_MODEL = "serial"
WORSE_MODEL = "serial"
SCALE = 1
Y_LABEL = "processes per second"
BETTER = "serial\nstart:forkserver"
WORSE = "serial\nstart:spawn"
BETTER_TEXT = "{/:Bold 34.1/s}"
WORSE_TEXT = "{/:Bold 10.3/s}"
Y_MAX = 48.71153213338853
Y_TICS = 'set xtics ("0" 0, "10" 10, "20" 20, "30" 30, "40" 40)'
THRESHOLD_LOW = 11.275860614840504
THRESHOLD_HIGH = 11.275860614840504
THRESHOLD_TEXT = "ahead by 10 %"
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

unset multiplot
set output
}
