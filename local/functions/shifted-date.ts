/**
 * Makes this thread's `Date` follow the local run's clock: the machine's time plus the offset in
 * the shared buffer. Leaves `Date.parse`, `Date.UTC` and dates created from values alone.
 */
export function shiftDate(clock: SharedArrayBuffer): void {
  const offset = new Float64Array(clock);
  const RealDate = Date;
  const realNow = RealDate.now.bind(RealDate);
  const now = (): number => realNow() + (offset[0] ?? 0);
  const Shifted = function (this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return new RealDate(now()).toString();
    const values = args.length === 0 ? [now()] : args;
    return Reflect.construct(RealDate, values, new.target === Shifted ? RealDate : new.target);
  };
  Object.defineProperties(Shifted, Object.getOwnPropertyDescriptors(RealDate));
  Object.defineProperty(Shifted, 'now', { value: now, writable: true, configurable: true });
  // Sharing the prototype keeps `date.constructor === Date` and `instanceof Date` working.
  RealDate.prototype.constructor = Shifted;
  globalThis.Date = Shifted as unknown as DateConstructor;
}
