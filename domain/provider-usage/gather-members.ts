import { ownValue } from '../own-value.ts';
import { scaledDecimal } from '../pricing/lists/exact-decimal.ts';
import type { NanoUsd } from '../money.ts';
import { type BilledUnit, BILLED_UNIT_NAMES, unitFacts } from '../token-usage.ts';
import { type Meaning, type Quantity, type Rows, type Served, servedBy } from './meaning.ts';

/** A usage object, or one member of it, cannot be read. `path` is the member's, `''` the object's. */
export class UnreadableUsageError extends Error {
  override name = 'UnreadableUsageError';
  readonly path: string;
  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** A provider's numbers contradict each other. */
export class ContradictoryUsageError extends UnreadableUsageError {
  override name = 'ContradictoryUsageError';
  constructor(message: string) {
    super('', message);
  }
}

/** What the members of one usage object say. */
export type Gathered = {
  counts: Partial<Record<Quantity, number>>;
  /** The greatest breakdown of each count. */
  details: Partial<Record<Quantity, number>>;
  served: Served;
  reportedNanoUsd?: NanoUsd | undefined;
  /** Paths of members that bill something unknown. */
  unread: string[];
  parts: GatheredPart[];
};

/** `name` is the model of a part in a map, or the `type` of a part in a list. */
export type GatheredPart = Gathered & { path: string; name: string; model?: string | undefined };

const MOST = 100_000_000;
const MAX_DEPTH = 8;
const NANO_POWER = 9;

/**
 * Reads every member of a usage object by its row. A member without a row is unread, unless it
 * cannot bill anything: a text, a flag, `null`, or 0.
 * @throws UnreadableUsageError if a known member has no valid value, or two that mean the same
 *   differ
 */
export function gatherMembers(report: object, rows: Rows): Gathered {
  const gathering = new Gathering(rows);
  gathering.members(report, '', '', 0);
  return gathering.result();
}

class Gathering {
  readonly #rows: Rows;
  readonly #gathered: Gathered = { counts: {}, details: {}, served: {}, unread: [], parts: [] };
  #cost: NanoUsd | undefined;
  #upstream: NanoUsd = 0n;
  #isUpstreamPaid = false;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  result(): Gathered {
    const extra = this.#isUpstreamPaid ? this.#upstream : 0n;
    const reportedNanoUsd = this.#cost === undefined ? undefined : this.#cost + extra;
    return { ...this.#gathered, reportedNanoUsd };
  }

  /** @param row the path as rows name it; `path` is the same with positions, for messages */
  members(value: object, row: string, path: string, depth: number): void {
    const isList = Array.isArray(value);
    for (const [name, member] of Object.entries(value) as [string, unknown][]) {
      const at = isList ? `${row}[]` : joined(row, name);
      this.#member(member, at, isList ? `${path}[${name}]` : joined(path, name), depth + 1);
    }
  }

  #member(value: unknown, row: string, path: string, depth: number): void {
    if (value === null || value === undefined) return;
    if (row === 'is_byok') this.#isUpstreamPaid = value === true;
    const meaning = ownValue(this.#rows, row);
    if (meaning) this.#apply(meaning, value, path);
    else if (isBilling(value) || depth > MAX_DEPTH) this.#gathered.unread.push(path);
    else if (typeof value === 'object') this.members(value, row, path, depth);
  }

  #apply(meaning: Meaning, value: unknown, path: string): void {
    const { counts, details, unread, parts } = this.#gathered;
    switch (meaning.kind) {
      case 'free':
        return;
      case 'count':
        this.#count(
          meaning,
          countIn(meaning.isText ? Number(value) : value, path, meaning.of),
          path,
        );
        return;
      case 'detail':
        details[meaning.of] = Math.max(details[meaning.of] ?? 0, countIn(value, path, meaning.of));
        return;
      case 'sign':
        counts[meaning.of] ??= 1;
        return;
      case 'cost': {
        const cost = costIn(value, meaning.power, path);
        if (meaning.upstream) this.#upstream = cost;
        else this.#cost ??= cost;
        return;
      }
      case 'sorted':
        this.#sorted(meaning, listIn(value, path), path);
        return;
      case 'parts':
        parts.push(...partsIn(value, meaning.rows, path));
        return;
      case 'tier':
      case 'place':
      case 'speed': {
        const served = typeof value === 'string' ? servedBy(meaning.kind, value) : undefined;
        if (served) Object.assign(this.#gathered.served, served);
        else unread.push(path);
      }
    }
  }

  #count({ of, adds }: Extract<Meaning, { kind: 'count' }>, value: number, path: string): void {
    const { counts } = this.#gathered;
    const before = counts[of] ?? 0;
    if (!adds && before > 0 && value > 0 && before !== value) {
      throw new ContradictoryUsageError(
        `${path} is ${value}, but another member for the same is ${before}`,
      );
    }
    counts[of] = adds ? before + value : Math.max(before, value);
  }

  /** A list adds up by its words. Other members of its items are read like any other. */
  #sorted(meaning: Extract<Meaning, { kind: 'sorted' }>, list: unknown[], path: string): void {
    for (const [position, item] of list.entries()) {
      const at = `${path}[${position}]`;
      if (typeof item !== 'object' || item === null) {
        throw new UnreadableUsageError(at, 'must be an object');
      }
      const members = Object.entries(item as Named);
      const rest = members.filter(([name]) => name !== meaning.by && name !== meaning.count);
      this.members(Object.fromEntries(rest), at, at, 1);
      const word = ownValue(item as Named, meaning.by);
      const value = ownValue(item as Named, meaning.count);
      const part = typeof word === 'string' ? ownValue(meaning.words, word) : undefined;
      if (value === undefined || value === null) continue;
      if (!part) this.#member(value, '', `${at}.${meaning.count}`, 1);
      else this.#apply(part, value, `${at}.${meaning.count}`);
    }
  }
}

type Named = Record<string, unknown>;

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** Whether a value is a number other than 0, or text with such a number. */
const isBilling = (value: unknown): boolean =>
  typeof value === 'number' ? value !== 0 : typeof value === 'string' && isNumeral(value);

/** Also `1e3` and `1,200`. */
const isNumeral = (text: string): boolean => {
  const digits = text.trim().replaceAll(/(?<=\d)[,_ ](?=\d{3})/g, '');
  return digits !== '' && Number.isFinite(Number(digits)) && Number(digits) !== 0;
};

function listIn(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new UnreadableUsageError(path, 'must be a list');
}

/** Seconds round up; everything else is whole. */
function countIn(value: unknown, path: string, of: Quantity): number {
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) return 0;
  if (typeof value !== 'number') throw new UnreadableUsageError(path, 'must be a number');
  const rounded = isUnit(of) && unitFacts(of).per === 'one' ? Math.ceil(value) : value;
  if (!Number.isSafeInteger(rounded))
    throw new UnreadableUsageError(path, 'must be a whole number');
  if (value < 0) throw new UnreadableUsageError(path, 'must not be negative');
  if (rounded > MOST) throw new UnreadableUsageError(path, `must be at most ${MOST}`);
  return rounded;
}

const UNITS = new Set<string>(BILLED_UNIT_NAMES);
const isUnit = (of: Quantity): of is BilledUnit => UNITS.has(of);

/** The provider's cost, rounded up to nano-dollars. */
function costIn(value: unknown, power: number, path: string): NanoUsd {
  const isText = typeof value === 'number' || typeof value === 'string';
  const cost = isText ? scaledDecimal(String(value), NANO_POWER - power) : undefined;
  if (!cost) throw new UnreadableUsageError(path, 'must be an amount of 0 or more');
  return cost.value;
}

function partsIn(value: unknown, rows: Rows, path: string): GatheredPart[] {
  const isList = Array.isArray(value);
  if (typeof value !== 'object' || value === null) {
    throw new UnreadableUsageError(path, 'must be an object or a list');
  }
  return Object.entries(value).map(([name, part]: [string, unknown]) => {
    const at = isList ? `${path}[${name}]` : `${path}.${name}`;
    if (typeof part !== 'object' || part === null) {
      throw new UnreadableUsageError(at, 'must be an object');
    }
    const { type, model } = part as Named;
    const gathered = gatherMembers(part, rows);
    return {
      ...gathered,
      unread: gathered.unread.map((member) => `${at}.${member}`),
      path: at,
      name: isList && typeof type === 'string' ? type : name,
      model: isList ? (typeof model === 'string' ? model : undefined) : name,
    };
  });
}
