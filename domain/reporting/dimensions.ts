import { DELIVERED } from '../ledger/delivery.ts';
import type { Posting } from '../ledger/posting.ts';
import { isScope, isScopeId, type ScopeRef } from '../scopes.ts';
import { ownValue } from '../own-value.ts';

/** The fixed dimensions for grouping costs. Each adds up to the same total. */
export const DIMENSIONS = [
  'organization',
  'user',
  'department',
  'system',
  'model',
  'operation',
] as const;

/** A tag on the organization's list. */
export type TagDimension = `tag:${string}`;
/**
 * Not every request has one. Only named values are summed; the total gives the remainder. So ordinary
 * requests cost no write for `delivery`, which only names answers that did not reach their clients.
 */
export const PARTIAL_DIMENSIONS = ['session', 'delivery'] as const;
export type PartialDimension = (typeof PARTIAL_DIMENSIONS)[number] | TagDimension;
export type Dimension = (typeof DIMENSIONS)[number] | PartialDimension;

/** How many tags an organization may list. Each one costs writes for every request that has it. */
export const MAX_COUNTED_TAGS = 5;

/** Means "no department" or "no operation". Identifiers cannot start with a parenthesis. */
export const UNASSIGNED = '(none)';

const VALUES: Record<(typeof DIMENSIONS)[number], (posting: Posting) => string> = {
  organization: (posting) => posting.organizationId,
  user: (posting) => posting.userId,
  department: (posting) => posting.departmentId ?? UNASSIGNED,
  system: (posting) => posting.system,
  model: (posting) => posting.model,
  operation: (posting) => posting.operation ?? UNASSIGNED,
};

const PARTIAL_VALUES: Record<
  (typeof PARTIAL_DIMENSIONS)[number],
  (posting: Posting) => string | undefined
> = {
  session: ({ sessionId }) => sessionId,
  delivery: ({ delivery }) => delivery,
};

/** Whether a text names a dimension. */
export const isDimension = (text: unknown): text is Dimension =>
  DIMENSIONS.some((name) => name === text) ||
  PARTIAL_DIMENSIONS.some((name) => name === text) ||
  (typeof text === 'string' && text.startsWith('tag:'));

/** Whether a dimension is that of a tag. */
export const isTagDimension = (dimension: Dimension): dimension is TagDimension =>
  dimension.startsWith('tag:');

/** Whether a dimension sums only requests that name a value. */
export const isPartialDimension = (dimension: Dimension): dimension is PartialDimension =>
  isTagDimension(dimension) || Object.hasOwn(PARTIAL_VALUES, dimension);

/** The scope of a value, if the dimension is one of scopes and the value is named. */
export function scopeOfValue(dimension: Dimension, value: string | null): ScopeRef | undefined {
  if (value === null || value === UNASSIGNED || !isScope(dimension) || !isScopeId(value)) {
    return undefined;
  }
  return { scope: dimension, scopeId: value };
}

/** The tag's name: `team` for `tag:team`. */
export const tagNameOf = (dimension: TagDimension): string => dimension.slice('tag:'.length);

const SPELLED = {
  user: 'userId',
  department: 'departmentId',
  system: 'system',
  session: 'sessionId',
} as const;

/** Whether a dimension's values are ids that people may spell in several ways. */
export const isSpelled = (dimension: Dimension): dimension is keyof typeof SPELLED =>
  Object.hasOwn(SPELLED, dimension);

/** How a posting's request spelled its value in a dimension, if that differs. */
export const spellingIn = (dimension: Dimension, { given }: Posting): string | undefined =>
  isSpelled(dimension) ? given?.[SPELLED[dimension]] : undefined;

/** The dimensions that a posting counts in: the fixed ones, and those that it names a value of. */
export const dimensionsOf = (posting: Posting): Dimension[] => [
  ...DIMENSIONS,
  ...PARTIAL_DIMENSIONS.filter((name) => PARTIAL_VALUES[name](posting) !== undefined),
  ...(posting.countedTags ?? []).map((name): TagDimension => `tag:${name}`),
];

/** What reports call the remainder of a partial dimension. */
export const remainderOf = (dimension: PartialDimension): string =>
  dimension === 'delivery' ? DELIVERED : UNASSIGNED;

/** The posting's value in a dimension; without one, that of the remainder. */
export function valueIn(dimension: Dimension, posting: Posting): string {
  if (!isPartialDimension(dimension)) return VALUES[dimension](posting);
  const value = isTagDimension(dimension)
    ? ownValue(posting.tags, tagNameOf(dimension))
    : PARTIAL_VALUES[dimension](posting);
  return value ?? remainderOf(dimension);
}

/**
 * Adds the names of the tags that reports count the posting under. Ignores values that are empty or
 * read as "none".
 */
export function countTags(posting: Posting, listed: readonly string[]): Posting {
  const countedTags = listed.filter((name) => {
    const value = ownValue(posting.tags, name);
    return value !== undefined && value !== '' && value !== UNASSIGNED;
  });
  return countedTags.length > 0 ? { ...posting, countedTags } : posting;
}
