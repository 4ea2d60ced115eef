# A cell over its sessions. Columns: session, time, run, commit, value, level. STEPS: the first sessions of new levels.
eval cp_clean
set lmargin at screen 90.0 / 960
set rmargin at screen 910.0 / 960
set tmargin at screen TOP
set bmargin at screen BOTTOM
set xrange [0.5:SESSIONS + 0.5]
set yrange [Y_MIN / Y_UNIT:Y_MAX / Y_UNIT]
set format y "%g" . Y_SUFFIX
set xtics noenhanced ("" 0)
do for [i = 1:words(TIC_SESSIONS)] { set xtics add (word(TIC_DATES, i) word(TIC_SESSIONS, i) + 0) }
do for [i = 1:words(STEPS)] {
    set arrow i from word(STEPS, i) - 0.5, graph 0 to word(STEPS, i) - 0.5, graph 1 nohead dt 2 lw 1.2 lc rgb '#b3261e'
}
plot DATA skip 1 using ($1 - 0.5):($6 / Y_UNIT) with steps lw 6 lc rgb cp_band, \
     DATA skip 1 using 1:($5 / Y_UNIT) with lines lw 0.8 lc rgb '#8c959f', \
     DATA skip 1 using 1:($5 / Y_UNIT) with points pt 7 ps 0.55 lc rgb '#0072b2'
