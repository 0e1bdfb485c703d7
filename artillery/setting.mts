/** A setting that npm run load gives. @throws Error if somebody started Artillery without it */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: start this by npm run load`);
  return value;
}
