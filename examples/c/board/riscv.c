// The start-up code of a 32-bit RISC-V processor, and semihosting.
#include "semihosting.h"

int main(void);

static uintptr_t semihosting(uintptr_t operation, const void *argument) {
    register uintptr_t a0 __asm__("a0") = operation;
    register const void *a1 __asm__("a1") = argument;
    // The three instructions that make up the call must be uncompressed and on one page.
    __asm__ volatile(".balign 16\n"
                     ".option push\n"
                     ".option norvc\n"
                     "slli zero, zero, 0x1f\n"
                     "ebreak\n"
                     "srai zero, zero, 7\n"
                     ".option pop"
                     : "+r"(a0)
                     : "r"(a1)
                     : "memory");
    return a0;
}

void board_exit(bool well) {
    // SYS_EXIT_EXTENDED: the reason, then the status.
    const uint32_t arguments[2] = {0x20026, well ? 0 : 1};
    semihosting(0x20, arguments);
    for (;;) {
    }
}

__attribute__((used, aligned(4))) static void trap(void) {
    board_print("trap\n");
    board_exit(false);
}

__attribute__((used)) static void begin(void) {
    board_prepare_statics();
    main();
    board_exit(true);
}

__attribute__((section(".vectors"), naked, used)) void reset(void) {
    __asm__(".option push\n"
            ".option norelax\n"
            "la gp, __global_pointer$\n"
            ".option pop\n"
            "la sp, stack_top\n"
            "la t0, trap\n"
            "csrw mtvec, t0\n"
            "tail begin");
}
