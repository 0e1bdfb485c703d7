import { createKeyBody } from '../../contracts/keys.ts';
import { plainMessage } from '../../contracts/plain-message.ts';
import { UsageError } from './command-line.ts';

type Values = {
  name?: string;
  role?: string;
  systems?: string;
  users?: string;
  departments?: string;
  'may-state-cost'?: string;
  'claim-limit'?: string;
  'back-date-hours'?: string;
  'requests-per-second'?: string;
  'severity-ceiling'?: string;
  expires?: string;
};

/**
 * Converts a new key's options to an API body, validated by the API's own schema.
 * @throws UsageError naming the option
 */
export function keyBodyOf(values: Values) {
  const body = {
    name: values.name,
    role: values.role,
    systems: values.systems?.split(','),
    users: values.users?.split(','),
    departments: values.departments?.split(','),
    mayStateCost: yesOrNo(values['may-state-cost']),
    claimLimitUsdPerHour: numberOf(values['claim-limit']),
    backDateHours: numberOf(values['back-date-hours']),
    requestsPerSecond: numberOf(values['requests-per-second']),
    severityCeiling: values['severity-ceiling'],
    expiresAt: instantOf(values.expires),
  };
  const parsed = createKeyBody.safeParse(body, { error: plainMessage });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path[0] ?? 'name');
  const isMissing = new Map<string, unknown>(Object.entries(body)).get(field) === undefined;
  const option = new Map(Object.entries(OPTIONS)).get(field) ?? field;
  throw new UsageError(`--${option} ${isMissing ? 'is missing' : (issue?.message ?? 'is wrong')}.`);
}

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

/** Option names that differ from their fields' names. */
const OPTIONS = {
  mayStateCost: 'may-state-cost',
  claimLimitUsdPerHour: 'claim-limit',
  backDateHours: 'back-date-hours',
  requestsPerSecond: 'requests-per-second',
  severityCeiling: 'severity-ceiling',
  expiresAt: 'expires',
};

function yesOrNo(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw new UsageError(`--may-state-cost must be yes or no, not "${text}"`);
}

/** A date means its beginning in UTC. */
const instantOf = (text: string | undefined): string | undefined =>
  text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
