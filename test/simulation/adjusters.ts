import type { Process } from './process.ts';
import { ORGANIZATION, type World } from './world.ts';
import { type Planned, UNIT_NANO_USD } from './administrators.ts';

/** Raises a budget for a time, sometimes ending that early, or gives it all of its limit again. */
export async function adjustBudget(world: World, { target }: Planned): Promise<void> {
  const { random, scheduler } = world;
  const callFrom = ({ now }: Process) => ({
    organizationId: ORGANIZATION,
    actor: 'operator',
    nowMs: now(),
  });
  const name = `${target.scopeId} ${target.period}`;
  if (random.chance(0.4)) {
    await world.ask(`reset ${name}`, (process) =>
      process.adjustments.reset(callFrom(process), target, 'agreed'),
    );
    return;
  }
  const addNanoUsd = UNIT_NANO_USD * BigInt(random.int(1, 30));
  const lastsMs = random.int(40_000, 400_000);
  const answer = await world.ask(`override ${name} by ${addNanoUsd}`, (process) => {
    const call = callFrom(process);
    const override = { addNanoUsd, untilMs: call.nowMs + lastsMs, reason: 'a busy day' };
    return process.adjustments.addOverride(call, target, override);
  });
  if (answer.kind !== 'value' || random.chance(0.7)) return;
  await scheduler.sleep(random.next() * lastsMs);
  await world.ask(`end override ${name}`, (process) =>
    process.adjustments.removeOverride(callFrom(process), target, answer.value.adjustmentId),
  );
}
