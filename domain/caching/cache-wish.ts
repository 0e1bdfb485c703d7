/** How long an answer is kept if nobody says otherwise, in seconds. */
export const DEFAULT_LIFE_SECONDS = 3_600;
/** Nobody may keep an answer longer: a week. */
export const MOST_LIFE_SECONDS = 604_800;

/** That a call may be answered from the cache, and what else its caller allows. */
export type CacheWish = {
  lifeSeconds: number;
  /** Also where the request offers tools: what they did is not done again. */
  takesTools: boolean;
  /** Also where the request states no temperature, so that its answer would differ each time. */
  takesDefaultTemperature: boolean;
};

/** A route whose calls may be answered from the cache without asking for it. */
export type CachedRoute = {
  system: string;
  /** Absent: every operation. */
  operation?: string | undefined;
  lifeSeconds?: number | undefined;
  takesDefaultTemperature?: boolean | undefined;
};

export type HeaderWish = 'off' | CacheWish;

const SHOWN =
  'must be on or off. After on it may have max-age=<seconds> and tools, such as: on; max-age=600; tools';

/**
 * What the header `x-purser-cache` says: `on`, `off`, or `on; max-age=600; tools`, as parameters of
 * structured fields are written (RFC 9651).
 */
export function headerWish(
  text: string,
): { ok: true; wish: HeaderWish } | { ok: false; message: string } {
  const [word = '', ...parameters] = text.split(';').map((part) => part.trim());
  if (word === 'off' && parameters.length === 0) return { ok: true, wish: 'off' };
  if (word !== 'on') return { ok: false, message: SHOWN };
  const wish = {
    lifeSeconds: DEFAULT_LIFE_SECONDS,
    takesTools: false,
    takesDefaultTemperature: true,
  };
  for (const parameter of parameters) {
    const seconds = /^max-age=(\d{1,9})$/.exec(parameter)?.[1];
    if (parameter === 'tools') wish.takesTools = true;
    else if (seconds === undefined) return { ok: false, message: SHOWN };
    else wish.lifeSeconds = Number(seconds);
  }
  if (wish.lifeSeconds >= 1 && wish.lifeSeconds <= MOST_LIFE_SECONDS) return { ok: true, wish };
  return { ok: false, message: `max-age must be from 1 to ${MOST_LIFE_SECONDS} seconds` };
}

/** What the first route of a call says, the ones with its operation before the others. */
export function routeWish(
  routes: readonly CachedRoute[],
  { system, operation }: { system: string; operation?: string | undefined },
): CacheWish | undefined {
  const own = routes.filter((route) => route.system === system);
  const route =
    own.find((each) => each.operation !== undefined && each.operation === operation) ??
    own.find((each) => each.operation === undefined);
  return (
    route && {
      lifeSeconds: route.lifeSeconds ?? DEFAULT_LIFE_SECONDS,
      takesTools: false,
      takesDefaultTemperature: route.takesDefaultTemperature ?? false,
    }
  );
}
