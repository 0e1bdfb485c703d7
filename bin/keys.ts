import { randomBytes } from 'node:crypto';
import { keyServices } from '../composition/access.ts';
import { SILENT } from '../composition/world.ts';
import { keyViewOf } from '../contracts/keys.ts';
import { DEFAULT_OVERLAP_HOURS, MOST_OVERLAP_HOURS } from '../domain/access/key.ts';
import type { KeyKeeper, KeyManager, NewText } from '../services/access/manage-keys.ts';
import { ServiceError } from '../services/errors.ts';
import { pagesAfter } from '../tables/query-all.ts';
import {
  commandLine,
  CommandError,
  runCommand,
  UsageError,
  wholeNumber,
} from './tools/command-line.ts';
import { keyBodyOf } from './tools/key-options.ts';
import { openStore, STORE_HELP, STORE_OPTIONS } from './tools/open-store.ts';

const HELP = `Creates, lists, rotates and revokes API keys directly in the tables.

  npm run keys -- --create --organization ID --name TEXT --role ROLE [options]
  npm run keys -- --list --organization ID
  npm run keys -- --rotate KEY --organization ID [--overlap-hours N]
  npm run keys -- --revoke KEY --organization ID

  --organization ID     whose keys                        [acme]
  --name TEXT           what the key is for
  --role ROLE           viewer, caller, operator or admin
  --systems A,B         the only systems that it may act for and see
  --users A,B           the only users
  --departments A,B     the only departments
  --may-state-cost X    yes or no: may it say what a request cost   [yes]
  --claim-limit USD     what it may claim in an hour unreserved
  --back-date-hours N   how far back its usage may be dated
  --requests-per-second N  its own quota in each class of routes
  --severity-ceiling S  the highest severity that its requests get
  --expires WHEN        a day (2027-01-31) or an instant            [never]
  --overlap-hours N     how long the old text stays valid; 0: not   [24]
${STORE_HELP}

The first key of a deployment comes from here, made with the credentials of the
AWS account that is signed in:
  npm run keys -- --create --aws --prefix purser-prod- \\
    --organization acme --name first --role admin
The text of a key is printed once and kept nowhere. A key that is revoked or
has reached its end is refused; answers of the authorizer are remembered for up
to 60 seconds, which a revoked key may use.`;

const HOUR_MS = 3_600_000;
const KEYS_PER_PAGE = 100;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    create: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    rotate: { type: 'string' },
    revoke: { type: 'string' },
    organization: { type: 'string', default: 'acme' },
    name: { type: 'string' },
    role: { type: 'string' },
    systems: { type: 'string' },
    users: { type: 'string' },
    departments: { type: 'string' },
    'may-state-cost': { type: 'string' },
    'claim-limit': { type: 'string' },
    'back-date-hours': { type: 'string' },
    'requests-per-second': { type: 'string' },
    'severity-ceiling': { type: 'string' },
    expires: { type: 'string' },
    'overlap-hours': { type: 'string', default: String(DEFAULT_OVERLAP_HOURS) },
    ...STORE_OPTIONS,
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  const modes = [
    values.create,
    values.list,
    values.rotate !== undefined,
    values.revoke !== undefined,
  ];
  if (modes.filter(Boolean).length !== 1) {
    throw new UsageError('Use one of --create, --list, --rotate KEY or --revoke KEY.');
  }
  const body = values.create ? keyBodyOf(values) : undefined;
  const overlapHours = wholeNumber('overlap-hours', values['overlap-hours'], 0, MOST_OVERLAP_HOURS);
  const db = openStore(values);
  const { manager } = keyServices(db, {
    telemetry: SILENT,
    environment: /^purser-([a-z]+)-$/.exec(values.prefix)?.[1] ?? 'other',
    randomBytes,
  });
  // Roles are not checked, because anyone with table access could bypass them.
  const nowMs = Date.now();
  const keeper: KeyKeeper = {
    organizationId: values.organization,
    actor: 'command',
    role: 'admin',
    nowMs,
  };
  try {
    if (body) {
      const { expiresAt: expiresAtMs, ...facts } = body;
      show(await manager.create(keeper, { ...facts, expiresAtMs }, undefined));
    } else if (values.rotate !== undefined) {
      show(await manager.rotate(keeper, values.rotate, overlapHours * HOUR_MS));
    } else if (values.revoke !== undefined) {
      const { keyId } = await manager.revoke(keeper, values.revoke);
      console.log(`Revoked key ${keyId}. The gateway may accept it for up to 60 more seconds.`);
    } else console.log(await listText(manager, values.organization, nowMs));
  } catch (error) {
    throw error instanceof ServiceError ? new CommandError(error.message) : error;
  }
  return 0;
});

function show({ key, text }: NewText): void {
  console.error(
    `Key ${key.keyId} (${key.name}, ${key.role}). This is the only time its text is shown:`,
  );
  console.log(text);
}

async function listText(
  manager: KeyManager,
  organizationId: string,
  nowMs: number,
): Promise<string> {
  const items: Awaited<ReturnType<KeyManager['list']>>['items'] = [];
  const pages = pagesAfter((after) =>
    manager.list(organizationId, { limit: KEYS_PER_PAGE, after }),
  );
  for await (const page of pages) items.push(...page.items);
  if (items.length === 0) return `${organizationId} has no keys.`;
  return items
    .flatMap(({ key, lastUsedAtMs }) => {
      const { state, expiresAt, role, name, users, departments, systems } = keyViewOf(key, nowMs);
      const limits = Object.entries({ users, departments, systems }).flatMap(([kind, names]) =>
        names ? [`${kind} ${names.join(', ')}`] : [],
      );
      const used = lastUsedAtMs === undefined ? 'never' : new Date(lastUsedAtMs).toISOString();
      return [
        `${key.keyId}  ${state}  ${role}  ${name}`,
        `  created ${new Date(key.createdAtMs).toISOString()} by ${key.createdBy}, last used ${used}`,
        ...(expiresAt ? [`  ends ${expiresAt}`] : []),
        ...(limits.length > 0 ? [`  limited to ${limits.join('; ')}`] : []),
      ];
    })
    .join('\n');
}
