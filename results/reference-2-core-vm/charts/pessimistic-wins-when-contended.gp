# gnuplot pessimistic-wins-when-contended.gp draws pessimistic-wins-when-contended.svg and pessimistic-wins-when-contended.png from pessimistic-wins-when-contended.csv.
DATA = 'pessimistic-wins-when-contended.csv'

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
    set terminal svg size 960, 586 font 'sans-serif,13' enhanced background rgb 'white'
} else {
    set terminal pngcairo size 1920, 1172 font 'sans-serif,13' fontscale 1.5 linewidth 2 pointscale 2 enhanced background rgb 'white'
}
set output 'pessimistic-wins-when-contended.' . target
TITLE = "{/:Bold Adding to a contended counter: a mutex against compare-and-swap}"
SUBTITLE = "“Compare-and-swap loses to a mutex when conflicts are frequent, from some length of the critical section on”"
FINDING = "{/:Bold Does not hold (never ahead: not by 10 % at the end of the sweep): at inside:10000 thread-pool lock:mutex does 0.723}\n{/:Bold times (95.8 % interval 0.695–0.829) the work per second of thread-pool lock:cas, n = 12.}"
FINDING_WORD = "does not hold"
FOOT = "medians and exact 95 % intervals; dots: every sample, n = 12   ·   native, sync/counter, workers:2, place:compact"
set label 101 TITLE at screen 0.02292, 0.95563 left font ',17' textcolor rgb cp_dark
set label 102 SUBTITLE noenhanced at screen 0.02292, 0.91468 left font ',12' textcolor rgb cp_grey
set label 103 FINDING at screen 0.02292, 0.87543 left font ',12' textcolor rgb cp_verdict_colour(FINDING_WORD)
set label 104 FOOT noenhanced at screen 0.02292, 0.02389 left font ',10' textcolor rgb cp_grey
set multiplot

# Panel 1
PANEL = 1
LEFT = 0.08958
RIGHT = 0.91667
TOP = 0.74061
BOTTOM = 0.14334
PIXEL = 0.001706
MIDDLE = 0.33788
PANEL_TITLE = ""
BETTER_MODEL = "thread-pool"
WORSE_MODEL = "thread-pool"
SCALE = 1
Y_LABEL = "tasks per second"
BETTER = "thread-pool lock:mutex"
KEY_AT = 0.21583333333333332
WORSE = "thread-pool lock:cas"
X_MIN = 7.585775750291838
X_MAX = 13182.56738556407
X_TICS = 'set xtics ("10" 10, "1000" 1000, "10k" 10000)'
X_TICS_BARE = 'set xtics ("" 10, "" 1000, "" 10000)'
X_LABEL = "length of the critical section (inside)"
Y_LOG = 1
Y_MIN = 38.995378610512994
Y_MAX = 68192.18918640395
Y_TICS = 'set ytics ("100" 100, "300" 300, "1000" 1000, "3000" 3000, "10k" 10000, "30k" 30000)'
RATIO_MIN = 0.43179713325368285
RATIO_MAX = 1.1976007035662282
RATIO_TICS = 'set ytics ("0.6" 0.6, "0.8" 0.8, "1" 1)'
THRESHOLD_TEXT = "10 % ahead"
THRESHOLD = 1.1
THRESHOLDS = "1.1"
LIMIT_TEXT = ""
CROSSING = 0
CROSSING_LOW = 7.585775750291838
CROSSING_HIGH = 13182.56738556407
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

unset multiplot
set output
}
