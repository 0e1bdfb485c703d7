import { pick } from './pick.ts';
import { createRandom, type Random } from '../simulation/random.ts';
import type { Json } from '../support/json-places.ts';
import { BODY_CHANGES } from './body-changes.ts';
import { PROTOTYPE_NAMES } from './hostile-values.ts';
import {
  createResolver,
  type OpenApiDocument,
  type Operation,
  operationsOf,
} from './operations.ts';
import { ADMIN_KEY, CREDENTIALS } from './organizations.ts';
import { encoded, REQUEST_CHANGES } from './request-changes.ts';
import { createValidValues, type Known } from './valid-values.ts';
import { isPlain, type Wire } from './wire.ts';

/** One fuzz request and the changes made to it. */
export type FuzzCase = {
  number: number;
  operationId: string;
  credential: string;
  change: string;
  wire: Wire;
};

const PUBLIC = new Set(['getHealth', 'getDeepHealth', 'getOpenApi']);

/**
 * Generates a run's requests from an OpenAPI document. The same seed and number produce the same
 * request, except for values from earlier answers and for dates, which follow the clock.
 */
export function createCases(
  document: OpenApiDocument,
  { seed, host, known, nowMs }: { seed: number; host: string; known: Known; nowMs: number },
) {
  const operations = operationsOf(document);
  const resolve = createResolver(document);

  /** One request per operation, valid or not, to start every function. */
  const first = operations.map(({ method, path }): Wire => ({
    method,
    path,
    headers: [
      ['host', host],
      ['authorization', `Bearer ${ADMIN_KEY}`],
    ],
  }));

  function caseOf(number: number): FuzzCase {
    const random = createRandom(Math.imul(seed + 1, 7_919) + number);
    // Every operation takes turns, with more turns for those that write or spend.
    const operation =
      operations[number % (2 * operations.length)] ?? pickedByBody(operations, random);
    const credential = pick(random, CREDENTIALS);
    const making = { random, resolve, known, nowMs, unique: `${seed}-${number}` };
    const values = createValidValues(making);
    const body = operation.body && values.body(operation, operation.body);
    const wire: Wire = {
      method: operation.method,
      path: `${pathOf(operation, values, random)}${queryOf(operation, values, random)}`,
      headers: present([
        ['host', host],
        ['authorization', PUBLIC.has(operation.id) ? undefined : `Bearer ${credential.key}`],
        ['content-type', body === undefined ? undefined : 'application/json'],
        [
          'idempotency-key',
          random.chance(0.7) ? `key-${seed}-${random.int(0, 2 * number)}` : undefined,
        ],
      ]),
      body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    };
    const [change, changed] = changedBy(wire, body, random);
    return {
      number,
      operationId: operation.id,
      credential: credential.name,
      change,
      wire: closing(withLength(changed)),
    };
  }

  return { caseOf, first };
}

const present = (headers: [string, string | undefined][]): Wire['headers'] =>
  headers.filter((header): header is [string, string] => header[1] !== undefined);

function pickedByBody(operations: Operation[], random: Random): Operation {
  const writing = operations.filter(({ body, method }) => body ?? method === 'POST');
  return pick(random, writing);
}

type Values = ReturnType<typeof createValidValues>;

function pathOf({ path, parameters }: Operation, values: Values, random: Random): string {
  let previous = '';
  return path
    .split('/')
    .map((segment) => {
      const name = /^\{(.+)\}$/.exec(segment)?.[1];
      if (name === undefined) {
        previous = segment;
        return segment;
      }
      const valueName = name === 'id' ? `${previous.replace(/s$/, '')}Id` : name;
      const parameter = parameters.find((item) => item.in === 'path' && item.name === name);
      const value = values.told(valueName) ?? values.value(valueName, parameter?.schema ?? {});
      return encoded(random.chance(0.1) ? pick(random, PROTOTYPE_NAMES) : String(value));
    })
    .join('/');
}

function queryOf({ parameters }: Operation, values: Values, random: Random): string {
  const inQuery = parameters.filter((item) => item.in === 'query');
  const chosen = new Set(
    inQuery
      .filter(
        ({ name, required }) => required === true || random.chance(name === 'cursor' ? 0.05 : 0.3),
      )
      .map(({ name }) => name),
  );
  // A scope usually needs both a kind and an ID.
  if ((chosen.has('scope') || chosen.has('scopeId')) && random.chance(0.9)) {
    chosen.add('scope').add('scopeId');
  }
  const pairs = inQuery
    .filter(({ name }) => chosen.has(name))
    .map(({ name, schema }) => `${name}=${encoded(String(values.value(name, schema)))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function changedBy(wire: Wire, body: Json | undefined, random: Random): [string, Wire] {
  if (random.chance(0.4)) return ['nothing', wire];
  if (body !== undefined && random.chance(0.7)) {
    const [name, change] = pick(random, BODY_CHANGES);
    return [name, { ...wire, body: change(body, random) }];
  }
  const [name, change] = pick(random, REQUEST_CHANGES);
  return [name, change(wire, random)];
}

/** Over a bare socket, the server must close the connection to mark the end of its answer. */
function closing(wire: Wire): Wire {
  if (isPlain(wire) || wire.isMalformed) return wire;
  return { ...wire, headers: [...wire.headers, ['connection', 'close']] };
}

function withLength(wire: Wire): Wire {
  const names = new Set(wire.headers.map(([name]) => name));
  if (wire.isMalformed && (names.has('content-length') || names.has('transfer-encoding'))) {
    return wire;
  }
  if (wire.body === undefined) return wire;
  return { ...wire, headers: [...wire.headers, ['content-length', String(wire.body.length)]] };
}
