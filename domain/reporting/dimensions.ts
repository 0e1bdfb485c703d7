import type { Posting } from '../ledger/posting.ts';
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
/** Not every request has one. Only named values are summed; the total gives the remainder. */
export type PartialDimension = 'session' | TagDimension;
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

/** Whether a text names a dimension. */
export const isDimension = (text: unknown): text is Dimension =>
  DIMENSIONS.some((name) => name === text) ||
  text === 'session' ||
  (typeof text === 'string' && text.startsWith('tag:'));

/** Whether a dimension is that of a tag. */
export const isTagDimension = (dimension: Dimension): dimension is TagDimension =>
  dimension.startsWith('tag:');

/** Whether a dimension sums only requests that name a value. */
export const isPartialDimension = (dimension: Dimension): dimension is PartialDimension =>
  dimension === 'session' || isTagDimension(dimension);

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

/** The dimensions that a posting counts in: the fixed ones, its session and its counted tags. */
export const dimensionsOf = ({ sessionId, countedTags = [] }: Posting): Dimension[] => [
  ...DIMENSIONS,
  ...(sessionId === undefined ? [] : (['session'] as const)),
  ...countedTags.map((name): TagDimension => `tag:${name}`),
];

/** The posting's value in a dimension, or `UNASSIGNED`. */
export function valueIn(dimension: Dimension, posting: Posting): string {
  if (isTagDimension(dimension)) return ownValue(posting.tags, tagNameOf(dimension)) ?? UNASSIGNED;
  return dimension === 'session' ? (posting.sessionId ?? UNASSIGNED) : VALUES[dimension](posting);
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
