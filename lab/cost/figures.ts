import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import { type Bill, billOfUse, idleBill, totalOf, warmUsd } from './bill.ts';
import type { Reading } from './measured-run.ts';
import type { TemplateFacts } from './template-facts.ts';

/** What a deployment may cost at most, in USD: a month, a million pairs, a million calls besides. */
export const GOALS = { idleUsdPerMonth: 15, busy: 15, low: 30, gateway: 32 } as const;

/** What one run measured. */
export type MeasuredUse = {
  /** The UTC date. */
  measuredOn: string;
  /** Names and dimensions of the metrics that Purser wrote. */
  metrics: number;
  /** One run of each scheduled function without traffic. */
  scheduled: readonly { name: string; reading: Reading }[];
  /** Pairs of reserve and settle, many at once, and each posted alone. */
  busy: { pairs: number; reading: Reading };
  low: { pairs: number; reading: Reading };
};

/** The bills of a month without requests and of a million pairs. */
export type CostBills = { idle: Bill; warmUsd: number; busy: Bill; low: Bill };

/** Prices what a run measured and what the templates contain. */
export function billsOf(
  facts: TemplateFacts,
  { metrics, scheduled, busy, low }: MeasuredUse,
  functions: readonly FunctionDefinition[],
): CostBills {
  const definitions = new Map(functions.map((definition) => [definition.name, definition]));
  const schedules = scheduled.flatMap(({ name, reading }) => {
    const definition = definitions.get(name);
    return definition ? [{ definition, reading }] : [];
  });
  const ofPairs = ({ pairs, reading }: MeasuredUse['busy'], isAlone: boolean): Bill =>
    billOfUse(reading, functions, { apiRequests: 2 * pairs, times: 1e6 / pairs, isAlone });
  return {
    idle: idleBill(facts, metrics, schedules),
    warmUsd: warmUsd(facts),
    busy: ofPairs(busy, false),
    low: ofPairs(low, true),
  };
}

/** The figures that `--json` writes. */
export const figuresOf = ({ idle, warmUsd: warm, busy, low }: CostBills) => ({
  idleUsdPerMonth: rounded(totalOf(idle)),
  warmUsdPerMonth: rounded(warm),
  usdPerMillion: { busy: rounded(totalOf(busy)), low: rounded(totalOf(low)) },
});

/** As JSON, in the shape that `prettier` leaves alone. */
export const useAsJson = (use: MeasuredUse): string =>
  `${JSON.stringify(use, (_, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value), 2)}\n`;

type StoredReading = Omit<Reading, 'runs'> & { runs: Record<string, number> };
type StoredUse = Omit<MeasuredUse, 'scheduled' | 'busy' | 'low'> & {
  scheduled: { name: string; reading: StoredReading }[];
  busy: { pairs: number; reading: StoredReading };
  low: { pairs: number; reading: StoredReading };
};

/** What `useAsJson` wrote. */
export function useFromJson(json: string): MeasuredUse {
  const { measuredOn, metrics, scheduled, busy, low } = JSON.parse(json) as StoredUse;
  const reading = (stored: StoredReading): Reading => ({
    ...stored,
    runs: new Map(Object.entries(stored.runs)),
  });
  return {
    measuredOn,
    metrics,
    scheduled: scheduled.map((each) => ({ ...each, reading: reading(each.reading) })),
    busy: { ...busy, reading: reading(busy.reading) },
    low: { ...low, reading: reading(low.reading) },
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
