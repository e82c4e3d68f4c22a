// The start of a Cortex-M, and semihosting: an emulator or a debugger prints. On a board of your own, the maker's start-up code and a serial
// port take its place.
#include "semihosting.h"

extern uint32_t stack_top;

int main(void);

static uintptr_t semihosting(uintptr_t operation, const void *argument) {
    register uintptr_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void board_exit(bool well) {
    // ADP_Stopped_ApplicationExit, or ADP_Stopped_RunTimeErrorUnknown.
    semihosting(0x18, (const void *)(well ? 0x20026 : 0x20023));
    for (;;) {
    }
}

static void fault(void) {
    board_print("fault\n");
    board_exit(false);
}

__attribute__((noreturn)) void reset(void) {
#if defined(__ARM_FP)
    // The floating-point unit, for this program and for the library.
    *(volatile uint32_t *)0xe000ed88 |= 0xf << 20;
    __asm__ volatile("dsb\n isb");
#endif
    board_prepare_statics();
    main();
    board_exit(true);
}

// Where the stack begins, then what is called at the start and for each exception.
typedef void (*handler)(void);
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    handler handlers[15];
} vectors = {&stack_top, {reset, fault, fault, fault, fault, fault}};
