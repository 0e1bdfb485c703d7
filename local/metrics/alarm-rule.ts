import type { AlarmState } from './alarm-evaluation.ts';

/**
 * Whether a composite alarm's rule holds: `ALARM("name or ARN")`, `OK(…)`, `INSUFFICIENT_DATA(…)`,
 * `TRUE`, `FALSE`, joined by `AND`, `OR`, `NOT` and parentheses. Throws an `Error` for anything
 * else.
 */
export function evaluateRule(rule: string, stateOf: (alarm: string) => AlarmState): boolean {
  const tokens = rule.match(/"[^"]*"|[A-Za-z_]+|[()]|\S/g) ?? [];
  let position = 0;
  const take = (expected?: string): string => {
    const token = tokens[position];
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new Error(`"${rule}" is not a rule the local run can evaluate.`);
    }
    position += 1;
    return token;
  };
  const chain = (operator: string, next: () => boolean, join: (all: boolean[]) => boolean) => {
    const all = [next()];
    while (tokens[position] === operator) {
      take();
      all.push(next());
    }
    return join(all);
  };
  const either = (): boolean => chain('OR', both, (all) => all.includes(true));
  const both = (): boolean => chain('AND', term, (all) => !all.includes(false));
  const term = (): boolean => {
    const token = take();
    if (token === 'NOT') return !term();
    if (token === 'TRUE') return true;
    if (token === 'FALSE') return false;
    if (token !== '(' && !isState(token)) throw new Error(`"${token}" is not expected in a rule.`);
    if (token !== '(') take('(');
    const holds = token === '(' ? either() : stateOf(take().replaceAll('"', '')) === token;
    take(')');
    return holds;
  };
  const holds = either();
  if (position < tokens.length) throw new Error(`"${tokens[position]}" is not expected in a rule.`);
  return holds;
}

const isState = (token: string): token is AlarmState =>
  token === 'ALARM' || token === 'OK' || token === 'INSUFFICIENT_DATA';
