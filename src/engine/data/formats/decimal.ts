// Powers of ten. Those up to 10²² are exact; the others are the nearest doubles.
const POWERS = Array.from({ length: 61 }, (_, n) => Number(`1e${n}`));
const EXACT_POWER = 22;
/** Digits whose integer a double holds exactly. */
const EXACT_DIGITS = 15;
const MOST_DIGITS = 40;
/** More than all roundings together: one of 2⁻⁵³ for each digit beyond the exact ones, one for the power, one for the product. */
const ERROR = 1e-14;

const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/**
 * The number in the bytes from `start` to `end`, blanks around it aside, if that can be told without making a text of them; else
 * NaN, which says nothing of them. `point` is the byte before a fraction. Where up to 15 digits and a small exponent make one
 * rounding enough (Clinger, How to read floating point numbers accurately, PLDI 1990), it is what `Number` gives. With `single`
 * it may also be just the right single-precision number: where all that the double could be is rounded to the same one.
 */
export function decimal(
  bytes: Uint8Array,
  start: number,
  end: number,
  point: number,
  single: boolean,
): number {
  let at = start;
  while (at < end && isBlank(bytes[at])) at++;
  while (at < end && isBlank(bytes[end - 1])) end--;
  if (at === end) return NaN;
  const sign = bytes[at];
  if (sign === 0x2d || sign === 0x2b) at++;

  let mantissa = 0;
  let digits = 0; // from the first that is not 0
  const whole = at;
  for (; at < end; at++) {
    const digit = bytes[at] - 0x30;
    if (digit >>> 0 > 9) break;
    mantissa = mantissa * 10 + digit;
    if (mantissa > 0) digits++;
  }
  let written = at - whole;
  let exponent = 0;
  if (at < end && bytes[at] === point) {
    const fraction = ++at;
    for (; at < end; at++) {
      const digit = bytes[at] - 0x30;
      if (digit >>> 0 > 9) break;
      mantissa = mantissa * 10 + digit;
      if (mantissa > 0) digits++;
    }
    written += at - fraction;
    exponent = fraction - at;
  }
  if (written === 0 || digits > MOST_DIGITS) return NaN;
  if (at < end) {
    const power = powerOf(bytes, at, end);
    if (power !== power) return NaN;
    exponent += power;
  }
  const size = scaled(mantissa, digits, exponent, single);
  return sign === 0x2d ? -size : size;
}

/** What `e-5` and the like say; NaN for other bytes, and for powers that hardly occur. */
function powerOf(bytes: Uint8Array, at: number, end: number): number {
  if ((bytes[at] | 0x20) !== 0x65) return NaN;
  at++;
  const sign = bytes[at];
  if (sign === 0x2d || sign === 0x2b) at++;
  if (at >= end || end - at > 3) return NaN;
  let power = 0;
  for (; at < end; at++) {
    const digit = bytes[at] - 0x30;
    if (digit >>> 0 > 9) return NaN;
    power = power * 10 + digit;
  }
  return sign === 0x2d ? -power : power;
}

function scaled(mantissa: number, digits: number, exponent: number, single: boolean): number {
  if (mantissa === 0) return 0;
  const power = Math.abs(exponent);
  if (power >= POWERS.length) return NaN;
  const size = exponent < 0 ? mantissa / POWERS[power] : mantissa * POWERS[power];
  if (digits <= EXACT_DIGITS && power <= EXACT_POWER) return size;
  // Beyond these bounds a single has fewer digits, or does not exist.
  if (!single || size < 1e-36 || size > 1e38) return NaN;
  const low = Math.fround(size * (1 - ERROR));
  return low === Math.fround(size * (1 + ERROR)) ? low : NaN;
}
