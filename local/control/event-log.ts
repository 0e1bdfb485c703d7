import { compileFilter, type EventFilter } from '../streams/filter-pattern.ts';

/** An event on a bus, as a rule's target gets it. */
export type BusEvent = { 'detail-type': string; source: string; detail: unknown } & Record<
  string,
  unknown
>;

/** A rule whose target is a webhook of this machine, like an API destination of EventBridge. */
export type EventRule = { pattern: Record<string, unknown>; url: string };

type Delivery = { url: string; status: number | 'failed' };

export type EventLog = {
  add(bus: string, event: BusEvent): void;
  /** The newest events, oldest first, with what the rules' targets answered. */
  items(): readonly { bus: string; event: BusEvent; deliveries: Delivery[] }[];
  rules(): readonly EventRule[];
  setRules(rules: readonly EventRule[]): void;
};

const MOST_EVENTS = 1_000;
const TARGET_TIMEOUT_MS = 2_000;

/** Keeps the events of a local run, and posts each to the targets whose pattern it matches. */
export function createEventLog(): EventLog {
  const items: { bus: string; event: BusEvent; deliveries: Delivery[] }[] = [];
  let rules: { rule: EventRule; matches: EventFilter }[] = [];
  return {
    items: () => items,
    rules: () => rules.map(({ rule }) => rule),
    setRules: (given) => {
      rules = given.map((rule) => ({ rule, matches: compileFilter([rule.pattern]) }));
    },
    add: (bus, event) => {
      const deliveries: Delivery[] = [];
      items.push({ bus, event, deliveries });
      if (items.length > MOST_EVENTS) items.shift();
      for (const { rule, matches } of rules) {
        if (matches(event)) void post(rule.url, event, deliveries);
      }
    },
  };
}

async function post(url: string, event: BusEvent, deliveries: Delivery[]): Promise<void> {
  try {
    const { status } = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
      redirect: 'error',
      signal: AbortSignal.timeout(TARGET_TIMEOUT_MS),
    });
    deliveries.push({ url, status });
  } catch {
    deliveries.push({ url, status: 'failed' });
  }
}

/** @throws Error naming what is wrong with the rules of a body */
export function readEventRules(body: unknown): EventRule[] {
  const rules = (body as { rules?: unknown } | undefined)?.rules;
  if (!Array.isArray(rules)) throw new Error('rules: must be a list');
  return rules.map((rule: Partial<EventRule> | null, position) => {
    const { pattern, url } = rule ?? {};
    if (typeof pattern !== 'object' || pattern === null) {
      throw new Error(`rules[${position}].pattern: must be an event pattern of EventBridge`);
    }
    if (typeof url !== 'string' || URL.parse(url)?.hostname !== '127.0.0.1') {
      throw new Error(`rules[${position}].url: must be a URL of 127.0.0.1`);
    }
    return { pattern, url };
  });
}
