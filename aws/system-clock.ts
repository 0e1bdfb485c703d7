/** The current time in epoch ms: the only clock passed to services. */
export const systemClock = (): number => Date.now();
