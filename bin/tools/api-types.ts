/** The parts of JSON Schema that the OpenAPI document uses. */
type Schema = {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
};
type Content = Record<string, { schema?: Schema }>;
type Parameter = { name: string; in: string; required?: boolean; schema?: Schema };
type Operation = {
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses?: Record<string, { content?: Content }>;
};
export type ApiDocument = {
  paths?: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
};

const HEAD = `// Generated from the OpenAPI document by \`npm run client\`. Do not edit.
`;

/**
 * TypeScript for clients of an API: \`Schemas\` by name, \`Operations\` by id with what each takes and
 * answers, and \`ROUTES\` with the method and path of each.
 */
export function apiTypesOf({ paths = {}, components = {} }: ApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).flatMap(([method, operation]) =>
      operation.operationId === undefined
        ? []
        : [{ ...operation, id: operation.operationId, method: method.toUpperCase(), path }],
    ),
  );
  const schemas = Object.entries(components.schemas ?? {}).map(
    ([name, schema]) => `  ${nameOf(name)}: ${typeOf(schema)};`,
  );
  const shapes = operations.map((each) => `  ${nameOf(each.id)}: ${shapeOf(each)};`);
  const routes = operations.map(({ id, method, path }) => `  ${nameOf(id)}: '${method} ${path}',`);
  return [
    HEAD,
    `export type Schemas = {\n${schemas.join('\n')}\n};\n`,
    `export type Operations = {\n${shapes.join('\n')}\n};\n`,
    `export const ROUTES = {\n${routes.join('\n')}\n} as const;\n`,
  ].join('\n');
}

function shapeOf({ parameters = [], requestBody, responses = {} }: Operation): string {
  const among = (place: string): string =>
    objectOf(
      parameters
        .filter((parameter) => parameter.in === place)
        .map(({ name, schema = {}, required }) => [name, typeOf(schema), required === true]),
    );
  const answers = Object.entries(responses).flatMap(([status, { content = {} }]) =>
    status.startsWith('2') ? [schemaIn(content)] : [],
  );
  const body = requestBody ? schemaIn(requestBody.content) : 'undefined';
  const answer = answers.length > 0 ? [...new Set(answers)].join(' | ') : 'unknown';
  return `{ params: ${among('path')}; query: ${among('query')}; body: ${body}; answer: ${answer} }`;
}

const schemaIn = (content: Content): string => {
  const json = content['application/json']?.schema;
  return json ? typeOf(json) : 'string';
};

function typeOf(schema: Schema): string {
  if (schema.$ref) return `Schemas['${schema.$ref.split('/').at(-1)}']`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return branches.map((branch) => `(${typeOf(branch)})`).join(' | ');
  if (schema.allOf) return schema.allOf.map((part) => `(${typeOf(part)})`).join(' & ');
  if (Array.isArray(schema.type)) {
    return schema.type.map((type) => `(${typeOf({ ...schema, type })})`).join(' | ');
  }
  return simpleType(schema);
}

function simpleType({ type, items, properties, required = [], additionalProperties }: Schema) {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `(${items ? typeOf(items) : 'unknown'})[]`;
    case 'object': {
      if (properties) {
        return objectOf(
          Object.entries(properties).map(([name, inner]) => [
            name,
            typeOf(inner),
            required.includes(name),
          ]),
        );
      }
      const value =
        typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown';
      return `Record<string, ${value}>`;
    }
    default:
      return 'unknown';
  }
}

/** Optional members also take `undefined`, as callers with exact optional properties need. */
const objectOf = (members: [name: string, type: string, isRequired: boolean][]): string =>
  members.length === 0
    ? '{}'
    : `{ ${members
        .map(([name, type, isRequired]) =>
          isRequired ? `${nameOf(name)}: ${type}` : `${nameOf(name)}?: ${type} | undefined`,
        )
        .join('; ')} }`;

const nameOf = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`);
