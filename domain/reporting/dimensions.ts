import type { Posting } from '../ledger/posting.ts';
import { ownValue } from '../own-value.ts';

/** What costs are always grouped by; each of them alone adds up to the same total. */
export const DIMENSIONS = [
  'organization',
  'user',
  'department',
  'system',
  'model',
  'operation',
] as const;

/** A tag that the organization lists; only named values are summed, the total tells the rest. */
export type TagDimension = `tag:${string}`;
export type Dimension = (typeof DIMENSIONS)[number] | TagDimension;

/** How many tags an organization may list: each costs writes for every request that carries it. */
export const MAX_COUNTED_TAGS = 5;

/** Stands for "no department" and "no operation": no identifier may start with a parenthesis. */
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
  DIMENSIONS.some((name) => name === text) || (typeof text === 'string' && text.startsWith('tag:'));

/** Whether a dimension is that of a tag. */
export const isTagDimension = (dimension: Dimension): dimension is TagDimension =>
  dimension.startsWith('tag:');

/** The tag's name: `team` of `tag:team`. */
export const tagNameOf = (dimension: TagDimension): string => dimension.slice('tag:'.length);

const SPELLED = { user: 'userId', department: 'departmentId', system: 'system' } as const;

/** Whether values of a dimension are ids that people may spell in several ways. */
export const isSpelled = (dimension: Dimension): dimension is keyof typeof SPELLED =>
  Object.hasOwn(SPELLED, dimension);

/** How a posting's request spelled its value in a dimension, where that differs from the value. */
export const spellingIn = (dimension: Dimension, { given }: Posting): string | undefined =>
  isSpelled(dimension) ? given?.[SPELLED[dimension]] : undefined;

/** The dimensions that a posting is summed in: all that are always there, and its counted tags. */
export const dimensionsOf = ({ countedTags = [] }: Posting): Dimension[] => [
  ...DIMENSIONS,
  ...countedTags.map((name): TagDimension => `tag:${name}`),
];

/** The posting's value in a dimension, or `UNASSIGNED`. */
export const valueIn = (dimension: Dimension, posting: Posting): string =>
  isTagDimension(dimension)
    ? (ownValue(posting.tags, tagNameOf(dimension)) ?? UNASSIGNED)
    : VALUES[dimension](posting);

/**
 * The posting with the names of those of its tags that reports are to count it by. What is empty,
 * or reads as "none", names nothing.
 */
export function countTags(posting: Posting, listed: readonly string[]): Posting {
  const countedTags = listed.filter((name) => {
    const value = ownValue(posting.tags, name);
    return value !== undefined && value !== '' && value !== UNASSIGNED;
  });
  return countedTags.length > 0 ? { ...posting, countedTags } : posting;
}
