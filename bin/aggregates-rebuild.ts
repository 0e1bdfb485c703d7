import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { dayOf, aggregateKeyText } from '../domain/reporting/aggregates.ts';
import { formatUsd, type NanoUsd } from '../domain/money.ts';
import { MEASURES } from '../domain/reporting/measures.ts';
import { daysOf, rebuildDay, type RebuiltDay } from '../services/reporting/rebuild-aggregates.ts';
import { type Recount, recountLedger } from '../services/reporting/recount-ledger.ts';
import { commandLine, runCommand, UsageError } from './tools/command-line.ts';
import { openStore, STORE_HELP, STORE_OPTIONS } from './tools/open-store.ts';
import { startCount, startProgress } from './tools/progress.ts';
import { KNOWN_DAYS, recountingOn } from './tools/recounting.ts';

const HELP = `Compares the ledger's entries, the usage records and the sums of reports.

  npm run aggregates:rebuild -- --check|--apply [options]

  --check            only says what differs; exit code 1 when anything does
  --apply            writes the usage records that are missing, and adds what
                     sums lack; requests may go on, and cached analytics are
                     recomputed
  --organization ID  one organization                     [all of them]
  --from DATE        first UTC day        [seven days ago]
  --to DATE          first day to leave out                  [tomorrow]
${STORE_HELP}

It reads the whole ledger table. Days whose records may have expired are
refused. A sum whose records change all the time while it is read is named as
unsettled (exit code 1): try again later.`;

const DAY_MS = 86_400_000;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    check: { type: 'boolean', default: false },
    apply: { type: 'boolean', default: false },
    organization: { type: 'string' },
    from: { type: 'string', default: dayAfter(-7) },
    to: { type: 'string', default: dayAfter(1) },
    ...STORE_OPTIONS,
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  if (values.check === values.apply)
    throw new UsageError('Use either --check or --apply, not both.');
  const days = daysOf(dateOf('from', values.from), dateOf('to', values.to));
  if (days.length === 0) throw new UsageError('--to must be later than --from.');
  if (values.from < dayAfter(-KNOWN_DAYS)) {
    throw new UsageError(`--from must be at most ${KNOWN_DAYS} days ago, because records expire.`);
  }
  const deps = {
    ...recountingOn(openStore(values), values.prefix),
    pause: (ms: number) => pause(ms),
  };
  const { organization, apply } = values;
  const chosenDays = new Set(days);
  const reading = startCount('entries of the ledger read');
  const recount = await recountLedger(
    deps,
    ({ organizationId, occurredAtMs }) =>
      chosenDays.has(dayOf(occurredAtMs)) && (organization ?? organizationId) === organizationId,
    apply,
    reading.update,
  );
  reading.stop();
  const progress = startProgress('days', days.length);
  const rebuilt: RebuiltDay[] = [];
  for (const [position, day] of days.entries()) {
    const summed = await deps.analytics.listActiveOrganizations(day);
    const spent = [...recount.days]
      .filter((text) => text.startsWith(`${day} `))
      .map((text) => text.slice(day.length + 1));
    for (const organizationId of organization ? [organization] : new Set([...summed, ...spent])) {
      progress.update(position, `${day} ${organizationId}`);
      rebuilt.push(await rebuildDay(deps, organizationId, day, apply));
    }
  }
  progress.stop();
  return report(recount, rebuilt);
});

function report(recount: Recount, rebuilt: readonly RebuiltDay[]): number {
  const sum = (of: (day: RebuiltDay) => number): number =>
    rebuilt.map(of).reduce((total, count) => total + count, 0);
  const [different, mended] = [sum((day) => day.differences.length), sum((day) => day.mended)];
  const unsettled = rebuilt.flatMap((day) => day.unsettled);
  const withoutEntry = rebuilt.flatMap((day) => day.withoutEntry);
  const { missing, recorded, faults } = recount;
  for (const { postingId, organizationId, amountNanoUsd } of missing) {
    console.log(`MISSING ${organizationId} ${postingId} ${formatUsd(amountNanoUsd)} USD`);
  }
  for (const { entry, message } of faults) console.log(`FAULT ${entry}: ${message}`);
  for (const postingId of withoutEntry) console.log(`WITHOUT ENTRY ${postingId}`);
  for (const { stored, missing: lacking } of rebuilt.flatMap((day) => day.differences)) {
    const lacks = MEASURES.filter((measure) => lacking[measure] !== 0n);
    console.log(
      `DIFFERS ${aggregateKeyText(stored)} lacks ${lacks.map((measure) => `${measure} ${lacking[measure]}`).join(', ')}`,
    );
  }
  for (const key of unsettled) console.log(`UNSETTLED ${key}`);
  const ledger = recount.chargedNanoUsd;
  const usage = totalOf(rebuilt, (day) => day.recordedNanoUsd);
  const sums = totalOf(rebuilt, (day) => day.summedNanoUsd);
  console.log(`entries        ${recount.entries}`);
  console.log(`records        ${sum((day) => day.records)}`);
  console.log(`sums           ${sum((day) => day.aggregates)}`);
  console.log(`ledger         ${formatUsd(ledger)} USD`);
  console.log(
    `usage          ${formatUsd(usage)} USD  ledger less usage ${formatUsd(ledger - usage)}`,
  );
  console.log(
    `reports        ${formatUsd(sums)} USD  usage less reports ${formatUsd(usage - sums)}`,
  );
  console.log(`missing        ${missing.length}`);
  console.log(`recorded       ${recorded}`);
  console.log(`without entry  ${withoutEntry.length}`);
  console.log(`different      ${different}`);
  console.log(`mended         ${mended}`);
  console.log(`unsettled      ${unsettled.length}`);
  const isWhole = missing.length === recorded && faults.length === 0 && withoutEntry.length === 0;
  return !isWhole || different > mended || unsettled.length > 0 ? 1 : 0;
}

function totalOf(days: readonly RebuiltDay[], of: (day: RebuiltDay) => NanoUsd): NanoUsd {
  return days.map(of).reduce((sum, amount) => sum + amount, 0n);
}

function dayAfter(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

function dateOf(name: string, text: string): string {
  if (z.iso.date().safeParse(text).success) return text;
  throw new UsageError(`--${name} must be a day such as 2026-11-21, not "${text}"`);
}
