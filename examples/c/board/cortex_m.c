// The start-up code of a Cortex-M, and semihosting, with which an emulator or a debugger prints. On your own board, the
// manufacturer's start-up code and a serial port take their place.
#include "semihosting.h"

extern uint32_t stack_top[];

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

__attribute__((used)) static void begin(void) {
    board_prepare_statics();
    main();
    board_exit(true);
}

// Turns the floating-point unit on, if there is one, before compiled code can use it.
__attribute__((naked, used)) void reset(void) {
#if defined(__ARM_FP)
    __asm__("ldr r0, =0xe000ed88\n"
            "ldr r1, [r0]\n"
            "orr r1, r1, #0xf00000\n"
            "str r1, [r0]\n"
            "dsb\n"
            "isb");
#endif
    __asm__("bl begin");
}

// The initial stack pointer, then the handlers of the reset and of the exceptions.
typedef void (*handler)(void);
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    handler handlers[15];
} vectors = {stack_top, {reset, fault, fault, fault, fault, fault}};
