import type { Posting } from '../domain/ledger/posting.ts';

/** What determines where a posting is recorded. */
export type PostingPlace = Pick<Posting, 'organizationId' | 'occurredAtMs' | 'postingId'>;

/** A posting's position in order of time: the instant that it is dated, and its id. */
export const positionOf = ({
  occurredAtMs,
  postingId,
}: Omit<PostingPlace, 'organizationId'>): string =>
  `${new Date(occurredAtMs).toISOString()}#${postingId}`;
