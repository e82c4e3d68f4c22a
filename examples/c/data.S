// The digits in flash: records of a label and 64 pixels.
    .section .rodata.digits, "a"
    .global digits, digits_end, digits_test, digits_test_end
digits:
    .incbin "../data/digits/train.bin"
digits_end:
digits_test:
    .incbin "../data/digits/test.bin"
digits_test_end:
    .byte 0
// The stack need not be executable.
    .section .note.GNU-stack, "", %progbits
