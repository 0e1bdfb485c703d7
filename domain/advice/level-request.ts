import type { LevelInForce } from '../controls/levels-in-force.ts';
import type { ThresholdLevel } from '../controls/thresholds.ts';
import { formatUsd } from '../money.ts';
import type { ScopeRef } from '../scopes.ts';
import type { ApplyRequest } from './recommendation.ts';

/**
 * The call that changes some levels of one set and keeps all others. A set is replaced as a whole, so the
 * call names every level that it replaces: those of the same budget, or those of the scope and, where a
 * default or nobody had set them, those in force for the same period.
 * @param changed at least one level, all with the same source and period
 */
export function levelRequest(
  { scope, scopeId }: ScopeRef,
  levels: readonly LevelInForce[],
  changed: readonly LevelInForce[],
): ApplyRequest {
  const path = [scope, scopeId].map(encodeURIComponent).join('/');
  const [first] = changed;
  const source = first?.source;
  const isOfSet = (level: LevelInForce): boolean =>
    level.period === first?.period && JSON.stringify(level.source) === JSON.stringify(source);
  const isReplaced = (level: LevelInForce): boolean =>
    source?.kind === 'budget'
      ? level.source.kind === 'budget' && level.source.period === source.period
      : level.source.kind === 'scope' || isOfSet(level);
  const body = levels
    .filter(isReplaced)
    .map((level) =>
      levelBody((isOfSet(level) && changed.find(({ name }) => name === level.name)) || level),
    );
  return source?.kind === 'budget'
    ? { method: 'PATCH', path: `/v1/budgets/${path}/${source.period}`, body: { thresholds: body } }
    : { method: 'PUT', path: `/v1/thresholds/${path}`, body: { levels: body } };
}

const levelBody = ({ name, period, action, tier, spares, ...level }: ThresholdLevel): object => ({
  name,
  period,
  action,
  ...('amountNanoUsd' in level
    ? { amountUsd: formatUsd(level.amountNanoUsd) }
    : { percent: level.percentHundredths / 100 }),
  ...(tier === undefined ? {} : { tier }),
  ...(spares === undefined ? {} : { spares }),
});
