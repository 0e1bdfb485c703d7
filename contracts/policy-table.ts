import { type Role, ROLES } from '../domain/access/caller.ts';
import { limitedText } from '../domain/access/policy.ts';
import { ROUTES } from './routes.ts';

/** The access policy as a Markdown table with one row per route, as printed by `npm run policy`. */
export function policyTable(): string {
  const rows = Object.values(ROUTES)
    .filter(({ roles }) => roles !== 'public')
    .map(({ method, path, roles, access }) => [
      `\`${method} ${path}\``,
      ...ROLES.map((role) => (isAllowed(roles, role) ? 'yes' : '–')),
      limitedText(access),
    ]);
  const head = ['route', ...ROLES, 'a limited key'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const isAllowed = (roles: readonly Role[] | 'public', role: Role): boolean =>
  roles === 'public' || roles.includes(role);
