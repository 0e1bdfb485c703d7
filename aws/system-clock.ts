/** Now, in epoch ms: the one clock that services are given. */
export const systemClock = (): number => Date.now();
