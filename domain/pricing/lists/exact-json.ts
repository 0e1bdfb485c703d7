import { scaledDecimal } from './exact-decimal.ts';

/** A text that is no price list of a known format. Its message says why, for people. */
export class PriceListError extends Error {
  override name = 'PriceListError';
}

/** A number's original text, because prices must not pass through a float. */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type WithSource = (key: string, value: unknown, context?: { source?: string }) => unknown;

/** Parses JSON, keeping every number as text. @throws PriceListError for invalid text */
export function parseExactJson(text: string): unknown {
  const keep: WithSource = (_, value, context) =>
    typeof value === 'number' ? new NumberText(context?.source ?? String(value)) : value;
  try {
    return JSON.parse(text, keep);
  } catch (error) {
    throw new PriceListError(`The list is no JSON: ${String(error)}`);
  }
}

/** Reads amounts exactly, and remembers which ones had to be rounded. */
export function createAmountReader() {
  const oddities: string[] = [];
  return {
    oddities,
    /** @param power the power of ten between the listed unit and nano-dollars */
    read: (name: string, value: unknown, power: number): bigint | undefined => {
      if (value === undefined || value === null) return undefined;
      const text = value instanceof NumberText ? value.text : value;
      const scaled = typeof text === 'string' ? scaledDecimal(text, power) : undefined;
      if (!scaled) {
        oddities.push(`${name} is no price`);
        return undefined;
      }
      if (!scaled.isExact) oddities.push(`rounded up: ${name}`);
      return scaled.value;
    },
  };
}

/** Powers of ten that convert the units of lists (USD or cents) to the units of cards. */
export const PER_TOKEN = 15;
export const CENTS_PER_TOKEN = 13;
export const PER_MILLION = 9;
export const PER_THOUSAND = 12;
export const USD = 9;

/** An object of parsed JSON. @throws PriceListError naming a value that is not an object */
export function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PriceListError(`${what} is no object: the list has another format`);
  }
  return value as Record<string, unknown>;
}
