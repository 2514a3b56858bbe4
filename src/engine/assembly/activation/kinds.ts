// From src/engine/activations/: npm run build writes it.

export const RELU: i32 = 0;
export const LEAKY_RELU: i32 = 1;
export const ELU: i32 = 2;
export const SELU: i32 = 3;
export const GELU: i32 = 4;
export const GELU_TANH: i32 = 5;
export const SILU: i32 = 6;
export const MISH: i32 = 7;
export const SOFTPLUS: i32 = 8;
export const HARDTANH: i32 = 9;
export const HARDSWISH: i32 = 10;
export const HARDSIGMOID: i32 = 11;
export const SIGMOID: i32 = 12;
export const TANH: i32 = 13;
export const SOFTSIGN: i32 = 14;
export const LOG_SIGMOID: i32 = 15;
