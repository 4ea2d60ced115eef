# gnuplot io-many-event-loop-beats-threads.gp draws io-many-event-loop-beats-threads.svg and io-many-event-loop-beats-threads.png from io-many-event-loop-beats-threads.csv.
DATA = 'io-many-event-loop-beats-threads.csv'

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
    set terminal svg size 960, 1248 font 'sans-serif,13' enhanced background rgb 'white'
} else {
    set terminal pngcairo size 1920, 2496 font 'sans-serif,13' fontscale 1.5 linewidth 2 pointscale 2 enhanced background rgb 'white'
}
set output 'io-many-event-loop-beats-threads.' . target
TITLE = "{/:Bold Echo and pages over TCP: an event loop against a thread for each connection}"
SUBTITLE = "“From some number of connections on, an event loop beats threads”"
FINDING = "{/:Bold native: Inconclusive: throughput holds: ahead by 10 % from conc 4 (1–16); latency-at-load underpowered: about 1257}\n{/:Bold blocks needed to tell 1.44×, 126 if it is 2.3×; http underpowered: about 84 blocks needed to tell 1.21×, 15 if it is}\n{/:Bold 1.4× (at conc:64). cpython3.11: Holds: waits ahead by 10 % from conc 1 (1–100)}"
FINDING_WORD = "inconclusive"
FOOT = "medians and exact 95 % intervals; dots: every sample, n = 12   ·   all runtimes, io"
set label 101 TITLE at screen 0.02292, 0.97917 left font ',17' textcolor rgb cp_dark
set label 102 SUBTITLE noenhanced at screen 0.02292, 0.95994 left font ',12' textcolor rgb cp_grey
set label 103 FINDING at screen 0.02292, 0.94151 left font ',12' textcolor rgb cp_verdict_colour(FINDING_WORD)
set label 104 FOOT noenhanced at screen 0.02292, 0.01122 left font ',10' textcolor rgb cp_grey
set multiplot

# Panel 1
PANEL = 1
LEFT = 0.08958
RIGHT = 0.41667
TOP = 0.69071
BOTTOM = 0.42628
PIXEL = 0.000801
MIDDLE = 0.51763
PANEL_TITLE = "{/:Bold native, throughput: holds}"
BETTER_MODEL = "event-loop"
WORSE_MODEL = "thread-per-task"
SCALE = 1
Y_LABEL = "messages per second"
BETTER = "event-loop"
KEY_AT = 0.12083333333333333
WORSE = "thread-per-task"
X_MIN = 0.7585775750291838
X_MAX = 1318.256738556407
X_TICS = 'set xtics ("1" 1, "16" 16, "1000" 1000)'
X_TICS_BARE = 'set xtics ("" 1, "" 16, "" 1000)'
X_LABEL = "in flight at once (conc)"
Y_LOG = 0
Y_MIN = 0
Y_MAX = 183160.1147519488
Y_TICS = 'set ytics ("0" 0, "25k" 25000, "50k" 50000, "75k" 75000, "100k" 100000, "125k" 125000, "150k" 150000, "175k" 175000)'
RATIO_MIN = 0.8583841709668211
RATIO_MAX = 2.146939297734975
RATIO_TICS = 'set ytics ("1" 1, "1.5" 1.5, "2" 2)'
THRESHOLD_TEXT = "10 % ahead"
THRESHOLD = 1.1
THRESHOLDS = "1.1"
LIMIT_TEXT = ""
CROSSING = 3.9050826484525474
CROSSING_LOW = 1
CROSSING_HIGH = 16
CROSSING_TEXT = "10 % ahead from conc 4 (1–16)"
CROSSING_AT = 0.30477707006369426
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

# Panel 2
PANEL = 2
LEFT = 0.16250
RIGHT = 0.90833
TOP = 0.87660
BOTTOM = 0.78526
PIXEL = 0.000801
PANEL_TITLE = "{/:Bold native, latency-at-load (load:70): inconclusive}"
BETTER_MODEL = "event-loop"
WORSE_MODEL = "thread-per-task"
SCALE = 1e-09
Y_LABEL = "latency (p99)"
BETTER = "event-loop"
WORSE = "thread-per-task"
BETTER_TEXT = "{/:Bold 2.22 ms}"
WORSE_TEXT = "{/:Bold 5.45 ms}"
Y_MAX = 0.04837080976000001
Y_TICS = 'set xtics ("0" 0, "10 ms" 0.01, "20 ms" 0.02, "30 ms" 0.03, "40 ms" 0.04)'
THRESHOLD_LOW = 0.004541439166666667
THRESHOLD_HIGH = 0.004541439166666667
THRESHOLD_TEXT = "ahead by 20 %"
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
LEFT = 0.58958
RIGHT = 0.91667
TOP = 0.69071
BOTTOM = 0.42628
PIXEL = 0.000801
MIDDLE = 0.51763
PANEL_TITLE = "{/:Bold native, http: inconclusive}"
BETTER_MODEL = "event-loop"
WORSE_MODEL = "thread-per-task"
SCALE = 1
Y_LABEL = "messages per second"
BETTER = "event-loop"
KEY_AT = 0.12083333333333333
WORSE = "thread-per-task"
X_MIN = 0.8467453123625273
X_MAX = 75.58353033148994
X_TICS = 'set xtics ("1" 1, "64" 64)'
X_TICS_BARE = 'set xtics ("" 1, "" 64)'
X_LABEL = "in flight at once (conc)"
Y_LOG = 0
Y_MIN = 0
Y_MAX = 138417.2848584467
Y_TICS = 'set ytics ("0" 0, "20k" 20000, "40k" 40000, "60k" 60000, "80k" 80000, "100k" 100000, "120k" 120000)'
RATIO_MIN = 0.8552324626277767
RATIO_MAX = 1.6671822261780658
RATIO_TICS = 'set ytics ("1" 1, "1.2" 1.2, "1.4" 1.4, "1.6" 1.6)'
THRESHOLD_TEXT = "10 % ahead"
THRESHOLD = 1.1
THRESHOLDS = "1.1"
LIMIT_TEXT = ""
CROSSING = 0
CROSSING_LOW = 0.8467453123625273
CROSSING_HIGH = 75.58353033148994
CROSSING_TEXT = "10 % ahead "
CROSSING_AT = 0.5
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

# Panel 4
PANEL = 4
LEFT = 0.08958
RIGHT = 0.41667
TOP = 0.33173
BOTTOM = 0.06731
PIXEL = 0.000801
MIDDLE = 0.15865
PANEL_TITLE = "{/:Bold cpython3.11, waits: holds}"
BETTER_MODEL = "event-loop"
WORSE_MODEL = "thread-per-task"
SCALE = 1
Y_LABEL = "messages per second"
BETTER = "event-loop"
KEY_AT = 0.12083333333333333
WORSE = "thread-per-task"
X_MIN = 0.831763771102671
X_MAX = 120.2264434617413
X_TICS = 'set xtics ("1" 1, "100" 100)'
X_TICS_BARE = 'set xtics ("" 1, "" 100)'
X_LABEL = "in flight at once (conc)"
Y_LOG = 1
Y_MIN = 65.75048384883458
Y_MAX = 11754.446682460904
Y_TICS = 'set ytics ("100" 100, "200" 200, "500" 500, "1000" 1000, "2000" 2000, "5000" 5000, "10k" 10000)'
RATIO_MIN = 0.8754884546562975
RATIO_MAX = 4.317629217409353
RATIO_TICS = 'set ytics ("1" 1, "1.5" 1.5, "2" 2, "3" 3)'
THRESHOLD_TEXT = "10 % ahead"
THRESHOLD = 1.1
THRESHOLDS = "1.1"
LIMIT_TEXT = ""
CROSSING = 1.3065347005518557
CROSSING_LOW = 1
CROSSING_HIGH = 100
CROSSING_TEXT = "10 % ahead from conc 1 (1–100)"
CROSSING_AT = 0.31528662420382164
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

unset multiplot
set output
}
