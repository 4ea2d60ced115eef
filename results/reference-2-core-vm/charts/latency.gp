# gnuplot latency.gp draws latency.svg and latency.png from latency.csv.
DATA = 'latency.csv'

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
    set terminal svg size 960, 776 font 'sans-serif,13' enhanced background rgb 'white'
} else {
    set terminal pngcairo size 1920, 1552 font 'sans-serif,13' fontscale 1.5 linewidth 2 pointscale 2 enhanced background rgb 'white'
}
set output 'latency.' . target
TITLE = "{/:Bold How long one waits for an answer}"
SUBTITLE = "half of all messages, one of ten, of a hundred, of a thousand waits so long, or longer"
FINDING = "{/:Bold where a rate is offered, solid: from when a message was due; dashed: from when it was sent}"
FINDING_WORD = ""
FOOT = "medians of quantiles, 95 % intervals; a quantile needs a hundred messages beyond it"
set label 101 TITLE at screen 0.02292, 0.96649 left font ',17' textcolor rgb cp_dark
set label 102 SUBTITLE noenhanced at screen 0.02292, 0.93557 left font ',12' textcolor rgb cp_grey
set label 103 FINDING at screen 0.02292, 0.90593 left font ',12' textcolor rgb cp_verdict_colour(FINDING_WORD)
set label 104 FOOT noenhanced at screen 0.02292, 0.01804 left font ',10' textcolor rgb cp_grey
PIXEL = 0.001289
X_MAX = 130
Y_MIN = 26474
Y_MAX = 40673278.5
set multiplot
PANEL = 1
COUNT = 2
LEFT = 0.08958
RIGHT = 0.47500
TOP = 0.80412
BOTTOM = 0.51804
PANEL_TITLE = "io/echo, conc 1000, load:70, place split"
MODELS = "event-loop thread-per-task"
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
PANEL = 2
COUNT = 2
LEFT = 0.58958
RIGHT = 0.97500
TOP = 0.80412
BOTTOM = 0.51804
PANEL_TITLE = "io/echo, conc 64, load:70, place split"
MODELS = "event-loop process-per-task"
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
PANEL = 3
COUNT = 2
LEFT = 0.08958
RIGHT = 0.47500
TOP = 0.37887
BOTTOM = 0.09278
PANEL_TITLE = "mixed/echo-and-compute, conc 64, compute-us:2500, place split"
MODELS = "event-loop-offload event-loop"
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

unset multiplot
set output
}
