import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { openApiDocument } from '../../contracts/openapi.ts';
import { ROUTES } from '../../contracts/routes.ts';

type Answer = { status: number; contentType: unknown; text: string };

const document = openApiDocument();
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(document, 'openapi');

const schemas = new Map<string, ValidateFunction>();
const LITERAL_FIRST = Object.values(ROUTES).toSorted(
  (a, b) => a.path.split('{').length - b.path.split('{').length,
);

/**
 * The key of the route that matches a request, such as `GET /v1/budgets`; `$default` if none does.
 */
export function routeKeyOf(method: string, path: string): string {
  const [bare = ''] = path.split('?');
  const route = LITERAL_FIRST.find(
    (candidate) => candidate.method === method && pathPattern(candidate.path).test(bare),
  );
  return route ? `${route.method} ${route.path}` : '$default';
}

const pathPattern = (template: string): RegExp =>
  new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);

/**
 * Compares an answer with its route in the OpenAPI document: the status, the media type, and every
 * member of the body, with none missing or undeclared.
 * @throws Error that names the difference
 */
export function requireContract(routeKey: string, answer: Answer): void {
  if (routeKey === '$default') return;
  const faults = faultsOf(routeKey, answer);
  if (faults.length === 0) return;
  throw new Error(
    `${routeKey} answers what its contract does not declare: ${faults.join('; ')}\n${answer.text.slice(0, 2_000)}`,
  );
}

function faultsOf(routeKey: string, { status, contentType, text }: Answer): string[] {
  const [method = '', path = ''] = routeKey.split(' ');
  const mediaType = String(contentType).split(';')[0] ?? '';
  const operation = pointedAt(['paths', path, method.toLowerCase()]);
  if (operation === undefined) return ['no such operation'];
  const place = ['paths', path, method.toLowerCase(), 'responses', String(status)];
  if (pointedAt(place) === undefined) return [`status ${status}`];
  const content = [...place, 'content', mediaType];
  if (pointedAt(content) === undefined) return [`media type ${mediaType} of ${status}`];
  if (!mediaType.endsWith('json')) return [];
  const validate = validatorAt([...content, 'schema']);
  if (validate(JSON.parse(text))) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${instancePath || 'body'} ${message} ${JSON.stringify(params)}`,
  );
}

function validatorAt(steps: string[]): ValidateFunction {
  const pointer = steps
    .map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const validate = schemas.get(pointer) ?? ajv.compile({ $ref: `openapi#/${pointer}` });
  schemas.set(pointer, validate);
  return validate;
}

function pointedAt(steps: string[]): unknown {
  return steps.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Record<string, unknown>)[step]
        : undefined,
    document,
  );
}
