/**
 * Makes `Date` of this thread show the local run's clock: the machine's time plus the offset that
 * the shared buffer holds. `Date.parse`, `Date.UTC` and dates made from values are untouched.
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
  // `date.constructor === Date` and `instanceof Date` go on working, the prototype is shared.
  RealDate.prototype.constructor = Shifted;
  globalThis.Date = Shifted as unknown as DateConstructor;
}
