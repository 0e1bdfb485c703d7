import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { stores } from '../composition/stores.ts';
import { parsedJson } from '../domain/gateway/translation/reading.ts';
import type { AuditReport } from '../domain/audit/check-chain.ts';
import { type LoggedEntry, verifyAudit } from '../services/verify-audit.ts';
import { commandLine, CommandError, runCommand, UsageError } from './tools/command-line.ts';
import { openStore, STORE_HELP, STORE_OPTIONS } from './tools/open-store.ts';

const HELP = `Proves that nobody changed the audit log.

  npm run audit:verify -- [options]

  --organization ID  the chains of one organization [of every one]
  --from DATE        first day to report on        [the first there is]
  --to DATE          first day to leave out        [none]
  --log FILE         log lines of the functions, AUDIT_RECORDED among them; may be
                     repeated: what they say was written must be there still
  --json             print the figures as JSON
${STORE_HELP}

Every entry must have the hash of its fields, the number after and the hash of
the entry before it in its chain, and a receipt; the head of a chain must be its
last entry. Each entry names the heads of the organization's other chains, so a
chain that is cut or gone is missed by every later entry. What was cut off after
the last entry of all others, with receipts and head, only the logs show: the
local run in its data folder under logs; on AWS export them by
  aws logs filter-log-events --log-group-name /aws/lambda/purser-dev-budgets \\
    --filter-pattern AUDIT_RECORDED --query 'events[].message' --output text
of every function that writes the audit log. Entries from before there was a
chain are not looked at. Exit code 1 when broken.`;

/** The logged entry. Ignores the line's other fields. */
const logLine = z.object({
  code: z.literal('AUDIT_RECORDED'),
  organizationId: z.string(),
  // Lines from the time of a single chain have no number.
  chain: z.int().default(0),
  day: z.iso.date(),
  sequence: z.int(),
  hash: z.string(),
});

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    organization: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    log: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
    ...STORE_OPTIONS,
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  const range = { from: dayOf('from', values.from), to: dayOf('to', values.to) };
  const logged = (await Promise.all(values.log.map(readLog))).flat();
  const report = await verifyAudit(stores(openStore(values)).audit, {
    ...range,
    organizationId: values.organization,
    logged,
    onProgress: (items) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${items} items read`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001B[K');
  console.log(values.json ? JSON.stringify(report, undefined, 2) : textOf(report, logged.length));
  return report.faults.length > 0 ? 1 : 0;
});

function textOf(
  { organizations, chains, days, entries, faults }: AuditReport,
  logged: number,
): string {
  const [first] = faults;
  return [
    `organizations     ${organizations}`,
    `chains            ${chains}`,
    `days              ${days}`,
    `entries           ${entries}`,
    `log lines         ${logged}`,
    ...faults.map(
      ({ organizationId, chain, place, message }) =>
        `BROKEN ${organizationId} chain ${chain} ${place} ${message}`,
    ),
    first
      ? `The audit log is BROKEN in ${faults.length} places. The first is ${first.organizationId} chain ${first.chain} ${first.place}.`
      : 'The audit log is intact: every entry links to the previous one.',
  ].join('\n');
}

function dayOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined || z.iso.date().safeParse(text).success) return text;
  throw new UsageError(`--${name} must be a day such as 2026-11-21, not "${text}"`);
}

async function readLog(file: string): Promise<LoggedEntry[]> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new CommandError(`Cannot read ${file}: ${error.message}`);
  });
  return text.split(/[\n\t]/).flatMap((line) => {
    if (!line.includes('AUDIT_RECORDED')) return [];
    const parsed = logLine.safeParse(parsedJson(line));
    if (!parsed.success) throw new CommandError(`${file} contains an unreadable line: ${line}`);
    const { code: _, ...entry } = parsed.data;
    return [entry];
  });
}
