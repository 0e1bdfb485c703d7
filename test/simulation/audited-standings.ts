import type { Entry } from '../../domain/ledger/entry.ts';
import type { Audit } from './audit.ts';
import type { Standing } from './audited-entries.ts';
import { isReleased } from './audited-spending.ts';
import { brokenEdge } from './entry-edges.ts';

/** Follows an entry that counts differently after a commit. */
export function seeStanding(audit: Audit, standing: Standing): void {
  const { before, after } = standing;
  const { now, skewMs, breaks, counts, holds, members, spending } = audit;
  const broken = brokenEdge(before, after, now(), skewMs);
  if (broken) breaks(broken, `${after.entryId} ${before?.state} → ${after.state}`);
  if (!before || (before.state === 'reserved' && after.state === 'settled')) {
    // What was reserved before the session had a budget does not keep it open.
    const isHeldInSession = after.balances.some((name) => name.startsWith('session/'));
    if (after.kind === 'reservation' && isHeldInSession) members.use(after.sessionId);
  }
  spending.follow(before, after);
  countStanding(audit, standing);
  if (after.kind === 'reservation' && !before) seeReservation(audit, after);
  if (before && before.balances.join(' ') !== after.balances.join(' ')) {
    counts.moves += 1;
    holds.seeMove(after);
  }
}

function countStanding({ counts }: Audit, { before, after }: Standing): void {
  if (after.counts) counts.counted += 1;
  if (isReleased(after)) counts.released += 1;
  if (before?.state === 'settled') counts.corrections += 1;
  else if (after.kind === 'charge') counts.charges += 1;
  else if (before?.state === 'expired') counts.settledLate += 1;
  else counts[after.state === 'reserved' ? 'reservations' : after.state] += 1;
}

function seeReservation({ breaks, holds, reservationsOf }: Audit, entry: Entry): void {
  const request = entry.tags?.['key'];
  const earlier = request === undefined ? undefined : reservationsOf.get(request);
  if (earlier !== undefined) {
    breaks('a key makes one reservation', `${request}: ${earlier} and ${entry.entryId}`);
  }
  if (request !== undefined) reservationsOf.set(request, entry.entryId);
  holds.seeReservation(entry);
}
