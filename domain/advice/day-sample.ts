import { LIFE_MS } from './cache-life.ts';
import type { NanoUsd } from '../money.ts';
import { textHash } from '../text-hash.ts';
import { wholeInputOf } from '../token-usage.ts';
import { type Route, routeKeyOf } from './route.ts';
import { type RequestFact } from './request-fact.ts';

/**
 * What is kept of a request: no id and no text, but how long before it the requests came that it shares
 * something with. That is noted when all requests of the day are at hand, so that a sample of them is
 * enough later.
 */
export type SampledRequest = Omit<RequestFact, 'id' | 'session' | 'promptHash' | 'prefix'> & {
  /** One of `GROUPS`: requests of a session, or of one prompt, are in the same one. */
  group: number;
  isInSession: boolean;
  /** The length of the part of its prompt that stays the same, if known. */
  prefixTokens?: number | undefined;
  /** The previous request of its session. */
  previous?:
    { ageMs: number; wholeInputTokens: number; isElsewhere?: true | undefined } | undefined;
  /** Since the last request of its route with the same prefix, or of the route if none is known. */
  prefixAgeMs?: number | undefined;
  /** That one was served in another region, which has a cache of its own. */
  isPrefixElsewhere?: true | undefined;
  /**
   * How many requests with the same prefix, or of its session, came while a cache for five minutes or an
   * hour lives, `MOST_SHARERS` at most. Only for requests whose region is known.
   */
  sharersBefore?: { '5m': number; '1h': number } | undefined;
  /** Since the last request of its route, whatever its prefix. */
  routeAgeMs?: number | undefined;
  /** Its prompt was answered on this route within a day before: since when, and at what cost. */
  answered?: { ageMs: number; costNanoUsd: NanoUsd } | undefined;
  /** Since its session last sent the same prompt and got an answer. */
  repeatAgeMs?: number | undefined;
};

/** Samples are split into so many groups to see how much an estimate varies. */
export const GROUPS = 20;

/** More requests before one hardly change whether its region has a cache. */
const MOST_SHARERS = 50;

/** One route on one UTC day: its exact totals, and a sample of its requests. */
export type RouteDay = {
  route: Route;
  requests: number;
  costNanoUsd: NanoUsd;
  /** The sample holds one request in 2^halvings, chosen by a hash of its id. */
  halvings: number;
  sample: SampledRequest[];
};

/** What is kept of one UTC day of an organization. */
export type DaySample = {
  /** `2026-11-29`. */
  day: string;
  /** Requests of the hours that were read, of those of the whole day. */
  readRequests: number;
  allRequests: number;
  /** The day's whole cost when it was read, to notice what came in later. */
  allCostNanoUsd: NanoUsd;
  routes: RouteDay[];
};

/** A prompt's answer is taken as valid for this long. */
export const ANSWER_LIFE_MS = 86_400_000;

/**
 * Collects one day's requests, in order of time, and keeps at most `most` of them. When there are more,
 * the largest sample is halved, so that small routes stay whole.
 */
export function createDaySampler(most: number) {
  const routes = new Map<string, RouteDay>();
  const withAges = rememberAges();
  const ranks = new WeakMap<SampledRequest, number>();
  let kept = 0;

  function halveLargest(): void {
    const largest = [...routes.values()].reduce((widest, route) =>
      route.sample.length > widest.sample.length ? route : widest,
    );
    largest.halvings += 1;
    const before = largest.sample.length;
    largest.sample = largest.sample.filter((request) =>
      isKept(ranks.get(request) ?? 0, largest.halvings),
    );
    kept -= before - largest.sample.length;
  }

  return {
    /** Adds requests that came after all those added before. */
    add(requests: readonly RequestFact[]): void {
      for (const request of requests) {
        const key = routeKeyOf(request);
        const route = routes.get(key) ?? emptyRouteDay(request);
        routes.set(key, route);
        route.requests += 1;
        route.costNanoUsd += request.costNanoUsd;
        const sampled = withAges(request, key);
        const rank = textHash(`sample#${request.id}`);
        if (!isKept(rank, route.halvings)) continue;
        ranks.set(sampled, rank);
        route.sample.push(sampled);
        kept += 1;
        if (kept > most) halveLargest();
      }
    },

    routes: (): RouteDay[] => [...routes.values()],
  };
}

/** Notes with each request how long before it related ones of its route came. */
function rememberAges(): (request: RequestFact, route: string) => SampledRequest {
  const sessions = new Map<string, RequestFact>();
  const prefixes = new Map<string, RequestFact>();
  const routes = new Map<string, number>();
  const answers = new Map<string, RequestFact>();
  const repeats = new Map<string, number>();
  const sharers = new Map<string, number[]>();

  function sharersBefore(
    { region, atMs, status }: RequestFact,
    key: string,
  ): SampledRequest['sharersBefore'] {
    if (region === undefined) return undefined;
    const before = sharers.get(key) ?? [];
    const within = (lifeMs: number): number =>
      before.filter((sharerMs) => atMs - sharerMs <= lifeMs).length;
    if (status !== 'failed') sharers.set(key, [...before.slice(1 - MOST_SHARERS), atMs]);
    return { '5m': within(LIFE_MS['5m']), '1h': within(LIFE_MS['1h']) };
  }

  function answerBefore(request: RequestFact, key: string): SampledRequest['answered'] {
    const { atMs, status } = request;
    const first = answers.get(key);
    if (first && atMs - first.atMs <= ANSWER_LIFE_MS) {
      return { ageMs: atMs - first.atMs, costNanoUsd: first.costNanoUsd };
    }
    // What failed is no answer that a cache could give.
    if (status !== 'failed') answers.set(key, request);
    return undefined;
  }

  function ageIn(
    last: Map<string, number>,
    key: string,
    { atMs, status }: RequestFact,
  ): number | undefined {
    const before = last.get(key);
    if (status !== 'failed') last.set(key, atMs);
    return before === undefined ? undefined : atMs - before;
  }

  return (request, route) => {
    const { id, session, promptHash, prefix, ...facts } = request;
    const keyOf = (...parts: (string | undefined)[]): string => JSON.stringify([route, ...parts]);
    const before = session === undefined ? undefined : sessions.get(keyOf(session));
    if (session !== undefined) sessions.set(keyOf(session), request);
    const likeIt = prefixes.get(keyOf(prefix?.hash));
    if (request.status !== 'failed') prefixes.set(keyOf(prefix?.hash), request);
    return {
      ...facts,
      group: textHash(`group#${session ?? promptHash ?? id}`) % GROUPS,
      isInSession: session !== undefined,
      prefixTokens: prefix?.tokens,
      prefixAgeMs: likeIt && request.atMs - likeIt.atMs,
      isPrefixElsewhere: isElsewhere(likeIt, request),
      sharersBefore: sharersBefore(request, keyOf(session, prefix?.hash)),
      routeAgeMs: ageIn(routes, route, request),
      previous: before && {
        ageMs: request.atMs - before.atMs,
        wholeInputTokens: wholeInputOf(before.usage),
        isElsewhere: isElsewhere(before, request),
      },
      answered: promptHash === undefined ? undefined : answerBefore(request, keyOf(promptHash)),
      repeatAgeMs:
        session === undefined || promptHash === undefined
          ? undefined
          : ageIn(repeats, keyOf(session, promptHash), request),
    };
  };
}

const isElsewhere = (before: RequestFact | undefined, { region }: RequestFact): true | undefined =>
  before && before.region !== region ? true : undefined;

const emptyRouteDay = ({ system, operation, model }: Route): RouteDay => ({
  route: { system, operation, model },
  requests: 0,
  costNanoUsd: 0n,
  halvings: 0,
  sample: [],
});

/** Larger samples contain the smaller ones. */
const isKept = (rank: number, halvings: number): boolean => rank % 2 ** halvings === 0;
