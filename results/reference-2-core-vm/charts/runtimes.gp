# gnuplot runtimes.gp draws runtimes.svg and runtimes.png from runtimes.csv.
DATA = 'runtimes.csv'

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
    set terminal svg size 960, 650 font 'sans-serif,13' enhanced background rgb 'white'
} else {
    set terminal pngcairo size 1920, 1300 font 'sans-serif,13' fontscale 1.5 linewidth 2 pointscale 2 enhanced background rgb 'white'
}
set output 'runtimes.' . target
TITLE = "{/:Bold The same rules in C and in an interpreter}"
SUBTITLE = "how many times better what the documents recommend is; a bar stands where the claim begins, or may not be left"
FINDING = "{/:Bold 4 of 25 rules hold in one and not in another, facts and maps among them}"
FINDING_WORD = ""
FOOT = "ratios with 95 % intervals; of a rule with several pairs the one that is refuted, or nearest to it"
set label 101 TITLE at screen 0.02292, 0.96000 left font ',17' textcolor rgb cp_dark
set label 102 SUBTITLE noenhanced at screen 0.02292, 0.92308 left font ',12' textcolor rgb cp_grey
set label 103 FINDING at screen 0.02292, 0.88769 left font ',12' textcolor rgb cp_verdict_colour(FINDING_WORD)
set label 104 FOOT noenhanced at screen 0.02292, 0.02154 left font ',10' textcolor rgb cp_grey
RUNTIMES = "native cpython3.11"
RULES = "arguments-are-copied:threads@payload:1048576 buffer-decouples:threads cpu-parallel-beats-serial cpu-processes-beat-threads cpu-threads-gain-nothing event-loop-memory-smallest:connections-threads@conc:100 event-loop-needs-no-lock:one-unit io-threads-beat-serial:sleep lock-costs-throughput:threads manager-slowest:queue one-core-cpu-does-not one-core-io-gains pool-beats-per-task:threads process-memory-larger:conc:10 shared-data-suits-threads:memory spawn-slowest:forkserver thread-communication-cheaper:pipe@payload:64 thread-creation-cheaper:resident-mib:1"
ROWS = 18
TOP = 0.81538
BOTTOM = 0.09538
PIXEL = 0.001538
X_MIN = 0.5
X_MAX = 126.77508751722478
# A row a rule, a mark a runtime: how many times better `better` is. Columns: row, number of the runtime, rule, pair,
# runtime, ratio, low, high, band_low, band_high (where the claim begins, or may not be left), verdict
eval cp_clean
LEFT = 372.0 / 960
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
set ytics (word(RULES, 1) 1)
do for [i = 2:ROWS] { set ytics add (word(RULES, i) i) }
set xtics ("0.01×" 0.01, "0.1×" 0.1, "0.5×" 0.5, "1×" 1, "2×" 2, "5×" 5, "10×" 10, "100×" 100, "1,000×" 1000, "10,000×" 10000)
set xlabel 'times better' noenhanced textcolor rgb cp_grey offset 0, 0.2
set arrow 1 from 1, graph 0 to 1, graph 1 nohead lc rgb cp_grey lw 1.2 back
cp_runtime_colour(i) = word('#24292f #d62f7b #1b9e77 #7570b3', int(i))
cp_runtime_shape(i) = int(word('7 12 5 8', int(i)))
# Above one another, so that neither hides the other.
cp_level(row, i) = row + 0.22 * (i - (words(RUNTIMES) + 1) / 2.0) * 2 / words(RUNTIMES)
do for [i = 1:words(RUNTIMES)] {
    set label 10 + i word(RUNTIMES, i) noenhanced at screen LEFT + (i - 1) * 150.0 / 960 + 12.0 / 960, screen TOP + 16 * PIXEL left \
        point pt cp_runtime_shape(i) ps 0.9 lw 1.6 lc rgb cp_runtime_colour(i) offset 0.9, 0 textcolor rgb cp_dark
}
cp_of(i, value) = column(2) == i ? value : NaN
plot for [i = 1:words(RUNTIMES)] DATA skip 1 using (cp_of(i, column(9))):(column(1)):9:10:(column(1) - 0.36):(column(1) + 0.36) with \
         boxxyerror fillstyle solid noborder lc rgb cp_band, \
     for [i = 1:words(RUNTIMES)] DATA skip 1 using (cp_of(i, column(6))):(cp_level(column(1), i)):7:8 with xerrorbars \
         pt -1 lw 1.8 lc rgb cp_runtime_colour(i), \
     for [i = 1:words(RUNTIMES)] DATA skip 1 using (cp_of(i, column(6))):(cp_level(column(1), i)) with points \
         pt cp_backing(cp_runtime_shape(i)) ps 0.9 lc rgb 'white', \
     for [i = 1:words(RUNTIMES)] DATA skip 1 using (cp_of(i, column(6))):(cp_level(column(1), i)) with points \
         pt cp_runtime_shape(i) ps 0.9 lw 1.6 lc rgb cp_runtime_colour(i)
set output
}
