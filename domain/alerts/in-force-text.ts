import { type Control, controlIdOf } from '../controls/control.ts';
import { restrictionText } from '../controls/restriction.ts';
import { type AlertedBreach, isNotice } from './alerted-breach.ts';

/** What is in force now on the scope of a breach, how it ends, or why nothing is. */
export function inForceText(breach: AlertedBreach): string {
  const { scope, level, control } = breach;
  const notice = isNotice(breach)
    ? ' The period is over, so Purser restricted nothing for it.'
    : '';
  if (control) {
    const what = restrictionText(control.restriction);
    const end = `End it now: POST /v1/controls/${controlIdOf(control)}/reverse.`;
    return `In force now: ${what} of this ${scope}, ${endText(control)}. ${end}${notice}`;
  }
  if (notice !== '') return `In force now: nothing.${notice}`;
  if (level.action === 'alert') return 'In force now: nothing. Purser restricted nothing.';
  return `In force now: nothing. Purser did not carry out the action "${level.action}": ${whyNot(breach)}.`;
}

function endText({ origin, expiresAtMs }: Control): string {
  const at = expiresAtMs === undefined ? undefined : new Date(expiresAtMs).toISOString();
  if (origin === 'manual') return at === undefined ? 'until a person ends it' : `until ${at}`;
  const latest = at === undefined ? '' : `, at the latest until ${at}`;
  return `until spending is well below the level${latest}`;
}

function whyNot({ scope, level: { source }, budgets }: AlertedBreach): string {
  const dismissed = 'a person ended that control, or the period is over';
  if (!budgets || !source) return `a budget protects the ${scope}, ${dismissed}`;
  const isBudgeted = budgets.some(({ enforcement }) => enforcement === 'enforce');
  return source.kind === 'builtin' && isBudgeted ? `a budget protects the ${scope}` : dismissed;
}
