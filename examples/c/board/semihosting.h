// Printing by semihosting, for both kinds of processor, whose start-up code defines `semihosting` to make the call.
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include "../board.h"

static uintptr_t semihosting(uintptr_t operation, const void *argument);

void board_print(const char *text) {
    // The console, opened for writing: its name is three characters long.
    static uintptr_t console;
    if (console == 0) {
        const uintptr_t open[3] = {(uintptr_t) ":tt", 4, 3};
        console = semihosting(0x01, open);
    }
    uintptr_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    const uintptr_t write[3] = {console, (uintptr_t)text, length};
    semihosting(0x05, write);
}

// Gives the statics their first values; the linker script defines where they are.
static inline void board_prepare_statics(void) {
    extern uint32_t data_start[], data_end[], data_load[], bss_start[], bss_end[];
    for (uint32_t *to = data_start, *from = data_load; to != data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = bss_start; to != bss_end;) {
        *to++ = 0;
    }
}

#endif
