import type * as z from 'zod';
import { BILLED_UNIT_NAMES, type BilledUnit, unitFacts } from '../domain/token-usage.ts';

/** One field per billed unit, with its description. */
export const unitFields = <Field extends z.ZodType>(
  field: (description: string, unit: BilledUnit) => Field,
): Record<BilledUnit, Field> =>
  Object.fromEntries(
    BILLED_UNIT_NAMES.map((unit) => [unit, field(unitFacts(unit).description, unit)]),
  ) as Record<BilledUnit, Field>;

/** What the price of a unit buys. */
export const priceDescription = (unit: BilledUnit): string =>
  `${unitFacts(unit).description}: USD ${unitFacts(unit).per === 'million' ? 'per million' : 'each'}`;
