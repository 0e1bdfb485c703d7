import type { Call } from '../../domain/access/caller.ts';
import { builtInCards } from '../../domain/pricing/built-in-cards.ts';
import { modelStem } from '../../domain/pricing/model-id.ts';
import { cardInForce, type RateCard } from '../../domain/pricing/rate-card.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import { invalidField } from '../errors.ts';
import { createMemory } from '../memory.ts';

const NAMES_REMEMBERED = 10_000;
/** As long as a decision trusts prices that it remembers. */
const TRUSTED_MS = 2_000;

/** The model that a name stands for at a given time: itself, unless a rate card says otherwise. */
export type ModelOf = (name: string, atMs: number) => string;

export type ModelNames = ReturnType<typeof createModelNames>;

/**
 * Reads which models names stand for according to an organization's rate cards (`sameAs`), such as
 * the ARN of an application inference profile. Remembers what it read for two seconds.
 */
export function createModelNames(
  rateCards: Pick<RateCardStore, 'getMany'>,
  now: () => number = Date.now,
) {
  const memory = createMemory<RateCard[]>({ most: NAMES_REMEMBERED, keptMs: TRUSTED_MS, now });

  return {
    /** Names with a built-in price stand for themselves and are not read. */
    async read(organizationId: string, names: readonly (string | undefined)[]): Promise<ModelOf> {
      const cards = new Map<string, RateCard[]>();
      const unread: string[] = [];
      for (const name of new Set(names)) {
        if (name === undefined || builtInCards.has(modelStem(name))) continue;
        const remembered = memory.get(keyOf(organizationId, name));
        if (remembered) cards.set(name, remembered);
        else unread.push(name);
      }
      const read = unread.length > 0 ? await rateCards.getMany(organizationId, unread) : [];
      // A name without a card is not remembered, so its first card takes effect at once.
      for (const [name, dated] of read) {
        memory.set(keyOf(organizationId, name), dated);
        cards.set(name, dated);
      }
      return (name, atMs) => cardInForce(cards.get(name) ?? [], atMs)?.sameAs ?? name;
    },

    /** The model that a name stands for, now or once a later card begins; `undefined` if none. */
    async standsFor(
      organizationId: string,
      name: string,
      nowMs: number,
    ): Promise<string | undefined> {
      if (builtInCards.has(modelStem(name))) return undefined;
      const cards = (await rateCards.getMany(organizationId, [name])).get(name) ?? [];
      const current = cardInForce(cards, nowMs);
      const later = cards.filter(({ effectiveFromMs }) => effectiveFromMs > nowMs);
      return [...(current ? [current] : []), ...later].find(({ sameAs }) => sameAs)?.sameAs;
    },
  };
}

/**
 * Refuses to limit a name that stands for another model, or will: nothing is charged under it.
 * @throws ServiceError `invalid-request`
 */
export async function requireOwnModel(
  names: ModelNames,
  { organizationId, nowMs }: Pick<Call, 'organizationId' | 'nowMs'>,
  { scope, scopeId }: ScopeRef,
): Promise<void> {
  if (scope !== 'model') return;
  const model = await names.standsFor(organizationId, scopeId, nowMs);
  if (model === undefined) return;
  throw invalidField('scopeId', `stands for ${model} by a rate card; name that model`);
}

const keyOf = (organizationId: string, name: string): string =>
  JSON.stringify([organizationId, name]);
