import type { ChainHead } from '../domain/audit/audit-entry.ts';
import {
  type AuditRange,
  type AuditReport,
  createChainCheck,
} from '../domain/audit/check-chain.ts';
import type { AuditLog } from '../tables/audit-log/audit-log.ts';
import { parseAuditItem, sha256 } from '../tables/audit-log/items.ts';
import { pagesOf } from '../tables/query-all.ts';
import { faultsInEachScan } from './faults-in-each-scan.ts';

/** An entry that a function logged as written. */
export type LoggedEntry = ChainHead & { organizationId: string };

type Options = AuditRange & {
  /** Default: all organizations. */
  organizationId?: string | undefined;
  logged?: readonly LoggedEntry[];
  /** Receives the number of items read so far. */
  onProgress?: (items: number) => void;
};

/**
 * Verifies every chain in the table. Reports only the faults that each of up to three scans shows.
 */
export async function verifyAudit(
  log: Pick<AuditLog, 'scan'>,
  options: Options = {},
): Promise<AuditReport> {
  const { report, faults } = await faultsInEachScan(async () => {
    const checked = await checkOnce(log, options);
    return { report: checked, faults: checked.faults };
  }, textOf);
  return { ...report, faults };
}

const textOf = (fault: AuditReport['faults'][number]): string => Object.values(fault).join(' ');

async function checkOnce(
  log: Pick<AuditLog, 'scan'>,
  { organizationId: only, logged = [], onProgress = () => {}, ...range }: Options,
): Promise<AuditReport> {
  const check = createChainCheck(sha256);
  const isAsked = (organizationId: string): boolean =>
    only === undefined || organizationId === only;
  let read = 0;
  for await (const { items } of pagesOf((startKey) => log.scan(startKey))) {
    for (const item of items) {
      const parsed = parseAuditItem(item);
      if (!parsed || !isAsked(parsed.organizationId)) continue;
      const { organizationId } = parsed;
      if (parsed.kind === 'entry') check.addEntry(parsed, parsed.key, parsed.entry);
      else check.addTrace({ organizationId, ...parsed.place }, parsed.kind);
    }
    read += items.length;
    onProgress(read);
  }
  for (const entry of logged) {
    if (isAsked(entry.organizationId)) check.addTrace(entry, 'log');
  }
  return check.report(range);
}
