// What a board provides: a way to print, and an end.
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void board_print(const char *text);

// Ends the program; in an emulator the status is 0 if it went well.
void board_exit(bool well) __attribute__((noreturn));

static inline void board_print_number(uint32_t number) {
    char text[11];
    char *at = text + sizeof text;
    *--at = 0;
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    board_print(at);
}

static inline void board_print_hex(uint64_t number) {
    char text[17];
    for (int digit = 0; digit < 16; digit++) {
        text[digit] = "0123456789abcdef"[number >> (60 - 4 * digit) & 15];
    }
    text[16] = 0;
    board_print(text);
}

#endif
