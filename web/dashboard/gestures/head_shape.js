/** The head that Teachable Machine teaches, and this page too. */
export const UNITS = 100;
export const DROPOUT = 0.5;
/** The labels, in the order of the head's outputs. */
export const LABELS = ['CAPTURE', 'O', 'X', 'IDLE'];
