import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Posting } from '../../../domain/ledger/posting.ts';
import { parseUsd } from '../../../domain/money.ts';
import { periodAt } from '../../../domain/periods.ts';
import { NO_TOKENS } from '../../../domain/token-usage.ts';
import { exportUsage } from '../../../services/reporting/export-usage.ts';
import { csvRowsOf } from '../../support/csv-rows.ts';
import { records, startExporting } from '../../support/exporting.ts';
import { brokenRules } from '../../support/focus-rules.ts';
import { arbitraryPostings, postingWith } from '../../support/postings.ts';

let exporting: Awaited<ReturnType<typeof startExporting>>;
beforeAll(async () => {
  exporting = await startExporting();
});
afterAll(() => exporting.stop());

describe('files of FOCUS', () => {
  test('have list costs at the public price, and contracted ones at the own price', async () => {
    const usage = { ...NO_TOKENS, inputTokens: 1_000_000 };
    const facts = { usage, amountNanoUsd: 180_000_000n };
    const { file, organizationId } = await exporting.organizationWith([postingWith(facts)]);
    await exporting.setCard(organizationId, {
      model: 'amazon.nova-lite',
      effectiveFromMs: 0,
      source: 'contract',
      sourceDate: '2026-11-01',
      inputNanoUsdPerMillion: 180_000_000n,
      outputNanoUsdPerMillion: 1n,
    });
    const rows = csvRowsOf((await file({ ...records, format: 'focus' })).text);
    expect(brokenRules(rows)).toEqual([]);
    expect(rows).toMatchObject([
      { BilledCost: '0.180000000', ContractedCost: '0.18', ListCost: '0.06' },
    ]);
  });

  test('name the seller that the own catalog names', async () => {
    const { file, organizationId } = await exporting.organizationWith([
      postingWith({ model: 'of-our-own' }),
    ]);
    await exporting.setModel(organizationId, {
      model: 'of-our-own',
      provider: 'Contoso',
      family: 'own',
      contextTokens: 8_000,
      maxOutputTokens: 1_000,
    });
    const rows = csvRowsOf((await file({ ...records, format: 'focus' })).text);
    expect(rows).toMatchObject([{ ProviderName: 'Contoso', BilledCost: '0.001234567' }]);
  });

  const MONTHS = ['2026-05', '2026-06', '2026-07', '2026-08'];
  const monthRange = (month: string) => {
    const { startsAtMs, endsAtMs } = periodAt('monthly', Date.parse(`${month}-01`), 'UTC');
    return { fromMs: startsAtMs, toMs: endsAtMs };
  };
  const [first, last] = ['2026-05-01', '2026-09-01'].map((day) => Date.parse(day));
  const instantMs = fc.integer({ min: first ?? 0, max: (last ?? 0) - 1 });
  /** Postings of four months, some of which correct an earlier month. */
  const postings = fc
    .tuple(
      arbitraryPostings({ maxLength: 10 }),
      fc.array(fc.tuple(instantMs, instantMs), { minLength: 10 }),
    )
    .map(([some, instants]) =>
      some.map((posting, index): Posting => {
        const [occurredAtMs = 0, postedAtMs = 0] = (instants[index] ?? []).toSorted();
        const months = [occurredAtMs, postedAtMs].map((ms) =>
          new Date(ms).toISOString().slice(0, 7),
        );
        const isLater = posting.kind === 'correction' && months[0] !== months[1];
        const billed = isLater ? { billedMonth: months[1] } : {};
        return { ...posting, latencyMs: undefined, occurredAtMs, postedAtMs, ...billed };
      }),
    );

  test('of months laid end to end have every posting once and add up to the ledger', async () => {
    await fc.assert(
      fc.asyncProperty(postings, async (some) => {
        const { file, postings: own } = await exporting.organizationWith(some);
        const seen: string[] = [];
        let billedNanoUsd = 0n;
        for (const month of MONTHS) {
          const request = { ...records, format: 'focus' as const, range: monthRange(month) };
          const { text, totalNanoUsd } = await file(request);
          const rows = csvRowsOf(text);
          expect(brokenRules(rows)).toEqual([]);
          const sum = rows.reduce(
            (total, row) => total + (parseUsd(row['BilledCost'] ?? '') ?? 0n),
            0n,
          );
          expect(sum).toBe(totalNanoUsd);
          expect(rows.filter((row) => !row['BillingPeriodStart']?.startsWith(month))).toEqual([]);
          billedNanoUsd += sum;
          seen.push(...new Set(rows.map((row) => row['x_RecordId'] ?? '')));
        }
        expect(seen.toSorted()).toEqual(own.map(({ postingId }) => postingId).toSorted());
        expect(billedNanoUsd).toBe(own.reduce((sum, { amountNanoUsd }) => sum + amountNanoUsd, 0n));
      }),
      { numRuns: 15 },
    );
  });

  test('name a department as people do, and keep its id', async () => {
    const { organizationId, file } = await exporting.organizationWith([
      postingWith({ departmentId: 'human-resources' }),
    ]);
    await exporting.setName(organizationId, {
      scope: 'department',
      scopeId: 'human-resources',
      displayName: '=Human "R"',
    });
    const [row] = csvRowsOf((await file({ ...records, format: 'focus' })).text);
    expect([row?.['SubAccountId'], row?.['SubAccountName']]).toEqual([
      'human-resources',
      `'=Human "R"`,
    ]);
    const [record] = csvRowsOf((await file(records)).text);
    expect([record?.['departmentId'], record?.['departmentName']]).toEqual([
      'human-resources',
      `'=Human "R"`,
    ]);
  });

  test('in several parts have the lines of one file, wherever a run ends', async () => {
    await fc.assert(
      fc.asyncProperty(postings, fc.integer({ min: 1, max: 3 }), async (some, perPart) => {
        const { deps, organizationId } = await exporting.organizationWith(some);
        const whole = { fromMs: first ?? 0, toMs: last ?? 0 };
        const linesOf = async (isCut: boolean): Promise<string[]> => {
          const lines: string[] = [];
          let rest = whole;
          do {
            const what = { organizationId, range: rest, format: 'focus' as const };
            const parts = await Array.fromAsync(exportUsage(deps, what, () => isCut, perPart));
            lines.push(
              ...parts
                .map(({ text }) => text)
                .join('')
                .split('\r\n')
                .slice(1, -1),
            );
            rest = parts.at(-1)?.rest ?? rest;
          } while (rest.fromMs < rest.toMs);
          return lines.toSorted();
        };
        expect(await linesOf(true)).toEqual(await linesOf(false));
      }),
      { numRuns: 15 },
    );
  });
});
