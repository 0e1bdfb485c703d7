import type { NanoUsd } from '../money.ts';
import type { Entry } from './entry.ts';
import { postingsOf } from './entry-postings.ts';
import type { Posting } from './posting.ts';

/** What an entry's recorded postings lack compared to what it charges. */
export type EntryGap = {
  /** Postings that the entry made but that are not recorded. */
  missing: Posting[];
  /** What recorded and missing postings together still lack. Anything but 0 is a bug. */
  unexplainedNanoUsd: NanoUsd;
};

/** Every posting id that an entry has or may have. */
export function possiblePostingIds(entry: Entry): string[] {
  const ids = historyOf(entry, entry.model).flatMap((after, position, all) =>
    postingsOf(all[position - 1], after).map(({ postingId }) => postingId),
  );
  return wasSettledLate(entry) ? [...new Set([...ids, returnedId(entry)])] : ids;
}

/**
 * Derives the postings that an entry made but that are not recorded yet, from the entry's last
 * image. An entry stores its corrections, so its history can be rebuilt, with three exceptions. If
 * an expired reservation was settled late for another model, only a posting names the first model;
 * without one, everything is posted for the final model. The time of presumption is not stored, so
 * the expiry time is used instead. Disputed amounts before a correction are not stored, so the last
 * missing posting takes the difference and the sum is always right.
 * @param postings the entry's recorded postings, in any order
 */
export function entryGap(entry: Entry, postings: readonly Posting[]): EntryGap {
  const ids = new Set(postings.map(({ postingId }) => postingId));
  const history = historyOf(entry, modelBefore(entry, postings));
  const missing = history
    .flatMap((after, position) => postingsOf(history[position - 1], after))
    .filter(({ postingId }) => !ids.has(postingId));
  const all = [...postings, ...missing];
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

/** The images of an entry since it first spent money, oldest first. Empty if it never did. */
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

/** True if an extra version shows that the reservation was settled after it had expired. */
const wasSettledLate = ({ kind, state, version, corrections = [] }: Entry): boolean =>
  kind === 'reservation' && state === 'settled' && version - corrections.length === 3;

const expiredImage = (settled: Entry, model: string): Entry => ({
  ...undisputed(settled),
  state: 'expired',
  model,
  chargedNanoUsd: settled.isReleasedAtExpiry ? 0n : settled.amountNanoUsd,
  delivery: undefined,
  deviations: undefined,
  saving: undefined,
  usage: undefined,
  latencyMs: undefined,
  quality: undefined,
  answer: undefined,
  closedAtMs: settled.expiresAtMs,
  version: settled.version - 1,
});

const undisputed = (entry: Entry): Entry => ({
  ...entry,
  disputedNanoUsd: undefined,
  disputedAtMs: undefined,
});

/** The model that an expired reservation was presumed to have used. */
function modelBefore(entry: Entry, postings: readonly Posting[]): string {
  const posting = postings.find(
    ({ kind, postingId }) => kind === 'presumption' || postingId === returnedId(entry),
  );
  return posting?.model ?? entry.model;
}

const returnedId = ({ entryId }: Entry): string => `${entryId}.3.returned`;

const sumOf = (postings: readonly Posting[], amountOf: (posting: Posting) => NanoUsd): NanoUsd =>
  postings.reduce((sum, posting) => sum + amountOf(posting), 0n);
