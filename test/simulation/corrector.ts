import type { Correction } from '../../domain/ledger/correction.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { correctCost, findCharge } from '../../services/reservations/correct-cost.ts';
import { findReservation } from '../../services/reservations/settle-reservation.ts';
import { type Answer, ORGANIZATION, type World } from './world.ts';

const ATTEMPTS = 5;

/**
 * An operator corrects an entry's cost, usually down, until acknowledged; often twice, because each
 * correction ID applies only once. An unsettled entry may refuse.
 */
export async function correct(world: World, { entryId, kind }: Entry): Promise<void> {
  const { random, scheduler, auditor } = world;
  const correctionId = `c${random.int(0, 99)}`;
  const actualCostUsd = drawAmount(world, auditor.entry(entryId));
  const body = { correctionId, actualCostUsd, reason: 'wrong usage was reported' };
  auditor.onCorrection(entryId, correctionId, actualCostUsd);
  const send = async (): Promise<Answer<Correction>> => {
    const before = auditor.entry(entryId);
    const answer = await world.ask(`correct ${entryId} to ${actualCostUsd}`, async (process) => {
      const { deps, audit } = process;
      const entry =
        kind === 'charge'
          ? await findCharge(deps.ledger, { organizationId: ORGANIZATION }, entryId)
          : await findReservation(deps.ledger, ORGANIZATION, entryId);
      return correctCost(
        { ...deps, audit },
        entry,
        { actor: 'operator', nowMs: process.now() },
        body,
      );
    });
    const isTaken = auditor
      .entry(entryId)
      ?.corrections?.some((item) => item.correctionId === correctionId);
    if (answer.kind === 'value' && answer.value.chargedNanoUsd !== actualCostUsd) {
      auditor.breaks('a correction answers what was ordered', entryId);
    } else if (answer.kind === 'value' && !isTaken) {
      auditor.breaks('an acknowledged correction is never lost', entryId);
    } else if (answer.kind === 'problem' && answer.type !== 'unavailable') {
      if (before?.state === 'settled' && !isTaken) {
        auditor.breaks('what is settled can be corrected', `${entryId} ${answer.type}`);
      }
    }
    return answer;
  };
  const times = random.pick([1, 2, 2]);
  let acknowledged = 0;
  for (let attempt = 1; attempt <= ATTEMPTS && acknowledged < times; attempt += 1) {
    const answers = await Promise.all(random.chance(0.2) ? [send(), send()] : [send()]);
    acknowledged += answers.filter((answer) => answer.kind === 'value').length;
    await scheduler.sleep(random.next() * 2_000);
  }
}

/** Often a full or partial refund, sometimes more than the original cost. */
function drawAmount({ random }: World, entry: Entry | undefined): bigint {
  const percent = random.pick([0, random.int(0, 100), random.int(0, 100), random.int(101, 200)]);
  return ((entry?.chargedNanoUsd ?? 0n) * BigInt(percent)) / 100n;
}
