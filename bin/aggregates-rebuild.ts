import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { aggregateKeyText } from '../domain/reporting/aggregates.ts';
import { MEASURES } from '../domain/reporting/measures.ts';
import { daysOf, rebuildDay, type RebuiltDay } from '../services/reporting/rebuild-aggregates.ts';
import { createAnalyticsCacheStore } from '../tables/analytics-cache.ts';
import { createReportSettingsStore } from '../tables/report-settings.ts';
import { createAggregateMender } from '../tables/token-analytics-mending.ts';
import { createTokenAnalyticsStore } from '../tables/token-analytics.ts';
import { createTokenUsageStore } from '../tables/token-usage.ts';
import { commandLine, runCommand, UsageError } from './tools/command-line.ts';
import { openStore, STORE_HELP, STORE_OPTIONS } from './tools/open-store.ts';
import { startProgress } from './tools/progress.ts';

const HELP = `Sums the usage records anew and compares the hourly and daily sums that are kept.

  npm run aggregates:rebuild -- --check|--apply [options]

  --check            only says what differs; exit code 1 when anything does
  --apply            adds what sums lack, and compares again; requests may go on,
                     and cached analytics are reckoned anew
  --organization ID  one organization     [every one with a total on the day]
  --from DATE        first UTC day        [seven days ago]
  --to DATE          first day to leave out                  [tomorrow]
${STORE_HELP}

Days whose records may have expired are refused. A sum whose records change all
the time while it is read is named as unsettled (exit code 1): try again later.`;

/** As every environment is configured, less the days on which records begin to expire. */
const KNOWN_DAYS = 398;
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
  if (values.check === values.apply) throw new UsageError('Give either --check or --apply.');
  const days = daysOf(dateOf('from', values.from), dateOf('to', values.to));
  if (days.length === 0) throw new UsageError('--to must be later than --from.');
  if (values.from < dayAfter(-KNOWN_DAYS)) {
    throw new UsageError(`--from must be at most ${KNOWN_DAYS} days ago: records expire.`);
  }
  const db = openStore(values);
  const analytics = createTokenAnalyticsStore(db);
  const deps = {
    usage: createTokenUsageStore(db),
    analytics,
    settings: createReportSettingsStore(db),
    mend: createAggregateMender(db),
    cache: createAnalyticsCacheStore(db),
    now: () => Date.now(),
    pause: (ms: number) => pause(ms),
  };
  const progress = startProgress('days', days.length);
  const rebuilt: RebuiltDay[] = [];
  for (const [position, day] of days.entries()) {
    const { organization } = values;
    const organizations =
      organization === undefined ? await analytics.listActiveOrganizations(day) : [organization];
    for (const organizationId of organizations) {
      progress.update(position, `${day} ${organizationId}`);
      rebuilt.push(await rebuildDay(deps, organizationId, day, values.apply));
    }
  }
  progress.stop();
  return report(rebuilt);
});

function report(rebuilt: readonly RebuiltDay[]): number {
  const sum = (of: (day: RebuiltDay) => number): number =>
    rebuilt.map(of).reduce((total, count) => total + count, 0);
  const [different, mended] = [sum((day) => day.differences.length), sum((day) => day.mended)];
  const unsettled = rebuilt.flatMap((day) => day.unsettled);
  for (const { stored, missing } of rebuilt.flatMap((day) => day.differences)) {
    const lacks = MEASURES.filter((measure) => missing[measure] !== 0n);
    console.log(
      `DIFFERS ${aggregateKeyText(stored)} lacks ${lacks.map((measure) => `${measure} ${missing[measure]}`).join(', ')}`,
    );
  }
  for (const key of unsettled) console.log(`UNSETTLED ${key}`);
  console.log(`records    ${sum((day) => day.records)}`);
  console.log(`sums       ${sum((day) => day.aggregates)}`);
  console.log(`different  ${different}`);
  console.log(`mended     ${mended}`);
  console.log(`unsettled  ${unsettled.length}`);
  return different > mended || unsettled.length > 0 ? 1 : 0;
}

function dayAfter(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

function dateOf(name: string, text: string): string {
  if (z.iso.date().safeParse(text).success) return text;
  throw new UsageError(`--${name} must be a day such as 2026-11-21, not "${text}"`);
}
