/** A whole number of parts as a decimal, exactly: `decimalText(2500n, 3)` → `"2.5"`. */
export function decimalText(parts: bigint, fractionDigits: number): string {
  const sign = parts < 0n ? '-' : '';
  const digits = (parts < 0n ? -parts : parts).toString().padStart(fractionDigits + 1, '0');
  const whole = digits.slice(0, digits.length - fractionDigits);
  const fraction = digits.slice(digits.length - fractionDigits).replace(/0+$/, '');
  return `${sign}${whole}${fraction && `.${fraction}`}`;
}
