import type { NanoUsd } from '../money.ts';
import type { Entry } from './entry.ts';
import { postingsOf } from './entry-postings.ts';
import type { Posting } from './posting.ts';

/** What an entry's postings lack against what it charges. */
export type EntryGap = {
  /** Postings that the entry made and that are not recorded. */
  missing: Posting[];
  /** What the recorded and the missing ones still lack together; anything but 0 is a fault. */
  unexplainedNanoUsd: NanoUsd;
};

/** Ids that the postings of an entry have or may have. */
export function possiblePostingIds(entry: Entry): string[] {
  const ids = historyOf(entry, entry.model).flatMap((after, position, all) =>
    postingsOf(all[position - 1], after).map(({ postingId }) => postingId),
  );
  return wasSettledLate(entry) ? [...ids, returnedId(entry)] : ids;
}

/**
 * The postings that an entry has made and that are not recorded yet, derived from its last image. An
 * entry remembers its corrections, so its history can be derived, with three exceptions. If an expired
 * reservation was settled late for another model, only a posting names the first model; without one,
 * everything is posted for the model that was used. The time of the expiry stands for the time at which
 * the entry was presumed spent. What was disputed before a correction is not remembered: the last
 * missing posting takes the rest, so that the sum is always right.
 * @param recorded the entry's postings that are recorded, in any order
 */
export function entryGap(entry: Entry, recorded: readonly Posting[]): EntryGap {
  const ids = new Set(recorded.map(({ postingId }) => postingId));
  const history = historyOf(entry, modelBefore(entry, recorded));
  const missing = history
    .flatMap((after, position) => postingsOf(history[position - 1], after))
    .filter(({ postingId }) => !ids.has(postingId));
  const all = [...recorded, ...missing];
  const rest = entry.chargedNanoUsd - sumOf(all, ({ amountNanoUsd }) => amountNanoUsd);
  const last = missing.at(-1);
  if (!last) return { missing, unexplainedNanoUsd: rest };
  const disputedRest =
    (entry.disputedNanoUsd ?? 0n) - sumOf(all, ({ disputedNanoUsd }) => disputedNanoUsd ?? 0n);
  const disputed = (last.disputedNanoUsd ?? 0n) + disputedRest;
  const completed = {
    ...last,
    amountNanoUsd: last.amountNanoUsd + rest,
    disputedNanoUsd: disputed === 0n ? undefined : disputed,
  };
  return { missing: [...missing.slice(0, -1), completed], unexplainedNanoUsd: 0n };
}

/** The images of an entry from its first spending on, oldest first; none of one that spent nothing. */
function historyOf(entry: Entry, firstModel: string): Entry[] {
  if (entry.state === 'reserved' || entry.state === 'voided') return [];
  const { corrections = [] } = entry;
  const corrected = corrections.map(({ chargedNanoUsd }, position): Entry => {
    const after = corrections.slice(0, position + 1);
    const version = entry.version - corrections.length + after.length;
    const isLast = position === corrections.length - 1;
    return isLast ? entry : { ...undisputed(entry), chargedNanoUsd, corrections: after, version };
  });
  const [first] = corrections;
  const closed: Entry = first
    ? {
        ...entry,
        chargedNanoUsd: first.previousNanoUsd,
        corrections: undefined,
        version: entry.version - corrections.length,
      }
    : entry;
  return [
    ...(wasSettledLate(entry) ? [expiredImage(closed, firstModel)] : []),
    closed,
    ...corrected,
  ];
}

/** A reservation is made, is closed, and, when that was its expiry, is settled after all. */
const wasSettledLate = ({ kind, state, version, corrections = [] }: Entry): boolean =>
  kind === 'reservation' && state === 'settled' && version - corrections.length === 3;

const expiredImage = (settled: Entry, model: string): Entry => ({
  ...undisputed(settled),
  state: 'expired',
  model,
  chargedNanoUsd: settled.isReleasedAtExpiry ? 0n : settled.amountNanoUsd,
  usage: undefined,
  latencyMs: undefined,
  quality: undefined,
  closedAtMs: settled.expiresAtMs,
  version: settled.version - 1,
});

const undisputed = (entry: Entry): Entry => ({
  ...entry,
  disputedNanoUsd: undefined,
  disputedAtMs: undefined,
});

/** The model that an expired reservation was presumed to have used. */
function modelBefore(entry: Entry, recorded: readonly Posting[]): string {
  const posting = recorded.find(
    ({ kind, postingId }) => kind === 'presumption' || postingId === returnedId(entry),
  );
  return posting?.model ?? entry.model;
}

const returnedId = ({ entryId }: Entry): string => `${entryId}.3.returned`;

const sumOf = (postings: readonly Posting[], amountOf: (posting: Posting) => NanoUsd): NanoUsd =>
  postings.reduce((sum, posting) => sum + amountOf(posting), 0n);
