import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Outcome, Unmeasured } from '../../domain/advice/outcome.ts';
import type { Change } from '../../domain/advice/recommendation.ts';
import type { WarmHour, WarmthFacts, WarmthSettings } from '../../domain/advice/warmth.ts';
import { warmthOutcomeOf } from '../../domain/advice/warmth-outcome.ts';
import { warmthPriceIn } from '../../domain/pricing/warmth-price.ts';

type Range = { fromMs: number; toMs: number };

/** Reads how many warm environments were in use. */
export type WarmthMetrics = {
  warmHours(functionNames: readonly string[], range: Range): Promise<Map<string, WarmHour[]>>;
};

type Deps = {
  /** The organization that pays for this deployment. */
  operatorOrganization: string | undefined;
  settings: WarmthSettings;
  metrics: WarmthMetrics;
  telemetry: Pick<Telemetry, 'error'>;
};

const HOUR_MS = 3_600_000;

export type WarmthReader = ReturnType<typeof createWarmthReader>;

/** Evaluates provisioned concurrency, for the organization that operates this deployment only. */
export function createWarmthReader({ operatorOrganization, settings, metrics, telemetry }: Deps) {
  const price = warmthPriceIn(settings.region);

  const whyNot = (organizationId: string): string | undefined =>
    reasonAgainst(organizationId, operatorOrganization, price ? undefined : settings.region);

  async function read(
    names: readonly string[],
    range: Range,
  ): Promise<Map<string, WarmHour[]> | undefined> {
    try {
      return await metrics.warmHours(names, range);
    } catch (error) {
      telemetry.error('WARMTH_NOT_READ', { error });
      return undefined;
    }
  }

  return {
    operatorOrganization,
    /** Explains why an organization gets no advice on warm functions; `undefined` if it does. */
    whyNot,

    /**
     * How the warm functions were used over whole days. Returns `unread` if CloudWatch does not
     * answer, so that other advice is still given.
     */
    async factsFor(
      organizationId: string,
      range: Range,
    ): Promise<WarmthFacts | 'unread' | undefined> {
      const { targetPercent, functions } = settings;
      if (!price || whyNot(organizationId) !== undefined) return undefined;
      const names = functions.map(({ functionName }) => functionName);
      const hours = await read(names, range);
      if (!hours) return 'unread';
      return {
        organizationId,
        range,
        targetPercent,
        price,
        functions: functions.map((warm) => ({ warm, hours: hours.get(warm.functionName) ?? [] })),
      };
    },

    /** Measures what advice on one function saved during whole hours. */
    async outcome(
      organizationId: string,
      change: Extract<Change, { kind: 'warmth' }>,
      { fromMs, toMs }: Range,
    ): Promise<Outcome | Unmeasured> {
      const why = whyNot(organizationId);
      if (!price || why !== undefined) return { unmeasured: `Not measured: ${why}.` };
      const range = {
        fromMs: Math.ceil(fromMs / HOUR_MS) * HOUR_MS,
        toMs: Math.floor(toMs / HOUR_MS) * HOUR_MS,
      };
      const { functionName } = change;
      const hours =
        range.fromMs < range.toMs
          ? await read([functionName], range)
          : new Map<string, WarmHour[]>();
      if (!hours) return { unmeasured: 'Not measured: CloudWatch could not be read.' };
      return warmthOutcomeOf(change, hours.get(functionName) ?? [], range, price);
    },
  };
}

/** @param unpricedRegion the region, if its price is not known */
function reasonAgainst(
  organizationId: string,
  operatorOrganization: string | undefined,
  unpricedRegion: string | undefined,
): string | undefined {
  if (operatorOrganization === undefined) {
    return 'no organization is named as the operator of this deployment, who pays for warm functions';
  }
  if (organizationId !== operatorOrganization) {
    return 'who operates this deployment pays for warm functions, and is advised on them';
  }
  return unpricedRegion && `no price of provisioned concurrency is known in ${unpricedRegion}`;
}
