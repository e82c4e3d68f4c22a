// A desktop.
#include <stdio.h>
#include <stdlib.h>

#include "../board.h"

void board_print(const char *text) {
    fputs(text, stdout);
}

void board_exit(bool well) {
    exit(well ? EXIT_SUCCESS : EXIT_FAILURE);
}
