# gnuplot decision-tree.gp draws decision-tree.svg and decision-tree.png from decision-tree.csv.
DATA = 'decision-tree.csv'

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
    set terminal svg size 960, 934 font 'sans-serif,13' enhanced background rgb 'white'
} else {
    set terminal pngcairo size 1920, 1868 font 'sans-serif,13' fontscale 1.5 linewidth 2 pointscale 2 enhanced background rgb 'white'
}
set output 'decision-tree.' . target
TITLE = "{/:Bold The documents' decision tree, and who is best}"
SUBTITLE = "“The documents' decision tree picks the best model everywhere”"
FINDING = "{/:Bold native: Does not hold:  right at 8 of 9 points; at most 1.46× slower than threads, at conc:1000 share:10. cpython3.11:}\n{/:Bold Does not hold:  right at 6 of 9 points; at most 1.95× slower than threads, at conc:1 share:100}"
FINDING_WORD = "does not hold"
FOOT = "best: by the ratios of 12 blocks; =: not shown to be worse than the best by 10 %   ·   mixed/cpu-wait, work per second, all runtimes"
set label 101 TITLE at screen 0.02292, 0.97216 left font ',17' textcolor rgb cp_dark
set label 102 SUBTITLE noenhanced at screen 0.02292, 0.94647 left font ',12' textcolor rgb cp_grey
set label 103 FINDING at screen 0.02292, 0.92184 left font ',12' textcolor rgb cp_verdict_colour(FINDING_WORD)
set label 104 FOOT noenhanced at screen 0.02292, 0.01499 left font ',10' textcolor rgb cp_grey
MODELS = 'none thread-pool process-pool event-loop'
KEY_AT = '96 231 352 480'
KEY_TOP = 0.87152
SIDE = 96
set multiplot

# Panel 1
PANEL = 1
eval cp_clean
PANEL_TITLE = "{/:Bold native: does not hold}"
LEFT = 0.10000
RIGHT = 0.97292
TOP = 0.78587
BOTTOM = 0.49036
PIXEL = 0.001071
COLUMNS = 3
ROWS = 3
Y_LABEL_AT = 72
X_LABEL = "tasks in flight at once (conc)"
Y_LABEL = "computing, in % of the tasks' time (share)"
set xtics scale 0 ('1' 0, '10' 1, '1000' 2)
set ytics scale 0 ('0' 0, '10' 1, '100' 2)
cp_boundary(a, b, c, d) = sprintf('set arrow from %g, %g to %g, %g nohead front lw 5 lc rgb "black"', a, b, c, d)
eval cp_boundary(0 - 0.5, 1.5, 0.5, 1.5)
eval cp_boundary(1.5, 0 - 0.5, 1.5, 0.5)
eval cp_boundary(1.5, 1 - 0.5, 1.5, 1.5)
eval cp_boundary(1 - 0.5, 1.5, 1.5, 1.5)
eval cp_boundary(2 - 0.5, 1.5, 2.5, 1.5)
WORDS = "{/:Bold no clear best}"
set label 200 WORDS at 0, 0 + 0.109 center front boxed font ',14' textcolor rgb cp_dark
WORDS = "✓ tree: threads"
set label 201 WORDS noenhanced at 0, 0 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold no clear best}"
set label 202 WORDS at 0, 1 + 0.109 center front boxed font ',14' textcolor rgb cp_dark
WORDS = "✓ tree: threads"
set label 203 WORDS noenhanced at 0, 1 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold no clear best}"
set label 204 WORDS at 0, 2 + 0.109 center front boxed font ',14' textcolor rgb cp_dark
WORDS = "✓ tree: processes"
set label 205 WORDS noenhanced at 0, 2 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold no clear best}"
set label 206 WORDS at 1, 0 + 0.109 center front boxed font ',14' textcolor rgb cp_dark
WORDS = "✓ tree: threads"
set label 207 WORDS noenhanced at 1, 0 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold threads = processes}"
set label 208 WORDS at 1, 1 + 0.109 center front boxed font ',14' textcolor rgb cp_dark
WORDS = "✓ tree: threads"
set label 209 WORDS noenhanced at 1, 1 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold threads = processes}"
set label 210 WORDS at 1, 2 + 0.109 center front boxed font ',14' textcolor rgb cp_dark
WORDS = "✓ tree: processes"
set label 211 WORDS noenhanced at 1, 2 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold event loop}"
set label 212 WORDS at 2, 0 + 0.109 center front  font ',14' textcolor rgb cp_dark
WORDS = "✓ tree: event loop"
set label 213 WORDS noenhanced at 2, 0 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold threads}"
set label 214 WORDS at 2, 1 + 0.109 center front  font ',14' textcolor rgb cp_dark
WORDS = "{/:Bold ✗ tree: event loop, 1.46× behind}"
set label 215 WORDS  at 2, 1 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold threads = processes}"
set label 216 WORDS at 2, 2 + 0.109 center front boxed font ',14' textcolor rgb cp_dark
WORDS = "✓ tree: processes"
set label 217 WORDS noenhanced at 2, 2 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
# Who is best at each point of two axes: a tile a point, in the colour of the best model, hatched with that of one it
# ties with; the tree's boundaries over it, and a frame where the tree is wrong. Columns of the data: panel, column,
# row, the two swept keys, best, tied, best_model, tied_model, tree, tree_model, regret, tree_is (right, wrong, open,
# left out)
set lmargin at screen LEFT
set rmargin at screen RIGHT
set tmargin at screen TOP
set bmargin at screen BOTTOM
set border 0
unset grid
set xrange [-0.5:COLUMNS - 0.5]
set yrange [-0.5:ROWS - 0.5]
set style textbox opaque noborder fillcolor rgb 'white' margins 0.6, 0.6
set label 1 PANEL_TITLE at screen LEFT, screen TOP + 13 * PIXEL left font ',13' textcolor rgb cp_dark
set xlabel X_LABEL noenhanced textcolor rgb cp_grey offset 0, 0.2
set label 9 Y_LABEL noenhanced at screen LEFT - Y_LABEL_AT / 960.0, graph 0.5 rotate by 90 center textcolor rgb cp_grey
cp_tile(column_is, model) = (column(1) == PANEL && strcol(column_is) eq model) ? column(2) : NaN
# Where all tie nobody's colour
cp_look(model) = model eq 'none' ? '#afb8c1' : cp_colour(model)
cp_key_word(model) = model eq 'none' ? 'no clear best' : model
cp_key_at(i) = (word(KEY_AT, i) + 0) / 960.0
if (PANEL == 1) {
    do for [i = 1:words(MODELS)] {
        set object 20 + i rectangle from screen cp_key_at(i), screen KEY_TOP - 6 * PIXEL to screen cp_key_at(i) + 18.0 / 960, screen KEY_TOP + 6 * PIXEL \
            fillcolor rgb cp_look(word(MODELS, i)) fillstyle solid 0.5 border lc rgb cp_look(word(MODELS, i))
        set label 20 + i cp_key_word(word(MODELS, i)) noenhanced at screen cp_key_at(i) + 24.0 / 960, screen KEY_TOP left textcolor rgb cp_dark
    }
    set object 41 rectangle from screen SIDE / 960.0, screen KEY_TOP - 30 * PIXEL to screen (SIDE + 18) / 960.0, screen KEY_TOP - 18 * PIXEL fillcolor rgb cp_dark fillstyle pattern 4 border lc rgb cp_grey
    set label 41 'hatched: a tie' at screen (SIDE + 24) / 960.0, screen KEY_TOP - 24 * PIXEL left textcolor rgb cp_dark
    set object 42 rectangle from screen (SIDE + 150) / 960.0, screen KEY_TOP - 30 * PIXEL to screen (SIDE + 168) / 960.0, screen KEY_TOP - 18 * PIXEL fillstyle empty border lc rgb '#b3261e' lw 3
    set label 42 'framed: the tree is wrong' at screen (SIDE + 174) / 960.0, screen KEY_TOP - 24 * PIXEL left textcolor rgb cp_dark
    set arrow 900 from screen (SIDE + 366) / 960.0, screen KEY_TOP - 24 * PIXEL to screen (SIDE + 392) / 960.0, screen KEY_TOP - 24 * PIXEL nohead lw 5 lc rgb 'black'
    set label 43 'where the tree picks another' at screen (SIDE + 400) / 960.0, screen KEY_TOP - 24 * PIXEL left textcolor rgb cp_dark
}
plot for [i = 1:words(MODELS)] DATA skip 1 using (cp_tile(8, word(MODELS, i))):3:($2 - 0.5):($2 + 0.5):($3 - 0.5):($3 + 0.5) with boxxyerror \
         fillcolor rgb cp_look(word(MODELS, i)) fillstyle solid 0.5 border lc rgb 'white' lw 2 notitle, \
     for [i = 1:words(MODELS)] DATA skip 1 using (cp_tile(9, word(MODELS, i))):3:($2 - 0.5):($2 + 0.5):($3 - 0.5):($3 + 0.5) with boxxyerror \
         fillcolor rgb cp_look(word(MODELS, i)) fillstyle transparent pattern 4 noborder notitle, \
     DATA skip 1 using (cp_tile(13, 'wrong')):3:($2 - 0.465):($2 + 0.465):($3 - 0.44):($3 + 0.44) with boxxyerror \
         lc rgb '#b3261e' lw 4 fillstyle empty border notitle, \
     DATA skip 1 using (cp_tile(13, 'left out')):3:($2 - 0.46):($2 + 0.46):($3 - 0.43):($3 + 0.43) with boxxyerror \
         lc rgb cp_grey lw 1 dashtype 2 fillstyle empty border notitle
eval cp_headed
do for [i = 21:43] { set label i ''; unset label i }
do for [i = 200:218] { set label i ''; unset label i }

# Panel 2
PANEL = 2
eval cp_clean
PANEL_TITLE = "{/:Bold cpython3.11: does not hold}"
LEFT = 0.10000
RIGHT = 0.97292
TOP = 0.38972
BOTTOM = 0.09422
PIXEL = 0.001071
COLUMNS = 3
ROWS = 3
Y_LABEL_AT = 72
X_LABEL = "tasks in flight at once (conc)"
Y_LABEL = "computing, in % of the tasks' time (share)"
set xtics scale 0 ('1' 0, '10' 1, '1000' 2)
set ytics scale 0 ('0' 0, '10' 1, '100' 2)
cp_boundary(a, b, c, d) = sprintf('set arrow from %g, %g to %g, %g nohead front lw 5 lc rgb "black"', a, b, c, d)
eval cp_boundary(0 - 0.5, 1.5, 0.5, 1.5)
eval cp_boundary(1.5, 0 - 0.5, 1.5, 0.5)
eval cp_boundary(1.5, 1 - 0.5, 1.5, 1.5)
eval cp_boundary(1 - 0.5, 1.5, 1.5, 1.5)
eval cp_boundary(2 - 0.5, 1.5, 2.5, 1.5)
WORDS = "{/:Bold no clear best}"
set label 200 WORDS at 0, 0 + 0.109 center front boxed font ',14' textcolor rgb cp_dark
WORDS = "✓ tree: threads"
set label 201 WORDS noenhanced at 0, 0 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold no clear best}"
set label 202 WORDS at 0, 1 + 0.109 center front boxed font ',14' textcolor rgb cp_dark
WORDS = "✓ tree: threads"
set label 203 WORDS noenhanced at 0, 1 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold threads = event loop}"
set label 204 WORDS at 0, 2 + 0.109 center front boxed font ',14' textcolor rgb cp_dark
WORDS = "{/:Bold ✗ tree: processes, 1.95× behind}"
set label 205 WORDS  at 0, 2 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold no clear best}"
set label 206 WORDS at 1, 0 + 0.109 center front boxed font ',14' textcolor rgb cp_dark
WORDS = "✓ tree: threads"
set label 207 WORDS noenhanced at 1, 0 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold no clear best}"
set label 208 WORDS at 1, 1 + 0.109 center front boxed font ',14' textcolor rgb cp_dark
WORDS = "✓ tree: threads"
set label 209 WORDS noenhanced at 1, 1 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold no clear best}"
set label 210 WORDS at 1, 2 + 0.109 center front boxed font ',14' textcolor rgb cp_dark
WORDS = "? tree: processes, 1.15× behind"
set label 211 WORDS noenhanced at 1, 2 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold event loop}"
set label 212 WORDS at 2, 0 + 0.109 center front  font ',14' textcolor rgb cp_dark
WORDS = "✓ tree: event loop"
set label 213 WORDS noenhanced at 2, 0 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold event loop = threads}"
set label 214 WORDS at 2, 1 + 0.109 center front boxed font ',14' textcolor rgb cp_dark
WORDS = "✓ tree: event loop"
set label 215 WORDS noenhanced at 2, 1 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
WORDS = "{/:Bold no clear best}"
set label 216 WORDS at 2, 2 + 0.109 center front boxed font ',14' textcolor rgb cp_dark
WORDS = "? tree: processes"
set label 217 WORDS noenhanced at 2, 2 + -0.125 center front boxed font ',11' textcolor rgb cp_dark
# Who is best at each point of two axes: a tile a point, in the colour of the best model, hatched with that of one it
# ties with; the tree's boundaries over it, and a frame where the tree is wrong. Columns of the data: panel, column,
# row, the two swept keys, best, tied, best_model, tied_model, tree, tree_model, regret, tree_is (right, wrong, open,
# left out)
set lmargin at screen LEFT
set rmargin at screen RIGHT
set tmargin at screen TOP
set bmargin at screen BOTTOM
set border 0
unset grid
set xrange [-0.5:COLUMNS - 0.5]
set yrange [-0.5:ROWS - 0.5]
set style textbox opaque noborder fillcolor rgb 'white' margins 0.6, 0.6
set label 1 PANEL_TITLE at screen LEFT, screen TOP + 13 * PIXEL left font ',13' textcolor rgb cp_dark
set xlabel X_LABEL noenhanced textcolor rgb cp_grey offset 0, 0.2
set label 9 Y_LABEL noenhanced at screen LEFT - Y_LABEL_AT / 960.0, graph 0.5 rotate by 90 center textcolor rgb cp_grey
cp_tile(column_is, model) = (column(1) == PANEL && strcol(column_is) eq model) ? column(2) : NaN
# Where all tie nobody's colour
cp_look(model) = model eq 'none' ? '#afb8c1' : cp_colour(model)
cp_key_word(model) = model eq 'none' ? 'no clear best' : model
cp_key_at(i) = (word(KEY_AT, i) + 0) / 960.0
if (PANEL == 1) {
    do for [i = 1:words(MODELS)] {
        set object 20 + i rectangle from screen cp_key_at(i), screen KEY_TOP - 6 * PIXEL to screen cp_key_at(i) + 18.0 / 960, screen KEY_TOP + 6 * PIXEL \
            fillcolor rgb cp_look(word(MODELS, i)) fillstyle solid 0.5 border lc rgb cp_look(word(MODELS, i))
        set label 20 + i cp_key_word(word(MODELS, i)) noenhanced at screen cp_key_at(i) + 24.0 / 960, screen KEY_TOP left textcolor rgb cp_dark
    }
    set object 41 rectangle from screen SIDE / 960.0, screen KEY_TOP - 30 * PIXEL to screen (SIDE + 18) / 960.0, screen KEY_TOP - 18 * PIXEL fillcolor rgb cp_dark fillstyle pattern 4 border lc rgb cp_grey
    set label 41 'hatched: a tie' at screen (SIDE + 24) / 960.0, screen KEY_TOP - 24 * PIXEL left textcolor rgb cp_dark
    set object 42 rectangle from screen (SIDE + 150) / 960.0, screen KEY_TOP - 30 * PIXEL to screen (SIDE + 168) / 960.0, screen KEY_TOP - 18 * PIXEL fillstyle empty border lc rgb '#b3261e' lw 3
    set label 42 'framed: the tree is wrong' at screen (SIDE + 174) / 960.0, screen KEY_TOP - 24 * PIXEL left textcolor rgb cp_dark
    set arrow 900 from screen (SIDE + 366) / 960.0, screen KEY_TOP - 24 * PIXEL to screen (SIDE + 392) / 960.0, screen KEY_TOP - 24 * PIXEL nohead lw 5 lc rgb 'black'
    set label 43 'where the tree picks another' at screen (SIDE + 400) / 960.0, screen KEY_TOP - 24 * PIXEL left textcolor rgb cp_dark
}
plot for [i = 1:words(MODELS)] DATA skip 1 using (cp_tile(8, word(MODELS, i))):3:($2 - 0.5):($2 + 0.5):($3 - 0.5):($3 + 0.5) with boxxyerror \
         fillcolor rgb cp_look(word(MODELS, i)) fillstyle solid 0.5 border lc rgb 'white' lw 2 notitle, \
     for [i = 1:words(MODELS)] DATA skip 1 using (cp_tile(9, word(MODELS, i))):3:($2 - 0.5):($2 + 0.5):($3 - 0.5):($3 + 0.5) with boxxyerror \
         fillcolor rgb cp_look(word(MODELS, i)) fillstyle transparent pattern 4 noborder notitle, \
     DATA skip 1 using (cp_tile(13, 'wrong')):3:($2 - 0.465):($2 + 0.465):($3 - 0.44):($3 + 0.44) with boxxyerror \
         lc rgb '#b3261e' lw 4 fillstyle empty border notitle, \
     DATA skip 1 using (cp_tile(13, 'left out')):3:($2 - 0.46):($2 + 0.46):($3 - 0.43):($3 + 0.43) with boxxyerror \
         lc rgb cp_grey lw 1 dashtype 2 fillstyle empty border notitle
eval cp_headed
do for [i = 21:43] { set label i ''; unset label i }
do for [i = 200:218] { set label i ''; unset label i }

unset multiplot
set output
}
