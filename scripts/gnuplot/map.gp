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
