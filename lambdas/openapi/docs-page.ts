import { createHash } from 'node:crypto';
import { STYLE } from './docs-style.ts';

type Schema = {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  description?: string;
};
type Content = Record<string, { schema?: Schema; example?: unknown }>;
type Parameter = {
  name: string;
  in: string;
  required?: boolean;
  schema?: Schema;
  description?: string;
};
type Operation = {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
};
/** The part of an OpenAPI document that the page shows. */
export type Document = {
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

const styleHash = createHash('sha256').update(STYLE).digest('base64');

/** The page has no scripts and loads nothing. This tells the browser to block both. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Renders the whole document as a single HTML page without scripts or other files. */
export function docsPageOf({ info, tags, paths, components }: Document): string {
  const operations = Object.entries(paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) => ({ path, method, operation })),
  );
  const rooms = tags.map((tag) => ({
    ...tag,
    operations: operations.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  const schemas = Object.entries(components.schemas).toSorted(([a], [b]) => a.localeCompare(b));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(info.title)} API ${text(info.version)}</title><style>${STYLE}</style></head><body>
<nav><h1>${text(info.title)} API</h1><ul>${rooms.map(({ name }) => `<li><a href="#${slug(name)}">${text(name)}</a></li>`).join('')}<li><a href="#schemas">Schemas</a></li></ul>
<p>Version ${text(info.version)} · <a href="/openapi.json">openapi.json</a></p></nav>
<main><p>${text(info.description)}</p>
${rooms.map(roomSection).join('\n')}
<section><h2 id="schemas">Schemas</h2>
${schemas.map(([name, schema]) => `<h3 id="schema-${slug(name)}">${text(name)}</h3>${schemaTable(schema)}`).join('\n')}
</section></main></body></html>
`;
}

type Placed = { path: string; method: string; operation: Operation };

const roomSection = (room: { name: string; description: string; operations: Placed[] }): string =>
  `<section><h2 id="${slug(room.name)}">${text(room.name)}</h2><p>${text(room.description)}</p>
${room.operations.map(operationDetails).join('\n')}</section>`;

function operationDetails({ path, method, operation }: Placed): string {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  return `<details id="${text(operationId)}"><summary><b class="${text(method)}">${text(method.toUpperCase())}</b> <code>${text(path)}</code> ${text(summary)}</summary>
<p>${text(description)}</p>
${parameters.length > 0 ? `<h4>Parameters</h4>${table(parameters.map(parameterRow))}` : ''}
${requestBody ? `<h4>Request body</h4>${contentText(requestBody.content)}` : ''}
${Object.entries(responses).filter(isSuccess).map(responseText).join('\n')}
<h4>Problems</h4>${table(
    Object.entries(responses)
      .filter((response) => !isSuccess(response))
      .map(([status, { description: problems }]) => [text(status), marked(problems)]),
  )}
</details>`;
}

const parameterRow = ({ name, in: place, required, schema = {}, description }: Parameter): Row => [
  `<code>${text(name)}</code>${required ? ' *' : ''}`,
  `${text(place)}, ${typeText(schema)}`,
  text(description ?? schema.description ?? ''),
];

type Response = [status: string, Operation['responses'][string]];

const isSuccess = ([status]: Response): boolean => status.startsWith('2');

const responseText = ([status, { description, content = {} }]: Response): string =>
  `<h4>Answer ${text(status)}</h4><p>${text(description)}</p>${contentText(content)}`;

const contentText = (content: Content): string =>
  Object.entries(content)
    .map(
      ([mediaType, { schema = {}, example }]) =>
        `<p><code>${text(mediaType)}</code></p>${schemaTable(schema)}${
          example === undefined ? '' : `<pre>${text(exampleText(example))}</pre>`
        }`,
    )
    .join('');

const exampleText = (example: unknown): string =>
  typeof example === 'string' ? example : JSON.stringify(example, undefined, 2);

type Row = string[];

const table = (rows: Row[]): string =>
  `<table>${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('')}</table>`;

/** Lists a schema's members, one per row. For types other than objects, only the type's name. */
function schemaTable(schema: Schema): string {
  const rows = rowsOf(schema, '');
  if (rows.length > 0) return table(rows);
  const type = typeText(schema);
  return type === 'any'
    ? ''
    : `<p>${type}${schema.description ? `: ${text(schema.description)}` : ''}</p>`;
}

function rowsOf({ properties = {}, required = [] }: Schema, prefix: string): Row[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const isRequired = required.includes(name);
    const row: Row = [
      `<code>${text(prefix + name)}</code>${isRequired ? ' *' : ''}`,
      typeText(schema),
      text(schema.description ?? ''),
    ];
    const inner = schema.items ?? schema;
    return [row, ...rowsOf(inner, `${prefix}${name}${schema.items ? '[]' : ''}.`)];
  });
}

function typeText(schema: Schema): string {
  const { $ref, items, enum: values, additionalProperties } = schema;
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1) ?? '';
    return `<a href="#schema-${slug(name)}">${text(name)}</a>`;
  }
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return branches.map(typeText).join(' or ');
  if (values) return values.map((value) => `<code>${text(JSON.stringify(value))}</code>`).join(' ');
  if ('const' in schema) return `<code>${text(JSON.stringify(schema.const))}</code>`;
  if (items) return `array of ${typeText(items)}`;
  if (typeof additionalProperties === 'object') return `map of ${typeText(additionalProperties)}`;
  return text([schema.type ?? 'any'].flat().join(' or '));
}

/** Formats text between backticks as code. */
const marked = (plain: string): string => text(plain).replaceAll(/`([^`]+)`/g, '<code>$1</code>');

const slug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** Escapes text for use in an HTML element or a quoted attribute. */
const text = (plain: string): string =>
  plain.replaceAll(/[&<>"']/g, (character) => ENTITIES.get(character) ?? '');
