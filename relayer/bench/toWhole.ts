/** The whole number that an option of the command line says. */
export function toWhole(name: string, text: string, min: number, max: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
  throw new Error(`--${name} is ${text}; it takes a whole number from ${min} to ${max}`);
}
