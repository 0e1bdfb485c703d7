import type { Control } from '../controls/control.ts';
import { stateText } from '../controls/restriction.ts';
import { type AlertedBreach, isNotice } from './alerted-breach.ts';
import { minuteText } from './when-text.ts';

/** What is in force now on the scope of a breach, how it ends, or why nothing is. */
export function inForceText(breach: AlertedBreach): string {
  const { scope, level, control } = breach;
  const notice = isNotice(breach)
    ? ' The period is over, so Purser restricted nothing for it.'
    : '';
  if (control) {
    return `In force now: this ${scope} is ${stateText(control.restriction)} ${endText(control)}.${notice}`;
  }
  const none = 'In force now: no restriction.';
  if (notice !== '') return none + notice;
  if (level.action === 'alert') return none;
  return `${none} Purser did not carry out the action "${level.action}", because ${whyNot(breach)}.`;
}

function endText({ origin, expiresAtMs }: Control): string {
  const at = expiresAtMs === undefined ? undefined : minuteText(expiresAtMs);
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
